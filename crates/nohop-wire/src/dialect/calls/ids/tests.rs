use super::*;

const NINE: IdRule = IdRule { least: 9, most: 9, takes: |c| c.is_ascii_alphanumeric(), why: "why" };

const PLAIN: IdRule =
    IdRule { least: 1, most: 64, takes: |c| c.is_ascii_alphanumeric() || c == '_', why: "why" };

/// What calls with these ids are told as, each answered before the next.
fn told(rule: IdRule, ids: &[&str]) -> Vec<String> {
    let (mut told, mut losses) = (Ids::new(rule), Losses::default());
    let mut call = |id: &&str| {
        let call = told.call(id, &mut losses).into_owned();
        assert_eq!(told.result(id), call, "{id}");
        call
    };
    ids.iter().map(&mut call).collect()
}

#[test]
fn an_id_that_fits_is_told_as_it_is() {
    assert_eq!(told(NINE, &["abc123XYZ", "000000000"]), ["abc123XYZ", "000000000"]);
    assert_eq!(told(PLAIN, &["call_1", "call_2"]), ["call_1", "call_2"]);
}

#[test]
fn an_id_that_does_not_fit_is_told_as_the_same_each_time_and_as_no_other() {
    let ids: Vec<String> = (0..2_000).map(|number| format!("toolu_{number:024}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for rule in [NINE, PLAIN] {
        let all = told(rule, &ids);
        assert!(all.iter().all(|id| rule.fits(id)));
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), ids.len());
        // A conversation that is longer tells what was said before as before.
        assert_eq!(told(rule, &ids[..700]), all[..700]);
    }
    assert_eq!(told(NINE, &["a", "", "a"])[0], told(NINE, &["a"])[0]);
}

#[test]
fn ids_that_differ_in_what_a_host_does_not_take_stay_apart() {
    let all = told(PLAIN, &["f:0", "f_0", "f.0"]);
    assert_eq!(all[0], "f_0");
    assert!(all[1] != "f_0" && all[2] != "f_0" && all[1] != all[2], "{all:?}");
}

#[test]
fn an_id_that_comes_again_is_told_as_before() {
    for rule in [NINE, PLAIN] {
        let all = told(rule, &["call:0", "abc123XYZ", "call:0", "abc123XYZ"]);
        assert_eq!((&all[0], &all[1]), (&all[2], &all[3]));
    }
}

#[test]
fn an_id_like_one_that_was_made_is_told_as_another() {
    let made = told(NINE, &["toolu_1"]).remove(0);
    let all = told(NINE, &["toolu_1", &made, &made]);
    assert_eq!((&all[0], &all[1]), (&made, &all[2]));
    assert_ne!(all[0], all[1]);
}
