use super::event;
use crate::Departure;
use crate::dialect::{Call, Frame, quoted, signature};
use crate::script::{Part, base64, fragments, pieces};

/// One item of an answer's output.
pub(super) struct Item<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) index: usize,
    pub(super) part: &'a Part,
}

impl Item<'_> {
    pub(super) fn is_call(&self) -> bool {
        matches!(self.part, Part::Call { .. })
    }

    /// The item, as it is in the end.
    pub(super) fn done(&self) -> String {
        self.spelled(None, "completed")
    }

    /// The events that make it.
    pub(super) fn frames(&self) -> Vec<Frame> {
        match self.part {
            Part::Text(text) => self.message(text, &TEXT),
            Part::Refusal(text) => self.message(text, &REFUSAL),
            Part::Thinking(text) => self.reasoning(text),
            Part::Call { arguments, .. } => self.function_call(arguments),
            Part::Picture(_) => self.picture(),
            // No script of this dialect has one.
            Part::Sound { .. } => Vec::new(),
        }
    }

    fn message(&self, text: &str, names: &Names) -> Vec<Frame> {
        let spell = names.spell;
        let part = |text: &str| format!(r#""content_index":0,"part":{}"#, spell(text));
        let mut frames = vec![
            self.event("response.output_item.added", 0, &self.begun()),
            self.event("response.content_part.added", 0, &part("")),
        ];
        for (number, piece) in self.pieces(text).into_iter().enumerate() {
            let delta = format!(
                r#""content_index":0,"delta":{},"logprobs":[],"obfuscation":"kR4""#,
                quoted(&piece)
            );
            let frame = self.event(names.delta, number, &delta);
            frames.push(frame.content(&piece));
        }
        let (field, logprobs) = (names.field, r#","logprobs":[]"#);
        let whole = format!(r#""content_index":0,"{field}":{}{logprobs}"#, quoted(text));
        frames.push(self.event(names.done, 0, &whole));
        frames.push(self.event("response.content_part.done", 0, &part(text)));
        frames.push(self.ended());
        frames
    }

    fn reasoning(&self, text: &str) -> Vec<Frame> {
        let part = |text: &str| format!(r#""summary_index":0,"part":{}"#, summary_text(text));
        let mut frames = vec![
            self.event("response.output_item.added", 0, &self.begun()),
            self.event("response.reasoning_summary_part.added", 0, &part("")),
        ];
        for (number, piece) in self.pieces(text).into_iter().enumerate() {
            let delta = format!(r#""summary_index":0,"delta":{}"#, quoted(&piece));
            let frame = self.event("response.reasoning_summary_text.delta", number, &delta);
            frames.push(frame.content(""));
        }
        let whole = format!(r#""summary_index":0,"text":{}"#, quoted(text));
        frames.push(self.event("response.reasoning_summary_text.done", 0, &whole));
        frames.push(self.event("response.reasoning_summary_part.done", 0, &part(text)));
        frames.push(self.ended());
        frames
    }

    fn function_call(&self, arguments: &str) -> Vec<Frame> {
        let mut frames =
            vec![self.event("response.output_item.added", 0, &self.begun()).content("")];
        let each = self.call.script.tokens_per_event;
        for (number, piece) in fragments(arguments, each).into_iter().enumerate() {
            let delta = format!(r#""delta":{}"#, quoted(&piece));
            let frame = self.event("response.function_call_arguments.delta", number, &delta);
            frames.push(frame.content(""));
        }
        let whole = format!(r#""arguments":{}"#, quoted(arguments));
        frames.push(self.event("response.function_call_arguments.done", 0, &whole));
        frames.push(self.ended());
        frames
    }

    fn picture(&self) -> Vec<Frame> {
        let state = |name| self.event(name, 0, r#""obfuscation":"kR4""#);
        vec![
            self.event("response.output_item.added", 0, &self.begun()),
            state("response.image_generation_call.in_progress"),
            state("response.image_generation_call.generating"),
            state("response.image_generation_call.completed"),
            self.ended().content(""),
        ]
    }

    /// The item before anything is in it.
    fn begun(&self) -> String {
        format!(r#""item":{}"#, self.spelled(Some(0), "in_progress"))
    }

    fn ended(&self) -> Frame {
        let item = self.spelled(Some(1), "completed");
        self.event("response.output_item.done", 1, &format!(r#""item":{item}"#))
    }

    fn event(&self, name: &'static str, number: usize, fields: &str) -> Frame {
        let (index, id) = (self.index, self.id(Some(number)));
        // What tells of the whole item names it within.
        let id = match name.starts_with("response.output_item") {
            true => String::new(),
            false => format!(r#""item_id":"{id}","#),
        };
        event(name, &format!(r#"{id}"output_index":{index},{fields}"#))
    }

    /// The item in this state, in the event of this number or in the answer itself.
    fn spelled(&self, number: Option<usize>, status: &str) -> String {
        let id = self.id(number);
        let is_begun = status == "in_progress";
        match self.part {
            Part::Text(text) | Part::Refusal(text) => {
                let spell = if matches!(self.part, Part::Text(_)) { output_text } else { refusal };
                let content = if is_begun { String::new() } else { spell(text) };
                format!(
                    r#"{{"id":"{id}","type":"message","status":"{status}","content":[{content}],"role":"assistant"}}"#
                )
            }
            Part::Thinking(text) => {
                let summary = if is_begun { String::new() } else { summary_text(text) };
                let seal = if self.is_sealed() { self.seal(text) } else { String::new() };
                format!(r#"{{"id":"{id}","type":"reasoning"{seal},"summary":[{summary}]}}"#)
            }
            Part::Call { name, arguments } => format!(
                r#"{{"id":"{id}","type":"function_call","status":"{status}","arguments":{},"call_id":"call_testkit{:08}{:02}","name":{}}}"#,
                quoted(if is_begun { "" } else { arguments }),
                self.call.number,
                self.index,
                quoted(name),
            ),
            Part::Picture(_) if is_begun => format!(
                r#"{{"id":"{id}","type":"image_generation_call","status":"{status}","result":null}}"#
            ),
            Part::Picture(bytes) => format!(
                r#"{{"id":"{id}","type":"image_generation_call","status":"{status}","background":"opaque","output_format":"png","quality":"high","result":"{}","size":"1024x1024"}}"#,
                base64(bytes),
            ),
            // No script of this dialect has one.
            Part::Sound { .. } => "null".to_owned(),
        }
    }

    /// Who is not remembered is sealed, for those who ask for it.
    fn is_sealed(&self) -> bool {
        let asked = self.call.body["include"].as_array();
        asked.is_some_and(|asked| asked.iter().any(|it| it == "reasoning.encrypted_content"))
    }

    fn seal(&self, text: &str) -> String {
        format!(r#","encrypted_content":"{}""#, signature::of(&self.call.script.salt, text))
    }

    fn id(&self, number: Option<usize>) -> String {
        let kind = match self.part {
            Part::Text(_) | Part::Refusal(_) => "msg",
            Part::Thinking(_) => "rs",
            Part::Call { .. } => "fc",
            Part::Picture(_) | Part::Sound { .. } => "ig",
        };
        let rotated = match number.filter(|_| self.call.has(Departure::Rotating)) {
            Some(number) => format!("_{number}"),
            None => String::new(),
        };
        format!("{kind}_testkit{:08}{:02}{rotated}", self.call.number, self.index)
    }

    fn pieces(&self, text: &str) -> Vec<String> {
        pieces(text, self.call.script.tokens_per_event)
    }
}

/// How the text of a message is called.
struct Names {
    field: &'static str,
    delta: &'static str,
    done: &'static str,
    spell: fn(&str) -> String,
}

const TEXT: Names = Names {
    field: "text",
    delta: "response.output_text.delta",
    done: "response.output_text.done",
    spell: output_text,
};

const REFUSAL: Names = Names {
    field: "refusal",
    delta: "response.refusal.delta",
    done: "response.refusal.done",
    spell: refusal,
};

fn refusal(text: &str) -> String {
    format!(r#"{{"type":"refusal","refusal":{}}}"#, quoted(text))
}

fn output_text(text: &str) -> String {
    let text = quoted(text);
    format!(r#"{{"type":"output_text","annotations":[],"logprobs":[],"text":{text}}}"#)
}

fn summary_text(text: &str) -> String {
    format!(r#"{{"type":"summary_text","text":{}}}"#, quoted(text))
}
