//! Which calls had to open a connection, and how long that took.
//!
//! A connection is opened within the call that wants it: what that call says of itself is known there. One that was
//! begun and not needed, for another became free, goes on without a call, and is nobody's.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    /// How long the call under way waited for a connection to be opened.
    static OPENING: Cell<Option<Duration>>;
}

/// What `call` comes to, and how long it waited for a connection to be opened, if it did.
pub(super) async fn timed<T>(call: impl Future<Output = T>) -> (T, Option<Duration>) {
    let told = async {
        let done = call.await;
        (done, OPENING.with(Cell::get))
    };
    OPENING.scope(Cell::new(None), told).await
}

/// Times every connection that is opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing;

impl<S> Layer<S> for Timing {
    type Service = Timed<S>;

    fn layer(&self, connector: S) -> Timed<S> {
        Timed(Arc::new(connector))
    }
}

/// A connector that tells the call how long it took.
///
/// Every call copies its client's connector, which nearly none of them needs: copies share it.
#[derive(Debug)]
pub(super) struct Timed<S>(Arc<S>);

impl<S> Clone for Timed<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S, R> Service<R> for Timed<S>
where
    S: Service<R> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: R) -> Self::Future {
        let mut connector = S::clone(&self.0);
        Box::pin(async move {
            let began = Instant::now();
            poll_fn(|cx| connector.poll_ready(cx)).await?;
            let opened = connector.call(to).await?;
            // Outside of a call nobody wants to know.
            let _ = OPENING.try_with(|took| took.set(Some(began.elapsed())));
            Ok(opened)
        })
    }
}
