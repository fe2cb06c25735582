use super::*;

const HOUR: Duration = Duration::from_secs(3_600);

fn prior(count: u64, age: Duration) -> Prior {
    let mut latencies = Sketch::default();
    (1..=count).for_each(|size| latencies.add(size * 1_000));
    Prior::new(Told { latencies, throughputs: Sketch::default() }, age, 0)
}

#[test]
fn what_was_saved_counts_for_less_as_it_ages() {
    let count = |age: u32| prior(1_000, age * HOUR).latencies(0).count();
    assert_eq!([0, 5, 6, 12, 30, 36, 10_000].map(count), [32, 32, 16, 8, 1, 0, 0]);
    let later = prior(1_000, Duration::ZERO).latencies((6 * HOUR).as_nanos() as u64);
    assert_eq!(later.count(), 16);
}

#[test]
fn what_fades_keeps_its_shape() {
    let faded = prior(10_000, Duration::ZERO).latencies(0);
    let p50 = faded.at(500).unwrap();
    assert!((4_700_000..5_300_000).contains(&p50), "{p50}");
}

#[test]
fn a_few_measurements_are_not_made_more() {
    assert_eq!(prior(3, Duration::ZERO).latencies(0).count(), 3);
}
