use nohop_types::ToolCall;

use super::*;

fn verdict(said: &str) -> Option<Difficulty> {
    read(said).map(|verdict| Judge::new("m").difficulty(&verdict))
}

#[test]
fn what_is_known_to_be_done_well_may_fail_more_often() {
    let cases = [
        ("supported", 59, Difficulty::Hard),
        ("supported", 60, Difficulty::Easy),
        ("uncertain", 74, Difficulty::Hard),
        ("uncertain", 75, Difficulty::Easy),
        ("unsupported", 89, Difficulty::Hard),
        ("unsupported", 90, Difficulty::Easy),
    ];
    for (boundary, chance, expected) in cases {
        let said = format!(r#"{{"boundary":"{boundary}","chance":{chance}}}"#);
        assert_eq!(verdict(&said), Some(expected), "{said}");
    }
}

#[test]
fn a_verdict_is_read_whatever_stands_around_it() {
    let said =
        "Sure!\n```json\n{\"chance\": 80, \"boundary\": \"supported\", \"why\": \"short\"}\n```";
    assert_eq!(verdict(said), Some(Difficulty::Easy));
}

#[test]
fn what_is_no_verdict_is_none() {
    let cases = [
        "",
        "easy",
        "{}",
        "}{",
        r#"{"boundary":"supported"}"#,
        r#"{"boundary":"sure","chance":99}"#,
        r#"{"boundary":"supported","chance":101}"#,
        r#"{"boundary":"supported","chance":-1}"#,
        r#"{"boundary":"supported","chance":0.7}"#,
    ];
    for said in cases {
        assert_eq!(verdict(said), None, "{said}");
    }
}

#[test]
fn only_an_answer_to_a_tool_keeps_the_label_of_its_conversation() {
    let judge = Judge::new("m");
    let asked = Request::new("auto").system("Be terse.").user("Rain in Paris?");
    judge.pins().keep(conversation(&asked), Difficulty::Easy);
    let call = ToolCall::new("c1", "weather", "{}");
    let called = asked.message(Message::new(Role::Assistant, [call.into()]));
    let answered = called.result("c1", "none");
    assert_eq!(judge.look(&answered), Some(labels(Difficulty::Easy)));
    assert_eq!(judge.look(&answered.clone().user("And in Rome?")), None);
    // Another conversation has had no label yet.
    assert_eq!(judge.look(&answered.session("s2")), None);
}

#[test]
fn no_more_conversations_are_remembered_than_there_is_room_for() {
    let judge = Judge::new("m");
    for conversation in 0..2 * MOST_CONVERSATIONS as u64 {
        judge.pins().keep(conversation, Difficulty::Easy);
        judge.pins().keep(conversation, Difficulty::Hard);
    }
    let pins = judge.pins();
    assert_eq!((pins.labels.len(), pins.oldest.len()), (MOST_CONVERSATIONS, MOST_CONVERSATIONS));
    assert!(pins.labels.keys().all(|it| *it >= MOST_CONVERSATIONS as u64));
}

#[test]
fn of_a_long_turn_the_model_is_shown_both_ends() {
    let request = Request::new("auto").user(format!("begin {}é end", "ü".repeat(9_000)));
    let question = question("small@here", &request);
    let shown = text(&question.messages[1]);
    assert!(shown.contains("begin") && shown.contains("é end") && shown.contains("[…]"));
    assert!(shown.len() < MOST_SHOWN + 300, "{}", shown.len());
    assert_eq!(question.model, "small@here");
}
