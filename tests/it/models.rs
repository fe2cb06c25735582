//! What an endpoint lists, asked over real sockets of emulators that refuse what real providers refuse.

use nohop::ErrorKind;
use nohop::providers::{Endpoint, Http, table};
use nohop_testkit::{Emulator, Script};

async fn check(script: Script, endpoint: Endpoint, models: Result<&[&str], ErrorKind>) {
    let emulator = script.model("b").model("a").key("sk-good").start().await.unwrap();
    let listed = endpoint.base_url(emulator.url()).models(&Http::new(), 0).await;
    match (listed, models) {
        (Ok(listed), Ok(models)) => {
            let names: Vec<&str> = listed.answer.iter().map(|model| &*model.id).collect();
            assert_eq!(names, models);
        }
        (listed, models) => assert_eq!(listed.map_err(|error| error.kind()).err(), models.err()),
    }
    assert_eq!((emulator.journal().requests().len(), emulator.journal().calls()), (1, 0));
}

#[tokio::test]
async fn an_endpoint_lists_its_models_and_calls_none() {
    let openai = || Endpoint::new(table::OPENAI);
    let anthropic = || Endpoint::new(table::ANTHROPIC);
    check(Emulator::openai(), openai().key("sk-good"), Ok(&["b", "a"])).await;
    check(Emulator::anthropic(), anthropic().key("sk-good"), Ok(&["b", "a"])).await;
    check(Emulator::openai(), openai().key("sk-bad"), Err(ErrorKind::Auth)).await;
    check(Emulator::anthropic(), anthropic().key("sk-bad"), Err(ErrorKind::Auth)).await;
}
