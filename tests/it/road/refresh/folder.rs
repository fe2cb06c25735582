//! What was good is kept on disk.

use std::fs;
use std::path::PathBuf;

use super::*;

/// A folder of this test alone, which is not there any more behind it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("nohop-refresh-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[tokio::test]
async fn what_was_good_is_there_after_a_restart_without_a_network() {
    let (folder, host) = (Folder::new("restart"), Host::start().await);
    let (before, ..) = router().await;
    let sources = litellm(host.says("/map", dearer())).folder(&folder.0);
    let refreshed = before.refresh(&sources).await.unwrap();
    host.down();

    let (after, ..) = router().await;
    let offline = after.refresh(&sources).await.unwrap();

    assert_eq!(offline.failed().count(), 1);
    assert_eq!(offline.sources[0].day, refreshed.sources[0].day);
    assert_eq!(price(&after, "openai", "big").as_deref(), Some("$3.00"));
    assert_eq!(after.catalog().version(), before.catalog().version());
}

#[tokio::test]
async fn what_is_on_disk_is_not_sent_again_where_it_is_the_same() {
    let (folder, host) = (Folder::new("marks"), Host::start().await);
    let sources = litellm(host.page("/map", Page::Marked(dearer().into(), "W/\"7\"")));
    let sources = sources.folder(&folder.0);
    router().await.0.refresh(&sources).await.unwrap();

    let (after, ..) = router().await;
    let same = after.refresh(&sources).await.unwrap();

    assert!(matches!(same.sources[0].news, News::Same), "{same}");
    assert_eq!(price(&after, "openai", "big").as_deref(), Some("$3.00"));
    // What was kept of another place says nothing of this one.
    let moved = litellm(host.page("/moved", Page::Marked(dearer().into(), "W/\"7\"")));
    router().await.0.refresh(&moved.folder(&folder.0)).await.unwrap();
    assert_eq!(host.marks("/map"), [None, Some("W/\"7\"".to_owned())]);
    assert_eq!(host.marks("/moved"), [None]);
}

#[tokio::test]
async fn what_was_spoilt_on_disk_is_fetched_again() {
    let (folder, host) = (Folder::new("spoilt"), Host::start().await);
    let sources = litellm(host.page("/map", Page::Marked(dearer().into(), "\"1\"")));
    let sources = sources.folder(&folder.0);
    router().await.0.refresh(&sources).await.unwrap();
    let file = folder.files().pop().unwrap();
    let whole = fs::read(&file).unwrap();

    for spoilt in [&whole[..whole.len() / 2], b"", b"\xff\xff", &whole[..30]] {
        fs::write(&file, spoilt).unwrap();
        let (after, ..) = router().await;
        let refreshed = after.refresh(&sources).await.unwrap();
        assert!(matches!(refreshed.sources[0].news, News::New), "{refreshed}");
        assert_eq!(fs::read(&file).unwrap(), whole);
    }
    assert_eq!(folder.files(), [file], "nothing is left beside it");
    assert!(host.marks("/map").iter().all(Option::is_none));
}

#[tokio::test]
async fn what_is_refused_is_not_kept() {
    let (folder, host) = (Folder::new("refused"), Host::start().await);
    let sources = litellm(host.says("/map", dearer())).folder(&folder.0);
    let (router, ..) = router().await;
    router.refresh(&sources).await.unwrap();
    let good = fs::read(&folder.files()[0]).unwrap();
    host.says("/map", map(&[row("openai", "big", "-1", "0")]));

    let refreshed = router.refresh(&sources).await.unwrap();

    assert_eq!(refreshed.failed().count(), 1);
    assert_eq!(fs::read(&folder.files()[0]).unwrap(), good);
}

#[tokio::test]
async fn a_folder_that_can_not_be_written_to_keeps_nothing_and_hinders_nothing() {
    let (folder, host) = (Folder::new("a-file"), Host::start().await);
    fs::write(&folder.0, "a file").unwrap();
    let sources = litellm(host.says("/map", dearer())).folder(folder.0.join("inside"));
    let (router, ..) = router().await;

    let refreshed = router.refresh(&sources).await.unwrap();

    assert_eq!(refreshed.failed().count(), 0);
    assert_eq!(price(&router, "openai", "big").as_deref(), Some("$3.00"));
    fs::remove_file(&folder.0).unwrap();
}
