use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::Error;

impl Error {
    /// Removes every occurrence of `secret`, plain or encoded; a source that shows it is dropped.
    #[must_use]
    pub fn redact(mut self, secret: &str) -> Self {
        if secret.is_empty() {
            return self;
        }
        let forms = forms(secret);
        let inner = &mut *self.inner;
        let texts = [&mut inner.code, &mut inner.target, &mut inner.request_id, &mut inner.body];
        let headers = inner.headers.iter_mut().map(|(_, value)| value);
        for text in texts.into_iter().flatten().chain(headers).chain([&mut inner.message]) {
            for form in &forms {
                if text.contains(form) {
                    *text = text.replace(form, "[redacted]");
                }
            }
        }
        if let Some(body) = inner.body.as_mut().filter(|_| inner.cut) {
            forms.iter().for_each(|form| cut_off(body, form));
        }
        inner.source.take_if(|source| {
            let shown = format!("{source} {source:?}");
            forms.iter().any(|form| shown.contains(form))
        });
        let earlier = std::mem::take(&mut inner.earlier);
        inner.earlier = earlier.into_iter().map(|error| error.redact(secret)).collect();
        self
    }
}

/// Removes the beginning of a secret that lies across the end of what is kept.
fn cut_off(text: &mut String, form: &str) {
    let starts = form.char_indices().skip(1).map(|(length, _)| &form[..length]);
    let longest = starts.filter(|start| text.ends_with(start)).last();
    if let Some(start) = longest.filter(|start| start.len() >= SHORTEST) {
        text.truncate(text.len() - start.len());
        text.push_str("[redacted]");
    }
}

/// As much of a secret as any text may have by chance.
const SHORTEST: usize = 4;

/// The secret as it may stand in a text: plain, escaped for JSON, for a URL, or in base64.
fn forms(secret: &str) -> Vec<String> {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    let url: String = secret.bytes().map(escape).collect();
    let json = serde_json::to_string(secret).unwrap_or_default();
    let mut forms = vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        format!("{secret:?}").trim_matches('"').to_owned(),
        url.to_lowercase(),
        url,
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
    ];
    forms.retain(|form| !form.is_empty());
    forms.dedup();
    forms
}
