use std::time::SystemTime;

use nohop_types::Usage;

use crate::Catalog;
use crate::bill::Bill;
use crate::card::Card;
use crate::facts::Facts;
use crate::makers::maker;
use crate::model::{Model, date, some};
use crate::pack::Section;
use crate::packed::Row;

/// One model at one provider: what it is called there, and what it costs.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) row: Row<'a>,
}

impl<'a> Offer<'a> {
    /// Who offers it.
    pub fn provider(self) -> &'a str {
        let place = self.row.u16(36);
        let row = self.catalog.block.row(Section::Providers, place.into());
        self.catalog.block.text(row.u32(0))
    }

    /// The provider's own id for the model.
    pub fn native(self) -> &'a str {
        self.text(0)
    }

    /// The model, where it is known which it is.
    pub fn model(self) -> Option<Model<'a>> {
        self.catalog.model_if(self.row.u32(4))
    }

    /// Whether who offers the model made it.
    pub fn is_its_makers(self) -> bool {
        let author = self.model().and_then(|model| model.slug().split('/').next());
        author.is_some() && author == maker(self.provider())
    }

    /// How many tokens are read and written at the most there, or anywhere.
    pub fn context(self) -> Option<u64> {
        some(self.row.u32(12)).or_else(|| self.model()?.context())
    }

    /// How many tokens an answer has at the most there, or anywhere.
    pub fn output(self) -> Option<u64> {
        some(self.row.u32(16)).or_else(|| self.model()?.output())
    }

    /// Where it is; empty where it is anywhere, or not known.
    pub fn region(self) -> &'a str {
        self.text(20)
    }

    /// How its numbers are rounded; empty where that is not known.
    pub fn quantization(self) -> &'a str {
        self.text(24)
    }

    /// What becomes of what it is told, as `forgets`, `keeps` and `trains`; empty where that is not known.
    pub fn data(self) -> &'a str {
        self.text(28)
    }

    /// From which day on it is not there any more.
    pub fn retires(self) -> Option<String> {
        date(self.row.u16(38))
    }

    /// What it charges.
    pub fn card(self) -> Card<'a> {
        let block = &self.catalog.block;
        Card { block, row: block.row(Section::Cards, self.row.u32(8)) }
    }

    /// What `usage` costs at a time; see [`Card::bill`].
    pub fn bill(self, usage: &Usage, facts: &Facts<'_>, at: SystemTime) -> Option<Bill> {
        self.card().bill(usage, facts, at)
    }

    fn text(self, at: usize) -> &'a str {
        self.catalog.block.text(self.row.u32(at))
    }
}

impl std::fmt::Debug for Offer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.native(), self.provider())
    }
}
