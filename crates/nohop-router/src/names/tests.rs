use nohop_providers::table;

use super::*;
use crate::board::MOST_TARGETS;
use crate::clock::now;

/// The names of one endpoint, `e`, and their board.
fn names() -> (Names, Board) {
    let endpoint = Arc::new(Endpoint::new(table::OPENAI).id("e").key("k"));
    let endpoints = BTreeMap::from([("e".to_owned(), endpoint)]);
    let (board, defaults) = (Board::new(now()), Defaults::default());
    let names = Names::new(endpoints, BTreeMap::new(), Vec::new(), defaults, &board).unwrap();
    (names, board)
}

#[test]
fn names_that_anyone_may_ask_for_are_forgotten_again() {
    let (names, board) = names();
    for number in 0..3 * MOST_TARGETS {
        names.resolve(&format!("model-{number}@e"), &board).unwrap();
        assert!(names.resolve(&format!("model-{number}"), &board).is_err());
        assert!(names.remembered().len() <= MOST_REMEMBERED);
        assert!(board.targets() <= MOST_TARGETS);
    }
    assert!(board.targets() > MOST_REMEMBERED, "those that are remembered are kept");
}

#[test]
fn a_name_that_is_remembered_is_not_made_up_again() {
    let (names, board) = names();
    let first = names.resolve("m@e", &board).unwrap();
    assert!(Arc::ptr_eq(&first, &names.resolve("m@e", &board).unwrap()));
}
