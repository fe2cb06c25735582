//! A request, as clients of this dialect send it.

mod config;
mod parts;
mod rows;
mod tools;
mod turns;

use nohop_types::{Extras, Message, Request, Result, Role, ServiceTier};
use serde_json::value::RawValue;

use self::rows::RequestRow;
use super::{Gemini, address};
use crate::dialect::own::{Own, read};
use crate::json::{self, Rest};
use crate::{Incoming, RequestHead};

/// The owner of what the vocabulary has no word for.
const OWN: Own = Own(Gemini::NAME);

/// Reads the request that the JSON `text` is.
///
/// What the vocabulary has no word for goes to the extra fields of its place, and so does the
/// spelling of a field, so that a request which leaves in the dialect it came in is the same again.
pub(super) fn request(head: &RequestHead, text: &str) -> Result<Incoming> {
    let row: RequestRow<'_> = read(text, "the request")?;
    let asked = address::asked(&head.path);
    let mut request = Request::new(asked.model.unwrap_or_default());
    request.extra = OWN.rest(row.rest);
    let extra = &mut request.extra;
    if asked.array {
        OWN.mark(extra, "alt");
    }

    if let Some(raw) = row.system {
        let mut system = Message::new(Role::System, []);
        turns::content(&mut system, raw, "systemInstruction", &mut turns::Calls::default())?;
        request.messages.push(system);
    }
    if let Some(raw) = row.contents {
        let (contents, _) = items(raw, "contents")?;
        let mut calls = turns::Calls::default();
        for (place, raw) in contents.iter().enumerate() {
            let message = turns::message(raw, &mut calls)
                .map_err(|error| error.at(format!("contents[{place}]")))?;
            turns::go_on(&mut request.messages, message);
        }
        request.messages.iter_mut().for_each(turns::rejoin);
        OWN.mark_empty(extra, "contents", contents.is_empty());
    }
    if let Some(raw) = row.tools {
        let (objects, single) = items(raw, "tools")?;
        for (place, raw) in objects.iter().enumerate() {
            tools::tools(raw, &mut request.tools)
                .map_err(|error| error.at(format!("tools[{place}]")))?;
        }
        OWN.mark_empty(extra, "tools", objects.is_empty());
        if single {
            extra.push(OWN.scope(), "tools", serde_json::json!({}).into());
        }
    }
    if let Some(raw) = row.tool_config {
        request.tool_choice = tools::config(extra, raw)?;
    }
    if let Some(raw) = row.config {
        config::read_into(&mut request, raw)?;
    }
    let extra = &mut request.extra;
    if let Some(raw) = row.tier {
        let word = json::lax::<ServiceTier>(raw);
        request.tier = word.filter(|word| *word != ServiceTier::Auto);
        if request.tier.is_none() {
            keep(extra, "", "serviceTier", raw);
        }
    }
    if let Some(raw) = row.labels {
        request.metadata = json::lax(raw).unwrap_or_default();
        if request.metadata.is_empty() {
            OWN.keep(extra, "labels", raw);
        }
    }
    Ok(Incoming::new(request, asked.mode))
}

/// The items of a list, and whether it is one item without its list, which the inventor takes for one.
fn items<'a>(raw: &'a RawValue, place: &str) -> Result<(Vec<&'a RawValue>, bool)> {
    match raw.get().starts_with('{') {
        true => Ok((vec![raw], true)),
        false => Ok((read(raw.get(), place)?, false)),
    }
}

/// Keeps a field that could not be read, in place of the note of how it was spelled.
fn keep(extra: &mut Extras, prefix: &str, key: &str, raw: &RawValue) {
    let snake: String = key.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        out
    });
    let camel = format!("{prefix}{key}");
    let snake = format!("{prefix}{snake}");
    let spelled = snake != camel && extra.get(Gemini::NAME, "", &snake).is_some();
    if spelled {
        *extra = std::mem::take(extra).into_iter().filter(|entry| entry.key != snake).collect();
    }
    OWN.keep(extra, if spelled { &snake } else { &camel }, raw);
}

/// Takes what an object's row did not know, and notes where the object is empty.
fn inside(extra: &mut Extras, key: &str, raw: &RawValue, rest: Rest<'_>) {
    let prefix = format!("{key}.");
    extra.extend(OWN.inner(&prefix, rest));
    if raw.get().trim_matches(|c: char| "{}".contains(c) || c.is_whitespace()).is_empty() {
        extra.push(OWN.scope(), key, raw.into());
    }
}
