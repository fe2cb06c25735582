//! What the name of a price says: for what, and when.

use super::TOKENS;
use crate::Error;
use crate::load::json::Value;
use crate::meter::{Class, Meter};
use crate::when::{Above, By, When, Window, minute};

/// A price by its name.
pub(super) struct Field {
    pub(super) meter: Meter,
    pub(super) when: When,
    /// By how many powers of ten the price is for more than one.
    pub(super) shift: i32,
    /// How often the price is for what the meter's is for.
    pub(super) times: u128,
}

/// Reads the name of a price; `None` where nothing here can say it.
pub(super) fn read(key: &str, mode: &str) -> Option<Field> {
    let field = |meter, shift, times| Field { meter, when: When::default(), shift, times };
    if let Some((start, class, form)) = TOKENS.iter().find(|(start, ..)| {
        // Few begin with the same letter, and a letter is looked at sooner.
        start.as_bytes().first() == key.as_bytes().first() && key.starts_with(start)
    }) {
        let mut class = *class;
        let when = conditions(&key[start.len()..], &mut class)?;
        return Some(Field { when, ..field(Meter::Tokens(class, *form), 0, 1) });
    }
    let (key, when) = match key.strip_suffix("_batches") {
        Some(key) => (key, When::term(By::Processing, "batch")),
        None => (key, When::default()),
    };
    let second = 3_600;
    let film = matches!(mode, "video_generation");
    let known = match key {
        "input_cost_per_request" => field(Meter::Request, 0, 1),
        "input_cost_per_query" if mode == "rerank" => field(Meter::Rerank, 0, 1),
        "input_cost_per_query" => field(Meter::WebSearch, 0, 1),
        "input_cost_per_text_message" => field(Meter::Message, 0, 1),
        "input_cost_per_character" => field(Meter::CharacterIn, 0, 1),
        "output_cost_per_character" => field(Meter::CharacterOut, 0, 1),
        "input_cost_per_image" => field(Meter::ImageIn, 0, 1),
        "output_cost_per_image" => field(Meter::ImageOut, 0, 1),
        "ocr_cost_per_page" => field(Meter::Page, 0, 1),
        "annotation_cost_per_page" => field(Meter::AnnotatedPage, 0, 1),
        "input_cost_per_second" | "input_cost_per_audio_per_second" => {
            field(Meter::AudioIn, 0, second)
        }
        "input_cost_per_video_per_second" => field(Meter::VideoIn, 0, second),
        "output_cost_per_video_per_second" => field(Meter::VideoOut, 0, second),
        "output_cost_per_second" if film => field(Meter::VideoOut, 0, second),
        "output_cost_per_second" => field(Meter::AudioOut, 0, second),
        "google_maps_grounding_cost_per_query" => field(Meter::Map, 0, 1),
        "code_interpreter_cost_per_session" => field(Meter::CodeSession, 0, 1),
        "file_search_cost_per_1k_calls" => field(Meter::FileSearch, 3, 1),
        _ => return None,
    };
    Some(Field { when, ..known })
}

/// Reads what stands behind the name: `_above_1hr_above_200k_tokens_batches`.
fn conditions(mut rest: &str, class: &mut Class) -> Option<When> {
    const TIERS: [&str; 4] = ["balanced", "flex", "priority", "ultrafast"];
    let mut when = When::default();
    while !rest.is_empty() {
        rest = rest.strip_prefix('_')?;
        if let Some(bound) = rest.strip_prefix("above_") {
            let (bound, after) = bound.split_at(bound.find('_').unwrap_or(bound.len()));
            rest = after;
            match bound {
                "1hr" if *class == Class::CacheWrite => *class = Class::CacheWrite1h,
                "12hr" if *class == Class::CacheWrite => *class = Class::CacheWrite12h,
                bound => {
                    let thousands: u32 = bound.strip_suffix('k')?.parse().ok()?;
                    let least = thousands.checked_mul(1_000)?.checked_add(1)?;
                    when.above = Some(Above { least, excess: false });
                    rest = rest.strip_prefix("_tokens")?;
                }
            }
            continue;
        }
        let (word, after) = rest.split_at(rest.find('_').unwrap_or(rest.len()));
        rest = after;
        let term = match word {
            "batches" => When::term(By::Processing, "batch"),
            "decisions" => When::term(By::Door, "decisions"),
            tier if TIERS.contains(&tier) => When::term(By::Tier, tier),
            _ => return None,
        };
        when = when.and(&term);
    }
    Some(when)
}

/// Reads times of the week: hours of UTC, one span or more, and days counted from Monday.
pub(super) fn windows(value: Value<'_>, name: &str) -> Result<Vec<Window>, Error> {
    let wrong = || Error::new(name, "has a time of the week that is none");
    let hours = value.field(name, "hours_utc")?.ok_or_else(wrong)?;
    let hours = if hours.is_array() { hours.strings(name)? } else { vec![hours.string(name)?] };
    let mut days = Window::DAILY;
    if let Some(list) = value.field(name, "weekdays")? {
        days = 0;
        for day in list.array(name)? {
            let day = day.count().checked_sub(1).filter(|day| *day < 7).ok_or_else(wrong)?;
            days |= 1 << day;
        }
    }
    let read = |span: &str| {
        let (from, to) = span.split_once('-')?;
        Some(Window { days, from: minute(from)?, to: minute(to)? })
    };
    hours.iter().map(|span| read(span).ok_or_else(wrong)).collect()
}
