use nohop_types::{
    Effort, Error, ErrorKind, OutputFormat, Parallel, Result, Thinking, Tool, ToolChoice, ToolKind,
    Visibility,
};

use super::{
    Cap, IdForm, Marks, OpenAiChat, Required, Shapes, StreamUsage, ThinkingField, messages,
};
use crate::dialect::calls::{IdRule, Ids};
use crate::dialect::offered::offered;
use crate::dialect::silent;
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::{Call, Encoded, Mode};

/// Writes the request of `call`.
pub(super) fn request(dialect: &OpenAiChat, call: &Call<'_>) -> Result<Encoded> {
    let request = call.request;
    let endpoint = call.issuer.endpoint.as_deref().unwrap_or_default();
    let mut body = Body {
        dialect,
        call,
        out: Writer::of(request),
        losses: Losses::default(),
        reach: Reach { dialect: OpenAiChat::NAME, endpoint },
        ids: Ids::new(ids(dialect.ids)),
    };
    body.out.object();
    // Where the path names the model, the body need not.
    body.out.maybe("model", (!call.model.is_empty()).then_some(call.model));
    body.messages()?;
    body.tools()?;
    body.shape()?;
    body.sampling()?;
    body.thinking();
    body.rest();
    body.stream();
    for field in dialect.refuses {
        if body.form(field).is_some_and(|form| form != "null") {
            body.takes(field);
        }
    }
    let Body { mut out, mut losses, reach, .. } = body;
    out.extras(&request.extra, "", &[], reach, &mut losses).end_object();
    Ok(Encoded::json(call.address()?, out.into_bytes(), losses.into_vec()))
}

/// A request as it is written.
pub(super) struct Body<'a> {
    pub(super) dialect: &'a OpenAiChat,
    pub(super) call: &'a Call<'a>,
    pub(super) out: Writer,
    pub(super) losses: Losses,
    pub(super) reach: Reach<'a>,
    pub(super) ids: Ids,
}

/// What the host takes for the id of a call.
fn ids(form: IdForm) -> Option<IdRule> {
    let why = "the host takes no ids of such a form";
    let rule = |least, most, takes| IdRule { least, most, takes, why };
    match form {
        IdForm::Any => None,
        IdForm::Letters(many) => Some(rule(many, many, |c| c.is_ascii_alphanumeric())),
        IdForm::Most(most) => Some(rule(1, most, |_| true)),
    }
}

impl Body<'_> {
    /// The form in which the caller wrote a field, if the caller wrote it in this dialect.
    fn form(&self, key: &str) -> Option<&str> {
        self.reach.form(&self.call.request.extra, key)
    }

    /// Whether the host takes a field; one that it refuses is a loss.
    fn takes(&mut self, key: &'static str) -> bool {
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

    fn messages(&mut self) -> Result<()> {
        let request = self.call.request;
        if request.messages.is_empty() {
            if self.form("messages").is_some() {
                return Ok(());
            }
            return Err(silent(0));
        }
        self.out.key("messages").array();
        messages::write(self)?;
        self.out.end_array();
        Ok(())
    }

    fn tools(&mut self) -> Result<()> {
        let offered = offered(self.call.request, OpenAiChat::NAME, &mut self.losses);
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
        self.out.object().field("type", "function").key("function").object();
        self.out.field("name", &function.name).maybe("description", function.description.as_ref());
        if let Some(told) = &function.schema {
            let must = strict == Some(true);
            let told = schemas.tool(request, tool, told, must, &mut self.losses)?;
            self.out.key("parameters").raw(&told);
        }
        self.out.maybe("strict", strict);
        self.out.extras(&tool.extra, "function.", &[], self.reach, &mut self.losses).end_object();
        self.mark(tool.cache, "tools");
        self.out.extras(&tool.extra, "", &["function."], self.reach, &mut self.losses).end_object();
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
        let any = match (self.dialect.required, self.form("tool_choice")) {
            (Required::Any, Some("\"required\"")) | (Required::Required, _) => "required",
            _ => "any",
        };
        self.out.key("tool_choice");
        match choice {
            ToolChoice::Auto => self.out.string("auto").done(),
            ToolChoice::None => self.out.string("none").done(),
            ToolChoice::Required => self.out.string(any).done(),
            ToolChoice::Named(name) => {
                self.out.object().field("type", "function").key("function");
                self.out.object().field("name", name).end_object().end_object();
            }
            ToolChoice::Allowed(names) => self.allowed("auto", names),
            ToolChoice::RequiredOf(names) => self.allowed("required", names),
            _ => self.out.string("auto").done(),
        }
        Ok(())
    }

    fn allowed(&mut self, mode: &'static str, names: &[String]) {
        self.out.object().field("type", "allowed_tools").key("allowed_tools").object();
        self.out.field("mode", mode).key("tools").array();
        for name in names {
            self.out.object().field("type", "function").key("function");
            self.out.object().field("name", name).end_object().end_object();
        }
        self.out.end_array().end_object().end_object();
    }

    /// Writes a mark at the end of a prompt worth caching.
    pub(super) fn mark(&mut self, mark: Option<nohop_types::CacheMark>, field: &'static str) {
        let Some(mark) = mark else { return };
        let known: &[u64] = match self.dialect.marks {
            Marks::Breakpoint => &[1_800, 43_200],
            _ => &[300, 3_600],
        };
        match self.dialect.marks {
            Marks::Breakpoint if field != "message" => {
                return self.losses.dropped(field, "the host marks only what stands in a message");
            }
            Marks::Breakpoint => {
                self.out.key("prompt_cache_breakpoint").object().field("mode", "explicit");
            }
            Marks::Control => {
                self.out.key("cache_control").object().field("type", "ephemeral");
            }
            Marks::None => {
                return self
                    .losses
                    .dropped(field, "the host has no cache marks: it caches by itself");
            }
        }
        let lifetime = crate::dialect::lasting(mark, known, &mut self.losses);
        self.out.maybe("ttl", lifetime.map(crate::dialect::ttl)).end_object();
    }

    /// What the answer shall look like.
    fn shape(&mut self) -> Result<()> {
        let output = self.call.request.output.as_ref();
        match output.filter(|_| self.takes("response_format")) {
            Some(OutputFormat::JsonObject) => self.response_format("json_object"),
            Some(OutputFormat::JsonSchema(_)) if self.dialect.shapes == Shapes::Objects => {
                let why = "the host knows no schemas of answers: an object is asked for";
                self.losses.translated("output.schema", why);
                self.response_format("json_object");
            }
            Some(OutputFormat::JsonSchema(schema)) => {
                let told = self.dialect.schemas.answer(schema, &mut self.losses)?;
                self.out.key("response_format").object().field("type", "json_schema");
                self.out.key("json_schema").object();
                let name = schema.name.as_deref().unwrap_or("answer");
                self.out.field("name", name).maybe("description", schema.description.as_ref());
                self.out.key("schema").raw(&told).maybe("strict", schema.strict);
                self.out.end_object().end_object();
            }
            Some(OutputFormat::Text) => self.response_format("text"),
            _ => (),
        }
        let request = self.call.request;
        self.maybe("modalities", (!request.modalities.is_empty()).then_some(&request.modalities));
        self.maybe("verbosity", request.verbosity.as_ref());
        if let Some(prediction) = &request.prediction
            && self.takes("prediction")
        {
            self.out.key("prediction").object().field("type", "content");
            self.out.field("content", prediction).end_object();
        }
        Ok(())
    }

    fn response_format(&mut self, r#type: &'static str) {
        self.out.key("response_format").object().field("type", r#type).end_object();
    }

    fn sampling(&mut self) -> Result<()> {
        let sampling = &self.call.request.sampling;
        let shaping = [
            ("temperature", sampling.temperature),
            ("top_p", sampling.top_p),
            ("min_p", sampling.min_p),
            ("frequency_penalty", sampling.frequency_penalty),
            ("presence_penalty", sampling.presence_penalty),
            ("repetition_penalty", sampling.repetition_penalty),
        ];
        let able = self.call.abilities.sampling;
        for (key, value) in shaping {
            if value.is_some_and(|value| !value.is_finite()) {
                let message = format!("{key}: not a number that JSON can say");
                return Err(Error::new(ErrorKind::InvalidRequest, message));
            }
            if value.is_some() && able.allows(key, &mut self.losses)? {
                self.maybe(key, value);
            }
        }
        if sampling.top_k.is_some() && able.allows("top_k", &mut self.losses)? {
            self.maybe("top_k", sampling.top_k);
        }
        if !sampling.stop.is_empty() {
            self.out.take("stop");
        }
        if !sampling.stop.is_empty() && self.call.abilities.stop.allows("stop", &mut self.losses)? {
            match (&sampling.stop[..], self.form("stop")) {
                ([only], Some(form)) if form != "[]" => self.maybe("stop", Some(only)),
                (words, _) => self.maybe("stop", Some(words)),
            }
        }
        self.maybe(self.dialect.seed, sampling.seed);
        let bias = &sampling.logit_bias;
        self.maybe("logit_bias", (!bias.is_empty()).then_some(bias));
        self.maybe("logprobs", sampling.logprobs.map(|_| true));
        self.maybe("top_logprobs", sampling.logprobs.filter(|count| *count > 0));
        self.maybe("n", sampling.n);
        Ok(())
    }

    /// How the model shall think: each wish goes into the field that can say it, the caller's own
    /// first.
    fn thinking(&mut self) {
        let wish = &self.call.request.thinking;
        if wish.is_empty() {
            return;
        }
        // A null of the caller's own only says by which field the wish was told.
        for field in self.dialect.thinking {
            if self.form(field.key()) == Some("null") {
                self.out.take(field.key());
            }
        }
        let mut wish = wish.clone();
        if let (Some(effort), Some(levels)) = (wish.effort, &self.call.abilities.efforts) {
            let nearest = effort.nearest(levels);
            if nearest != effort {
                let why = format!("the model knows no {}: {}", effort.as_str(), nearest.as_str());
                self.losses.clamped("thinking.effort", why);
            }
            wish.effort = Some(nearest);
        }
        let mut fields = self.dialect.thinking.to_vec();
        fields.sort_by_key(|field| self.form(field.key()).is_none());
        for field in &fields {
            self.thinking_field(*field, &mut wish, &fields);
        }
        if wish.enabled.is_some() {
            self.losses.dropped("thinking.enabled", "the host thinks as it sees fit");
        }
        if wish.budget.is_some() {
            self.losses.dropped("thinking.budget", "the host takes an effort and no budget");
        }
        if wish.effort.is_some() {
            self.losses.dropped("thinking.effort", "the host takes no effort");
        }
        if matches!(wish.visibility, Some(Visibility::Hidden | Visibility::Summary)) {
            self.losses.dropped("thinking.visibility", "the host shows its thinking as it likes");
        }
    }

    /// Says what `field` can say of `wish`, and takes it from there.
    fn thinking_field(
        &mut self,
        field: ThinkingField,
        wish: &mut Thinking,
        fields: &[ThinkingField],
    ) {
        let only = fields.len() == 1;
        let budgets = [ThinkingField::Enable, ThinkingField::Object];
        match field {
            // A field of its own says it better.
            ThinkingField::Effort
                if wish.effort == Some(Effort::None)
                    && fields.contains(&ThinkingField::Toggle)
                    && self.form(field.key()).is_none() => {}
            ThinkingField::Effort => {
                let lone = wish.effort.is_none() && !fields.iter().any(|f| budgets.contains(f));
                let budget = wish.budget.filter(|_| lone);
                if let Some(budget) = budget {
                    wish.effort = Some(effort_of(budget));
                    wish.budget = None;
                    self.losses.translated("thinking.budget", "the host takes an effort instead");
                }
                if only && wish.effort.is_none() && wish.enabled.take() == Some(false) {
                    wish.effort = Some(Effort::None);
                }
                self.maybe("reasoning_effort", wish.effort.take().map(Effort::as_str));
            }
            ThinkingField::Enable => {
                if wish.enabled.is_none()
                    && let Some(effort) = wish.effort.take_if(|_| only)
                {
                    wish.enabled = Some(effort != Effort::None);
                    self.losses
                        .translated("thinking.effort", "the host takes no effort, but a flag");
                }
                self.maybe("enable_thinking", wish.enabled.take());
                self.maybe("thinking_budget", wish.budget.take());
            }
            ThinkingField::Object => {
                let hidden = wish.visibility.take_if(|v| *v == Visibility::Hidden);
                let said = wish.effort.is_some() || wish.budget.is_some() || wish.enabled.is_some();
                if said || hidden.is_some() {
                    self.out.key("reasoning").object();
                    self.out.maybe("effort", wish.effort.take().map(Effort::as_str));
                    self.out.maybe("max_tokens", wish.budget.take());
                    self.out.maybe("enabled", wish.enabled.take());
                    self.out.maybe("exclude", hidden.map(|_| true)).end_object();
                }
            }
            ThinkingField::Toggle => {
                if wish.enabled.is_none() && wish.effort.take_if(|e| *e == Effort::None).is_some() {
                    wish.enabled = Some(false);
                }
                if wish.enabled.is_none() && wish.effort.take_if(|_| only).is_some() {
                    wish.enabled = Some(true);
                    self.losses
                        .translated("thinking.effort", "the host takes no effort, but a flag");
                }
                if let Some(enabled) = wish.enabled.take() {
                    let word = if enabled { "enabled" } else { "disabled" };
                    self.out.key("thinking").object().field("type", word).end_object();
                }
            }
        }
    }

    /// Everything else.
    fn rest(&mut self) {
        let request = self.call.request;
        let cap = match self.dialect.cap {
            Cap::MaxTokens => "max_tokens",
            Cap::Either if self.form("max_tokens") == Some("null") => "max_tokens",
            Cap::Either | Cap::MaxCompletionTokens => "max_completion_tokens",
        };
        // A number of the caller's own stands beside the newer word, where both are understood.
        let beside = self.dialect.cap == Cap::Either && self.form("max_tokens") != Some("null");
        if request.max_tokens.is_some() && !beside {
            self.out.take("max_tokens");
        }
        self.maybe(cap, request.max_tokens);
        self.maybe("service_tier", request.tier.as_ref().map(super::say::tier_word));
        self.maybe("user", request.user.as_ref());
        match (self.dialect.session, &request.session) {
            (Some(field), Some(session)) => self.maybe(field, Some(session)),
            (None, Some(_)) => self.losses.dropped("session", "the host has no word for sessions"),
            _ => (),
        }
        let metadata = &request.metadata;
        self.maybe("metadata", (!metadata.is_empty()).then_some(metadata));
        if let Some(mark) = request.cache {
            match self.dialect.marks {
                Marks::Control => self.mark(Some(mark), "cache"),
                _ => self.losses.dropped("cache", "the host caches whole prompts by itself"),
            }
        }
    }

    fn stream(&mut self) {
        if self.call.mode == Mode::Whole {
            self.out.take("stream_options");
        } else {
            self.out.field("stream", true);
            if self.dialect.stream_usage == StreamUsage::Asked {
                self.out.key("stream_options").object().field("include_usage", true);
                self.out.end_object();
            }
        }
        // What these say in another dialect is nothing, or is said by the mode.
        for key in ["stream", "stream_options"] {
            if self.form(key).is_none() {
                self.out.take(key);
            }
        }
    }
}

impl ThinkingField {
    /// The field's name.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Effort => "reasoning_effort",
            Self::Enable => "enable_thinking",
            Self::Object => "reasoning",
            Self::Toggle => "thinking",
        }
    }
}

/// The effort that spends about so many tokens.
pub(in crate::dialect) fn effort_of(budget: u64) -> Effort {
    match budget {
        0 => Effort::None,
        1..=2_048 => Effort::Low,
        2_049..=16_384 => Effort::Medium,
        _ => Effort::High,
    }
}
