//! Who can be asked: by health, by what they can do, by what they charge.

use nohop_types::{
    Content, Effort, Media, Message, Modality, Money, OutputFormat, Part, Request, Role, Task,
    Thinking, ToolChoice,
};

use crate::{Candidate, Candidates, Context, Offer, Policy};

/// Drops candidates that are resting, unless all are, and then those without room, unless none has any.
pub fn available() -> impl Policy {
    let policy = |cx: &Context<'_>, list: &mut Candidates<'_>| {
        let rested = |candidate: &Candidate| !candidate.health.is_resting(cx.now);
        let free = |candidate: &Candidate| !candidate.health.is_full();
        // Nearly always there are some of both, which takes one pass.
        if list.iter().any(|it| rested(it) && free(it)) {
            list.retain(|it| rested(it) && free(it));
        } else if list.iter().any(rested) {
            list.retain(rested);
        } else if list.iter().any(free) {
            list.retain(free);
        }
    };
    policy.named("available")
}

/// Keeps the candidates that lack least of what the request asks of them; what nobody says they lack, they have.
///
/// What an answer can not do without counts before everything else: a prompt and an answer that fit, what the model
/// reads and answers with, tools, a schema, a last turn of its own to go on from. Then comes what a target may leave out, as
/// a loss on the trace: thinking, how tokens are chosen, tools that must be called, or one at a time. So a request that nobody
/// can serve goes to whoever comes closest, and its provider has the last word: what is known may be old.
pub fn capable() -> impl Policy {
    let policy = |cx: &Context<'_>, list: &mut Candidates<'_>| {
        let Some(needs) = Needs::of(cx) else { return };
        let mut lacks = list.iter().map(|candidate| needs.lacked(&candidate.offer));
        let Some(first) = lacks.next() else { return };
        let (least, most) = lacks
            .fold((first, first), |(least, most), lacked| (least.min(lacked), most.max(lacked)));
        if least < most {
            list.retain(|candidate| needs.lacked(&candidate.offer) == least);
        }
    };
    policy.named("capable")
}

/// Drops candidates at which this request is estimated to cost more than `most`, or whose price is not known.
pub fn affordable(most: Money) -> impl Policy {
    let policy = move |cx: &Context<'_>, list: &mut Candidates<'_>| {
        list.retain(|candidate| cx.estimate(candidate).is_some_and(|cost| cost <= most));
    };
    policy.named(format!("affordable {most}"))
}

/// What a request asks of whoever answers it.
#[derive(Debug)]
struct Needs<'a> {
    /// Tokens of the prompt, and of the answer where the caller says how many it may have.
    together: u64,
    answer: u64,
    /// A bit for each modality that is read.
    reads: u8,
    writes: &'a [Modality],
    tools: bool,
    schema: bool,
    prefill: bool,
    reasoning: bool,
    sampling: bool,
    forced_tools: bool,
    parallel_tools: bool,
    /// Whether it is more than a text to answer with a text.
    special: bool,
}

impl<'a> Needs<'a> {
    /// What an essential counts, beside what may be left out.
    const ESSENTIAL: u32 = 0x100;

    /// What `cx.request` asks; `None` where it is no chat, of which offers say nothing.
    fn of(cx: &Context<'a>) -> Option<Self> {
        if cx.task != Task::Chat {
            return None;
        }
        let request = cx.request;
        let answer = request.max_tokens.unwrap_or_default();
        let sampling = &request.sampling;
        let mut needs = Self {
            together: cx.input.saturating_add(answer),
            answer,
            reads: read(request),
            writes: &request.modalities,
            tools: !request.tools.is_empty(),
            schema: matches!(request.output, Some(OutputFormat::JsonSchema(_))),
            prefill: request.messages.last().is_some_and(is_begun),
            reasoning: thinks(&request.thinking),
            sampling: sampling.temperature.is_some()
                || sampling.top_p.is_some()
                || sampling.top_k.is_some()
                || sampling.min_p.is_some(),
            forced_tools: matches!(
                request.tool_choice,
                Some(ToolChoice::Required | ToolChoice::Named(_) | ToolChoice::RequiredOf(_))
            ),
            parallel_tools: request.parallel.is_some(),
            special: false,
        };
        needs.special = needs.reads != 0
            || !needs.writes.is_empty()
            || needs.tools
            || needs.schema
            || needs.prefill
            || needs.reasoning
            || needs.sampling
            || needs.forced_tools
            || needs.parallel_tools;
        Some(needs)
    }

    /// How much of it is lacked there, in a number that grows with it.
    fn lacked(&self, offer: &Offer) -> u32 {
        let over =
            |tokens: u64, most: Option<u64>| u32::from(most.is_some_and(|most| tokens > most));
        let mut lacked = Self::ESSENTIAL
            * (over(self.together, offer.context) + over(self.answer, offer.output));
        if self.special {
            let without = |asked: bool, can: Option<bool>| u32::from(asked && can == Some(false));
            lacked += Self::ESSENTIAL
                * (self.unread(offer)
                    + self.unwritten(offer)
                    + without(self.tools, offer.tools)
                    + without(self.schema, offer.schema)
                    + without(self.prefill, offer.prefill));
            lacked += without(self.reasoning, offer.reasoning)
                + without(self.sampling, offer.sampling)
                + without(self.forced_tools, offer.forced_tools)
                + without(self.parallel_tools, offer.parallel_tools);
        }
        lacked
    }

    /// How many modalities of the prompt are not read there.
    fn unread(&self, offer: &Offer) -> u32 {
        match offer.reads.is_empty() {
            true => 0,
            false => {
                let read = offer.reads.iter().fold(0, |bits, modality| bits | bit(modality));
                (self.reads & !read).count_ones()
            }
        }
    }

    /// How many modalities of the answer it is not made of there.
    fn unwritten(&self, offer: &Offer) -> u32 {
        match offer.writes.is_empty() {
            true => 0,
            false => {
                let lacked = |modality: &&Modality| !offer.writes.contains(modality);
                self.writes.iter().filter(lacked).count() as u32
            }
        }
    }
}

/// A bit for each modality beside text that `request` has to read.
fn read(request: &Request) -> u8 {
    fn of(part: &Part) -> u8 {
        match &part.content {
            Content::Audio(_) => bit(&Modality::Audio),
            // A document of text is told as a text where no document is taken.
            Content::Document(document) => match &document.media {
                Media::Bytes { media_type, .. } if media_type.starts_with("text/") => 0,
                _ => bit(&Modality::Document),
            },
            Content::Image(_) => bit(&Modality::Image),
            Content::ToolResult(result) => all(&result.parts),
            Content::Video(_) => bit(&Modality::Video),
            _ => 0,
        }
    }
    fn all(parts: &[Part]) -> u8 {
        parts.iter().fold(0, |bits, part| bits | of(part))
    }
    // What a model said itself it need not read.
    let told = request.messages.iter().filter(|message| message.role != Role::Assistant);
    told.fold(0, |bits, message| bits | all(&message.parts))
}

fn bit(modality: &Modality) -> u8 {
    match modality {
        Modality::Audio => 1,
        Modality::Document => 2,
        Modality::Image => 4,
        Modality::Video => 8,
        _ => 0,
    }
}

/// Whether `message` is a turn of the model for it to go on from.
fn is_begun(message: &Message) -> bool {
    let calls = |part: &Part| matches!(part.content, Content::ToolCall(_));
    message.role == Role::Assistant && !message.parts.iter().any(calls)
}

fn thinks(thinking: &Thinking) -> bool {
    let off = thinking.enabled == Some(false) || thinking.effort == Some(Effort::None);
    !off && (thinking.enabled.is_some() || thinking.effort.is_some() || thinking.budget.is_some())
}
