use super::*;

#[test]
fn an_outcome_survives_its_words() {
    let failed = ErrorKind::ALL.map(Outcome::Failed);
    for outcome in [Outcome::Cancelled, Outcome::Dropped, Outcome::Finished].iter().chain(&failed) {
        let json = serde_json::to_string(outcome).unwrap();
        assert_eq!(serde_json::from_str::<Outcome>(&json).unwrap(), *outcome);
    }
    let limit = serde_json::to_string(&Outcome::Failed(ErrorKind::RateLimit)).unwrap();
    assert_eq!(limit, r#""failed: rate limit""#);
    assert!(serde_json::from_str::<Outcome>(r#""failed: never heard""#).is_err());
}
