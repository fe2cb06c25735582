use nohop_types::{Content, Input, Part, Piece, ToolCall};

use super::{Slot, Speaker};
use crate::dialect::openai_chat::OpenAiChat;
use crate::dialect::openai_chat::rows::CallRow;
use crate::dialect::own::Own;
use crate::json::{self, Str};

/// The tool calls of one choice, as far as they are known.
#[derive(Default)]
pub(super) struct Calls(Vec<Known>);

#[derive(Default)]
struct Known {
    index: Option<i64>,
    id: Option<String>,
    opened: bool,
    /// Arguments that came before the name.
    held: String,
    input: Input,
}

impl Calls {
    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Which call a row goes on with, or the place of a new one.
    ///
    /// An index counts, unless it is negative; under the same index, another id is another call.
    /// Without an index the id counts, and without either a name begins a call.
    fn place(&self, index: Option<i64>, id: Option<&str>, named: bool) -> usize {
        let same = |known: &Known| match (index, id, known.id.as_deref()) {
            (Some(_), None, _) => known.index == index,
            (Some(_), Some(id), Some(mine)) => known.index == index && mine == id,
            (Some(_), Some(_), None) => known.index == index && !known.opened,
            (None, Some(id), mine) => mine == Some(id),
            (None, None, _) => !named,
        };
        self.0.iter().rposition(same).unwrap_or(self.0.len())
    }
}

impl Speaker<'_> {
    /// Takes a call, or a fragment of one.
    pub(super) fn call(&mut self, row: CallRow<'_>, whole: bool) {
        let function = row.function.unwrap_or_default();
        let custom = row.custom.unwrap_or_default();
        let custom_name = custom.name.filter(|name| !name.is_empty());
        let id = row.id.and_then(json::text_of).filter(|id| !id.is_empty());
        let input = if custom_name.is_some() { Input::Text } else { Input::Json };
        let name = function.name.filter(|name| !name.is_empty()).or(custom_name);
        let arguments = function.arguments.and_then(json::text_of);
        let arguments = arguments.or(custom.input.map(|input| input.0)).unwrap_or_default();
        let index = row.index.filter(|index| *index >= 0);
        if id.is_none() && name.is_none() && arguments.is_empty() {
            return;
        }

        let calls = &mut self.progress.calls;
        let place = match whole {
            true => calls.0.len(),
            false => calls.place(index, id.as_deref(), name.is_some()),
        };
        if place == calls.0.len() {
            calls.0.push(Known { index, input, ..Known::default() });
        }
        let known = &mut calls.0[place];
        known.id = known.id.take().or(id.map(|id| id.into_owned()));
        if known.opened {
            let part = self.part(Slot::Call(place), || None);
            if !arguments.is_empty() {
                self.push(part, Piece::Arguments(arguments.into_owned()));
            }
            return;
        }
        known.held.push_str(&arguments);
        if let Some(name) = name {
            let mut extra = json::extras(OpenAiChat::NAME, row.rest);
            if index == Some(i64::MAX) {
                let mark = json::entry(OpenAiChat::NAME, "function_call", json::NULL.into());
                extra.extend([mark]);
            }
            let inner = Own(OpenAiChat::NAME).inner("function.", function.rest);
            extra.extend(inner.filter(|entry| !entry.value.is_empty()));
            self.begin(place, name, extra);
        }
    }

    /// Opens the calls that never got a name.
    pub(super) fn finish(mut self) {
        for place in 0..self.progress.calls.0.len() {
            if !self.progress.calls.0[place].opened {
                self.begin(place, Str::default(), nohop_types::Extras::new());
            }
        }
        self.flush();
    }

    fn begin(&mut self, place: usize, name: Str<'_>, extra: nohop_types::Extras) {
        let known = &mut self.progress.calls.0[place];
        known.opened = true;
        let held = std::mem::take(&mut known.held);
        // Some hosts give calls no id, but the answer to a call must name one.
        let id = known.id.clone().unwrap_or_else(|| format!("call_{}", *self.parts));
        let mut call = ToolCall::new(id, name.0, "");
        call.input = known.input;
        let mut start = Part::new(Content::ToolCall(call));
        start.extra = extra;
        let part = self.part(Slot::Call(place), || Some(start));
        if !held.is_empty() {
            self.push(part, Piece::Arguments(held));
        }
    }
}
