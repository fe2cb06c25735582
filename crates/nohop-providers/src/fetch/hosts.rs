//! The hosts that may be asked.

use reqwest::Url;

/// A host, or all below one.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    Below(String),
    Exactly(String),
    /// What names no host.
    Wrong(String),
}

impl Pattern {
    pub(super) fn read(text: &str) -> Self {
        let (below, name) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        match spelled(name) {
            Some(name)
                if below && name.parse::<std::net::Ipv4Addr>().is_err() && !name.contains(':') =>
            {
                Self::Below(format!(".{name}"))
            }
            Some(name) if !below => Self::Exactly(name),
            _ => Self::Wrong(text.to_owned()),
        }
    }

    /// The text that names no host.
    pub(super) fn wrong(&self) -> Option<&str> {
        match self {
            Self::Wrong(text) => Some(text),
            _ => None,
        }
    }

    /// Whether a host is meant, as a URL spells it.
    pub(super) fn matches(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        match self {
            Self::Below(end) => host.len() > end.len() && host.ends_with(&**end),
            Self::Exactly(name) => host == name,
            Self::Wrong(_) => false,
        }
    }
}

/// The name of a host as a URL spells it.
fn spelled(name: &str) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || ".-_:[]".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let url = Url::parse(&format!("https://{name}/")).ok()?;
    let host = url.host_str().filter(|_| url.port().is_none())?;
    let host = host.strip_suffix('.').unwrap_or(host);
    (!host.is_empty()).then(|| host.to_owned())
}
