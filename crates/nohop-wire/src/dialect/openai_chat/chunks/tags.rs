/// Tells thinking from text where a host writes `<think>…</think>` in front of the text.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    place: Place,
    /// Bytes that may be the beginning of a tag.
    held: String,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Place {
    #[default]
    Before,
    Thinking,
    After,
}

impl Splitter {
    const OPEN: &'static str = "<think>";
    const CLOSE: &'static str = "</think>";

    /// The thinking and the text in the next piece of content.
    pub(super) fn split(&mut self, piece: &str) -> (String, String) {
        let mut thinking = String::new();
        if self.place == Place::After {
            return (thinking, piece.to_owned());
        }
        self.held.push_str(piece);
        if self.place == Place::Before {
            let begun = self.held.trim_start();
            if let Some(rest) = begun.strip_prefix(Self::OPEN) {
                self.held = rest.to_owned();
                self.place = Place::Thinking;
            } else if Self::OPEN.starts_with(begun) {
                return Default::default();
            } else {
                self.place = Place::After;
                return (thinking, std::mem::take(&mut self.held));
            }
        }
        if let Some((inside, rest)) = self.held.split_once(Self::CLOSE) {
            self.place = Place::After;
            thinking.push_str(inside);
            let text = rest.to_owned();
            self.held.clear();
            return (thinking, text);
        }
        let kept = (0..Self::CLOSE.len()).rev().find(|n| self.held.ends_with(&Self::CLOSE[..*n]));
        let sure = self.held.len() - kept.unwrap_or(0);
        thinking.extend(self.held.drain(..sure));
        (thinking, String::new())
    }

    /// What was held back and turned out to be no tag: thinking, and text.
    pub(super) fn rest(&mut self) -> (String, String) {
        let held = std::mem::take(&mut self.held);
        match self.place {
            Place::Thinking => (held, String::new()),
            _ => (String::new(), held),
        }
    }
}

#[cfg(test)]
mod tests;
