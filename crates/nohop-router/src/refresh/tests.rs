use std::sync::Arc;

use nohop_pricing::Shape;
use nohop_providers::table;

use super::*;

#[test]
fn what_is_asked_is_each_list_once_and_what_lies_beside_it() {
    let endpoints = [table::OPENAI, table::GEMINI].map(|row| Arc::new(Endpoint::new(row).key("k")));
    let sources = Sources::public()
        .list(Shape::LiteLlm, "https://mirror.example/map")
        .endpoints(["a/b", "a/b"])
        .own_lists();

    let asked = sources.asked(endpoints.iter()).unwrap();

    let mut names: Vec<String> = asked.iter().map(|(source, _)| source.name()).collect();
    names.sort();
    let all = [
        "genai-prices",
        "litellm",
        "models.dev",
        "openrouter",
        "openrouter/a/b",
        "own/gemini",
        "own/openai",
    ];
    assert_eq!(names, all);
    let url = |name: &str| {
        let found = asked.iter().find(|(source, _)| source.name() == name);
        found.map(|(_, url)| url.as_str())
    };
    assert_eq!(url("litellm"), Some("https://mirror.example/map"));
    assert_eq!(url("openrouter/a/b"), Some("https://openrouter.ai/api/v1/models/a/b/endpoints"));
}

#[test]
fn each_source_has_a_file_of_its_own_within_the_folder() {
    let folder = std::env::temp_dir().join(format!("nohop-names-{}", std::process::id()));
    let copy = |body: &'static str| Fetched {
        url: "https://a.example".to_owned(),
        etag: None,
        day: "2026-11-21".to_owned(),
        body: body.into(),
    };
    let sources =
        ["../x", "..", "a/b", "a_2f_b", "a b", "ä"].map(|name| Source::Own(name.to_owned()));

    for source in &sources {
        Folder::new(folder.clone()).write(source, &copy("[]")).unwrap();
    }

    let files = std::fs::read_dir(&folder).unwrap().count();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(files, sources.len());
}

#[test]
fn those_that_are_waited_for_at_once_are_told_in_their_order() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let told = runtime.block_on(all((0..3)
        .map(|number| async move {
            tokio::time::sleep(std::time::Duration::from_millis(9 - 3 * number)).await;
            number
        })
        .collect()));
    assert_eq!(told, [0, 1, 2]);
}
