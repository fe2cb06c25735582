//! What the vendors' own SDKs send for vectors, and what we send for the same.

use nohop_tests::hosts;
use nohop_types::{EmbedRequest, ExtraScope, Purpose};
use nohop_wire::dialect::{Gemini, OpenAiEmbeddings};
use nohop_wire::{EmbedCall, laws};
use serde_json::{Value, json};

use crate::sdk::shared;

/// A request of ours, for what an SDK sends in one case: provider and case, whom we ask at which path,
/// and how.
type Ours =
    ((&'static str, &'static str), (&'static str, &'static str, &'static str), EmbedRequest);

fn ours() -> Vec<Ours> {
    let small = || EmbedRequest::new("text-embedding-3-small");
    let alone = |request: EmbedRequest| {
        request.extra(ExtraScope::dialect(OpenAiEmbeddings::NAME), "input", json!("")).text("a")
    };
    let float = (ExtraScope::dialect(OpenAiEmbeddings::NAME), "encoding_format", json!("float"));
    let openai = ("openai", "openai_embeddings", "/v1/chat/completions");
    let azure = (
        "azure",
        "openai_embeddings",
        "/openai/deployments/{model}/chat/completions?api-version=2025-04-01-preview",
    );
    let mistral = ("mistral", "openai_embeddings", "/v1/chat/completions");
    let gemini = ("gemini", "gemini_embed", "/models/{model}:generateContent");
    let both = EmbedRequest::new("gemini-embedding-001").texts(["a", "b"]).dimensions(8);
    let both = both.purpose(Purpose::Document);
    let role = (ExtraScope::dialect(Gemini::NAME), "content.role", json!("user"));
    let cohere = ("cohere", "cohere_v2_embed", "/v2/chat");
    let document = EmbedRequest::new("embed-v4.0").text("a").purpose(Purpose::Document);
    vec![
        (("cohere/v2", "embed"), cohere, document),
        (("google/aistudio", "embed"), gemini, both.extra(role.0, role.1, role.2)),
        (("openai/embeddings", "embed"), openai, small().texts(["a", "b"]).dimensions(2).by("u")),
        (
            ("openai/embeddings", "embed_float"),
            openai,
            alone(small()).extra(float.0, float.1, float.2),
        ),
        (("azure/embeddings", "key"), azure, alone(EmbedRequest::new("my-emb"))),
        (("mistral/embed", "embed"), mistral, EmbedRequest::new("mistral-embed").text("a")),
    ]
}

#[test]
fn our_requests_for_vectors_are_those_of_the_vendors_sdks() {
    let Some(text) = shared("oracle/sdk.jsonl") else { return };
    let theirs: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for ((provider, case), (host, dialect, path), request) in ours() {
        let same = |theirs: &&Value| theirs["provider"] == provider && theirs["case"] == case;
        let theirs = theirs.iter().find(same).unwrap();
        let embedder = hosts::embedder_of(host, dialect).unwrap();
        let call = EmbedCall::new(&request, &request.model, path);
        let encoded = embedder.dialect.embed().unwrap().encode(&call).unwrap();
        assert!(encoded.losses.is_empty(), "{provider} {case}: {:?}", encoded.losses);
        let body: Value = serde_json::from_slice(&encoded.body).unwrap();
        let found = laws::differences(&theirs["body"], &body);
        assert!(found.is_empty(), "{provider} {case}: {found:?}");
        let url = theirs["url"].as_str().unwrap();
        assert!(url.ends_with(&encoded.path), "{provider} {case}: {url} is not {}", encoded.path);
    }
}
