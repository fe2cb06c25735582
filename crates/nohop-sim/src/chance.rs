/// Numbers that look random and follow from a seed (SplitMix64).
///
/// Whoever is called draws from a sequence of its own, so that a request has the same luck at the same target whichever
/// policy sends it there, and whatever happened to others.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The sequence that belongs to `words` under `seed`.
    pub(crate) fn of(seed: u64, words: [u64; 3]) -> Self {
        Self(words.into_iter().fold(mix(seed ^ STEP), |state, word| mix(state ^ mix(word ^ STEP))))
    }

    /// Any number.
    pub(crate) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number above zero and below one.
    pub(crate) fn unit(&mut self) -> f64 {
        ((self.word() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// A number below `count`, or zero.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.word()) * u128::from(count)) >> 64) as u64
    }

    /// Whether something happens that happens to so many of a thousand.
    pub(crate) fn happens(&mut self, of_a_thousand: u32) -> bool {
        self.below(1_000) < u64::from(of_a_thousand)
    }

    /// A number that is spread normally around zero, by one.
    pub(crate) fn normal(&mut self) -> f64 {
        let (far, angle) = (self.unit(), self.unit());
        (-2.0 * far.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    /// Which of `weights` it is, in proportion to them; the first where all are zero.
    pub(crate) fn one_of(&mut self, mut weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut left = self.below(weights.clone().map(u64::from).sum());
        let found = weights.position(|weight| match left.checked_sub(weight.into()) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        found.unwrap_or_default()
    }
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
