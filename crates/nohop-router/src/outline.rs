use std::collections::BTreeMap;
use std::sync::Arc;

use nohop_types::{
    EmbedInput, EmbedRequest, Error, ErrorKind, Message, Part, Preferences, Request, RerankRequest,
    Result, Role, Secret,
};

use crate::hooks::Hooks;

/// What a request that is no chat has in common with one: as a chat that says its texts, hooks see it, and
/// without them, policies and the ledger.
pub(crate) struct Outline<'a> {
    model: &'a mut String,
    user: &'a mut Option<String>,
    tags: &'a mut BTreeMap<String, String>,
    preferences: &'a mut Option<Box<Preferences>>,
    key: &'a mut Option<Secret>,
    headers: &'a mut Vec<(String, Secret)>,
    texts: Vec<&'a mut String>,
}

impl Outline<'_> {
    /// Shows it to those who want to see it first, takes over what they change, and says what is left to
    /// see for all others.
    ///
    /// # Errors
    ///
    /// Those of the hooks; `Config` when one of them adds texts, or takes some away.
    pub(crate) fn shown(mut self, hooks: &Hooks) -> Result<Arc<Request>> {
        let mut seen = Request::new(self.model.clone());
        seen.user.clone_from(self.user);
        seen.tags.clone_from(self.tags);
        seen.preferences.clone_from(self.preferences);
        seen.key.clone_from(self.key);
        seen.headers.clone_from(self.headers);
        if hooks.before.is_empty() {
            return Ok(Arc::new(seen));
        }
        let texts = self.texts.iter_mut().map(|text| Part::text(std::mem::take(*text)));
        seen.messages = vec![Message::new(Role::User, texts.collect::<Vec<_>>())];
        let mut seen = Arc::new(seen);
        hooks.before(&mut seen)?;
        let mut seen = Arc::unwrap_or_clone(seen);
        self.take_back(std::mem::take(&mut seen.messages))?;
        self.model.clone_from(&seen.model);
        self.user.clone_from(&seen.user);
        self.tags.clone_from(&seen.tags);
        self.preferences.clone_from(&seen.preferences);
        self.key.clone_from(&seen.key);
        self.headers.clone_from(&seen.headers);
        Ok(Arc::new(seen))
    }

    fn take_back(&mut self, messages: Vec<Message>) -> Result<()> {
        let parts = messages.into_iter().flat_map(|message| message.parts);
        let texts: Vec<_> = parts.filter_map(|part| part.as_text().map(str::to_owned)).collect();
        if texts.len() != self.texts.len() {
            let message = "a hook took texts from the request or added some; it may change each of them, \
                           and must leave their number";
            return Err(Error::new(ErrorKind::Config, message));
        }
        for (text, seen) in self.texts.iter_mut().zip(texts) {
            **text = seen;
        }
        Ok(())
    }
}

impl<'a> From<&'a mut EmbedRequest> for Outline<'a> {
    fn from(request: &'a mut EmbedRequest) -> Self {
        let EmbedRequest { model, inputs, user, tags, preferences, key, headers, .. } = request;
        let texts = inputs.iter_mut().filter_map(|input| match input {
            EmbedInput::Text(text) => Some(text),
            _ => None,
        });
        Self { model, user, tags, preferences, key, headers, texts: texts.collect() }
    }
}

impl<'a> From<&'a mut RerankRequest> for Outline<'a> {
    fn from(request: &'a mut RerankRequest) -> Self {
        let RerankRequest {
            model, query, documents, user, tags, preferences, key, headers, ..
        } = request;
        let texts = std::iter::once(query).chain(documents).collect();
        Self { model, user, tags, preferences, key, headers, texts }
    }
}

#[cfg(test)]
mod tests;
