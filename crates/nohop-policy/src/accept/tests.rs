use nohop_types::{Choice, Content, FinishReason, Part, Reasoning, Recovery, Tool, ToolCall};

use super::*;

fn answer(parts: impl IntoIterator<Item = Part>, reason: FinishReason) -> Response {
    let mut choice = Choice::default();
    (choice.parts, choice.reason) = (parts.into_iter().collect(), Some(reason));
    let mut response = Response::default();
    response.choices.push(choice);
    response
}

fn says(text: &str) -> Response {
    answer([Part::text(text)], FinishReason::Stop)
}

fn call(name: &str, arguments: &str) -> Response {
    let call = ToolCall::new("c1", name, arguments);
    answer([Part::new(Content::ToolCall(call))], FinishReason::ToolCalls)
}

/// A request with a tool that wants a city.
fn request() -> Request {
    let schema = r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"#;
    let schema = nohop_types::Json::new(schema).unwrap();
    Request::new("m").user("Hello?").tool(Tool::function("weather", schema))
}

/// Whether `accept` takes `response`; where it does not, of what kind the error is.
fn check(accept: &impl Accept, mut response: Response) -> Result<Response, ErrorKind> {
    match accept.judge(&request(), &mut response) {
        Verdict::Accept => Ok(response),
        Verdict::Retry(why) | Verdict::Elsewhere(why) => Err(why.kind()),
    }
}

#[test]
fn an_answer_of_nothing_or_of_thoughts_alone_is_empty() {
    let thought = Part::new(Content::Reasoning(Reasoning::default()));
    assert!(check(&not_empty(), says("Hi")).is_ok());
    assert!(check(&not_empty(), call("weather", "{}")).is_ok());
    for empty in [Response::default(), says(" \n"), answer([thought], FinishReason::Stop)] {
        assert_eq!(check(&not_empty(), empty).unwrap_err(), ErrorKind::Unaccepted);
    }
}

#[test]
fn what_was_cut_or_refused_is_not_taken() {
    let cut = || answer([Part::text("Hel")], FinishReason::Length);
    assert_eq!(check(&not_cut(), cut()).unwrap_err(), ErrorKind::Truncated);
    assert!(check(&not_cut(), says("Hello")).is_ok());
    let refusal = Part::new(Content::Refusal("no".into()));
    for refused in [answer([refusal], FinishReason::Stop), answer([], FinishReason::ContentFilter)]
    {
        assert_eq!(check(&not_refused(), refused).unwrap_err(), ErrorKind::ContentFilter);
    }
    assert!(check(&not_refused(), says("Hello")).is_ok());
}

#[test]
fn what_is_nearly_json_is_mended_and_what_is_json_is_left_alone() {
    let left = check(&json(), says(" {\"a\":1} ")).unwrap();
    assert_eq!(left.text(), " {\"a\":1} ");
    let mended = check(&json(), says("Sure!\n```json\n{\"a\": [1, 2,],}\n```\nAnything else?"));
    assert_eq!(mended.unwrap().text(), "{\"a\": [1, 2]}");
    let split = answer([Part::text("{\"a\":"), Part::text("1,}")], FinishReason::Stop);
    let mended = check(&json(), split).unwrap();
    assert_eq!((mended.text().as_str(), mended.parts().len()), ("{\"a\":1}", 1));
    assert_eq!(check(&json(), says("Hello")).unwrap_err(), ErrorKind::Shape);
    assert!(check(&json(), call("weather", "{}")).is_ok());
}

#[test]
fn a_call_is_of_a_tool_that_is_there_with_an_object() {
    assert!(check(&calls(), says("Hello")).is_ok());
    assert!(check(&calls(), call("weather", "")).is_ok());
    let mended = check(&calls(), call("weather", "{'city': 'Oslo',}")).unwrap();
    assert_eq!(mended.tool_calls().next().unwrap().arguments, "{\"city\": \"Oslo\"}");
    for (name, arguments) in [("wether", "{}"), ("weather", "[1]"), ("weather", "{\"city\":")] {
        assert_eq!(check(&calls(), call(name, arguments)).unwrap_err(), ErrorKind::Shape);
    }
}

#[cfg(feature = "schema")]
#[test]
fn what_follows_its_schema_is_taken_and_the_error_says_where_it_does_not() {
    let schema = nohop_types::Json::new(r#"{"type":"object","required":["a"]}"#).unwrap();
    let follows = follows(nohop_types::Schema::anonymous(schema));
    assert_eq!(check(&follows, says("{\"a\":1,}")).unwrap().text(), "{\"a\":1}");
    assert_eq!(check(&follows, says("{\"b\":1}")).unwrap_err(), ErrorKind::Shape);
    assert!(check(&shaped(), says("{\"b\":1}")).is_ok(), "nothing was asked for");
    assert!(check(&fitting_calls(), call("weather", "{\"city\":\"Oslo\"}")).is_ok());
    assert!(check(&fitting_calls(), call("weather", "{\"city\":\"Oslo\",}")).is_ok());
    let mut wrong = call("weather", "{\"city\":7}");
    let Verdict::Elsewhere(why) = fitting_calls().judge(&request(), &mut wrong) else {
        panic!("it does not fit")
    };
    assert_eq!(
        why.message(),
        "the arguments of weather: city: it is not what `type` says in the schema"
    );
}

#[test]
fn both_must_accept_and_the_first_that_does_not_says_why() {
    let polite = |_: &Request, response: &Response| match response.text().contains("please") {
        true => Verdict::Accept,
        false => Verdict::elsewhere("it is rude"),
    };
    let both = not_empty().and(polite);
    assert!(check(&both, says("yes please")).is_ok());
    assert_eq!(check(&both, says("")).unwrap_err(), ErrorKind::Unaccepted);
    assert!(matches!(both.judge(&request(), &mut says("no")), Verdict::Elsewhere(_)));
    assert!(matches!(both.or_again().judge(&request(), &mut says("no")), Verdict::Retry(_)));
    let (kind, scope) = (ErrorKind::Unaccepted, ErrorKind::Unaccepted.scope());
    assert_eq!(kind.recovery(scope), Recovery::Elsewhere);
}

#[test]
fn almost_json_is_mended() {
    let cases = [
        ("{\"a\":1}", Some("{\"a\":1}")),
        ("\u{feff} [1]", Some("[1]")),
        ("```\n{\"a\":1}\n```", Some("{\"a\":1}")),
        ("```json\n{\"a\":1}", Some("{\"a\":1}")),
        ("It is {\"a\":1}.", Some("{\"a\":1}")),
        ("Use {it}: {\"a\":1}", Some("{\"a\":1}")),
        ("{\"a\":1, /* why */ \"b\": // so\n 2}", Some("{\"a\":1,  \"b\":  2}")),
        ("{a: None, 'b': True, c: False}", Some("{\"a\": null, \"b\": true, \"c\": false}")),
        ("{\"a\":\"one\ntwo\t\u{1}\"}", Some("{\"a\":\"one\\ntwo\\t\\u0001\"}")),
        ("{'say': 'it\\'s \"so\"'}", Some("{\"say\": \"it's \\\"so\\\"\"}")),
        ("{“a”: “b”}", Some("{\"a\": \"b\"}")),
        ("{\"path\":\"C:\\dir\"}", Some("{\"path\":\"C:\\\\dir\"}")),
        ("{\"a\": 1e5, \"b\": -2.5E-3,}", Some("{\"a\": 1e5, \"b\": -2.5E-3}")),
        ("{\"a\": \"cut", None),
        ("{\"a\": [1, 2", None),
        ("{\"a\": nothing}", None),
        ("[1}", None),
        ("Hello", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(mend(text).as_deref(), expected, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn whatever_is_mended_is_json(text in "[\\[\\]{}\"',:a-cT1 \\\\/*\n`“]{0,40}") {
        if let Some(mended) = mend(&text) {
            proptest::prop_assert!(nohop_types::Json::new(mended).is_ok());
        }
    }
}
