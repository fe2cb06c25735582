use std::collections::VecDeque;

use nohop_types::{Content, Event, Part, Piece, Response};

/// The events of an answer that is there whole: its texts are told as streams tell them.
pub(crate) fn replay(response: &Response) -> VecDeque<Event> {
    let start = Event::Start { id: response.id.clone(), model: response.model.clone() };
    let mut events = VecDeque::from([start]);
    let mut number = 0;
    for (choice, it) in response.choices.iter().enumerate() {
        for part in &it.parts {
            let (start, said) = opening(part.clone());
            events.push_back(Event::Open { part: number, choice, start: Box::new(start) });
            events.extend(said.map(|text| Event::Delta { part: number, piece: Piece::Text(text) }));
            events.push_back(Event::Close { part: number });
            number += 1;
        }
        if let Some(reason) = it.reason.clone() {
            let (raw, extra) = (it.raw.clone(), it.extra.clone());
            events.push_back(Event::End { choice, reason, raw, extra });
        }
    }
    events
        .push_back(Event::Finish { usage: response.usage.clone(), extra: response.extra.clone() });
    events
}

/// A part as it opens, and the text that follows.
fn opening(mut part: Part) -> (Part, Option<String>) {
    let said = match &mut part.content {
        Content::Text(text) => Some(std::mem::take(text)),
        _ => None,
    };
    (part, said.filter(|text| !text.is_empty()))
}
