//! The page about media has what the rows say.

use std::fmt::Write;

use nohop_wire::{Source, Taken, Takes};

use crate::ALL;

const PAGE: &str = include_str!("../../../../../docs/media.md");

/// A model of before and one of now, where hosts tell them apart.
const MODELS: [(&str, &str); 2] = [("gemini-2.0-flash", ", before 2.5"), ("gemini-3-pro", "")];

#[test]
fn the_page_has_what_every_way_takes() {
    let lines = lines();
    assert!(PAGE.contains(&lines), "docs/media.md is stale; it should have:\n\n{lines}");
}

fn lines() -> String {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for provider in ALL {
        for way in provider.ways {
            let [early, now] = MODELS.map(|(model, _)| cells(way.dialect.media(model)));
            let same = early == now;
            for (cells, (_, when)) in [early, now].into_iter().zip(MODELS).skip(usize::from(same)) {
                let name = format!("{} ({}{when})", provider.id, way.dialect.name());
                match rows.iter_mut().find(|(known, _)| *known == cells) {
                    Some((_, names)) if names.contains(&name) => (),
                    Some((_, names)) => names.push(name),
                    None => rows.push((cells, vec![name])),
                }
            }
        }
    }
    let mut lines = String::from(
        "| pictures | sounds | films | documents | all | ways |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for (cells, names) in rows {
        let _ = writeln!(lines, "{cells} {} |", names.join(", "));
    }
    lines
}

fn cells(takes: &Takes) -> String {
    let Takes { image, audio, video, document, together } = takes;
    let kinds = [image, audio, video, document].map(|taken| format!("| {} ", cell(taken)));
    let all = together.map_or_else(String::new, |most| format!("{} ", size(most)));
    format!("{}| {all}|", kinds.concat())
}

fn cell(taken: &Taken) -> String {
    let Taken { types, from, bytes, turn, request } = *taken;
    if types.is_empty() {
        return "none".to_owned();
    }
    let types: Vec<_> = types.iter().map(|label| label.replace("image/", "")).collect();
    let places = from.iter().filter_map(|source| match source {
        Source::Bytes => Some("bytes".to_owned()),
        Source::File => Some("file id".to_owned()),
        // It is the form of bytes that could not be read.
        Source::Url("data:") => None,
        Source::Url(start) => Some(format!("`{start}`")),
        _ => None,
    });
    let places: Vec<_> = places.collect();
    let limits = [
        bytes.map(|most| format!("{} each", size(most))),
        turn.map(|most| format!("{most} a turn")),
        request.map(|most| format!("{most} a request")),
    ];
    let limits: String = limits.into_iter().flatten().map(|limit| format!("; {limit}")).collect();
    let types = types.join(", ").replace('*', "\\*");
    format!("{types}: {}{limits}", places.join(", "))
}

fn size(bytes: usize) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    match tenths % 10 {
        0 => format!("{} MiB", tenths / 10),
        tenth => format!("{}.{tenth} MiB", tenths / 10),
    }
}
