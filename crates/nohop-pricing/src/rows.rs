use crate::draft;
use crate::{Catalog, Error, text};

/// A catalog that is being made: rows that are read, loaded, merged and changed, and packed in the end.
///
/// ```
/// use nohop_pricing::Rows;
///
/// let text = "source m 2026-11-12 my contract
/// provider acme
/// offer big-1
///  rate m input 0.5 output 2";
/// let catalog = Rows::read(text)?.pack()?;
/// assert!(catalog.offer("acme", "big-1").is_some());
/// # Ok::<(), nohop_pricing::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub(crate) rows: draft::Rows,
}

impl Rows {
    /// Reads rows as the files of this crate hold them.
    ///
    /// # Errors
    ///
    /// The first line that says nothing.
    pub fn read(text: &str) -> Result<Self, Error> {
        let mut rows = draft::Rows::default();
        text::read(text, &mut rows).map_err(|line| Error::new(line, "says nothing known"))?;
        Ok(Self { rows })
    }

    /// Packs the rows into a catalog.
    ///
    /// # Errors
    ///
    /// What does not fit.
    pub fn pack(&self) -> Result<Catalog, Error> {
        Catalog::of(&self.rows)
    }

    /// Who says what the rows say, as text.
    pub fn sources_text(&self) -> String {
        text::write_sources(&self.rows)
    }

    /// The models, as text.
    pub fn models_text(&self) -> String {
        text::write_models(&self.rows)
    }

    /// Each provider with its offers, as text.
    pub fn providers_text(&self) -> impl Iterator<Item = (&str, String)> {
        self.rows.providers.keys().map(|id| (id.as_str(), text::write_provider(&self.rows, id)))
    }

    /// All of it as one text, which [`Rows::read`] reads.
    pub fn text(&self) -> String {
        let offers: String = self.providers_text().map(|(_, text)| text).collect();
        self.sources_text() + &self.models_text() + &offers
    }

    /// How many offers there are.
    pub fn offers(&self) -> usize {
        self.rows.offers.len()
    }
}
