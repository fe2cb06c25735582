//! What the host counts, and under which names.

use nohop_types::Usage;
use serde_json::value::RawValue;

use super::Cohere;
use crate::json::{self, Rest, row};

row! {
    struct Tokens {
        billed: Counts<'a> = "billed_units",
        tokens: &'a RawValue = "tokens",
        cached: &'a RawValue = "cached_tokens",
    }
}

row! {
    struct Counts {
        input: &'a RawValue = "input_tokens",
        output: &'a RawValue = "output_tokens",
        reasoning: &'a RawValue = "reasoning_tokens",
        searches: &'a RawValue = "search_units",
    }
}

impl Tokens<'_> {
    /// The usage in disjoint kinds, of the tokens that are billed; where none are, of all.
    ///
    /// How many were cached is told of all tokens, so it says nothing of those that are billed.
    pub(super) fn usage(self) -> Usage {
        let all: Option<Counts<'_>> = self.tokens.and_then(json::lax);
        let all = all.unwrap_or_default();
        let cached = count(self.cached);
        let thought = count(all.reasoning);

        let mut usage = Usage::default();
        usage.search_units = self.billed.as_ref().and_then(|billed| count(billed.searches));
        match self.billed.filter(|billed| billed.input.is_some() || billed.output.is_some()) {
            Some(billed) => {
                (usage.output, usage.reasoning) = apart(count(billed.output), thought);
                usage.input = count(billed.input);
                keep(
                    &mut usage,
                    "",
                    Rest::from_iter(self.cached.map(|raw| ("cached_tokens".into(), raw))),
                );
                keep(&mut usage, "billed_units.", billed.rest);
            }
            None => {
                (usage.output, usage.reasoning) = apart(count(all.output), thought);
                let inside = cached.filter(|cached| count(all.input) >= Some(*cached));
                usage.input = count(all.input).map(|all| all - inside.unwrap_or(0));
                usage.cache_read = cached;
            }
        }
        keep(&mut usage, "", Rest::from_iter(self.tokens.map(|raw| ("tokens".into(), raw))));
        keep(&mut usage, "", self.rest);
        usage
    }
}

/// The answer's tokens apart from those it thought with, which are among them, or not billed.
fn apart(output: Option<u64>, thought: Option<u64>) -> (Option<u64>, Option<u64>) {
    let thought = thought.filter(|thought| output.is_none_or(|output| *thought <= output));
    (output.map(|output| output - thought.unwrap_or(0)), thought)
}

/// A number of tokens; what is no count of anything is unknown.
fn count(raw: Option<&RawValue>) -> Option<u64> {
    let text = raw?.get();
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        Some(number as u64)
    })
}

/// Keeps what else is counted.
fn keep(usage: &mut Usage, prefix: &str, rest: Rest<'_>) {
    let rest = rest.into_iter().map(|(key, raw)| (json::within(prefix, key).into(), raw));
    usage.extra.extend(json::extras(Cohere::NAME, rest.collect()));
}
