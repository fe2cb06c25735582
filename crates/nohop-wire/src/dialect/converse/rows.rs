//! What an answer consists of, as Bedrock writes it.

use serde_json::value::RawValue;

use super::tokens::Tokens;
use crate::json::{Str, row};

row! {
    /// A whole answer, or one event of a stream.
    struct FrameRow {
        output: OutputRow<'a> = "output",
        stop: Str<'a> = "stopReason",
        usage: Box<Tokens<'a>> = "usage",
        tier: &'a RawValue = "serviceTier",
        index: i64 = "contentBlockIndex",
        start: &'a RawValue = "start",
        delta: &'a RawValue = "delta",
    }
    noise: "p" | "role"
}

row! {
    struct OutputRow {
        message: MessageRow<'a> = "message",
    }
}

row! {
    struct MessageRow {
        content: Vec<&'a RawValue> = "content",
    }
    noise: "role"
}

row! {
    /// A block, how one begins, or what it grows by: one field says what it is.
    struct BlockRow {
        text: Str<'a> = "text",
        thinking: &'a RawValue = "reasoningContent",
        call: &'a RawValue = "toolUse",
        cited: &'a RawValue = "citationsContent",
        citation: &'a RawValue = "citation",
        image: &'a RawValue = "image",
    }
}

row! {
    /// Thinking, whole or in pieces.
    struct ThinkingRow {
        whole: ThoughtRow<'a> = "reasoningText",
        text: Str<'a> = "text",
        signature: Str<'a> = "signature",
        sealed: Str<'a> = "redactedContent",
    }
}

row! {
    struct ThoughtRow {
        text: Str<'a> = "text",
        signature: Str<'a> = "signature",
    }
}

row! {
    struct CallRow {
        id: Str<'a> = "toolUseId",
        name: Str<'a> = "name",
        input: &'a RawValue = "input",
        r#type: Str<'a> = "type",
    }
}

row! {
    struct CitedRow {
        content: Vec<SaidRow<'a>> = "content",
        citations: Vec<&'a RawValue> = "citations",
    }
}

row! {
    struct SaidRow {
        text: Str<'a> = "text",
    }
}

row! {
    /// Where something said comes from.
    struct CitationRow {
        title: Str<'a> = "title",
        source: Str<'a> = "source",
        quotes: Vec<SaidRow<'a>> = "sourceContent",
        location: LocationRow<'a> = "location",
    }
}

row! {
    struct LocationRow {
        web: WebRow<'a> = "web",
    }
}

row! {
    struct WebRow {
        url: Str<'a> = "url",
    }
}

row! {
    struct ImageRow {
        format: Str<'a> = "format",
        source: SourceRow<'a> = "source",
    }
}

row! {
    struct SourceRow {
        bytes: Str<'a> = "bytes",
    }
}

row! {
    struct TierRow {
        r#type: Str<'a> = "type",
    }
}
