//! Several names for one request: its own, and those to fall back to.

use std::sync::Arc;

use nohop_policy::Board;
use nohop_types::{Preferences, Result};

use super::{Names, wrong};
use crate::route::Resolved;

/// How many names one request may have.
const MOST_NAMES: usize = 32;

impl Names {
    /// What `name` means, with what else the request names behind it.
    ///
    /// # Errors
    ///
    /// As [`resolve`](Self::resolve), for any of the names: who misspells the last would find it out in an outage.
    pub(crate) fn resolve_all(
        &self,
        name: &str,
        preferences: Option<&Preferences>,
        board: &Board,
    ) -> Result<Arc<Resolved>> {
        let others = preferences.map_or(&[][..], |preferences| &preferences.models);
        if others.is_empty() {
            return self.resolve(name, board);
        }
        if others.len() >= MOST_NAMES {
            let (names, most) = (others.len() + 1, MOST_NAMES);
            return Err(wrong(format!(
                "the request has {names} names; ask for {most} at most, or name them in a route"
            )));
        }
        let meaning = self.meaning.load();
        // No name has an end of a line within it that is found.
        let key = [name].into_iter().chain(others.iter().map(String::as_str));
        let key = key.collect::<Vec<_>>().join("\n");
        if let Some(known) = meaning.remembered().get(&key) {
            return Ok(known.clone());
        }
        let first = self.resolve(name, board)?;
        let others = others.iter().map(|other| self.resolve(other, board));
        let others = others.collect::<Result<Vec<_>>>()?;
        let rest: Vec<&str> = others.iter().map(|other| &*other.what).collect();
        let what = format!("{}, then {}", first.what, rest.join(", then "));
        let mut resolved = first.narrowed(what, first.sort, |_| true);
        for (fallback, other) in (1..).zip(&others) {
            resolved.extend(other, fallback);
        }
        let resolved = Arc::new(resolved);
        meaning.remember(key, &resolved);
        Ok(resolved)
    }
}
