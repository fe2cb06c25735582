use std::collections::BTreeMap;

use nohop_types::{Image, Json, Media};
use serde_json::value::RawValue;

use crate::dialect::converse::format::Kind;
use crate::dialect::converse::rows::ImageRow;
use crate::dialect::media;
use crate::json;

/// A block that is passed on as it stands once it is complete: an object under one name.
pub(super) struct Gathered {
    raw: Json,
    /// The fields of what it grew by, in their order; nothing while it is as it began.
    grown: Option<Grown>,
}

/// A block that came in pieces.
struct Grown {
    name: String,
    fields: Vec<(String, Field)>,
    /// The items of a list that came in pieces.
    items: Vec<String>,
}

/// A field of such a block, as far as it has come.
enum Field {
    /// What is no text, and cannot be put together.
    Pieces(Vec<String>),
    Text(String),
}

/// What a block turned out to be.
pub(super) enum Complete {
    Image(Image),
    Opaque(Json),
}

type Fields<'a> = BTreeMap<String, &'a RawValue>;

impl Gathered {
    /// A block that is complete.
    pub(super) fn whole(raw: &RawValue) -> Self {
        Self { raw: raw.into(), grown: None }
    }

    /// A block that begins, or a piece of one that never did; `None` for one that is no object.
    pub(super) fn new(raw: &RawValue) -> Option<Self> {
        let outer: Fields<'_> = json::lax(raw)?;
        let (name, inner) = outer.into_iter().next()?;
        let mut grown = Grown { name, fields: Vec::new(), items: Vec::new() };
        grown.add(inner)?;
        Some(Self { raw: raw.into(), grown: Some(grown) })
    }

    /// Takes a piece.
    pub(super) fn grow(&mut self, raw: &RawValue) -> Option<()> {
        let outer: Fields<'_> = json::lax(raw)?;
        let (_, inner) = outer.into_iter().next()?;
        self.grown.as_mut()?.add(inner)
    }

    /// The block with all it grew by.
    pub(super) fn complete(self) -> Complete {
        let json = self.grown.and_then(Grown::json).unwrap_or(self.raw);
        let outer: Option<Fields<'_>> = json::lax(json.as_raw());
        let image = outer.and_then(|outer| image(outer.get("image").copied()?));
        match image {
            Some(media) => Complete::Image(Image::new(media)),
            None => Complete::Opaque(json),
        }
    }
}

impl Grown {
    /// Adds the items of a list, or the fields of an object: a text is appended to a text.
    fn add(&mut self, inner: &RawValue) -> Option<()> {
        if let Some(items) = json::lax::<Vec<&RawValue>>(inner) {
            self.items.extend(items.into_iter().map(|item| item.get().to_owned()));
            return Some(());
        }
        let fields: Fields<'_> = json::lax(inner)?;
        for (key, value) in fields {
            let more = json::lax::<String>(value);
            let held = self.fields.iter_mut().find(|(name, _)| *name == key).map(|(_, held)| held);
            match (held, more) {
                (Some(Field::Text(text)), Some(more)) => text.push_str(&more),
                (Some(Field::Pieces(pieces)), _) => pieces.push(value.get().to_owned()),
                (Some(field), None) => {
                    *field = Field::Pieces(vec![field.json(), value.get().to_owned()]);
                }
                (None, Some(text)) => self.fields.push((key, Field::Text(text))),
                (None, None) => {
                    self.fields.push((key, Field::Pieces(vec![value.get().to_owned()])));
                }
            }
        }
        Some(())
    }

    fn json(self) -> Option<Json> {
        let fields = self.fields.into_iter().map(|(key, field)| {
            let told = match field {
                // The fragments of a call's arguments are JSON once all of them are there.
                Field::Text(text) if key == "input" && is_json(&text) => text,
                field => field.json(),
            };
            format!("{}:{told}", quoted(&key))
        });
        let mut fields: Vec<_> = fields.collect();
        if !self.items.is_empty() {
            fields.push(format!("\"content\":[{}]", self.items.join(",")));
        }
        Json::new(format!("{{{}:{{{}}}}}", quoted(&self.name), fields.join(","))).ok()
    }
}

impl Field {
    fn json(&self) -> String {
        match self {
            Self::Pieces(pieces) if pieces.len() == 1 => pieces[0].clone(),
            Self::Pieces(pieces) => format!("[{}]", pieces.join(",")),
            Self::Text(text) => quoted(text),
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// The picture that a block holds, if it holds one and says no more.
pub(super) fn image(raw: &RawValue) -> Option<Media> {
    let row: ImageRow<'_> = json::lax(raw)?;
    let (format, source) = (row.format?, row.source?);
    let plain = row.rest.is_empty() && source.rest.is_empty();
    let bytes = media::decode(&source.bytes.filter(|_| plain)?)?;
    Some(Media::bytes(Kind::Image.label(&format), bytes))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
