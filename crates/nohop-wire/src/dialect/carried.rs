//! Thinking of another dialect, as a surface tells it to a client that knows only its own.
//!
//! The client sends back what it got. A mark says whose it was, so that it returns to its issuer and
//! is never taken for the surface's own.

use std::borrow::Cow;

use nohop_types::Issuer;

const MARK: &str = "nohop:";

/// What proves thinking of `issuer`, as a client of `dialect` is told.
pub(super) fn carry<'a>(issuer: &Issuer, dialect: &str, proof: &'a str) -> Cow<'a, str> {
    match issuer.dialect == dialect {
        true => Cow::Borrowed(proof),
        false => Cow::Owned(format!("{MARK}{}:{proof}", issuer.dialect)),
    }
}

/// Whose proof a client of `dialect` sends, and the proof as it was.
pub(super) fn unload<'a>(dialect: &str, text: &'a str) -> (Issuer, &'a str) {
    let marked = text.strip_prefix(MARK).and_then(|rest| rest.split_once(':'));
    let (dialect, proof) = marked.unwrap_or((dialect, text));
    (Issuer::speaking(dialect), proof)
}
