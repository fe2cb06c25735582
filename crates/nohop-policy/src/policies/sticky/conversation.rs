//! Which conversation a request belongs to.

use nohop_types::{Content, Media, Part, Request, Role, Tool, ToolKind};

use crate::random::{fingerprint, random, sketch};

/// The number of the conversation that `request` goes on with; the same in every process.
pub(super) fn key(request: &Request) -> u64 {
    let turns = &request.messages;
    let opening = turns.iter().take_while(|message| message.role == Role::System);
    let opening = opening.flat_map(|message| &message.parts).fold(0, part);
    let key = request.tools.iter().fold(opening, tool);
    let key = random(key, fingerprint(&request.model));
    match &request.session {
        Some(session) => {
            let user = request.user.as_deref().map_or(0, fingerprint);
            random(random(key, fingerprint(session)), user)
        }
        None => {
            let first = turns.iter().find(|message| message.role != Role::System);
            first.iter().flat_map(|message| &message.parts).fold(random(key, 1), part)
        }
    }
}

fn part(key: u64, part: &Part) -> u64 {
    match &part.content {
        Content::Text(text) => random(key, sketch(text.as_bytes())),
        Content::Image(image) => media(key, &image.media),
        Content::Document(document) => media(key, &document.media),
        _ => random(key, part.len() as u64),
    }
}

fn media(key: u64, media: &Media) -> u64 {
    match media {
        Media::Bytes { bytes, .. } => random(key, sketch(bytes)),
        Media::File { id, .. } => random(key, fingerprint(id)),
        Media::Url(url) => random(key, fingerprint(url)),
        _ => key,
    }
}

fn tool(key: u64, tool: &Tool) -> u64 {
    match &tool.kind {
        ToolKind::Function(function) => {
            let key = random(key, fingerprint(&function.name));
            let key = function
                .description
                .iter()
                .fold(key, |key, text| random(key, sketch(text.as_bytes())));
            function
                .schema
                .iter()
                .fold(key, |key, schema| random(key, sketch(schema.as_str().as_bytes())))
        }
        ToolKind::Native { json, .. } => random(key, sketch(json.as_str().as_bytes())),
        _ => key,
    }
}
