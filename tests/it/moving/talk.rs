//! One conversation, what was said in it, and what of it has to reach whoever is asked next.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nohop::wire::Mode;
use nohop::{ErrorKind, FinishReason, Outcome, Request};
use nohop_types::{
    Content, Document, Image, Issuer, Media, Message, Part, Reasoning, Role, Thinking, Tool,
    ToolCall, ToolResult,
};
use serde_json::{Value, json};

use super::heard::{Heard, Heed};
use super::hosts::{Beside, HOSTS, Hosts, Shown};
use super::losses::{INVENTED, Losses};
use super::said::{Asked, Piece, Said};
use crate::road::ask;

/// What the arguments of each tool are, spelled as a tree of JSON is.
const SCHEMA: &str = r#"{"properties":{"of":{"type":"string"}},"type":"object"}"#;

/// One conversation.
pub(super) struct Talk {
    name: String,
    request: Request,
    words: usize,
    /// What was said, by anyone, beside thinking.
    heard: Heard,
    /// Who thought what.
    thoughts: Vec<(usize, String)>,
    /// What proves the thinking of whom.
    proofs: Vec<(usize, String)>,
    shown: Vec<(Shown, Vec<u8>)>,
    calls: Vec<Call>,
    /// What each host was told for the id of a call.
    told: BTreeMap<(usize, usize), String>,
}

struct Call {
    /// Whose it is, if it is one of the eight.
    by: Option<usize>,
    id: String,
    name: String,
    arguments: Value,
    /// What the tool said, and whether it failed.
    answer: Option<(String, bool)>,
}

/// A call as it reached a host: its id, name and arguments, and what it was answered.
type Found<'h> = (&'h str, &'h str, &'h Value, Option<(&'h str, bool)>);

impl Talk {
    pub(super) fn new(name: String) -> Self {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let request = Request::new("")
            .system("Be brief.")
            .tool(Tool::function("look", schema.clone()))
            .tool(Tool::function("read", schema));
        let mut heard = Heard::default();
        heard.text(false, "Be brief.");
        Self {
            name,
            request,
            words: 0,
            heard,
            thoughts: Vec::new(),
            proofs: Vec::new(),
            shown: Vec::new(),
            calls: Vec::new(),
            told: BTreeMap::new(),
        }
    }

    /// Asks for thinking within a budget from now on, or for none.
    pub(super) fn thinks(&mut self, thinks: bool) {
        self.request.thinking = if thinks { Thinking::budget(2_048) } else { Thinking::default() };
    }

    /// Asks a host, which says this, and keeps what it said.
    pub(super) async fn goes_on(
        &mut self,
        hosts: &Hosts,
        host: usize,
        asked: Asked,
        said: Said,
        mode: Mode,
        losses: &mut Losses,
    ) {
        let place = format!("{}, now {} ({asked:?}, {said:?})", self.name, HOSTS[host].name);
        let asked = match asked.shows() {
            Some(shown) if HOSTS[host].refuses.contains(&shown) => {
                self.is_told_to_leave_it(hosts, host, asked, &place).await;
                Asked::Text
            }
            _ => asked,
        };
        self.ask(asked);
        let pieces = said.pieces(&mut |what| self.word(what));
        hosts.says(host, &pieces);
        self.request.model = HOSTS[host].target();
        let response = ask(&hosts.router, self.request.clone(), mode).await;
        let response = response.unwrap_or_else(|error| panic!("{place}: {error:?}"));
        let trace = response.trace.as_ref().unwrap();
        let [attempt] = &trace.attempts[..] else { panic!("{place}: {trace}") };
        assert_eq!(attempt.outcome, Some(Outcome::Finished), "{place}: {trace}");
        losses.add(HOSTS[host].name, &attempt.losses);
        let (heard, body) = hosts.reached(host);
        self.check(host, &heard, &body, &place);

        let calls: Vec<ToolCall> = response.tool_calls().cloned().collect();
        let mut ids = calls.iter().map(|call| call.id.clone());
        for piece in pieces {
            match piece {
                Piece::Text(text) | Piece::Refusal(text) => self.heard.text(true, &text),
                Piece::Thought(text) => self.thoughts.push((host, text)),
                Piece::Call(name, arguments) => {
                    let id = ids.next().unwrap_or_else(|| panic!("{place}: a call is missing"));
                    self.called(Some(host), id, name, &arguments);
                }
            }
        }
        for part in response.parts() {
            let Content::Reasoning(reasoning) = &part.content else { continue };
            let proof = reasoning.signature.as_ref().or(reasoning.sealed.as_ref());
            self.proofs.extend(proof.map(|proof| (host, proof.clone())));
        }
        assert_eq!(ids.next(), None, "{place}");
        let reason = if calls.is_empty() { FinishReason::Stop } else { FinishReason::ToolCalls };
        assert_eq!(response.reason(), Some(&reason), "{place}");
        self.request = std::mem::take(&mut self.request).answer(&response);
    }

    /// Shows something to whoever does not take it, and is told so before anything is sent.
    async fn is_told_to_leave_it(&self, hosts: &Hosts, host: usize, asked: Asked, place: &str) {
        let mut alone = Self::new(String::new());
        alone.ask(asked);
        alone.request.model = HOSTS[host].target();
        let error = hosts.router.send(alone.request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{place}: {error:?}");
        assert!(error.message().contains("add a target that takes it"), "{place}: {error}");
        assert_eq!(error.trace().unwrap().attempts[0].sent, None, "{place}: {error:?}");
    }

    /// Answers the calls that are open, and says something more.
    fn ask(&mut self, asked: Asked) {
        let was_called = self.answer();
        if asked == Asked::Elsewhere {
            self.brought();
        }
        // Most who answer a call have nothing to add.
        if was_called && asked == Asked::Text {
            return;
        }
        let mut parts = Vec::new();
        match asked {
            Asked::Late => {
                let late = self.said("Now");
                self.request.messages.push(Message::system(late));
            }
            Asked::Texts => parts.extend([self.said("One"), Part::text("")]),
            Asked::Image => parts.push(self.image()),
            Asked::Pages | Asked::PagesAlone => {
                let pages = format!("%PDF-1.4 {}", self.word("Pages")).into_bytes();
                self.shown.push((Shown::Pages, pages.clone()));
                let mut pages = Document::new(Media::bytes("application/pdf", pages));
                pages.name = Some("Q3: report.pdf".to_owned());
                parts.push(Part::new(Content::Document(pages)));
            }
            Asked::Note => {
                let note = self.word("Noted");
                self.shown.push((Shown::Note, note.clone().into_bytes()));
                let note = Document::new(Media::bytes("text/plain", note));
                parts.push(Part::new(Content::Document(note)));
            }
            Asked::Text | Asked::Elsewhere => {}
        }
        if asked != Asked::PagesAlone {
            parts.push(self.said("Asked"));
        }
        self.request.messages.push(Message::new(Role::User, parts));
    }

    /// Answers every open call: with text, JSON, a picture, an error, in turn.
    fn answer(&mut self) -> bool {
        let open: Vec<usize> =
            (0..self.calls.len()).filter(|at| self.calls[*at].answer.is_none()).collect();
        for at in &open {
            let number = self.words % 4;
            let parts = match number {
                0 => vec![Part::text(self.word("Found"))],
                1 => vec![Part::text(json!({"found": self.word("this")}).to_string())],
                2 => vec![Part::text(self.word("Seen")), self.image()],
                _ => vec![Part::text(self.word("Gone"))],
            };
            let mut result = ToolResult::new(&*self.calls[*at].id, parts);
            if number == 3 {
                result = result.failed();
            }
            // A tool may also show something without a word.
            if number == 2 && at % 2 == 0 {
                result.parts.remove(0);
            }
            let text = result.parts.iter().filter_map(Part::as_text).collect();
            self.calls[*at].answer = Some((text, number == 3));
            self.request.messages.push(Message::tool(result));
            self.words += 1;
        }
        !open.is_empty()
    }

    /// Turns that no host of these said: long ids that differ at one end only, ids of other alphabets,
    /// ids that come again, and answers in the reverse order behind a text.
    fn brought(&mut self) {
        let asked = self.said("Asked");
        self.request.messages.push(Message::user(asked));
        let issuer = Issuer::new("elsewhere", "elsewhere", "m");
        let mut turn = Message::new(
            Role::Assistant,
            [
                Part::new(Content::Reasoning(Reasoning::text(issuer, "Foreign.").signed("c2ln"))),
                self.said_by_model("Brought"),
            ],
        );
        let long = "x".repeat(70);
        let ids = [
            "functions.look:0".to_owned(),
            "functions_look_0".to_owned(),
            format!("{long}1"),
            format!("{long}2"),
            format!("1{long}"),
            format!("2{long}"),
        ];
        let mut results = Vec::new();
        for id in ids {
            let arguments = json!({"of": self.word("what")}).to_string();
            let call = ToolCall::new(&*id, "look", &*arguments);
            turn.parts.push(Part::new(Content::ToolCall(call)));
            self.called(None, id.clone(), "look", &arguments);
            let answer = self.word("Found");
            results
                .push(Part::new(Content::ToolResult(ToolResult::new(id, [Part::text(&*answer)]))));
            self.calls.last_mut().unwrap().answer = Some((answer, false));
        }
        self.request.messages.push(turn);
        results.push(self.said("Behind"));
        results.reverse();
        self.request.messages.push(Message::new(Role::User, results));
        let after = self.said_by_model("After");
        self.request.messages.push(Message::assistant(after));
    }

    fn called(&mut self, by: Option<usize>, id: String, name: &str, arguments: &str) {
        let (name, arguments) = (name.to_owned(), serde_json::from_str(arguments).unwrap());
        self.calls.push(Call { by, id, name, arguments, answer: None });
    }

    /// Holds what a host was told to what was said.
    fn check(&mut self, host: usize, heard: &Heard, body: &str, place: &str) {
        let is = &HOSTS[host];
        // Who takes nothing but text is told notes as such.
        let notes = self.shown.iter().filter(|(shown, _)| *shown == Shown::Note);
        let notes = notes.map(|(_, note)| std::str::from_utf8(note).unwrap());
        let others: Vec<&str> = INVENTED.iter().copied().chain(notes).collect();
        assert_eq!(heard.said_but(&others), self.heard.said_but(&[]), "{place}: {body}");
        let own = self.thoughts.iter().filter(|(whose, _)| *whose == host && is.remembers);
        let mut own: Vec<&str> = own.map(|(_, thought)| &**thought).collect();
        let mut thoughts: Vec<&str> = heard.thoughts.iter().map(|thought| &**thought).collect();
        own.sort_unstable();
        thoughts.sort_unstable();
        assert_eq!(thoughts, own, "{place}: {body}");
        for (whose, proof) in &self.proofs {
            let is_told = body.contains(&**proof);
            assert_eq!(is_told, *whose == host && is.remembers, "{place}: {proof} in {body}");
        }
        if let Some((of, said)) = is.beside {
            let own = match of {
                Beside::Calls => self.calls.iter().filter(|call| call.by == Some(host)).count(),
                Beside::Thoughts => thoughts.len(),
            };
            assert_eq!(body.matches(said).count(), own, "{place}: {said} in {body}");
        }
        assert_eq!(body.matches(SCHEMA).count(), 2, "{place}: {body}");
        for (shown, bytes) in &self.shown {
            let spelled = [STANDARD.encode(bytes), String::from_utf8_lossy(bytes).into_owned()];
            let times: usize = spelled.iter().map(|bytes| body.matches(&**bytes).count()).sum();
            let expected = usize::from(!is.refuses.contains(shown));
            assert_eq!(times, expected, "{place}: {shown:?} {spelled:?} in {body}");
        }
        self.check_calls(host, heard, place);
    }

    /// Each call is there, has its own answer, and the id it always had.
    fn check_calls(&mut self, host: usize, heard: &Heard, place: &str) {
        let mut found: Vec<Found<'_>> = Vec::new();
        for tool in &heard.tools {
            match tool {
                Heed::Call { id, name, arguments } => found.push((id, name, arguments, None)),
                Heed::Result { id, name, text, failed } => {
                    // Where calls have no ids they are told by their names, in order.
                    let is_answered = |call: &Found<'_>| match id.is_empty() {
                        true => call.0.is_empty() && call.1 == name && call.3.is_none(),
                        false => call.0 == id && call.3.is_none(),
                    };
                    let call = found.iter_mut().find(|call| is_answered(call));
                    call.unwrap_or_else(|| panic!("{place}: nobody called {id}: {heard:?}")).3 =
                        Some((text, *failed));
                }
            }
        }
        let tells = HOSTS[host].tells_failures;
        let said = self.calls.iter().map(|call| {
            let answer = call.answer.as_ref();
            let answer = answer.map(|(text, failed)| (&**text, *failed && tells));
            (&*call.name, &call.arguments, answer)
        });
        let reached = found.iter().map(|(_, name, arguments, answer)| (*name, *arguments, *answer));
        assert_eq!(reached.collect::<Vec<_>>(), said.collect::<Vec<_>>(), "{place}");
        for (number, (id, ..)) in found.iter().enumerate() {
            let told = self.told.entry((host, number)).or_insert_with(|| (*id).to_owned());
            assert_eq!(told, id, "{place}: the id of call {number} is another one now");
            // Who has ids of its own knows a call by the id that it gave.
            let (by, own) = (self.calls[number].by, &self.calls[number].id);
            let is_known = by != Some(host) || own.starts_with("nohop_") || own == id;
            assert!(is_known, "{place}: {own} came back as {id}");
            let mut before = self.calls.iter().zip(&found).take(number);
            let twice = before.find(|(call, other)| call.id != *own && other.0 == *id);
            assert!(id.is_empty() || twice.is_none(), "{place}: two calls are {id}");
        }
    }

    /// A text of the person's, or of the application's.
    fn said(&mut self, what: &str) -> Part {
        let text = self.word(what);
        self.heard.text(false, &text);
        Part::text(text)
    }

    fn said_by_model(&mut self, what: &str) -> Part {
        let text = self.word(what);
        self.heard.text(true, &text);
        Part::text(text)
    }

    fn image(&mut self) -> Part {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.extend(self.word("Picture").bytes());
        self.shown.push((Shown::Image, bytes.clone()));
        Part::new(Content::Image(Image::new(Media::bytes("image/png", bytes))))
    }

    /// A word that was not said before.
    fn word(&mut self, what: &str) -> String {
        self.words += 1;
        format!("{what} {:04}.", self.words)
    }
}
