use std::collections::BTreeMap;
use std::time::Duration;

use nohop_types::Request;

mod entries;
mod traffic;

pub use traffic::Traffic;

/// A request of a workload: when it comes, and what it is about.
///
/// ```
/// use std::time::Duration;
/// use nohop_sim::{Arrival, Workload};
///
/// let ask = Arrival { input: 2_000, output: 300, ..Arrival::new(Duration::from_secs(3), "chat") };
/// assert_eq!(Workload::new([ask]).len(), 1);
/// ```
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Arrival {
    /// When it comes, counted from the beginning.
    pub at: Duration,
    /// The model that it names.
    pub model: String,
    /// The tokens of its prompt.
    pub input: u64,
    /// The tokens of its answer.
    pub output: u64,
    /// How many tokens of the prompt its conversation had before.
    pub prefix: u64,
    /// Which conversation it belongs to.
    pub session: Option<String>,
    /// Who asks.
    pub user: Option<String>,
    /// How hard it is, from nothing to 999; a target answers well what is below its skill.
    pub difficulty: u32,
    /// Words for policies.
    pub tags: BTreeMap<String, String>,
}

impl Arrival {
    /// An easy request for `model` that comes at a time: a thousand tokens, to be answered with three hundred.
    pub fn new(at: Duration, model: impl Into<String>) -> Self {
        Self {
            at,
            model: model.into(),
            input: 1_000,
            output: 300,
            prefix: 0,
            session: None,
            user: None,
            difficulty: 0,
            tags: BTreeMap::new(),
        }
    }
}

/// Requests in the order in which they come.
///
/// It is made up ([`Traffic::make`]), read back from a ledger ([`Workload::read`]), or written down.
#[derive(Clone, Debug, Default)]
pub struct Workload {
    pub(crate) asks: Vec<Row>,
    pub(crate) models: Words<String>,
    tags: Words<BTreeMap<String, String>>,
    users: Words<String>,
    sessions: Words<String>,
}

/// A request in few bytes, for there may be millions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) at: Duration,
    pub(crate) model: u32,
    pub(crate) input: u64,
    pub(crate) output: u64,
    pub(crate) prefix: u64,
    pub(crate) session: Option<u32>,
    user: Option<u32>,
    tags: Option<u32>,
    pub(crate) difficulty: u32,
}

impl Workload {
    /// These requests, in whatever order.
    pub fn new(asks: impl IntoIterator<Item = Arrival>) -> Self {
        let mut workload = Self::default();
        for ask in asks {
            let row = Row {
                at: ask.at.min(LATEST),
                model: workload.models.place(ask.model),
                input: ask.input,
                output: ask.output,
                prefix: ask.prefix.min(ask.input),
                session: ask.session.map(|session| workload.sessions.place(session)),
                user: ask.user.map(|user| workload.users.place(user)),
                tags: (!ask.tags.is_empty()).then(|| workload.tags.place(ask.tags)),
                difficulty: ask.difficulty,
            };
            workload.asks.push(row);
        }
        workload.sorted()
    }

    /// How many requests there are.
    pub fn len(&self) -> usize {
        self.asks.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.asks.is_empty()
    }

    /// When the last request comes.
    pub(crate) fn end(&self) -> Duration {
        self.asks.last().map_or(Duration::ZERO, |ask| ask.at)
    }

    /// What a policy sees of a request; it has no messages, for nobody reads them.
    pub(crate) fn request(&self, row: &Row) -> Request {
        let mut request = Request::new(self.models.word(row.model).as_str());
        request.user = row.user.map(|user| self.users.word(user).clone());
        request.session = row.session.map(|session| self.sessions.word(session).clone());
        if let Some(tags) = row.tags {
            request.tags.clone_from(self.tags.word(tags));
        }
        request
    }

    /// Puts requests in order; those that come at once keep theirs.
    fn sorted(mut self) -> Self {
        self.asks.sort_by_key(|ask| ask.at);
        self
    }
}

/// No request comes later, so that there is an instant for it.
const LATEST: Duration = Duration::from_secs(100 * 366 * 24 * 3_600);

/// Words that rows name by their places.
#[derive(Clone, Debug)]
pub(crate) struct Words<T> {
    words: Vec<T>,
    places: BTreeMap<T, u32>,
}

impl<T: Clone + Ord> Words<T> {
    fn place(&mut self, word: T) -> u32 {
        if let Some(place) = self.places.get(&word) {
            return *place;
        }
        let place = self.words.len() as u32;
        self.words.push(word.clone());
        self.places.insert(word, place);
        place
    }

    fn word(&self, place: u32) -> &T {
        &self.words[place as usize]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.words.iter()
    }
}

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self { words: Vec::new(), places: BTreeMap::new() }
    }
}
