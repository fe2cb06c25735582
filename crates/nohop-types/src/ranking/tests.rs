use serde_json::json;

use super::*;

#[test]
fn the_most_relevant_comes_first_and_equals_keep_their_order() {
    let results = [(0, -4.5), (1, 0.25), (2, 0.25), (3, 7.0)];
    let ranking = Ranking::new(results.map(|(index, score)| Ranked::new(index, score)).to_vec());
    let order: Vec<usize> = ranking.results.iter().map(|result| result.index).collect();
    assert_eq!(order, [3, 1, 2, 0]);
}

#[test]
fn an_order_survives_its_text() {
    let mut ranking = Ranking::new(vec![Ranked::new(1, 0.5)]);
    ranking.usage.search_units = Some(1);
    let text = json!({
        "results": [{ "index": 1, "score": 0.5 }],
        "usage": { "search_units": 1 },
    });
    assert_eq!(serde_json::to_value(&ranking).unwrap(), text);
    assert_eq!(serde_json::from_value::<Ranking>(text).unwrap(), ranking);
}
