use std::borrow::Cow;
use std::fmt;

/// Something of a request that a target could not express, or that was translated.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Loss {
    /// Where in the request it stood.
    pub field: Cow<'static, str>,
    /// What became of it.
    pub change: Change,
    /// Why.
    pub why: Cow<'static, str>,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = match self.change {
            Change::Clamped => "clamped",
            Change::Dropped => "dropped",
            Change::Translated => "translated",
        };
        write!(f, "{}: {change}: {}", self.field, self.why)
    }
}

/// What became of something that could not be said as it stood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// The nearest allowed value was said.
    Clamped,
    /// Nothing was said.
    Dropped,
    /// It was said in other words.
    Translated,
}

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

    pub(crate) fn into_vec(self) -> Vec<Loss> {
        self.0
    }

    /// The same loss is told once, however often it happened.
    fn push(&mut self, field: Cow<'static, str>, change: Change, why: Cow<'static, str>) {
        let loss = Loss { field, change, why };
        if !self.0.contains(&loss) {
            self.0.push(loss);
        }
    }
}
