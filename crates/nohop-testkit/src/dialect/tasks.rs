//! What is asked of a provider beside conversations: vectors of texts, and orders of documents.

use http::request::Parts;
use nohop_types::Usage;
use serde_json::Value;

use super::Refusal;
use crate::Script;

/// One request that asks for vectors or an order.
pub(crate) struct Asked<'a> {
    pub(crate) script: &'a Script,
    pub(crate) number: u64,
    pub(crate) head: &'a Parts,
    pub(crate) body: &'a Value,
    /// Whether the answer holds nothing of what was asked for.
    pub(crate) hollow: bool,
}

/// What a request for vectors or an order is answered with.
pub(crate) struct Told {
    pub(crate) body: String,
    pub(crate) usage: Usage,
    /// The headers that it has beside the others.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Asked<'_> {
    pub(crate) fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// The tokens that the answer states, for texts of so many bytes.
    pub(crate) fn tokens(&self, bytes: usize) -> u64 {
        let prompt = (bytes as u64).div_ceil(4);
        self.script.answer_of(self.number).tokens(prompt).input
    }

    /// The vectors of `texts`, each as `write` writes it.
    pub(crate) fn vectors(
        &self,
        texts: &[String],
        dimensions: usize,
        write: impl Fn(usize, &[f32]) -> String,
    ) -> String {
        let texts = if self.hollow { &[] } else { texts };
        let one = |(place, text): (usize, &String)| write(place, &vector(text, dimensions));
        texts.iter().enumerate().map(one).collect::<Vec<_>>().join(",")
    }

    /// The items of an order of `documents`, the most relevant first, of which `top` are wanted.
    pub(crate) fn order(&self, query: &str, documents: &[String], top: Option<u64>) -> String {
        let mut scores: Vec<(usize, f64)> =
            documents.iter().map(|document| relevance(query, document)).enumerate().collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1));
        let wanted = top.map_or(scores.len(), |top| usize::try_from(top).unwrap_or(usize::MAX));
        let wanted = if self.hollow { 0 } else { wanted };
        let item = |(index, score): &(usize, f64)| {
            format!(r#"{{"index":{index},"relevance_score":{score:?}}}"#)
        };
        scores.iter().take(wanted).map(item).collect::<Vec<_>>().join(",")
    }

    /// How long the vectors are: as the request says, where it does not say more than there is.
    pub(crate) fn dimensions(
        &self,
        wanted: &Value,
        refuse: impl Fn(&Value, usize) -> Refusal,
    ) -> Result<usize, Refusal> {
        let most = self.script.dimensions;
        if wanted.is_null() {
            return Ok(most);
        }
        let count = wanted.as_u64().and_then(|count| usize::try_from(count).ok());
        count.filter(|count| (1..=most).contains(count)).ok_or_else(|| refuse(wanted, most))
    }
}

/// The usage of what reads so many tokens and answers with none.
pub(super) fn read(tokens: u64) -> Usage {
    let mut usage = Usage::default();
    usage.input = Some(tokens);
    usage
}

/// The texts of a list, if it is one of nothing else.
pub(super) fn texts(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

/// How many bytes the texts have.
pub(super) fn bytes(texts: &[String]) -> usize {
    texts.iter().map(String::len).sum()
}

/// Numbers as a JSON list.
pub(super) fn numbers(vector: &[f32]) -> String {
    let numbers: Vec<String> = vector.iter().map(|number| format!("{number:?}")).collect();
    format!("[{}]", numbers.join(","))
}

/// The vector that every emulator makes of `text`: always the same, and that of no other text.
///
/// ```
/// let vector = nohop_testkit::vector("a", 8);
/// assert_eq!(vector.len(), 8);
/// assert_ne!(vector, nohop_testkit::vector("b", 8));
/// ```
pub fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    const PRIME: u64 = 0x0100_0000_01b3;
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    let mut hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
    let mut number = || {
        hash = mix(hash, 1);
        let [byte, ..] = hash.to_be_bytes();
        // Such a number is written exactly, in decimal as in binary.
        (f32::from(byte) - 127.5) / 128.0
    };
    (0..dimensions).map(|_| number()).collect()
}

/// How relevant `document` is to `query`: the share of the query's words that occur in it.
fn relevance(query: &str, document: &str) -> f64 {
    let has = |word: &&str| document.split_whitespace().any(|other| other == *word);
    let words = query.split_whitespace();
    words.clone().filter(has).count() as f64 / words.count().max(1) as f64
}
