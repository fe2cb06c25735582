//! Thinking of earlier turns, as this dialect takes it back.

use nohop_types::{Part, Reasoning, Summary};

use super::{Turn, Written};
use crate::dialect::openai_chat::{History, Unthought};

const ONLY_TEXT: &str = "the host takes thinking back only as text";

impl<'a> Turn<'_, 'a> {
    pub(super) fn thinking(&mut self, part: &Part, reasoning: &Reasoning) -> Written {
        let (reach, out) = (self.body.reach, &mut self.body.out);
        out.field("type", "thinking").key("thinking");
        if let Some(pieces) = reach.form(&part.extra, "thinking") {
            out.raw(pieces);
            return &["reasoning"];
        }
        out.array().object().text("type", "text").text("text", &reasoning.text);
        out.end_object().end_array();
        if reasoning.sealed.is_some() || reasoning.signature.is_some() {
            self.body.losses.dropped("reasoning.sealed", ONLY_TEXT);
        }
        &["reasoning"]
    }

    /// Whether thinking may be sent back; that of others is dropped.
    pub(super) fn mine(&mut self, reasoning: &Reasoning) -> bool {
        let losses = &mut self.body.losses;
        if !self.body.call.issuer.is(&reasoning.issuer) {
            losses.dropped("reasoning", "another issuer's thinking means nothing here");
            return false;
        }
        if self.body.dialect.history == History::Nowhere {
            losses.dropped("reasoning", "the host takes no thinking back");
            return false;
        }
        true
    }

    pub(super) fn thoughts(&mut self, thoughts: &[(&'a Part, &'a Reasoning)], called: bool) {
        if called && thoughts.is_empty() && self.body.dialect.unthought == Unthought::Empty {
            self.body.out.text("reasoning_content", "");
        }
        let reach = self.body.reach;
        let details = self.body.dialect.history == History::Details;
        let named = |part: &Part| reach.form(&part.extra, "type").is_some();
        let is_item = |(part, reasoning): &&(&Part, &Reasoning)| {
            named(part)
                || (details && (reasoning.sealed.is_some() || reasoning.signature.is_some()))
        };
        let plain = thoughts.iter().filter(|thought| !is_item(thought));
        let text: String = plain.clone().map(|(_, reasoning)| reasoning.text.as_str()).collect();
        let form = |name: &str| {
            let mut parts = plain.clone().map(|(part, _)| part);
            parts.any(|part| reach.form(&part.extra, name).is_some())
        };
        let history = self.body.dialect.history;
        let field = match history {
            _ if form("reasoning_content") => "reasoning_content",
            _ if form("reasoning_text") => "reasoning_text",
            _ if form("reasoning") => "reasoning",
            History::ReasoningContent => "reasoning_content",
            _ => "reasoning",
        };
        if plain.clone().any(|(_, reasoning)| reasoning.sealed.is_some()) {
            self.body.losses.dropped("reasoning.sealed", ONLY_TEXT);
        }
        if plain.count() > 0 {
            self.body.out.field(field, text);
        }
        let mut items = thoughts.iter().filter(is_item).peekable();
        if items.peek().is_some() {
            self.body.out.key("reasoning_details").array();
            items.for_each(|(part, reasoning)| self.detail(part, reasoning));
            self.body.out.end_array();
        }
    }

    fn detail(&mut self, part: &Part, reasoning: &Reasoning) {
        let (r#type, text) = match reasoning {
            Reasoning { sealed: Some(_), .. } => ("reasoning.encrypted", None),
            Reasoning { summary: Summary::Summary, .. } => ("reasoning.summary", Some("summary")),
            _ => ("reasoning.text", Some("text")),
        };
        self.body.out.object();
        let reach = self.body.reach;
        match reach.form(&part.extra, "type") {
            Some(own) => self.body.out.key("type").raw(own).done(),
            None => self.body.out.text("type", r#type).done(),
        }
        if let Some(key) = text.filter(|_| !reasoning.text.is_empty()) {
            self.body.out.text(key, &reasoning.text);
        }
        self.body.out.maybe("data", reasoning.sealed.as_ref());
        self.body.out.maybe("signature", reasoning.signature.as_ref());
        let (out, losses) = (&mut self.body.out, &mut self.body.losses);
        out.extras(&part.extra, "", &[], self.body.reach, losses).end_object();
    }
}
