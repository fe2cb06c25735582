use nohop_types::Json;

use super::*;
use crate::plan::epoch;

#[test]
fn a_prompt_is_estimated_from_its_text_and_tools() {
    let tool = Tool::function("look", Json::new("{}").unwrap()).description("around");
    let request = Request::new("m").user("12345678").tool(tool).max_tokens(7);
    let request = request.sampling(|sampling| sampling.n = Some(2));
    let cx = Context::new(&request, epoch(), 0);
    assert_eq!((cx.input, cx.output), (5, 14));
    assert_eq!(cx.task(Task::Embed).output, 0);
}

#[test]
fn chance_follows_from_seed_and_argument_alone() {
    let request = Request::new("m").tag("team", "red");
    let cx = |seed| Context::new(&request, epoch(), seed);
    assert_eq!(cx(1).random(5), cx(1).random(5));
    assert_ne!(cx(1).random(5), cx(2).random(5));
    assert_ne!(cx(1).random(5), cx(1).random(6));
    assert_eq!(cx(1).tag("team"), Some("red"));

    let (a, b) = (Candidate::new("m@a"), Candidate::new("m@b"));
    assert_ne!(cx(1).random_for(&a), cx(1).random_for(&b));
    assert_ne!(cx(1).random_for(&a), cx(1).random_for(&a.clone().key(1)));
}
