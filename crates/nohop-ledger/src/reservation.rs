use nohop_types::Money;

/// Money held for one attempt; whoever gets one settles it, once.
///
/// There is no second one for the same money: it is not cloned, and settling consumes it.
#[derive(Debug)]
#[must_use = "a reservation that is not settled holds its money for ever"]
pub struct Reservation {
    held: Money,
}

impl Reservation {
    /// A reservation of `held`; for implementations of [`Ledger`](crate::Ledger).
    pub fn new(held: Money) -> Self {
        Self { held }
    }

    /// How much is held.
    pub fn held(&self) -> Money {
        self.held
    }
}
