//! Where a request goes.

use http::Uri;
use nohop_types::Result;

use super::Endpoint;
use crate::credentials;

impl Endpoint {
    /// The URL of `path`, below the base URL with its places filled; a query of either is kept.
    pub(super) fn address(&self, path: &str) -> Result<Uri> {
        if let Some((_, address)) = self.address.get().filter(|(known, _)| known == path) {
            return Ok(address.clone());
        }
        let address = self.read(path)?;
        let _ = self.address.set((path.to_owned(), address.clone()));
        Ok(address)
    }

    /// The region it is in: what was set as `region`, or what stands in that place of the base URL.
    pub fn region(&self) -> Option<String> {
        let set = self.settings.iter().rev().find(|(key, _)| key == "region");
        set.map(|(_, value)| value.clone()).or_else(|| {
            let places = self.base_url.split('{').filter_map(|rest| rest.split_once('}'));
            let mut regions =
                places.filter(|(place, _)| place.split([':', '?']).next() == Some("region"));
            self.fill(regions.next()?.0).ok()
        })
    }

    fn read(&self, path: &str) -> Result<Uri> {
        let (path, elsewhere) = match path.strip_prefix("//") {
            // Whoever asks another than the provider's own host asks it for everything.
            Some(rest) if self.base_url != self.provider.base_url => {
                (&rest[rest.find('/').unwrap_or(rest.len())..], None)
            }
            Some(rest) => ("", Some(self.filled(&["https://", rest].concat())?)),
            None => (path, None),
        };
        let url = match elsewhere {
            Some(url) => url,
            None => self.filled(&self.base_url)?,
        };
        let (base, query) = url.split_once('?').map_or((&*url, None), |(b, q)| (b, Some(q)));
        let base = base.trim_end_matches('/');
        let address = match query {
            None => format!("{base}{path}"),
            Some(query) if path.contains('?') => format!("{base}{path}&{query}"),
            Some(query) => format!("{base}{path}?{query}"),
        };
        let parsed: Option<Uri> = address.parse().ok();
        let scheme = parsed.as_ref().and_then(Uri::scheme_str);
        let Some(uri) = parsed.as_ref().filter(|_| matches!(scheme, Some("http" | "https"))) else {
            return Err(self.wrong(
                "the base URL is not a URL; write http:// or https://, a host, and a path",
            ));
        };
        match uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            true => {
                Err(self.wrong("the base URL has a user in it; say it as a secret header instead"))
            }
            false => Ok(uri.clone()),
        }
    }

    /// The `text` without places to fill.
    fn filled(&self, text: &str) -> Result<String> {
        let mut url = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((place, after)) = after.split_once('}') else {
                return Err(self.wrong("the base URL opens a place that it does not close"));
            };
            url.push_str(before);
            url.push_str(&self.fill(place)?);
            rest = after;
        }
        url.push_str(rest);
        Ok(url)
    }

    /// What stands in a place such as `account` or `account:ACME_ACCOUNT`; after a question mark, what
    /// some values are written as, and with a star all others: `zone:ACME_ZONE?all=api|*-api`.
    pub(super) fn fill(&self, place: &str) -> Result<String> {
        let (place, written) = place.split_once('?').unwrap_or((place, "*"));
        let (name, variable) = place.split_once(':').unwrap_or((place, ""));
        let given = self.settings.iter().rev().find(|(key, _)| key == name);
        let Some(value) = given
            .map(|(_, value)| value.clone())
            .or_else(|| (!variable.is_empty()).then(|| credentials::read(variable)).flatten())
        else {
            let or = match variable {
                "" => String::new(),
                variable => format!(", or set {variable}"),
            };
            let what = format!("the base URL lacks the {name}: say .set(\"{name}\", …){or}");
            return Err(self.wrong(&what));
        };
        // A variable that holds a host is often written as a URL.
        let value = value.trim_start_matches("https://").trim_end_matches('/');
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
        match !value.is_empty() && value.chars().all(fits) {
            true => Ok(spelled(value, written)),
            false => {
                let what = format!("the {name} does not fit in a URL: letters, digits, - . _ only");
                Err(self.wrong(&what))
            }
        }
    }
}

/// A value as it is written: the text after its own name and `=`, or the one with a star in it.
fn spelled(value: &str, written: &str) -> String {
    let mut forms = written.split('|').filter_map(|form| form.split_once('='));
    let named = forms.find_map(|(name, text)| (name == value).then(|| text.to_owned()));
    let others = || written.split('|').find(|form| !form.contains('='));
    named.unwrap_or_else(|| others().unwrap_or("*").replace('*', value))
}
