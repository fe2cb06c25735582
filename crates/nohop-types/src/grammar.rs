use crate::Event;
use crate::numbered::Numbered;

/// Checks that events follow the grammar of an answer.
///
/// The reader checks every answer, and the laws check every dialect.
#[derive(Clone, Debug, Default)]
pub struct Grammar {
    started: bool,
    finished: bool,
    /// The choices of the open parts.
    open: Numbered<usize>,
    /// How far each choice has come.
    choices: Numbered<Progress>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Progress {
    Begun,
    Ended,
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
            Event::Open { choice, .. } if self.has_ended(*choice) => {
                Err("a part of a choice that has ended")
            }
            Event::Open { part, choice, .. } => {
                self.choices.insert(*choice, Progress::Begun);
                match self.open.insert(*part, *choice) {
                    Some(_) => Err("a part that is opened twice"),
                    None => Ok(()),
                }
            }
            Event::Delta { part, .. } if self.open.get(*part).is_none() => {
                Err("a delta to a part that is not open")
            }
            Event::Close { part } => match self.open.remove(*part) {
                Some(_) => Ok(()),
                None => Err("a close of a part that is not open"),
            },
            Event::Seam { restart, .. } => {
                self.open.clear();
                if *restart {
                    self.choices.clear();
                }
                Ok(())
            }
            Event::End { choice, .. } if self.open.iter().any(|open| open == choice) => {
                Err("the end of a choice with a part open")
            }
            Event::End { choice, .. } if self.has_ended(*choice) => Err("a choice that ends twice"),
            Event::End { choice, .. } => {
                self.choices.insert(*choice, Progress::Ended);
                Ok(())
            }
            Event::Finish { .. } if !self.have_all_ended() => {
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

    fn has_ended(&self, choice: usize) -> bool {
        self.choices.get(choice) == Some(&Progress::Ended)
    }

    /// Whether there was a choice, and none is left.
    fn have_all_ended(&self) -> bool {
        let mut choices = self.choices.iter().peekable();
        choices.peek().is_some() && choices.all(|progress| *progress == Progress::Ended)
    }
}

#[cfg(test)]
mod tests;
