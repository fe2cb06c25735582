//! How well a model did among all others.

use std::collections::BTreeMap;

use crate::Model;
use crate::pack::Section;

/// A test that fewer models took says nothing of where one stands.
const FEWEST: u32 = 5;

impl Model<'_> {
    /// How well it did in public tests, in thousandths: the mean of its places in each.
    ///
    /// Tests count in numbers of their own, and not all models took the same. So it is its place that counts: the part of
    /// the other models that it left behind, with half of those that did as well. A test counts that five models took;
    /// one that a model took several times counts with the best. `None` where it took none of these.
    pub fn score(self) -> Option<u32> {
        let own = self.best();
        if own.is_empty() {
            return None;
        }
        // For each test: how many others took it, and two for each that did worse, one for each that did as well.
        let mut places: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for other in self.catalog.models().filter(|other| other.took() > 0) {
            for (test, milli) in other.best() {
                let Some(mine) = own.get(&test) else { continue };
                let (takers, beaten) = places.entry(test).or_default();
                *takers += 1;
                *beaten += 1 + u32::from(*mine > milli) - u32::from(*mine < milli);
            }
        }
        // It is among those itself, as well as itself.
        let known = places.values().filter(|(takers, _)| *takers >= FEWEST);
        let places = known.map(|(takers, beaten)| (beaten - 1) * 500 / (takers - 1));
        let (sum, tests) = places.fold((0, 0), |(sum, tests), place| (sum + place, tests + 1));
        (tests > 0).then(|| sum / tests)
    }

    /// What it reached in each test, in thousandths of whatever the test counts in; the test by where its name is.
    fn best(self) -> BTreeMap<u32, u32> {
        let mut best = BTreeMap::new();
        let span = self.row.span(52, self.took());
        for row in self.catalog.block.rows(Section::Scores, span) {
            let milli = best.entry(row.u32(0)).or_default();
            *milli = row.u32(4).max(*milli);
        }
        best
    }

    /// How many results of tests it has.
    fn took(self) -> u32 {
        self.row.u16(50).into()
    }
}

#[cfg(test)]
mod tests {
    use crate::Rows;

    /// The scores of models that have these lines in a catalog.
    fn scores(models: &[&[&str]]) -> Vec<Option<u32>> {
        let mut text = "source t 2026-11-12 a test\n".to_owned();
        for (place, lines) in models.iter().enumerate() {
            text += &format!("model a/m{place}\n");
            lines.iter().for_each(|line| text += &format!(" score {line}\n"));
        }
        let catalog = Rows::read(&text).unwrap().pack().unwrap();
        let score = |place| catalog.model(&format!("a/m{place}")).unwrap().0.score();
        (0..models.len()).map(score).collect()
    }

    #[test]
    fn a_score_is_the_mean_of_a_models_places() {
        let models: [&[&str]; 6] = [
            &["10 2026-01-01 X", "900 2026-01-01 Y"],
            &["20 2026-01-01 X", "800 2026-01-01 Y"],
            &["30 2026-01-01 X", "700 2026-01-01 Y"],
            &["40 2026-01-01 X", "600 2026-01-01 Y"],
            &["50 2026-01-01 X"],
            &["1 2026-01-01 Y"],
        ];
        let expected = [500, 500, 500, 500, 1_000, 0];
        assert_eq!(scores(&models), expected.map(Some));
    }

    #[test]
    fn those_that_did_as_well_share_a_place_and_the_best_of_several_counts() {
        let models: [&[&str]; 5] = [
            &["1 2026-01-01 X"],
            &["5 2026-01-01 X"],
            &["2 2026-01-01 X", "5 2026-02-01 X", "3 2026-03-01 X"],
            &["5 2026-01-01 X"],
            &["9 2026-01-01 X"],
        ];
        assert_eq!(scores(&models), [0, 500, 500, 500, 1_000].map(Some));
    }

    #[test]
    fn what_hardly_anyone_took_says_nothing() {
        let models: [&[&str]; 3] = [&["1 2026-01-01 X"], &["2 2026-01-01 X"], &[]];
        assert_eq!(scores(&models), [None, None, None]);
    }
}
