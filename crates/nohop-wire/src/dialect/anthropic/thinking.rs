//! How the model shall think, as this dialect says it.

use nohop_types::{Effort, Result, Visibility};

use super::ThinkingStyle;
use super::write::Body;
use crate::dialect::calls::{UNTHOUGHT, answers_unthought};

/// The least budget that the inventor takes.
const LEAST: u64 = 1_024;

/// The efforts that the dialect has words for.
const WORDS: &[Effort] = &[Effort::Low, Effort::Medium, Effort::High, Effort::XHigh, Effort::Max];

impl Body<'_> {
    /// Writes `thinking`, `max_tokens` and `output_config`, of which each has to do with the others;
    /// says whether there is an `output_config`, and whether the model is told to think.
    pub(super) fn thinking(&mut self) -> Result<(bool, bool)> {
        let request = self.call.request;
        let mut wish = request.thinking.clone();
        if wish.effort == Some(Effort::None) || wish.budget == Some(0) {
            (wish.enabled, wish.budget) = (Some(false), None);
        }
        let effort = wish.effort.filter(|effort| *effort != Effort::None);
        let (effort, style) = self.effort(effort);
        let mut budget = wish.budget.filter(|_| wish.enabled != Some(false));
        if budget.is_some_and(|budget| budget < LEAST) {
            self.losses.clamped("thinking.budget", "the least budget is 1024 tokens");
            budget = Some(LEAST);
        }
        if let (Some(asked), Some(most)) = (budget, request.max_tokens)
            && asked >= most
            && self.form("thinking").is_none()
        {
            budget = Some(most - most / 4).filter(|room| *room >= LEAST);
            self.losses.clamped("thinking.budget", "it has to leave room for the answer");
        }
        let asked = effort.is_some() || wish.enabled == Some(true);
        let mut said = effort;
        if style == ThinkingStyle::Budget {
            said = None;
            if budget.is_none() && asked && wish.enabled != Some(false) {
                budget = self.budget(effort.unwrap_or(Effort::Medium));
            } else if effort.is_some() {
                self.losses.dropped("thinking.effort", "the model takes a budget and no effort");
            }
        }
        // Who speaks this dialect and says an effort alone wants no more than that.
        let alone = self.form("output_config").is_some() || self.form("thinking").is_some();
        let adaptive = wish.enabled == Some(true) || (said.is_some() && !alone);
        let r#type = match (wish.enabled, budget) {
            (Some(false), _) => Some("disabled"),
            (_, Some(_)) => Some("enabled"),
            _ => (style == ThinkingStyle::Adaptive && adaptive).then_some("adaptive"),
        };
        let (mut r#type, mut budget) = (r#type, budget);
        if r#type == Some("enabled")
            && answers_unthought(&self.call.request.messages, self.call.issuer)
        {
            self.losses.dropped("thinking", UNTHOUGHT);
            (r#type, budget) = (None, None);
        }
        let display = self.display(wish.visibility, r#type);
        if let Some(r#type) = r#type {
            self.out.key("thinking").object().field("type", r#type);
            self.out.maybe("budget_tokens", budget).maybe("display", display).end_object();
        }
        // The budget is a part of what the answer may have.
        let most = self.dialect.cap.saturating_add(budget.unwrap_or(0));
        self.out.field("max_tokens", request.max_tokens.unwrap_or(most));
        let configured = self.output_config(said.map(Effort::as_str))?;
        if !configured && self.form("output_config") == Some("null") && wish.effort.is_some() {
            self.out.take("output_config");
        }
        Ok((configured, matches!(r#type, Some("adaptive" | "enabled"))))
    }

    /// The nearest effort that the model knows, and how it is told; a model without efforts takes a
    /// budget.
    fn effort(&mut self, asked: Option<Effort>) -> (Option<Effort>, ThinkingStyle) {
        let style = self.dialect.thinking;
        let Some(effort) = asked else { return (None, style) };
        let known = self.call.abilities.efforts.as_deref().unwrap_or(WORDS);
        let known: Vec<_> = WORDS.iter().copied().filter(|word| known.contains(word)).collect();
        if known.is_empty() || style == ThinkingStyle::Budget {
            return (Some(effort), ThinkingStyle::Budget);
        }
        let nearest = effort.nearest(&known);
        if nearest != effort {
            let why = format!("the model knows no {}: {}", effort.as_str(), nearest.as_str());
            self.losses.clamped("thinking.effort", why);
        }
        (Some(nearest), style)
    }

    /// The budget that an effort becomes, if there is room for one.
    fn budget(&mut self, effort: Effort) -> Option<u64> {
        let budget: u64 = match effort {
            Effort::None | Effort::Minimal => LEAST,
            Effort::Low => 2_048,
            Effort::Medium => 8_192,
            Effort::High => 24_576,
            _ => 32_768,
        };
        // A budget has to leave room for the answer.
        let room = self.call.request.max_tokens.map_or(u64::MAX, |most| most - most / 4);
        if room < LEAST {
            self.losses.dropped("thinking", "max_tokens leaves no room for the least budget");
            return None;
        }
        self.losses.translated("thinking.effort", "the model takes a budget and no effort");
        Some(budget.min(room))
    }

    fn display(
        &mut self,
        visibility: Option<Visibility>,
        r#type: Option<&str>,
    ) -> Option<&'static str> {
        let visibility = visibility?;
        if !matches!(r#type, Some("adaptive" | "enabled")) {
            self.losses
                .dropped("thinking.visibility", "it is said only of thinking that is asked for");
            return None;
        }
        match visibility {
            Visibility::Hidden => Some("omitted"),
            Visibility::Summary => Some("summarized"),
            _ => {
                self.losses
                    .translated("thinking.visibility", "the provider shows summaries at most");
                Some("summarized")
            }
        }
    }
}
