//! A request, as this dialect writes it.

use nohop_types::{
    CacheMark, Effort, Error, ErrorKind, Extra, OutputFormat, Parallel, Result, Tool, ToolChoice,
    ToolKind, Verbosity, Visibility,
};

use super::{Budgets, Marks, OpenAiResponses, SealedThinking, input};
use crate::dialect::calls::{IdRule, Ids};
use crate::dialect::offered::offered;
use crate::dialect::openai_chat;
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::{Call, Encoded, Mode};

/// What asks for sealed thinking.
const SEALED: &str = "reasoning.encrypted_content";

/// The mark on a request of somebody who speaks the dialect.
pub(super) const THEIRS: &str = "memory.";

/// What asks for logprobs.
pub(super) const LOGPROBS: &str = "message.output_text.logprobs";

/// What the dialect takes for the id that a call is answered by.
const IDS: IdRule =
    IdRule { least: 1, most: 64, takes: |_| true, why: "the dialect takes 64 characters in ids" };

/// Writes the request of `call`.
pub(super) fn request(dialect: &OpenAiResponses, call: &Call<'_>) -> Result<Encoded> {
    let request = call.request;
    let endpoint = call.issuer.endpoint.as_deref().unwrap_or_default();
    let mut body = Body {
        dialect,
        call,
        out: Writer::of(request),
        losses: Losses::default(),
        reach: Reach { dialect: OpenAiResponses::NAME, endpoint },
        ids: Ids::new(IDS),
    };
    body.out.object();
    // Where the path names the model, the body need not.
    body.out.maybe("model", (!call.model.is_empty()).then_some(call.model));
    input::write(&mut body)?;
    body.tools()?;
    body.shape()?;
    body.sampling()?;
    let asked = body.thinking();
    body.memory(asked);
    body.rest();
    for field in dialect.refuses {
        if body.form(field).is_some_and(|form| form != "null") {
            body.takes(field);
        }
    }
    let Body { mut out, mut losses, reach, .. } = body;
    let inner = ["text.", "reasoning."];
    out.extras(&request.extra, "", &inner, reach, &mut losses).end_object();
    Ok(Encoded::json(call.address()?, out.into_bytes(), losses.into_vec()))
}

/// A request as it is written.
pub(super) struct Body<'a> {
    pub(super) dialect: &'a OpenAiResponses,
    pub(super) call: &'a Call<'a>,
    pub(super) out: Writer,
    pub(super) losses: Losses,
    pub(super) reach: Reach<'a>,
    pub(super) ids: Ids,
}

impl Body<'_> {
    /// The form in which the caller wrote a field, if the caller wrote it in this dialect.
    pub(super) fn form(&self, key: &str) -> Option<&str> {
        self.reach.form(&self.call.request.extra, key)
    }

    /// Whether the caller spoke this dialect, and so said about memory what there is to say.
    pub(super) fn is_theirs(&self) -> bool {
        self.form(THEIRS).is_some() || self.form("store").is_some()
    }

    /// Whether the host takes a field; one that it refuses is a loss.
    pub(super) fn takes(&mut self, key: &'static str) -> bool {
        let takes = !self.dialect.refuses.contains(&key);
        if !takes {
            self.out.take(key);
            self.losses.dropped(key, "the host refuses the field");
        }
        takes
    }

    /// Writes a field that the host may refuse.
    fn maybe(&mut self, key: &'static str, value: Option<impl serde::Serialize>) {
        if let Some(value) = value
            && self.takes(key)
        {
            self.out.field(key, value);
        }
    }

    /// Whether something is said of the object `prefix` that only this dialect has words for.
    fn told(&self, prefix: &str) -> bool {
        let reach = self.reach;
        let covers = |extra: &Extra| extra.scope.covers(reach.dialect, reach.endpoint);
        self.call.request.extra.iter().any(|e| e.key.starts_with(prefix) && covers(e))
    }

    fn tools(&mut self) -> Result<()> {
        let offered = offered(self.call.request, OpenAiResponses::NAME, &mut self.losses);
        if !offered.tools.is_empty() && self.takes("tools") {
            self.out.key("tools").array();
            for tool in &offered.tools {
                self.tool(tool)?;
            }
            self.out.end_array();
        }
        if let Some(choice) = offered.choice {
            self.tool_choice(choice)?;
        } else if self.call.request.tool_choice.is_some() {
            self.out.take("tool_choice");
        }
        self.maybe("parallel_tool_calls", offered.parallel.map(|p| p == Parallel::Allow));
        Ok(())
    }

    fn tool(&mut self, tool: &Tool) -> Result<()> {
        let function = match &tool.kind {
            ToolKind::Function(function) => function,
            ToolKind::Native { json, .. } => {
                self.out.raw(json.as_str());
                return Ok(());
            }
            _ => return Ok(()),
        };
        let (schemas, request) = (self.dialect.schemas, self.call.request);
        let strict = schemas.strict(request, tool, &mut self.losses);
        self.out.object().field("type", "function").field("name", &function.name);
        self.out.maybe("description", function.description.as_ref());
        if let Some(told) = &function.schema {
            let must = strict == Some(true);
            let told = schemas.tool(request, tool, told, must, &mut self.losses)?;
            self.out.key("parameters").raw(&told);
        }
        self.out.maybe("strict", strict);
        if tool.cache.is_some() {
            self.losses.dropped("tools", "the host marks only what stands in a message");
        }
        self.out.extras(&tool.extra, "", &[], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    fn tool_choice(&mut self, choice: &ToolChoice) -> Result<()> {
        let forced = matches!(
            choice,
            ToolChoice::Required | ToolChoice::Named(_) | ToolChoice::RequiredOf(_)
        );
        if forced && !self.call.abilities.forced_tools.allows("tool_choice", &mut self.losses)? {
            self.out.take("tool_choice");
            return Ok(());
        }
        if !self.takes("tool_choice") {
            return Ok(());
        }
        self.out.key("tool_choice");
        match choice {
            ToolChoice::None => self.out.string("none").done(),
            ToolChoice::Required => self.out.string("required").done(),
            ToolChoice::Named(name) => self.named(name),
            ToolChoice::Allowed(names) => self.allowed("auto", names),
            ToolChoice::RequiredOf(names) => self.allowed("required", names),
            _ => self.out.string("auto").done(),
        }
        Ok(())
    }

    fn allowed(&mut self, mode: &'static str, names: &[String]) {
        self.out.object().field("type", "allowed_tools").field("mode", mode).key("tools").array();
        names.iter().for_each(|name| self.named(name));
        self.out.end_array().end_object();
    }

    fn named(&mut self, name: &str) {
        self.out.object().field("type", "function").field("name", name).end_object();
    }

    /// Writes a mark at the end of a prompt worth caching.
    pub(super) fn mark(&mut self, mark: Option<CacheMark>) {
        let Some(mark) = mark else { return };
        let known: &[u64] = match self.dialect.marks {
            Marks::Breakpoint => {
                self.out.key("prompt_cache_breakpoint").object().field("mode", "explicit");
                &[1_800, 43_200]
            }
            Marks::Control => {
                self.out.key("cache_control").object().field("type", "ephemeral");
                &[300, 3_600]
            }
            Marks::None => {
                let why = "the host has no cache marks: it caches by itself";
                return self.losses.dropped("message", why);
            }
        };
        let lifetime = crate::dialect::lasting(mark, known, &mut self.losses);
        self.out.maybe("ttl", lifetime.map(crate::dialect::ttl)).end_object();
    }

    /// What the answer shall look like.
    fn shape(&mut self) -> Result<()> {
        let request = self.call.request;
        let said = request.output.is_some() || request.verbosity.is_some() || self.told("text.");
        if said && self.takes("text") {
            self.out.key("text").object();
            match &request.output {
                Some(OutputFormat::JsonObject) => self.format("json_object"),
                Some(OutputFormat::JsonSchema(schema)) => {
                    let told = self.dialect.schemas.answer(schema, &mut self.losses)?;
                    self.out.key("format").object().field("type", "json_schema");
                    self.out.field("name", schema.name.as_deref().unwrap_or("answer"));
                    self.out.maybe("description", schema.description.as_ref());
                    self.out.key("schema").raw(&told).maybe("strict", schema.strict);
                    self.out.end_object();
                }
                Some(OutputFormat::Text) => self.format("text"),
                _ => (),
            }
            self.out.maybe("verbosity", request.verbosity.as_ref().map(Verbosity::as_str));
            let losses = &mut self.losses;
            self.out.extras(&request.extra, "text.", &[], self.reach, losses).end_object();
        }
        let spoken = request.modalities.iter().any(|m| *m != nohop_types::Modality::Text);
        let unheard = [("modalities", spoken), ("prediction", request.prediction.is_some())];
        self.losses.unheard(&unheard);
        Ok(())
    }

    fn format(&mut self, r#type: &'static str) {
        self.out.key("format").object().field("type", r#type).end_object();
    }

    fn sampling(&mut self) -> Result<()> {
        let sampling = &self.call.request.sampling;
        let able = self.call.abilities.sampling;
        let takes = self.dialect.takes;
        let shaping = [
            ("temperature", sampling.temperature, true),
            ("top_p", sampling.top_p, true),
            ("min_p", sampling.min_p, takes.contains(&"min_p")),
            ("frequency_penalty", sampling.frequency_penalty, takes.contains(&"frequency_penalty")),
            ("presence_penalty", sampling.presence_penalty, takes.contains(&"presence_penalty")),
            (
                "repetition_penalty",
                sampling.repetition_penalty,
                takes.contains(&"repetition_penalty"),
            ),
        ];
        for (key, value, known) in shaping {
            if value.is_some_and(|value| !value.is_finite()) {
                let message = format!("{key}: not a number that JSON can say");
                return Err(Error::new(ErrorKind::InvalidRequest, message));
            }
            if !known {
                self.losses.unheard(&[(key, value.is_some())]);
            } else if value.is_some() && able.allows(key, &mut self.losses)? {
                self.maybe(key, value);
            }
        }
        if !takes.contains(&"top_k") {
            self.losses.unheard(&[("top_k", sampling.top_k.is_some())]);
        } else if sampling.top_k.is_some() && able.allows("top_k", &mut self.losses)? {
            self.maybe("top_k", sampling.top_k);
        }
        self.maybe("top_logprobs", sampling.logprobs.filter(|count| *count > 0));
        let unheard = [
            ("stop", !sampling.stop.is_empty()),
            ("seed", sampling.seed.is_some()),
            ("logit_bias", !sampling.logit_bias.is_empty()),
            ("n", sampling.n.is_some_and(|n| n != 1)),
        ];
        self.losses.unheard(&unheard);
        Ok(())
    }

    /// How the model shall think; says whether it may think at all.
    fn thinking(&mut self) -> bool {
        let request = self.call.request;
        let mut wish = request.thinking.clone();
        if wish.enabled == Some(false) {
            wish.effort = Some(Effort::None);
            wish.budget = None;
        }
        let in_tokens = self.dialect.budgets == Budgets::MaxTokens;
        if let Some(budget) = wish.budget.filter(|_| !in_tokens)
            && wish.effort.is_none()
        {
            wish.effort = Some(openai_chat::write::effort_of(budget));
            self.losses.translated("thinking.budget", "the host takes an effort instead");
        } else if wish.budget.is_some() && !in_tokens {
            self.losses.dropped("thinking.budget", "the host takes an effort and no budget");
        }
        if wish.enabled == Some(true) && wish.effort.is_none() && wish.budget.is_none() {
            self.losses.dropped("thinking.enabled", "the host thinks as it sees fit");
        }
        if let (Some(effort), Some(levels)) = (wish.effort, &self.call.abilities.efforts) {
            let nearest = effort.nearest(levels);
            if nearest != effort {
                let why = format!("the model knows no {}: {}", effort.as_str(), nearest.as_str());
                self.losses.clamped("thinking.effort", why);
            }
            wish.effort = Some(nearest);
        }
        let thinks = wish.effort != Some(Effort::None)
            && self.call.abilities.efforts.as_ref().is_none_or(|levels| !levels.is_empty());
        let summary = match wish.visibility {
            // The caller's own word, where there are several.
            Some(Visibility::Summary) if self.form("reasoning.summary").is_some() => None,
            Some(Visibility::Summary) => Some("auto"),
            Some(Visibility::Full) => {
                let why = "the provider shows summaries at most";
                self.losses.translated("thinking.visibility", why);
                Some("detailed")
            }
            // Nothing is shown unless it is asked for.
            _ => None,
        };
        let budget = wish.budget.filter(|_| in_tokens);
        let said = wish.effort.is_some() || summary.is_some() || budget.is_some();
        if (said || self.told("reasoning.")) && self.takes("reasoning") {
            self.out.key("reasoning").object();
            self.out.maybe("effort", wish.effort.map(Effort::as_str));
            self.out.maybe("max_tokens", budget).maybe("summary", summary);
            let losses = &mut self.losses;
            self.out.extras(&request.extra, "reasoning.", &[], self.reach, losses).end_object();
        }
        thinks
    }

    /// What the host shall keep, which is nothing, and what it shall send for us to keep.
    fn memory(&mut self, thinks: bool) {
        self.out.take(THEIRS);
        if self.is_theirs() {
            return;
        }
        if !self.dialect.refuses.contains(&"store") {
            self.out.field("store", false);
        }
        let sealed = thinks && self.dialect.sealed == SealedThinking::Asked;
        let counted = self.call.request.sampling.logprobs.is_some();
        if (sealed || counted) && self.form("include").is_none() && self.takes("include") {
            self.out.key("include").array();
            for (word, _) in [(SEALED, sealed), (LOGPROBS, counted)].iter().filter(|w| w.1) {
                self.out.string(word);
            }
            self.out.end_array();
        }
    }

    /// Everything else.
    fn rest(&mut self) {
        let request = self.call.request;
        self.maybe("max_output_tokens", request.max_tokens);
        let tier = request.tier.as_ref().map(openai_chat::say::tier_word);
        self.maybe("service_tier", tier);
        if request.user.is_some() {
            let user = if self.form("user").is_some() { "user" } else { self.dialect.user };
            self.out.take("user");
            self.maybe(user, request.user.as_ref());
        }
        match (self.dialect.session, &request.session) {
            (Some(field), Some(session)) => self.maybe(field, Some(session)),
            (None, Some(_)) => self.losses.dropped("session", "the host has no word for sessions"),
            _ => (),
        }
        let metadata = &request.metadata;
        self.maybe("metadata", (!metadata.is_empty()).then_some(metadata));
        match (request.cache, self.dialect.marks) {
            (Some(mark), Marks::Control) => self.mark(Some(mark)),
            (Some(_), _) => {
                self.losses.dropped("cache", "the host caches whole prompts by itself");
            }
            (None, _) => (),
        }
        match self.call.mode {
            Mode::Stream => self.out.field("stream", true).done(),
            Mode::Whole => self.out.take("stream_options"),
        }
        // What these say in another dialect is nothing, or is said by the mode.
        for key in ["stream", "stream_options"] {
            if self.form(key).is_none() {
                self.out.take(key);
            }
        }
    }
}
