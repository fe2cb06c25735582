//! Recorded exchanges, one JSON line each.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use nohop_wire::Head;
use serde::Deserialize;
use serde_json::Value;

/// Where the recordings are: `NOHOP_SHARED`, or `../shared` beside the workspace.
pub fn shared() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let path = env::var_os("NOHOP_SHARED").map_or_else(beside, PathBuf::from);
    path.is_dir().then_some(path)
}

/// One recorded exchange with a provider.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Recording {
    /// What it is called.
    pub id: String,
    /// Who answered.
    pub provider: String,
    /// In which dialect.
    pub dialect: String,
    /// Whether the answer was streamed.
    #[serde(default)]
    pub stream: bool,
    /// How true to the wire it is.
    #[serde(default)]
    pub fidelity: String,
    /// What was asked.
    #[serde(default)]
    pub request: Asked,
    /// What was answered.
    pub response: Answered,
}

/// What was asked.
#[derive(Debug, Default, Deserialize)]
#[non_exhaustive]
pub struct Asked {
    /// Where.
    #[serde(default)]
    pub url: String,
    /// With which headers.
    #[serde(default)]
    pub headers: Value,
    /// The body.
    #[serde(default)]
    pub body: Value,
}

/// What was answered.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The headers.
    #[serde(default)]
    pub headers: Value,
    /// The body.
    pub body: String,
    /// How the body is kept, where it is not text.
    #[serde(default)]
    pub encoding: Option<String>,
}

impl Recording {
    /// The recordings in the file at `path`.
    ///
    /// # Errors
    ///
    /// When the file can not be read, or a line of it is no recording.
    pub fn load(path: &Path) -> io::Result<Vec<Self>> {
        let text = fs::read_to_string(path)?;
        let read = |(number, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|error| {
                let place = format!("{}:{}: {error}", path.display(), number + 1);
                io::Error::new(io::ErrorKind::InvalidData, place)
            })
        };
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(read).collect()
    }

    /// What preceded the answer's body.
    pub fn head(&self) -> Head {
        let status = StatusCode::from_u16(self.response.status).unwrap_or(StatusCode::OK);
        Head::new(status, headers(&self.response.headers))
    }

    /// The answer's body, as it was sent.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        let text = &self.response.body;
        match self.response.encoding.as_deref() {
            Some("base64") => STANDARD.decode(text).map_or(text.as_bytes().into(), Cow::Owned),
            _ => text.as_bytes().into(),
        }
    }

    /// The request's headers.
    pub fn request_headers(&self) -> HeaderMap {
        headers(&self.request.headers)
    }

    /// The request's path.
    pub fn path(&self) -> &str {
        let rest = self.request.url.split_once("://").map_or("", |(_, rest)| rest);
        rest.find('/').map_or("/", |start| &rest[start..])
    }
}

fn headers(value: &Value) -> HeaderMap {
    let pairs = value.as_object().into_iter().flatten();
    let read = pairs.filter_map(|(name, value)| {
        let value = value.as_str().or_else(|| value.get(0)?.as_str())?;
        Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?))
    });
    read.collect()
}
