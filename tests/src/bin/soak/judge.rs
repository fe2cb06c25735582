use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use nohop::ledger::Entry;
use nohop::{ErrorKind, Outcome};
use nohop_testkit::{Fault, Outcome as Served, Received};

use crate::books::{Books, NUMBER};
use crate::callers::{Ended, How};
use crate::hosts::{Hosts, said};

/// For how long a call may come that was sent when its request had ended: one that was given up may just have left.
const LATE: Duration = Duration::from_secs(6);

/// After how long every fault should have been met.
const COVERED: Duration = Duration::from_secs(150);

/// Compares what callers made of their requests with what was served, and with what was written down.
pub(crate) struct Judge {
    hosts: Arc<Hosts>,
    books: Arc<Books>,
    calls: HashMap<u64, Vec<Call>>,
    entries: HashMap<u64, Vec<Entry>>,
    ended: HashMap<u64, Ended>,
    breaches: Vec<String>,
    figures: BTreeMap<String, u64>,
    met: BTreeSet<(&'static str, String)>,
    /// By endpoint.
    unread: BTreeMap<Arc<str>, u64>,
}

/// What one call was served.
#[derive(Debug)]
struct Call {
    host: &'static str,
    outcome: Served,
    /// Whether it was written to its end.
    whole: bool,
    fault: Option<Fault>,
}

impl Judge {
    pub(crate) fn new(hosts: Arc<Hosts>, books: Arc<Books>) -> Self {
        Self {
            hosts,
            books,
            calls: HashMap::new(),
            entries: HashMap::new(),
            ended: HashMap::new(),
            breaches: Vec::new(),
            figures: BTreeMap::new(),
            met: BTreeSet::new(),
            unread: BTreeMap::new(),
        }
    }

    /// Judges what is complete: those that have ended, and whatever else is known by now.
    pub(crate) fn judge(&mut self, ended: Vec<Ended>) {
        self.books.ended(ended.len() as u64);
        self.ended.extend(ended.into_iter().map(|it| (it.number, it)));
        for entry in self.books.unread() {
            let number = entry.tags.get(NUMBER).and_then(|number| number.parse().ok());
            self.entries.entry(number.unwrap()).or_default().push(entry);
        }
        let hosts = self.hosts.clone();
        for host in hosts.all() {
            for received in host.emulator.journal().take() {
                self.read(host.name, received);
            }
        }
        let count = |of: Option<usize>| of.unwrap_or_default();
        let complete = |number: &u64, it: &Ended| {
            let entries = count(self.entries.get(number).map(Vec::len));
            let calls = count(self.calls.get(number).map(Vec::len));
            entries == calls || it.at.elapsed() > LATE
        };
        let numbers = self.ended.iter().filter(|(number, it)| complete(number, it));
        let numbers: Vec<_> = numbers.map(|(number, _)| *number).collect();
        for number in numbers {
            let Some(ended) = self.ended.remove(&number) else { continue };
            let calls = self.calls.remove(&number).unwrap_or_default();
            let entries = self.entries.remove(&number).unwrap_or_default();
            self.count(&ended, &calls, &entries);
            if let Err(breach) = check(&ended, &calls, &entries) {
                self.breach(format!("{breach}\n  {ended:?}\n  {calls:?}\n  {}", told(&entries)));
            }
        }
    }

    /// Whether nothing is left to judge.
    pub(crate) fn is_done(&self) -> bool {
        self.ended.is_empty() && self.calls.is_empty() && self.entries.is_empty()
    }

    /// Prints what came of it, and says what was wrong.
    pub(crate) fn finish(mut self, length: Duration) -> Vec<String> {
        let left = [("requests", self.ended.len()), ("calls", self.calls.len())];
        for (what, count) in left.into_iter().chain([("entries", self.entries.len())]) {
            if count > 0 {
                self.breach(format!("{count} {what} belong to nothing else"));
            }
        }
        for (what, count) in &self.figures {
            println!("{count:9} {what}");
        }
        println!("entries of calls that nobody had read when they ended: {:?}", self.unread);
        let all: BTreeSet<_> = Fault::all().iter().map(name).collect();
        let met = |host: &str| self.met.iter().filter(|(it, _)| *it == host).count();
        let met: Vec<_> =
            self.hosts.all().iter().map(|it| format!("{} {}", it.name, met(it.name))).collect();
        println!("kinds of faults met, of {}: {}", all.len(), met.join(", "));
        let unmet = |fault: &&String| !self.met.iter().any(|(_, it)| it == *fault);
        let unmet: Vec<_> = all.iter().filter(unmet).cloned().collect();
        if length >= COVERED && !unmet.is_empty() {
            self.breach(format!("not met: {}", unmet.join(", ")));
        }
        self.breaches
    }

    fn read(&mut self, host: &'static str, received: Received) {
        let (Some(number), Some(_)) = (number(&received.body), received.call) else {
            return self.breach(format!("{host} was asked for {} by nobody", received.path));
        };
        self.met.extend(received.fault.iter().map(|fault| (host, name(fault))));
        let (outcome, whole) = (received.outcome(), received.served.whole);
        let call = Call { host, outcome, whole, fault: received.fault };
        self.calls.entry(number).or_default().push(call);
    }

    fn count(&mut self, ended: &Ended, calls: &[Call], entries: &[Entry]) {
        for entry in entries {
            if !calls.iter().any(|call| *call.host == *entry.endpoint) {
                *self.unread.entry(entry.endpoint.clone()).or_default() += 1;
            }
        }
        let how = match &ended.how {
            How::Finished(_) if ended.said.len() > 1 => "answered, resumed on the way".to_owned(),
            How::Finished(_) if entries.len() > 1 => "answered, not by the first call".to_owned(),
            How::Finished(_) => "answered".to_owned(),
            How::Failed(kind) if ended.said.concat().is_empty() => format!("failed: {kind}"),
            How::Failed(kind) => format!("broke off: {kind}"),
            How::Left => "left by their callers".to_owned(),
        };
        *self.figures.entry(how).or_default() += 1;
    }

    /// The first say enough.
    fn breach(&mut self, breach: String) {
        if self.breaches.len() < 1_000 {
            self.breaches.push(breach);
        }
    }
}

/// Holds one request to what it was served.
fn check(ended: &Ended, calls: &[Call], entries: &[Entry]) -> Result<(), String> {
    if let Some(leak) = &ended.leak {
        return Err(format!("an error shows a key: {leak}"));
    }
    each_call_has_an_entry(calls, entries)?;
    let (last, before) = ended.said.split_last().unwrap();
    for said in before {
        begins(said, calls)?;
    }
    let finished = entries.iter().filter(|it| it.outcome == Outcome::Finished).count();
    match &ended.how {
        How::Finished(target) => {
            let host = target.rsplit_once('@').map_or("", |(_, host)| host);
            if !calls.iter().any(|call| call.host == host && call.answers(last)) {
                return Err("an answer that was not served whole".to_owned());
            }
            if finished != 1 {
                return Err(format!("one answer, and {finished} entries of one"));
            }
        }
        How::Failed(_) => {
            begins(last, calls)?;
            let whole =
                |call: &&Call| call.whole && matches!(call.outcome, Served::Answered { .. });
            for call in calls.iter().filter(whole) {
                let gave_up = |entry: &Entry| {
                    let outcomes = [Outcome::Failed(ErrorKind::Timeout), Outcome::Cancelled];
                    &*entry.endpoint == call.host && outcomes.contains(&entry.outcome)
                };
                if !entries.iter().any(gave_up) {
                    return Err("an error, though an answer was served whole in time".to_owned());
                }
            }
            if finished > 0 {
                return Err("an error, and an entry of an answer".to_owned());
            }
        }
        How::Left => begins(last, calls)?,
    }
    Ok(())
}

/// Every call has its entry, and every entry of a call that was answered has its call.
fn each_call_has_an_entry(calls: &[Call], entries: &[Entry]) -> Result<(), String> {
    let hosts: BTreeSet<_> =
        calls.iter().map(|it| it.host).chain(entries.iter().map(|it| &*it.endpoint)).collect();
    for host in hosts {
        let made = calls.iter().filter(|call| call.host == host).count();
        let mine = || entries.iter().filter(|entry| &*entry.endpoint == host);
        let (written, answered) = (mine().count(), mine().filter(|it| it.status.is_some()).count());
        if made > written || answered > made {
            return Err(format!(
                "{host} was called {made} times; {written} entries, {answered} of them with a status"
            ));
        }
    }
    Ok(())
}

/// A text that broke off is how something begins that one of the calls was told.
fn begins(text: &str, calls: &[Call]) -> Result<(), String> {
    let is_served = |call: &Call| match text.trim_start_matches('x') {
        // A huge one has nothing else.
        "" => text.is_empty() || matches!(call.fault, Some(Fault::Oversized { .. })),
        _ => whole(text, call.host).starts_with(text),
    };
    let is_right = text.is_empty() || calls.iter().any(is_served);
    is_right.then_some(()).ok_or_else(|| "a text that nobody served".to_owned())
}

/// The whole of what begins like this.
fn whole(text: &str, host: &str) -> String {
    let mood = text.split(' ').nth(1).and_then(|mood| mood.parse().ok());
    mood.map_or_else(|| host.to_owned(), |mood| said(host, mood))
}

impl Call {
    /// Whether it was served this text, and all of it.
    fn answers(&self, text: &str) -> bool {
        match (&self.outcome, &self.fault) {
            (Served::Answered { text: served, .. }, _) => self.whole && served == text,
            (Served::Undecided, Some(Fault::Oversized { bytes })) => {
                text.len() == *bytes && text.bytes().all(|byte| byte == b'x')
            }
            (Served::Undecided, _) => text == whole(text, self.host),
            // What Google filters, it says in an answer.
            (Served::Failed(ErrorKind::ContentFilter), _) => {
                self.host == "gemini" && text.is_empty()
            }
            _ => false,
        }
    }
}

/// Which request this is the body of.
fn number(body: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once("request ")?;
    rest.split_once(';')?.0.parse().ok()
}

/// The word for a fault, without its figures.
fn name(fault: &Fault) -> String {
    let mut name = format!("{fault:?}");
    name.truncate(name.find([' ', '(']).unwrap_or(name.len()));
    name
}

fn told(entries: &[Entry]) -> String {
    let told = |it: &Entry| {
        format!("{} {:?} {} {:?} after {:?}", it.attempt, it.cause, it.target, it.outcome, it.took)
    };
    entries.iter().map(told).collect::<Vec<_>>().join("\n  ")
}
