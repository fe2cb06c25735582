use nohop_types::{Image, Json, Media, Schema, Tool};

use super::*;

fn check(request: Request, expected: Difficulty) {
    let found = Difficulty::of(&request);
    assert_eq!(found, expected, "{} points", Difficulty::points(&request));
}

fn asks(text: &str) -> Request {
    Request::new("m").user(text)
}

fn tools(count: usize) -> Vec<Tool> {
    let schema = Json::new(r#"{"type":"object"}"#).unwrap();
    (0..count).map(|it| Tool::function(format!("t{it}"), schema.clone())).collect()
}

const FUNCTION: &str = "Why does this fail?\n```rust\nfn main() { let x = [1]; x[2]; }\n```";

#[test]
fn what_is_short_and_plain_is_easy() {
    check(asks("Hello?"), Difficulty::Easy);
    check(
        asks("Is this mail spam? You have won a prize. Answer with yes or no, please."),
        Difficulty::Easy,
    );
    check(asks(""), Difficulty::Easy);
    check(Request::new("m"), Difficulty::Easy);
}

#[test]
fn code_and_maths_are_not_easy() {
    check(asks(FUNCTION), Difficulty::Medium);
    check(asks("What is the integral of x squared?"), Difficulty::Medium);
    check(
        asks("Prove that there are infinitely many primes, and compare two proofs."),
        Difficulty::Medium,
    );
    check(asks("for (let i = 0; i < n; i++) { f(i); } never ends"), Difficulty::Medium);
}

#[test]
fn what_asks_for_much_at_once_is_hard() {
    let text = format!("Design and implement a proof of this theorem.\n{FUNCTION}");
    check(asks(&text), Difficulty::Hard);
    check(asks(FUNCTION).effort(Effort::High), Difficulty::Hard);
}

#[test]
fn effort_that_is_asked_for_says_how_difficult_the_caller_finds_it() {
    check(asks("Hello?").effort(Effort::XHigh), Difficulty::Medium);
    check(asks(FUNCTION).effort(Effort::Low), Difficulty::Easy);
    let points = |effort| Difficulty::points(&asks("Hello?").effort(effort));
    let efforts = [Effort::Low, Effort::Medium, Effort::High, Effort::Max];
    assert_eq!(efforts.map(points), [-5, -2, 3, 7]);
}

#[test]
fn long_prompts_tools_schemas_turns_and_pictures_count() {
    let points = |request: Request| Difficulty::points(&request);
    let plain = points(asks("one"));
    assert_eq!(points(asks(&"word ".repeat(250))), plain + 2 + 2);
    assert_eq!(points(asks("one").system("x".repeat(8_000))), plain + 1);
    assert_eq!(points(asks("one").system("x".repeat(8_000_000))), plain + 5);
    let with = |count| tools(count).into_iter().fold(asks("one"), Request::tool);
    assert_eq!([1, 8, 99].map(|count| points(with(count)) - plain), [2, 3, 5]);
    let schema = Schema::new("s", Json::new(r#"{"type":"object"}"#).unwrap());
    assert_eq!(points(asks("one").output(OutputFormat::JsonSchema(schema))), plain + 1);
    let talk = (0..8).fold(Request::new("m"), |it, _| it.user("one").assistant("two"));
    assert_eq!(points(talk.user("one")), plain + 2);
    let image = || Image::new(Media::bytes("image/png", &b"png"[..]));
    assert_eq!(points(asks("one").user(image())), plain + 1);
    assert_eq!(points(asks("one").max_tokens(64)), plain - 2);
}

#[test]
fn only_the_beginning_of_a_long_turn_is_read_and_no_letter_is_cut() {
    let text = format!("{}{FUNCTION}", "é ".repeat(10_000));
    let said = Said::of(&asks(&text));
    assert!(!said.has_code());
    assert_eq!(said.words, 2_731);
}

#[test]
fn the_page_has_the_table_of_weights() {
    let rows = Difficulty::WEIGHTS.iter().map(|weight| {
        let times =
            if weight.most == 1 { "once".to_owned() } else { format!("{} times", weight.most) };
        format!("| {} | {:+} | {times} |\n", weight.what, weight.each)
    });
    let table: String = rows.collect();
    let page = include_str!("../../../../docs/policies.md");
    assert!(page.contains(&table), "docs/policies.md is stale; it should have:\n\n{table}");
}
