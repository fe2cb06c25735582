use nohop_types::{Event, Piece, Response};

/// What was told of an answer, as one.
///
/// It is kept for the error that may end the answer, and costs next to nothing: text that goes on is only copied.
#[derive(Default)]
pub(super) struct Folded {
    response: Response,
    /// The text of one part that is not in the response yet.
    text: String,
    part: usize,
}

impl Folded {
    /// Takes note of what was told.
    #[inline]
    pub(super) fn note(&mut self, event: &Event) {
        if let Event::Delta { part, piece: Piece::Text(text) } = event {
            if *part != self.part {
                self.settle();
                self.part = *part;
            }
            return self.text.push_str(text);
        }
        self.settle();
        self.response.extend([event]);
    }

    pub(super) fn response(mut self) -> Response {
        self.settle();
        self.response
    }

    fn settle(&mut self) {
        if !self.text.is_empty() {
            let piece = Piece::Text(std::mem::take(&mut self.text));
            self.response.extend([Event::Delta { part: self.part, piece }]);
        }
    }
}

#[cfg(test)]
mod tests {
    use nohop_types::Part;

    use super::*;

    #[test]
    fn what_is_noted_folds_to_the_same_as_ever() {
        let say = |part, text: &str| Event::Delta { part, piece: Piece::Text(text.to_owned()) };
        let open = |part| Event::Open { part, choice: 0, start: Box::new(Part::text("")) };
        let seam = |restart| Event::Seam { target: "m@there".to_owned(), restart };
        let anew = [open(0), say(0, "a"), say(0, "b"), seam(true), open(0), say(0, "c")];
        let on = [open(0), say(0, "a"), seam(false), open(0), say(0, "b"), open(1), say(1, "c")];
        let mixed = [open(0), open(1), say(0, "a"), say(1, "b"), say(0, "c"), say(7, "lost")];
        for events in [anew.to_vec(), on.to_vec(), mixed.to_vec()] {
            let mut folded = Folded::default();
            events.iter().for_each(|event| folded.note(event));
            assert_eq!(folded.response(), events.into_iter().collect::<Response>());
        }
    }
}
