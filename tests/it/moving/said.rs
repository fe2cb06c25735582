//! What is said in these conversations.

use nohop_testkit::Script;

use super::hosts::Shown;

/// What the person says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    /// A text.
    Text,
    /// Two texts, with nothing between them.
    Texts,
    /// A picture, and what it is.
    Image,
    /// A document of pages, and what it is.
    Pages,
    /// The same, and not a word.
    PagesAlone,
    /// A document of text, and what it is.
    Note,
    /// The application says something first.
    Late,
    /// Somebody brings what another program left: ids of every form, and answers out of order.
    Elsewhere,
}

impl Asked {
    pub(super) const ALL: [Self; 8] = [
        Self::Text,
        Self::Texts,
        Self::Image,
        Self::Pages,
        Self::PagesAlone,
        Self::Note,
        Self::Late,
        Self::Elsewhere,
    ];

    /// What the person shows.
    pub(super) fn shows(self) -> Option<Shown> {
        match self {
            Self::Image => Some(Shown::Image),
            Self::Note => Some(Shown::Note),
            Self::Pages | Self::PagesAlone => Some(Shown::Pages),
            _ => None,
        }
    }
}

/// What the model says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Said {
    /// A text.
    Text,
    /// Two texts.
    Texts,
    /// A text that was thought over.
    Thought,
    /// Two calls at once.
    Calls,
    /// A text, and three calls at once that were thought over.
    ThoughtCalls,
    /// Why it will not.
    Refusal,
    /// A text of white space.
    Blank,
    /// Nothing.
    Nothing,
}

impl Said {
    pub(super) const ALL: [Self; 8] = [
        Self::Text,
        Self::Texts,
        Self::Thought,
        Self::Calls,
        Self::ThoughtCalls,
        Self::Refusal,
        Self::Blank,
        Self::Nothing,
    ];

    /// What there is of it, in words of its own.
    pub(super) fn pieces(self, word: &mut impl FnMut(&str) -> String) -> Vec<Piece> {
        let call = |word: &mut dyn FnMut(&str) -> String, name| {
            Piece::Call(name, format!(r#"{{"of":"{}"}}"#, word("what")))
        };
        match self {
            Self::Text => vec![Piece::Text(word("Said"))],
            Self::Texts => vec![Piece::Text(word("Said")), Piece::Text(word(" Also"))],
            Self::Thought => vec![Piece::Thought(word("Hm")), Piece::Text(word("Said"))],
            Self::Calls => vec![call(word, "look"), call(word, "look")],
            Self::ThoughtCalls => vec![
                Piece::Thought(word("Hm")),
                Piece::Text(word("Said")),
                call(word, "look"),
                call(word, "read"),
                call(word, "look"),
            ],
            Self::Refusal => vec![Piece::Refusal(word("No"))],
            Self::Blank => vec![Piece::Text(" ".to_owned())],
            Self::Nothing => Vec::new(),
        }
    }
}

/// One piece of what a model says.
pub(super) enum Piece {
    Text(String),
    Thought(String),
    Refusal(String),
    Call(&'static str, String),
}

impl Piece {
    pub(super) fn script(script: Script, pieces: &[Self]) -> Script {
        pieces.iter().fold(script, |script, piece| match piece {
            Self::Text(text) => script.says(text),
            Self::Thought(text) => script.thinks(text),
            Self::Refusal(text) => script.refuses(text),
            Self::Call(name, arguments) => script.calls(*name, arguments),
        })
    }
}

/// Numbers that follow from a seed.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }

    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}
