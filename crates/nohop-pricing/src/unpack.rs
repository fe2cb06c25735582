//! A packed catalog as rows again, so that it can be changed.

use crate::draft::{
    AllowanceRow, CardRow, FactorRow, ModelRow, OfferRow, ProviderRow, RateRow, Rows as Table,
    ScoreRow, SourceRow,
};
use crate::pack::{MODELS, PROVIDERS, Section};
use crate::packed::Row;
use crate::{Card, Catalog, Model, Offer, Rows};

impl Catalog {
    /// The rows of the catalog, to change them and pack them again.
    pub fn rows(&self) -> Rows {
        let mut rows = Table { sources: self.source_rows(), ..Table::default() };
        for place in 0..self.block.count(Section::Providers) {
            let row = self.block.row(Section::Providers, place);
            rows.providers.insert(self.block.text(row.u32(0)).to_owned(), self.provider_row(row));
        }
        for model in self.models() {
            rows.models.insert(model.slug().to_owned(), model_row(model));
        }
        for offer in self.offers() {
            rows.offers
                .insert((offer.provider().to_owned(), offer.native().to_owned()), offer_row(offer));
        }
        self.aliases(&mut rows);
        Rows { rows }
    }

    fn source_rows(&self) -> Vec<SourceRow> {
        let rows = 0..self.block.count(Section::Sources);
        let read = |row: Row<'_>| SourceRow {
            letter: char::from_u32(row.u16(6).into()).unwrap_or('?'),
            name: self.block.text(row.u32(0)).to_owned(),
            day: row.u16(4),
        };
        rows.map(|place| read(self.block.row(Section::Sources, place))).collect()
    }

    fn provider_row(&self, row: Row<'_>) -> ProviderRow {
        let others = self.block.rows(Section::Lists, row.span(8, row.u16(14).into()));
        let name = |place: u32| {
            self.block.text(self.block.row(Section::Providers, place).u32(0)).to_owned()
        };
        let patterns = self.block.rows(Section::Patterns, row.span(4, row.u16(12).into()));
        let pattern = |row: Row<'_>| {
            (self.block.text(row.u32(0)).to_owned(), self.offer_at(row.u32(4)).native().to_owned())
        };
        ProviderRow {
            fallbacks: others.map(|row| name(row.u32(0))).collect(),
            patterns: patterns.map(pattern).collect(),
        }
    }

    /// Gives models and offers their other names back.
    fn aliases(&self, rows: &mut Table) {
        for place in 0..self.block.count(Section::Names) {
            let row = self.block.row(Section::Names, place);
            let (name, scope, target) = (self.block.text(row.u32(0)), row.u16(4), row.u32(8));
            if row.u8(6) != 1 || scope == PROVIDERS {
                continue;
            }
            let also = if scope == MODELS {
                rows.models.get_mut(self.model_at(target).slug()).map(|row| &mut row.also)
            } else {
                let offer = self.offer_at(target);
                let key = (offer.provider().to_owned(), offer.native().to_owned());
                rows.offers.get_mut(&key).map(|row| &mut row.also)
            };
            also.into_iter().for_each(|also| also.push(name.to_owned()));
        }
    }
}

fn model_row(model: Model<'_>) -> ModelRow {
    let row = model.row;
    let day = |at| Some(row.u16(at)).filter(|day| *day > 0);
    let (least, most) = (row.u32(36), row.u32(40));
    ModelRow {
        name: model.name().to_owned(),
        also: Vec::new(),
        family: model.family().to_owned(),
        context: row.u32(20),
        output: row.u32(24),
        reads: row.u8(62),
        writes: row.u8(63),
        can: row.u32(28),
        cannot: row.u32(32),
        efforts: row.u8(64),
        budget: (least + most > 0).then_some((least, most)),
        tokenizer: model.tokenizer().to_owned(),
        cutoff: day(56),
        released: day(58),
        retires: day(60),
        successor: model.successor().map_or("", Model::slug).to_owned(),
        scores: model
            .scores()
            .map(|(name, milli, day)| ScoreRow {
                name: name.to_owned(),
                milli: milli as u32,
                day: crate::day::parse(&day).unwrap_or_default(),
            })
            .collect(),
    }
}

fn offer_row(offer: Offer<'_>) -> OfferRow {
    OfferRow {
        model: offer.model().map_or("", Model::slug).to_owned(),
        context: offer.row.u32(12),
        output: offer.row.u32(16),
        retires: Some(offer.row.u16(38)).filter(|day| *day > 0),
        region: offer.region().to_owned(),
        quantization: offer.quantization().to_owned(),
        data: offer.data().to_owned(),
        card: card_row(offer.card()),
        ..OfferRow::default()
    }
}

pub(crate) fn card_row(card: Card<'_>) -> CardRow {
    let rates = |charges: &mut dyn Iterator<Item = crate::Charge<'_>>| -> Vec<RateRow> {
        let row = |charge: crate::Charge<'_>| {
            let price = charge.price().as_atto();
            let when = charge.when().to_when();
            Some(RateRow { when, meter: charge.meter()?, price, sources: charge.row.u8(1) })
        };
        charges.filter_map(row).collect()
    };
    let span = card.row.span(8, card.row.u8(6).into());
    let factors = card.block.rows(Section::Factors, span).map(|row| FactorRow {
        when: crate::card::Condition::of(card.block, row.u16(0)).to_when(),
        milli: row.u32(4),
        sources: row.u8(2),
    });
    let span = crate::packed::Span { first: card.row.u16(12).into(), len: card.row.u8(7).into() };
    let allowances = card.block.rows(Section::Allowances, span).filter_map(|row| {
        Some(AllowanceRow {
            meter: crate::Meter::from_code(row.u8(0))?,
            count: row.u32(4),
            monthly: row.u8(2) == 1,
            group: card.block.text(row.u32(8)).to_owned(),
            sources: row.u8(1),
        })
    });
    CardRow {
        rates: rates(&mut card.charges()),
        disputed: rates(&mut card.disputed()),
        factors: factors.collect(),
        allowances: allowances.collect(),
    }
}

#[cfg(test)]
mod tests;
