use std::time::Duration;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Figures that so many of a hundred answers are to keep; all that are said must be kept.
///
/// In JSON a number alone is that of half of them.
///
/// ```
/// use nohop_types::Cutoffs;
///
/// let cutoffs: Cutoffs = serde_json::from_str("2.5")?;
/// assert_eq!(cutoffs, Cutoffs::p50(2.5));
/// let strict = Cutoffs { p90: Some(3.0), ..Cutoffs::default() }.hard();
/// assert_eq!(serde_json::to_string(&strict)?, r#"{"p90":3.0,"firmness":"hard"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Cutoffs {
    /// What half of them keep.
    pub p50: Option<f64>,
    /// What three of four keep.
    pub p75: Option<f64>,
    /// What nine of ten keep.
    pub p90: Option<f64>,
    /// What all but one of a hundred keep.
    pub p99: Option<f64>,
    /// What becomes of those who are known not to keep them.
    pub firmness: Firmness,
}

/// What becomes of those who are known not to keep a cutoff.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Firmness {
    /// They are not asked.
    Hard,
    /// They come last.
    #[default]
    Soft,
}

impl Cutoffs {
    /// What half of the answers are to keep.
    pub fn p50(figure: f64) -> Self {
        Self { p50: Some(figure), ..Self::default() }
    }

    /// What nine of ten answers are to keep.
    pub fn p90(figure: f64) -> Self {
        Self { p90: Some(figure), ..Self::default() }
    }

    /// Leaves out who is known not to keep them.
    #[must_use]
    pub fn hard(self) -> Self {
        Self { firmness: Firmness::Hard, ..self }
    }

    /// All four, the least strict first.
    pub fn all(&self) -> [Option<f64>; 4] {
        [self.p50, self.p75, self.p90, self.p99]
    }
}

impl From<f64> for Cutoffs {
    fn from(figure: f64) -> Self {
        Self::p50(figure)
    }
}

impl From<Duration> for Cutoffs {
    fn from(time: Duration) -> Self {
        Self::p50(time.as_secs_f64())
    }
}

impl Serialize for Cutoffs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self {
            p50: Some(figure),
            p75: None,
            p90: None,
            p99: None,
            firmness: Firmness::Soft,
        } = self
        {
            return serializer.serialize_f64(*figure);
        }
        let mut map = serializer.serialize_map(None)?;
        for (name, figure) in ["p50", "p75", "p90", "p99"].into_iter().zip(self.all()) {
            if let Some(figure) = figure {
                map.serialize_entry(name, &figure)?;
            }
        }
        if self.firmness != Firmness::Soft {
            map.serialize_entry("firmness", &self.firmness)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Cutoffs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::spelled::number_or(deserializer, Self::p50, |row: Row| Self {
            p50: row.p50,
            p75: row.p75,
            p90: row.p90,
            p99: row.p99,
            firmness: row.firmness,
        })
    }
}

/// The same as an object.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Row {
    p50: Option<f64>,
    p75: Option<f64>,
    p90: Option<f64>,
    p99: Option<f64>,
    firmness: Firmness,
}
