mod config;
mod thinking;
mod tools;

use std::collections::BTreeMap;

use nohop_types::{CacheMark, Extras, Modality, Result, ServiceTier};

use super::{Converse, ThinkingWords, turns};
use crate::dialect::calls::{IdRule, Ids};
use crate::dialect::{lasting, ttl};
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::{Call, Encoded};

/// What the dialect takes for the id of a call.
const IDS: IdRule = IdRule {
    least: 1,
    most: 64,
    takes: |c| c.is_ascii_alphanumeric() || "_.:-".contains(c),
    why: "the dialect takes 64 characters in ids: letters, digits and _ . : -",
};

/// Writes the request of `call`.
pub(super) fn request(dialect: &Converse, call: &Call<'_>) -> Result<Encoded> {
    let request = call.request;
    let endpoint = call.issuer.endpoint.as_deref().unwrap_or_default();
    let mut body = Body {
        dialect,
        call,
        words: dialect.words(call.model),
        unnamed: 0,
        names: BTreeMap::new(),
        out: Writer::of(request),
        losses: Losses::default(),
        reach: Reach { dialect: Converse::NAME, endpoint },
        ids: Ids::new(IDS),
    };
    let path = call.address()?;
    body.out.object();
    // What these say in another dialect is nothing, or is said by the path.
    for key in ["model", "stream", "stream_options", "logprobs", "top_logprobs", "tool_choice"] {
        if body.form(key).is_none() {
            body.out.take(key);
        }
    }
    turns::write(&mut body)?;
    body.tools()?;
    let plan = body.thoughts();
    body.inference(plan.thinks)?;
    body.additional(&plan)?;
    body.output(plan.effort)?;
    body.rest();
    let Body { mut out, mut losses, reach, .. } = body;
    let inner =
        ["additionalModelRequestFields.", "inferenceConfig.", "outputConfig.", "toolConfig."];
    out.extras(&request.extra, "", &inner, reach, &mut losses).end_object();
    Ok(Encoded::json(path, out.into_bytes(), losses.into_vec()))
}

/// A request as it is written.
pub(super) struct Body<'a> {
    pub(super) dialect: &'a Converse,
    pub(super) call: &'a Call<'a>,
    /// Whose words the called model takes.
    pub(super) words: ThinkingWords,
    /// How many documents had no name.
    pub(super) unnamed: usize,
    /// The names of the documents so far, and how often each was given.
    pub(super) names: BTreeMap<String, usize>,
    pub(super) out: Writer,
    pub(super) losses: Losses,
    pub(super) reach: Reach<'a>,
    pub(super) ids: Ids,
}

impl<'a> Body<'a> {
    /// What the caller says of `key` in this dialect, if anything.
    pub(super) fn form(&self, key: &str) -> Option<&'a str> {
        self.reach.form(&self.call.request.extra, key)
    }

    /// Writes the object `key` with `fill` and then its extra fields, unless it says nothing.
    pub(super) fn object(
        &mut self,
        key: &'static str,
        prefix: &'static str,
        extra: &Extras,
        fill: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let outer = std::mem::take(&mut self.out);
        self.out.object();
        let filled = fill(self);
        self.out.extras(extra, prefix, &[], self.reach, &mut self.losses).end_object();
        let written = std::mem::replace(&mut self.out, outer).into_bytes();
        filled?;
        if let Some(text) = std::str::from_utf8(&written).ok().filter(|text| *text != "{}") {
            self.out.key(key).raw(text);
        }
        Ok(())
    }

    /// Writes a mark at the end of a prompt worth caching, which is a block of its own.
    pub(super) fn mark(&mut self, mark: Option<CacheMark>) {
        let Some(mark) = mark else { return };
        let lifetime = lasting(mark, &[300, 3_600], &mut self.losses);
        self.out.object().key("cachePoint").object().field("type", "default");
        self.out.maybe("ttl", lifetime.map(ttl)).end_object().end_object();
    }

    /// Everything else.
    fn rest(&mut self) {
        let request = self.call.request;
        let tier = match &request.tier {
            // As the account is set up goes without saying.
            None | Some(ServiceTier::Auto) => None,
            Some(ServiceTier::Standard) => Some("default"),
            Some(tier) => Some(tier.as_str()),
        };
        if let Some(tier) = tier {
            self.out.key("serviceTier").object().field("type", tier).end_object();
        }
        if !request.metadata.is_empty() {
            self.out.field("requestMetadata", &request.metadata);
        }
        let unheard = [
            ("modalities", request.modalities.iter().any(|modality| *modality != Modality::Text)),
            ("prediction", request.prediction.is_some()),
            ("session", request.session.is_some()),
            ("user", request.user.is_some()),
            ("verbosity", request.verbosity.is_some()),
        ];
        self.losses.unheard(&unheard);
    }
}
