use std::fs;
use std::path::Path;

use nohop_types::{Document, Error, ErrorKind, Image, Media, Part, Result};

/// The most bytes of a file that is sent along.
const MOST: u64 = 32 << 20;

/// What becomes of a file with this ending.
const KINDS: &[(&str, Kind, &str)] = &[
    ("gif", Kind::Image, "image/gif"),
    ("jpeg", Kind::Image, "image/jpeg"),
    ("jpg", Kind::Image, "image/jpeg"),
    ("pdf", Kind::Document, "application/pdf"),
    ("png", Kind::Image, "image/png"),
    ("webp", Kind::Image, "image/webp"),
];

#[derive(Clone, Copy)]
enum Kind {
    Document,
    Image,
}

/// A part made of the file at `path`, of the kind that the end of its name says.
///
/// Images and PDF documents are sent as they are; what is text is sent as text. It is read at once:
/// a slow disk is better read elsewhere.
///
/// # Errors
///
/// `Config` when the file is not there, can not be read, is larger than 32 MiB, or is neither of a known
/// kind nor text.
pub fn file(path: impl AsRef<Path>) -> Result<Part> {
    let path = path.as_ref();
    let wrong =
        |what: &str| Error::new(ErrorKind::Config, format!("the file {} {what}", path.display()));
    let there = fs::metadata(path)
        .map_err(|source| wrong("can not be read: is the path right?").with_source(source))?;
    if !there.is_file() {
        return Err(wrong("is no file"));
    }
    if there.len() > MOST {
        return Err(wrong("is larger than 32 MiB: send less of it, or its URL"));
    }
    let bytes =
        fs::read(path).map_err(|source| wrong("can not be read: may we?").with_source(source))?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let kind = KINDS.iter().find(|(known, ..)| ending.eq_ignore_ascii_case(known));
    let Some((_, kind, media_type)) = kind else {
        let text = String::from_utf8(bytes).map_err(|_| {
            wrong("is neither text nor of a kind that is known: gif, jpeg, jpg, pdf, png, webp")
        })?;
        return Ok(Part::text(text));
    };
    let media = Media::bytes(*media_type, bytes);
    Ok(match kind {
        Kind::Image => Image::new(media).into(),
        Kind::Document => {
            let document = Document::new(media);
            match path.file_name().and_then(|name| name.to_str()) {
                Some(name) => document.name(name).into(),
                None => document.into(),
            }
        }
    })
}
