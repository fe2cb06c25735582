use std::time::Duration;

use nohop_types::{Modality, Money};

/// What is known of a candidate before it is asked: what its model can do there, where it is, and what becomes of what
/// it is told.
///
/// A row; what nobody says is `None`, and nothing is taken for granted of that.
///
/// ```
/// use nohop_policy::Offer;
///
/// let offer = Offer { context: Some(128_000), tools: Some(true), ..Offer::default() };
/// assert_eq!(offer.schema, None);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Offer {
    /// Whose it is: the id of the provider, however the endpoint is called.
    pub provider: Option<String>,
    /// Where it is served, in the provider's or the catalog's word: `eu`, `us-east-1`.
    pub region: Option<String>,
    /// What becomes of what it is told.
    pub data: Option<Data>,
    /// How its numbers are rounded, as `fp8`.
    pub quantization: Option<String>,
    /// How many tokens prompt and answer may have together.
    pub context: Option<u64>,
    /// How many tokens the answer may have.
    pub output: Option<u64>,
    /// What a picture that is read is charged beside its tokens.
    pub image: Option<Money>,
    /// What a token of sound that is heard is charged.
    pub audio: Option<Money>,
    /// What the model reads; empty where nobody says.
    pub reads: Vec<Modality>,
    /// What it answers with; empty where nobody says.
    pub writes: Vec<Modality>,
    /// Whether it calls tools.
    pub tools: Option<bool>,
    /// Whether it can be made to call one.
    pub forced_tools: Option<bool>,
    /// Whether it calls several at once, or can be told not to.
    pub parallel_tools: Option<bool>,
    /// Whether its answer keeps to a JSON schema.
    pub schema: Option<bool>,
    /// Whether it thinks.
    pub reasoning: Option<bool>,
    /// Whether it can be told how tokens are chosen.
    pub sampling: Option<bool>,
    /// Whether it goes on from a last turn of its own.
    pub prefill: Option<bool>,
    /// For how long a prompt stays in its cache, where the request does not say.
    pub cached: Option<Duration>,
    /// How well the model did in public tests, in thousandths of the best there is.
    pub score: Option<u32>,
    /// On which day the model came out, counted from the first of 1970.
    pub released: Option<u32>,
}

/// What becomes of what a provider is told; what comes later keeps more.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Data {
    /// It is forgotten once it is answered.
    Forgets,
    /// It is kept for a while.
    Keeps,
    /// It is kept, and models may learn from it.
    Trains,
}

impl Offer {
    /// Takes over from `known` what is not said here.
    #[must_use]
    pub fn or(self, known: Self) -> Self {
        let list = |ours: Vec<Modality>, theirs| if ours.is_empty() { theirs } else { ours };
        Self {
            provider: self.provider.or(known.provider),
            region: self.region.or(known.region),
            data: self.data.or(known.data),
            quantization: self.quantization.or(known.quantization),
            context: self.context.or(known.context),
            output: self.output.or(known.output),
            image: self.image.or(known.image),
            audio: self.audio.or(known.audio),
            reads: list(self.reads, known.reads),
            writes: list(self.writes, known.writes),
            tools: self.tools.or(known.tools),
            forced_tools: self.forced_tools.or(known.forced_tools),
            parallel_tools: self.parallel_tools.or(known.parallel_tools),
            schema: self.schema.or(known.schema),
            reasoning: self.reasoning.or(known.reasoning),
            sampling: self.sampling.or(known.sampling),
            prefill: self.prefill.or(known.prefill),
            cached: self.cached.or(known.cached),
            score: self.score.or(known.score),
            released: self.released.or(known.released),
        }
    }
}
