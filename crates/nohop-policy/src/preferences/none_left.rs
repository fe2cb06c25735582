//! Why nobody is left, and what to change.

use std::sync::Arc;

use nohop_types::{Error, ErrorKind, Stage};

use super::NOT_KNOWN;

/// How many targets of a stage are named.
const MOST_NAMES: usize = 3;

/// The error for a request whose candidates were all dropped: by which stage, and what to change.
///
/// ```
/// use nohop_policy::none_left;
/// use nohop_types::Stage;
///
/// let stage = Stage::new("zdr, not known", 0).dropped(["gpt@openai".into()], 0);
/// assert!(none_left(1, &[stage]).message().contains("`zdr, not known` dropped gpt@openai"));
/// ```
pub fn none_left(candidates: usize, stages: &[Stage]) -> Error {
    let many = if candidates == 1 { "" } else { "s" };
    let mut message = format!("none of {candidates} candidate{many} is left for this request");
    let dropping = stages.iter().filter(|stage| !stage.dropped.is_empty() || stage.unnamed > 0);
    for (index, stage) in dropping.enumerate() {
        let (name, names) = (&stage.name, names(stage));
        message += if index == 0 { ": " } else { "; " };
        message += &format!("`{name}` dropped {names} ({})", hint(name));
    }
    Error::new(ErrorKind::Config, message)
}

/// Whom a stage dropped; a target is named once, however many keys it has.
fn names(stage: &Stage) -> String {
    let mut names: Vec<&Arc<str>> = Vec::new();
    for name in &stage.dropped {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(MOST_NAMES) + stage.unnamed;
    let shown: Vec<&str> = names.iter().take(MOST_NAMES).map(|name| &***name).collect();
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What to change where the stage `name` dropped too many.
fn hint(name: &str) -> &'static str {
    let word = name.split([':', ',', '.']).next().unwrap_or_default();
    match (word, name.ends_with(NOT_KNOWN)) {
        ("data_collection" | "zdr", true) => {
            "if you know what becomes of what they are told, say it, as `Target::offer(Offer { data: \
             Some(Data::Forgets), .. })` or as `data` in the catalog's overlay"
        }
        ("data_collection" | "zdr", false) => "ask for less, or add an endpoint that keeps nothing",
        ("region", true) => {
            "if you know where they are served, say it, as `Target::offer(Offer { region: \
             Some(\"eu\".into()), .. })` or as `region` in the catalog's overlay"
        }
        ("region", false) => "add an endpoint in that region, or name a wider one",
        ("quantizations", true) => {
            "if you know how they round numbers, say it, as `Target::offer(Offer { quantization: \
             Some(\"fp8\".into()), .. })` or as `quantization` in the catalog's overlay, or add `unknown` to the \
             list"
        }
        ("quantizations", false) => "add what they have to the list",
        ("max_price" | "max_cost", true) => {
            "say what they charge, as `Target::price` or in the catalog's overlay; what has no price fits no \
             limit"
        }
        ("max_price" | "max_cost", false) => "raise it, or add a cheaper target",
        ("only", _) => "name an endpoint, target, model or provider that serves this name",
        ("ignore", _) => "take one of them from the list",
        ("order" | "allow_fallbacks", _) => {
            "let `order` name one that serves this name, or allow fallbacks"
        }
        ("require_parameters", _) => {
            "leave the parameter out, do not require it, or add a target that knows it"
        }
        ("preferred_min_throughput" | "preferred_max_latency", _) => {
            "make it soft, or allow for slower ones"
        }
        _ => {
            "it is a stage of the route's policy: let it keep one of them, or add targets to the route"
        }
    }
}
