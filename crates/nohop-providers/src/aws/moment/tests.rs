use super::*;

#[test]
fn a_moment_is_told_as_amazon_tells_it() {
    let check = |seconds, text: &str, stamp: &str| {
        assert_eq!(Moment::read(text), Some(Moment::new(seconds)), "{text}");
        assert_eq!(Moment::new(seconds).stamp(), stamp);
    };
    check(0, "1970-01-01T00:00:00Z", "19700101T000000Z");
    check(951_782_399, "2000-02-28T23:59:59Z", "20000228T235959Z");
    check(951_782_400, "2000-02-29T00:00:00Z", "20000229T000000Z");
    check(1_792_570_215, "2026-10-21T08:10:15.250Z", "20261021T081015Z");
    check(4_107_542_400, "2100-03-01T00:00:00Z", "21000301T000000Z");
}

#[test]
fn every_day_is_read_as_it_is_told() {
    for day in 0..200_000_u64 {
        let (year, month, of_month) = date(day);
        assert_eq!(days(year, month, of_month), day);
    }
}

#[test]
fn what_is_no_moment_is_not_read() {
    for text in ["", "Z", "TZ", "2026-13-01T00:00:00Z", "2026-10-21T08:10:15", "2026-10-21"] {
        assert_eq!(Moment::read(text), None, "{text}");
    }
}

#[test]
fn time_never_runs_backwards() {
    let (early, late) = (Moment::new(5), Moment::new(9));
    assert_eq!((late.since(early).as_secs(), early.since(late).as_secs()), (4, 0));
}
