//! How well a model did among all others: found out when a catalog is packed, so that whoever asks reads a number.

use std::collections::BTreeMap;

use crate::Model;
use crate::draft::ModelRow;

/// A test that fewer models took says nothing of where one stands.
const FEWEST: usize = 5;

impl Model<'_> {
    /// How well it did in public tests, in thousandths: the mean of its places in each.
    ///
    /// Tests count in numbers of their own, and not all models took the same. So it is its place that counts: the part of
    /// the other models that it left behind, with half of those that did as well. A test counts that five models took;
    /// one that a model took several times counts with the best. `None` where it took none of these.
    pub fn score(self) -> Option<u32> {
        self.row.u16(66).checked_sub(1).map(u32::from)
    }
}

/// The scores of all models, in their order, each and one more; zero where there is none.
pub(crate) fn scores<'a>(models: impl Iterator<Item = &'a ModelRow> + Clone) -> Vec<u16> {
    let mut tests: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for row in models.clone() {
        best(row).into_iter().for_each(|(test, milli)| tests.entry(test).or_default().push(milli));
    }
    tests.values_mut().for_each(|reached| reached.sort_unstable());
    let score = |row: &ModelRow| {
        let places = best(row).into_iter().filter_map(|(test, milli)| {
            let reached = tests.get(test).filter(|reached| reached.len() >= FEWEST)?;
            let worse = reached.partition_point(|other| *other < milli);
            let no_better = reached.partition_point(|other| *other <= milli);
            // It is among those itself, as well as itself.
            Some((worse + no_better - 1) * 500 / (reached.len() - 1))
        });
        let (sum, count) = places.fold((0, 0), |(sum, count), place| (sum + place, count + 1));
        let mean = (count > 0).then(|| sum / count);
        mean.map_or(0, |mean| u16::try_from(mean + 1).unwrap_or(u16::MAX))
    };
    models.map(score).collect()
}

/// What a model reached in each test, in thousandths of whatever the test counts in.
fn best(row: &ModelRow) -> BTreeMap<&str, u32> {
    let mut best = BTreeMap::new();
    for score in &row.scores {
        let milli = best.entry(score.name.as_str()).or_default();
        *milli = score.milli.max(*milli);
    }
    best
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
