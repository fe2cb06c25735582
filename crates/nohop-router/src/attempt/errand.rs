use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use nohop_providers::Told;
use nohop_types::{Error, ErrorKind, Result};

use super::call::{Stamp, Stamping};
use crate::asked::Asked;
use crate::work::{Whole, Work};

/// How many calls of one attempt are under way at once.
const AT_ONCE: usize = 4;

/// The calls of one attempt, where each is answered whole.
pub(super) struct Errand {
    asked: Arc<Asked>,
    place: usize,
    sent: Stamp,
    /// The numbers of the calls to make.
    left: VecDeque<usize>,
    calls: Vec<(usize, Calling)>,
    /// What was told, by the number of the call.
    told: BTreeMap<usize, Whole>,
}

type Calling = Pin<Box<dyn Future<Output = Result<Told<Whole>>> + Send>>;

impl Errand {
    /// The calls that the candidate at `place` has not answered yet.
    ///
    /// # Errors
    ///
    /// `Unsupported` when it can not be asked for such a thing.
    pub(super) fn new(asked: &Arc<Asked>, place: usize, sent: Stamp) -> Result<Self> {
        let at = &asked.resolved.places[place];
        let calls = asked.work.calls(&at.endpoint, &at.model)?;
        let told = asked.work.kept(&asked.resolved.candidates[place].target);
        let left = (0..calls).filter(|number| !told.contains_key(number)).collect();
        Ok(Self { asked: asked.clone(), place, sent, left, calls: Vec::new(), told })
    }

    /// Waits for the next answer, and hands it to `hear`; the whole, once that was the last.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut hear: impl FnMut(&mut Told<Whole>),
    ) -> Poll<Result<Whole>> {
        loop {
            while self.calls.len() < AT_ONCE
                && let Some(number) = self.left.pop_front()
            {
                let (asked, sent) = (self.asked.clone(), self.sent.clone());
                let call = call(asked, self.place, number, sent);
                self.calls.push((number, Box::pin(call)));
            }
            if self.calls.is_empty() {
                let told = std::mem::take(&mut self.told).into_values();
                let nothing = || Error::new(ErrorKind::Protocol, "nothing was told");
                return Poll::Ready(Whole::join(told).ok_or_else(nothing));
            }
            let mut index = 0;
            let waiting = self.calls.len();
            while let Some((number, call)) = self.calls.get_mut(index) {
                match call.as_mut().poll(cx) {
                    Poll::Pending => index += 1,
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Ready(Ok(mut told)) => {
                        hear(&mut told);
                        self.told.insert(*number, told.answer);
                        drop(self.calls.remove(index));
                    }
                }
            }
            if self.calls.len() == waiting {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        let target = &self.asked.resolved.candidates[self.place].target;
        self.asked.work.keep(target, std::mem::take(&mut self.told));
    }
}

/// Makes one call, and waits for the whole of its answer.
async fn call(asked: Arc<Asked>, place: usize, number: usize, sent: Stamp) -> Result<Told<Whole>> {
    let key = asked.resolved.candidates[place].key as usize;
    let at = &asked.resolved.places[place];
    let transport = Stamping::new(&asked.shared.transport, sent);
    match &asked.work {
        Work::Embed { request, .. } => {
            let mut batches = request.inputs.chunks(at.endpoint.embed_most(&at.model)?.max(1));
            let inputs = batches.nth(number).unwrap_or_default();
            let told = at.endpoint.embed(&transport, request, inputs, &at.model, key).await?;
            Ok(told.map(Whole::Vectors))
        }
        Work::Rerank(request) => {
            let told = at.endpoint.rerank(&transport, request, &at.model, key).await?;
            Ok(told.map(Whole::Ranking))
        }
        Work::List => Ok(at.endpoint.models(&transport, key).await?.map(Whole::Models)),
        Work::Chat => Err(Error::new(ErrorKind::Unsupported, "a chat is no errand")),
    }
}
