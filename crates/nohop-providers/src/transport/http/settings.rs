use std::fmt;
use std::time::Duration;

/// Whom to believe about who a server is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Roots {
    /// Mozilla's list, as it was when this was built: the same everywhere, and cheap. The authorities of
    /// the file that `SSL_CERT_FILE` names are trusted besides.
    #[default]
    Bundled,
    /// What the machine believes, as its own browsers do. Reading it costs milliseconds at the first call.
    System,
}

/// The versions of HTTP to speak.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Versions {
    /// HTTP/2 where a server offers it in TLS, HTTP/1.1 elsewhere.
    #[default]
    Offered,
    /// HTTP/1.1.
    One,
    /// HTTP/2, without asking: without TLS, too.
    Two,
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) connect: Duration,
    pub(super) idle_plain: Duration,
    pub(super) idle_secure: Duration,
    pub(super) roots: Roots,
    pub(super) streams: u32,
    pub(super) trusted: Vec<Vec<u8>>,
    pub(super) versions: Versions,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            // Small servers (llama.cpp, uvicorn, Node) close after five seconds, and are near.
            idle_plain: Duration::from_secs(4),
            // Load balancers close after sixty seconds and more, and TLS is dear to begin again.
            idle_secure: Duration::from_secs(55),
            roots: Roots::default(),
            streams: 1,
            trusted: Vec::new(),
            versions: Versions::default(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("connect", &self.connect)
            .field("roots", &self.roots)
            .field("streams", &self.streams)
            .field("versions", &self.versions)
            .finish_non_exhaustive()
    }
}
