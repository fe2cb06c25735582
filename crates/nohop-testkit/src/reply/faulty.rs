use nohop_types::ErrorKind;

use super::End;
use super::draft::{Content, Draft, Exchange, leaky_url, percent_encoded};
use crate::dialect::Frame;
use crate::{Fault, Outcome, RetryAfter};

const PAGE: &str = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

impl Exchange<'_> {
    /// What is answered without a look at the request, if the fault is of that sort.
    pub(super) fn instead(&self, fault: &Fault) -> Option<Draft> {
        let refuse = |kind| self.refuse(self.speech.refusal(kind));
        Some(match fault {
            Fault::Status { status, headers, body } => {
                let mut draft = Draft::whole(*status, body.clone(), status_outcome(*status));
                draft.headers.clone_from(headers);
                draft
            }
            Fault::RateLimited(form) => self.rate_limited(*form),
            Fault::InsufficientQuota => refuse(ErrorKind::Quota),
            Fault::BadSchema => refuse(ErrorKind::InvalidRequest),
            Fault::ContextLength => refuse(ErrorKind::ContextLength),
            Fault::ContentFilter => refuse(ErrorKind::ContentFilter),
            Fault::Unauthorized | Fault::KeyEchoed => refuse(ErrorKind::Auth),
            Fault::UnknownModel => refuse(ErrorKind::NotFound),
            Fault::ServerError => refuse(ErrorKind::Server),
            Fault::Overloaded => refuse(ErrorKind::Overloaded),
            Fault::HtmlPage => self.page(),
            Fault::ErrorUnder200 => Draft { status: 200, ..refuse(ErrorKind::Server) },
            Fault::Hang => Draft::nothing(End::Stall { ping: None }, ErrorKind::Timeout),
            Fault::Reset => Draft::nothing(End::Reset, ErrorKind::Transport),
            Fault::Close => Draft::nothing(End::Close, ErrorKind::Transport),
            Fault::Redirect { status, to } => self.redirect(*status, to),
            _ => return None,
        })
    }

    /// What becomes of a good answer.
    pub(super) fn bend(&self, fault: &Fault, mut draft: Draft) -> Draft {
        match fault {
            Fault::Late(delay) => draft.delay += *delay,
            Fault::CloseIdle(after) => draft.close_idle = Some(*after),
            Fault::Oversized { .. } => draft.outcome = Outcome::Undecided,
            Fault::TruncatedJson => self.truncate(&mut draft),
            Fault::CutBeforeFirst => empty(&mut draft, End::Reset, ErrorKind::Transport),
            Fault::StallAfterHead => empty(&mut draft, self.stall(), ErrorKind::Timeout),
            Fault::ErrorFirst(kind) => return self.error_after(draft, None, *kind),
            Fault::ErrorAfter { events, kind } => {
                return self.error_after(draft, Some(*events), *kind);
            }
            Fault::StallAfter { events } => {
                cut(&mut draft, *events, self.stall(), ErrorKind::Timeout);
            }
            Fault::ResetAfter { events } => {
                cut(&mut draft, *events, End::Reset, ErrorKind::Transport);
            }
            Fault::CloseAfter { events } => {
                cut(&mut draft, *events, End::Close, ErrorKind::Transport);
            }
            Fault::EofAfter { events } => {
                cut(&mut draft, *events, End::Complete, ErrorKind::Truncated);
            }
            Fault::MalformedAfter { events } => self.malform(&mut draft, *events),
            _ => {}
        }
        draft
    }

    fn rate_limited(&self, form: RetryAfter) -> Draft {
        let mut refusal = self.speech.refusal(ErrorKind::RateLimit);
        match form {
            RetryAfter::Prose(after) => {
                refusal.message += &format!(" {}", self.speech.comes_back(after));
            }
            RetryAfter::Field(after) => refusal.retry_after = Some(after),
            RetryAfter::Reset(after) if self.speech.reset(after).is_empty() => {
                refusal.retry_after = Some(after);
            }
            _ => {}
        }
        let mut draft = self.refuse(refusal);
        let mut header = |name: &str, value| draft.headers.push((name.to_owned(), value));
        if let Some((name, value)) = form.header() {
            header(name, value);
        }
        if let RetryAfter::Reset(after) = form {
            self.speech.reset(after).into_iter().for_each(|(name, value)| header(name, value));
        }
        draft
    }

    fn page(&self) -> Draft {
        let leak = self.plant.as_deref().map(|plant| format!("<!-- {plant} -->\r\n"));
        let page = format!("{PAGE}{}", leak.unwrap_or_default());
        let mut draft = Draft::whole(503, page, Outcome::Failed(ErrorKind::Server));
        draft.headers.push(("content-type".to_owned(), "text/html".to_owned()));
        draft
    }

    fn redirect(&self, status: u16, to: &str) -> Draft {
        let leak = self.plant.as_deref().map(|plant| format!("?key={}", percent_encoded(plant)));
        let location = format!("{to}{}{}", self.head.uri.path(), leak.unwrap_or_default());
        let mut draft = Draft::whole(status, "", Outcome::Undecided);
        draft.headers.push(("location".to_owned(), location));
        draft
    }

    /// An error after that many content events, or before everything else.
    fn error_after(&self, mut draft: Draft, events: Option<usize>, kind: ErrorKind) -> Draft {
        let refusal = self.leaky(self.speech.refusal(kind));
        let Content::Frames(frames) = &mut draft.content else {
            return Draft { status: 200, ..self.refuse(self.speech.refusal(kind)) };
        };
        frames.truncate(events.map_or(0, |events| up_to(frames, events)));
        draft.outcome = Outcome::broken(text(frames), kind);
        frames.push(self.speech.error_frame(&refusal, &self.id()));
        draft
    }

    fn truncate(&self, draft: &mut Draft) {
        match &mut draft.content {
            Content::Whole { sent, length } => {
                sent.truncate(sent.len() * 3 / 5);
                *length = Some(sent.len());
                draft.outcome = Outcome::Failed(ErrorKind::Protocol);
            }
            Content::Frames(frames) => {
                frames.truncate(up_to(frames, 1));
                draft.outcome = Outcome::broken(text(frames), ErrorKind::Protocol);
                frames.push(self.half_a_line());
            }
            Content::Nothing => {}
        }
    }

    fn malform(&self, draft: &mut Draft, events: usize) {
        let Content::Frames(frames) = &mut draft.content else {
            self.truncate(draft);
            return;
        };
        frames.insert(up_to(frames, events), self.half_a_line());
        draft.outcome = Outcome::Undecided;
    }

    /// A line of data whose JSON ends in the middle.
    fn half_a_line(&self) -> Frame {
        let leak = self.plant.as_deref().map(leaky_url).unwrap_or_default();
        Frame::data(format!(r#"{{"id":"testkit","url":"{leak}","cho"#))
    }

    fn stall(&self) -> End {
        End::Stall { ping: self.pings() }
    }
}

fn status_outcome(status: u16) -> Outcome {
    Outcome::Failed(match status {
        ..=399 => return Outcome::Undecided,
        401 | 403 => ErrorKind::Auth,
        402 => ErrorKind::Quota,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimit,
        503 | 529 => ErrorKind::Overloaded,
        500.. => ErrorKind::Server,
        _ => ErrorKind::InvalidRequest,
    })
}

/// Leaves nothing of the body.
fn empty(draft: &mut Draft, end: End, kind: ErrorKind) {
    match &mut draft.content {
        Content::Frames(frames) => frames.clear(),
        Content::Whole { sent, .. } => sent.clear(),
        Content::Nothing => {}
    }
    draft.end = end;
    draft.outcome = Outcome::Failed(kind);
}

/// Leaves that many content events of a stream, and half of a whole body.
fn cut(draft: &mut Draft, events: usize, end: End, kind: ErrorKind) {
    match &mut draft.content {
        Content::Frames(frames) => {
            frames.truncate(up_to(frames, events));
            draft.outcome = Outcome::broken(text(frames), kind);
        }
        Content::Whole { sent, length } => {
            sent.truncate(sent.len() / 2);
            // A body that ends regularly can not have stated more than it has.
            *length = length.filter(|_| end != End::Complete);
            draft.outcome = Outcome::Failed(kind);
        }
        Content::Nothing => {}
    }
    draft.end = end;
}

/// How many frames there are up to that many content events, never any that ends the answer.
fn up_to(frames: &[Frame], events: usize) -> usize {
    let mut contents = frames.iter().enumerate().filter(|(_, frame)| frame.is_cuttable());
    match events.checked_sub(1) {
        None => contents.next().map_or(1, |(index, _)| index),
        Some(skipped) => {
            let last = contents.clone().next_back();
            contents.nth(skipped).or(last).map_or(1, |(index, _)| index + 1)
        }
    }
    .min(frames.len())
}

/// The text of the content events, if there are any.
fn text(frames: &[Frame]) -> Option<String> {
    let contents: Vec<&str> = frames.iter().filter_map(|frame| frame.content.as_deref()).collect();
    (!contents.is_empty()).then(|| contents.concat())
}
