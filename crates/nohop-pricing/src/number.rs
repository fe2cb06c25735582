//! Decimal numbers, read and written without a float.

/// More significant digits than this are noise: a float that was printed, or a decimal that repeats.
const DIGITS: usize = 12;

/// What a decimal number came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Number {
    /// The number, in the unit that was asked for.
    pub(crate) value: u128,
    /// Whether anything was rounded away.
    pub(crate) rounded: bool,
}

/// Why a text is no number that a price may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wrong {
    /// It is none at all: no digits, or not a number.
    NotANumber,
    /// Nobody pays for being asked.
    Negative,
    /// It is past everything.
    Huge,
}

impl Wrong {
    #[cfg(feature = "load")]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotANumber => "is not a number",
            Self::Negative => "is negative",
            Self::Huge => "is past every price",
        }
    }
}

/// Reads a decimal number times ten to the `shift`, rounded once to what is significant, and to the unit.
pub(crate) fn read(text: &str, shift: i32) -> Result<Number, Wrong> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| Wrong::NotANumber)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 1_000 {
        return Err(Wrong::NotANumber);
    }

    // The number is 0.DIGITS times ten to the `point`.
    let all = whole.bytes().chain(fraction.bytes());
    let leading = all.clone().take_while(|digit| *digit == b'0').count();
    let mut value = 0_u128;
    let mut kept = 0_usize;
    let mut rounded = false;
    let mut up = false;
    for (place, digit) in all.skip(leading).enumerate() {
        let digit = u128::from(digit - b'0');
        if place < DIGITS {
            value = value * 10 + digit;
            kept += 1;
        } else {
            rounded |= digit != 0;
            up |= place == DIGITS && digit >= 5;
        }
    }
    if value == 0 {
        return Ok(Number { value: 0, rounded: false });
    }
    if negative {
        return Err(Wrong::Negative);
    }
    value += u128::from(up);
    let point = whole.len() as i64 - leading as i64;
    let mut power = point - kept as i64 + i64::from(exponent) + i64::from(shift);
    if power > 30 {
        return Err(Wrong::Huge);
    }
    if power > 0 {
        value = value.checked_mul(10_u128.pow(power as u32)).ok_or(Wrong::Huge)?;
        power = 0;
    }
    while power < 0 {
        let rest = value % 10;
        rounded |= rest != 0;
        value = value / 10 + u128::from(power == -1 && rest >= 5);
        power += 1;
        if value == 0 {
            break;
        }
    }
    Ok(Number { value, rounded })
}

/// Writes a number that counts in ten to the minus `shift`.
pub(crate) fn write(value: u128, shift: u32) -> String {
    let unit = 10_u128.pow(shift);
    let (whole, rest) = (value / unit, value % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let rest = format!("{rest:0width$}", width = shift as usize);
    format!("{whole}.{}", rest.trim_end_matches('0'))
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
