//! How much a schema is.

use nohop_types::{ErrorKind, Result};
use serde_json::value::RawValue;

use super::Most;
use super::fit::Fit;

/// What was counted of a schema so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    /// How many objects the walk is within.
    pub(super) depth: usize,
    fields: usize,
    values: usize,
    bytes: usize,
}

impl Most {
    /// Any number of anything.
    pub const ANY: Self =
        Self { depth: usize::MAX, fields: usize::MAX, values: usize::MAX, bytes: usize::MAX };
}

impl Fit<'_, '_> {
    /// Counts the values of an `enum`, or a constant.
    pub(super) fn values(&mut self, values: &[&RawValue]) -> Result<()> {
        self.counts(0, values.len(), values.iter().map(|value| value.get().len()).sum())
    }

    /// Counts `fields` and `values` whose names and texts are `bytes` long.
    pub(super) fn counts(&mut self, fields: usize, values: usize, bytes: usize) -> Result<()> {
        let most = self.subset.most;
        let counted = &mut self.counted;
        counted.fields += fields;
        counted.values += values;
        counted.bytes += bytes;
        let counted = *counted;
        let over = [
            (counted.depth, most.depth, "objects within each other"),
            (counted.fields, most.fields, "fields"),
            (counted.values, most.values, "values of `enum`"),
            (counted.bytes, most.bytes, "bytes of names and values"),
        ];
        match over.into_iter().find(|(count, most, _)| count > most) {
            Some((_, most, what)) => {
                let why = format!("the target takes {most} {what}, and here are more; say less");
                Err(self.refused(ErrorKind::Unsupported, why))
            }
            None => Ok(()),
        }
    }
}
