use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use nohop_policy::{Board, Health, Saved};
use nohop_types::{Error, ErrorKind, Result};

use crate::clock::{date, now};

/// How every target is doing, as policies see it; made by [`Router::health`](crate::Router::health).
///
/// ```
/// # fn check(router: nohop_router::Router) -> nohop_types::Result<()> {
/// for (target, health) in router.health().targets() {
///     println!("{target}: {:?} to the first content, {} of a thousand fail", health.latency, health.failures);
/// }
/// // Before the end, and after the next beginning:
/// let saved = router.health().save();
/// router.health().load(&saved)?;
/// # Ok(())
/// # }
/// ```
pub struct Gauges<'a> {
    board: &'a Board,
}

impl<'a> Gauges<'a> {
    pub(crate) fn new(board: &'a Board) -> Self {
        Self { board }
    }

    /// How each target is doing now, whatever the key.
    pub fn targets(&self) -> BTreeMap<Arc<str>, Health> {
        self.board.all(now())
    }

    /// What was measured, as JSON for [`load`](Self::load).
    pub fn save(&self) -> String {
        // Nothing in it can fail to be written: every key is a string.
        serde_json::to_string(&self.board.save(now(), date())).unwrap_or_default()
    }

    /// Takes over what was saved, by this router or another, so that the first request is not blind.
    ///
    /// It counts for a few measurements, for fewer as it ages, and for nothing after two days.
    ///
    /// # Errors
    ///
    /// `Config` when it is nothing that [`save`](Self::save) wrote.
    pub fn load(&self, saved: &str) -> Result<()> {
        let wrong = |error| {
            let message = "the saved health can not be read; save it anew, or go on without it";
            Error::new(ErrorKind::Config, message).with_source(error)
        };
        let saved: Saved = serde_json::from_str(saved).map_err(wrong)?;
        self.board.load(now(), date(), &saved);
        Ok(())
    }
}

impl fmt::Debug for Gauges<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.targets()).finish()
    }
}
