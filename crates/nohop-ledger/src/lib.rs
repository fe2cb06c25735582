//! What happened and what it may cost.
//!
//! Before an attempt is called its estimate is reserved; when it ends, however it ends, the
//! reservation is settled with an [`Entry`].
//!
//! ```
//! use std::time::Duration;
//! use nohop_ledger::{Cost, Entry, Ledger, Memory, Outcome};
//! use nohop_types::{Money, Request};
//!
//! let ledger = Memory::new().budget(Money::DOLLAR);
//! let cent = Money::from_atto(Money::DOLLAR.as_atto() / 100);
//!
//! let reservation = ledger.reserve(&Request::new("m"), "m@e", Some(cent))?;
//! let entry = Entry::new("r1", 0, "m@e", Outcome::Finished, Duration::from_secs(1));
//! ledger.settle(reservation, entry.cost(Cost::computed(cent)));
//!
//! assert_eq!(ledger.spent().to_string(), "$0.01");
//! assert_eq!(ledger.totals().by_endpoint()["e"].finished, 1);
//! # Ok::<(), nohop_types::Error>(())
//! ```
//!
//! Invariant: the request path never waits on a store.

mod entry;
mod memory;
mod reservation;
mod safe;
mod statistics;
mod totals;

use std::fmt;
use std::sync::Arc;

use nohop_types::{Money, Request, Result};

pub use entry::{Cause, Delivery, Entry};
pub use memory::Memory;
pub use nohop_types::{Cost, Outcome, Provenance};
pub use reservation::Reservation;
pub use safe::Unpriced;
pub use statistics::{Figures, Report, Statistics};
pub use totals::{Books, Totals};

/// Where entries go, and who says what may be spent.
///
/// Both functions are called on the request path: they must not block on a store, a socket or a
/// file. A store takes entries from a queue behind them.
pub trait Ledger: fmt::Debug + Send + Sync + 'static {
    /// Admits one attempt at `target`, and holds `estimate` for it.
    ///
    /// # Errors
    ///
    /// `Budget` when the money is not there; a cheaper candidate may still be admitted.
    fn reserve(
        &self,
        request: &Request,
        target: &str,
        estimate: Option<Money>,
    ) -> Result<Reservation>;

    /// Releases what was held, and writes down what happened.
    fn settle(&self, reservation: Reservation, entry: Entry);

    /// Releases what was held for an attempt that was never made; there is nothing to write down.
    fn release(&self, reservation: Reservation);
}

impl<L: Ledger + ?Sized> Ledger for Arc<L> {
    fn reserve(
        &self,
        request: &Request,
        target: &str,
        estimate: Option<Money>,
    ) -> Result<Reservation> {
        (**self).reserve(request, target, estimate)
    }

    fn settle(&self, reservation: Reservation, entry: Entry) {
        (**self).settle(reservation, entry);
    }

    fn release(&self, reservation: Reservation) {
        (**self).release(reservation);
    }
}
