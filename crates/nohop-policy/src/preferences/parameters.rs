//! What a request says, and who is known not to understand it; what nobody says is understood.

use nohop_types::{Content, Effort, Modality, OutputFormat, Part, Request, Role, Task, ToolChoice};

use crate::{Candidate, Candidates, Context, Offer};

/// A parameter: its word, whether a request has it, and whether an offer is known to lack it.
type Parameter = (&'static str, fn(&Request) -> bool, fn(&Request, &Offer) -> bool);

/// What is preferred within a model, whoever asks.
const SOFT: [Parameter; 2] = [
    ("tools", |request| !request.tools.is_empty(), |_, offer| offer.tools == Some(false)),
    ("output", has_schema, |_, offer| offer.schema == Some(false)),
];

/// What may be required beside those.
const HARD: [Parameter; 7] = [
    ("tool_choice", forces, |_, offer| offer.forced_tools == Some(false)),
    (
        "parallel",
        |request| request.parallel.is_some(),
        |_, offer| offer.parallel_tools == Some(false),
    ),
    ("thinking", thinks, |_, offer| offer.reasoning == Some(false)),
    ("sampling", samples, |_, offer| offer.sampling == Some(false)),
    (
        "max_tokens",
        |request| request.max_tokens.is_some(),
        |request, offer| {
            offer.output.zip(request.max_tokens).is_some_and(|(most, asked)| asked > most)
        },
    ),
    (
        "prefill",
        |request| request.messages.last().is_some_and(|last| last.role == Role::Assistant),
        |_, offer| offer.prefill == Some(false),
    ),
    (
        "modalities",
        |request| shows(request) || !request.modalities.is_empty(),
        |request, offer| {
            let lacks =
                |known: &[Modality], asked: &Modality| !known.is_empty() && !known.contains(asked);
            let unread =
                parts(request).filter_map(modality).any(|asked| lacks(&offer.reads, &asked));
            unread || request.modalities.iter().any(|asked| lacks(&offer.writes, asked))
        },
    ),
];

/// Drops who lacks something that another target of the same model has.
#[inline]
pub(super) fn soft(cx: &Context<'_>, list: &mut Candidates<'_>) {
    if cx.task == Task::Chat && (!cx.request.tools.is_empty() || cx.request.output.is_some()) {
        for parameter in SOFT {
            within_models(parameter, cx.request, list);
        }
    }
}

#[inline(never)]
fn within_models((word, has, lacks): Parameter, request: &Request, list: &mut Candidates<'_>) {
    let lacks = |candidate: &Candidate| lacks(request, &candidate.offer);
    if !has(request) || !list.iter().any(lacks) {
        return;
    }
    let able = list.iter().filter(|candidate| !lacks(candidate));
    let able: Vec<_> = able.map(|candidate| (candidate.fallback, &*candidate.model)).collect();
    let instead = |it: &Candidate| able.contains(&(it.fallback, &*it.model));
    if list.iter().any(|candidate| lacks(candidate) && instead(candidate)) {
        let name = format!("{word}, within a model");
        list.stage(&name, |list| list.retain(|it| !lacks(it) || !instead(it)));
    }
}

/// Drops who lacks any of what the request says.
pub(super) fn required(cx: &Context<'_>, list: &mut Candidates<'_>) {
    if cx.task != Task::Chat {
        return;
    }
    let request = cx.request;
    for (word, has, lacks) in SOFT.into_iter().chain(HARD) {
        if has(request) {
            let name = format!("require_parameters: {word}");
            list.stage(&name, |list| list.retain(|it| !lacks(request, &it.offer)));
        }
    }
}

fn has_schema(request: &Request) -> bool {
    matches!(request.output, Some(OutputFormat::JsonSchema(_)))
}

fn forces(request: &Request) -> bool {
    use ToolChoice::{Named, Required, RequiredOf};
    matches!(request.tool_choice, Some(Required | Named(_) | RequiredOf(_)))
}

fn thinks(request: &Request) -> bool {
    let thinking = &request.thinking;
    let off = thinking.enabled == Some(false) || thinking.effort == Some(Effort::None);
    !off && !thinking.is_empty()
}

fn samples(request: &Request) -> bool {
    let sampling = &request.sampling;
    sampling.temperature.is_some()
        || sampling.top_p.is_some()
        || sampling.top_k.is_some()
        || sampling.min_p.is_some()
}

fn shows(request: &Request) -> bool {
    parts(request).any(|part| modality(part).is_some())
}

/// What the model is to read; what it said itself it need not.
fn parts(request: &Request) -> impl Iterator<Item = &Part> {
    let told = request.messages.iter().filter(|message| message.role != Role::Assistant);
    told.flat_map(|message| &message.parts)
}

fn modality(part: &Part) -> Option<Modality> {
    match &part.content {
        Content::Audio(_) => Some(Modality::Audio),
        Content::Document(_) => Some(Modality::Document),
        Content::Image(_) => Some(Modality::Image),
        Content::Video(_) => Some(Modality::Video),
        _ => None,
    }
}
