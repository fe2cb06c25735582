//! What the request says, and who is known not to understand it.

use nohop::policy::Candidate;
use nohop::{
    Document, Effort, Image, Json, Media, Message, Modality, OutputFormat, Parallel, Part, Request,
    Schema, Tool, ToolCall, ToolChoice, ToolResult,
};

use super::{candidates, check_of};

/// What nobody lacks that nobody says anything of.
const SHOP: &str = "
    big@full
    big@old   no:tools no:forced_tools no:schema no:prefill
    big@plain no:reasoning no:sampling no:parallel_tools answers:4096
";

fn asked() -> Request {
    Request::new("a/big").user("Hello?")
}

fn schema() -> OutputFormat {
    OutputFormat::JsonSchema(Schema::new("s", Json::new(r#"{"type":"object"}"#).unwrap()))
}

fn tooled() -> Request {
    asked().tool(Tool::function("f", Json::new(r#"{"type":"object"}"#).unwrap()))
}

fn check(request: Request, order: &'static str, reasons: &'static str) {
    check_of(&request, &candidates(SHOP), &[(r#"{"require_parameters":true}"#, order, reasons)]);
}

#[test]
fn who_lacks_what_the_request_says_is_not_asked_where_that_is_required() {
    check(asked(), "full old plain", "");
    check(tooled(), "full plain", "require_parameters: tools: -old");
    check(tooled().tool_choice(ToolChoice::Auto), "full plain", "require_parameters: tools: -old");
    check(
        asked().tool_choice(ToolChoice::Required),
        "full plain",
        "require_parameters: tool_choice: -old",
    );
    check(asked().output(schema()), "full plain", "require_parameters: output: -old");
    check(asked().output(OutputFormat::JsonObject), "full old plain", "");
    check(asked().parallel(Parallel::Forbid), "full old", "require_parameters: parallel: -plain");
    check(asked().effort(Effort::High), "full old", "require_parameters: thinking: -plain");
    check(asked().effort(Effort::None), "full old plain", "");
    check(asked().temperature(0.5), "full old", "require_parameters: sampling: -plain");
    check(asked().seed(7), "full old plain", "");
    check(asked().max_tokens(4_096), "full old plain", "");
    check(asked().max_tokens(4_097), "full old", "require_parameters: max_tokens: -plain");
    check(asked().assistant("Well,"), "full plain", "require_parameters: prefill: -old");
    check(
        tooled().temperature(0.5),
        "full",
        "require_parameters: tools: -old; require_parameters: sampling: -plain",
    );
}

#[test]
fn who_does_not_answer_in_what_is_asked_for_is_left_out() {
    let writes = |target, writes: &[Modality]| {
        let offer = nohop::policy::Offer { writes: writes.to_vec(), ..Default::default() };
        Candidate::new(target).offer(offer)
    };
    let shop = [
        writes("big@writer", &[Modality::Text]),
        writes("big@painter", &[Modality::Text, Modality::Image]),
        writes("big@new", &[]),
    ];
    let painted = asked().modalities([Modality::Text, Modality::Image]);
    check_of(
        &painted,
        &shop,
        &[
            (
                r#"{"require_parameters":true}"#,
                "painter new",
                "require_parameters: modalities: -writer",
            ),
            (r#"{"require_parameters":false}"#, "writer painter new", ""),
        ],
    );
}

#[test]
fn what_can_be_told_as_a_text_is_no_modality_of_its_own() {
    let offer = nohop::policy::Offer { reads: vec![Modality::Text], ..Default::default() };
    let shop = [Candidate::new("big@reader").offer(offer), Candidate::new("big@new")];
    let shown = |media_type: &str| {
        let document = Document::new(Media::bytes(media_type, "Why?"));
        asked().message(Message::user(Part::from(document)))
    };
    let check = |request: Request, order: &'static str, reasons: &'static str| {
        check_of(&request, &shop, &[(r#"{"require_parameters":true}"#, order, reasons)]);
    };
    check(shown("text/plain"), "reader new", "");
    check(shown("application/pdf"), "new", "require_parameters: modalities: -reader");
    // What a tool answers with is read as well.
    let call = ToolCall::new("1", "look", "{}");
    let picture = Part::from(Image::new(Media::bytes("image/png", "...")));
    let answered = asked()
        .message(Message::assistant(Part::from(call)))
        .message(Message::tool(ToolResult::new("1", [picture])));
    check(answered, "new", "require_parameters: modalities: -reader");
}

#[test]
fn a_call_is_no_turn_to_go_on_from() {
    let call = Part::from(ToolCall::new("1", "look", "{}"));
    check(asked().message(Message::assistant(call)), "full old plain", "");
}

#[test]
fn tools_and_schemas_are_preferred_within_a_model_whoever_asks() {
    let cases = |order, reasons| {
        [("{}", order, reasons), (r#"{"require_parameters":false}"#, order, reasons)]
    };
    let shop = candidates(SHOP);
    check_of(&tooled(), &shop, &cases("full plain", "tools, within a model: -old"));
    check_of(
        &asked().output(schema()),
        &shop,
        &cases("full plain", "output, within a model: -old"),
    );
    check_of(&asked().temperature(0.5), &shop, &cases("full old plain", ""));
    // No model is left out: neither the only target of its own, nor one whose targets all lack it.
    let models = candidates(
        "big@full
         big@old no:tools
         small@one no:tools name:1
         small@two no:tools name:1
         other@three name:2",
    );
    let order = "full small@one small@two other@three";
    check_of(&tooled(), &models, &cases(order, "tools, within a model: -old"));
    check_of(
        &tooled(),
        &models,
        &[(
            r#"{"require_parameters":true}"#,
            "full other@three",
            "require_parameters: tools: -old -small@one -small@two",
        )],
    );
}
