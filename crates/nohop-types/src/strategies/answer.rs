use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;

/// The events of any answer that is complete.
pub(crate) fn answer() -> impl Strategy<Value = Vec<Event>> {
    let start = (of(text()), of(text())).prop_map(|(id, model)| Event::Start { id, model });
    let end = (0..3_usize, reason(), of(text()), extras());
    let end =
        end.prop_map(|(choice, reason, raw, extra)| Event::End { choice, reason, raw, extra });
    let finish = (usage(), extras())
        .prop_map(|(usage, extra)| Event::Finish { usage: Arc::new(usage), extra });
    (start, vec(wish(), 0..16), end, finish).prop_map(|(start, wishes, end, finish)| {
        let mut told = Told { events: vec![start], ..Told::default() };
        wishes.into_iter().for_each(|wish| told.tell(wish));
        told.tell(end);
        told.finish(finish)
    })
}

/// An event whose part is only the wish for one: the nth of those that are open.
fn wish() -> impl Strategy<Value = Event> {
    let open = (any::<usize>(), 0..3_usize, part()).prop_map(|(part, choice, start)| Event::Open {
        part,
        choice,
        start: Box::new(start),
    });
    let delta = (any::<usize>(), piece()).prop_map(|(part, piece)| Event::Delta { part, piece });
    let end = (0..3_usize, reason(), of(text()), extras());
    prop_oneof![
        4 => open,
        8 => delta,
        2 => any::<usize>().prop_map(|part| Event::Close { part }),
        1 => usage().prop_map(|usage| Event::Usage(Box::new(usage))),
        1 => (text(), any::<bool>()).prop_map(|(target, restart)| Event::Seam { target, restart }),
        1 => end.prop_map(|(choice, reason, raw, extra)| Event::End { choice, reason, raw, extra }),
    ]
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        4 => text().prop_map(Piece::Text),
        2 => text().prop_map(Piece::Arguments),
        1 => text().prop_map(Piece::Signature),
        1 => vec(any::<u8>(), 0..4).prop_map(|bytes| Piece::Bytes(bytes.into())),
        1 => citation().prop_map(|citation| Piece::Citation(Box::new(citation))),
        1 => vec(logprob(), 0..2).prop_map(Piece::Logprobs),
    ]
}

fn reason() -> impl Strategy<Value = FinishReason> {
    use FinishReason::{ContentFilter, Error, Length, Other, Pause, Stop, ToolCalls};
    let known = vec![ContentFilter, Error, Length, Pause, Stop, ToolCalls];
    prop_oneof![select(known), unheard().prop_map(Other)]
}

/// An answer as it is told; what would break its grammar is left out.
#[derive(Default)]
struct Told {
    events: Vec<Event>,
    /// The open parts and their choices.
    open: Vec<(usize, usize)>,
    next: usize,
    begun: BTreeSet<usize>,
    ended: BTreeSet<usize>,
}

impl Told {
    fn tell(&mut self, wish: Event) {
        let nth = |wanted: usize, open: &[(usize, usize)]| wanted.checked_rem(open.len());
        let event = match wish {
            Event::Open { choice, start, .. } if !self.ended.contains(&choice) => {
                let part = self.next;
                self.next += 1;
                self.open.push((part, choice));
                self.begun.insert(choice);
                Event::Open { part, choice, start }
            }
            Event::Delta { part, piece } => {
                let Some(nth) = nth(part, &self.open) else { return };
                Event::Delta { part: self.open[nth].0, piece }
            }
            Event::Close { part } => {
                let Some(nth) = nth(part, &self.open) else { return };
                Event::Close { part: self.open.swap_remove(nth).0 }
            }
            Event::Seam { target, restart } => {
                self.open.clear();
                self.next = 0;
                if restart {
                    self.begun.clear();
                    self.ended.clear();
                }
                Event::Seam { target, restart }
            }
            Event::End { choice, reason, raw, extra } if !self.ended.contains(&choice) => {
                self.close(choice);
                self.ended.insert(choice);
                Event::End { choice, reason, raw, extra }
            }
            Event::Usage(usage) => Event::Usage(usage),
            _ => return,
        };
        self.events.push(event);
    }

    fn finish(mut self, finish: Event) -> Vec<Event> {
        for choice in self.begun.clone() {
            let (raw, extra) = (None, Extras::new());
            self.tell(Event::End { choice, reason: FinishReason::Stop, raw, extra });
        }
        self.events.push(finish);
        self.events
    }

    fn close(&mut self, choice: usize) {
        let (closed, open) = self.open.drain(..).partition(|(_, of)| *of == choice);
        self.open = open;
        let closed: Vec<(usize, usize)> = closed;
        self.events.extend(closed.into_iter().map(|(part, _)| Event::Close { part }));
    }
}
