use std::fmt;
use std::process::{self, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use nohop_types::{Error, ErrorKind, Result, Secret};

use super::{Credentials, Issued, Refreshed};

/// The key that a command prints, such as that of a password manager.
///
/// It is run by the shell, once at first use and again when what it printed has lived its time or was
/// refused. What it writes to its standard error is not kept, since nobody knows what stands there.
pub struct Command {
    line: Arc<str>,
    lifetime: Duration,
    refreshed: Refreshed,
}

impl Command {
    /// The key that `line` prints, believed for a quarter of an hour.
    pub fn new(line: impl Into<Arc<str>>) -> Self {
        Self::kept(line.into(), Duration::from_secs(15 * 60))
    }

    /// Sets how long a key is kept.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self::kept(self.line, lifetime)
    }

    fn kept(line: Arc<str>, lifetime: Duration) -> Self {
        let run = Arc::clone(&line);
        let refreshed = Refreshed::new(move || {
            let line = Arc::clone(&run);
            async move { Ok(Issued::new(ask(line).await?, lifetime)) }
        });
        Self { line, lifetime, refreshed: refreshed.ahead(lifetime / 10) }
    }
}

#[async_trait]
impl Credentials for Command {
    async fn secret(&self) -> Result<Secret> {
        self.refreshed.secret().await
    }

    fn refused(&self, secret: &Secret) {
        self.refreshed.refused(secret);
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

/// Runs a command where it keeps nobody waiting.
pub(super) async fn ask(line: Arc<str>) -> Result<Secret> {
    let failed = |why: String| {
        let message = format!("the command that prints the key {why}; run it by hand to see why");
        Error::new(ErrorKind::Auth, message)
    };
    let run = move || {
        let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        process::Command::new(shell)
            .args([flag, &line])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
    };
    let output = tokio::task::spawn_blocking(run)
        .await
        .map_err(|_| failed("did not finish".into()))?
        .map_err(|error| failed(format!("did not start: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("failed with {}", output.status)));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| failed("printed no text".into()))?;
    match text.trim() {
        "" => Err(failed("printed nothing".into())),
        key => Ok(Secret::new(key)),
    }
}
