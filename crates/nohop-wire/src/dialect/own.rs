//! What a surface keeps of a request for those who speak its own dialect.

use nohop_types::{Error, ErrorKind, ExtraScope, Extras, Issuer, Json, Result};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json::{self, Rest};

/// The dialect of that name, as the owner of what it alone understands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own(pub(super) &'static str);

impl Own {
    /// Somebody who speaks it: a surface knows no more of who thought what.
    pub(super) fn issuer(self) -> Issuer {
        Issuer::speaking(self.0)
    }

    pub(super) fn scope(self) -> ExtraScope {
        ExtraScope::Dialect(self.0.into())
    }

    /// What a row did not know, nulls and all.
    pub(super) fn rest(self, rest: Rest<'_>) -> Extras {
        self.inner("", rest).collect()
    }

    /// What the row of an object further inside did not know.
    pub(super) fn inner<'a>(
        self,
        prefix: &'a str,
        rest: Rest<'a>,
    ) -> impl Iterator<Item = nohop_types::Extra> + 'a {
        rest.into_iter()
            .map(move |(key, raw)| json::entry(self.0, json::within(prefix, key), raw.into()))
    }

    /// Keeps a field as it stands.
    pub(super) fn keep(self, extra: &mut Extras, key: &str, raw: &RawValue) {
        extra.push(self.scope(), key, Json::from(raw));
    }

    /// Notes that a typed field was written under this name, or in this form.
    pub(super) fn mark(self, extra: &mut Extras, key: &str) {
        self.keep(extra, key, json::NULL);
    }

    /// Notes that a list was there, and empty.
    pub(super) fn mark_empty(self, extra: &mut Extras, key: &str, empty: bool) {
        if empty {
            extra.push(self.scope(), key, serde_json::json!([]).into());
        }
    }
}

/// Reads `text`, which stands at `place`.
pub(super) fn read<'a, T: Deserialize<'a>>(text: &'a str, place: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| {
        Error::new(ErrorKind::InvalidRequest, format!("{place} can not be read: {source}"))
    })
}
