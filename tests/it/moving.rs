//! Conversations that move: eight providers take turns in one conversation, and none refuses what the
//! others left in it.
//!
//! The emulators judge as the real providers do, and sign, seal and number what they say by rules of
//! their own. What reached them is read here by hand, and held to what was said.

mod heard;
mod hosts;
mod losses;
mod said;
mod talk;

use nohop::wire::Mode;
use nohop::{Content, ErrorKind, Request, Tool, ToolCall};
use serde_json::json;

use self::hosts::{HOSTS, Hosts};
use self::losses::Losses;
use self::said::{Asked, Random, Said};
use self::talk::Talk;
use crate::road::{MODES, ask};

/// How many conversations wander, and for how long.
const WALKS: u64 = 200;
const TURNS: usize = 10;

#[tokio::test]
async fn a_conversation_goes_from_anyone_to_anyone_and_back_whatever_is_in_it() {
    let hosts = Hosts::start().await;
    let mut losses = Losses::default();
    for first in 0..HOSTS.len() {
        for second in 0..HOSTS.len() {
            for mode in MODES {
                for said in Said::ALL {
                    let mut talk = Talk::new(format!("{said:?}, {mode:?}"));
                    talk.goes_on(&hosts, first, Asked::Text, said, mode, &mut losses).await;
                    talk.goes_on(&hosts, second, Asked::Text, Said::Thought, mode, &mut losses)
                        .await;
                    talk.goes_on(&hosts, first, Asked::Text, Said::Text, mode, &mut losses).await;
                }
            }
            for asked in Asked::ALL {
                let mut talk = Talk::new(format!("{asked:?}"));
                for (host, said) in
                    [(first, Said::Calls), (second, Said::Text), (first, Said::Text)]
                {
                    talk.goes_on(&hosts, host, asked, said, Mode::Whole, &mut losses).await;
                }
            }
        }
    }
    losses.are_listed();
}

/// Whose dialect tells arguments as an object, and not as its text.
const OBJECTS: [&str; 3] = ["anthropic", "gemini", "bedrock"];

#[tokio::test]
async fn arguments_that_are_no_object_are_the_callers_fault_where_one_is_needed() {
    let hosts = Hosts::start().await;
    let call = ToolCall::new("abcdefgh1", "look", r#"{"of":"#);
    let request = Request::new("").user("Look.").assistant(Content::ToolCall(call));
    let request = request.result("abcdefgh1", "Gone.").tool(Tool::function("look", json!({})));
    for (host, is) in HOSTS.iter().enumerate() {
        for mode in MODES {
            hosts.says(host, &[]);
            let mut request = request.clone();
            request.model = is.target();
            let answer = ask(&hosts.router, request, mode).await;
            let error = answer.as_ref().map_err(|error| error.kind()).err();
            let refused = OBJECTS.contains(&is.name).then_some(ErrorKind::InvalidRequest);
            assert_eq!(error, refused, "{}: {answer:?}", is.name);
        }
    }
}

#[tokio::test]
async fn conversations_wander_among_all_eight_and_nobody_refuses_them() {
    let hosts = Hosts::start().await;
    let mut losses = Losses::default();
    for seed in 0..WALKS {
        let mut random = Random::new(seed);
        let mut talk = Talk::new(format!("seed {seed}"));
        let mut host = random.below(HOSTS.len());
        for _ in 0..TURNS {
            // Always somebody else.
            host = (host + 1 + random.below(HOSTS.len() - 1)) % HOSTS.len();
            let (asked, said) = (random.one_of(&Asked::ALL), random.one_of(&Said::ALL));
            let mode = random.one_of(&MODES);
            talk.thinks(random.below(4) == 0);
            talk.goes_on(&hosts, host, asked, said, mode, &mut losses).await;
        }
    }
    losses.are_those_listed();
}
