use std::time::Instant;

use nohop_types::{Content, Label, Money, Part, Preferences, Request, Task, Tool, ToolKind};

use crate::random::random;
use crate::{Candidate, Extent, Warm};

#[cfg(test)]
mod tests;

/// What a policy may look at.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Context<'a> {
    /// The request being routed.
    pub request: &'a Request,
    /// What is asked of the model.
    pub task: Task,
    /// The time.
    pub now: Instant,
    /// How many tokens the prompt is expected to have.
    ///
    /// One for four bytes of text, a thousand for an image, one for 64 bytes of other media.
    pub input: u64,
    /// How many tokens the answer is expected to have: the cap, or a thousand for each choice.
    pub output: u64,
    /// What was found out about the request.
    pub labels: &'a [Label],
    /// Whether the request asks that its prompt be cached.
    cached: bool,
    warm: &'a [Warm],
    /// What is preferred: what the request says, unless its name says more.
    pub preferences: Option<&'a Preferences>,
    seed: u64,
}

impl<'a> Context<'a> {
    /// The context of a chat at the time `now`, whose random numbers follow from `seed`.
    pub fn new(request: &'a Request, now: Instant, seed: u64) -> Self {
        let (mut cached, mut tokens) = (request.cache.is_some(), 0);
        for message in &request.messages {
            for part in &message.parts {
                cached |= part.cache.is_some();
                tokens += quarters(part);
            }
        }
        for it in &request.tools {
            cached |= it.cache.is_some();
            tokens += tool(it);
        }
        let choices = u64::from(request.sampling.n.unwrap_or(1));
        Self {
            request,
            task: Task::Chat,
            now,
            input: tokens.div_ceil(4),
            output: request.max_tokens.unwrap_or(1_000).saturating_mul(choices),
            labels: &[],
            cached,
            warm: &[],
            preferences: request.preferences.as_deref(),
            seed,
        }
    }

    /// How many tokens the prompt of `request` is expected to have.
    pub(crate) fn tokens_of(request: &Request) -> u64 {
        let parts = request.messages.iter().flat_map(|message| &message.parts);
        let tools = request.tools.iter().map(tool);
        (parts.map(quarters).sum::<u64>() + tools.sum::<u64>()).div_ceil(4)
    }

    /// Says what is asked of the model; what is no chat has no tokens to answer with.
    #[must_use]
    pub fn task(mut self, task: Task) -> Self {
        if task != Task::Chat {
            self.output = 0;
        }
        self.task = task;
        self
    }

    /// Corrects how many tokens prompt and answer are expected to have.
    #[must_use]
    pub fn tokens(mut self, input: u64, output: u64) -> Self {
        (self.input, self.output) = (input, output);
        self
    }

    /// Says what was found out about the request, as a route's classifier does.
    #[must_use]
    pub fn labels(mut self, labels: &'a [Label]) -> Self {
        self.labels = labels;
        self
    }

    /// Says at whom the beginning of the prompt is warm in a cache.
    #[must_use]
    pub fn warm(mut self, warm: &'a [Warm]) -> Self {
        self.warm = warm;
        self
    }

    /// How many tokens of the prompt are expected to be in the cache of `candidate`.
    pub fn cached(&self, candidate: &Candidate) -> u64 {
        if self.warm.is_empty() {
            return 0;
        }
        let place = candidate.fingerprint();
        let warm = self.warm.iter().find(|warm| warm.place == place);
        warm.map_or(0, |warm| warm.tokens.min(self.input))
    }

    /// Says what is preferred, in place of what the request says.
    #[must_use]
    pub fn preferences(mut self, preferences: &'a Preferences) -> Self {
        self.preferences = Some(preferences);
        self
    }

    /// What the answer would cost at `candidate`, if its price is known; what is warm there costs what a cache does.
    #[inline]
    pub fn estimate(&self, candidate: &Candidate) -> Option<Money> {
        let price = candidate.price.as_ref()?;
        // Asked for each of many: the usual case is told at once.
        Some(match self.cached || !self.warm.is_empty() {
            false => price.estimate(self.input, self.output),
            true => {
                let warm = self.cached(candidate);
                price.estimate_cached(warm, self.cached, self.input, self.output)
            }
        })
    }

    /// How large the request is expected to be, for an estimate when it is over.
    #[inline]
    pub fn extent(&self) -> Extent {
        Extent { input: self.input, output: self.output, cached: self.cached }
    }

    /// What the answer would cost at `candidate` if `tokens` of the prompt were warm there.
    pub(crate) fn estimate_warm(&self, candidate: &Candidate, tokens: u64) -> Option<Money> {
        self.extent().estimate_warm(candidate, tokens)
    }

    /// The caller's word for `key`, for policies to go by.
    pub fn tag(&self, key: &str) -> Option<&'a str> {
        self.request.tags.get(key).map(String::as_str)
    }

    /// What was found out about the request under this name, for policies to go by.
    pub fn label(&self, name: &str) -> Option<&'a str> {
        Label::find(self.labels, name)
    }

    /// The random number that belongs to `argument`: the same for the same seed and argument.
    pub fn random(&self, argument: u64) -> u64 {
        random(self.seed, argument)
    }

    /// The random number that belongs to `candidate`, wherever it stands in the list.
    pub fn random_for(&self, candidate: &Candidate) -> u64 {
        self.random(candidate.fingerprint())
    }
}

/// A part's expected tokens, in quarters: as many as its text has bytes.
#[inline]
fn quarters(part: &Part) -> u64 {
    match &part.content {
        Content::Text(text) => text.len() as u64,
        Content::Image(_) => 4_000,
        Content::Audio(_) | Content::Document(_) | Content::Video(_) => part.len() as u64 / 16,
        Content::ToolResult(result) => result.parts.iter().map(quarters).sum(),
        _ => part.len() as u64,
    }
}

fn tool(tool: &Tool) -> u64 {
    let length = match &tool.kind {
        ToolKind::Function(function) => {
            function.name.len()
                + function.description.as_ref().map_or(0, String::len)
                + function.schema.as_ref().map_or(0, |schema| schema.as_str().len())
        }
        ToolKind::Native { json, .. } => json.as_str().len(),
        _ => 0,
    };
    length as u64
}
