use super::*;

#[test]
fn a_key_is_read_as_it_was_handed_out() {
    let keys = [
        AwsKey::new("AKIAPARROT", "polly/wants+a/cracker"),
        AwsKey::new("ASIAPARROT", "polly").token("perch//=="),
    ];
    for key in keys {
        assert_eq!(AwsKey::read(&Secret::from(key.clone())), Some(key));
    }
}

#[test]
fn what_is_sent_as_it_stands_is_no_access_key() {
    for text in
        ["", ":", "AKIA", "AKIA:", ":secret", "AKIA:secret:", "bedrock-api-key-YQ==:b", "sk-1"]
    {
        assert_eq!(AwsKey::read(&Secret::new(text)), None, "{text}");
    }
}

#[test]
fn a_key_shows_its_id_alone() {
    let key = AwsKey::new("AKIAPARROT", "polly").token("perch");
    assert_eq!(format!("{key:?}"), r#"AwsKey { id: "AKIAPARROT", .. }"#);
    assert_eq!(format!("{:?}", Secret::from(key)), "[secret]");
}
