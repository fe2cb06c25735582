//! A refresh while requests go on: nobody waits for it, and nobody fails for it.

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};

use super::*;

#[tokio::test]
async fn no_request_waits_for_a_list_that_is_not_there() {
    let (host, (router, _ledger, _emulator)) = (Host::start().await, router().await);
    let sources = litellm(host.page("/map", Page::Silent)).time(Duration::from_secs(600));
    let refreshing = tokio::spawn({
        let router = router.clone();
        async move { router.refresh(&sources).await.map(drop) }
    });
    while host.marks("/map").is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    let sent = stream::iter(0..100).map(|_| router.send(big())).buffer_unordered(10);
    let failed = sent.filter(|sent| std::future::ready(sent.is_err())).count().await;

    assert_eq!(failed, 0);
    assert!(!refreshing.is_finished(), "it is still waited for");
    refreshing.abort();
}

#[tokio::test]
async fn a_thousand_requests_go_on_while_the_catalog_changes_under_them() {
    let (host, (router, ledger, _emulator)) = (Host::start().await, router().await);
    let sources = litellm(host.says("/map", dearer()));
    let refreshing = tokio::spawn({
        let router = router.clone();
        async move {
            let mut times = 0;
            loop {
                let price = format!("{}e-6", 3 + times % 5);
                host.says("/map", map(&[row("openai", "big", &price, "4e-6")]));
                router.refresh(&sources).await.unwrap();
                times += 1;
                tokio::task::yield_now().await;
            }
        }
    });

    let requests = stream::iter(0..1_000).map(|_| router.send(big())).buffer_unordered(16);
    let answered: Vec<_> = requests.collect().await;

    assert!(!refreshing.is_finished(), "no refresh failed");
    refreshing.abort();
    assert!(answered.iter().all(Result::is_ok));
    let entries = ledger.entries();
    // Each is billed by one catalog: a price and a version belong together.
    let billed: BTreeSet<_> = entries
        .iter()
        .map(|entry| (entry.catalog.clone(), entry.cost.map(|cost| cost.amount)))
        .collect();
    let versions: BTreeSet<_> = billed.iter().map(|(version, _)| version.clone()).collect();
    assert_eq!(billed.len(), versions.len(), "{billed:?}");
    assert!(versions.len() > 2, "the catalog changed while requests went on: {versions:?}");
}
