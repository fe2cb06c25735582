//! What the called model can not do is left out, made to fit, or refused.

use nohop_types::{ErrorKind, Request, Tool, ToolChoice};
use nohop_wire::dialect::{Anthropic, LateSystem};
use nohop_wire::{Abilities, Ability, Dialect, Mode};
use serde_json::{Value, json};

use super::{ANTHROPIC, HOSTED, MISTRAL, OPENAI, expect, hi, sent};

const ALL: [&dyn Dialect; 4] = [OPENAI, HOSTED, MISTRAL, ANTHROPIC];

/// A model that can not do what `name` says.
fn without(name: &str, ability: Ability) -> Abilities {
    let mut abilities = Abilities::default();
    let field = match name {
        "sampling" => &mut abilities.sampling,
        "stop" => &mut abilities.stop,
        "forced_tools" => &mut abilities.forced_tools,
        "prefill" => &mut abilities.prefill,
        _ => &mut abilities.late_system,
    };
    *field = ability;
    abilities
}

/// Without the ability `name`, the request is `body` and these losses, or it is refused.
fn check(dialect: &dyn Dialect, name: &str, request: &Request, mut body: Value, losses: &[&str]) {
    if dialect.name() == Anthropic::NAME {
        body["max_tokens"] = 4096.into();
    }
    expect(sent(dialect, request, Mode::Whole, &without(name, Ability::Drop)), body, losses);
    let error = sent(dialect, request, Mode::Whole, &without(name, Ability::Refuse)).unwrap_err();
    let field = losses[0].split(':').next().unwrap();
    let message = format!("{field}: the model does not take it; leave it out");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().ends_with(&message), "{error}");
}

#[test]
fn a_model_that_chooses_tokens_itself_is_told_nothing_of_it() {
    let request = hi().temperature(0.5).sampling(|sampling| sampling.top_p = Some(0.9));
    let losses = [
        "temperature: dropped: the model does not take it",
        "top_p: dropped: the model does not take it",
    ];
    for dialect in ALL {
        let messages = json!([{ "role": "user", "content": "Hi" }]);
        check(dialect, "sampling", &request, json!({ "messages": messages }), &losses);
    }
}

#[test]
fn a_model_without_stop_words_is_given_none() {
    let request = hi().sampling(|sampling| sampling.stop = vec!["END".into()]);
    for dialect in ALL {
        let messages = json!([{ "role": "user", "content": "Hi" }]);
        let losses = ["stop: dropped: the model does not take it"];
        check(dialect, "stop", &request, json!({ "messages": messages }), &losses);
    }
}

#[test]
fn a_model_that_can_not_be_made_to_call_tools_is_left_to_choose() {
    let schema = json!({ "type": "object", "properties": {} });
    let losses = ["tool_choice: dropped: the model does not take it"];
    for choice in [ToolChoice::Required, ToolChoice::Named("clock".into())] {
        let request = hi().tool(Tool::function("clock", schema.clone())).tool_choice(choice);
        for dialect in ALL {
            let tool = match dialect.name() {
                Anthropic::NAME => json!({ "name": "clock", "input_schema": schema }),
                _ => json!({
                    "type": "function",
                    "function": { "name": "clock", "parameters": schema },
                }),
            };
            let messages = json!([{ "role": "user", "content": "Hi" }]);
            let body = json!({ "messages": messages, "tools": [tool] });
            check(dialect, "forced_tools", &request, body, &losses);
        }
    }
}

#[test]
fn a_model_may_choose_of_its_tools_even_if_it_can_not_be_made_to() {
    let abilities = without("forced_tools", Ability::Refuse);
    for choice in [ToolChoice::Auto, ToolChoice::None] {
        let request = hi().tool_choice(choice);
        for dialect in ALL {
            assert!(sent(dialect, &request, Mode::Whole, &abilities).is_ok());
        }
    }
}

#[test]
fn a_model_that_can_not_go_on_from_its_own_words_is_not_given_them() {
    let request = hi().assistant("Once");
    let losses = ["prefill: dropped: the model does not take it"];
    for dialect in ALL {
        let messages = json!([{ "role": "user", "content": "Hi" }]);
        check(dialect, "prefill", &request, json!({ "messages": messages }), &losses);
    }
    let answered = request.user("Go on.");
    for dialect in ALL {
        let abilities = without("prefill", Ability::Refuse);
        assert!(sent(dialect, &answered, Mode::Whole, &abilities).is_ok());
    }
}

#[test]
fn a_late_turn_of_the_application_is_told_as_the_users_where_it_must() {
    let request = hi().assistant("Hello").system("In French.").user("Bye");
    let body = json!({
        "messages": [
            { "role": "user", "content": "Hi" },
            { "role": "assistant", "content": "Hello" },
            { "role": "user", "content": "In French." },
            { "role": "user", "content": "Bye" },
        ],
        "max_tokens": 4096,
    });
    let lost = ["late_system: translated: a late turn of the application is told as the user's"];
    let dropped = without("late_system", Ability::Drop);
    expect(sent(ANTHROPIC, &request, Mode::Whole, &dropped), body.clone(), &lost);
    let folded = Anthropic { late_system: LateSystem::Folded, ..Anthropic::PLAIN };
    expect(sent(&folded, &request, Mode::Whole, &Abilities::default()), body, &lost);

    let refused = without("late_system", Ability::Refuse);
    let error = sent(ANTHROPIC, &request, Mode::Whole, &refused).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
