use serde::{Deserialize, Serialize};

/// Thinking the provider chose to show, or to seal.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Reasoning {
    /// The thinking, or its summary; empty when it is sealed.
    pub text: String,
    /// Whether the text is the thinking itself.
    pub summary: Summary,
    /// The proof that the thinking is the issuer's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The thinking, readable by its issuer alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// Who may be sent it back.
    pub issuer: Issuer,
}

impl Reasoning {
    /// Thinking of `issuer`, still without content.
    pub fn new(issuer: Issuer) -> Self {
        Self { issuer, ..Self::default() }
    }

    /// Thinking of `issuer` in plain text.
    pub fn text(issuer: Issuer, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::new(issuer) }
    }

    /// Attaches the proof.
    #[must_use]
    pub fn signed(mut self, signature: impl Into<String>) -> Self {
        self.signature = Some(signature.into());
        self
    }

    /// Attaches what only the issuer can read.
    #[must_use]
    pub fn sealed(mut self, sealed: impl Into<String>) -> Self {
        self.sealed = Some(sealed.into());
        self
    }
}

/// Whether shown thinking is the thinking itself.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Summary {
    /// It is.
    #[default]
    Full,
    /// It is a summary.
    Summary,
}

/// Who issued a piece of an answer that others can not use: a dialect, an endpoint, a family of
/// models.
///
/// What is not known is `None` and may be anyone: a conversation that comes in through a surface
/// tells its dialect and no more.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Issuer {
    /// The dialect's name.
    pub dialect: String,
    /// The endpoint's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The model, or its family.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl Issuer {
    /// The issuer that is `model` at `endpoint`, spoken to in `dialect`.
    pub fn new(
        dialect: impl Into<String>,
        endpoint: impl Into<String>,
        model: impl Into<String>,
    ) -> Self {
        Self { dialect: dialect.into(), endpoint: Some(endpoint.into()), model: Some(model.into()) }
    }

    /// Somebody who speaks `dialect`.
    pub fn speaking(dialect: impl Into<String>) -> Self {
        Self { dialect: dialect.into(), endpoint: None, model: None }
    }

    /// Whether what `other` issued may be this one's own.
    pub fn is(&self, other: &Self) -> bool {
        let same = |mine: &Option<String>, theirs: &Option<String>| {
            mine.is_none() || theirs.is_none() || mine == theirs
        };
        self.dialect == other.dialect
            && same(&self.endpoint, &other.endpoint)
            && same(&self.model, &other.model)
    }
}

/// How the model shall think.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Thinking {
    /// How hard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// The most tokens it may spend on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<u64>,
    /// How much of it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Whether it thinks at all, where that is said apart from the effort.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

impl Thinking {
    /// Thinking of this `effort`.
    pub fn effort(effort: Effort) -> Self {
        Self { effort: Some(effort), ..Self::default() }
    }

    /// Thinking that may spend `tokens`.
    pub fn budget(tokens: u64) -> Self {
        Self { budget: Some(tokens), ..Self::default() }
    }

    /// No thinking.
    pub fn off() -> Self {
        Self { enabled: Some(false), ..Self::default() }
    }

    /// Says how much of it is shown.
    #[must_use]
    pub fn visibility(mut self, visibility: Visibility) -> Self {
        self.visibility = Some(visibility);
        self
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How hard a model thinks, from not at all to as hard as it can.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[allow(missing_docs, reason = "the words are the providers' own and say it")]
#[non_exhaustive]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    None,
    Minimal,
    Low,
    Medium,
    High,
    XHigh,
    Max,
}

impl Effort {
    const ALL: [Self; 7] =
        [Self::None, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::XHigh, Self::Max];

    /// The effort that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effort| effort.as_str() == word)
    }

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// The nearest of `levels`, the lower of two that are equally near; itself where there is none.
    ///
    /// No thinking is only ever the nearest to itself: who asks for little still asks for some.
    pub fn nearest(self, levels: &[Self]) -> Self {
        let far = |level: &Self| (*level as i32 - self as i32).abs();
        let some = |level: &&Self| (**level == Self::None) == (self == Self::None);
        let near = levels.iter().filter(some).min_by_key(|level| (far(level), **level));
        near.or_else(|| levels.iter().min_by_key(|level| (far(level), **level)))
            .map_or(self, |l| *l)
    }
}

/// How much of its thinking the model shows.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Nothing.
    Hidden,
    /// A summary.
    Summary,
    /// All of it, where the provider allows.
    Full,
}

#[cfg(test)]
mod tests;
