use std::fmt;
use std::marker::PhantomData;

use nohop_types::Result;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::said;

/// The items of the list that `raw` is, of which there may be `most`: a longer list is given up where
/// it becomes too long, so that small items can not grow into much memory.
pub(crate) fn at_most<'a, T: Deserialize<'a>>(raw: &'a RawValue, most: usize) -> Result<Vec<T>> {
    items(raw, Items { most, room: 0, of: PhantomData })
}

/// The numbers of the list that `raw` is, with room for exactly as many.
pub(super) fn numbers(raw: &RawValue) -> Result<Vec<f32>> {
    let commas = raw.get().bytes().filter(|byte| *byte == b',').count();
    let room = if commas > 0 { commas + 1 } else { 0 };
    items(raw, Items { most: usize::MAX, room, of: PhantomData })
}

fn items<'a, T: Deserialize<'a>>(raw: &'a RawValue, items: Items<T>) -> Result<Vec<T>> {
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    items.deserialize(&mut deserializer).map_err(|error| said(&error))
}

struct Items<T> {
    most: usize,
    room: usize,
    of: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Items<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::with_capacity(self.room);
        while let Some(item) = seq.next_element()? {
            if items.len() == self.most {
                return Err(A::Error::custom(format_args!("more than {} items", self.most)));
            }
            items.push(item);
        }
        Ok(items)
    }
}
