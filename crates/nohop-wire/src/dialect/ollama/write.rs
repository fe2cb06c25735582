use nohop_types::{
    Effort, Function, Modality, OutputFormat, Parallel, Result, ServiceTier, Tool, ToolChoice,
    Visibility,
};

use super::{Ollama, messages};
use crate::dialect::invalid;
use crate::dialect::offered::functions;
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::{Call, Encoded, Mode};

/// The efforts that the dialect has words for.
const WORDS: &[Effort] = &[Effort::Low, Effort::Medium, Effort::High, Effort::Max];

/// Writes the request of `call`.
pub(super) fn request(dialect: &Ollama, call: &Call<'_>) -> Result<Encoded> {
    let request = call.request;
    let endpoint = call.issuer.endpoint.as_deref().unwrap_or_default();
    let mut body = Body {
        dialect,
        call,
        out: Writer::of(request),
        losses: Losses::default(),
        reach: Reach { dialect: Ollama::NAME, endpoint },
    };
    body.out.object();
    // Where the path names the model, the body need not.
    body.out.maybe("model", (!call.model.is_empty()).then_some(call.model));
    body.stream();
    messages::write(&mut body)?;
    body.tools()?;
    body.shape()?;
    body.thinking();
    body.options()?;
    body.rest();
    let Body { mut out, mut losses, reach, .. } = body;
    out.extras(&request.extra, "", &["options."], reach, &mut losses).end_object();
    Ok(Encoded::json(call.path, out.into_bytes(), losses.into_vec()))
}

/// A request as it is written.
pub(super) struct Body<'a> {
    dialect: &'a Ollama,
    pub(super) call: &'a Call<'a>,
    pub(super) out: Writer,
    pub(super) losses: Losses,
    pub(super) reach: Reach<'a>,
}

impl Body<'_> {
    /// The form in which the caller wrote a field, if the caller wrote it in this dialect.
    pub(super) fn form(&self, key: &str) -> Option<&str> {
        self.reach.form(&self.call.request.extra, key)
    }

    /// Says how the answer shall arrive, since who does not say gets a stream.
    fn stream(&mut self) {
        let stream = self.call.mode == Mode::Stream;
        match self.form("stream") {
            Some("null") if stream => self.out.take("stream"),
            _ => self.out.field("stream", stream).done(),
        }
        // What this says in another dialect is nothing here.
        if self.form("stream_options").is_none() {
            self.out.take("stream_options");
        }
    }

    /// Writes the tools; of those that the model shall not call, none are offered.
    fn tools(&mut self) -> Result<()> {
        let request = self.call.request;
        let (names, why) = match &request.tool_choice {
            Some(ToolChoice::None) => (Some(&[][..]), Some(NO_CHOICE)),
            Some(ToolChoice::Allowed(names)) => (Some(&names[..]), Some(NO_CHOICE)),
            Some(ToolChoice::Named(name)) => (Some(std::slice::from_ref(name)), Some(NO_FORCE)),
            Some(ToolChoice::RequiredOf(names)) => (Some(&names[..]), Some(NO_FORCE)),
            Some(ToolChoice::Required) => (None, Some(NO_FORCE)),
            _ => (None, None),
        };
        match why {
            Some(NO_CHOICE) if !request.tools.is_empty() => {
                self.losses.translated("tool_choice", NO_CHOICE);
            }
            Some(NO_FORCE) => self.losses.dropped("tool_choice", NO_FORCE),
            _ => (),
        }
        if request.tool_choice.is_some() {
            self.out.take("tool_choice");
        }
        let tools = functions(&request.tools, names, &mut self.losses);
        if !tools.is_empty() {
            self.out.key("tools").array();
            for (tool, function) in tools {
                self.tool(tool, function)?;
            }
            self.out.end_array();
        }
        if request.parallel == Some(Parallel::Forbid) {
            self.losses.dropped("parallel", "the dialect has no word for it");
        }
        Ok(())
    }

    fn tool(&mut self, tool: &Tool, function: &Function) -> Result<()> {
        self.out.object().field("type", "function").key("function").object();
        self.out.field("name", &function.name).maybe("description", function.description.as_ref());
        self.out.key("parameters");
        match &function.schema {
            Some(told) => {
                let (schemas, request) = (self.dialect.schemas, self.call.request);
                let told = schemas.tool(request, tool, told, false, &mut self.losses)?;
                self.out.raw(&told);
            }
            None => self.out.raw(r#"{"type":"object","properties":{}}"#).done(),
        }
        if function.strict == Some(true) {
            self.losses.dropped("tools.strict", "the dialect has no word for it");
        }
        self.out.extras(&tool.extra, "function.", &[], self.reach, &mut self.losses).end_object();
        if tool.cache.is_some() {
            self.losses.dropped("cache", CACHES);
        }
        self.out.extras(&tool.extra, "", &["function."], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    /// What the answer shall look like: a word, or a schema.
    fn shape(&mut self) -> Result<()> {
        match &self.call.request.output {
            Some(OutputFormat::JsonObject) => self.out.text("format", "json").done(),
            Some(OutputFormat::JsonSchema(schema)) => {
                let told = self.dialect.schemas.answer(schema, &mut self.losses)?;
                self.out.key("format").raw(&told);
                if schema.description.is_some() {
                    self.losses.dropped("output.description", "the dialect has no word for it");
                }
                if schema.strict == Some(false) {
                    self.losses.dropped("output.strict", "the dialect always follows the schema");
                }
            }
            _ => (),
        }
        Ok(())
    }

    /// How the model shall think: at all, or how hard.
    fn thinking(&mut self) {
        let wish = &self.call.request.thinking;
        if matches!(wish.visibility, Some(Visibility::Hidden | Visibility::Summary)) {
            self.losses.dropped("thinking.visibility", "the server shows all of its thinking");
        }
        let off = wish.enabled == Some(false)
            || wish.budget == Some(0)
            || (wish.enabled.is_none() && wish.effort == Some(Effort::None));
        if wish.budget.is_some_and(|budget| budget > 0) {
            let why = "the server takes no budget: it thinks as it sees fit";
            self.losses.translated("thinking.budget", why);
        }
        let effort = wish.effort.filter(|effort| *effort != Effort::None);
        if off {
            self.out.field("think", false);
        } else if let Some(effort) = effort {
            let known = self.call.abilities.efforts.as_deref().unwrap_or(WORDS);
            let known: Vec<_> = WORDS.iter().copied().filter(|word| known.contains(word)).collect();
            if known.is_empty() {
                self.losses.translated("thinking.effort", "the model thinks, or it does not");
                return self.out.field("think", true).done();
            }
            let nearest = effort.nearest(&known);
            if nearest != effort {
                let why = format!("the model knows no {}: {}", effort.as_str(), nearest.as_str());
                self.losses.clamped("thinking.effort", why);
            }
            self.out.text("think", nearest.as_str());
        } else if wish.enabled == Some(true) || wish.budget.is_some() {
            self.out.field("think", true);
        }
    }

    /// Writes `options`: how tokens are chosen, and how many.
    fn options(&mut self) -> Result<()> {
        let request = self.call.request;
        let sampling = &request.sampling;
        let mut options = Writer::default();
        std::mem::swap(&mut options, &mut self.out);
        self.out.object();
        let filled = self.sampling();
        let (reach, losses) = (self.reach, &mut self.losses);
        self.out.extras(&request.extra, "options.", &[], reach, losses).end_object();
        std::mem::swap(&mut options, &mut self.out);
        filled?;
        let options = String::from_utf8(options.into_bytes()).unwrap_or_default();
        if options != "{}" {
            self.out.key("options").raw(&options);
        }
        self.out.maybe("logprobs", sampling.logprobs.map(|_| true));
        self.out.maybe("top_logprobs", sampling.logprobs.filter(|others| *others > 0));
        Ok(())
    }

    fn sampling(&mut self) -> Result<()> {
        let sampling = &self.call.request.sampling;
        let able = self.call.abilities.sampling;
        let shaping = [
            ("temperature", "temperature", sampling.temperature),
            ("top_p", "top_p", sampling.top_p),
            ("min_p", "min_p", sampling.min_p),
            ("frequency_penalty", "frequency_penalty", sampling.frequency_penalty),
            ("presence_penalty", "presence_penalty", sampling.presence_penalty),
            ("repetition_penalty", "repeat_penalty", sampling.repetition_penalty),
        ];
        for (field, key, value) in shaping {
            let Some(value) = value else { continue };
            if !value.is_finite() {
                return Err(invalid(format!("{field}: not a number that JSON can say")));
            }
            if able.allows(field, &mut self.losses)? {
                self.out.field(key, value);
            }
        }
        if sampling.top_k.is_some() && able.allows("top_k", &mut self.losses)? {
            self.out.maybe("top_k", sampling.top_k);
        }
        if !sampling.stop.is_empty() && self.call.abilities.stop.allows("stop", &mut self.losses)? {
            self.out.field("stop", &sampling.stop);
        }
        self.out.maybe("seed", sampling.seed);
        self.out.maybe("num_predict", self.call.request.max_tokens);
        Ok(())
    }

    /// Everything else.
    fn rest(&mut self) {
        let request = self.call.request;
        if request.cache.is_some() {
            self.losses.dropped("cache", CACHES);
        }
        let sampling = &request.sampling;
        let unheard = [
            ("logit_bias", !sampling.logit_bias.is_empty()),
            ("metadata", !request.metadata.is_empty()),
            ("modalities", request.modalities.iter().any(|modality| *modality != Modality::Text)),
            ("n", sampling.n.is_some_and(|n| n != 1)),
            ("prediction", request.prediction.is_some()),
            ("session", request.session.is_some()),
            // As the server is set up goes without saying.
            ("tier", request.tier.as_ref().is_some_and(|tier| *tier != ServiceTier::Auto)),
            ("user", request.user.is_some()),
            ("verbosity", request.verbosity.is_some()),
        ];
        for (field, _) in unheard.iter().filter(|(_, said)| *said) {
            self.losses.dropped(*field, "the dialect has no word for it");
        }
    }
}

pub(super) const CACHES: &str = "the server caches whole prompts by itself";
const NO_CHOICE: &str = "the dialect has no choice of tools; those not meant are not offered";
const NO_FORCE: &str = "the dialect can not make the model call a tool";
