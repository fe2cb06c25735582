//! What media are, in this dialect's words: the ending of a file's name.

/// The kinds of media that blocks are named by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Audio,
    Document,
    Image,
    Video,
}

impl Kind {
    /// The name of the block, and what a loss of it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Image => "image",
            Self::Video => "video",
        }
    }

    /// The words that differ from the second half of a label, and the labels they stand for.
    fn words(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Audio => {
                &[("mp3", "audio/mpeg"), ("m4a", "audio/x-m4a"), ("mka", "audio/x-matroska")]
            }
            Self::Document => &[
                ("csv", "text/csv"),
                ("doc", "application/msword"),
                ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
                ("html", "text/html"),
                ("md", "text/markdown"),
                ("pdf", "application/pdf"),
                ("txt", "text/plain"),
                ("xls", "application/vnd.ms-excel"),
                ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ],
            Self::Image => &[],
            Self::Video => &[
                ("flv", "video/x-flv"),
                ("mkv", "video/x-matroska"),
                ("mov", "video/quicktime"),
                ("three_gp", "video/3gpp"),
                ("wmv", "video/x-ms-wmv"),
            ],
        }
    }

    /// The word for media with this label, if there is one.
    pub(super) fn word(self, label: &str) -> Option<&str> {
        let label = label.split(';').next().unwrap_or_default().trim();
        let known = self.words().iter().find(|(_, known)| *known == label).map(|(word, _)| *word);
        known.or_else(|| match self {
            Self::Document => None,
            kind => label.strip_prefix(kind.name())?.strip_prefix('/').filter(|word| *word != "*"),
        })
    }

    /// The label of media that this word is said of.
    pub(super) fn label(self, word: &str) -> String {
        let known = self.words().iter().find(|(known, _)| *known == word);
        match (known, self) {
            (Some((_, label)), _) => (*label).to_owned(),
            (None, Self::Document) => format!("application/{word}"),
            (None, kind) => format!("{}/{word}", kind.name()),
        }
    }
}
