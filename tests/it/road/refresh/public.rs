//! The public lists as they were, where they are at hand.

use std::fs;

use nohop::pricing::{Change, Repriced};
use nohop_tests::recording;

use super::*;

/// Where the lists are served, if they are at hand.
#[allow(clippy::print_stderr, reason = "what is skipped must be seen")]
async fn lists() -> Option<(Host, Sources)> {
    let Some(folder) = recording::shared().map(|it| it.join("prices")).filter(|it| it.is_dir())
    else {
        eprintln!("skipped: there are no lists; NOHOP_SHARED says where they are");
        return None;
    };
    let host = Host::start().await;
    let mut sources = Sources::new().time(Duration::from_secs(60));
    for (shape, file) in [
        (Shape::ModelsDev, "models.dev.json"),
        (Shape::LiteLlm, "litellm.json"),
        (Shape::GenaiPrices, "genai-prices.json"),
    ] {
        let body = fs::read(folder.join(file)).unwrap();
        sources = sources.list(shape, host.says(&format!("/{file}"), body));
    }
    Some((host, sources))
}

/// Whether prices differ by less than a millionth: a figure for an hour is made of one for a second, and written as text in
/// between.
fn is_noise(repriced: &Repriced) -> bool {
    let noise = |change: &Change| match (change.before, change.after) {
        (Some(one), Some(other)) => {
            one.as_atto().abs_diff(other.as_atto()) < one.as_atto() / 1_000_000
        }
        _ => false,
    };
    !repriced.changes.is_empty() && repriced.changes.iter().all(noise)
}

fn bundled() -> Router {
    let key = |provider| Endpoint::new(provider).key("k");
    Router::builder()
        .endpoint(key(table::OPENAI))
        .endpoint(key(table::ANTHROPIC))
        .endpoint(key(table::OPENROUTER))
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_lists_that_the_bundled_catalog_was_made_of_change_next_to_nothing_of_it() {
    let Some((_host, sources)) = lists().await else { return };
    let router = bundled();

    let refreshed = router.refresh(&sources).await.unwrap();

    assert_eq!(refreshed.failed().count(), 0, "{refreshed}");
    let repriced: Vec<_> = refreshed.diff.repriced.iter().filter(|it| !is_noise(it)).collect();
    assert!(repriced.is_empty(), "the lists are the same, and so are the prices: {repriced:?}");
    assert_eq!(refreshed.diff.gone, [""; 0]);
    for (name, begins) in [
        ("~anthropic/claude-opus-latest", "the model anthropic/claude-opus"),
        ("openai/gpt-4o-2024-08-06", "the model openai/gpt-4o"),
        ("openai/gpt-4o", "the model openai/gpt-4o"),
    ] {
        let trace = router.explain(Request::new(name).user("Hello?")).unwrap();
        assert!(trace.resolved.starts_with(begins), "{name} is {}", trace.resolved);
    }
}

#[tokio::test]
async fn one_list_alone_takes_nothing_from_what_the_others_said() {
    let Some((host, sources)) = lists().await else { return };
    for path in ["/models.dev.json", "/genai-prices.json"] {
        host.page(path, Page::Status(503));
    }
    let router = bundled();

    let refreshed = router.refresh(&sources).await.unwrap();

    assert_eq!(refreshed.failed().count(), 2);
    // But for fees that two of the lists only told together.
    let lost = |it: &&Repriced| it.changes.iter().any(|change| change.after.is_none());
    assert_eq!(refreshed.diff.repriced.iter().filter(lost).count(), 0, "{}", refreshed.diff);
    let repriced = refreshed.diff.repriced.iter().filter(|it| !is_noise(it));
    assert!(repriced.count() <= 8, "{}", refreshed.diff);
    // An offer of a day may be only another name now of the one without.
    let catalog = router.catalog();
    let found = |name: &&String| {
        let (native, provider) = name.rsplit_once('@').unwrap();
        catalog.offer(provider, native).is_some()
    };
    let gone: Vec<_> = refreshed.diff.gone.iter().filter(|name| !found(name)).collect();
    assert_eq!(gone, [""; 0]);
}
