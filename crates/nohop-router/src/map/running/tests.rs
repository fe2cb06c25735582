use std::future::poll_fn;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::sleep;

use super::*;

async fn next<T>(running: &mut Running<T>) -> Option<T> {
    poll_fn(|cx| running.poll(cx)).await
}

#[tokio::test(start_paused = true)]
async fn whoever_is_over_first_is_told_first() {
    let mut running = Running::new();
    for seconds in [3, 1, 2] {
        running.push(async move {
            sleep(Duration::from_secs(seconds)).await;
            seconds
        });
    }
    assert_eq!(running.len(), 3);
    let mut told = Vec::new();
    while let Some(seconds) = next(&mut running).await {
        told.push(seconds);
    }
    assert_eq!((told, running.len()), (vec![1, 2, 3], 0));
}

#[tokio::test]
async fn only_who_has_something_to_say_is_polled() {
    let polls = Arc::new(AtomicUsize::new(0));
    let mut running = Running::new();
    let (say, mut hear) = oneshot::channel();
    for _ in 0..99 {
        let polls = polls.clone();
        running.push(poll_fn(move |_| {
            polls.fetch_add(1, Ordering::SeqCst);
            Poll::<u8>::Pending
        }));
    }
    running.push(poll_fn(move |cx| Pin::new(&mut hear).poll(cx).map(|said| said.unwrap_or(0))));
    let told = tokio::spawn(async move { next(&mut running).await });
    yield_now().await;
    assert!(say.send(7).is_ok());
    assert_eq!(told.await.ok(), Some(Some(7)));
    assert_eq!(polls.load(Ordering::SeqCst), 99, "each was polled once, when it began");
}

#[tokio::test]
async fn who_is_never_satisfied_leaves_the_task_to_others() {
    let mut running = Running::new();
    running.push(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::<()>::Pending
    }));
    let mut turns = 0;
    tokio::select! {
        biased;
        _ = next(&mut running) => panic!("it is never over"),
        () = async { while turns < 100 { yield_now().await; turns += 1; } } => {}
    }
    assert_eq!(turns, 100);
}

#[tokio::test]
async fn a_place_is_used_again_and_what_it_heard_before_harms_nobody() {
    let mut running = Running::new();
    let kept = Arc::new(Mutex::new(None));
    for number in 0..10 {
        let kept = kept.clone();
        let mut polled = false;
        running.push(poll_fn(move |cx| {
            // Woken after it is over, by the waker of the one before it.
            let before = kept.lock().unwrap().replace(cx.waker().clone());
            before.into_iter().for_each(Waker::wake);
            if !std::mem::replace(&mut polled, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(number)
        }));
        assert_eq!(next(&mut running).await, Some(number));
    }
    assert_eq!(running.places.len(), 1);
}

#[tokio::test]
async fn dropping_it_drops_what_is_under_way() {
    let held = Arc::new(());
    let mut running = Running::new();
    for _ in 0..3 {
        let held = held.clone();
        running.push(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
    }
    assert_eq!(Arc::strong_count(&held), 4);
    drop(running);
    assert_eq!(Arc::strong_count(&held), 1);
}
