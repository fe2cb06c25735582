//! What the recordings prove that a provider can be asked for.

use std::collections::{BTreeMap, BTreeSet};

use nohop_types::{Content, OutputFormat, Part, Request};
use nohop_wire::RequestHead;

use crate::hosts::host;
use crate::recording::Recording;
use crate::replay::{Outcome, Status};

/// Something that a provider may be asked for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Feature {
    /// A whole answer.
    Chat,
    /// An answer as it is made.
    Stream,
    /// Calls of tools.
    Tools,
    /// Thinking that is told or counted.
    Reasoning,
    /// Pictures in the prompt.
    Images,
    /// Documents in the prompt.
    Documents,
    /// An answer that follows a schema.
    Structured,
    /// Prompt tokens counted as read from a cache.
    Cache,
    /// Vectors.
    Embeddings,
    /// Documents in the order of their relevance.
    Rerank,
    /// A list of models.
    Models,
}

impl Feature {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 11] = [
        Self::Chat,
        Self::Stream,
        Self::Tools,
        Self::Reasoning,
        Self::Images,
        Self::Documents,
        Self::Structured,
        Self::Cache,
        Self::Embeddings,
        Self::Rerank,
        Self::Models,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Stream => "stream",
            Self::Tools => "tools",
            Self::Reasoning => "reasoning",
            Self::Images => "images",
            Self::Documents => "documents",
            Self::Structured => "structured",
            Self::Cache => "cache",
            Self::Embeddings => "embeddings",
            Self::Rerank => "rerank",
            Self::Models => "models",
        }
    }
}

/// Which features of which provider were seen, by the ids of the table.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Proofs(BTreeMap<String, BTreeSet<Feature>>);

impl Proofs {
    /// Reads what [`Display`](std::fmt::Display) has written; lines of another form say nothing.
    pub fn read(text: &str) -> Self {
        let feature = |name: &str| Feature::ALL.into_iter().find(|it| it.name() == name);
        let lines = text.lines().filter_map(|line| line.split_once(": "));
        let read = lines.map(|(provider, names)| {
            (provider.to_owned(), names.split(", ").filter_map(feature).collect())
        });
        Self(read.collect())
    }

    /// Adds what `recording` proves, of which `outcome` came.
    pub fn add(&mut self, recording: &Recording, outcome: &Outcome) {
        if outcome.status == Status::Ok && outcome.error.is_none() {
            let seen = self.0.entry(recording.provider.replace('_', "-")).or_default();
            seen.extend(proven(recording, outcome));
        }
    }

    /// Whether a recording proves `feature` of the provider with this id.
    pub fn has(&self, provider: &str, feature: Feature) -> bool {
        self.0.get(provider).is_some_and(|seen| seen.contains(&feature))
    }
}

impl std::fmt::Display for Proofs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (provider, seen) in self.0.iter().filter(|(_, seen)| !seen.is_empty()) {
            let names: Vec<_> = seen.iter().map(|feature| feature.name()).collect();
            writeln!(f, "{provider}: {}", names.join(", "))?;
        }
        Ok(())
    }
}

fn proven(recording: &Recording, outcome: &Outcome) -> Vec<Feature> {
    let mut proven = Vec::new();
    let mut seen = |feature, holds: bool| proven.extend(holds.then_some(feature));
    seen(Feature::Embeddings, outcome.vectors.is_some());
    seen(Feature::Rerank, outcome.ranking.is_some());
    seen(Feature::Models, outcome.listed.is_some_and(|models| models > 0));
    let Some(response) = &outcome.response else { return proven };
    let whole = if recording.stream { Feature::Stream } else { Feature::Chat };
    seen(whole, !response.parts().is_empty());
    seen(Feature::Tools, response.tool_calls().next().is_some());
    let thought = |part: &Part| matches!(part.content, Content::Reasoning(_));
    let counted = response.usage.reasoning.is_some_and(|tokens| tokens > 0);
    seen(Feature::Reasoning, counted || response.parts().iter().any(thought));
    seen(Feature::Cache, response.usage.cache_read.is_some_and(|tokens| tokens > 0));
    let Some(asked) = asked(recording) else { return proven };
    let parts = || asked.messages.iter().flat_map(|message| &message.parts);
    let held = |part: &Part, is: fn(&Content) -> bool| match &part.content {
        Content::ToolResult(result) => result.parts.iter().any(|part| is(&part.content)),
        content => is(content),
    };
    seen(Feature::Images, parts().any(|it| held(it, |it| matches!(it, Content::Image(_)))));
    seen(Feature::Documents, parts().any(|it| held(it, |it| matches!(it, Content::Document(_)))));
    seen(Feature::Structured, matches!(asked.output, Some(OutputFormat::JsonSchema(_))));
    proven
}

/// The recorded request, in words of ours.
fn asked(recording: &Recording) -> Option<Request> {
    let host = host(&recording.provider, &recording.dialect)?;
    let head = RequestHead::new(recording.path(), recording.request_headers());
    let body = recording.request.body.to_string();
    Some(host.asked(&head, body.as_bytes()).ok()?.request)
}
