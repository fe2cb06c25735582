//! Vectors, orders and lists, asked of endpoints over real sockets of emulators that refuse what real
//! providers refuse.

mod faults;

use nohop::providers::{Endpoint, Http, Told, table};
use nohop::{EmbedRequest, ErrorKind, Purpose, Ranking, RerankRequest, Result, Vectors};
use nohop_testkit::{Dialect, Emulator, Outcome, Script, vector};

/// A model of Amazon's own.
const TITAN: &str = "amazon.titan-embed-text-v2:0";

/// Who makes vectors: the emulator, an endpoint of it, and the model.
fn embedders() -> Vec<(Dialect, Endpoint, &'static str)> {
    let bedrock = || Endpoint::new(table::BEDROCK).set("region", "here");
    vec![
        (Dialect::OpenAiChat, Endpoint::new(table::OPENAI), "m"),
        (Dialect::OpenAiResponses, Endpoint::new(table::OPENAI).way("openai-responses"), "m"),
        (Dialect::OpenAiChat, Endpoint::new(table::TOGETHER), "m"),
        (Dialect::Gemini, Endpoint::new(table::GEMINI), "m"),
        (Dialect::Gemini, Endpoint::new(table::VERTEX_EXPRESS), "text-embedding-005"),
        (Dialect::Gemini, Endpoint::new(table::VERTEX_EXPRESS), "gemini-embedding-2"),
        (Dialect::Cohere, Endpoint::new(table::COHERE), "m"),
        (Dialect::Ollama, Endpoint::new(table::OLLAMA).way("ollama"), "m"),
        (Dialect::Converse, bedrock(), TITAN),
        (Dialect::Converse, bedrock(), "cohere.embed-english-v3"),
        (Dialect::Converse, bedrock().way("anthropic"), TITAN),
    ]
}

/// Who puts documents in order.
fn rankers() -> Vec<(Dialect, Endpoint, &'static str)> {
    let bedrock = || Endpoint::new(table::BEDROCK).set("region", "here");
    vec![
        (Dialect::Cohere, Endpoint::new(table::COHERE), "m"),
        (Dialect::OpenAiChat, Endpoint::new(table::TOGETHER), "m"),
        (Dialect::OpenAiChat, Endpoint::new(table::OPENROUTER), "m"),
        (Dialect::OpenAiChat, Endpoint::new(table::LLAMACPP), "m"),
        (Dialect::Converse, bedrock(), "cohere.rerank-v3-5:0"),
        (Dialect::Converse, bedrock(), "amazon.rerank-v1:0"),
    ]
}

async fn start(script: Script, endpoint: Endpoint) -> (Emulator, Endpoint) {
    let emulator = script.start().await.unwrap();
    let endpoint = endpoint.base_url(emulator.url()).key("sk-good");
    (emulator, endpoint)
}

/// The vectors of all texts, call by call.
async fn embed(endpoint: &Endpoint, request: &EmbedRequest, model: &str) -> Result<Vectors> {
    let mut answers = Vec::new();
    for inputs in request.inputs.chunks(endpoint.embed_most(model)?) {
        let told = endpoint.embed(&Http::new(), request, inputs, model, 0).await?;
        answers.push(told.answer);
    }
    Ok(answers.into_iter().collect())
}

async fn rerank(
    endpoint: &Endpoint,
    request: &RerankRequest,
    model: &str,
) -> Result<Told<Ranking>> {
    endpoint.rerank(&Http::new(), request, model, 0).await
}

fn texts(count: usize) -> EmbedRequest {
    EmbedRequest::new("m").texts((0..count).map(|number| format!("text {number}")))
}

/// A question, whose answer is the last document.
fn question() -> RerankRequest {
    RerankRequest::new("m", "is the sky red").documents(["no", "the sea", "the sky is red"])
}

#[tokio::test]
async fn vectors_are_those_of_the_texts_in_their_order_whatever_is_spoken() {
    for (dialect, endpoint, model) in embedders() {
        let (emulator, endpoint) = start(Script::new(dialect).usage(7, 0), endpoint).await;
        let (request, name) = (texts(3), endpoint.name().to_owned());
        let answer = embed(&endpoint, &request, model).await.unwrap();
        let expected: Vec<_> = (0..3).map(|number| vector(&format!("text {number}"), 8)).collect();
        assert_eq!(answer.vectors, expected, "{name} {model}");
        let received = emulator.journal().requests();
        let calls = 3_usize.div_ceil(endpoint.embed_most(model).unwrap());
        assert_eq!(received.len(), calls, "{name} {model}");
        let counted: u64 = received
            .iter()
            .map(|received| match received.outcome() {
                Outcome::Answered { usage: Some(usage), .. } => usage.input.unwrap(),
                other => panic!("{name}: {other:?}"),
            })
            .sum();
        assert_eq!(answer.usage.input, Some(counted), "{name} {model}");
    }
}

#[tokio::test]
async fn more_texts_than_a_host_takes_are_several_calls_and_one_answer() {
    let many = [
        (Dialect::OpenAiChat, Endpoint::new(table::OPENAI), 2_049, 2),
        (Dialect::Gemini, Endpoint::new(table::GEMINI), 201, 3),
        (Dialect::Gemini, Endpoint::new(table::VERTEX_EXPRESS), 251, 2),
        (Dialect::Cohere, Endpoint::new(table::COHERE), 97, 2),
    ];
    for (dialect, endpoint, count, calls) in many {
        let (emulator, endpoint) = start(Script::new(dialect), endpoint).await;
        let request = texts(count);
        let answer = embed(&endpoint, &request, "m").await.unwrap();
        assert_eq!(answer.vectors.len(), count);
        let last = vector(&format!("text {}", count - 1), 8);
        assert_eq!(answer.vectors.last(), Some(&last), "{}", endpoint.name());
        assert_eq!(emulator.journal().calls(), calls, "{}", endpoint.name());
        // All at once is more than the host takes.
        let all = endpoint.embed(&Http::new(), &request, &request.inputs, "m", 0).await;
        let error = all.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{}: {error}", endpoint.name());
    }
}

#[tokio::test]
async fn vectors_are_as_long_as_is_asked_for_and_no_longer_than_the_model_s() {
    for (dialect, endpoint, model) in embedders() {
        let (_emulator, endpoint) = start(Script::new(dialect).dimensions(6), endpoint).await;
        let answer = embed(&endpoint, &texts(1).dimensions(4), model).await.unwrap();
        assert_eq!(answer.vectors, [vector("text 0", 4)], "{} {model}", endpoint.name());
        let error = embed(&endpoint, &texts(1).dimensions(7), model).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{} {model}: {error}", endpoint.name());
    }
}

#[tokio::test]
async fn what_vectors_are_for_is_said_where_there_is_a_word_for_it() {
    for (dialect, endpoint, model) in embedders() {
        let (emulator, endpoint) = start(Script::new(dialect), endpoint).await;
        let request = texts(1).purpose(Purpose::Query);
        let told = endpoint.embed(&Http::new(), &request, &request.inputs, model, 0).await.unwrap();
        let body = emulator.journal().last().unwrap().json().to_string().to_lowercase();
        let said = body.contains("query");
        let lost = told.losses.iter().any(|loss| loss.field == "purpose");
        assert!(said != lost, "{} {model}: {:?} {body}", endpoint.name(), told.losses);
    }
}

#[tokio::test]
async fn documents_come_in_the_order_of_their_relevance_whatever_is_spoken() {
    for (dialect, endpoint, model) in rankers() {
        let (emulator, endpoint) = start(Script::new(dialect), endpoint).await;
        let name = endpoint.name().to_owned();
        let told = rerank(&endpoint, &question(), model).await.unwrap();
        let order = |ranking: &Ranking| -> Vec<(usize, f64)> {
            ranking.results.iter().map(|result| (result.index, result.score)).collect()
        };
        assert_eq!(order(&told.answer), [(2, 1.0), (1, 0.25), (0, 0.0)], "{name} {model}");
        let Outcome::Answered { usage: Some(usage), .. } =
            emulator.journal().last().unwrap().outcome()
        else {
            panic!("{name}: it was not answered");
        };
        assert_eq!(told.answer.usage.input, usage.input, "{name} {model}");
        assert_eq!(told.answer.usage.search_units, usage.search_units, "{name} {model}");
        let top = rerank(&endpoint, &question().top(1), model).await.unwrap();
        assert_eq!(order(&top.answer), [(2, 1.0)], "{name} {model}");
        assert_eq!(emulator.journal().last().unwrap().json()["top_n"], 1, "{name} {model}");
    }
}

#[tokio::test]
async fn what_a_host_refuses_is_an_error_of_the_same_kind_as_for_a_conversation() {
    let keyed = |dialect| Script::new(dialect).model("known").key("sk-good");
    for (dialect, endpoint, model) in embedders() {
        let (emulator, endpoint) = start(keyed(dialect).model(model), endpoint).await;
        let bad = endpoint.clone();
        bad.rotate(0, nohop::Secret::new("sk-bad")).unwrap();
        let error = embed(&bad, &texts(1), model).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{model}: {error}");
        // Copies share their keys.
        endpoint.rotate(0, nohop::Secret::new("sk-good")).unwrap();
        let gone = model.to_owned() + "-gone";
        let error = embed(&endpoint, &texts(1), &gone).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{model}: {error}");
        assert_eq!(emulator.journal().calls(), 2);
    }
    for (dialect, endpoint, model) in rankers() {
        let (_emulator, endpoint) = start(keyed(dialect), endpoint).await;
        let error = rerank(&endpoint, &question(), model).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{model}: {error}");
    }
}

async fn lists(script: Script, endpoint: Endpoint, models: Result<&[&str], ErrorKind>) {
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
    lists(Emulator::openai(), openai().key("sk-good"), Ok(&["b", "a"])).await;
    lists(Emulator::anthropic(), anthropic().key("sk-good"), Ok(&["b", "a"])).await;
    let responses = openai().way("openai-responses").key("sk-good");
    lists(Emulator::openai(), responses, Ok(&["b", "a"])).await;
    lists(Script::gemini(), Endpoint::new(table::GEMINI).key("sk-good"), Ok(&["b", "a"])).await;
    lists(Script::cohere(), Endpoint::new(table::COHERE).key("sk-good"), Ok(&["b", "a"])).await;
    let ollama = Endpoint::new(table::OLLAMA).way("ollama").key("sk-good");
    lists(Script::ollama(), ollama, Ok(&["b", "a"])).await;
    let bedrock = Endpoint::new(table::BEDROCK).set("region", "here").key("sk-good");
    lists(Script::converse(), bedrock, Ok(&["b", "a"])).await;
    let vertex = Endpoint::new(table::VERTEX_EXPRESS).key("sk-good");
    lists(Script::gemini(), vertex, Ok(&["b", "a"])).await;
    lists(Emulator::openai(), openai().key("sk-bad"), Err(ErrorKind::Auth)).await;
    lists(Emulator::anthropic(), anthropic().key("sk-bad"), Err(ErrorKind::Auth)).await;
}

#[tokio::test]
async fn a_list_tells_facts_where_its_provider_does() {
    let (_emulator, endpoint) =
        start(Script::cohere().model("m"), Endpoint::new(table::COHERE)).await;
    let listed = endpoint.models(&Http::new(), 0).await.unwrap().answer;
    assert_eq!(listed[0].context, Some(128_000));
    assert!(listed[0].abilities.iter().any(|word| word == "chat"), "{listed:?}");
}
