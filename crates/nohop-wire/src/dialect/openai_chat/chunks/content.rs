use nohop_types::{
    Audio, Citation, Content, Image, Json, Logprob, Media, Opaque, Part, Piece, Reasoning, Span,
    Summary, TokenLogprob,
};
use serde_json::value::RawValue;

use super::{DetailKind, Slot, Speaker};
use crate::dialect::media;
use crate::dialect::openai_chat::rows::{
    Annotation, AudioRow, Delta, Detail, ImageRow, Item, LogprobRow, LogprobsRow,
};
use crate::dialect::openai_chat::{OpenAiChat, Tags};
use crate::{json, sniff};

impl Speaker<'_> {
    /// A part for `slot` that holds nothing yet.
    pub(super) fn empty(&self, slot: Slot) -> Part {
        let reasoning = || Reasoning::new(self.issuer.clone());
        Part::new(match slot {
            Slot::Audio => Content::Audio(Audio::new(None)),
            Slot::Call(_) => Content::ToolCall(Default::default()),
            Slot::Detail(_, DetailKind::Summary) => {
                let mut reasoning = reasoning();
                reasoning.summary = Summary::Summary;
                Content::Reasoning(reasoning)
            }
            Slot::Detail(..) | Slot::Reasoning => Content::Reasoning(reasoning()),
            Slot::Refusal => Content::Refusal(String::new()),
            Slot::Text => Content::Text(String::new()),
        })
    }

    /// Takes thinking, under whichever of its names.
    ///
    /// Gateways say the same thinking under two or three of them at once: the most detailed counts.
    pub(super) fn reasoning(&mut self, delta: &Delta<'_>) {
        let details = delta.details.as_deref().unwrap_or_default();
        let tells = |detail: &Detail<'_>| detail.text.is_some() || detail.summary.is_some();
        let names = [
            ("reasoning_content", delta.reasoning_content),
            ("reasoning", delta.reasoning),
            ("reasoning_text", delta.reasoning_text),
        ];
        let said = names.into_iter().find_map(|(name, raw)| {
            let text = raw.and_then(json::text_of).filter(|text| !text.is_empty())?;
            Some((name, text))
        });
        if !details.iter().any(tells)
            && let Some((name, text)) = said
        {
            let mut start = self.empty(Slot::Reasoning);
            start.extra.extend([json::entry(OpenAiChat::NAME, name, json::NULL.into())]);
            let part = self.part(Slot::Reasoning, || Some(start));
            self.push(part, Piece::Text(text.into_owned()));
        }
        if let Some(seal) = delta.opaque.and_then(json::text_of) {
            let part = self.part(Slot::Reasoning, || None);
            self.push(part, Piece::Signature(seal.into_owned()));
        }
        for detail in details {
            self.detail(detail);
        }
    }

    fn detail(&mut self, detail: &Detail<'_>) {
        let kind = match (&detail.data, &detail.summary) {
            (Some(_), _) => DetailKind::Sealed,
            (None, Some(_)) => DetailKind::Summary,
            (None, None) => DetailKind::Text,
        };
        let slot = Slot::Detail(detail.index.unwrap_or(0), kind);
        let mut start = self.empty(slot);
        if let (Some(data), Content::Reasoning(reasoning)) = (&detail.data, &mut start.content) {
            reasoning.sealed = Some(data.0.clone().into_owned());
        }
        if let Some(r#type) = detail.r#type.as_deref() {
            let value = serde_json::Value::from(r#type).into();
            start.extra.extend([json::entry(OpenAiChat::NAME, "type", value)]);
        }
        if let Some(index) = detail.index {
            let value = serde_json::Value::from(index).into();
            start.extra.extend([json::entry(OpenAiChat::NAME, "index", value)]);
        }
        for (key, value) in &detail.rest {
            if value.get() != "null" {
                start.extra.extend([json::entry(OpenAiChat::NAME, &**key, Json::from(*value))]);
            }
        }
        // A seal is complete: a second one is another part, whatever its index.
        let part = match kind {
            DetailKind::Sealed => {
                let part = self.open(start);
                self.progress.open.push((slot, part));
                part
            }
            _ => self.part(slot, || Some(start)),
        };
        let text = detail.text.as_deref().or(detail.summary.as_deref()).unwrap_or_default();
        if !text.is_empty() {
            self.push(part, Piece::Text(text.to_owned()));
        }
        if let Some(signature) = detail.signature.as_deref().filter(|signed| !signed.is_empty()) {
            self.push(part, Piece::Signature(signature.to_owned()));
        }
    }

    /// Takes content: a string, a list of items, or the JSON object that was asked for.
    pub(super) fn content(&mut self, content: &RawValue, tags: Tags) {
        if content.get().starts_with('[')
            && let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(content.get())
        {
            return items.into_iter().for_each(|item| self.item(item));
        }
        let Some(text) = json::text_of(content) else { return };
        match tags {
            Tags::Text => self.grow(Slot::Text, text),
            Tags::Thinking => {
                let split = self.progress.tags.split(&text);
                self.tagged(split);
            }
        }
    }

    /// Says what a splitter held back.
    pub(super) fn flush(&mut self) {
        let split = self.progress.tags.rest();
        self.tagged(split);
    }

    fn tagged(&mut self, (thinking, text): (String, String)) {
        self.grow(Slot::Reasoning, thinking.into());
        self.grow(Slot::Text, text.into());
    }

    fn item(&mut self, raw: &RawValue) {
        let item: Item<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
        match (item.r#type.as_deref(), item.text, item.thinking) {
            (Some("text" | "output_text"), Some(text), _) => self.grow(Slot::Text, text.0),
            (Some("thinking"), _, Some(thinking)) => {
                let mut start = self.empty(Slot::Reasoning);
                let value = serde_json::Value::from("thinking").into();
                start.extra.extend([json::entry(OpenAiChat::NAME, "type", value)]);
                start.extra.extend(json::extras(OpenAiChat::NAME, item.rest));
                let part = self.part(Slot::Reasoning, || Some(start));
                let text = thinking_text(thinking);
                if !text.is_empty() {
                    self.push(part, Piece::Text(text));
                }
            }
            _ => {
                let opaque = Opaque::new(self.issuer.clone(), raw.into());
                let part = self.open(Content::Opaque(opaque).into());
                crate::dialect::close([part], self.events);
            }
        }
    }

    pub(super) fn audio(&mut self, row: AudioRow<'_>) {
        let said = [&row.id, &row.data, &row.transcript];
        if said.iter().all(|text| text.as_ref().is_none_or(|text| text.is_empty())) {
            return;
        }
        let mut start = self.empty(Slot::Audio);
        if let Content::Audio(audio) = &mut start.content {
            audio.id = row.id.and_then(json::Str::said);
        }
        start.extra = json::extras(OpenAiChat::NAME, row.rest);
        let data = row.data.as_deref().and_then(media::decode).filter(|data| !data.is_empty());
        // The inventor does not say what it is; the first of the bytes may.
        let media_type = match (row.format.as_deref(), data.as_deref().and_then(sniff)) {
            (Some(format), _) => format!("audio/{format}"),
            (None, found) => found.unwrap_or("audio/*").to_owned(),
        };
        let known = self.progress.open.iter().any(|(slot, _)| *slot == Slot::Audio);
        if let (false, Content::Audio(audio), Some(data)) = (known, &mut start.content, &data) {
            audio.media = Some(Media::bytes(media_type, data.clone()));
        }
        let part = self.part(Slot::Audio, || Some(start));
        if let (true, Some(data)) = (known, data) {
            self.push(part, Piece::Bytes(data));
        }
        if let Some(text) = row.transcript.filter(|text| !text.is_empty()) {
            self.push(part, Piece::Text(text.0.into_owned()));
        }
    }

    pub(super) fn image(&mut self, row: ImageRow<'_>) {
        let Some(url) = row.image.and_then(|image| image.url) else { return };
        let mut start = Part::new(Content::Image(Image::new(media::from_url(&url))));
        start.extra = json::extras(OpenAiChat::NAME, row.rest);
        let part = self.open(start);
        crate::dialect::close([part], self.events);
    }

    pub(super) fn annotation(&mut self, raw: &RawValue) {
        let mut outer: Annotation<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
        let row = outer.inner.take().map_or(outer, |inner| *inner);
        let mut citation = Citation::default();
        citation.url = row.url.and_then(json::Str::said);
        citation.title = row.title.and_then(json::Str::said);
        citation.quote = row.content.and_then(json::Str::said);
        citation.span = row.start.zip(row.end).map(|(start, end)| Span::new(start, end));
        citation.raw = Some(Opaque::new(self.issuer.clone(), raw.into()));
        let part = self.part(Slot::Text, || None);
        self.push(part, Piece::Citation(Box::new(citation)));
    }

    pub(super) fn logprobs(&mut self, raw: &RawValue) {
        let Ok(row) = serde_json::from_str::<LogprobsRow<'_>>(raw.get()) else {
            // A shape of the time before chat: kept as it stands.
            return self.progress.kept.add(OpenAiChat::NAME, "", [("logprobs".into(), raw)]);
        };
        let lists = [
            (Slot::Text, row.content),
            (Slot::Refusal, row.refusal),
            (Slot::Reasoning, row.reasoning),
        ];
        for (slot, list) in lists {
            let list: Vec<_> = list.into_iter().flatten().map(logprob).collect();
            if !list.is_empty() {
                let part = self.part(slot, || None);
                self.push(part, Piece::Logprobs(list));
            }
        }
    }
}

/// The text of thinking: a string, or a list of texts.
pub(in crate::dialect::openai_chat) fn thinking_text(raw: &RawValue) -> String {
    match serde_json::from_str::<Vec<Item<'_>>>(raw.get()) {
        Ok(items) => items.iter().filter_map(|item| item.text.as_deref()).collect(),
        Err(_) => json::text_of(raw).unwrap_or_default().into_owned(),
    }
}

fn logprob(row: LogprobRow<'_>) -> Logprob {
    let top = row.top.iter().flatten().map(token).collect();
    Logprob::new(token(&row), top)
}

fn token(row: &LogprobRow<'_>) -> TokenLogprob {
    /// What hosts write for a token that is next to impossible.
    const UNLIKELY: f64 = -9999.0;
    let token = row.token.as_deref().unwrap_or_default();
    TokenLogprob::new(token, row.logprob.unwrap_or(UNLIKELY), row.bytes.clone())
}
