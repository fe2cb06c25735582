//! What a request asks of whoever answers it, and what of that an offer is known to lack.
//!
//! What nobody says it lacks, it has.

use nohop_types::{
    Content, Effort, Media, Message, Modality, OutputFormat, Part, Request, Role, Task, Thinking,
    ToolChoice,
};

use crate::{Context, Offer};

/// What an offer says that is known to lack something.
const NO: Option<bool> = Some(false);

/// What a request asks of whoever answers it.
#[derive(Debug)]
pub(crate) struct Needs<'a> {
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

    /// What may be lacked beside room, by its word in a request.
    pub(crate) const PARAMETERS: [Parameter; 9] = [
        Parameter::new("tools", |it| it.tools, |_, offer| offer.tools == NO),
        Parameter::new("output", |it| it.schema, |_, offer| offer.schema == NO),
        Parameter::new("tool_choice", |it| it.forced_tools, |_, offer| offer.forced_tools == NO),
        Parameter::new("parallel", |it| it.parallel_tools, |_, offer| offer.parallel_tools == NO),
        Parameter::new("thinking", |it| it.reasoning, |_, offer| offer.reasoning == NO),
        Parameter::new("sampling", |it| it.sampling, |_, offer| offer.sampling == NO),
        Parameter::new("max_tokens", |it| it.answer > 0, |it, offer| it.is_cut(offer)),
        Parameter::new("prefill", |it| it.prefill, |_, offer| offer.prefill == NO),
        Parameter::new(
            "modalities",
            |it| it.reads != 0 || !it.writes.is_empty(),
            |it, offer| it.unread(offer) + it.unwritten(offer) > 0,
        ),
    ];

    /// What `cx.request` asks; `None` where it is no chat, of which offers say nothing.
    pub(crate) fn of(cx: &Context<'a>) -> Option<Self> {
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
    pub(crate) fn lacked(&self, offer: &Offer) -> u32 {
        let full = offer.context.is_some_and(|most| self.together > most);
        let mut lacked = Self::ESSENTIAL * (u32::from(full) + u32::from(self.is_cut(offer)));
        if self.special {
            let without = |asked: bool, can: Option<bool>| u32::from(asked && can == NO);
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

    /// Whether the answer may not be as long there as the caller lets it.
    fn is_cut(&self, offer: &Offer) -> bool {
        offer.output.is_some_and(|most| self.answer > most)
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

/// One thing that a request may ask, and an offer lack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    pub(crate) word: &'static str,
    /// Whether a request asks it.
    pub(crate) asked: fn(&Needs<'_>) -> bool,
    /// Whether an offer is known to lack it.
    pub(crate) lacks: fn(&Needs<'_>, &Offer) -> bool,
}

impl Parameter {
    const fn new(
        word: &'static str,
        asked: fn(&Needs<'_>) -> bool,
        lacks: fn(&Needs<'_>, &Offer) -> bool,
    ) -> Self {
        Self { word, asked, lacks }
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
