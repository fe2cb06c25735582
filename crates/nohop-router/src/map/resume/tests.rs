use std::fs;

use nohop_types::Event;

use super::*;

/// A path of its own, which is taken away at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("nohop-map-{}-{name}", std::process::id()));
        drop(fs::remove_file(&path));
        Self(path)
    }

    fn open(&self) -> Result<Resume> {
        Resume::open(&self.0)
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

fn answered() -> Result<Response> {
    let start = Event::Start { id: Some("r1".into()), model: None };
    Ok([start].into_iter().collect())
}

fn failed() -> Result<Response> {
    Err(Error::new(ErrorKind::RateLimit, "not now"))
}

const CENT: Option<Money> = Some(Money::from_atto(Money::DOLLAR.as_atto() / 100));

#[test]
fn what_was_written_is_known_again() {
    let place = Place::new("again");
    let mut resume = place.open().unwrap();
    resume.write(3, 33, &mut answered(), CENT).unwrap();
    resume.write(0, 11, &mut failed(), CENT).unwrap();
    resume.write(1, 22, &mut failed(), None).unwrap();
    drop(resume);

    let mut resume = place.open().unwrap();

    assert_eq!(resume.spent.to_string(), "$0.02");
    let known = [(0, 11), (1, 22), (2, 99), (3, 33)];
    let finished = known.map(|(number, request)| resume.is_finished(number, request).unwrap());
    assert_eq!(finished, [false, false, false, true]);
    assert_eq!(resume.response(3).unwrap(), answered().unwrap());
    resume.write(0, 11, &mut answered(), CENT).unwrap();
    drop(resume);
    assert!(place.open().unwrap().is_finished(0, 11).unwrap(), "the last line counts");
}

#[test]
fn a_line_that_was_torn_off_anywhere_is_dropped_and_the_others_stay() {
    let place = Place::new("torn");
    let mut resume = place.open().unwrap();
    resume.write(0, 11, &mut answered(), CENT).unwrap();
    let first = place.text().len();
    resume.write(1, 22, &mut answered(), CENT).unwrap();
    drop(resume);
    let whole = place.text();
    for end in 0..whole.len() {
        fs::write(&place.0, &whole[..end]).unwrap();
        let mut resume = place.open().unwrap();
        assert_eq!(resume.is_finished(0, 11).unwrap(), end >= first, "{end}");
        assert!(!resume.is_finished(1, 22).unwrap(), "{end}");
        resume.write(2, 33, &mut answered(), None).unwrap();
        drop(resume);
        assert!(place.open().unwrap().is_finished(2, 33).unwrap(), "{end}");
    }
}

#[test]
fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let place = Place::new("else");
    let mut resume = place.open().unwrap();
    resume.write(0, 11, &mut answered(), CENT).unwrap();
    drop(resume);
    let good = place.text();
    let spoilt = good.clone() + "{\"number\":1}\n" + &good[HEAD.len()..];
    for (text, line) in [("hello", 1), ("{\"nohop\":\"map\",\"version\":2}\n", 1), (&*spoilt, 3)] {
        fs::write(&place.0, text).unwrap();
        let error = place.open().err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(&format!("line {line} ")), "{error}");
        assert_eq!(place.text(), text);
    }
}

#[test]
fn a_file_of_other_requests_is_refused_with_the_line() {
    let place = Place::new("other");
    let mut resume = place.open().unwrap();
    resume.write(0, 11, &mut answered(), CENT).unwrap();
    resume.write(7, 22, &mut failed(), CENT).unwrap();
    drop(resume);
    let error = place.open().unwrap().is_finished(7, 23).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("its line 3 is of another request number 7"), "{error}");
}

#[test]
fn two_do_not_write_to_one_file() {
    let place = Place::new("two");
    let resume = place.open().unwrap();
    let error = place.open().err().unwrap();
    assert!(error.message().contains("is in use"), "{error}");
    drop(resume);
    assert!(place.open().is_ok());
}

#[test]
fn what_can_not_be_written_is_told_and_the_answer_is_not_lost() {
    let place = Place::new("full");
    drop(place.open().unwrap());
    let mut resume = Resume { file: File::open(&place.0).unwrap(), ..place.open().unwrap() };
    let mut result = answered();
    let error = resume.write(0, 11, &mut result, CENT).unwrap_err();
    assert_eq!((error.kind(), result.is_ok()), (ErrorKind::Config, true));
    assert!(error.message().contains("can not be written to"), "{error}");
}

#[test]
fn a_request_is_known_by_what_it_asks_and_by_the_same_number_for_ever() {
    let hash = |request: Request| Resume::fingerprint(&request);
    let one = hash(Request::new("m").user("Hello?"));
    assert_eq!(one, hash(Request::new("m").user("Hello?").tag("team", "a")));
    assert_ne!(one, hash(Request::new("n").user("Hello?")));
    assert_ne!(one, hash(Request::new("m").user("Hello!")));
    assert_eq!(fnv(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
    assert_eq!(fnv(b"foobar"), 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
}

#[test]
fn a_path_that_leads_nowhere_is_told() {
    let error = Resume::open(Path::new("/nowhere/at/all")).err().unwrap();
    assert!(error.message().contains("/nowhere/at/all can not be opened"), "{error}");
}
