use std::collections::{BTreeMap, BTreeSet};

use crate::Event;

/// Checks that events follow the grammar of an answer.
///
/// The reader checks every answer, and the laws check every dialect.
#[derive(Clone, Debug, Default)]
pub struct Grammar {
    started: bool,
    finished: bool,
    open: BTreeMap<usize, usize>,
    begun: BTreeSet<usize>,
    ended: BTreeSet<usize>,
}

impl Grammar {
    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// Says which rule the event breaks.
    pub fn event(&mut self, event: &Event) -> Result<(), &'static str> {
        if self.finished {
            return Err("an event after finish");
        }
        if self.started == matches!(event, Event::Start { .. }) {
            return Err("no start, or two");
        }
        self.started = true;
        match event {
            Event::Open { choice, .. } if self.ended.contains(choice) => {
                Err("a part of a choice that has ended")
            }
            Event::Open { part, choice, .. } => {
                self.begun.insert(*choice);
                match self.open.insert(*part, *choice) {
                    Some(_) => Err("a part that is opened twice"),
                    None => Ok(()),
                }
            }
            Event::Delta { part, .. } if !self.open.contains_key(part) => {
                Err("a delta to a part that is not open")
            }
            Event::Close { part } => match self.open.remove(part) {
                Some(_) => Ok(()),
                None => Err("a close of a part that is not open"),
            },
            Event::Seam { .. } => {
                self.open.clear();
                Ok(())
            }
            Event::End { choice, .. } if self.open.values().any(|open| open == choice) => {
                Err("the end of a choice with a part open")
            }
            Event::End { choice, .. } if !self.ended.insert(*choice) => {
                Err("a choice that ends twice")
            }
            Event::Finish { .. } if self.ended.is_empty() || !self.begun.is_subset(&self.ended) => {
                Err("a finish before every choice ended")
            }
            Event::Finish { .. } => {
                self.finished = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether the answer is complete.
    pub fn is_finished(&self) -> bool {
        self.finished
    }
}

#[cfg(test)]
mod tests;
