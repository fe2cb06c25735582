use std::fmt;

/// Why a catalog was refused. Nothing of it was taken over.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Error {
    /// Which row of it is at fault.
    pub row: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Error {
    pub(crate) fn new(row: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { row: row.into(), reason: reason.into() }
    }

    /// Names the field of the row.
    #[cfg(feature = "load")]
    pub(crate) fn field(mut self, field: &str) -> Self {
        self.row = format!("{}/{field}", self.row);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}; the catalog is refused", self.row, self.reason)
    }
}

impl std::error::Error for Error {}
