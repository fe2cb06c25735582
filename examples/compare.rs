//! Asks up to five models the same, and shows their answers side by side as they are made.
//!
//! ```sh
//! cargo run --example compare                                      # five emulated ones
//! cargo run --example compare -- gpt-4.1-mini@openai claude-haiku-4-5@anthropic
//! cargo run --example compare -- --ask "Why is the sky blue?" openai/gpt-4.1-mini anthropic/claude-haiku-4-5
//! ```
//!
//! With names, those of real providers whose keys are in the environment are asked. In a terminal there is a column for
//! each; elsewhere each answer is printed when it is whole. The table at the end says what each took, and cost.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _, stdout};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nohop::providers::{Endpoint, table};
use nohop::{Attempted, Outcome, Request, Router};
use nohop_testkit::{Emulator, Script};
use tokio::task::JoinSet;

const USAGE: &str =
    "compare [--ask QUESTION] [MODEL...], with up to five models, such as gpt-4.1-mini@openai";

const MOST: usize = 5;

/// How many lines of an answer are seen at once.
const LINES: usize = 10;

const STORY: &str = "Light from the sun meets the air, and what is blue in it is scattered more than what is red: the \
    shorter the wave, the more of it is turned aside. So blue comes to the eye from everywhere, and the sun itself looks \
    a little yellower than it is. At dusk the way through the air is long, the blue is spent, and the red is left.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (mut models, mut question) = (Vec::new(), "Why is the sky blue?".to_owned());
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match &*arg {
            "--ask" => question = args.next().ok_or(format!("usage: {USAGE}"))?,
            option if option.starts_with('-') => return Err(format!("usage: {USAGE}").into()),
            _ => models.push(arg),
        }
    }
    if models.len() > MOST {
        return Err(format!("{} models are more than {MOST}; usage: {USAGE}", models.len()).into());
    }
    if !models.is_empty() {
        compare(&Router::from_env()?, &models, &question).await;
        return Ok(());
    }
    let (router, models, _providers) = emulated().await?;
    compare(&router, &models, &question).await;
    Ok(())
}

/// Five providers, which begin after so many milliseconds and then take so many for a word.
async fn emulated() -> Result<(Router, Vec<String>, [Emulator; 5]), Box<dyn Error>> {
    let speaks = |script: Script, first, pause| {
        let script = script.says(STORY).first_after(Duration::from_millis(first));
        script.pause(Duration::from_millis(pause)).start()
    };
    let providers = [
        speaks(Emulator::openai(), 250, 12).await?,
        speaks(Emulator::anthropic(), 400, 16).await?,
        speaks(Emulator::gemini(), 180, 7).await?,
        speaks(Emulator::mistral(), 120, 22).await?,
        speaks(Emulator::deepseek(), 900, 30).await?,
    ];
    let rows = [
        (table::OPENAI, "gpt-4.1-mini@openai"),
        (table::ANTHROPIC, "claude-haiku-4-5@anthropic"),
        (table::GEMINI, "gemini-2.5-flash@gemini"),
        (table::MISTRAL, "mistral-small-latest@mistral"),
        (table::DEEPSEEK, "deepseek-chat@deepseek"),
    ];
    let endpoints = rows
        .iter()
        .zip(&providers)
        .map(|((row, _), provider)| Endpoint::new(*row).base_url(provider.url()).key("no-key"));
    let router = endpoints.fold(Router::builder(), |builder, endpoint| builder.endpoint(endpoint));
    Ok((router.build()?, rows.map(|(_, model)| model.to_owned()).to_vec(), providers))
}

/// Asks all of them at once, and draws what they say until all are over.
async fn compare(router: &Router, models: &[String], question: &str) {
    println!("{question}\n");
    let columns: Vec<_> = models.iter().map(|model| Column::new(model)).collect();
    let mut asks = JoinSet::new();
    for column in &columns {
        asks.spawn(ask(router.clone(), column.clone(), question.to_owned()));
    }
    if stdout().is_terminal() {
        let mut page = Page::new(columns.len());
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        while !asks.is_empty() {
            tokio::select! {
                _ = asks.join_next() => {}
                _ = tick.tick() => {}
            }
            page.draw(&columns);
        }
    } else {
        while let Some(over) = asks.join_next().await {
            let Ok(column) = over else { continue };
            let said = column.lock();
            println!("{}:\n{}\n", said.model, said.text);
        }
    }
    print!("{}", summary(&columns));
}

/// Asks one, and notes what it says as it comes.
async fn ask(router: Router, column: Column, question: String) -> Column {
    let model = column.lock().model.clone();
    let began = Instant::now();
    let asked = async {
        let request = Request::new(&*model).user(question).max_tokens(400);
        let mut text = router.stream(request).await?.text();
        while let Some(piece) = text.next().await {
            let piece = piece?;
            let mut said = column.lock();
            said.first.get_or_insert_with(|| began.elapsed());
            said.text += &piece;
        }
        Ok::<_, nohop::Error>(text.trace())
    };
    let asked = asked.await;
    let mut said = column.lock();
    said.took = Some(began.elapsed());
    match asked {
        Ok(trace) => {
            said.cost = trace.cost().map(|cost| cost.amount.to_string());
            let finished = |it: &&Attempted| it.outcome == Some(Outcome::Finished);
            if let Some(it) = trace.attempts.iter().find(finished) {
                said.tokens = it.usage.output;
                said.speed = it.usage.throughput(it.took, it.first_content);
                said.by = Some(it.target.to_string());
            }
        }
        Err(error) => {
            let _ = write!(said.text, "\n{error}");
            said.by = Some(format!("nobody: {}", error.kind()));
        }
    }
    drop(said);
    column
}

/// What one of them has said so far.
#[derive(Clone)]
struct Column(Arc<Mutex<Said>>);

#[derive(Default)]
struct Said {
    model: String,
    text: String,
    first: Option<Duration>,
    took: Option<Duration>,
    tokens: Option<u64>,
    /// In a thousand seconds.
    speed: Option<u64>,
    cost: Option<String>,
    by: Option<String>,
}

impl Column {
    fn new(model: &str) -> Self {
        Self(Arc::new(Mutex::new(Said { model: model.to_owned(), ..Said::default() })))
    }

    fn lock(&self) -> MutexGuard<'_, Said> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Columns that are drawn over.
struct Page {
    width: usize,
    drawn: bool,
}

impl Page {
    fn new(columns: usize) -> Self {
        Self { width: ((terminal() - 1) / columns.max(1)).saturating_sub(2).max(8), drawn: false }
    }

    fn draw(&mut self, columns: &[Column]) {
        let cells: Vec<Vec<String>> =
            columns.iter().map(|column| self.column(&column.lock())).collect();
        let up = if self.drawn { format!("\x1b[{}A", LINES + 3) } else { String::new() };
        let mut page = up;
        for line in 0..LINES + 3 {
            for cell in &cells {
                let _ = write!(page, "{:1$}  ", cell[line], self.width);
            }
            page += "\x1b[K\n";
        }
        print!("{page}");
        // Where nobody looks any more there is nobody to tell.
        let _ = stdout().flush();
        self.drawn = true;
    }

    /// The name, the end of what was said, how it is going, and a line of nothing.
    fn column(&self, said: &Said) -> Vec<String> {
        let mut cells = vec![self.cut(&said.model)];
        let lines = wrap(&said.text, self.width);
        let from = lines.len().saturating_sub(LINES);
        cells.extend(lines.into_iter().skip(from));
        cells.resize(LINES + 1, String::new());
        let state = match (said.first, said.took) {
            (_, Some(took)) => format!("over in {}", time(Some(took))),
            (Some(first), None) => format!("spoke at {}", time(Some(first))),
            (None, None) => "...".to_owned(),
        };
        cells.extend([self.cut(&state), String::new()]);
        cells
    }

    fn cut(&self, text: &str) -> String {
        text.chars().take(self.width).collect()
    }
}

/// `text` in lines of so many characters, broken between words where they are short enough.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        // What is for the terminal and not for the eye would break the columns.
        let paragraph = paragraph.replace(char::is_control, " ");
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            line += if line.is_empty() { "" } else { " " };
            line += word;
            while line.chars().count() > width {
                let rest = line.chars().skip(width).collect();
                lines.push(line.chars().take(width).collect());
                line = rest;
            }
        }
        lines.push(line);
    }
    lines
}

/// How wide the terminal is, as far as it says so.
fn terminal() -> usize {
    let asked = Command::new("stty").arg("size").stdin(Stdio::inherit()).output();
    let told = asked.ok().and_then(|told| String::from_utf8(told.stdout).ok());
    told.and_then(|told| told.split_whitespace().nth(1)?.parse().ok())
        .filter(|width| *width > 0)
        .unwrap_or(80)
}

fn summary(columns: &[Column]) -> String {
    let mut table = format!(
        "{:30}{:>12}{:>10}{:>10}{:>8}{:>14}  served by\n",
        "model", "first word", "all", "tokens/s", "tokens", "cost"
    );
    for column in columns {
        let said = column.lock();
        let speed = said.speed.map(|speed| (speed / 1_000).to_string());
        let _ = writeln!(
            table,
            "{:30}{:>12}{:>10}{:>10}{:>8}{:>14}  {}",
            said.model,
            time(said.first),
            time(said.took),
            speed.as_deref().unwrap_or("-"),
            said.tokens.map_or("-".to_owned(), |tokens| tokens.to_string()),
            said.cost.as_deref().unwrap_or("-"),
            said.by.as_deref().unwrap_or("-"),
        );
    }
    table
}

fn time(time: Option<Duration>) -> String {
    time.map_or("-".to_owned(), |time| format!("{} ms", time.as_millis()))
}
