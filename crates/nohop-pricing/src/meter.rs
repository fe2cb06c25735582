//! What is counted and charged for.

/// What is counted, and has a price.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Meter {
    /// Tokens of a class and a form.
    Tokens(Class, Form),
    /// The request itself.
    Request,
    /// Messages, where a conversation is billed by them.
    Message,
    /// Characters read.
    CharacterIn,
    /// Characters written or spoken.
    CharacterOut,
    /// Pages of documents.
    Page,
    /// Pages of documents that come back annotated.
    AnnotatedPage,
    /// Pictures read.
    ImageIn,
    /// Pictures made.
    ImageOut,
    /// Pixels read or made.
    Pixel,
    /// Sound, in milliseconds, whichever way it goes.
    Audio,
    /// Sound heard, in milliseconds.
    AudioIn,
    /// Sound made, in milliseconds.
    AudioOut,
    /// Film seen, in milliseconds.
    VideoIn,
    /// Film made, in milliseconds.
    VideoOut,
    /// Searches of the web.
    WebSearch,
    /// Searches of social networks.
    SocialSearch,
    /// Searches of files.
    FileSearch,
    /// Questions to a map.
    Map,
    /// Sessions of a code interpreter.
    CodeSession,
    /// Searches of a reranker.
    Rerank,
    /// Tokens kept in a cache for an hour.
    Storage,
}

/// Which tokens: the classes are disjoint, and a token is billed in one of them.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Class {
    /// Of the prompt, read afresh.
    Input,
    /// Of the prompt, read from the cache.
    CacheRead,
    /// Of the prompt, written to the cache for as long as the provider likes.
    CacheWrite,
    /// The same, for five minutes.
    CacheWrite5m,
    /// The same, for thirty minutes.
    CacheWrite30m,
    /// The same, for an hour.
    CacheWrite1h,
    /// The same, for twelve hours.
    CacheWrite12h,
    /// Of the prompt, added by the provider's own tools.
    Tool,
    /// Of the answer, and seen.
    Output,
    /// Of the answer, spent thinking.
    Reasoning,
    /// Of the answer, or beside it, for citations.
    Citation,
    /// Predicted for the answer, and not taken.
    Rejected,
}

/// What form tokens have; where it is not told, they have any.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Form {
    /// Whatever form.
    Any,
    /// Text.
    Text,
    /// Sound.
    Audio,
    /// Pictures.
    Image,
    /// Film.
    Video,
    /// Documents.
    Document,
}

impl Meter {
    /// How many meters count tokens: those have the least codes.
    pub(crate) const TOKENS: usize = Class::ALL.len() * Form::ALL.len();

    /// How many meters there are.
    pub(crate) const COUNT: usize = Self::TOKENS + Self::OTHERS.len();

    /// The meters that do not count tokens, with their words, in the order of their codes.
    const OTHERS: [(Self, &str); 21] = [
        (Self::Request, "request"),
        (Self::Message, "message"),
        (Self::CharacterIn, "character_in"),
        (Self::CharacterOut, "character_out"),
        (Self::Page, "page"),
        (Self::AnnotatedPage, "annotated_page"),
        (Self::ImageIn, "image_in"),
        (Self::ImageOut, "image_out"),
        (Self::Pixel, "pixel"),
        (Self::Audio, "audio_hour"),
        (Self::AudioIn, "audio_in_hour"),
        (Self::AudioOut, "audio_out_hour"),
        (Self::VideoIn, "video_in_hour"),
        (Self::VideoOut, "video_out_hour"),
        (Self::WebSearch, "web_search"),
        (Self::SocialSearch, "social_search"),
        (Self::FileSearch, "file_search"),
        (Self::Map, "map"),
        (Self::CodeSession, "code_session"),
        (Self::Rerank, "rerank"),
        (Self::Storage, "storage_hour"),
    ];

    /// How many of what is counted the price is for; one, but for time.
    pub fn per(self) -> u64 {
        match self {
            Self::Audio | Self::AudioIn | Self::AudioOut | Self::VideoIn | Self::VideoOut => {
                3_600_000
            }
            _ => 1,
        }
    }

    /// By how many powers of ten the price as people write it is larger than that in dollars.
    pub(crate) fn shift(self) -> u32 {
        match self {
            Self::Tokens(..) | Self::Storage => 6,
            _ => 0,
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Tokens(class, form) => class as u8 * Form::ALL.len() as u8 + form as u8,
            other => {
                let place = Self::OTHERS.iter().position(|(meter, _)| *meter == other);
                Self::TOKENS as u8 + place.unwrap_or_default() as u8
            }
        }
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        if usize::from(code) < Self::TOKENS {
            let (class, form) = (code / Form::ALL.len() as u8, code % Form::ALL.len() as u8);
            let class = Class::ALL.get(usize::from(class))?;
            return Some(Self::Tokens(*class, *Form::ALL.get(usize::from(form))?));
        }
        let place = usize::from(code) - Self::TOKENS;
        Self::OTHERS.get(place).map(|(meter, _)| *meter)
    }

    /// The meter's word, as the data and the tables have it.
    pub fn word(self) -> String {
        match self {
            Self::Tokens(class, Form::Any) => class.word().to_owned(),
            Self::Tokens(class, form) => format!("{}.{}", class.word(), form.word()),
            other => {
                let found = Self::OTHERS.iter().find(|(meter, _)| *meter == other);
                found.map_or("", |(_, word)| word).to_owned()
            }
        }
    }

    /// The meter of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        if let Some((meter, _)) = Self::OTHERS.iter().find(|(_, other)| *other == word) {
            return Some(*meter);
        }
        let (class, form) = word.split_once('.').unwrap_or((word, "any"));
        let class = Class::ALL.into_iter().find(|it| it.word() == class)?;
        let form = Form::ALL.into_iter().find(|it| it.word() == form)?;
        Some(Self::Tokens(class, form))
    }
}

impl Class {
    pub(crate) const ALL: [Self; 12] = [
        Self::Input,
        Self::CacheRead,
        Self::CacheWrite,
        Self::CacheWrite5m,
        Self::CacheWrite30m,
        Self::CacheWrite1h,
        Self::CacheWrite12h,
        Self::Tool,
        Self::Output,
        Self::Reasoning,
        Self::Citation,
        Self::Rejected,
    ];

    /// Whether the tokens are of the prompt.
    pub fn is_prompt(self) -> bool {
        self < Self::Output
    }

    /// The class whose price stands in where this one has none.
    pub(crate) fn parent(self) -> Option<Self> {
        match self {
            Self::Input | Self::Output => None,
            Self::CacheRead | Self::CacheWrite | Self::Tool => Some(Self::Input),
            Self::CacheWrite5m | Self::CacheWrite30m | Self::CacheWrite1h | Self::CacheWrite12h => {
                Some(Self::CacheWrite)
            }
            Self::Reasoning | Self::Citation | Self::Rejected => Some(Self::Output),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::CacheRead => "cache_read",
            Self::CacheWrite => "cache_write",
            Self::CacheWrite5m => "cache_write_5m",
            Self::CacheWrite30m => "cache_write_30m",
            Self::CacheWrite1h => "cache_write_1h",
            Self::CacheWrite12h => "cache_write_12h",
            Self::Tool => "tool",
            Self::Output => "output",
            Self::Reasoning => "reasoning",
            Self::Citation => "citation",
            Self::Rejected => "rejected",
        }
    }
}

impl Form {
    pub(crate) const ALL: [Self; 6] =
        [Self::Any, Self::Text, Self::Audio, Self::Image, Self::Video, Self::Document];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Text => "text",
            Self::Audio => "audio",
            Self::Image => "image",
            Self::Video => "video",
            Self::Document => "document",
        }
    }
}
