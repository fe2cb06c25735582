//! Replays one recorded exchange, and says what held.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nohop_types::{
    Content, Error, ErrorKind, Event, Issuer, Loss, Ranking, Request, Response, Vectors,
};
use nohop_wire::dialect::Anthropic;
use nohop_wire::laws::{self, Sample};
use nohop_wire::{Call, Framer, Framing, Mode, RequestHead};
use serde_json::{Value, json};

use crate::hosts::{Host, embedder, host, ranker};
use crate::lists::{Lists, lists};
use crate::recording::Recording;
use crate::{asked, embeds, models, ranks};

/// What came of one recording.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// Whether every law held.
    pub status: Status,
    /// What did not hold, or why it was skipped.
    pub why: Option<String>,
    /// Whether the request came back as it was.
    pub request: Return,
    /// The paths in which it differs, with what stood there.
    pub differences: Vec<laws::Difference>,
    /// Whether the recorded stream ends before its answer does.
    pub cut: bool,
    /// The answer, as far as it was one.
    pub response: Option<Response>,
    /// The vectors, if they were asked for and it was no error.
    pub vectors: Option<Vectors>,
    /// The order, if one was asked for and it was no error.
    pub ranking: Option<Ranking>,
    /// How many models were listed, if they were asked for and it was no error.
    pub listed: Option<usize>,
    /// The error, if it was one or ended in one.
    pub error: Option<Error>,
}

/// Whether every law held.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Status {
    /// All that apply did.
    Ok,
    /// One was broken.
    Failed,
    /// The dialect is not spoken yet.
    Skipped,
}

/// Whether a request came back as it was.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Return {
    /// It did.
    Same,
    /// But for what the list of losses says.
    Lossy,
    /// It did not.
    Differs,
    /// There was none.
    None,
}

/// Replays `recording`.
pub fn replay(recording: &Recording) -> Outcome {
    let mut outcome = Outcome {
        status: Status::Ok,
        why: None,
        request: Return::None,
        differences: Vec::new(),
        cut: false,
        response: None,
        vectors: None,
        ranking: None,
        listed: None,
        error: None,
    };
    let embeds = recording.dialect == "bedrock_invoke" && recording.path().contains("embed");
    let lists = lists(if embeds { "bedrock_embed" } else { &recording.dialect });
    if let Some(why) = another(recording) {
        outcome.status = Status::Skipped;
        outcome.why = Some(why.to_owned());
        return outcome;
    }
    if let (Some(embedder), Some(lists)) = (embedder(recording), &lists) {
        embeds::replay(recording, &embedder, lists, &mut outcome);
        return outcome;
    }
    if let (Some(ranker), Some(lists)) = (ranker(&recording.provider, &recording.dialect), &lists) {
        ranks::replay(recording, &ranker, lists, &mut outcome);
        return outcome;
    }
    if let ("models", Some(lists)) = (&*recording.dialect, &lists) {
        models::replay(recording, lists, &mut outcome);
        return outcome;
    }
    let (Some(host), Some(lists)) = (host(&recording.provider, &recording.dialect), lists) else {
        outcome.status = Status::Skipped;
        outcome.why = Some(format!("the dialect {} is not spoken yet", recording.dialect));
        return outcome;
    };
    if let Err(why) = answer(recording, host, &lists, &mut outcome) {
        outcome.status = Status::Failed;
        outcome.why = Some(why);
    }
    request(recording, host, &lists, &mut outcome);
    outcome
}

/// Why a recording is of something else than its kind, if it is.
fn another(recording: &Recording) -> Option<&'static str> {
    let (path, body) = (recording.path(), &recording.request.body);
    match &*recording.dialect {
        "bedrock_invoke" if path.contains("embed") => recording
            .response
            .body
            .starts_with(r#"{"data":"#)
            .then_some("its client had written the answer anew"),
        // Models of other makers are asked there in words of their own.
        "bedrock_invoke" => {
            body.get("anthropic_version").is_none().then_some("it is another maker's dialect")
        }
        "vertex_predict" => {
            let vectors = path.contains("embed") || recording.response.body.contains("embeddings");
            (!vectors).then_some("it is about pictures")
        }
        _ => None,
    }
}

impl Outcome {
    /// Keeps the differences between a request and its return, and what they amount to.
    pub(crate) fn compare(&mut self, differences: Vec<laws::Difference>, lists: &Lists) {
        self.request = match &*differences {
            [] => Return::Same,
            found if found.iter().all(|found| lists.is_loss(found)) => Return::Lossy,
            _ => Return::Differs,
        };
        self.differences = differences;
    }
}

/// Reads the answer and holds it to the laws.
fn answer(
    recording: &Recording,
    host: &'static dyn Host,
    lists: &Lists,
    outcome: &mut Outcome,
) -> Result<(), String> {
    let dialect = host.dialect();
    let head = recording.head();
    let body = &*recording.bytes();
    if recording.response.status >= 400 {
        outcome.error = Some(dialect.error(&head, body));
        return Ok(());
    }
    let (asked, issuer) = (Request::new("m"), Issuer::new(dialect.name(), "here", "m"));
    let mode = if recording.stream { Mode::Stream } else { Mode::Whole };
    let call = Call::new(&asked, "m", recording.path(), &issuer).mode(mode);
    let sample = Sample::new(dialect, call, &head, body);
    let (events, ended) = sample.read(usize::MAX);
    let response: Response = events.iter().cloned().collect();
    outcome.response = (!events.is_empty()).then(|| response.clone());

    let law = |held: Result<(), laws::Breach>| held.map_err(|breach| breach.to_string());
    law(laws::cuts_do_not_matter(&sample))?;
    law(laws::events_follow_the_grammar(&events))?;
    match ended {
        Ok(()) => (),
        Err(error) => {
            outcome.cut = error.kind() == ErrorKind::Truncated && recording.stream;
            let theirs = error.kind() != ErrorKind::Protocol || error.code().is_some();
            let whole = error.kind() == ErrorKind::Truncated && !recording.stream;
            let why = (!theirs || whole).then(|| error.to_string());
            outcome.error = Some(error);
            return why.map_or(Ok(()), Err);
        }
    }
    if let Some(error) = sample.skipped() {
        return Err(format!("a frame was skipped: {error}"));
    }
    law(laws::a_cut_answer_never_finishes(&sample))?;
    match unwrapped(&sample) {
        Some(events) => {
            let plain = Sample::new(&Anthropic::PLAIN, call, &head, events.as_bytes());
            let (read, _) = plain.read(usize::MAX);
            if Response::from_iter(read) != response {
                return Err("what is wrapped reads otherwise than what is not".to_owned());
            }
            law(laws::nothing_is_lost(&plain, &response, &lists.noise()))?;
        }
        None => law(laws::nothing_is_lost(&sample, &response, &lists.noise()))?,
    }
    total(&response, &sample)?;
    // Laws 2 and 5 of answers are about surfaces.
    let Some(surface) = host.surface() else { return Ok(()) };
    law(laws::whole_and_stream_agree(surface, dialect, &call, &events, lists.order()))?;
    law(laws::retelling_is_faithful(
        surface,
        dialect,
        &call,
        &events,
        lists.order(),
        &lists.answers(),
    ))?;
    Ok(())
}

/// Law 6, for numbers: the kinds sum to the total that the provider states.
fn total(response: &Response, sample: &Sample<'_>) -> Result<(), String> {
    let text = String::from_utf8_lossy(sample.body);
    let whole = |text: &str| serde_json::from_str::<Value>(text).ok();
    let frames = text.lines().filter_map(|line| whole(line.strip_prefix("data:")?));
    let messages = messages(sample);
    let mut stated = whole(&text).into_iter().chain(frames).chain(messages).filter_map(|frame| {
        let usage = ["/usage", "/x_groq/usage", "/usageMetadata"];
        let usage = usage.iter().find_map(|path| frame.pointer(path))?.clone();
        let names = ["total_tokens", "totalTokenCount", "totalTokens"];
        let total = names.iter().find_map(|name| usage.get(name))?;
        Some((total.as_u64()?, usage))
    });
    let Some((total, usage)) = stated.next_back() else { return Ok(()) };
    let cached = response.usage.cache_read.unwrap_or(0);
    // Thinking that is more than the answer is no part of it, nor of such a total.
    let thought = response.usage.reasoning.unwrap_or(0);
    match response.usage.total() {
        // A host that counts cached tokens beside the prompt leaves them out of its total, too.
        Some(sum) if ![sum, sum - cached, sum - thought].contains(&total) => {
            Err(format!("law 6: $.usage.total_tokens: the kinds sum to {sum}: {usage}"))
        }
        _ => Ok(()),
    }
}

/// The messages of a binary stream.
fn messages(sample: &Sample<'_>) -> Vec<Value> {
    let mut messages = Vec::new();
    if let Ok((Framing::AwsEventStream, _)) = sample.dialect.open(&sample.call, sample.head) {
        let (mut framer, mut input) =
            (Framer::new(Framing::AwsEventStream, usize::MAX), sample.body);
        while let Ok(Some(frame)) = framer.next(&mut input) {
            messages.extend(serde_json::from_slice(frame.data).ok());
        }
    }
    messages
}

/// The events that are wrapped in the messages of a stream, if they are.
fn unwrapped(sample: &Sample<'_>) -> Option<String> {
    let wrapped = |message: Value| {
        let event = STANDARD.decode(message.get("bytes")?.as_str()?).ok()?;
        Some(format!("data: {}\n\n", String::from_utf8(event).ok()?))
    };
    let events: Option<Vec<String>> = messages(sample).into_iter().map(wrapped).collect();
    events.filter(|events| !events.is_empty()).map(|events| events.concat())
}

/// Reads the request, through the surface if there is one, writes it again and compares.
fn request(recording: &Recording, host: &'static dyn Host, lists: &Lists, outcome: &mut Outcome) {
    if recording.request.body.is_null() {
        return;
    }
    let body = recording.request.body.to_string();
    let head = RequestHead::new(recording.path(), recording.request_headers());
    let (dialect, body) = (host.dialect(), body.as_bytes());
    let issuer = Issuer::speaking(dialect.name());
    let back = match host.surface() {
        Some(surface) => laws::there_and_back(surface, dialect, &head, body, &issuer)
            .map(|(found, encoded)| (found, encoded.losses)),
        None => host
            .asked(&head, body)
            .and_then(|incoming| asked::there_and_back(&incoming, dialect, &head, body)),
    };
    match back {
        Ok((differences, _)) if differences.is_empty() => outcome.request = Return::Same,
        // A schema that its provider refused goes out as one that it takes.
        Ok((_, losses)) if refused(recording) && adjusted(&losses).is_some() => {
            let why = adjusted(&losses).map(|loss| format!("the schema is adjusted: {loss}"));
            outcome.why = outcome.why.take().or(why);
        }
        Ok((differences, _)) => {
            let listed = differences.iter().all(|found| lists.is_loss(found));
            outcome.request = if listed { Return::Lossy } else { Return::Differs };
            outcome.differences = differences;
        }
        // A request that provider and surface refuse alike has nothing to compare.
        Err(error) => {
            let alike = recording.response.status >= 400;
            outcome.request = if alike { Return::None } else { Return::Differs };
            let why = format!("the request is refused: {error}");
            outcome.why.get_or_insert(why);
        }
    }
}

/// Recordings that were made up, of providers who refuse such a schema.
const MADE_UP: &[&str] =
    &["DataDog/dd-trace-py/tests/cassettes/bedrock/bedrock_converse_boolean.yaml#0"];

fn refused(recording: &Recording) -> bool {
    recording.response.status >= 400 || MADE_UP.contains(&&*recording.id)
}

/// What was changed of a schema first, if one was.
fn adjusted(losses: &[Loss]) -> Option<&Loss> {
    let of_schema = |loss: &&Loss| {
        let (outer, inner) = loss.field.split_once('.').unwrap_or_default();
        (outer == "output" || outer.starts_with("tools["))
            && (inner.starts_with("schema") || inner == "strict")
    };
    losses.iter().find(of_schema)
}

/// The line that `--json` prints.
pub fn line(recording: &Recording, outcome: &Outcome) -> Value {
    let request = match outcome.request {
        Return::Same => "same",
        Return::Lossy => "lossy",
        Return::Differs => "differs",
        Return::None => "none",
    };
    let status = match outcome.status {
        Status::Ok => "ok",
        Status::Failed => "failed",
        Status::Skipped => "skipped",
    };
    json!({
        "id": recording.id,
        "dialect": recording.dialect,
        "provider": recording.provider,
        "status": status,
        "why": outcome.why,
        "request": request,
        "response": response_line(outcome),
    })
}

fn response_line(outcome: &Outcome) -> Value {
    let said = |text: String| (!text.is_empty()).then_some(text);
    let empty = Response::default();
    let response = outcome.response.as_ref().unwrap_or(&empty);
    let refusal = response.parts().iter().filter_map(|part| match &part.content {
        Content::Refusal(text) => Some(text.as_str()),
        _ => None,
    });
    let calls: Vec<_> = response
        .tool_calls()
        .map(|call| json!({ "id": call.id, "name": call.name, "arguments": call.arguments }))
        .collect();
    let vectors = outcome.vectors.as_ref();
    let usage = vectors.map_or(&*response.usage, |vectors| &vectors.usage);
    let first = response.choices.first();
    json!({
        "text": said(response.text()),
        "reasoning": said(response.reasoning()),
        "refusal": said(refusal.collect()),
        "tool_calls": calls,
        "ranking": outcome.ranking.as_ref().map(|answer| answer.results.iter().map(|it| it.index).collect::<Vec<_>>()),
        "models": outcome.listed,
        "vectors": vectors.map(|answer| answer.vectors.iter().map(Vec::len).collect::<Vec<_>>()),
        "finish": response.reason().map(|reason| reason.as_str()),
        "raw_finish": first.and_then(|choice| choice.raw.as_deref()),
        "usage": {
            "input": usage.input,
            "cache_read": usage.cache_read,
            "cache_write": usage.cache_write,
            "output": usage.output,
            "reasoning": usage.reasoning,
        },
        "error": outcome.error.as_ref().map(|error| json!({
            "kind": error.kind().as_str(),
            "message": error.message(),
            "status": error.status(),
            "retry_after": error.retry_after().map(|wait| wait.as_secs_f64()),
        })),
    })
}

/// The events of a recorded answer, for whoever wants to look closer.
pub fn events(recording: &Recording) -> Vec<Event> {
    let Some(host) = host(&recording.provider, &recording.dialect) else { return Vec::new() };
    let dialect = host.dialect();
    let (asked, issuer) = (Request::new("m"), Issuer::new(dialect.name(), "here", "m"));
    let mode = if recording.stream { Mode::Stream } else { Mode::Whole };
    let call = Call::new(&asked, "m", recording.path(), &issuer).mode(mode);
    let head = recording.head();
    Sample::new(dialect, call, &head, &recording.bytes()).read(usize::MAX).0
}
