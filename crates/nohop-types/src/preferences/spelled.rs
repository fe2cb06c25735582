//! How preferences may be spelled: OpenRouter's own pages spell some in two ways.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Partition, Sort, SortBy};

/// A list, of which `null` is the empty one.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A number, or the object that says more.
pub(super) fn number_or<'de, D, R, T>(
    deserializer: D,
    number: fn(f64) -> T,
    object: fn(R) -> T,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    R: Deserialize<'de>,
{
    deserializer.deserialize_any(NumberOr { number, object })
}

struct NumberOr<R, T> {
    number: fn(f64) -> T,
    object: fn(R) -> T,
}

impl<'de, R: Deserialize<'de>, T> Visitor<'de> for NumberOr<R, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or an object of p50, p75, p90 and p99")
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        Ok((self.number)(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        Ok((self.number)(number as f64))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        Ok((self.number)(number as f64))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        R::deserialize(MapAccessDeserializer::new(map)).map(self.object)
    }
}

/// Dollars as a number or a text; they are written as texts, which lose nothing.
pub(super) mod dollars {
    use super::*;
    use crate::Money;

    #[allow(clippy::ref_option, reason = "serde gives a reference")]
    pub(in super::super) fn serialize<S: Serializer>(
        money: &Option<Money>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        money.serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Money>, D::Error> {
        Ok(Option::<Dollars>::deserialize(deserializer)?.map(|Dollars(money)| money))
    }

    struct Dollars(Money);

    impl<'de> Deserialize<'de> for Dollars {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(Spelled)
        }
    }

    struct Spelled;

    impl Visitor<'_> for Spelled {
        type Value = Dollars;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("dollars, as a number or a text")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Dollars, E> {
            text.parse().map(Dollars).map_err(E::custom)
        }

        // The shortest text of a number is what was written, and is read exactly.
        fn visit_f64<E: de::Error>(self, number: f64) -> Result<Dollars, E> {
            self.visit_str(&number.to_string())
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Dollars, E> {
            self.visit_str(&number.to_string())
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Dollars, E> {
            self.visit_str(&number.to_string())
        }
    }
}

/// A time as a number of seconds.
pub(super) mod seconds {
    use std::time::Duration;

    use super::*;

    #[allow(clippy::ref_option, reason = "serde gives a reference")]
    pub(in super::super) fn serialize<S: Serializer>(
        time: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(|time| time.as_secs_f64()).serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let Some(seconds) = Option::<f64>::deserialize(deserializer)? else { return Ok(None) };
        let wrong =
            |_| de::Error::custom(format!("{seconds} seconds are no time; say a positive number"));
        Duration::try_from_secs_f64(seconds).map(Some).map_err(wrong)
    }
}

impl Serialize for Sort {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.partition {
            Partition::Model => self.by.serialize(serializer),
            partition => Row { by: self.by, partition: Some(partition) }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Sort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Sorted)
    }
}

/// The same as an object.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Row {
    by: SortBy,
    #[serde(default)]
    partition: Option<Partition>,
}

struct Sorted;

impl<'de> Visitor<'de> for Sorted {
    type Value = Sort;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("price, throughput, latency or exacto, or an object of `by` and `partition`")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Sort, E> {
        SortBy::deserialize(StrDeserializer::new(word)).map(Sort::from)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Sort, A::Error> {
        let Row { by, partition } = Row::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Sort { by, partition: partition.unwrap_or_default() })
    }
}
