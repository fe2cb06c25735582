use nohop_types::{Issuer, Request};

use super::*;

fn address(path: &str, model: &str, mode: Mode) -> Result<String> {
    let (request, issuer) = (Request::new("m"), Issuer::speaking("x"));
    Call::new(&request, model, path, &issuer).mode(mode).address()
}

#[test]
fn a_path_without_places_stays_as_it_is() {
    assert_eq!(
        address("/v1/messages?beta=true", "m", Mode::Stream).unwrap(),
        "/v1/messages?beta=true"
    );
    assert_eq!(address("/{half", "m", Mode::Whole).unwrap(), "/{half");
    assert_eq!(address("/{other}/x", "m", Mode::Whole).unwrap(), "/{other}/x");
}

#[test]
fn a_path_names_the_model_and_what_is_done_with_it() {
    let path = "/models/{model}:{rawPredict|streamRawPredict}";
    let check = |model: &str, mode, expected: &str| {
        assert_eq!(address(path, model, mode).unwrap(), expected);
    };
    check("claude-opus@1", Mode::Whole, "/models/claude-opus@1:rawPredict");
    check("claude-opus@1", Mode::Stream, "/models/claude-opus@1:streamRawPredict");
    check("a/b:c ä?", Mode::Whole, "/models/a%2Fb%3Ac%20%C3%A4%3F:rawPredict");
}

#[test]
fn a_path_that_names_the_model_needs_one() {
    for model in ["", ".", ".."] {
        let error = address("/models/{model}", model, Mode::Whole).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
}
