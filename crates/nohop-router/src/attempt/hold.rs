use std::time::{Duration, Instant};

use nohop_policy::{Signal, Window};
use nohop_types::{Error, ErrorKind, Result};

/// What is held back of an answer before it is told.
pub(super) struct Hold {
    /// Whether it is held until it is whole, to be judged.
    judged: bool,
    state: State,
    /// How many events of content came.
    events: usize,
}

enum State {
    Silent,
    /// Until then, where it is not held to its end.
    Speaking(Option<Instant>),
    Told,
}

impl Hold {
    pub(super) fn new(judged: bool) -> Self {
        Self { judged, state: State::Silent, events: 0 }
    }

    /// Whether some of it was told.
    pub(super) fn is_told(&self) -> bool {
        matches!(self.state, State::Told)
    }

    /// Takes note that so many events of content came, which make `bytes` in all; says what the plan must know.
    pub(super) fn hear(
        &mut self,
        window: &Window,
        events: usize,
        bytes: u64,
        now: Instant,
    ) -> Option<Signal> {
        if events == 0 || self.is_told() {
            return None;
        }
        self.events += events;
        let Window { time, events, bytes: most, .. } = *window;
        let spoke = matches!(self.state, State::Silent);
        if self.judged {
            self.state = State::Speaking(None);
        } else if time.is_zero() || self.events >= events || bytes >= most as u64 {
            self.state = State::Told;
            return Some(Signal::Content);
        } else if spoke {
            self.state = State::Speaking(Some(now + time));
        }
        spoke.then_some(Signal::Spoke)
    }

    /// When it is held no longer.
    pub(super) fn due(&self) -> Option<Instant> {
        match self.state {
            State::Speaking(until) => until,
            State::Silent | State::Told => None,
        }
    }

    /// Looks at the time: who has said `bytes` by now may be told, unless that is too little.
    ///
    /// # Errors
    ///
    /// `Timeout` where it drips.
    pub(super) fn check(
        &mut self,
        window: &Window,
        bytes: u64,
        now: Instant,
    ) -> Result<Option<Signal>> {
        if self.due().is_none_or(|until| now < until) {
            return Ok(None);
        }
        self.state = State::Told;
        let Window { time, floor, .. } = *window;
        let least = u128::from(floor) * time.as_millis() / Duration::from_secs(1).as_millis();
        if u128::from(bytes) >= least {
            return Ok(Some(Signal::Content));
        }
        let message = format!(
            "it drips: {bytes} bytes in {time:?}, and {least} are wanted; allow less with the limit `window.floor`"
        );
        Err(Error::new(ErrorKind::Timeout, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const WINDOW: Window = Window { time: SECOND, events: 3, bytes: 10, floor: 4, ..Window::NONE };

    #[test]
    fn without_a_window_the_first_content_is_told() {
        let mut hold = Hold::new(false);
        let now = crate::clock::now();
        assert!(hold.hear(&Window::NONE, 0, 0, now).is_none());
        assert!(matches!(hold.hear(&Window::NONE, 1, 1, now), Some(Signal::Content)));
        assert!(hold.is_told() && hold.hear(&Window::NONE, 1, 2, now).is_none());
    }

    #[test]
    fn a_window_is_left_by_events_by_bytes_and_by_time() {
        let now = crate::clock::now();
        let hold = || {
            let mut hold = Hold::new(false);
            assert!(matches!(hold.hear(&WINDOW, 1, 1, now), Some(Signal::Spoke)));
            assert_eq!(hold.due(), Some(now + SECOND));
            hold
        };
        assert!(matches!(hold().hear(&WINDOW, 2, 3, now), Some(Signal::Content)));
        assert!(matches!(hold().hear(&WINDOW, 1, 10, now), Some(Signal::Content)));
        assert!(hold().hear(&WINDOW, 1, 9, now).is_none());
        assert!(matches!(hold().check(&WINDOW, 4, now + SECOND), Ok(Some(Signal::Content))));
        assert!(matches!(hold().check(&WINDOW, 0, now + SECOND / 2), Ok(None)));
        assert_eq!(hold().check(&WINDOW, 3, now + SECOND).unwrap_err().kind(), ErrorKind::Timeout);
    }

    #[test]
    fn what_is_to_be_judged_is_held_to_its_end() {
        let mut hold = Hold::new(true);
        let now = crate::clock::now();
        assert!(matches!(hold.hear(&WINDOW, 1, 1, now), Some(Signal::Spoke)));
        assert!(hold.hear(&WINDOW, 100, 100, now).is_none());
        assert_eq!(hold.due(), None);
    }
}
