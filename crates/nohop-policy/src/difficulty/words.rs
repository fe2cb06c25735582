//! What the last turn of a person looks like.

use nohop_types::{Content, Message, Request, Role};

/// How many bytes of the last turn are looked at.
const MOST: usize = 8_192;

/// How many signs of code are more than prose has.
const CODE: u64 = 8;

/// What was said in the last turn.
#[derive(Default)]
pub(super) struct Said {
    pub(super) words: u64,
    /// Words that ask for thought.
    pub(super) thought: u64,
    /// Pictures and the like, in all turns of the person.
    pub(super) media: u64,
    fences: u64,
    signs: u64,
    maths: u64,
}

impl Said {
    pub(super) fn of(request: &Request) -> Self {
        let mut said = Self::default();
        let persons = || request.messages.iter().filter(|message| message.role == Role::User);
        let parts = persons().flat_map(|message| &message.parts);
        let media = parts.filter(|part| {
            matches!(
                part.content,
                Content::Audio(_) | Content::Document(_) | Content::Image(_) | Content::Video(_)
            )
        });
        said.media = media.count() as u64;
        if let Some(last) = persons().next_back() {
            said.hear(last);
        }
        said
    }

    pub(super) fn has_code(&self) -> bool {
        self.fences > 0 || self.signs >= CODE
    }

    /// Whether there is neither code nor maths in it, and no word that asks for thought.
    pub(super) fn is_plain(&self) -> bool {
        !self.has_code() && !self.has_maths() && self.thought == 0
    }

    pub(super) fn has_maths(&self) -> bool {
        self.maths > 0
    }

    fn hear(&mut self, message: &Message) {
        let mut left = MOST;
        for part in &message.parts {
            let Content::Text(text) = &part.content else { continue };
            let text = &text[..text.floor_char_boundary(left)];
            left -= text.len();
            self.read(text);
        }
    }

    fn read(&mut self, text: &str) {
        self.fences += text.matches("```").count() as u64;
        self.signs += text.bytes().filter(|byte| b"{};=<>()[]".contains(byte)).count() as u64;
        self.maths += text.chars().filter(|sign| "∑∏∫√≤≥≠±∂∞∀∃".contains(*sign)).count() as u64;
        self.maths += text.matches("\\frac").count() as u64;
        for word in text.split_whitespace() {
            self.words += 1;
            let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
            let is = |known: &&str| word.eq_ignore_ascii_case(known);
            self.thought += u64::from(THOUGHT.iter().any(is));
            self.maths += u64::from(MATHS.iter().any(is));
        }
    }
}

const THOUGHT: [&str; 16] = [
    "analyse",
    "analyze",
    "architecture",
    "compare",
    "debug",
    "derive",
    "design",
    "evaluate",
    "implement",
    "investigate",
    "optimise",
    "optimize",
    "prove",
    "refactor",
    "strategy",
    "trade-offs",
];

const MATHS: [&str; 10] = [
    "derivative",
    "eigenvalue",
    "equation",
    "integral",
    "lemma",
    "matrix",
    "polynomial",
    "probability",
    "proof",
    "theorem",
];
