use nohop_types::Unit;

use super::*;

fn names(body: &str, names: &[&str]) {
    let page = models(body.as_bytes()).unwrap();
    let found: Vec<&str> = page.models.iter().map(|model| &*model.id).collect();
    assert_eq!(found, names, "{body}");
}

fn next(body: &str, expected: Option<&str>) {
    assert_eq!(models(body.as_bytes()).unwrap().next.as_deref(), expected, "{body}");
}

/// What is told of the one model of a list, in words.
fn tells(model: &str, told: &str) {
    let page = models(format!("[{model}]").as_bytes()).unwrap();
    let [model] = &page.models[..] else { panic!("{page:?}") };
    let mut found = vec![model.id.clone()];
    found.extend(model.name.iter().map(|name| format!("name={name}")));
    found.extend(model.owner.iter().map(|owner| format!("owner={owner}")));
    found.extend(model.created.map(|created| format!("created={created}")));
    found.extend(model.context.map(|count| format!("context={count}")));
    found.extend(model.output.map(|count| format!("output={count}")));
    found.extend(model.inputs.iter().map(|modality| format!("in={modality}")));
    found.extend(model.outputs.iter().map(|modality| format!("out={modality}")));
    found.extend(model.abilities.iter().map(|word| format!("can={word}")));
    found.extend(model.rates.iter().map(|rate| format!("{}={}", rate.unit, rate.price)));
    found.extend(model.extra.iter().map(|entry| format!("{}={}", entry.key, entry.value.as_str())));
    assert_eq!(found.join(" "), told);
}

#[test]
fn every_shape_of_a_list_is_read() {
    names(r#"{"data":[{"id":"b","object":"model"},{"id":"a"}],"has_more":false}"#, &["b", "a"]);
    names(r#"{"models":[{"name":"a","endpoints":["chat"]}]}"#, &["a"]);
    names(r#"{"models":[{"name":"a:latest","model":"a:latest"}],"data":null}"#, &["a:latest"]);
    names(r#"{"models":[{"model":"x"}],"data":[{"id":"a"}]}"#, &["a"]);
    names(r#"[{"id":"a/b","pricing":{"input":0.1}}]"#, &["a/b"]);
    names(r#"{"modelSummaries":[{"modelId":"a.b-v1:0","modelName":"B"}]}"#, &["a.b-v1:0"]);
    names(r#"{"publisherModels":[{"name":"publishers/google/models/a"}]}"#, &["a"]);
    names(r#"{"items":[{"id":7,"name":"a"}],"pagination":{"page":1}}"#, &["a"]);
    names(r#"{"models":[{"name":"models/a"},{"name":"tunedModels/b"}]}"#, &["a", "tunedModels/b"]);
    names(
        r#"{"data":[{"id":"accounts/x/models/a"},{"object":"model"}]}"#,
        &["accounts/x/models/a"],
    );
    names(r#"{"data":[]}"#, &[]);
    names("[]", &[]);
}

#[test]
fn what_is_no_list_is_an_error() {
    for body in
        ["", "<html>", "{}", r#"{"data":null}"#, r#"{"data":{"id":"a"}}"#, "[1]", r#"[{"x":"y"}]"#]
    {
        let error = models(body.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
    }
    let long = format!("[{}{{}}]", "{},".repeat(MOST));
    assert_eq!(models(long.as_bytes()).unwrap_err().kind(), ErrorKind::Protocol);
}

#[test]
fn a_page_says_what_asks_for_the_next() {
    next(r#"{"models":[],"nextPageToken":"t="}"#, Some("t="));
    next(r#"{"models":[],"next_page_token":"t"}"#, Some("t"));
    next(r#"{"models":[],"next_page_token":""}"#, None);
    next(r#"{"data":[{"id":"a"}],"has_more":true,"last_id":"a"}"#, Some("a"));
    next(r#"{"data":[{"id":"a"}],"has_more":false,"last_id":"a"}"#, None);
    next(r#"{"data":[{"id":"a"}],"last_id":"a"}"#, None);
}

#[test]
fn facts_are_found_wherever_hosts_write_them() {
    tells(
        r#"{"id":"m","object":"model","created":1686588896,"owned_by":"o","active":true,
            "context_window":131072,"max_completion_tokens":8192}"#,
        "m owner=o created=1686588896 context=131072 output=8192 active=true",
    );
    tells(
        r#"{"type":"model","id":"m","display_name":"M 1","created_at":"2024-02-29T00:00:01Z",
            "max_input_tokens":200000,"max_tokens":64000,
            "capabilities":{"thinking":{"supported":true},"batch":{"supported":false}}}"#,
        r#"m name=M 1 created=1709164801 context=200000 output=64000 can=thinking capabilities={"thinking":{"supported":true},"batch":{"supported":false}} type="model""#,
    );
    tells(
        r#"{"name":"models/m","displayName":"M","inputTokenLimit":2048,"outputTokenLimit":1,
            "supportedGenerationMethods":["embedContent"],"thinking":true}"#,
        r#"m name=M context=2048 output=1 can=embedContent can=thinking supportedGenerationMethods=["embedContent"] thinking=true"#,
    );
    tells(
        r#"{"id":"m","name":"M","created":0,"meta":{"n_ctx":512},
            "architecture":{"input_modalities":["text","file"],"output_modalities":["SPEECH"]}}"#,
        r#"m name=M context=512 in=text in=document out=audio architecture={"input_modalities":["text","file"],"output_modalities":["SPEECH"]} meta={"n_ctx":512}"#,
    );
    tells(r#"{"modelId":"m","modelName":"M","providerName":"P"}"#, "m name=M owner=P");
}

#[test]
fn a_price_in_a_text_is_for_one_and_a_number_for_a_million() {
    let rates = |pricing: &str| {
        let body = format!(r#"[{{"id":"m","pricing":{pricing}}}]"#);
        let page = models(body.as_bytes()).unwrap();
        let rates = page.models[0].rates.iter();
        rates.map(|rate| format!("{}={}", rate.unit, rate.price)).collect::<Vec<_>>().join(" ")
    };
    let texts = r#"{"prompt":"0.00000015","completion":"6e-7","request":"0.01","image":"-1"}"#;
    assert_eq!(rates(texts), "output=$0.0000006 input=$0.00000015 request=$0.01");
    let numbers = r#"{"input":0.88,"cache_read":2.5e-2,"output":0,"hourly":3,"request":1}"#;
    assert_eq!(rates(numbers), "cache_read=$0.000000025 input=$0.00000088 output=$0.00");
    assert_eq!(rates(r#"{"input":{"usd":1.875,"diem":1.875}}"#), "input=$0.000001875");
    assert_eq!(rates(r#"{"input":-1,"output":null}"#), "");
    let one = r#"[{"id":"m","pricing":{"search_units":"0.002"}}]"#;
    let page = models(one.as_bytes()).unwrap();
    assert_eq!(page.models[0].rate(&Unit::Search).unwrap().to_string(), "$0.002");
}

#[test]
fn a_moment_that_is_none_is_not_told() {
    for moment in [r#""2024-13-01T00:00:00Z""#, r#""soon""#, "-5", r#""2024-01-01T00:00:00+01:00""#]
    {
        let body = format!(r#"[{{"id":"m","created_at":{moment}}}]"#);
        assert_eq!(models(body.as_bytes()).unwrap().models[0].created, None, "{moment}");
    }
}

#[test]
fn the_list_is_beside_the_way() {
    let check = |path, found: Option<&str>| {
        assert_eq!(beside(path, "/chat/completions", "/models").as_deref(), found);
    };
    check("/chat/completions", Some("/models"));
    check("/v1/chat/completions?api-version=1", Some("/v1/models?api-version=1"));
    check("/chat", None);
}

#[test]
fn what_is_asked_stands_in_the_query() {
    let asked =
        |path: &str| asking(path.to_owned(), &[("a", Some("1")), ("b", None), ("c", Some("x="))]);
    assert_eq!(asked("/models"), "/models?a=1&c=x%3D");
    assert_eq!(asked("/models?v=1"), "/models?v=1&a=1&c=x%3D");
    assert_eq!(asked("//{zone?a=b}.x/models"), "//{zone?a=b}.x/models?a=1&c=x%3D");
}
