use serde_json::json;

use super::*;
use crate::{ExtraScope, Kind, Modality, Money, Share};

fn answer(id: &str, vector: f32, input: Option<u64>, cost: Option<u128>) -> Vectors {
    let mut answer = Vectors::new(vec![vec![vector]]);
    answer.id = Some(id.to_owned());
    answer.usage.input = input;
    answer.usage.cost = cost.map(Money::from_atto);
    answer.usage.shares.extend(input.map(|n| Share::new(Kind::Prompt, Modality::Text, n)));
    answer.extra.push(ExtraScope::Any, "provider", json!("p").into());
    answer
}

#[test]
fn answers_are_joined_in_their_order_and_their_usage_is_summed() {
    let answers = [answer("a", 1.0, Some(3), Some(5)), answer("b", 2.0, Some(4), Some(6))];
    let joined: Vectors = answers.into_iter().collect();
    assert_eq!(joined.id.as_deref(), Some("a"));
    assert_eq!(joined.vectors, [[1.0], [2.0]]);
    assert_eq!((joined.usage.input, joined.usage.output), (Some(7), None));
    assert_eq!(joined.usage.cost, Some(Money::from_atto(11)));
    assert_eq!(joined.usage.shares, [Share::new(Kind::Prompt, Modality::Text, 7)]);
    assert_eq!(joined.extra.iter().count(), 1);
}

#[test]
fn a_cost_that_one_answer_does_not_tell_is_unknown_of_all() {
    let joined: Vectors =
        [answer("a", 1.0, Some(3), Some(5)), answer("b", 2.0, None, None)].into_iter().collect();
    assert_eq!((joined.usage.input, joined.usage.cost), (Some(3), None));
}

#[test]
fn one_answer_is_joined_as_it_is_and_none_is_empty() {
    let one = answer("a", 1.0, Some(3), Some(5));
    assert_eq!(Vectors::from_iter([one.clone()]), one);
    assert_eq!(Vectors::from_iter([]), Vectors::default());
}
