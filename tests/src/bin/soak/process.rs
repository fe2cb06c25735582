use std::time::Duration;

use nohop_tests::process::{resident, worked};

/// How much more memory the end may take than the beginning, in kilobytes: allocators give back late.
const SLACK: u64 = 16 << 10;

/// What the process takes, as the system tells it.
pub(crate) struct Figures {
    /// When, and how many kilobytes are resident.
    resident: Vec<(Duration, u64)>,
    worked: f64,
}

impl Figures {
    pub(crate) fn new() -> Self {
        Self { resident: Vec::new(), worked: worked().unwrap_or_default() }
    }

    pub(crate) fn look(&mut self, at: Duration) {
        self.resident.extend(resident().map(|kilobytes| (at, kilobytes)));
    }

    /// The figures in a line each.
    pub(crate) fn told(&self) -> String {
        let Some((warm, end)) = self.ends() else {
            return "memory and time can not be told on this system".to_owned();
        };
        let taken = worked().unwrap_or_default() - self.worked;
        let lasted = self.resident.last().map_or(1.0, |(at, _)| at.as_secs_f64());
        let by_tenths = |(index, chunk): (usize, &[(Duration, u64)])| {
            format!("{}%: {}", (index + 1) * 10, most(chunk) >> 10)
        };
        let tenths = self.resident.chunks(self.resident.len().div_ceil(10)).enumerate();
        let tenths = tenths.map(by_tenths).collect::<Vec<_>>().join(", ");
        format!(
            "memory: {} MiB resident in the median of the first half, {} MiB of the second (at most, by tenths: {tenths})\n\
             cores kept busy, emulators included: {:.2}",
            warm >> 10,
            end >> 10,
            taken / lasted
        )
    }

    /// Whether memory grows: the second half may take a tenth more than the first, in the median.
    pub(crate) fn breach(&self) -> Option<String> {
        let (warm, end) = self.ends()?;
        let grows = end > warm + warm / 10 + SLACK;
        grows.then(|| format!("memory grew from {warm} to {end} kB"))
    }

    /// What was taken in the median of either half of the time: that many get huge answers at once is no growth.
    fn ends(&self) -> Option<(u64, u64)> {
        let (first, second) = self.resident.split_at(self.resident.len() / 2);
        (!first.is_empty()).then(|| (median(first), median(second)))
    }
}

fn median(of: &[(Duration, u64)]) -> u64 {
    let mut sizes: Vec<_> = of.iter().map(|(_, kilobytes)| *kilobytes).collect();
    sizes.sort_unstable();
    sizes[sizes.len() / 2]
}

fn most(of: &[(Duration, u64)]) -> u64 {
    of.iter().map(|(_, kilobytes)| *kilobytes).max().unwrap_or_default()
}
