use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list that is made when somebody first looks at it; read it as a slice.
///
/// Most traces are never looked at, and what they show of candidates costs more than the rest of them. A
/// copy that was not looked at is made when somebody looks at that.
///
/// ```
/// use nohop_types::{Lazy, Stage};
///
/// let stages = Lazy::from(vec![Stage::new("available", 2)]);
/// assert_eq!(stages[0].kept, 2);
/// ```
pub struct Lazy<T> {
    made: OnceLock<Vec<T>>,
    /// `None` makes nothing.
    maker: Option<Arc<dyn Maker<T>>>,
}

/// Makes a [`Lazy`] list; asked once at the most.
pub trait Maker<T>: Send + Sync {
    /// The list, which is the same whenever it is made.
    fn make(&self) -> Vec<T>;
}

impl<T> Lazy<T> {
    /// The list that `maker` makes.
    pub fn new(maker: Arc<dyn Maker<T>>) -> Self {
        Self { made: OnceLock::new(), maker: Some(maker) }
    }

    /// The list, which others may change.
    pub fn into_vec(self) -> Vec<T> {
        let Self { made, maker } = self;
        made.into_inner().unwrap_or_else(|| make(maker.as_deref()))
    }
}

fn make<T>(maker: Option<&dyn Maker<T>>) -> Vec<T> {
    maker.map(Maker::make).unwrap_or_default()
}

impl<T> Deref for Lazy<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.made.get_or_init(|| make(self.maker.as_deref()))
    }
}

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Self { made: OnceLock::new(), maker: None }
    }
}

impl<T: Clone> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self { made: self.made.clone(), maker: self.maker.clone() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Lazy<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T> From<Vec<T>> for Lazy<T> {
    fn from(list: Vec<T>) -> Self {
        Self { made: list.into(), maker: None }
    }
}

impl<'a, T> IntoIterator for &'a Lazy<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Serialize> Serialize for Lazy<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lazy<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests;
