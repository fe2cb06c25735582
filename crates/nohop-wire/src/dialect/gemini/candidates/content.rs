use nohop_types::{
    Content, Logprob, Opaque, Part, Piece, Reasoning, Summary, TokenLogprob, ToolCall,
};
use serde_json::value::RawValue;

use super::partial::Partial;
use super::{Open, Speaker, close};
use crate::dialect::gemini::proof::{self, Place};
use crate::dialect::gemini::rows::{CallRow, InlineRow, LogprobsRow, PartRow, TokenRow};
use crate::dialect::gemini::{Gemini, calls, media};
use crate::json::{self, Rest, Str};

impl Speaker<'_> {
    /// Takes a part; what the vocabulary has no word for stays as it is.
    pub(super) fn part(&mut self, raw: &RawValue) {
        match json::lax::<PartRow<'_>>(raw) {
            Some(PartRow {
                text: Some(text),
                thought,
                signature,
                call: None,
                inline: None,
                rest,
            }) => {
                let signature = signature.and_then(Str::said);
                match thought {
                    Some(true) => self.thought(&text, signature, rest),
                    _ => self.text(&text, signature, rest),
                }
            }
            Some(PartRow {
                text: None,
                thought: None | Some(false),
                signature,
                call: Some(call),
                inline: None,
                rest,
            }) => self.call(*call, signature.and_then(Str::said), rest),
            Some(PartRow {
                text: None,
                thought: None | Some(false),
                signature,
                call: None,
                inline: Some(inline),
                rest,
            }) => self.media(raw, *inline, signature.and_then(Str::said), rest),
            // A signature that stands on nothing stands on an empty text.
            Some(PartRow {
                text: None,
                thought: None | Some(false),
                signature,
                call: None,
                inline: None,
                rest,
            }) if rest.is_empty() => self.text("", signature.and_then(Str::said), rest),
            _ => self.say(Content::Opaque(Opaque::new(self.issuer.clone(), raw.into())).into()),
        }
    }

    /// Texts are one part until something else comes between; a signed one is a part by itself.
    fn text(&mut self, text: &str, signature: Option<String>, rest: Rest<'_>) {
        let place = if text.is_empty() { Place::Alone } else { Place::Text };
        let signed = signature.is_some();
        self.seal(signature, place);
        if text.is_empty() && rest.is_empty() {
            return;
        }
        let alone = signed || !rest.is_empty();
        let part = match &self.progress.open {
            Some(Open::Text(part)) if !alone => *part,
            _ => {
                let mut start = Part::text("");
                start.extra = json::extras(Gemini::NAME, rest);
                let part = self.open(start);
                self.progress.said.clear();
                self.progress.open = Some(Open::Text(part));
                part
            }
        };
        if !text.is_empty() {
            self.progress.said.push_str(text);
            self.push(part, Piece::Text(text.to_owned()));
        }
        if alone {
            self.settle();
        }
    }

    /// Leaves the open text open for its citations, and yet done.
    fn settle(&mut self) {
        // Whatever follows is another part: what it is grounded in is told at the end, if at all.
        if let Some(Open::Text(part)) = self.progress.open.take() {
            self.events.push(nohop_types::Event::Close { part });
        }
    }

    fn thought(&mut self, text: &str, signature: Option<String>, rest: Rest<'_>) {
        let part = match &self.progress.open {
            Some(Open::Thinking(part)) if rest.is_empty() => *part,
            _ if text.is_empty() && signature.is_none() && rest.is_empty() => return,
            _ => {
                let mut reasoning = Reasoning::new(self.issuer.clone());
                reasoning.summary = Summary::Summary;
                let mut start = Part::from(reasoning);
                start.extra = json::extras(Gemini::NAME, rest);
                let part = self.open(start);
                self.progress.open = Some(Open::Thinking(part));
                part
            }
        };
        if !text.is_empty() {
            self.push(part, Piece::Text(text.to_owned()));
        }
        if let Some(signature) = signature {
            self.push(part, Piece::Signature(signature));
            close(self.progress, self.events);
        }
    }

    /// Says the signature of the part that follows.
    fn seal(&mut self, signature: Option<String>, place: Place) {
        if let Some(signature) = signature {
            self.say(proof::seal(self.issuer.clone(), signature, place));
        }
    }

    /// Takes a call, or more of the arguments of the one that is open.
    fn call(&mut self, row: CallRow<'_>, signature: Option<String>, rest: Rest<'_>) {
        let pieces = row.pieces.unwrap_or_default();
        let more = row.more == Some(true);
        let name = row.name.and_then(Str::said);
        if let (None, Some(Open::Call(_, arguments))) = (&name, &mut self.progress.open) {
            pieces.into_iter().for_each(|piece| arguments.add(piece));
            if !more {
                close(self.progress, self.events);
            }
            return;
        }
        self.seal(signature, Place::Call);
        let number = *self.calls;
        *self.calls += 1;
        self.progress.called = true;
        let id = row.id.and_then(Str::said).unwrap_or_else(|| match self.id {
            Some(id) => calls::make(id, number),
            None => calls::make(format_args!("t{}", self.turns), number),
        });
        let mut start = Part::from(ToolCall::new(id, name.unwrap_or_default(), ""));
        let inside = row.rest.into_iter().map(|(k, v)| (format!("functionCall.{k}").into(), v));
        start.extra = json::extras(Gemini::NAME, rest.into_iter().chain(inside).collect());
        let part = self.open(start);
        if more || !pieces.is_empty() {
            let mut arguments = Partial::default();
            pieces.into_iter().for_each(|piece| arguments.add(piece));
            self.progress.open = Some(Open::Call(part, arguments));
            if !more {
                close(self.progress, self.events);
            }
            return;
        }
        let arguments = row.args.map_or("{}", RawValue::get).to_owned();
        self.push(part, Piece::Arguments(arguments));
        self.events.push(nohop_types::Event::Close { part });
    }

    fn media(
        &mut self,
        raw: &RawValue,
        row: InlineRow<'_>,
        signature: Option<String>,
        rest: Rest<'_>,
    ) {
        let (Some(label), Some(data)) = (&row.label, &row.data) else {
            return self.opaque(raw);
        };
        let Some(bytes) = crate::dialect::media::decode(data) else { return self.opaque(raw) };
        let sound = label.starts_with("audio/");
        let plain = signature.is_none() && rest.is_empty() && row.rest.is_empty();
        if let Some(Open::Audio(part, known)) = &self.progress.open
            && plain
            && **known == **label
        {
            let part = *part;
            return self.push(part, Piece::Bytes(bytes));
        }
        self.seal(signature, Place::Media);
        let mut start =
            Part::new(media::content(label, nohop_types::Media::bytes(&**label, bytes)));
        let inside = row.rest.into_iter().map(|(k, v)| (format!("inlineData.{k}").into(), v));
        start.extra = json::extras(Gemini::NAME, rest.into_iter().chain(inside).collect());
        let part = self.open(start);
        match sound && plain {
            true => self.progress.open = Some(Open::Audio(part, label.0.clone().into_owned())),
            false => self.events.push(nohop_types::Event::Close { part }),
        }
    }

    fn opaque(&mut self, raw: &RawValue) {
        self.say(Content::Opaque(Opaque::new(self.issuer.clone(), raw.into())).into());
    }

    /// Takes how likely the tokens were; their numbers have no place in the vocabulary.
    pub(super) fn logprobs(&mut self, raw: &RawValue) {
        let row: LogprobsRow<'_> = json::lax(raw).unwrap_or_default();
        let Some(Open::Text(part) | Open::Thinking(part)) = self.progress.open else {
            let kept = vec![("logprobsResult".into(), raw)];
            return self.progress.kept.add(Gemini::NAME, "", kept);
        };
        let token = |row: TokenRow<'_>| {
            let text = row.token.map(|text| text.0.into_owned()).unwrap_or_default();
            TokenLogprob::new(text, row.logprob.unwrap_or_default(), None)
        };
        let mut top = row.top.into_iter().flatten();
        let chosen = row.chosen.into_iter().flatten().map(|chosen| {
            let others = top.next().and_then(|row| row.tokens).unwrap_or_default();
            Logprob::new(token(chosen), others.into_iter().map(token).collect())
        });
        let logprobs: Vec<_> = chosen.collect();
        if !logprobs.is_empty() {
            self.push(part, Piece::Logprobs(logprobs));
        }
    }
}
