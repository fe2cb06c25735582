//! Spans, and metrics under the feature `metrics`, by the names of OpenTelemetry's conventions for generative AI
//! (`semantic-conventions-genai`; all of it is in development there, and may be renamed).
//!
//! A request is a span, and each of its attempts is one below it. What is asked and answered is in none of
//! them, unless [`Words::Shown`] is said.

use std::fmt;

use nohop_policy::AttemptId;
use nohop_types::{Attempted, Event, Outcome, Task, Usage};
use nohop_wire::Mode;
use tracing::Span;
use tracing::field::Empty;

use crate::asked::Asked;
use crate::route::Place;

#[cfg(feature = "metrics")]
mod measures;
mod words;

#[cfg(feature = "metrics")]
pub(crate) use measures::Measures;
pub(crate) use words::Told;

/// Whether spans have the words of requests and answers.
///
/// Whoever shows them keeps what people say wherever spans are kept.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Words {
    /// No word of them is in any span.
    #[default]
    Hidden,
    /// The span of a request has its messages, and those of its answer.
    Shown,
}

/// The span of a request.
pub(crate) fn request(asked: &Asked) -> Span {
    let (name, operation) = (asked.request.model.as_str(), operation(&asked.work.task()));
    let span = tracing::info_span!(
        "request",
        id = &*asked.id,
        name,
        otel.name = %Titled(operation, name),
        otel.kind = "internal",
        gen_ai.operation.name = operation,
        gen_ai.request.model = name,
        gen_ai.conversation.id = asked.request.session.as_deref(),
        gen_ai.input.messages = Empty,
        gen_ai.output.messages = Empty,
        nohop.aside = asked.aside.map(|aside| aside.as_str()),
    );
    if asked.shared.words == Words::Shown && !span.is_disabled() {
        span.record("gen_ai.input.messages", words::of_request(&asked.request));
    }
    span
}

/// The span of an attempt at the candidate at `place`.
pub(crate) fn attempt(asked: &Asked, id: AttemptId, place: usize) -> Span {
    let (at, candidate) = (&asked.resolved.places[place], &asked.resolved.candidates[place]);
    let (request, operation) = (&asked.request, operation(&asked.work.task()));
    let span = tracing::info_span!(
        "attempt",
        number = id.index(),
        target = %candidate.target,
        key = candidate.key,
        otel.name = %Titled(operation, &at.model),
        otel.kind = "client",
        gen_ai.operation.name = operation,
        gen_ai.provider.name = provider(at),
        gen_ai.request.model = &*at.model,
        gen_ai.request.stream = asked.mode == Mode::Stream,
        gen_ai.request.max_tokens = request.max_tokens,
        gen_ai.request.temperature = request.sampling.temperature,
        gen_ai.request.top_p = request.sampling.top_p,
        gen_ai.request.seed = request.sampling.seed,
        gen_ai.request.choice.count = request.sampling.n,
        gen_ai.response.id = Empty,
        gen_ai.response.model = Empty,
        gen_ai.response.finish_reasons = Empty,
        gen_ai.response.time_to_first_chunk = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        gen_ai.usage.cache_read.input_tokens = Empty,
        gen_ai.usage.cache_creation.input_tokens = Empty,
        gen_ai.usage.reasoning.output_tokens = Empty,
        server.address = Empty,
        server.port = Empty,
        error.type = Empty,
        nohop.outcome = Empty,
        nohop.cost = Empty,
    );
    if !span.is_disabled()
        && let Some((host, port)) = server(at)
    {
        span.record("server.address", host).record("server.port", port);
    }
    span
}

/// Takes note of what an event says of the answer.
pub(crate) fn heard(span: &Span, event: &Event) {
    match event {
        Event::Start { id, model } => {
            span.record("gen_ai.response.id", id.as_deref());
            span.record("gen_ai.response.model", model.as_deref());
        }
        Event::End { choice: 0, reason, .. } => {
            span.record("gen_ai.response.finish_reasons", format_args!("[{:?}]", reason.as_str()));
        }
        _ => {}
    }
}

/// Takes note of how an attempt ended.
pub(crate) fn ended(span: &Span, shown: &Attempted, mode: Mode) {
    if span.is_disabled() {
        return;
    }
    let usage = &shown.usage;
    span.record("gen_ai.usage.input_tokens", input(usage));
    span.record("gen_ai.usage.output_tokens", output(usage));
    span.record("gen_ai.usage.cache_read.input_tokens", usage.cache_read);
    span.record("gen_ai.usage.cache_creation.input_tokens", usage.cache_write);
    span.record("gen_ai.usage.reasoning.output_tokens", usage.reasoning);
    if mode == Mode::Stream {
        let first = shown.first_content.map(|time| time.as_secs_f64());
        span.record("gen_ai.response.time_to_first_chunk", first);
    }
    if let Some(cost) = shown.cost {
        span.record("nohop.cost", tracing::field::display(cost.amount));
    }
    if let Some(outcome) = shown.outcome {
        span.record("nohop.outcome", tracing::field::display(outcome));
    }
    if let Some(Outcome::Failed(kind)) = shown.outcome {
        span.record("error.type", kind.as_str());
    }
}

/// All tokens of the prompt, cached or not, as the conventions count them.
fn input(usage: &Usage) -> Option<u64> {
    sum([usage.input, usage.cache_read, usage.cache_write, usage.tool_prompt])
}

/// All tokens of the answer, seen or thought.
fn output(usage: &Usage) -> Option<u64> {
    sum([usage.output, usage.reasoning, None, None])
}

fn sum(counts: [Option<u64>; 4]) -> Option<u64> {
    counts.into_iter().flatten().reduce(u64::saturating_add)
}

/// The conventions' word for what is asked.
fn operation(task: &Task) -> &'static str {
    match task {
        Task::Chat => "chat",
        Task::Embed => "embeddings",
        Task::List => "list_models",
        Task::Rerank => "rerank",
        _ => "other",
    }
}

/// The conventions' word for a provider, which is its id but for these.
fn provider(at: &Place) -> &'static str {
    const WORDS: [(&str, &str); 11] = [
        ("azure", "azure.ai.openai"),
        ("azure-anthropic", "azure.ai.inference"),
        ("azure-foundry", "azure.ai.inference"),
        ("bedrock", "aws.bedrock"),
        ("bedrock-mantle", "aws.bedrock"),
        ("gemini", "gcp.gemini"),
        ("mistral", "mistral_ai"),
        ("moonshot", "moonshot_ai"),
        ("vertex", "gcp.vertex_ai"),
        ("vertex-express", "gcp.vertex_ai"),
        ("xai", "x_ai"),
    ];
    let id = at.endpoint.provider().id;
    WORDS.iter().find(|(ours, _)| *ours == id).map_or(id, |(_, word)| word)
}

/// Where an endpoint is.
fn server(at: &Place) -> Option<(String, u16)> {
    let url = at.endpoint.url().ok()?;
    let secure = url.scheme_str() != Some("http");
    let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
    Some((url.host()?.to_owned(), port))
}

/// The name of a span.
struct Titled<'a>(&'static str, &'a str);

impl fmt::Display for Titled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}
