use nohop_types::{
    Effort, Function, Modality, OutputFormat, Parallel, Part, Result, ServiceTier, Thinking, Tool,
    ToolChoice, Visibility,
};

use super::{Cohere, messages};
use crate::dialect::invalid;
use crate::dialect::offered::{functions, offered};
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::{Call, Encoded, Mode};

/// Writes the request of `call`.
pub(super) fn request(dialect: &Cohere, call: &Call<'_>) -> Result<Encoded> {
    let request = call.request;
    let endpoint = call.issuer.endpoint.as_deref().unwrap_or_default();
    let mut body = Body {
        dialect,
        call,
        out: Writer::of(request),
        losses: Losses::default(),
        reach: Reach { dialect: Cohere::NAME, endpoint },
        documents: Vec::new(),
    };
    body.out.object();
    // Where the path names the model, the body need not.
    body.out.maybe("model", (!call.model.is_empty()).then_some(call.model));
    // What these say in another dialect is nothing, or is said by the mode.
    for key in ["stream", "stream_options", "top_logprobs"] {
        if body.form(key).is_none() {
            body.out.take(key);
        }
    }
    messages::write(&mut body)?;
    body.tools()?;
    body.shape()?;
    body.sampling()?;
    body.thinking();
    body.rest();
    let Body { mut out, mut losses, reach, .. } = body;
    let inner = ["response_format.", "thinking."];
    out.extras(&request.extra, "", &inner, reach, &mut losses).end_object();
    Ok(Encoded::json(call.path, out.into_bytes(), losses.into_vec()))
}

/// A request as it is written.
pub(super) struct Body<'a> {
    dialect: &'a Cohere,
    pub(super) call: &'a Call<'a>,
    pub(super) out: Writer,
    pub(super) losses: Losses,
    pub(super) reach: Reach<'a>,
    /// Documents of the person's, which have a place of their own.
    pub(super) documents: Vec<&'a Part>,
}

impl Body<'_> {
    /// The form in which the caller wrote a field, if the caller wrote it in this dialect.
    pub(super) fn form(&self, key: &str) -> Option<&str> {
        self.reach.form(&self.call.request.extra, key)
    }

    /// Whether an extra field is told of the object that `prefix` leads to.
    fn tells(&self, prefix: &str) -> bool {
        let reach = self.reach;
        self.call.request.extra.iter().any(|extra| {
            extra.key.starts_with(prefix) && extra.scope.covers(reach.dialect, reach.endpoint)
        })
    }

    fn tools(&mut self) -> Result<()> {
        let request = self.call.request;
        let offered = offered(request, Cohere::NAME, &mut self.losses);
        let mut choice = offered.choice;
        let forced = matches!(
            choice,
            Some(ToolChoice::Required | ToolChoice::Named(_) | ToolChoice::RequiredOf(_))
        );
        if forced && !self.call.abilities.forced_tools.allows("tool_choice", &mut self.losses)? {
            choice = None;
        }
        if request.tool_choice.is_some() {
            self.out.take("tool_choice");
        }
        let (word, names) = match choice {
            Some(ToolChoice::None) => (Some("NONE"), None),
            Some(ToolChoice::Required) => (Some("REQUIRED"), None),
            Some(ToolChoice::Named(name)) => (Some("REQUIRED"), Some(std::slice::from_ref(name))),
            Some(ToolChoice::RequiredOf(names)) => (Some("REQUIRED"), Some(&names[..])),
            Some(ToolChoice::Allowed(names)) => (None, Some(&names[..])),
            // Those it wants go without saying.
            _ => (None, None),
        };
        if names.is_some() {
            let why = "the dialect names no tools in a choice; no others are offered";
            self.losses.translated("tool_choice", why);
        }
        let tools = functions(offered.tools, names, &mut self.losses);
        if !tools.is_empty() {
            self.out.key("tools").array();
            let strict = tools.iter().all(|(_, function)| function.strict == Some(true));
            for (tool, function) in &tools {
                self.tool(tool, function, strict)?;
            }
            self.out.end_array();
            self.strict(&tools);
        }
        if let Some(word) = word {
            self.out.text("tool_choice", word);
        }
        if offered.parallel == Some(Parallel::Forbid) {
            self.losses.dropped("parallel", "the dialect has no word for it");
        }
        Ok(())
    }

    fn tool(&mut self, tool: &Tool, function: &Function, strict: bool) -> Result<()> {
        self.out.object().field("type", "function").key("function").object();
        self.out.field("name", &function.name).maybe("description", function.description.as_ref());
        self.out.key("parameters");
        match &function.schema {
            Some(told) => {
                let (schemas, request) = (self.dialect.schemas, self.call.request);
                let told = schemas.tool(request, tool, told, strict, &mut self.losses)?;
                self.out.raw(&told);
            }
            None => self.out.raw(r#"{"type":"object","properties":{}}"#).done(),
        }
        self.out.extras(&tool.extra, "function.", &[], self.reach, &mut self.losses).end_object();
        if tool.cache.is_some() {
            self.losses.dropped("cache", CACHES);
        }
        self.out.extras(&tool.extra, "", &["function."], self.reach, &mut self.losses).end_object();
        Ok(())
    }

    /// Says whether arguments must follow their schemas, which is said of all tools or of none.
    fn strict(&mut self, tools: &[(&Tool, &Function)]) {
        let strict = |(_, function): &(&Tool, &Function)| function.strict == Some(true);
        let (some, all) = (tools.iter().any(strict), tools.iter().all(strict));
        if all {
            self.out.field("strict_tools", true);
        } else if some {
            self.losses.dropped("tools.strict", "the dialect says it of all tools or of none");
        }
    }

    /// What the answer shall look like.
    fn shape(&mut self) -> Result<()> {
        let request = self.call.request;
        let Some(output) = &request.output else { return Ok(()) };
        let r#type = if *output == OutputFormat::Text { "text" } else { "json_object" };
        self.out.key("response_format").object().field("type", r#type);
        if let OutputFormat::JsonSchema(schema) = output {
            let told = self.dialect.schemas.answer(schema, &mut self.losses)?;
            self.out.key("json_schema").raw(&told);
            if schema.description.is_some() {
                self.losses.dropped("output.description", "the dialect has no word for it");
            }
            if schema.strict == Some(false) {
                self.losses.dropped("output.strict", "the dialect always follows the schema");
            }
        }
        let losses = &mut self.losses;
        self.out.extras(&request.extra, "response_format.", &[], self.reach, losses).end_object();
        Ok(())
    }

    fn sampling(&mut self) -> Result<()> {
        let sampling = &self.call.request.sampling;
        let able = self.call.abilities.sampling;
        let shaping = [
            ("temperature", "temperature", sampling.temperature, 0.0, 1.0),
            ("top_p", "p", sampling.top_p, 0.01, 0.99),
            ("frequency_penalty", "frequency_penalty", sampling.frequency_penalty, 0.0, 1.0),
            ("presence_penalty", "presence_penalty", sampling.presence_penalty, 0.0, 1.0),
        ];
        for (field, key, value, least, most) in shaping {
            let Some(value) = value else { continue };
            if !value.is_finite() {
                return Err(invalid(format!("{field}: not a number that JSON can say")));
            }
            self.out.take(field);
            if able.allows(field, &mut self.losses)? {
                if !(least..=most).contains(&value) {
                    let why = format!("the dialect takes numbers from {least} to {most}");
                    self.losses.clamped(field, why);
                }
                self.out.field(key, value.clamp(least, most));
            }
        }
        if let Some(top_k) = sampling.top_k
            && able.allows("top_k", &mut self.losses)?
        {
            if !(0..=500).contains(&top_k) {
                self.losses.clamped("top_k", "the dialect takes numbers from 0 to 500");
            }
            self.out.field("k", top_k.clamp(0, 500));
        }
        if !sampling.stop.is_empty() && self.call.abilities.stop.allows("stop", &mut self.losses)? {
            let most = sampling.stop.len().min(5);
            if most < sampling.stop.len() {
                self.losses.clamped("stop", "the dialect takes five words at most");
            }
            self.out.field("stop_sequences", &sampling.stop[..most]);
        }
        self.out.maybe("seed", sampling.seed);
        self.out.maybe("logprobs", sampling.logprobs.map(|_| true));
        self.out.maybe("max_tokens", self.call.request.max_tokens);
        let unheard = [
            ("min_p", sampling.min_p.is_some()),
            ("repetition_penalty", sampling.repetition_penalty.is_some()),
            ("logit_bias", !sampling.logit_bias.is_empty()),
            ("top_logprobs", sampling.logprobs.is_some_and(|others| others > 0)),
            ("n", sampling.n.is_some_and(|n| n != 1)),
        ];
        self.losses.unheard(&unheard);
        Ok(())
    }

    /// How the model shall think: at all, and up to how many tokens.
    fn thinking(&mut self) {
        let request = self.call.request;
        let wish = &request.thinking;
        if matches!(wish.visibility, Some(Visibility::Hidden | Visibility::Summary)) {
            self.losses.dropped("thinking.visibility", "the host shows all of its thinking");
        }
        let budget = self.budget(wish);
        let off = wish.enabled == Some(false)
            || wish.budget == Some(0)
            || (wish.enabled.is_none() && wish.effort == Some(Effort::None));
        let r#type = match (off, wish.enabled, wish.effort, budget) {
            (true, ..) => Some("disabled"),
            (_, Some(_), ..) | (_, _, Some(_), _) | (.., Some(_)) => Some("enabled"),
            _ => None,
        };
        // A budget alone is the caller's own way to say it.
        if r#type.is_none() && !self.tells("thinking.") {
            return;
        }
        self.out.key("thinking").object().maybe("type", r#type);
        self.out.maybe("token_budget", budget.filter(|_| !off));
        let losses = &mut self.losses;
        self.out.extras(&request.extra, "thinking.", &[], self.reach, losses).end_object();
    }

    /// The budget that is asked for, or that an effort becomes; the greatest efforts have none.
    fn budget(&mut self, wish: &Thinking) -> Option<u64> {
        if wish.budget.is_some() {
            if wish.effort.is_some() {
                self.losses.dropped("thinking.effort", "the host takes a budget and no effort");
            }
            return wish.budget;
        }
        let budget = match wish.effort? {
            Effort::None => return None,
            Effort::Minimal => Some(1_024),
            Effort::Low => Some(2_048),
            Effort::Medium => Some(8_192),
            _ => None,
        };
        self.losses.translated("thinking.effort", "the host takes a budget and no effort");
        budget
    }

    /// Everything else.
    fn rest(&mut self) {
        let request = self.call.request;
        if !self.documents.is_empty() {
            if self.form("documents").is_some_and(|told| told != "[]") {
                self.losses.dropped("documents", "those of the conversation stand in their place");
            }
            messages::documents(self);
        }
        if self.call.mode == Mode::Stream {
            self.out.field("stream", true);
        }
        if request.cache.is_some() {
            self.losses.dropped("cache", CACHES);
        }
        let unheard = [
            ("metadata", !request.metadata.is_empty()),
            ("modalities", request.modalities.iter().any(|modality| *modality != Modality::Text)),
            ("prediction", request.prediction.is_some()),
            ("session", request.session.is_some()),
            // As the account is set up goes without saying.
            ("tier", request.tier.as_ref().is_some_and(|tier| *tier != ServiceTier::Auto)),
            ("user", request.user.is_some()),
            ("verbosity", request.verbosity.is_some()),
        ];
        self.losses.unheard(&unheard);
    }
}

pub(super) const CACHES: &str = "the host caches whole prompts by itself";
