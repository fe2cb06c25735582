use nohop_types::{
    CacheMark, Modality, OutputFormat, Parallel, Result, ServiceTier, Tool, ToolChoice, ToolKind,
};

use super::{Anthropic, Streams, VersionPlace, messages};
use crate::dialect::calls::{IdRule, Ids};
use crate::dialect::offered::{Offered, offered};
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::{Call, Encoded, Mode};

/// What the dialect takes for the id of a call.
const IDS: IdRule = IdRule {
    least: 1,
    most: usize::MAX,
    takes: |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'),
    why: "the dialect takes no such characters in ids",
};

/// Writes the request of `call`.
pub(super) fn request(dialect: &Anthropic, call: &Call<'_>) -> Result<Encoded> {
    let request = call.request;
    let endpoint = call.issuer.endpoint.as_deref().unwrap_or_default();
    let mut body = Body {
        dialect,
        call,
        out: Writer::of(request),
        losses: Losses::default(),
        reach: Reach { dialect: Anthropic::NAME, endpoint },
        ids: Ids::new(IDS),
    };
    body.out.object();
    // What these say in another dialect is nothing, or is said by the mode.
    for key in ["stream", "stream_options", "logprobs", "top_logprobs"] {
        if body.form(key).is_none() {
            body.out.take(key);
        }
    }
    // The version is the host's, whatever the caller was told.
    match dialect.place {
        VersionPlace::Body => {
            body.out.field("anthropic_version", dialect.version).take("model");
        }
        VersionPlace::Header => {
            // Where the path names the model, the body need not.
            body.out.maybe("model", (!call.model.is_empty()).then_some(call.model));
            body.out.take("anthropic_version");
            body.out.take("anthropic_beta");
        }
    }
    messages::write(&mut body)?;
    body.tools()?;
    let (configured, thinking) = body.thinking()?;
    body.sampling(thinking)?;
    body.rest();
    let betas = body.betas();
    let Body { mut out, mut losses, reach, .. } = body;
    let inner: &[&str] = if configured { &["output_config."] } else { &[] };
    out.extras(&request.extra, "", inner, reach, &mut losses).end_object();
    let encoded = Encoded::json(call.address()?, out.into_bytes(), losses.into_vec());
    if dialect.place == VersionPlace::Body {
        return Ok(encoded);
    }
    let encoded = encoded.header("anthropic-version", dialect.version);
    Ok(match betas.is_empty() {
        true => encoded,
        false => encoded.header("anthropic-beta", &betas.join(",")),
    })
}

/// A request as it is written.
pub(super) struct Body<'a> {
    pub(super) dialect: &'a Anthropic,
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

    /// Writes a mark at the end of a prompt worth caching.
    pub(super) fn mark(&mut self, mark: Option<CacheMark>) {
        let Some(mark) = mark else { return };
        let lifetime = crate::dialect::lasting(mark, &[300, 3_600], &mut self.losses);
        self.out.key("cache_control").object().field("type", "ephemeral");
        self.out.maybe("ttl", lifetime.map(crate::dialect::ttl)).end_object();
    }

    fn tools(&mut self) -> Result<()> {
        let offered = offered(self.call.request, Anthropic::NAME, &mut self.losses);
        if !offered.tools.is_empty() {
            self.out.key("tools").array();
            for tool in &offered.tools {
                self.tool(tool)?;
            }
            self.out.end_array();
        }
        if offered.choice.is_none() && self.call.request.tool_choice.is_some() {
            self.out.take("tool_choice");
        }
        self.tool_choice(&offered)
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
        self.out.object().field("name", &function.name);
        self.out.maybe("description", function.description.as_ref()).key("input_schema");
        match &function.schema {
            Some(told) => {
                let must = strict == Some(true);
                let told = schemas.tool(request, tool, told, must, &mut self.losses)?;
                self.out.raw(&told);
            }
            None => self.out.raw(r#"{"type":"object"}"#).done(),
        }
        self.out.maybe("strict", strict);
        self.mark(tool.cache);
        self.out.extras(&tool.extra, "", &[], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    fn tool_choice(&mut self, offered: &Offered<'_>) -> Result<()> {
        let mut choice = offered.choice;
        let forced = matches!(
            choice,
            Some(ToolChoice::Required | ToolChoice::Named(_) | ToolChoice::RequiredOf(_))
        );
        if forced && !self.call.abilities.forced_tools.allows("tool_choice", &mut self.losses)? {
            self.out.take("tool_choice");
            choice = None;
        }
        let parallel = offered.parallel.filter(|_| choice != Some(&ToolChoice::None));
        if choice.is_none() && (parallel.is_none() || offered.tools.is_empty()) {
            return Ok(());
        }
        let several = "the dialect names one tool or none; all that are offered may be called";
        let (r#type, name) = match choice {
            Some(ToolChoice::None) => ("none", None),
            Some(ToolChoice::Required) => ("any", None),
            Some(ToolChoice::Named(name)) => ("tool", Some(name)),
            Some(ToolChoice::RequiredOf(names)) if names.len() == 1 => ("tool", names.first()),
            Some(ToolChoice::RequiredOf(_)) => {
                self.losses.translated("tool_choice", several);
                ("any", None)
            }
            Some(ToolChoice::Allowed(_)) => {
                self.losses.translated("tool_choice", several);
                ("auto", None)
            }
            _ => ("auto", None),
        };
        self.out.key("tool_choice").object().field("type", r#type).maybe("name", name);
        self.out.maybe("disable_parallel_tool_use", parallel.map(|p| p == Parallel::Forbid));
        self.out.end_object();
        Ok(())
    }

    /// What the answer shall look like, beside an effort; `false` when nothing is said of either.
    pub(super) fn output_config(&mut self, effort: Option<&'static str>) -> Result<bool> {
        let request = self.call.request;
        let schema = match &request.output {
            Some(OutputFormat::JsonSchema(schema)) => Some(schema),
            Some(OutputFormat::JsonObject) => {
                self.losses.dropped("output", "the dialect has no objects without a schema");
                None
            }
            _ => None,
        };
        let reach = self.reach;
        let told = request.extra.iter().any(|extra| {
            extra.key.starts_with("output_config.")
                && extra.scope.covers(reach.dialect, reach.endpoint)
        });
        if effort.is_none() && schema.is_none() && !told {
            return Ok(false);
        }
        self.out.key("output_config").object().maybe("effort", effort);
        if let Some(schema) = schema {
            self.out.key("format").object().field("type", "json_schema");
            let told = self.dialect.schemas.answer(schema, &mut self.losses)?;
            self.out.key("schema").raw(&told).end_object();
            if schema.description.is_some() {
                self.losses.dropped("output.description", "the dialect has no word for it");
            }
            if schema.strict == Some(false) {
                self.losses.dropped("output.strict", "the dialect always follows the schema");
            }
        }
        let losses = &mut self.losses;
        self.out.extras(&request.extra, "output_config.", &[], reach, losses).end_object();
        Ok(true)
    }

    fn sampling(&mut self, thinking: bool) -> Result<()> {
        let sampling = &self.call.request.sampling;
        let able = self.call.abilities.sampling;
        let losses = &mut self.losses;
        // Who asks for both in the dialect's own words is told by the provider.
        let thinks =
            thinking && self.call.request.extra.get(Anthropic::NAME, "", "thinking").is_none();
        if thinks && sampling.top_k.is_some() {
            losses.dropped("top_k", "a model that thinks takes none");
            self.out.take("top_k");
        }
        if let Some(temperature) = sampling.temperature {
            if thinks && temperature != 1.0 {
                losses.dropped("temperature", "a model that thinks takes none but 1");
            } else if able.allows("temperature", losses)? {
                if temperature > 1.0 {
                    losses.clamped("temperature", "the dialect's temperatures end at 1");
                }
                self.out.field("temperature", temperature.min(1.0));
            }
            self.out.take("temperature");
        }
        if sampling.top_p.is_some() && able.allows("top_p", losses)? {
            self.out.maybe("top_p", sampling.top_p);
        }
        if !thinks && sampling.top_k.is_some() && able.allows("top_k", losses)? {
            self.out.maybe("top_k", sampling.top_k);
        }
        if !sampling.stop.is_empty() {
            if self.call.abilities.stop.allows("stop", losses)? {
                self.out.field("stop_sequences", &sampling.stop);
            }
            self.out.take("stop_sequences");
        }
        let unheard = [
            ("min_p", sampling.min_p.is_some()),
            ("frequency_penalty", sampling.frequency_penalty.is_some()),
            ("presence_penalty", sampling.presence_penalty.is_some()),
            ("repetition_penalty", sampling.repetition_penalty.is_some()),
            ("seed", sampling.seed.is_some()),
            ("logit_bias", !sampling.logit_bias.is_empty()),
            ("logprobs", sampling.logprobs.is_some()),
            ("n", sampling.n.is_some_and(|n| n != 1)),
        ];
        self.losses.unheard(&unheard);
        Ok(())
    }

    /// Everything else.
    fn rest(&mut self) {
        let request = self.call.request;
        match &request.tier {
            Some(ServiceTier::Auto) => self.out.field("service_tier", "auto").done(),
            Some(ServiceTier::Standard) => self.out.field("service_tier", "standard_only").done(),
            Some(ServiceTier::Other(word)) => self.out.field("service_tier", word).done(),
            Some(_) => self.losses.dropped("tier", "the dialect has no word for it"),
            None => (),
        }
        if let Some(user) = &request.user {
            self.out.key("metadata").object().field("user_id", user).end_object();
        }
        if request.cache.is_some() {
            self.mark(request.cache);
        }
        if self.call.mode == Mode::Stream && self.dialect.streams == Streams::Events {
            self.out.field("stream", true);
        }
        let unheard = [
            ("metadata", !request.metadata.is_empty()),
            ("modalities", request.modalities.iter().any(|modality| *modality != Modality::Text)),
            ("prediction", request.prediction.is_some()),
            ("session", request.session.is_some()),
            ("verbosity", request.verbosity.is_some()),
        ];
        self.losses.unheard(&unheard);
    }

    /// The betas that are asked for.
    fn betas(&self) -> Vec<String> {
        let (extra, reach) = (&self.call.request.extra, self.reach);
        let told = extra.iter().filter(|extra| {
            extra.key == "anthropic_beta" && extra.scope.covers(reach.dialect, reach.endpoint)
        });
        told.flat_map(|extra| {
            let text = extra.value.as_str();
            serde_json::from_str(text)
                .or_else(|_| serde_json::from_str(text).map(|one: String| vec![one]))
                .unwrap_or_default()
        })
        .collect()
    }
}
