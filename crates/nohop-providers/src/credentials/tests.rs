use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nohop_types::{Error, ErrorKind};
use tokio::time::{advance, sleep};

use super::*;

/// Credentials whose key is the number of times that they were fetched, and that number.
fn counted(lifetime: u64) -> (Arc<Refreshed>, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let fetch = move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        async move {
            sleep(Duration::from_secs(1)).await;
            Ok(Issued::new(&*number.to_string(), Duration::from_secs(lifetime)))
        }
    };
    (Arc::new(Refreshed::new(fetch).ahead(Duration::from_secs(10))), count)
}

async fn key(credentials: &dyn Credentials) -> String {
    credentials.secret().await.unwrap().expose().to_owned()
}

#[tokio::test(start_paused = true)]
async fn however_many_requests_wait_a_key_is_fetched_once() {
    let (credentials, count) = counted(100);
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let credentials = Arc::clone(&credentials);
        waiting.spawn(async move { key(&*credentials).await });
    }
    assert!(waiting.join_all().await.iter().all(|key| key == "0"));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_fetched_ahead_of_its_end_while_the_old_one_serves() {
    let (credentials, count) = counted(100);
    assert_eq!(key(&*credentials).await, "0");
    advance(Duration::from_secs(95)).await;

    let one = tokio::spawn({
        let credentials = Arc::clone(&credentials);
        async move { key(&*credentials).await }
    });
    tokio::task::yield_now().await;
    assert_eq!(key(&*credentials).await, "0");
    assert_eq!(one.await.unwrap(), "1");
    assert_eq!(key(&*credentials).await, "1");
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_fetched_again() {
    let (credentials, _) = counted(100);
    let first = credentials.secret().await.unwrap();
    credentials.refused(&Secret::new("another"));
    assert_eq!(key(&*credentials).await, "0");
    credentials.refused(&first);
    assert_eq!(key(&*credentials).await, "1");
}

#[tokio::test(start_paused = true)]
async fn those_who_waited_for_a_fetch_that_failed_do_not_try_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let credentials = Arc::new(Refreshed::new(move || {
        counter.fetch_add(1, Ordering::SeqCst);
        async {
            sleep(Duration::from_secs(1)).await;
            Err(Error::new(ErrorKind::Auth, "the vault is sealed"))
        }
    }));
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let credentials = Arc::clone(&credentials);
        waiting.spawn(async move { credentials.secret().await.unwrap_err().to_string() });
    }
    assert!(waiting.join_all().await.iter().all(|error| error == "auth: the vault is sealed"));
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert!(credentials.secret().await.is_err());
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_dropped_fetch_is_left_to_the_next() {
    tokio::time::pause();
    let (credentials, count) = counted(100);
    assert!(tokio::time::timeout(Duration::from_millis(10), credentials.secret()).await.is_err());
    assert_eq!(key(&*credentials).await, "1");
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_prints_the_key_once_in_its_lifetime() {
    let command = Command::new("echo \" key-$$ \"");
    let first = key(&command).await;
    assert!(first.starts_with("key-") && !first.ends_with(' '), "{first:?}");
    assert_eq!(key(&command).await, first);
    command.refused(&Secret::new(&*first));
    assert_ne!(key(&command).await, first);
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_fails_says_so_and_shows_nothing_of_itself() {
    for (line, why) in [
        ("echo hidden >&2; exit 3", "failed with exit status: 3"),
        ("true", "printed nothing"),
        ("printf '\\377'", "printed no text"),
    ] {
        let error = Command::new(line).secret().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(error.message().contains(why), "{error}");
        assert!(!format!("{error:#?} {:?}", Command::new(line)).contains("hidden"));
    }
}

#[tokio::test]
async fn a_variable_is_read_at_each_use_and_those_that_are_not_set_are_named() {
    let present = Environment::new("NOHOP_NOT_SET").or("PATH");
    assert_eq!(key(&present).await, std::env::var("PATH").unwrap());
    let check = |environment: Environment, message: &'static str| async move {
        let error = environment.secret().await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Auth, message));
    };
    check(
        Environment::new("NOHOP_NOT_SET"),
        "there is no key: NOHOP_NOT_SET is not set; set it, or give a key",
    )
    .await;
    check(
        Environment::new("NOHOP_NOT_SET").or("NOHOP_NEITHER"),
        "there is no key: neither NOHOP_NOT_SET nor NOHOP_NEITHER is set; set it, or give a key",
    )
    .await;
}
