//! How the model shall think, as its maker says it.

use nohop_types::{Effort, Parallel, Result, ToolChoice, Visibility};

use super::Body;
use crate::dialect::ThinkingStyle;
use crate::dialect::calls::{UNTHOUGHT, answers_unthought};
use crate::dialect::converse::ThinkingWords;

/// The least budget that Claude takes.
const LEAST: u64 = 1_024;

/// What is said of thinking, and where.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plan {
    /// Whether the model thinks for sure.
    pub(super) thinks: bool,
    /// The effort, in the dialect's own field.
    pub(super) effort: Option<Effort>,
    /// The type of thinking, in the maker's words.
    said: Option<&'static str>,
    budget: Option<u64>,
    /// The effort, in the maker's words.
    maker: Option<Effort>,
}

impl Body<'_> {
    /// Decides what is said of thinking.
    pub(super) fn thoughts(&mut self) -> Plan {
        let wish = &self.call.request.thinking;
        let off = wish.enabled == Some(false)
            || wish.effort == Some(Effort::None)
            || wish.budget == Some(0);
        let effort = wish.effort.filter(|effort| *effort != Effort::None && !off);
        let budget = wish.budget.filter(|_| !off);
        if wish.visibility.is_some_and(|visibility| visibility != Visibility::Summary) {
            self.losses.dropped("thinking.visibility", "the dialect has no word for it");
        }
        let wanted = effort.is_some() || budget.is_some() || wish.enabled == Some(true);
        match self.words {
            _ if !off && !wanted => Plan::default(),
            ThinkingWords::Claude(style) => self.claude(style, off, effort, budget),
            ThinkingWords::Nova => {
                self.without_budget(budget);
                let (low, high) = (Effort::Low, Effort::High);
                let effort = effort.or(budget.map(|_| Effort::Medium));
                let effort =
                    effort.map(|effort| self.nearest(effort, &[low, Effort::Medium, high]));
                let said = Some(if off { "disabled" } else { "enabled" });
                Plan { said, maker: effort, ..Plan::default() }
            }
            _ => {
                self.without_budget(budget);
                if off {
                    self.losses.dropped("thinking", "the dialect can not forbid it");
                }
                let effort = effort.map(|effort| {
                    use Effort::{High, Low, Max, Medium, XHigh};
                    self.nearest(effort, &[Low, Medium, High, XHigh, Max])
                });
                Plan { effort, ..Plan::default() }
            }
        }
    }

    fn claude(
        &mut self,
        style: ThinkingStyle,
        off: bool,
        effort: Option<Effort>,
        budget: Option<u64>,
    ) -> Plan {
        use Effort::{High, Low, Max, Medium, XHigh};
        if off {
            return Plan { said: Some("disabled"), ..Plan::default() };
        }
        let none = self.call.abilities.efforts.as_ref().is_some_and(Vec::is_empty);
        let style = if none { ThinkingStyle::Budget } else { style };
        let (budget, effort) = match (budget, effort, style) {
            (None, effort, ThinkingStyle::Budget) => {
                if effort.is_some() {
                    let why = "the model takes a budget and no effort";
                    self.losses.translated("thinking.effort", why);
                }
                (Some(budget_of(effort.unwrap_or(Medium))), None)
            }
            (budget, Some(_), ThinkingStyle::Budget) => {
                let why = "the model takes a budget and no effort";
                self.losses.dropped("thinking.effort", why);
                (budget, None)
            }
            (budget, effort, _) => (budget, effort),
        };
        let budget = budget.and_then(|budget| self.room(budget));
        if style == ThinkingStyle::Budget && budget.is_none() {
            return Plan::default();
        }
        let request = self.call.request;
        if budget.is_some() && answers_unthought(&request.messages, self.call.issuer) {
            self.losses.dropped("thinking", UNTHOUGHT);
            return Plan::default();
        }
        let maker = effort.map(|effort| self.nearest(effort, &[Low, Medium, High, XHigh, Max]));
        let said = Some(if budget.is_some() { "enabled" } else { "adaptive" });
        Plan { thinks: true, said, budget, maker, effort: None }
    }

    /// The budget, if the answer has room for one; it has to leave room for the rest.
    fn room(&mut self, budget: u64) -> Option<u64> {
        let most = self.call.request.max_tokens.map_or(u64::MAX, |most| most - most / 4);
        if most < LEAST {
            self.losses.dropped("thinking", "max_tokens leaves no room for the least budget");
            return None;
        }
        let fits = budget.clamp(LEAST, most);
        if fits != budget {
            let why = "a budget has 1024 tokens at least, and leaves room for the answer";
            self.losses.clamped("thinking.budget", why);
        }
        Some(fits)
    }

    fn without_budget(&mut self, budget: Option<u64>) {
        if budget.is_some() {
            self.losses.dropped("thinking.budget", "the model takes an effort and no budget");
        }
    }

    fn nearest(&mut self, effort: Effort, words: &[Effort]) -> Effort {
        let known = self.call.abilities.efforts.as_deref().unwrap_or(words);
        let known: Vec<_> = words.iter().copied().filter(|word| known.contains(word)).collect();
        let nearest = effort.nearest(&known);
        if nearest != effort {
            let why = format!("the model knows no {}: {}", effort.as_str(), nearest.as_str());
            self.losses.clamped("thinking.effort", why);
        }
        nearest
    }

    /// Writes `additionalModelRequestFields`: what only the model's maker has words for.
    pub(super) fn additional(&mut self, plan: &Plan) -> Result<()> {
        const KEY: &str = "additionalModelRequestFields";
        let extra = &self.call.request.extra;
        self.object(KEY, "additionalModelRequestFields.", extra, |body| {
            if let Some(said) = plan.said {
                let nova = body.words == ThinkingWords::Nova;
                body.out.key(if nova { "reasoningConfig" } else { "thinking" }).object();
                body.out.field("type", said).maybe("budget_tokens", plan.budget);
                let maker = plan.maker.map(Effort::as_str);
                body.out.maybe("maxReasoningEffort", maker.filter(|_| nova)).end_object();
                if let Some(effort) = maker.filter(|_| !nova) {
                    body.out.key("output_config").object().field("effort", effort).end_object();
                }
            }
            body.top_k(plan.thinks)?;
            body.single();
            Ok(())
        })
    }

    /// Writes that at most one tool may be called at once, where the maker has a word for it.
    fn single(&mut self) {
        let request = self.call.request;
        if request.parallel != Some(Parallel::Forbid) || request.tools.is_empty() {
            return;
        }
        if !matches!(self.words, ThinkingWords::Claude(_)) {
            self.losses.dropped("parallel", "the dialect has no word for it");
            return;
        }
        let (r#type, name) = match &request.tool_choice {
            None | Some(ToolChoice::Auto | ToolChoice::Allowed(_)) => ("auto", None),
            Some(ToolChoice::Named(name)) => ("tool", Some(name)),
            Some(ToolChoice::None) => return,
            _ => ("any", None),
        };
        self.out.key("tool_choice").object().field("type", r#type).maybe("name", name);
        self.out.field("disable_parallel_tool_use", true).end_object();
    }
}

/// The budget that an effort becomes.
fn budget_of(effort: Effort) -> u64 {
    match effort {
        Effort::None | Effort::Minimal => LEAST,
        Effort::Low => 2_048,
        Effort::Medium => 8_192,
        Effort::High => 24_576,
        _ => 32_768,
    }
}
