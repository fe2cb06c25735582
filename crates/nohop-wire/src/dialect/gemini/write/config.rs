use nohop_types::{Effort, Modality, OutputFormat, Result, Visibility};
use serde::Serialize;

use super::Body;
use crate::dialect::gemini::{ThinkingGauge, schema};
use crate::dialect::invalid;
use crate::schema::{ANSWER, Role};

const CONFIG: &str = "generationConfig.";
const THINKING: &str = "generationConfig.thinkingConfig.";

/// The efforts that the dialect has words for.
const WORDS: &[Effort] =
    &[Effort::Minimal, Effort::Low, Effort::Medium, Effort::High, Effort::XHigh];

impl Body<'_> {
    /// Writes `generationConfig`: how tokens are chosen, what the answer looks like, how the model
    /// thinks.
    pub(super) fn generation_config(&mut self) -> Result<()> {
        let extra = &self.call.request.extra;
        let written = self.object(extra, CONFIG, &["thinkingConfig."], |body| {
            body.sampling()?;
            body.shape()?;
            body.thinking()
        })?;
        if let Some(written) = written {
            self.key(extra, "", "generationConfig", "generation_config").raw(&written);
        }
        Ok(())
    }

    fn config(&mut self, camel: &'static str, snake: &'static str, value: impl Serialize) {
        let extra = &self.call.request.extra;
        self.key(extra, CONFIG, camel, snake).value(value);
    }

    fn sampling(&mut self) -> Result<()> {
        let request = self.call.request;
        let sampling = &request.sampling;
        let able = self.call.abilities.sampling;
        let shaping = [
            ("temperature", "temperature", "temperature", sampling.temperature),
            ("top_p", "topP", "top_p", sampling.top_p),
            ("presence_penalty", "presencePenalty", "presence_penalty", sampling.presence_penalty),
            (
                "frequency_penalty",
                "frequencyPenalty",
                "frequency_penalty",
                sampling.frequency_penalty,
            ),
        ];
        for (field, camel, snake, value) in shaping {
            let Some(value) = value else { continue };
            if !value.is_finite() {
                return Err(invalid(format!("{field}: not a number that JSON can say")));
            }
            if able.allows(field, &mut self.losses)? {
                self.config(camel, snake, value);
            }
        }
        if let Some(top_k) = sampling.top_k
            && able.allows("top_k", &mut self.losses)?
        {
            self.config("topK", "top_k", top_k);
        }
        if !sampling.stop.is_empty() && self.call.abilities.stop.allows("stop", &mut self.losses)? {
            self.config("stopSequences", "stop_sequences", &sampling.stop);
        }
        if let Some(seed) = sampling.seed {
            self.config("seed", "seed", seed);
        }
        if let Some(n) = sampling.n {
            self.config("candidateCount", "candidate_count", n);
        }
        if let Some(logprobs) = sampling.logprobs {
            self.config("responseLogprobs", "response_logprobs", true);
            if logprobs > 0 {
                self.config("logprobs", "logprobs", logprobs);
            }
        }
        if let Some(most) = request.max_tokens {
            self.config("maxOutputTokens", "max_output_tokens", most);
        }
        let unheard = [
            ("min_p", sampling.min_p.is_some()),
            ("repetition_penalty", sampling.repetition_penalty.is_some()),
            ("logit_bias", !sampling.logit_bias.is_empty()),
        ];
        self.losses.unheard(&unheard);
        Ok(())
    }

    /// What the answer shall look like.
    fn shape(&mut self) -> Result<()> {
        let request = self.call.request;
        let (told, told_snake) = ("responseMimeType", "response_mime_type");
        match &request.output {
            Some(OutputFormat::JsonObject) => self.config(told, told_snake, "application/json"),
            Some(OutputFormat::Text) => self.config(told, told_snake, "text/plain"),
            Some(OutputFormat::JsonSchema(wanted)) => {
                // Who speaks this dialect may have said a schema alone.
                if self.form("generationConfig.responseMimeType") == Some("null") {
                    self.out.take(told);
                } else {
                    self.config(told, told_snake, "application/json");
                }
                self.schema(wanted)?;
            }
            _ => (),
        }
        if !request.modalities.is_empty() {
            let word = |modality: &Modality| modality.as_str().to_ascii_uppercase();
            let words: Vec<_> = request.modalities.iter().map(word).collect();
            self.config("responseModalities", "response_modalities", words);
        }
        Ok(())
    }

    fn schema(&mut self, wanted: &nohop_types::Schema) -> Result<()> {
        let extra = &self.call.request.extra;
        match self.form("generationConfig.responseSchema") {
            Some(form) => {
                self.key(extra, CONFIG, "responseSchema", "response_schema");
                schema::restored(&mut self.out, &wanted.schema, form == "\"\"");
            }
            None => {
                let place = || ANSWER.to_owned();
                let told =
                    self.subset().fit(&wanted.schema, Role::Answer, place, &mut self.losses)?;
                let (camel, snake) = match self.open_api() {
                    true => ("responseSchema", "response_schema"),
                    false => ("responseJsonSchema", "response_json_schema"),
                };
                self.key(extra, CONFIG, camel, snake).raw(&told);
            }
        }
        if wanted.description.is_some() {
            self.losses.dropped("output.description", "the dialect has no word for it");
        }
        if wanted.strict == Some(false) {
            self.losses.dropped("output.strict", "the dialect always follows the schema");
        }
        Ok(())
    }

    fn thinking(&mut self) -> Result<()> {
        let extra = &self.call.request.extra;
        let written = self.object(extra, THINKING, &[], |body| {
            body.gauge();
            body.visibility();
            Ok(())
        })?;
        if let Some(written) = written {
            self.key(extra, CONFIG, "thinkingConfig", "thinking_config").raw(&written);
        }
        Ok(())
    }

    /// How hard the model thinks: by a level or up to a budget, for both at once are refused.
    fn gauge(&mut self) {
        let wish = &self.call.request.thinking;
        let (known, style) = self.levels();
        let off = wish.effort == Some(Effort::None)
            || wish.budget == Some(0)
            || wish.enabled == Some(false);
        let budget = match (off, wish.effort, wish.budget) {
            (true, effort, _) if style == ThinkingGauge::Budget || effort.is_none() => Some(0),
            (false, None, Some(budget)) => i64::try_from(budget).ok(),
            (false, Some(_), Some(budget)) if style == ThinkingGauge::Budget => {
                self.losses.dropped("thinking.effort", "the model takes a budget and no effort");
                i64::try_from(budget).ok()
            }
            (false, Some(effort), None) if style == ThinkingGauge::Budget => {
                let why = "the model takes a budget and no effort";
                self.losses.translated("thinking.effort", why);
                Some(budget_of(effort))
            }
            (false, None, None) if wish.enabled == Some(true) => Some(-1),
            _ => None,
        };
        if let Some(budget) = budget {
            let extra = &self.call.request.extra;
            self.key(extra, THINKING, "thinkingBudget", "thinking_budget").value(budget);
            return;
        }
        let Some(effort) = wish.effort else { return };
        if wish.budget.is_some_and(|budget| budget > 0) {
            self.losses.dropped("thinking.budget", "the model takes an effort and no budget");
        }
        let nearest = effort.nearest(&known);
        if nearest != effort {
            let why = format!("the model knows no {}: {}", effort.as_str(), nearest.as_str());
            self.losses.clamped("thinking.effort", why);
        }
        let (camel, snake) = ("thinkingLevel", "thinking_level");
        let word = match self.form("generationConfig.thinkingConfig.thinkingLevel") {
            Some("\"\"") => nearest.as_str().to_owned(),
            _ => nearest.as_str().to_ascii_uppercase(),
        };
        let extra = &self.call.request.extra;
        self.key(extra, THINKING, camel, snake).value(word);
    }

    /// The efforts that the model knows, and how it is told to think; one that knows none takes a
    /// budget.
    fn levels(&self) -> (Vec<Effort>, ThinkingGauge) {
        let known = self.call.abilities.efforts.as_deref().unwrap_or(WORDS);
        let known: Vec<_> = WORDS.iter().copied().filter(|word| known.contains(word)).collect();
        // Who speaks this dialect has said what the model takes.
        let told = ["thinkingLevel", "thinking_level"];
        let told = told.iter().any(|key| self.form(&format!("{THINKING}{key}")).is_some());
        let style = match self.dialect.thinking {
            _ if told => ThinkingGauge::Level,
            _ if known.is_empty() => ThinkingGauge::Budget,
            ThinkingGauge::ByModel if self.generation < 30 => ThinkingGauge::Budget,
            ThinkingGauge::ByModel => ThinkingGauge::Level,
            style => style,
        };
        (known, style)
    }

    fn visibility(&mut self) {
        let Some(visibility) = self.call.request.thinking.visibility else { return };
        if visibility == Visibility::Full {
            let why = "the provider shows summaries at most";
            self.losses.translated("thinking.visibility", why);
        }
        let shown = visibility != Visibility::Hidden;
        let extra = &self.call.request.extra;
        self.key(extra, THINKING, "includeThoughts", "include_thoughts").value(shown);
    }
}

/// The budget that an effort becomes, as the inventor's own surface of another dialect has it.
fn budget_of(effort: Effort) -> i64 {
    match effort {
        Effort::None => 0,
        Effort::Minimal | Effort::Low => 1_024,
        Effort::Medium => 8_192,
        _ => 24_576,
    }
}
