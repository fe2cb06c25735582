use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use nohop_types::Request;

/// What an iterator gives, as a stream that never waits.
pub(super) struct Iter<I>(pub(super) I);

impl<I> Unpin for Iter<I> {}

impl<I: Iterator> Stream for Iter<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// What a stream gives, as requests.
pub(super) struct Requests<S>(pub(super) Pin<Box<S>>);

impl<S: Stream<Item: Into<Arc<Request>>>> Stream for Requests<S> {
    type Item = Arc<Request>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Arc<Request>>> {
        self.0.as_mut().poll_next(cx).map(|request| request.map(Into::into))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}
