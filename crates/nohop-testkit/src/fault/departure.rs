/// How a server departs from the plain dialect without being wrong.
///
/// A correct client passes over every one of them. They combine with each other and with any
/// [`Fault`](crate::Fault). What only server-sent events can do, Ollama's lines and Bedrock's
/// messages do not: spaces, comments and names are as they are, and no lines end in a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Departure {
    /// Lines end in CR LF, as at Perplexity; Gemini's always do.
    Crlf,
    /// No space follows `data:`, as at Hugging Face.
    NoSpace,
    /// Comments stand before and between events, as at OpenRouter.
    Comments,
    /// Every byte is written alone, so that characters and line ends are torn apart.
    Bytewise,
    /// The arguments of parallel tool calls come in turns; Gemini and Ollama write them at once.
    Interleaved,
    /// The last mark is missing: `[DONE]`, or `message_stop`. The other dialects have none.
    NoDone,
    /// The last content, the reason and the usage come in one event, as at Mistral; Anthropic's,
    /// Bedrock's and Cohere's dialects and OpenAI's responses have no such form.
    Together,
    /// A whole body begins with white space, as at OpenRouter.
    Padded,
    /// No `event:` line names an event, as at OpenRouter; the data does.
    Nameless,
    /// The last event repeats nothing of the answer, as at ChatGPT (OpenAI's responses).
    Bare,
    /// An item's id is another in each event, as at Copilot (OpenAI's responses).
    Rotating,
    /// Reasons are numbers, as over Google's elder transport (Gemini).
    Numbered,
}

impl Departure {
    /// Every departure.
    pub const ALL: [Self; 12] = [
        Self::Crlf,
        Self::NoSpace,
        Self::Comments,
        Self::Bytewise,
        Self::Interleaved,
        Self::NoDone,
        Self::Together,
        Self::Padded,
        Self::Nameless,
        Self::Bare,
        Self::Rotating,
        Self::Numbered,
    ];
}
