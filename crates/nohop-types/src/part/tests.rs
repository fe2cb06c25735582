use super::*;
use crate::{Media, TokenLogprob};

fn check(start: Content, pieces: impl IntoIterator<Item = Piece>, grown: Content) {
    let mut part = Part::new(start);
    pieces.into_iter().for_each(|piece| part.push(piece));
    assert_eq!(part, Part::new(grown));
}

fn text(text: &str) -> Piece {
    Piece::Text(text.into())
}

fn bytes(bytes: &'static [u8]) -> Piece {
    Piece::Bytes(bytes.into())
}

#[test]
fn pieces_of_text_are_appended_to_whatever_speaks() {
    check(Content::Text("a".into()), [text("b"), text("")], Content::Text("ab".into()));
    check(Content::Refusal("a".into()), [text("b")], Content::Refusal("ab".into()));
    let mut said = Audio::new(None);
    said.transcript = Some("ab".into());
    check(Content::Audio(Audio::new(None)), [text("a"), text("b")], Content::Audio(said));
}

#[test]
fn thinking_grows_by_text_and_by_its_proof() {
    let thought = |text: &str| Reasoning::text(Issuer::speaking("d"), text);
    let signature = |text: &str| Piece::Signature(text.into());
    check(
        Content::Reasoning(thought("")),
        [text("H"), text("m"), signature("c2"), signature("ln")],
        Content::Reasoning(thought("Hm").signed("c2ln")),
    );
}

#[test]
fn arguments_are_kept_as_they_come() {
    let call = |arguments: &str| Content::ToolCall(ToolCall::new("call_1", "f", arguments));
    let pieces = ["{\"x\"", ": 1e3", "", "}"].map(|piece| Piece::Arguments(piece.into()));
    check(call(""), pieces, call("{\"x\": 1e3}"));
}

#[test]
fn a_sound_grows_by_bytes() {
    let sound = |bytes: &'static [u8]| Content::Audio(Audio::new(Media::bytes("audio/wav", bytes)));
    check(sound(b"ab"), [bytes(b"c"), bytes(b""), bytes(b"d")], sound(b"abcd"));
    let unlabelled = Audio::new(Media::bytes("audio/*", &b"ab"[..]));
    check(Content::Audio(Audio::new(None)), [bytes(b"a"), bytes(b"b")], Content::Audio(unlabelled));
}

#[test]
fn a_piece_that_does_not_belong_is_passed_over() {
    let said = Content::Text("a".into());
    check(said.clone(), [bytes(b"b"), Piece::Arguments("{}".into())], said.clone());
    check(said.clone(), [Piece::Signature("s".into())], said);
}

#[test]
fn any_part_takes_citations_and_likelihoods() {
    let citation =
        || Box::new(Citation { url: Some("https://a.example".into()), ..Default::default() });
    let likely = || Logprob::new(TokenLogprob::new("a", -0.5, None), Vec::new());
    let mut part = Part::text("a");
    part.push(Piece::Citation(citation()));
    part.push(Piece::Logprobs(vec![likely(), likely()]));
    part.push(Piece::Logprobs(vec![likely()]));
    assert_eq!(part.citations, [*citation()]);
    assert_eq!(part.logprobs, vec![likely(); 3]);
}
