use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount of US dollars, exact to the attodollar (10⁻¹⁸).
///
/// The unit is small enough that every published price per token fits without rounding. Sums and
/// differences saturate: a wrong price must not bring the process down.
///
/// ```
/// use nohop_types::Money;
///
/// let price: Money = "0.00000015".parse()?;
/// assert_eq!((price * 1_000_000).to_string(), "$0.15");
/// # Ok::<(), nohop_types::NotMoney>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Money(u128);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// One dollar.
    pub const DOLLAR: Self = Self(10_u128.pow(Self::DIGITS));

    const DIGITS: u32 = 18;

    /// An amount of attodollars.
    pub const fn from_atto(atto: u128) -> Self {
        Self(atto)
    }

    /// The price of one token, given the cents a million tokens cost.
    pub const fn cents_per_million(cents: u64) -> Self {
        Self(cents as u128 * 10_000_000_000)
    }

    /// The amount in attodollars.
    pub const fn as_atto(self) -> u128 {
        self.0
    }

    /// The amount in dollars as a decimal number without a sign, exact.
    fn decimal(self) -> String {
        let (dollars, rest) = (self.0 / Self::DOLLAR.0, self.0 % Self::DOLLAR.0);
        let rest = format!("{rest:018}");
        format!("{dollars}.{:0<2}", rest.trim_end_matches('0'))
    }
}

impl FromStr for Money {
    type Err = NotMoney;

    /// Reads a decimal number of dollars, with or without an exponent; what is finer than an
    /// attodollar is cut off.
    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent: i32 = exponent.parse().map_err(|_| NotMoney)?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(NotMoney);
        }
        let mut atto = 0_u128;
        let mut shift = i64::from(exponent) + i64::from(Self::DIGITS) - fraction.len() as i64;
        let digits = [whole, fraction].concat();
        // Digits that fall below the unit are read, so that they are checked, and dropped.
        for (place, digit) in digits.bytes().enumerate() {
            let digit = digit.is_ascii_digit().then(|| digit - b'0').ok_or(NotMoney)?;
            if (digits.len() - place) as i64 + shift > 0 {
                atto = atto.checked_mul(10).ok_or(NotMoney)?;
                atto = atto.checked_add(digit.into()).ok_or(NotMoney)?;
            }
        }
        while shift > 0 && atto > 0 {
            atto = atto.checked_mul(10).ok_or(NotMoney)?;
            shift -= 1;
        }
        Ok(Self(atto))
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<u64> for Money {
    type Output = Self;

    fn mul(self, count: u64) -> Self {
        // Most prices fit into half of the bits, and then nothing overflows.
        match u64::try_from(self.0) {
            Ok(price) => Self(u128::from(price) * u128::from(count)),
            Err(_) => Self(self.0.saturating_mul(count.into())),
        }
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", self.decimal())
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.decimal())
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// The text is no amount of money.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct NotMoney;

impl fmt::Display for NotMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not an amount of dollars: write a decimal number that is not negative, as 0.25",
        )
    }
}

impl std::error::Error for NotMoney {}

#[cfg(test)]
mod tests;
