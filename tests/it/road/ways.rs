//! A provider that offers several ways: the default, another by name, and what each of them loses.

use nohop::Request;

use super::*;

const MODEL: &str = "gpt-5@openai";

/// A router over `emulator` as OpenAI, which takes this way to the model, or the default.
fn router(emulator: &Emulator, way: Option<&str>) -> Result<Router> {
    let target = Target::new(MODEL);
    let target = match way {
        Some(way) => target.way(way),
        None => target,
    };
    Router::builder().endpoint(openai("openai", emulator)).target(target).build()
}

/// Asks for what only one of the ways has a word for, and says what was lost and over which way.
async fn lost(router: &Router) -> (String, Vec<String>) {
    let request = Request::new(MODEL).user("Hello?").seed(7);
    let response = router.send(request).await.unwrap();
    let [attempt] = &response.trace.as_ref().unwrap().attempts[..] else {
        panic!("one attempt is enough: {response:?}")
    };
    let losses = attempt.losses.iter().map(|loss| loss.field.to_string()).collect();
    (attempt.way.as_deref().unwrap().to_owned(), losses)
}

#[tokio::test]
async fn openai_is_asked_for_chat_completions_unless_another_way_is_named() {
    let (chat, responses) = (Emulator::openai(), Emulator::responses());
    let chat = chat.says("Hi").start().await.unwrap();
    let responses = responses.says("Hi").start().await.unwrap();

    let by_default = lost(&router(&chat, None).unwrap()).await;
    let by_name = lost(&router(&responses, Some("openai-responses")).unwrap()).await;
    let by_path = lost(&router(&responses, Some("/responses")).unwrap()).await;

    assert_eq!(by_default, ("openai-chat".to_owned(), vec![]));
    assert_eq!(by_name, ("openai-responses".to_owned(), vec!["seed".to_owned()]));
    assert_eq!(by_path, by_name);
    assert_eq!(chat.journal().last().unwrap().path, "/v1/chat/completions");
    assert_eq!(responses.journal().last().unwrap().path, "/v1/responses");
    assert_eq!(responses.journal().last().unwrap().key(), Some("sk-first"));
}

#[tokio::test]
async fn one_model_may_take_another_way_than_its_siblings() {
    let emulator = Emulator::responses().thinks("Hm.").says("Hi").start().await.unwrap();
    let elder = Emulator::openai().says("Hi").start().await.unwrap();
    // Each hears of its own way only, so a call that took the wrong one is not found.
    let router = Router::builder()
        .endpoint(openai("openai", &emulator))
        .endpoint(openai("elder", &elder))
        .target(Target::new(MODEL).way("openai-responses"))
        .build()
        .unwrap();

    let response = router.send(Request::new(MODEL).user("Hello?")).await.unwrap();
    let sibling = router.send(Request::new("gpt-4.1@openai").user("Hello?")).await;
    let other = router.send(Request::new("gpt-4.1@elder").user("Hello?")).await.unwrap();

    assert_eq!((&*response.text(), &*response.reasoning()), ("Hi", "Hm."));
    assert_eq!(sibling.unwrap_err().kind(), nohop::ErrorKind::NotFound);
    assert_eq!(other.text(), "Hi");
}

#[tokio::test]
async fn a_way_that_the_provider_does_not_have_is_told_before_anything_is_asked() {
    let emulator = Emulator::openai().start().await.unwrap();

    let error = router(&emulator, Some("gemini")).unwrap_err();

    assert!(error.message().contains("there is openai-chat, openai-responses"), "{error}");
    assert_eq!(emulator.accepted(), 0);
}
