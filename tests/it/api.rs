//! What the types promise, checked by the compiler.

use nohop::map::{Map, Watch};
use nohop::policy::Policy;
use nohop::providers::{Credentials, Endpoint, Transport};
use nohop::wire::{Dialect, Surface};
use nohop::{Answer, Classify, Error, Request, Response, Result, Router, Text};

fn shared<T: Send + Sync + Clone + 'static>() {}
fn sent<T: Send + Unpin>() {}
fn send<F: Future + Send>(future: F) -> F {
    future
}

#[test]
fn a_router_is_shared_an_answer_is_sent_and_an_error_is_both() {
    shared::<Router>();
    shared::<Endpoint>();
    sent::<Answer>();
    sent::<Text>();
    sent::<Map<'static>>();
    shared::<Watch>();
    fn both<T: Send + Sync>() {}
    both::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[test]
fn public_traits_are_for_objects() {
    fn object<T: ?Sized>() {}
    object::<dyn Classify>();
    object::<dyn Credentials>();
    object::<dyn Dialect>();
    object::<dyn Policy>();
    object::<dyn Surface>();
    object::<dyn Transport>();
}

#[allow(dead_code, reason = "that it compiles is the test")]
async fn every_future_is_sent(router: Router) -> Result<Response> {
    send(router.warm()).await;
    send(router.send(Request::new("m"))).await?;
    let answer = send(router.stream(Request::new("m"))).await?;
    send(router.drain()).await;
    send(answer.response()).await
}
