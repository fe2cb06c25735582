use nohop_types::Result;
use serde::de::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::parse;

/// A field that is what it should be or anything else, of which not everybody wants to know.
///
/// Read as it stands, it is passed over and then read a second time. An eager row reads it at once:
/// whoever may not fail over it reads the row again if that fails, and not eagerly.
#[derive(Debug)]
pub(crate) enum Told<'a, T, const EAGER: bool> {
    Raw(&'a RawValue),
    /// Boxed, since the rows that hold it are moved about.
    Read(Box<T>),
}

impl<'a, T: Deserialize<'a>, const EAGER: bool> Told<'a, T, EAGER> {
    /// What it is, if it is that.
    pub(crate) fn read(self) -> Result<Box<T>> {
        match self {
            Self::Raw(raw) => parse(raw.get()).map(Box::new),
            Self::Read(read) => Ok(read),
        }
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>, const EAGER: bool> Deserialize<'de> for Told<'a, T, EAGER> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match EAGER {
            true => Box::deserialize(deserializer).map(Self::Read),
            false => <&RawValue>::deserialize(deserializer).map(Self::Raw),
        }
    }
}
