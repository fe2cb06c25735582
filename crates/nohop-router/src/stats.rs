use nohop_ledger::{Report, Statistics};

use crate::clock::date;

/// How attempts went, in all and lately; made by [`Router::stats`](crate::Router::stats).
///
/// They are counted whatever the ledger is, and may be read while requests are served.
///
/// ```
/// # fn check(router: nohop_router::Router) {
/// let lately = router.stats().last(1);
/// for (target, figures) in lately.by_target() {
///     let (p50, p99) = (figures.first_content(500), figures.first_content(990));
///     println!("{target}: {} attempts, {p50:?} and {p99:?} to the first content", figures.totals.attempts);
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Stats<'a> {
    statistics: &'a Statistics,
}

impl<'a> Stats<'a> {
    pub(crate) fn new(statistics: &'a Statistics) -> Self {
        Self { statistics }
    }

    /// Everything since the router was built.
    pub fn all(&self) -> Report {
        self.statistics.all()
    }

    /// This minute, so far as it has come, and so many before it: at most
    /// [`Statistics::MINUTES`].
    pub fn last(&self, minutes: u32) -> Report {
        self.statistics.last(date(), minutes)
    }
}
