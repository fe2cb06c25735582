use std::sync::Arc;

use crate::draft::Rows;
use crate::model::Model;
use crate::offer::Offer;
use crate::pack::{NONE, Section, pack};
use crate::packed::Block;
use crate::pattern;
use crate::{Error, day};

/// What each model can do, and what each offer charges.
///
/// A catalog never changes: a newer one takes its place. A clone is the same catalog, and costs nothing, so that
/// whoever works by one goes on with it while others work by the next.
///
/// ```
/// # #[cfg(feature = "catalog")] {
/// use nohop_pricing::Catalog;
///
/// let catalog = Catalog::bundled();
/// let offer = catalog.offer("openai", "gpt-4o").unwrap();
/// assert_eq!(offer.model().unwrap().slug(), "openai/gpt-4o");
/// # }
/// ```
#[derive(Clone)]
pub struct Catalog {
    pub(crate) block: Block,
}

/// What a name of a model means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Naming {
    /// It is the model's own name.
    Slug,
    /// It is another name of the model.
    Alias,
    /// It is a family, and the model its newest.
    Family,
    /// It is the model as it stood on a day that the catalog does not know by itself.
    Snapshot,
}

impl Catalog {
    /// The catalog that came with this version; nothing is read for it until something is looked up.
    #[cfg(feature = "catalog")]
    pub const fn bundled() -> Self {
        Self { block: Block::Linked(include_bytes!("../data/catalog.bin")) }
    }

    /// The packed block, as the bundled catalog is kept.
    pub fn as_bytes(&self) -> &[u8] {
        self.block.bytes()
    }

    /// Packs rows.
    pub(crate) fn of(rows: &Rows) -> Result<Self, Error> {
        let bytes = pack(rows).map_err(|what| Error::new("the catalog", what))?;
        Ok(Self { block: Block::Loaded(Arc::from(bytes)) })
    }

    /// Which catalog it is: two that differ have different versions. Entries on a ledger carry it.
    pub fn version(&self) -> String {
        let newest = self.sources().map(|(_, day)| day).max().unwrap_or_default();
        format!("{newest}.{:016x}", self.block.fingerprint())
    }

    /// Who says what it says, and when that was looked up.
    pub fn sources(&self) -> impl Iterator<Item = (&str, String)> {
        let rows = 0..self.block.count(Section::Sources);
        rows.map(|place| {
            let row = self.block.row(Section::Sources, place);
            (self.block.text(row.u32(0)), day::civil(row.u16(4)))
        })
    }

    /// The model of a name, and what kind of name it is.
    ///
    /// Known are slugs as `openai/gpt-4o`, other names of the same, families as `~openai/gpt-latest`, and days behind any of them.
    pub fn model(&self, name: &str) -> Option<(Model<'_>, Naming)> {
        let lower = lower(name);
        if let Some((place, kind)) = self.block.model_named(lower.as_bytes()) {
            let naming = match kind {
                0 => Naming::Slug,
                1 => Naming::Alias,
                _ => Naming::Family,
            };
            return Some((self.model_at(place), naming));
        }
        let (place, _) = self.block.model_named(pattern::undated(&lower)?.as_bytes())?;
        Some((self.model_at(place), Naming::Snapshot))
    }

    /// All models, by slug.
    pub fn models(&self) -> impl Iterator<Item = Model<'_>> {
        (0..self.block.count(Section::Models)).map(|place| self.model_at(place))
    }

    /// All offers, those of a model together.
    pub fn offers(&self) -> impl Iterator<Item = Offer<'_>> {
        (0..self.block.count(Section::Offers)).map(|place| self.offer_at(place))
    }

    /// The providers that have offers.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        let rows = 0..self.block.count(Section::Providers);
        rows.map(|place| self.block.text(self.block.row(Section::Providers, place).u32(0)))
    }

    /// The offer of a provider by its own id for the model.
    ///
    /// An id that nobody listed is that of an offer whose names it resembles, as the provider has them, or of one
    /// without the day behind it, or one that the provider has from another at the other's price.
    pub fn offer(&self, provider: &str, native: &str) -> Option<Offer<'_>> {
        let scope = self.block.provider(provider)?;
        let lower = lower(native);
        if let Some((place, _)) = self.block.named(lower.as_bytes(), scope) {
            return Some(self.offer_at(place));
        }
        let place =
            self.like(scope, &lower).or_else(|| self.like(scope, &pattern::dashed(&lower)?));
        let place = place.or_else(|| {
            let undated = pattern::undated(&lower)?;
            self.block.named(undated.as_bytes(), scope).map(|(place, _)| place)
        })?;
        Some(self.offer_at(place))
    }

    /// The place of the offer whose names `native` resembles, at a provider or at those that it falls back to.
    fn like(&self, scope: u16, native: &str) -> Option<u32> {
        let own = |scope: u16| {
            let exact = self.block.named(native.as_bytes(), scope).map(|(place, _)| place);
            exact.or_else(|| self.pattern(scope, native))
        };
        let row = self.block.row(Section::Providers, scope.into());
        let others = self.block.rows(Section::Lists, row.span(8, row.u16(14).into()));
        own(scope).or_else(|| others.map(|other| other.u32(0) as u16).find_map(own))
    }

    fn pattern(&self, scope: u16, native: &str) -> Option<u32> {
        let row = self.block.row(Section::Providers, scope.into());
        let mut patterns = self.block.rows(Section::Patterns, row.span(4, row.u16(12).into()));
        let found = patterns.find(|row| pattern::matches(self.block.text(row.u32(0)), native));
        found.map(|row| row.u32(4))
    }

    pub(crate) fn model_at(&self, place: u32) -> Model<'_> {
        Model { catalog: self, row: self.block.row(Section::Models, place) }
    }

    pub(crate) fn model_if(&self, place: u32) -> Option<Model<'_>> {
        (place != NONE).then(|| self.model_at(place)).filter(|model| !model.row.is_nothing())
    }

    pub(crate) fn offer_at(&self, place: u32) -> Offer<'_> {
        Offer { catalog: self, row: self.block.row(Section::Offers, place) }
    }
}

/// Knows nothing.
impl Default for Catalog {
    fn default() -> Self {
        Self { block: Block::Loaded(Arc::from([])) }
    }
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |section| self.block.count(section);
        f.debug_struct("Catalog")
            .field("version", &self.version())
            .field("models", &count(Section::Models))
            .field("offers", &count(Section::Offers))
            .finish_non_exhaustive()
    }
}

/// Names are told apart by letters, and not by how large they are.
fn lower(name: &str) -> std::borrow::Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return name.to_ascii_lowercase().into();
    }
    name.into()
}

#[cfg(test)]
mod tests;
