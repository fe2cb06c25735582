//! How a model shall think, and what becomes of what it thought before.

use nohop_types::{
    Content, Effort, ExtraScope, Issuer, Message, Part, Reasoning, Request, Role, Thinking,
    Visibility,
};
use nohop_wire::dialect::{Anthropic, OpenAiChat, ThinkingField, ThinkingStyle};
use nohop_wire::{Abilities, Mode};
use serde_json::{Value, json};

use super::{ANTHROPIC, GATEWAY, HOSTED, MISTRAL, OPENAI, check, expect, hi, sent};

const FOREIGN: &str = "reasoning: dropped: another issuer's thinking means nothing here";

/// A conversation whose last answer `issuer` thought over.
fn thought(issuer: &Issuer) -> Request {
    let parts = [
        Content::Reasoning(Reasoning::text(issuer.clone(), "Hm.").signed("c2ln")),
        Content::Reasoning(Reasoning::new(issuer.clone()).sealed("b3BhcXVl")),
        Content::Text("4".into()),
    ];
    let turn = Message::new(Role::Assistant, parts.map(Part::new));
    Request::new("m").user("2+2?").message(turn).user("Sure?")
}

/// The same conversation with `answer` as the model's turn.
fn around(answer: Value) -> Value {
    let (before, after) = ("2+2?", "Sure?");
    json!([{ "role": "user", "content": before }, answer, { "role": "user", "content": after }])
}

#[test]
fn thinking_goes_back_to_its_issuer_with_its_proof() {
    let details = json!([
        { "type": "reasoning.text", "text": "Hm.", "signature": "c2ln" },
        { "type": "reasoning.encrypted", "data": "b3BhcXVl" },
    ]);
    let answer = json!({ "role": "assistant", "content": "4", "reasoning_details": details });
    let mut request = thought(&Issuer::new(OpenAiChat::NAME, "here", "m"));
    check(GATEWAY, &request, json!({ "messages": around(answer.clone()) }), &[]);

    // What the issuer called its part is what it is called again.
    let own = ExtraScope::dialect(OpenAiChat::NAME);
    request.messages[1].parts[0].extra.push(own, "type", json!("reasoning.text").into());
    check(GATEWAY, &request, json!({ "messages": around(answer) }), &[]);

    let content = json!([
        { "type": "thinking", "thinking": "Hm.", "signature": "c2ln" },
        { "type": "redacted_thinking", "data": "b3BhcXVl" },
        { "type": "text", "text": "4" },
    ]);
    let messages = around(json!({ "role": "assistant", "content": content }));
    let request = thought(&Issuer::new(Anthropic::NAME, "here", "m"));
    check(ANTHROPIC, &request, json!({ "messages": messages, "max_tokens": 4096 }), &[]);
}

#[test]
fn thinking_of_another_issuer_is_left_out_and_said_so() {
    let messages = around(json!({ "role": "assistant", "content": "4" }));
    for dialect in [OPENAI, HOSTED, MISTRAL, GATEWAY] {
        let request = thought(&Issuer::new(Anthropic::NAME, "here", "m"));
        check(dialect, &request, json!({ "messages": messages }), &[FOREIGN]);
    }
    for other in [
        Issuer::new(OpenAiChat::NAME, "here", "m"),
        Issuer::new(Anthropic::NAME, "elsewhere", "m"),
        Issuer::new(Anthropic::NAME, "here", "other"),
    ] {
        let body = json!({ "messages": messages, "max_tokens": 4096 });
        check(ANTHROPIC, &thought(&other), body, &[FOREIGN]);
    }
}

#[test]
fn plain_thinking_goes_back_in_the_hosts_own_field() {
    let issuer = Issuer::new(OpenAiChat::NAME, "here", "m");
    let parts = [Content::Reasoning(Reasoning::text(issuer, "Hm.")), Content::Text("4".into())];
    let turn = Message::new(Role::Assistant, parts.map(Part::new));
    let request = Request::new("m").user("2+2?").message(turn).user("Sure?");

    let bare = json!({ "role": "assistant", "content": "4" });
    let lost = "reasoning: dropped: the host takes no thinking back";
    check(OPENAI, &request, json!({ "messages": around(bare) }), &[lost]);
    let beside = json!({ "role": "assistant", "content": "4", "reasoning_content": "Hm." });
    check(HOSTED, &request, json!({ "messages": around(beside) }), &[]);
    let pieces = json!([{ "type": "text", "text": "Hm." }]);
    let content =
        json!([{ "type": "thinking", "thinking": pieces }, { "type": "text", "text": "4" }]);
    let among = json!({ "role": "assistant", "content": content });
    check(MISTRAL, &request, json!({ "messages": around(among) }), &[]);
}

#[test]
fn sealed_thinking_is_a_loss_where_only_text_goes_back() {
    let issuer = Issuer::new(OpenAiChat::NAME, "here", "m");
    let mut sealed = Reasoning::text(issuer, "Hm.");
    sealed.sealed = Some("b3BhcXVl".into());
    let parts = [Content::Reasoning(sealed), Content::Text("4".into())];
    let turn = Message::new(Role::Assistant, parts.map(Part::new));
    let request = Request::new("m").user("2+2?").message(turn).user("Sure?");

    let lost = "reasoning.sealed: dropped: the host takes thinking back only as text";
    let beside = json!({ "role": "assistant", "content": "4", "reasoning_content": "Hm." });
    check(HOSTED, &request, json!({ "messages": around(beside) }), &[lost]);
    let pieces = json!([{ "type": "text", "text": "Hm." }]);
    let content =
        json!([{ "type": "thinking", "thinking": pieces }, { "type": "text", "text": "4" }]);
    let among = json!({ "role": "assistant", "content": content });
    check(MISTRAL, &request, json!({ "messages": around(among) }), &[lost]);
}

/// What a host whose thinking is told by `field` alone is sent of a wish, and what is lost.
fn told(field: ThinkingField, wish: Thinking, mut body: Value, losses: &[&str]) {
    let fields: &'static [ThinkingField] = match field {
        ThinkingField::Effort => &[ThinkingField::Effort],
        ThinkingField::Enable => &[ThinkingField::Enable],
        ThinkingField::Object => &[ThinkingField::Object],
        _ => &[ThinkingField::Toggle],
    };
    let dialect = OpenAiChat { thinking: fields, ..OpenAiChat::HOSTED };
    body["messages"] = json!([{ "role": "user", "content": "Hi" }]);
    check(&dialect, &hi().thinking(wish), body, losses);
}

#[test]
fn an_effort_is_told_by_each_field_in_its_way() {
    use ThinkingField::{Effort as Word, Enable, Object, Toggle};
    const FLAG: &str = "thinking.effort: translated: the host takes no effort, but a flag";
    let low = || Thinking::effort(Effort::Low);
    told(Word, low(), json!({ "reasoning_effort": "low" }), &[]);
    told(Enable, low(), json!({ "enable_thinking": true }), &[FLAG]);
    told(Object, low(), json!({ "reasoning": { "effort": "low" } }), &[]);

    let none = || Thinking::effort(Effort::None);
    told(Word, none(), json!({ "reasoning_effort": "none" }), &[]);
    told(Enable, none(), json!({ "enable_thinking": false }), &[FLAG]);
    told(Object, none(), json!({ "reasoning": { "effort": "none" } }), &[]);
    told(Toggle, none(), json!({ "thinking": { "type": "disabled" } }), &[]);
}

#[test]
fn a_budget_is_told_by_each_field_in_its_way() {
    use ThinkingField::{Effort as Word, Enable, Object, Toggle};
    const WORD: &str = "thinking.budget: translated: the host takes an effort instead";
    const NONE: &str = "thinking.budget: dropped: the host takes an effort and no budget";
    for (budget, effort) in [(0, "none"), (2_048, "low"), (16_384, "medium"), (16_385, "high")] {
        let body = json!({ "reasoning_effort": effort });
        told(Word, Thinking::budget(budget), body, &[WORD]);
    }
    let budget = || Thinking::budget(2_048);
    told(Enable, budget(), json!({ "thinking_budget": 2_048 }), &[]);
    told(Object, budget(), json!({ "reasoning": { "max_tokens": 2_048 } }), &[]);
    told(Toggle, budget(), json!({}), &[NONE]);
}

#[test]
fn thinking_may_be_hidden_where_there_is_a_word_for_it() {
    const SHOWN: &str = "thinking.visibility: dropped: the host shows its thinking as it likes";
    let hidden = || Thinking::effort(Effort::High).visibility(Visibility::Hidden);
    told(ThinkingField::Effort, hidden(), json!({ "reasoning_effort": "high" }), &[SHOWN]);
    let body = json!({ "reasoning": { "effort": "high", "exclude": true } });
    told(ThinkingField::Object, hidden(), body, &[]);
}

#[test]
fn anthropic_thinks_as_it_sees_fit_or_up_to_a_budget() {
    let check = |wish: Thinking, mut body: Value, losses: &[&str]| {
        body["messages"] = json!([{ "role": "user", "content": "Hi" }]);
        check(ANTHROPIC, &hi().thinking(wish), body, losses);
    };
    check(
        Thinking::effort(Effort::XHigh).visibility(Visibility::Summary),
        json!({
            "thinking": { "type": "adaptive", "display": "summarized" },
            "output_config": { "effort": "xhigh" },
            "max_tokens": 4096,
        }),
        &[],
    );
    check(
        Thinking::effort(Effort::Minimal),
        json!({
            "thinking": { "type": "adaptive" },
            "output_config": { "effort": "low" },
            "max_tokens": 4096,
        }),
        &["thinking.effort: clamped: the model knows no minimal: low"],
    );
    check(
        Thinking::effort(Effort::None),
        json!({ "thinking": { "type": "disabled" }, "max_tokens": 4096 }),
        &[],
    );
    check(
        Thinking::budget(2_048).visibility(Visibility::Hidden),
        json!({
            "thinking": { "type": "enabled", "budget_tokens": 2048, "display": "omitted" },
            "max_tokens": 6144,
        }),
        &[],
    );
    check(
        Thinking::budget(100),
        json!({
            "thinking": { "type": "enabled", "budget_tokens": 1024 },
            "max_tokens": 5120,
        }),
        &["thinking.budget: clamped: the least budget is 1024 tokens"],
    );
}

#[test]
fn a_model_that_takes_budgets_gets_one_for_an_effort() {
    let dialect = Anthropic { thinking: ThinkingStyle::Budget, ..Anthropic::PLAIN };
    let messages = json!([{ "role": "user", "content": "Hi" }]);
    let lost = ["thinking.effort: translated: the model takes a budget and no effort"];
    let body = json!({
        "messages": messages,
        "thinking": { "type": "enabled", "budget_tokens": 2048 },
        "max_tokens": 6144,
    });
    check(&dialect, &hi().effort(Effort::Low), body, &lost);

    let body = json!({
        "messages": messages,
        "thinking": { "type": "enabled", "budget_tokens": 1500 },
        "max_tokens": 2000,
    });
    check(&dialect, &hi().effort(Effort::High).max_tokens(2_000), body, &lost);

    let body = json!({ "messages": messages, "max_tokens": 1000 });
    let lost = ["thinking: dropped: max_tokens leaves no room for the least budget"];
    check(&dialect, &hi().effort(Effort::High).max_tokens(1_000), body, &lost);
}

#[test]
fn an_effort_the_model_does_not_know_becomes_the_nearest() {
    let abilities =
        Abilities { efforts: Some(vec![Effort::Low, Effort::High]), ..Abilities::default() };
    let request = hi().effort(Effort::Max);
    let messages = json!([{ "role": "user", "content": "Hi" }]);
    let lost = ["thinking.effort: clamped: the model knows no max: high"];
    for dialect in [OPENAI, HOSTED, MISTRAL] {
        let found = sent(dialect, &request, Mode::Whole, &abilities);
        expect(found, json!({ "messages": messages, "reasoning_effort": "high" }), &lost);
    }
    let found = sent(ANTHROPIC, &request, Mode::Whole, &abilities);
    let body = json!({
        "messages": messages,
        "thinking": { "type": "adaptive" },
        "output_config": { "effort": "high" },
        "max_tokens": 4096,
    });
    expect(found, body, &lost);
}
