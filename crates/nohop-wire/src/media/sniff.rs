//! What bytes are, by how they begin.

use super::Kind;

/// The type that `bytes` are, by how they begin; `None` where that does not tell.
///
/// Texts, and types of which nobody agreed on a beginning, are not told.
///
/// ```
/// assert_eq!(nohop_wire::sniff(b"%PDF-1.7"), Some("application/pdf"));
/// assert_eq!(nohop_wire::sniff(b"Dear Sir"), None);
/// ```
pub fn sniff(bytes: &[u8]) -> Option<&'static str> {
    Some(format(bytes)?.labels[0])
}

/// Whether `bytes` begin as those do that may be labelled `label`.
pub fn is_of(bytes: &[u8], label: &str) -> bool {
    format(bytes).is_some_and(|format| format.covers(label))
}

/// A kind of file, by all of its names; the first is the usual one.
#[derive(Debug)]
pub(super) struct Format {
    pub(super) labels: &'static [&'static str],
    /// Labels that begin so are of files which are made of this one.
    made: &'static [&'static str],
}

const fn format_of(labels: &'static [&'static str]) -> Format {
    Format { labels, made: &[] }
}

const AAC: Format = format_of(&["audio/aac", "audio/x-aac", "audio/aacp"]);
const AIFF: Format = format_of(&["audio/aiff", "audio/x-aiff", "audio/aif"]);
const ASF: Format = format_of(&["video/x-ms-wmv", "video/wmv", "video/x-ms-asf", "audio/x-ms-wma"]);
const AVI: Format = format_of(&["video/x-msvideo", "video/avi", "video/msvideo"]);
const AVIF: Format = format_of(&["image/avif"]);
const BMP: Format = format_of(&["image/bmp", "image/x-ms-bmp"]);
const FLAC: Format = format_of(&["audio/flac", "audio/x-flac"]);
const FLV: Format = format_of(&["video/x-flv", "video/flv"]);
const GIF: Format = format_of(&["image/gif"]);
const HEIF: Format =
    format_of(&["image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"]);
const JPEG: Format = format_of(&["image/jpeg", "image/jpg", "image/pjpeg"]);
const MATROSKA: Format = Format {
    labels: &["video/webm", "audio/webm"],
    made: &["video/x-matroska", "video/mkv", "audio/x-matroska"],
};
const MP3: Format = format_of(&[
    "audio/mpeg",
    "audio/mp3",
    "audio/x-mp3",
    "audio/mpeg3",
    "audio/mpga",
    "audio/x-mpeg",
]);
const MP4: Format = Format {
    labels: &["video/mp4", "audio/mp4", "audio/m4a", "audio/x-m4a", "video/x-m4v"],
    made: &["video/3gp", "audio/3gp", "video/quicktime", "video/mov"],
};
const MPEG: Format = format_of(&["video/mpeg", "video/mpg", "video/mpegps", "video/mpegs"]);
const OGG: Format =
    format_of(&["audio/ogg", "video/ogg", "application/ogg", "audio/opus", "audio/vorbis"]);
const PDF: Format = format_of(&["application/pdf", "application/x-pdf"]);
const PNG: Format = format_of(&["image/png", "image/x-png", "image/apng"]);
const QUICKTIME: Format = format_of(&["video/quicktime", "video/mov", "video/mp4", "audio/mp4"]);
const TIFF: Format = format_of(&["image/tiff", "image/tif"]);
const WAV: Format = format_of(&["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"]);
const WEBP: Format = format_of(&["image/webp"]);
/// Office's documents of today, books and archives.
const ZIP: Format = Format { labels: &["application/zip"], made: &["application/"] };
/// Office's documents of before.
const OLE: Format = Format { labels: &["application/x-ole-storage"], made: &["application/"] };

pub(super) fn format(bytes: &[u8]) -> Option<&'static Format> {
    let at =
        |place: usize, magic: &[u8]| bytes.get(place..).is_some_and(|rest| rest.starts_with(magic));
    Some(match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => &PNG,
        [0xff, 0xd8, 0xff, ..] => &JPEG,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => &GIF,
        [b'R', b'I', b'F', b'F', _, _, _, _, kind @ ..] => match kind.get(..4)? {
            b"WEBP" => &WEBP,
            b"WAVE" => &WAV,
            b"AVI " => &AVI,
            _ => return None,
        },
        [b'F', b'O', b'R', b'M', ..] if at(8, b"AIFF") || at(8, b"AIFC") => &AIFF,
        // The reserved fields of a bitmap's header are nothing, and two letters prove little.
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => &BMP,
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => &TIFF,
        [b'%', b'P', b'D', b'F', b'-', ..] => &PDF,
        [b'f', b'L', b'a', b'C', ..] => &FLAC,
        [b'O', b'g', b'g', b'S', ..] => &OGG,
        [b'I', b'D', b'3', ..] => &MP3,
        [0x1a, 0x45, 0xdf, 0xa3, ..] => &MATROSKA,
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4)? {
            b"avif" | b"avis" => &AVIF,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => &HEIF,
            b"qt  " => &QUICKTIME,
            _ => &MP4,
        },
        [0, 0, 1, 0xb3 | 0xba, ..] => &MPEG,
        [b'F', b'L', b'V', 1, ..] => &FLV,
        [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, ..] => &ASF,
        [b'P', b'K', 3, 4, ..] => &ZIP,
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => &OLE,
        // A frame's head: its layer, and numbers that are none forbidden.
        [0xff, second, third, ..] if second & 0xe0 == 0xe0 => match (second >> 1) & 3 {
            0 if second & 0xf0 == 0xf0 => &AAC,
            1 if third >> 4 != 0xf && (third >> 2) & 3 != 3 && (second >> 3) & 3 != 1 => &MP3,
            _ => return None,
        },
        _ => return None,
    })
}

impl Format {
    /// Whether files of this kind may be labelled so.
    pub(super) fn covers(&self, label: &str) -> bool {
        let label = essence(label);
        let is = |known: &&str| match label.strip_suffix('*') {
            Some(kind) => begins(known, kind),
            None => known.eq_ignore_ascii_case(label),
        };
        let unsure = label.eq_ignore_ascii_case("application/octet-stream");
        let made = self.made.iter().any(|start| begins(label, start)) && !PDF.is(label);
        self.labels.iter().any(is) || made && !unsure
    }

    /// What a file of this kind is called where it is `kind` of media.
    pub(super) fn label(&self, kind: Kind) -> &'static str {
        let own = self.labels.iter().find(|label| begins(label, kind.prefix()));
        own.unwrap_or(&self.labels[0])
    }

    fn is(&self, label: &str) -> bool {
        self.labels.iter().any(|known| known.eq_ignore_ascii_case(label))
    }
}

/// A label without its parameters.
pub(super) fn essence(label: &str) -> &str {
    label.split(';').next().unwrap_or_default().trim()
}

fn begins(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start))
}
