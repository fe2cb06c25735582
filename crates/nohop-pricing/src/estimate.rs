use std::time::SystemTime;

use nohop_types::{Content, OutputFormat, Part, Request, ToolKind, Usage};

use crate::bill::Bill;
use crate::facts::Facts;
use crate::model::Model;
use crate::offer::Offer;

/// How many tokens a request will use, before anybody has counted them.
///
/// Text is cut into words, numbers and signs, and each counts as what tokenizers make of such on average; the weights were
/// fitted to the counts that providers report. What the prompt really has lies between `least` and `most` for eight
/// requests of ten, and is more for most of the others: what a maker adds unseen, [`Estimate::at`] adds where it is known.
/// Pictures and sounds widen the bounds, since every provider counts them otherwise.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// Tokens of the prompt.
    pub prompt: u64,
    /// The fewest that it may have.
    pub least: u64,
    /// The most that it may have.
    pub most: u64,
    /// Tokens of the answer: as many as it may have, or as it is told that answers have.
    pub answer: u64,
}

impl Estimate {
    /// What `request` will use: its answer is as long as it may be, and a thousand tokens where nothing bounds it.
    pub fn of(request: &Request) -> Self {
        let counts = Counts::of(request, &pieces);
        let prompt = counts.tokens();
        let spread = prompt * SPREAD / 1_000;
        let media = counts.media * MEDIUM;
        Self {
            prompt: prompt + media,
            least: prompt.saturating_sub(spread + SLACK) + media / 8,
            most: prompt + spread + SLACK + media * 4,
            answer: request.max_tokens.unwrap_or(ANSWER),
        }
    }

    /// What `request` will use where `tokens` counts the tokens of a text, as the model's own tokenizer does.
    ///
    /// The text is as long as it is told. What providers put around messages, and how they write tools and schemas, is
    /// still an estimate: the bounds take it for half and for twice as long.
    ///
    /// ```
    /// use nohop_pricing::Estimate;
    /// use nohop_types::Request;
    ///
    /// let request = Request::new("openai/gpt-4o").user("one two three");
    /// let words = |text: &str| text.split_whitespace().count() as u64;
    /// assert!(Estimate::with(&request, words).least >= 3);
    /// ```
    pub fn with(request: &Request, tokens: impl Fn(&str) -> u64) -> Self {
        let counts = Counts::of(request, &|text| tokens(text).saturating_mul(1_000));
        let (text, around) = counts.counted();
        let media = counts.media * MEDIUM;
        Self {
            prompt: text + around + media,
            least: text + around / 2 + media / 8,
            most: text + around * 2 + media * 4,
            answer: request.max_tokens.unwrap_or(ANSWER),
        }
    }

    /// Adds what the maker of a model puts before every prompt, unseen: what it has learned to do with tools, and who it is.
    #[must_use]
    pub fn at(mut self, offer: Offer<'_>, request: &Request) -> Self {
        let slug = offer.model().map_or("", Model::slug);
        let author = slug.split('/').next().unwrap_or_default();
        if let Some((_, plain, tools)) = UNSEEN.iter().find(|(known, ..)| *known == author) {
            let unseen = if request.tools.is_empty() { *plain } else { *tools };
            self.prompt += unseen;
            self.least += unseen / 2;
            self.most += unseen * 3 / 2;
        }
        self
    }

    /// Takes answers to be as long as a route's were lately, or as long as this request allows where that is less.
    #[must_use]
    pub fn lately(mut self, answer: u64, request: &Request) -> Self {
        self.answer = request.max_tokens.map_or(answer, |most| most.min(answer));
        self
    }

    /// The same as a usage, which says that it is estimated.
    pub fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        (usage.input, usage.output) = (Some(self.prompt), Some(self.answer));
        usage.estimated = true;
        usage
    }
}

impl Offer<'_> {
    /// What a request that is estimated so would cost; `None` where the card is not known.
    pub fn estimate(self, estimate: &Estimate, facts: &Facts<'_>, at: SystemTime) -> Option<Bill> {
        self.bill(&estimate.usage(), facts, at)
    }
}

/// What makers add to prompts, without tools and with them: the medians of what is reported beyond what was said.
const UNSEEN: [(&str, u64, u64); 4] =
    [("anthropic", 10, 540), ("deepseek", 12, 270), ("mistralai", 5, 41), ("x-ai", 155, 240)];

/// How long an answer is taken to be that nothing bounds.
const ANSWER: u64 = 1_000;

/// What a picture, a sound, a film or a document is taken for.
const MEDIUM: u64 = 800;

/// How far nine in ten estimates are off at the most, in thousandths of the estimate and in tokens.
const SPREAD: u64 = 300;
const SLACK: u64 = 60;

/// What is counted of a request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Pieces of text, in thousandths of a token.
    pub(crate) text: u64,
    /// Pieces of JSON: schemas, arguments.
    pub(crate) json: u64,
    pub(crate) messages: u64,
    pub(crate) tools: u64,
    pub(crate) media: u64,
}

impl Counts {
    /// Counts `request`, of whose texts `pieces` tells the pieces in thousandths.
    pub(crate) fn of(request: &Request, pieces: &dyn Fn(&str) -> u64) -> Self {
        let mut counts = Self { messages: request.messages.len() as u64, ..Self::default() };
        if let Some(OutputFormat::JsonSchema(schema)) = &request.output {
            counts.json += pieces(schema.schema.as_str());
        }
        counts.text += request.prediction.as_deref().map_or(0, &pieces);
        for message in &request.messages {
            message.parts.iter().for_each(|part| counts.part(part, pieces));
        }
        for tool in &request.tools {
            counts.tools += 1;
            match &tool.kind {
                ToolKind::Function(function) => {
                    counts.text += pieces(&function.name);
                    counts.text += function.description.as_deref().map_or(0, &pieces);
                    counts.json +=
                        function.schema.as_ref().map_or(0, |schema| pieces(schema.as_str()));
                }
                _ => counts.json += 100_000,
            }
        }
        counts
    }

    fn part(&mut self, part: &Part, pieces: &dyn Fn(&str) -> u64) {
        match &part.content {
            Content::Text(text) | Content::Refusal(text) => self.text += pieces(text),
            Content::Reasoning(reasoning) => self.text += pieces(&reasoning.text),
            Content::ToolCall(call) => {
                self.text += pieces(&call.name);
                self.json += pieces(&call.arguments);
            }
            Content::ToolResult(result) => {
                result.parts.iter().for_each(|part| self.part(part, pieces));
            }
            Content::Audio(_) | Content::Document(_) | Content::Image(_) | Content::Video(_) => {
                self.media += 1;
            }
            Content::Opaque(opaque) => self.json += pieces(opaque.json.as_str()),
            _ => {}
        }
    }

    /// The tokens of the text, and of all around it, where pieces are tokens.
    fn counted(&self) -> (u64, u64) {
        let [.., message, tool, base] = WEIGHTS;
        let around = self.json + self.messages * message + self.tools * tool + base;
        (self.text / 1_000, around / 1_000)
    }

    fn tokens(&self) -> u64 {
        let [text, json, message, tool, base] = WEIGHTS;
        (self.text * text / 1_000
            + self.json * json / 1_000
            + self.messages * message
            + self.tools * tool
            + base)
            / 1_000
    }
}

/// What a piece of text, a piece of JSON, a message, a tool and a request weigh, in thousandths.
const WEIGHTS: [u64; 5] = [950, 600, 5_000, 8_000, 10_000];

/// The pieces of a text, in thousandths of a token.
pub(crate) fn pieces(text: &str) -> u64 {
    let mut pieces = 0;
    let mut run = (Kind::Space, 0_u64);
    for letter in text.chars() {
        let kind = Kind::of(letter);
        if kind == run.0 {
            run.1 += 1;
        } else {
            pieces += run.0.pieces(run.1);
            run = (kind, 1);
        }
    }
    pieces + run.0.pieces(run.1)
}

/// What runs of letters are alike for a tokenizer.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Word,
    Number,
    Sign,
    Space,
    Line,
    /// Letters of other alphabets.
    Letter,
    /// Signs that stand for words or syllables.
    Glyph,
}

impl Kind {
    fn of(letter: char) -> Self {
        match letter {
            'a'..='z' | 'A'..='Z' | '\'' => Self::Word,
            '0'..='9' => Self::Number,
            '\n' | '\r' => Self::Line,
            ' ' | '\t' => Self::Space,
            '\0'..='\x7f' => Self::Sign,
            '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{10000}'.. => Self::Glyph,
            _ => Self::Letter,
        }
    }

    /// The pieces of a run of so many, in thousandths of a token.
    fn pieces(self, len: u64) -> u64 {
        match self {
            Self::Word => 1_000 + len.saturating_sub(7) * 200,
            Self::Number => len.div_ceil(3) * 1_000,
            Self::Sign => 400 + len * 350,
            // One belongs to the word behind it.
            Self::Space if len < 2 => 0,
            Self::Space => 1_000,
            Self::Line => 700,
            Self::Letter => len * 450,
            Self::Glyph => len * 900,
        }
    }
}

#[cfg(test)]
mod tests;
