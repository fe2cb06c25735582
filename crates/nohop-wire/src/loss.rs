use std::borrow::Cow;

use nohop_types::{Change, Loss};

/// The losses of one request, as they are noticed.
#[derive(Debug, Default)]
pub(crate) struct Losses(Vec<Loss>);

impl Losses {
    pub(crate) fn dropped(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        why: impl Into<Cow<'static, str>>,
    ) {
        self.push(field.into(), Change::Dropped, why.into());
    }

    pub(crate) fn translated(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        why: impl Into<Cow<'static, str>>,
    ) {
        self.push(field.into(), Change::Translated, why.into());
    }

    pub(crate) fn clamped(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        why: impl Into<Cow<'static, str>>,
    ) {
        self.push(field.into(), Change::Clamped, why.into());
    }

    /// Notes a loss that is not among the others yet.
    pub(crate) fn note(&mut self, field: String, change: Change, why: Cow<'static, str>) {
        self.0.push(Loss::new(field, change, why));
    }

    /// Drops those of `fields` that the caller said, for which the dialect has no word.
    pub(crate) fn unheard(&mut self, fields: &[(&'static str, bool)]) {
        for (field, _) in fields.iter().filter(|(_, said)| *said) {
            self.dropped(*field, "the dialect has no word for it");
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Loss> {
        self.0
    }

    /// The same loss is told once, however often it happened.
    fn push(&mut self, field: Cow<'static, str>, change: Change, why: Cow<'static, str>) {
        let loss = Loss::new(field, change, why);
        if !self.0.contains(&loss) {
            self.0.push(loss);
        }
    }
}
