//! How tokens are chosen and what the answer looks like.

use nohop_types::{Effort, OutputFormat, Result};

use super::Body;
use crate::dialect::converse::ThinkingWords;
use crate::dialect::invalid;

impl Body<'_> {
    /// Writes `inferenceConfig`.
    pub(super) fn inference(&mut self, thinks: bool) -> Result<()> {
        let request = self.call.request;
        self.object("inferenceConfig", "inferenceConfig.", &request.extra, |body| {
            body.out.maybe("maxTokens", request.max_tokens);
            body.sampling(thinks)
        })
    }

    fn sampling(&mut self, thinks: bool) -> Result<()> {
        let sampling = &self.call.request.sampling;
        let able = self.call.abilities.sampling;
        for (field, value) in [("temperature", sampling.temperature), ("top_p", sampling.top_p)] {
            if value.is_some_and(|value| !value.is_finite()) {
                return Err(invalid(format!("{field}: not a number that JSON can say")));
            }
        }
        if let Some(temperature) = sampling.temperature {
            if thinks && temperature != 1.0 {
                self.losses.dropped("temperature", "a model that thinks takes none but 1");
            } else if able.allows("temperature", &mut self.losses)? {
                if temperature > 1.0 {
                    self.losses.clamped("temperature", "the dialect's temperatures end at 1");
                }
                self.out.field("temperature", temperature.min(1.0));
            }
        }
        if sampling.top_p.is_some() && able.allows("top_p", &mut self.losses)? {
            self.out.maybe("topP", sampling.top_p);
        }
        if !sampling.stop.is_empty() && self.call.abilities.stop.allows("stop", &mut self.losses)? {
            self.out.field("stopSequences", &sampling.stop);
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

    /// Writes how many of the likeliest tokens there are to choose from, where the model's maker has a
    /// word for it, among the fields beside the dialect's own.
    pub(super) fn top_k(&mut self, thinks: bool) -> Result<()> {
        let Some(top_k) = self.call.request.sampling.top_k else { return Ok(()) };
        let claude = matches!(self.words, ThinkingWords::Claude(_));
        if claude && thinks {
            self.losses.dropped("top_k", "a model that thinks takes none");
            self.out.take("top_k");
        } else if !claude && self.words != ThinkingWords::Nova {
            self.losses.dropped("top_k", "the dialect has no word for it");
        } else if self.call.abilities.sampling.allows("top_k", &mut self.losses)? {
            match claude {
                true => self.out.field("top_k", top_k),
                false => self.out.key("inferenceConfig").object().field("topK", top_k).end_object(),
            };
        }
        Ok(())
    }

    /// Writes `outputConfig`: the shape of the answer, and an effort.
    pub(super) fn output(&mut self, effort: Option<Effort>) -> Result<()> {
        let request = self.call.request;
        self.object("outputConfig", "outputConfig.", &request.extra, |body| {
            body.out.maybe("effort", effort.map(Effort::as_str));
            body.shape()
        })
    }

    fn shape(&mut self) -> Result<()> {
        let schema = match &self.call.request.output {
            Some(OutputFormat::JsonSchema(schema)) => schema,
            Some(OutputFormat::JsonObject) => {
                self.losses.dropped("output", "the dialect has no objects without a schema");
                return Ok(());
            }
            _ => return Ok(()),
        };
        let told = self.dialect.schemas.answer(schema, &mut self.losses)?;
        self.out.key("textFormat").object().field("type", "json_schema").key("structure").object();
        // The dialect takes the schema as text.
        self.out.key("jsonSchema").object().text("schema", &told);
        self.out.maybe("name", schema.name.as_ref());
        self.out.maybe("description", schema.description.as_ref());
        self.out.end_object().end_object().end_object();
        if schema.strict == Some(false) {
            self.losses.dropped("output.strict", "the dialect always follows the schema");
        }
        Ok(())
    }
}
