use nohop_types::{Error, ErrorKind, Json, Money, Part, Tool, Written};

use super::super::tests::lists::hold;
use super::*;
use crate::plan::epoch;
use crate::{Health, Offer, Price, affordable, available, by, cheapest, first, in_order};

const MINUTE: Duration = Duration::from_secs(60);

/// Cents for a million tokens of prompt and answer, and for one of the prompt from the cache.
fn priced(target: &str, input: u64, output: u64, cache_read: u64) -> Candidate {
    let cache_read = Some(Money::cents_per_million(cache_read));
    Candidate::new(target).price(Price { cache_read, ..Price::cents_per_million(input, output) })
}

/// A turn of a long conversation.
fn turn() -> Request {
    Request::new("chat").user("word ".repeat(8_000)).assistant("Yes.").user("Why?").max_tokens(100)
}

/// What an answer consumed that read so many tokens from the cache.
fn used(input: u64, read: u64) -> Usage {
    let mut usage = Usage::default();
    (usage.input, usage.cache_read, usage.output) = (Some(input), Some(read), Some(50));
    usage
}

/// Tells `policy` that `request` was answered at `candidate` so long after the beginning.
fn answer(
    policy: &impl Policy,
    request: &Request,
    candidate: &Candidate,
    usage: &Usage,
    after: Duration,
) {
    let cx = Context::new(request, epoch() + after, 0);
    let attempt = Attempt::new(candidate, Outcome::Finished, Duration::ZERO).usage(usage);
    policy.observe(&cx, &attempt);
}

/// Who is asked first, so long after the beginning.
fn leads<'a>(
    policy: &impl Policy,
    request: &Request,
    snapshot: &'a [Candidate],
    after: Duration,
) -> &'a str {
    policy.targets(&Context::new(request, epoch() + after, 0), snapshot)[0]
}

#[test]
fn a_conversation_stays_where_it_was_answered_while_that_is_no_dearer() {
    let snapshot = [priced("m@a", 40, 160, 10), priced("m@b", 40, 160, 10)];
    let policy = sticky(first());
    assert_eq!(leads(&policy, &turn(), &snapshot, Duration::ZERO), "m@a");
    answer(&policy, &turn(), &snapshot[1], &used(10_000, 0), Duration::ZERO);
    assert_eq!(leads(&policy, &turn(), &snapshot, MINUTE), "m@b");
    assert_eq!(leads(&policy, &Request::new("chat").user("Other"), &snapshot, MINUTE), "m@a");
    assert_eq!(leads(&policy, &turn(), &snapshot, 6 * MINUTE), "m@a");
}

#[test]
fn the_cheapest_within_sees_the_warm_cache() {
    let snapshot = [priced("m@a", 40, 160, 40), priced("m@b", 50, 160, 5)];
    let policy = sticky(by(cheapest()));
    assert_eq!(leads(&policy, &turn(), &snapshot, Duration::ZERO), "m@a");
    answer(&policy, &turn(), &snapshot[1], &used(10_000, 0), Duration::ZERO);
    assert_eq!(leads(&policy, &turn(), &snapshot, MINUTE), "m@b");
    // Ten thousand tokens and a hundred cost 0.416 cents at one, cold, and 0.066 at the other, warm.
    let within = sticky(affordable(Money::cents_per_million(100) * 1_000));
    answer(&within, &turn(), &snapshot[1], &used(10_000, 0), Duration::ZERO);
    let request = turn();
    let cx = Context::new(&request, epoch(), 0);
    assert_eq!(within.targets(&cx, &snapshot), ["m@b"]);
}

#[test]
fn it_leaves_only_where_that_saves_more_than_the_cache_is_worth() {
    let here = priced("m@here", 100, 400, 10);
    let leads_before = |other: Candidate, turns: u64| {
        let snapshot = [other, here.clone()];
        let policy = sticky(by(cheapest()));
        for _ in 0..turns {
            answer(&policy, &turn(), &here, &used(10, 10_000), Duration::ZERO);
        }
        leads(&policy, &turn(), &snapshot, MINUTE) == "m@here"
    };
    // Cheaper without a cache, and dearer than this one's.
    assert!(leads_before(priced("m@other", 50, 400, 50), 1));
    assert!(leads_before(priced("m@other", 50, 400, 50), 30));
    // Cheaper than this one's cache.
    assert!(!leads_before(priced("m@other", 5, 400, 5), 1));
    // Dearer now, and cheaper once its own cache is warm: worth it in a conversation that goes on.
    assert!(leads_before(priced("m@other", 50, 200, 2), 1));
    assert!(!leads_before(priced("m@other", 50, 200, 2), 30));
}

#[test]
fn a_conversation_stays_for_as_long_as_its_cache_marks_say() {
    let minutes = |count: u32| count * MINUTE;
    let marked = |lifetime| turn().system(Part::text("Be kind.").cached(lifetime));
    let stays = |request: &Request, offer: Offer, usage: &Usage, after| {
        let policy = sticky(first());
        let here = priced("m@here", 40, 160, 4).offer(offer);
        answer(&policy, request, &here, usage, Duration::ZERO);
        leads(&policy, request, &[priced("m@a", 40, 160, 4), here], after) == "m@here"
    };
    let kept = |count| Offer { cached: Some(minutes(count)), ..Offer::default() };
    let usage = used(10_000, 0);
    let an_hour = marked(CacheMark::lasting(minutes(60)));
    assert!(stays(&an_hour, kept(5), &usage, minutes(59)));
    assert!(!stays(&an_hour, kept(5), &usage, minutes(60)));
    let five = marked(CacheMark::lasting(minutes(5)));
    assert!(!stays(&five, kept(60), &usage, minutes(6)));
    // A mark that leaves it to the provider, and no mark at all.
    assert!(stays(&marked(CacheMark::new()), kept(30), &usage, minutes(29)));
    assert!(!stays(&turn(), kept(30), &usage, minutes(30)));
    assert!(stays(&turn(), Offer::default(), &usage, minutes(4)));
    assert!(!stays(&turn(), Offer::default(), &usage, minutes(5)));
    // What was done counts, and not what was asked for.
    let mut written = used(10, 0);
    (written.cache_write, written.written) = (Some(9_990), vec![Written::new(minutes(60), 9_990)]);
    assert!(stays(&five, kept(5), &written, minutes(59)));
}

#[test]
fn a_conversation_is_told_by_its_session_or_by_opening_turns_and_tools() {
    let key = |request: Request| conversation::key(&request);
    let tool = |name: &str| Tool::function(name, Json::new("{}").unwrap());
    let first = || Request::new("m").system("Be kind.").user("Hello?");
    assert_eq!(key(first()), key(first().assistant("Hi!").user("Why?")));
    assert_eq!(key(first().by("ann")), key(first().by("bob")));
    let others = [
        Request::new("other").system("Be kind.").user("Hello?"),
        Request::new("m").system("Be rude.").user("Hello?"),
        Request::new("m").system("Be kind.").user("Bye!"),
        first().tool(tool("look")),
        first().tool(tool("find")),
        first().session("one"),
        first().session("two"),
        first().session("one").by("ann"),
        first().session("one").tool(tool("look")),
    ];
    let mut keys: Vec<_> = others.into_iter().chain([first()]).map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 10);
    // A session is one conversation, however it begins: what is too long is cut at its head.
    let session = |text: &str| Request::new("m").system("Be kind.").user(text).session("one");
    assert_eq!(key(session("Hello?")), key(session("And then?")));
}

#[test]
fn long_openings_that_end_otherwise_are_other_conversations() {
    let key = |text: String| conversation::key(&Request::new("m").user(text));
    let long = "word ".repeat(4_000);
    assert_eq!(key(long.clone()), key(long.clone()));
    assert_ne!(key(format!("{long}a")), key(format!("{long}b")));
    assert_ne!(key(format!("a{long}")), key(format!("b{long}")));
}

#[test]
fn who_rests_or_is_dropped_is_left_though_it_is_warm() {
    let policy = available().then(sticky(first()));
    let [a, b] = [priced("m@a", 40, 160, 4), priced("m@b", 40, 160, 4)];
    answer(&policy, &turn(), &b, &used(10_000, 0), Duration::ZERO);
    let leads = |policy: &dyn Policy, a: &Candidate, b: Candidate| {
        let request = turn();
        let cx = Context::new(&request, epoch() + MINUTE, 0);
        policy.targets(&cx, &[a.clone(), b])[0].to_owned()
    };
    let resting = || Health::new().resting_until(epoch() + 2 * MINUTE);
    assert_eq!(leads(&policy, &a, b.clone()), "m@b");
    assert_eq!(leads(&policy, &a, b.clone().health(resting())), "m@a");
    // Where all rest, being warm is no reason to wake one.
    let bare = sticky(first());
    answer(&bare, &turn(), &b, &used(10_000, 0), Duration::ZERO);
    assert_eq!(leads(&bare, &a.health(resting()), b.health(resting())), "m@a");
}

#[test]
fn who_is_busy_with_more_than_twice_its_share_is_left() {
    let policy = sticky(first());
    let busy = |target: &str, running, weight| {
        priced(target, 40, 160, 4).health(Health::new().running(running)).weight(weight)
    };
    let leads = |running, weight| {
        let snapshot = [
            busy("m@a", 10, 1),
            busy("m@b", 10, 1),
            busy("m@c", 10, 1),
            busy("m@d", running, weight),
        ];
        answer(&policy, &turn(), &snapshot[3], &used(10, 10_000), Duration::ZERO);
        leads(&policy, &turn(), &snapshot, MINUTE).to_owned()
    };
    assert_eq!(leads(16, 1), "m@d");
    assert_eq!(leads(40, 1), "m@d");
    assert_eq!(leads(100, 1), "m@a");
    assert_eq!(leads(100, 3), "m@d");
    assert_eq!(leads(100, 0), "m@a");
}

#[test]
fn an_order_is_kept_to_until_a_conversation_has_a_cache_elsewhere() {
    let snapshot = [priced("m@first", 100, 400, 10), priced("m@second", 100, 400, 10)];
    let policy = sticky(in_order(["first", "second"]));
    assert_eq!(leads(&policy, &turn(), &snapshot, Duration::ZERO), "m@first");
    // The first was away for one turn.
    answer(&policy, &turn(), &snapshot[1], &used(10_000, 0), Duration::ZERO);
    assert_eq!(leads(&policy, &turn(), &snapshot, MINUTE), "m@second");
    // A second that costs more than the first does without a cache is no place to stay.
    let dear = [snapshot[0].clone(), priced("m@second", 900, 900, 500)];
    assert_eq!(leads(&policy, &turn(), &dear, MINUTE), "m@first");
}

#[test]
fn what_was_expected_in_a_cache_and_not_found_there_is_not_expected_again() {
    let snapshot = [priced("m@a", 40, 160, 4), priced("m@b", 40, 160, 4)];
    let policy = sticky(first());
    let answered =
        |read| answer(&policy, &turn(), &snapshot[1], &used(10_000, read), Duration::ZERO);
    let stays = || leads(&policy, &turn(), &snapshot, MINUTE) == "m@b";
    answered(0);
    assert!(stays());
    answered(0);
    assert!(!stays());
    answered(0);
    assert!(!stays());
    answered(9_000);
    assert!(stays());
}

#[test]
fn a_short_prompt_is_cached_by_nobody_unasked() {
    let snapshot = [priced("m@a", 40, 160, 4), priced("m@b", 40, 160, 4)];
    let policy = sticky(first());
    let short = Request::new("chat").user("Hello?");
    answer(&policy, &short, &snapshot[1], &used(1_023, 0), Duration::ZERO);
    assert_eq!(leads(&policy, &short, &snapshot, MINUTE), "m@a");
    answer(&policy, &short, &snapshot[1], &used(1_024, 0), Duration::ZERO);
    assert_eq!(leads(&policy, &short, &snapshot, MINUTE), "m@b");
}

#[test]
fn who_charges_for_writing_has_cached_nothing_that_was_not_written() {
    let asked = |target: &str| {
        let price = priced(target, 40, 160, 4).price;
        let cache_write = Some(Money::cents_per_million(50));
        Candidate::new(target).price(price.map(|price| Price { cache_write, ..price }))
    };
    let snapshot = [asked("m@a"), asked("m@b")];
    let policy = sticky(first());
    answer(&policy, &turn(), &snapshot[1], &used(10_000, 0), Duration::ZERO);
    assert_eq!(leads(&policy, &turn(), &snapshot, MINUTE), "m@a");
    let mut usage = used(100, 0);
    usage.cache_write = Some(9_900);
    answer(&policy, &turn(), &snapshot[1], &usage, Duration::ZERO);
    assert_eq!(leads(&policy, &turn(), &snapshot, MINUTE), "m@b");
}

#[test]
fn who_failed_or_was_not_heard_out_changes_nothing() {
    let snapshot = [priced("m@a", 40, 160, 4), priced("m@b", 40, 160, 4)];
    let policy = sticky(first());
    let request = turn();
    let cx = Context::new(&request, epoch(), 0);
    let error = Error::new(ErrorKind::Server, "");
    for outcome in [Outcome::Failed(&error), Outcome::Dropped, Outcome::Cancelled] {
        policy.observe(&cx, &Attempt::new(&snapshot[1], outcome, Duration::ZERO));
    }
    assert_eq!(leads(&policy, &request, &snapshot, MINUTE), "m@a");
    answer(&policy, &request, &snapshot[1], &used(10_000, 0), Duration::ZERO);
    policy.observe(&cx, &Attempt::new(&snapshot[1], Outcome::Failed(&error), Duration::ZERO));
    assert_eq!(leads(&policy, &request, &snapshot, MINUTE), "m@b");
}

#[test]
fn conversations_beyond_the_bound_are_forgotten_oldest_first() {
    let policy = sticky(first()).conversations(1_000);
    let snapshot = [priced("m@a", 40, 160, 4), priced("m@b", 40, 160, 4)];
    let session = |number: u32| turn().session(format!("session-{number}"));
    for number in 0..5_000 {
        answer(&policy, &session(number), &snapshot[1], &used(10, 10_000), Duration::ZERO);
        // Who is heard of again and again is not old.
        answer(&policy, &session(0), &snapshot[1], &used(10, 10_000), Duration::ZERO);
        assert!(policy.memory.len() <= 1_000);
    }
    let stays = |number| leads(&policy, &session(number), &snapshot, MINUTE) == "m@b";
    assert!(policy.memory.len() > 400);
    assert!(stays(0) && (4_800..5_000).all(stays));
    assert!(!(1..3_500).any(stays));
    let none = sticky(first()).conversations(0);
    answer(&none, &turn(), &snapshot[1], &used(10_000, 0), Duration::ZERO);
    assert_eq!(none.memory.len(), 0);
}

#[test]
fn a_conversation_that_nobody_knows_is_decided_as_without_it() {
    let policy = by(cheapest());
    hold(sticky(by(cheapest())), |cx, all, left| {
        let left: Vec<_> = left.iter().map(|it| &*it.target).collect();
        let mut list = Candidates::new(all);
        policy.apply(cx, &mut list);
        assert_eq!(left, list.targets());
    });
}

#[test]
fn what_was_warm_before_is_known_beside_what_is_warm_now() {
    let mut known = Known::default();
    let at = |place| Place { place, tokens: 9, missed: Missed::No, until: epoch() };
    for place in [1, 2, 3, 2, 4] {
        known.answered(at(place));
    }
    assert_eq!(known.places().map(|place| place.place).collect::<Vec<_>>(), [4, 2, 3]);
    assert_eq!(known.turns, 5);
}
