use http::Request;
use nohop_types::Ranked;
use serde_json::{Value, json};

use super::*;
use crate::table;
use crate::testing::{HERE, Scripted};

const VECTORS: &str =
    r#"{"data":[{"embedding":[1]},{"embedding":[2]}],"usage":{"prompt_tokens":2}}"#;

const RANKING: &str = r#"{"results":[{"index":1,"relevance_score":0.5}]}"#;

fn texts() -> EmbedRequest {
    EmbedRequest::new("m@here").texts(["a", "b"])
}

fn documents() -> RerankRequest {
    RerankRequest::new("m@here", "q").documents(["a", "b"]).top(1)
}

fn body(sent: &Request<bytes::Bytes>) -> Value {
    serde_json::from_slice(sent.body()).unwrap()
}

#[tokio::test]
async fn vectors_are_asked_for_beside_the_way_with_the_losses_told() {
    let transport = Scripted::new(200, VECTORS);
    let request = texts().purpose(nohop_types::Purpose::Query).header("x-team", "search");
    let endpoint = Endpoint::new(HERE).key("sk-1");
    let told = endpoint.embed(&transport, &request, &request.inputs, "native", 0).await.unwrap();
    assert_eq!(told.answer.vectors, [[1.0], [2.0]]);
    assert_eq!((told.answer.usage.input, told.status, told.losses.len()), (Some(2), 200, 1));
    let sent = transport.sent().remove(0);
    assert_eq!(sent.uri(), "http://localhost/v1/embeddings");
    assert_eq!(sent.headers()["authorization"], "Bearer sk-1");
    assert_eq!(sent.headers()["x-team"], "search");
    assert_eq!(body(&sent), json!({ "model": "native", "input": ["a", "b"] }));
}

#[tokio::test]
async fn a_part_of_the_inputs_is_one_exchange() {
    let transport = Scripted::new(200, r#"{"data":[{"embedding":[2]}]}"#);
    let (endpoint, request) = (Endpoint::new(HERE).key("sk-1"), texts());
    let told = endpoint.embed(&transport, &request, &request.inputs[1..], "m", 0).await.unwrap();
    assert_eq!(told.answer.vectors, [[2.0]]);
    assert_eq!(body(&transport.sent()[0])["input"], json!(["b"]));
    assert_eq!(endpoint.embed_most("m").unwrap(), 2_048);
}

#[tokio::test]
async fn documents_are_put_in_order_beside_the_way_with_the_request_s_own_key() {
    let transport = Scripted::new(200, RANKING);
    let endpoint = Endpoint::new(HERE).key("sk-1");
    let request = documents().key("sk-own");
    let told = endpoint.rerank(&transport, &request, "native", 0).await.unwrap();
    assert_eq!(told.answer.results, [Ranked::new(1, 0.5)]);
    let sent = transport.sent().remove(0);
    assert_eq!(sent.uri(), "http://localhost/v1/rerank");
    assert_eq!(sent.headers()["authorization"], "Bearer sk-own");
    let expected = json!({ "model": "native", "query": "q", "documents": ["a", "b"], "top_n": 1 });
    assert_eq!(body(&sent), expected);
}

#[test]
fn another_way_is_taken_where_the_chosen_one_does_not_do_the_task() {
    let check = |endpoint: Endpoint, task: Task, path: Option<&str>| {
        let found = endpoint.way_to(&task).map(|way| way.path);
        match path {
            Some(path) => assert_eq!(found.unwrap(), path),
            None => assert_eq!(found.unwrap_err().kind(), ErrorKind::Unsupported),
        }
    };
    let responses = || Endpoint::new(table::OPENAI).way("openai-responses");
    check(responses(), Task::Chat, Some("/responses"));
    check(responses(), Task::Embed, Some("/chat/completions"));
    check(responses(), Task::Rerank, None);
    check(Endpoint::new(table::ANTHROPIC), Task::Embed, None);
    check(Endpoint::new(table::COHERE), Task::Rerank, Some("/v2/chat"));
    let compatible = Endpoint::new(table::COHERE).way("openai-chat");
    check(compatible, Task::Rerank, Some("/v2/chat"));
    let strange = Endpoint::new(table::OPENAI).way("nowhere").way_to(&Task::Embed).unwrap_err();
    assert_eq!(strange.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_list_of_several_pages_is_read_to_its_end_and_no_further() {
    let page = |after: &str, next: &str| {
        (after.to_owned(), format!(r#"{{"models":[{{"name":"models/{after}x"}}]{next}}}"#))
    };
    let pages = [
        page("", r#","nextPageToken":"1=""#),
        page("&pageToken=1%3D", r#","nextPageToken":"2""#),
        page("&pageToken=2", ""),
    ];
    let transport = Scripted::pages(pages.clone());
    let endpoint = Endpoint::new(table::GEMINI).key("k");
    let told = endpoint.models(&transport, 0).await.unwrap();
    assert_eq!((told.answer.len(), told.status), (3, 200));
    assert_eq!(transport.sent().len(), 3);
    let again = page("", r#","nextPageToken":"1""#);
    let same = page("&pageToken=1", r#","nextPageToken":"1""#);
    let transport = Scripted::pages([again, same]);
    assert_eq!(endpoint.models(&transport, 0).await.unwrap().answer.len(), 2);
}

#[tokio::test]
async fn a_list_at_another_host_is_asked_for_there_unless_the_base_url_is_one_s_own() {
    let check = async |endpoint: Endpoint, url: &str| {
        let transport = Scripted::new(200, r#"{"modelSummaries":[{"modelId":"m"}]}"#);
        let listed = endpoint.key("k").models(&transport, 0).await.unwrap().answer;
        assert_eq!(listed, [Listed::new("m")]);
        assert_eq!(transport.sent()[0].uri(), url);
    };
    let bedrock = || Endpoint::new(table::BEDROCK).set("region", "eu-west-1");
    check(bedrock(), "https://bedrock.eu-west-1.amazonaws.com/foundation-models").await;
    let own = bedrock().base_url("http://localhost:9/aws");
    check(own, "http://localhost:9/aws/foundation-models").await;
    let vertex = Endpoint::new(table::VERTEX).set("location", "eu").set("project", "p");
    let url = "https://aiplatform.googleapis.com/v1beta1/publishers/google/models?pageSize=100";
    check(vertex, url).await;
}

#[tokio::test]
async fn a_body_without_an_end_is_given_up() {
    let endless = || Scripted::new(200, vec![b' '; MOST + (2 * MOST_VECTOR) + 1]);
    let (endpoint, request) = (Endpoint::new(HERE).key("sk-1"), texts());
    let error = endpoint.embed(&endless(), &request, &request.inputs, "m", 0).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Protocol, "the answer does not end"));
    let transport = Scripted::new(200, vec![b' '; MOST << 1]);
    let error = endpoint.rerank(&transport, &documents(), "m", 0).await.unwrap_err();
    assert_eq!(error.message(), "the answer does not end");
}

#[tokio::test]
async fn a_refused_key_is_asked_for_again_whatever_the_task() {
    let (count, fetched) =
        (std::sync::atomic::AtomicUsize::new(0), std::sync::atomic::Ordering::SeqCst);
    let credentials = crate::Refreshed::new(move || {
        let key = format!("key-{}", count.fetch_add(1, fetched));
        async move { Ok(crate::Issued::new(&*key, std::time::Duration::from_secs(3600))) }
    });
    let endpoint = Endpoint::new(HERE).credentials(credentials);
    let (transport, request) = (Scripted::new(401, "{}"), texts());
    endpoint.embed(&transport, &request, &request.inputs, "m", 0).await.unwrap_err();
    endpoint.rerank(&transport, &documents(), "m", 0).await.unwrap_err();
    endpoint.models(&transport, 0).await.unwrap_err();
    assert_eq!(transport.sent().len(), 6);
}
