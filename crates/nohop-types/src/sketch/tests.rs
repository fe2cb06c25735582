use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn of(sizes: &[u64]) -> Sketch {
    let mut sketch = Sketch::default();
    sizes.iter().for_each(|size| sketch.add(*size));
    sketch
}

/// Sizes of any magnitude.
fn sizes() -> impl Strategy<Value = Vec<u64>> {
    vec((0..64_u32, any::<u64>()).prop_map(|(shift, size)| size >> shift), 1..300)
}

#[test]
fn buckets_follow_each_other_without_a_gap() {
    let mut last = 0;
    for size in 1..1_000_000 {
        let bucket = Sketch::bucket(size);
        assert!(bucket == last || bucket == last + 1, "{size}");
        last = bucket;
    }
    assert_eq!(Sketch::bucket(u64::MAX), Sketch::STEPS * 59 - 1);
}

#[test]
fn nothing_has_no_percentile() {
    assert_eq!(Sketch::default().at(500), None);
    assert!(Sketch::default().is_empty());
}

proptest! {
    #[test]
    fn percentiles_are_within_one_percent_of_exact(sizes in sizes(), per_thousand in 1..=1_000_u64) {
        let mut sorted = sizes.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() as u64 * per_thousand).div_ceil(1_000).max(1) as usize;
        let (exact, found) = (sorted[rank - 1], of(&sizes).at(per_thousand).unwrap());
        prop_assert!(exact.abs_diff(found) <= exact / 100, "{found} for {exact}");
    }

    #[test]
    fn merged_is_all_at_once(one in sizes(), other in sizes()) {
        let mut merged = of(&one);
        merged.merge(&of(&other));
        prop_assert_eq!(&merged, &of(&[&one[..], &other].concat()));
        prop_assert_eq!(merged.count() as usize, one.len() + other.len());
    }

    #[test]
    fn what_is_written_is_read_again(sizes in sizes()) {
        let sketch = of(&sizes);
        let json = serde_json::to_string(&sketch).unwrap();
        prop_assert_eq!(serde_json::from_str::<Sketch>(&json).unwrap(), sketch);
    }

    #[test]
    fn no_written_sketch_is_at_fault(counts: Vec<(u16, u32)>) {
        let sketch = Sketch::from(counts);
        let buckets: Vec<_> = sketch.buckets().map(|(bucket, _)| bucket).collect();
        prop_assert!(buckets.is_sorted());
        sketch.at(999);
    }
}
