//! Conversations that began elsewhere, in the form in which each host takes them.

use nohop::providers::table;
use nohop_types::{
    Content, Document, Image, Issuer, Media, Message, Part, Reasoning, Request, Role, Thinking,
    ToolCall, ToolResult,
};
use nohop_wire::dialect::{Anthropic, Cohere, Converse, Gemini, OpenAiChat, OpenAiResponses};
use nohop_wire::{Abilities, Dialect, Mode};
use serde_json::{Value, json};

use super::{ANTHROPIC, HOSTED, OPENAI};

const SILENT: &str = "messages: dropped: a turn that says nothing is refused";
const UNSAID: &str = "messages: dropped: nothing of the turn can be said here";
const ID: &str = "tool_call.id: translated: the host takes no ids of such a form";

fn mistral() -> &'static dyn Dialect {
    table::MISTRAL.ways[0].dialect
}

fn deepseek() -> &'static dyn Dialect {
    table::DEEPSEEK.ways[0].dialect
}

/// What `dialect` is told, and what it loses of the conversation.
fn told(dialect: &dyn Dialect, request: &Request) -> (Value, Vec<String>) {
    super::sent(dialect, request, Mode::Whole, &Abilities::default()).unwrap()
}

fn call(id: &str, name: &str) -> Part {
    Content::ToolCall(ToolCall::new(id, name, "{}")).into()
}

fn result(id: &str, text: &str) -> Part {
    Content::ToolResult(ToolResult::new(id, [Part::text(text)])).into()
}

fn image() -> Part {
    Content::Image(Image::new(Media::bytes("image/png", &b"\x89PNG"[..]))).into()
}

/// A person asks, and the model calls.
fn called(ids: [&str; 2]) -> Request {
    let calls = Message::new(Role::Assistant, [call(ids[0], "f"), call(ids[1], "g")]);
    Request::new("m").user("Go").message(calls)
}

/// The roles of the turns in `list`.
fn roles(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|turn| turn["role"].as_str().unwrap_or("-")).collect()
}

#[test]
fn pictures_of_tools_follow_when_every_tool_has_answered() {
    let shown = |id: &str| Message::tool(ToolResult::new(id, [Part::text("Seen."), image()]));
    let request = called(["a", "b"]).message(shown("a")).message(shown("b")).user("So?");
    for dialect in [HOSTED, &Cohere::PLAIN] {
        let (body, _) = told(dialect, &request);
        let roles = roles(&body["messages"]);
        assert_eq!(roles[..5], ["user", "assistant", "tool", "tool", "user"], "{body}");
        let shown = body["messages"][4]["content"].as_array().unwrap();
        let images = shown.iter().filter(|part| part["type"] == "image_url");
        assert_eq!(images.count(), 2, "{body}");
    }
}

#[test]
fn answers_stand_behind_their_calls_wherever_the_caller_put_them() {
    let between = called(["a", "b"])
        .message(Message::tool(ToolResult::new("b", [Part::text("2")])))
        .user("Wait.")
        .message(Message::tool(ToolResult::new("a", [Part::text("1")])));
    let behind =
        Message::new(Role::User, [Part::text("Wait."), result("b", "2"), result("a", "1")]);
    for request in [between, called(["a", "b"]).message(behind)] {
        for dialect in [OPENAI, HOSTED, &Cohere::PLAIN] {
            let (body, losses) = told(dialect, &request);
            let turns = roles(&body["messages"]);
            assert_eq!(turns, ["user", "assistant", "tool", "tool", "user"], "{body}");
            assert_eq!(losses, [""; 0]);
        }
        let (body, _) = told(ANTHROPIC, &request);
        let blocks = &body["messages"][2]["content"];
        let ids = [&blocks[0]["tool_use_id"], &blocks[1]["tool_use_id"], &blocks[2]["text"]];
        assert_eq!(ids, ["b", "a", "Wait."], "{body}");
        let (body, _) = told(&Converse::PLAIN, &request);
        let blocks = &body["messages"][2]["content"];
        let id = |at: usize| &blocks[at]["toolResult"]["toolUseId"];
        assert_eq!([id(0), id(1), &blocks[2]["text"]], ["b", "a", "Wait."], "{body}");
        let (body, _) = told(&Gemini::PLAIN, &request);
        let answers = body["contents"][2]["parts"].as_array().unwrap();
        let answers = answers.iter().filter(|part| part.get("functionResponse").is_some());
        assert_eq!((answers.count(), roles(&body["contents"]).len()), (2, 3), "{body}");
    }
}

#[test]
fn ids_of_calls_take_the_form_of_the_host_and_their_answers_with_them() {
    let (short, long) = ("abcXYZ123", "toolu_0123456789012345678901234567890123456789");
    let ids = |request: &Request| {
        let (body, losses) = told(mistral(), request);
        let (turns, id) = (&body["messages"], |value: &Value| value.as_str().unwrap().to_owned());
        let calls = [0, 1].map(|at| id(&turns[1]["tool_calls"][at]["id"]));
        let answers = [2, 3].map(|at| id(&turns[at]["tool_call_id"]));
        assert_eq!(calls, answers, "{body}");
        assert!(calls.iter().all(|id| id.len() == 9), "{body}");
        assert_eq!(losses, [ID]);
        calls
    };
    let request = called([short, long]).result(short, "1").result(long, "2");
    let first = ids(&request);
    assert_eq!(first[0], short);
    // Each turn tells them alike, whatever is said behind them.
    assert_eq!(ids(&request.assistant("So.").user("And?")), first);

    let request = called([short, long]).result(short, "1").result(long, "2");
    let (body, losses) = told(OPENAI, &request);
    let (calls, answer) = (&body["messages"][1]["tool_calls"], &body["messages"][3]);
    assert_eq!((&calls[0]["id"], &calls[1]["id"]), (&json!(short), &answer["tool_call_id"]));
    assert!(answer["tool_call_id"].as_str().unwrap().len() <= 40, "{body}");
    assert_eq!(losses, [ID]);
    assert_eq!(told(HOSTED, &request).0["messages"][3]["tool_call_id"], long);

    let longer = long.repeat(2);
    let request = called([short, &longer]).result(short, "1").result(&*longer, "2");
    let (body, losses) = told(&OpenAiResponses::PLAIN, &request);
    let (call, answer) = (&body["input"][2]["call_id"], &body["input"][4]["call_id"]);
    assert!(call == answer && call.as_str().unwrap().len() <= 64, "{body}");
    assert_eq!(losses, ["tool_call.id: translated: the dialect takes 64 characters in ids"]);
}

#[test]
fn ids_that_differ_in_what_a_host_does_not_take_stay_apart() {
    let request = called(["f:0", "f_0"]).result("f:0", "1").result("f_0", "2");
    let (body, losses) = told(ANTHROPIC, &request);
    let (calls, answers) = (&body["messages"][1]["content"], &body["messages"][2]["content"]);
    assert_eq!(calls[0]["id"], "f_0");
    assert_ne!(calls[1]["id"], "f_0");
    let answered = [&answers[0]["tool_use_id"], &answers[1]["tool_use_id"]];
    assert_eq!(answered, [&calls[0]["id"], &calls[1]["id"]]);
    assert_eq!(losses.len(), 1, "{losses:?}");
}

#[test]
fn an_answer_is_told_for_the_last_call_of_its_id() {
    let step = |request: Request, name: &str| {
        request.message(Message::assistant(call("call_0", name))).result("call_0", name)
    };
    let (body, _) = told(&Gemini::PLAIN, &step(step(Request::new("m").user("Go"), "f"), "g"));
    let name = |turn: usize| &body["contents"][turn]["parts"][0]["functionResponse"]["name"];
    assert_eq!([name(2), name(4)], ["f", "g"]);
}

#[test]
fn a_model_that_said_nothing_is_left_out_and_those_around_it_are_neighbours() {
    let foreign = Reasoning::text(Issuer::new("novel", "there", "m"), "Hm.");
    for silent in [vec![], vec![Part::new(Content::Reasoning(foreign))]] {
        let many = usize::from(!silent.is_empty());
        let turn = Message::new(Role::Assistant, silent);
        let request = Request::new("m").user("Hi").message(turn).user("So?");
        for (dialect, key, why) in [
            (OPENAI, "messages", UNSAID),
            (mistral(), "messages", UNSAID),
            (deepseek(), "messages", UNSAID),
            (&Cohere::PLAIN, "messages", UNSAID),
            (&OpenAiResponses::PLAIN, "input", UNSAID),
            (ANTHROPIC, "messages", SILENT),
            (&Gemini::PLAIN, "contents", SILENT),
        ] {
            let (body, losses) = told(dialect, &request);
            assert_eq!(roles(&body[key]), ["user", "user"], "{body}");
            assert_eq!((&*losses[many], losses.len()), (why, many + 1), "{body}");
        }
        let (body, losses) = told(&Converse::PLAIN, &request);
        let turns = json!([{ "role": "user", "content": [{ "text": "Hi" }, { "text": "So?" }] }]);
        assert_eq!((&body["messages"], &*losses[many]), (&turns, SILENT));
    }
}

#[test]
fn what_the_person_shows_is_not_lost_beside_a_late_word_of_the_application() {
    let request = Request::new("m").user("Hi").assistant("Yes?").system("Be brief.");
    let shown = Message::new(Role::User, [image(), Part::text("See?")]);
    let (body, losses) = told(&Converse::PLAIN, &request.message(shown));
    let blocks = body["messages"][2]["content"].as_array().unwrap();
    assert!(blocks.len() == 3 && blocks[1].get("image").is_some(), "{body}");
    assert_eq!(losses.len(), 1, "{losses:?}");
}

#[test]
fn a_late_word_of_the_application_is_the_persons_where_it_would_be_refused() {
    let request = Request::new("m").system("One.").user("Hi").assistant("Yes?").system("Two.");
    let (body, losses) = told(mistral(), &request.user("So?"));
    assert_eq!(roles(&body["messages"]), ["system", "user", "assistant", "user", "user"]);
    let lost = "late_system: translated: a late turn of the application is told as the user's";
    assert_eq!(losses, [lost]);
}

#[test]
fn a_host_of_text_alone_is_told_texts() {
    let note = Document::new(Media::bytes("text/plain", &b"Noted."[..]));
    let pages = Document::new(Media::bytes("application/pdf", &b"%PDF"[..]));
    let parts = [Part::text("See?"), image(), Content::Document(note).into()];
    let turn = Message::new(Role::User, parts).and(Content::Document(pages));
    let request = Request::new("m").message(turn).assistant("So.").user("And?");
    let (body, losses) = told(deepseek(), &request);
    let content = json!([{ "type": "text", "text": "See?" }, { "type": "text", "text": "Noted." }]);
    assert_eq!(body["messages"][0]["content"], content);
    assert_eq!(
        losses,
        [
            "image: dropped: the host does not take it",
            "document: translated: the host does not take it, and it is told as a text",
            "document: dropped: the host does not take it",
        ]
    );
}

#[test]
fn a_host_that_wants_a_word_on_thinking_with_every_call_is_told_an_empty_one() {
    let mine = Issuer::new(OpenAiChat::NAME, "here", "m");
    let own = Reasoning::text(mine, "Hm.");
    let own = Message::new(Role::Assistant, [Content::Reasoning(own).into(), call("c", "f")]);
    let request = called(["a", "b"]).result("a", "1").result("b", "2").message(own);
    let (body, losses) = told(deepseek(), &request.result("c", "3").assistant("So.").user("And?"));
    let thought = |turn: usize| &body["messages"][turn]["reasoning_content"];
    assert_eq!([thought(1), thought(4), thought(6)], [&json!(""), &json!("Hm."), &Value::Null]);
    assert_eq!(losses, [""; 0]);
}

#[test]
fn a_refusal_is_a_text_where_there_is_no_field_for_it() {
    let request = Request::new("m").user("Hi").assistant(Content::Refusal("No.".into())).user("?");
    let (body, losses) = told(OPENAI, &request);
    assert_eq!((&body["messages"][1]["refusal"], losses.len()), (&json!("No."), 0));
    for dialect in [HOSTED, mistral(), deepseek()] {
        let (body, losses) = told(dialect, &request);
        let turn = json!({ "role": "assistant", "content": "No." });
        assert_eq!(body["messages"][1], turn);
        assert_eq!(losses, ["refusal: translated: the host tells a refusal as text"]);
    }
}

#[test]
fn claude_does_not_think_on_behind_calls_that_another_thought_over() {
    const LOST: &str =
        "thinking: dropped: the model does not think on behind calls that another thought over";
    let answered = |by: &Issuer| {
        let thought = Content::Reasoning(Reasoning::text(by.clone(), "Hm.").signed("c2ln"));
        let calls = Message::new(Role::Assistant, [thought.into(), call("a", "f")]);
        let request = Request::new("m").user("Go").message(calls).result("a", "1");
        request.thinking(Thinking::budget(2_048))
    };
    let model = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    for (dialect, name) in [(ANTHROPIC, Anthropic::NAME), (&Converse::PLAIN, Converse::NAME)] {
        let thinks = |request: &Request| {
            let mut request = request.clone();
            request.model = model.to_owned();
            let (body, losses) = told(dialect, &request);
            let told = [&body["thinking"], &body["additionalModelRequestFields"]["thinking"]];
            (told.iter().any(|told| told["type"] == "enabled"), losses.iter().any(|it| it == LOST))
        };
        let (own, foreign) = (Issuer::new(name, "here", model), Issuer::new("novel", "there", "m"));
        assert_eq!(thinks(&answered(&own)), (true, false), "{name}");
        assert_eq!(thinks(&answered(&foreign)), (false, true), "{name}");
        // Whoever said nothing in between is not there.
        let silent = Message::new(Role::Assistant, []);
        assert_eq!(
            thinks(&answered(&foreign).message(silent).user("So?")),
            (false, true),
            "{name}"
        );
        let over = answered(&foreign).assistant("Done.").user("And now?");
        assert_eq!(thinks(&over), (true, false), "{name}");
    }
}

#[test]
fn a_text_of_white_space_is_left_out_where_it_is_refused() {
    let turn = Message::new(Role::Assistant, [Part::text("\n\n"), Part::text("Yes.")]);
    let request = Request::new("m").user("Hi").message(turn).user("So?");
    for dialect in [ANTHROPIC, &Converse::PLAIN] {
        let (body, losses) = told(dialect, &request);
        let content = &body["messages"][1]["content"];
        assert!(content == "Yes." || *content == json!([{ "text": "Yes." }]), "{body}");
        assert_eq!(losses, ["text: dropped: a text of white space is refused"]);
    }
}
