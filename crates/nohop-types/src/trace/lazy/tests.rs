use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Counts how often it was asked.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Maker<usize> for Counting {
    fn make(&self) -> Vec<usize> {
        self.0.fetch_add(1, Ordering::Relaxed);
        vec![7, 8]
    }
}

/// A list, looked at by `look`, and how often it was made.
fn check(look: impl FnOnce(Lazy<usize>), made: usize) {
    let maker = Arc::new(Counting::default());
    look(Lazy::new(maker.clone()));
    assert_eq!(maker.0.load(Ordering::Relaxed), made);
}

#[test]
fn a_list_that_nobody_looks_at_is_not_made() {
    check(drop, 0);
    check(|list| assert_eq!([list.clone(), list].len(), 2), 0);
}

#[test]
fn a_list_is_made_once_however_often_it_is_looked_at() {
    let look = |list: Lazy<usize>| {
        assert_eq!((list.len(), list[1]), (2, 8));
        let copy = list.clone();
        assert_eq!((list.iter().sum::<usize>(), copy.into_vec()), (15, vec![7, 8]));
        assert_eq!(list.into_vec(), [7, 8]);
    };
    check(look, 1);
    check(|list| assert_eq!(list.into_vec(), [7, 8]), 1);
}

#[test]
fn a_list_reads_the_same_whether_it_was_made_or_not() {
    let made = Lazy::from(vec![7, 8]);
    check(|list| assert_eq!(format!("{list:?}"), format!("{made:?}")), 1);
    check(|list| assert_eq!(serde_json::to_string(&list).unwrap(), "[7,8]"), 1);
    check(|list| assert_eq!(list, made), 1);
    assert_eq!(serde_json::from_str::<Lazy<usize>>("[7,8]").unwrap(), made);
    assert_eq!(Lazy::default(), Lazy::<usize>::from(Vec::new()));
}
