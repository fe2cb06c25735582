use serde::{Deserialize, Serialize};

use crate::Money;

/// What an attempt cost, and who says so.
///
/// An attempt whose price is not known has no cost, which is not the same as a cost of zero.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Cost {
    /// How much.
    pub amount: Money,
    /// Who says so.
    pub provenance: Provenance,
}

impl Cost {
    /// The provider stated the `amount`.
    pub fn provider(amount: Money) -> Self {
        Self { amount, provenance: Provenance::Provider }
    }

    /// The `amount` follows from the provider's counts and a price.
    pub fn computed(amount: Money) -> Self {
        Self { amount, provenance: Provenance::Computed }
    }

    /// The `amount` follows from our own counts and a price.
    pub fn estimated(amount: Money) -> Self {
        Self { amount, provenance: Provenance::Estimated }
    }

    /// The `amount` follows from the provider's counts and a price that does not cover all of them.
    pub fn partly(amount: Money) -> Self {
        Self { amount, provenance: Provenance::Partly }
    }
}

/// Who says what something cost.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The provider's counts and a price.
    Computed,
    /// Our own counts and a price.
    Estimated,
    /// The provider's counts and a price that does not cover all of them: it costs at least that.
    Partly,
    /// The provider.
    Provider,
}
