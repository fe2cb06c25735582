use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::asker::asker;
use crate::{
    CacheMark, Content, Effort, Error, ErrorKind, Extras, Message, Modality, OutputFormat,
    Parallel, Part, Preferences, Priority, Response, Result, Role, Sampling, Secret, ServiceTier,
    Thinking, Tool, ToolChoice, ToolResult, Verbosity,
};

/// What the caller wants answered.
///
/// ```
/// use nohop_types::{Json, Request, Response, Tool};
///
/// # fn send(_: &Request) -> Response { Response::default() }
/// # fn weather(_: &str) -> String { String::new() }
/// let schema = Json::new(r#"{"type":"object","properties":{"city":{"type":"string"}}}"#)?;
/// let mut request =
///     Request::new("author/model").tool(Tool::function("weather", schema)).user("Rain in Paris?");
/// loop {
///     let response = send(&request);
///     request = request.answer(&response);
///     if response.tool_calls().next().is_none() {
///         break;
///     }
///     for call in response.tool_calls() {
///         request = request.result(&call.id, weather(&call.arguments));
///     }
/// }
/// # Ok::<(), nohop_types::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// A route's name, a model as `author/slug`, or one target as `model@endpoint`.
    pub model: String,
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// The tools the model may call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// Which tools it shall call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Whether it may call several at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel: Option<Parallel>,
    /// What the answer shall look like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputFormat>,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// The most tokens the answer may have, thinking included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// How the model shall think.
    #[serde(skip_serializing_if = "Thinking::is_empty")]
    pub thinking: Thinking,
    /// How soon, and at what price, the request is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<ServiceTier>,
    /// How soon it goes before others that wait for the same room; never sent.
    #[serde(skip_serializing_if = "Priority::is_normal")]
    pub priority: Priority,
    /// What the answer may consist of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modalities: Vec<Modality>,
    /// A text the answer will probably repeat in large parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction: Option<String>,
    /// How much the model says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verbosity: Option<Verbosity>,
    /// The whole prompt is worth caching, as far as the provider can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheMark>,
    /// Who asks, for the provider's own watch against abuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Which conversation this is: requests of one session want the same cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Words for the provider to keep beside the answer.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// Words for policies and the ledger; never sent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What it prefers among those who could answer it; never sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferences: Option<Box<Preferences>>,
    /// The caller's own key for this request; never serialized.
    #[serde(skip)]
    pub key: Option<Secret>,
    /// The caller's own headers for this request; never serialized.
    #[serde(skip)]
    pub headers: Vec<(String, Secret)>,
    /// What else a provider may be told.
    #[serde(skip_serializing_if = "Extras::is_empty")]
    pub extra: Extras,
}

impl Request {
    /// An empty request for `model`.
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: model.into(), ..Self::default() }
    }

    /// Appends a turn of the application.
    #[must_use]
    pub fn system(self, part: impl Into<Part>) -> Self {
        self.message(Message::system(part))
    }

    /// Appends a turn of the person.
    #[must_use]
    pub fn user(self, part: impl Into<Part>) -> Self {
        self.message(Message::user(part))
    }

    /// Appends a turn of the model.
    #[must_use]
    pub fn assistant(self, part: impl Into<Part>) -> Self {
        self.message(Message::assistant(part))
    }

    /// Appends a turn.
    #[must_use]
    pub fn message(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }

    /// Appends the first choice of `response` as the model's turn.
    #[must_use]
    pub fn answer(self, response: &Response) -> Self {
        self.message(Message::new(Role::Assistant, response.parts().iter().cloned()))
    }

    /// Appends a tool's answer to the call `id`.
    #[must_use]
    pub fn result(self, id: impl Into<String>, part: impl Into<Part>) -> Self {
        self.message(Message::tool(ToolResult::new(id, [part.into()])))
    }

    /// Offers a tool.
    #[must_use]
    pub fn tool(mut self, tool: Tool) -> Self {
        self.tools.push(tool);
        self
    }

    /// Says which tools the model shall call.
    #[must_use]
    pub fn tool_choice(mut self, choice: ToolChoice) -> Self {
        self.tool_choice = Some(choice);
        self
    }

    /// Says whether the model may call several tools at once.
    #[must_use]
    pub fn parallel(mut self, parallel: Parallel) -> Self {
        self.parallel = Some(parallel);
        self
    }

    /// Says what the answer shall look like.
    #[must_use]
    pub fn output(mut self, output: OutputFormat) -> Self {
        self.output = Some(output);
        self
    }

    /// Bounds the answer's tokens.
    #[must_use]
    pub fn max_tokens(mut self, most: u64) -> Self {
        self.max_tokens = Some(most);
        self
    }

    /// Says how far to stray from the likeliest token.
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.sampling.temperature = Some(temperature);
        self
    }

    /// Ends the answer at any of these words.
    #[must_use]
    pub fn stop<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.sampling.stop = words.into_iter().map(Into::into).collect();
        self
    }

    /// Asks for the same answer to the same seed.
    #[must_use]
    pub fn seed(mut self, seed: i64) -> Self {
        self.sampling.seed = Some(seed);
        self
    }

    /// Says how tokens are chosen, in every other respect.
    #[must_use]
    pub fn sampling(mut self, set: impl FnOnce(&mut Sampling)) -> Self {
        set(&mut self.sampling);
        self
    }

    /// Says how hard the model thinks.
    #[must_use]
    pub fn effort(mut self, effort: Effort) -> Self {
        self.thinking.effort = Some(effort);
        self
    }

    /// Says how the model thinks.
    #[must_use]
    pub fn thinking(mut self, thinking: Thinking) -> Self {
        self.thinking = thinking;
        self
    }

    /// Says how soon, and at what price, the request is served.
    #[must_use]
    pub fn tier(mut self, tier: ServiceTier) -> Self {
        self.tier = Some(tier);
        self
    }

    /// Says how soon it goes before others that wait for the same room.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Says what the answer may consist of.
    #[must_use]
    pub fn modalities(mut self, modalities: impl IntoIterator<Item = Modality>) -> Self {
        self.modalities = modalities.into_iter().collect();
        self
    }

    /// Says what the answer will probably repeat.
    #[must_use]
    pub fn prediction(mut self, text: impl Into<String>) -> Self {
        self.prediction = Some(text.into());
        self
    }

    /// Says that the whole prompt is worth caching.
    #[must_use]
    pub fn cached(mut self, mark: CacheMark) -> Self {
        self.cache = Some(mark);
        self
    }

    /// Says how much the model says.
    #[must_use]
    pub fn verbosity(mut self, verbosity: Verbosity) -> Self {
        self.verbosity = Some(verbosity);
        self
    }

    asker!();

    /// Names what else to ask for where the request's own model, and those named before, are of no help.
    #[must_use]
    pub fn or(mut self, model: impl Into<String>) -> Self {
        self.preferences.get_or_insert_default().models.push(model.into());
        self
    }

    /// Says which conversation this is.
    #[must_use]
    pub fn session(mut self, session: impl Into<String>) -> Self {
        self.session = Some(session.into());
        self
    }

    /// Adds a word for the provider to keep.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Finds what every provider would refuse, so that none need be asked.
    ///
    /// That is a conversation without a message, and a tool's answer to a call that was not made
    /// before it. A history may begin anywhere: who cuts a call off cuts its answer off too.
    ///
    /// # Errors
    ///
    /// `InvalidRequest`, which names the place.
    pub fn check(&self) -> Result<()> {
        if self.messages.is_empty() {
            return Err(wrong("the request has no message; add one, as `Request::user` does"));
        }
        let mut calls = BTreeSet::new();
        for (turn, message) in self.messages.iter().enumerate() {
            for (part, it) in message.parts.iter().enumerate() {
                match &it.content {
                    Content::ToolCall(call) if message.role == Role::Assistant => {
                        calls.insert(&*call.id);
                    }
                    Content::ToolResult(result) if !calls.contains(&*result.id) => {
                        let error = wrong(
                            "a tool's answer to a call that no turn before it made; keep the model's \
                             turn with the call, under the same id, or leave the answer out",
                        );
                        return Err(error.at(format_args!("messages[{turn}].parts[{part}]")));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// How many bytes the conversation has.
    pub fn len(&self) -> usize {
        self.messages.iter().flat_map(|message| &message.parts).map(Part::len).sum()
    }

    /// Whether the conversation says nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, what)
}

mod essence;
#[cfg(test)]
mod tests;
