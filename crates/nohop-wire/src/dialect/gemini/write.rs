mod config;
mod tools;

use std::collections::BTreeMap;

use nohop_types::{Extras, Result, ServiceTier};

use super::{Gemini, Labels, Schemas, address, generation, turns};
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::schema::Subset;
use crate::{Call, Encoded};

/// Writes the request of `call`.
pub(super) fn request(dialect: &Gemini, call: &Call<'_>) -> Result<Encoded> {
    let request = call.request;
    let endpoint = call.issuer.endpoint.as_deref().unwrap_or_default();
    let mut body = Body {
        dialect,
        call,
        generation: generation(call.model),
        called: BTreeMap::new(),
        out: Writer::of(request),
        losses: Losses::default(),
        reach: Reach { dialect: Gemini::NAME, endpoint },
    };
    let path = address::path(call.path, call.model, call.mode)?;
    body.out.object();
    // What these say in another dialect is nothing, or is said by the path.
    for key in ["stream", "stream_options", "logprobs", "top_logprobs", "alt"] {
        if key == "alt" || body.form(key).is_none() {
            body.out.take(key);
        }
    }
    turns::write(&mut body)?;
    body.tools()?;
    body.generation_config()?;
    body.rest();
    // In which form another dialect said a choice is nothing here.
    if request.tool_choice.is_some() {
        body.out.take("tool_choice");
    }
    let Body { mut out, mut losses, reach, .. } = body;
    let inner = ["generationConfig.", "systemInstruction.", "toolConfig."];
    out.extras(&request.extra, "", &inner, reach, &mut losses).end_object();
    Ok(Encoded::json(path, out.into_bytes(), losses.into_vec()))
}

/// A request as it is written.
pub(super) struct Body<'a> {
    pub(super) dialect: &'a Gemini,
    pub(super) call: &'a Call<'a>,
    /// The called model's generation, in tenths.
    pub(super) generation: u32,
    /// The names of the calls so far, by their ids; one that comes again is told for the last.
    pub(super) called: BTreeMap<String, String>,
    pub(super) out: Writer,
    pub(super) losses: Losses,
    pub(super) reach: Reach<'a>,
}

impl<'a> Body<'a> {
    /// The form in which the caller wrote a field, if the caller wrote it in this dialect.
    pub(super) fn form(&self, key: &str) -> Option<&'a str> {
        self.form_in(&self.call.request.extra, key)
    }

    /// The form in which the caller wrote a field of whatever `extra` belongs to.
    pub(super) fn form_in<'e>(&self, extra: &'e Extras, key: &str) -> Option<&'e str> {
        self.reach.form(extra, key)
    }

    /// Begins a field in the spelling that the caller used: `prefix` leads to its object in `extra`.
    pub(super) fn key(
        &mut self,
        extra: &Extras,
        prefix: &str,
        camel: &'static str,
        snake: &'static str,
    ) -> &mut Writer {
        let reach = self.reach;
        let spelled = extra.iter().any(|entry| {
            entry.key.strip_prefix(prefix) == Some(snake)
                && entry.scope.covers(reach.dialect, reach.endpoint)
        });
        let (said, other) = if spelled { (snake, camel) } else { (camel, snake) };
        self.out.take(other);
        self.out.key(said)
    }

    /// Writes an object with `fill`, and then its extra fields; `false` for one that says nothing.
    pub(super) fn object(
        &mut self,
        extra: &Extras,
        prefix: &'static str,
        inner: &[&str],
        fill: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<Option<String>> {
        let outer = std::mem::take(&mut self.out);
        self.out.object();
        let filled = fill(self);
        self.out.extras(extra, prefix, inner, self.reach, &mut self.losses).end_object();
        let written = std::mem::replace(&mut self.out, outer).into_bytes();
        filled?;
        Ok(String::from_utf8(written).ok().filter(|text| text != "{}"))
    }

    /// Whether schemas are told in the subset of OpenAPI.
    pub(super) fn open_api(&self) -> bool {
        match self.dialect.schemas {
            Schemas::ByModel => self.generation < 20,
            schemas => schemas == Schemas::OpenApi,
        }
    }

    /// What of JSON Schema the model takes.
    pub(super) fn subset(&self) -> &'static Subset {
        if self.open_api() { &Subset::OPEN_API } else { &Subset::SELF_CONTAINED }
    }

    /// Everything else.
    fn rest(&mut self) {
        let request = self.call.request;
        if let Some(tier) = &request.tier {
            // As the account is set up goes without saying.
            if *tier != ServiceTier::Auto {
                self.key(&request.extra, "", "serviceTier", "service_tier").value(tier);
            }
        }
        match self.dialect.labels {
            Labels::Kept if !request.metadata.is_empty() => {
                self.out.field("labels", &request.metadata);
            }
            Labels::Refused if !request.metadata.is_empty() => {
                self.losses.dropped("metadata", "the host keeps no words beside the answer");
            }
            _ => (),
        }
        if request.cache.is_some() {
            self.losses.dropped("cache", "the host caches whole prompts by itself");
        }
        let unheard = [
            ("prediction", request.prediction.is_some()),
            ("session", request.session.is_some()),
            ("user", request.user.is_some()),
            ("verbosity", request.verbosity.is_some()),
        ];
        self.losses.unheard(&unheard);
    }
}
