use crate::Catalog;
use crate::day::{Day, civil};
use crate::draft::{ABILITIES, EFFORTS, bit};
use crate::meter::Form;
use crate::offer::Offer;
use crate::pack::Section;
use crate::packed::Row;

/// One model: what it is called, and what it can do.
#[derive(Clone, Copy)]
pub struct Model<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) row: Row<'a>,
}

impl<'a> Model<'a> {
    /// Its name, `author/slug`.
    pub fn slug(self) -> &'a str {
        self.text(0)
    }

    /// Its name for people; empty where it has none.
    pub fn name(self) -> &'a str {
        self.text(4)
    }

    /// What it is the newest of, or was; empty where that is not known.
    pub fn family(self) -> &'a str {
        self.text(8)
    }

    /// What cuts its text into tokens; empty where that is not known.
    pub fn tokenizer(self) -> &'a str {
        self.text(12)
    }

    /// What to call instead of it.
    pub fn successor(self) -> Option<Self> {
        self.catalog.model_if(self.row.u32(16))
    }

    /// How many tokens it reads and writes at the most.
    pub fn context(self) -> Option<u64> {
        some(self.row.u32(20))
    }

    /// How many tokens it answers with at the most.
    pub fn output(self) -> Option<u64> {
        some(self.row.u32(24))
    }

    /// Whether it can do something, in the catalog's word; `None` where nobody says.
    pub fn can(self, ability: &str) -> Option<bool> {
        let bit = bit(&ABILITIES, ability)?;
        match (self.row.u32(28) & bit != 0, self.row.u32(32) & bit != 0) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }

    /// What it can do.
    pub fn abilities(self) -> impl Iterator<Item = &'static str> {
        let set = self.row.u32(28);
        (0..).zip(ABILITIES).filter(move |(place, _)| set & (1 << place) != 0).map(|(_, word)| word)
    }

    /// The least and the most tokens of thinking that may be asked for.
    pub fn budget(self) -> Option<(u64, u64)> {
        let (least, most) = (self.row.u32(36), self.row.u32(40));
        (least + most > 0).then_some((least.into(), most.into()))
    }

    /// The efforts that it knows, the least first; none where nobody says.
    pub fn efforts(self) -> impl Iterator<Item = &'static str> {
        let set = self.row.u8(64);
        (0..).zip(EFFORTS).filter(move |(place, _)| set & (1 << place) != 0).map(|(_, word)| word)
    }

    /// What it reads.
    pub fn reads(self) -> impl Iterator<Item = Form> {
        forms(self.row.u8(62))
    }

    /// What it answers with.
    pub fn writes(self) -> impl Iterator<Item = Form> {
        forms(self.row.u8(63))
    }

    /// Up to which day it knows the world.
    pub fn cutoff(self) -> Option<String> {
        date(self.row.u16(56))
    }

    /// Since which day it is there.
    pub fn released(self) -> Option<String> {
        date(self.row.u16(58))
    }

    /// The same as a number: that of the day, counted from the first of 1970.
    pub fn released_on(self) -> Option<u32> {
        let day = self.row.u16(58);
        (day > 0).then_some(day.into())
    }

    /// From which day on it is not there any more.
    pub fn retires(self) -> Option<String> {
        date(self.row.u16(60))
    }

    /// Whether it is not there any more at a time.
    pub fn is_retired(self, at: std::time::SystemTime) -> bool {
        let day = self.row.u16(60);
        day > 0 && day <= crate::moment::Moment::of(at).day
    }

    /// How well it did in public tests: the test, thousandths, and the day.
    pub fn scores(self) -> impl Iterator<Item = (&'a str, u64, String)> {
        let block = &self.catalog.block;
        let span = self.row.span(52, self.row.u16(50).into());
        block
            .rows(Section::Scores, span)
            .map(|row| (block.text(row.u32(0)), row.u32(4).into(), civil(row.u16(8))))
    }

    /// Who offers it.
    pub fn offers(self) -> impl Iterator<Item = Offer<'a>> {
        let (first, count) = (self.row.u32(44), u32::from(self.row.u16(48)));
        (first..first + count).map(move |place| self.catalog.offer_at(place))
    }

    fn text(self, at: usize) -> &'a str {
        self.catalog.block.text(self.row.u32(at))
    }
}

impl std::fmt::Debug for Model<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.slug())
    }
}

pub(crate) fn some(count: u32) -> Option<u64> {
    (count > 0).then_some(count.into())
}

pub(crate) fn date(day: Day) -> Option<String> {
    (day > 0).then(|| civil(day))
}

fn forms(set: u8) -> impl Iterator<Item = Form> {
    Form::ALL.into_iter().filter(move |form| set & (1 << *form as u8) != 0)
}
