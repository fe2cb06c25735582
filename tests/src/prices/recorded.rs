//! Recorded answers in which the provider says what they cost.
//!
//! Compared is what can be: the recording says when it was made and who served it; the catalog has one such offer, whose
//! price its sources do not dispute and of which nothing is in doubt; and what the recording says of the prompt alone,
//! where it does, is not another price. Where the caller's own key paid, what the host says it cost there is compared.

use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{fs, io};

use nohop_pricing::{Catalog, Class, Doubt, Facts, Form, Meter, Offer};
use nohop_types::{Issuer, Money, Request, Response, Usage};
use nohop_wire::laws::Sample;
use nohop_wire::{Call, Mode};
use serde_json::Value;

use super::Tally;
use crate::hosts::host;
use crate::recording::Recording;

/// Why a computed cost may differ from the stated one; the list is closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// The host charged a share of its list price, a whole number of hundredths.
    Discount,
    /// The recording's figures are made up, and are those of no price.
    MadeUp,
    /// The answer cost more, because another model was asked on the way to it.
    OtherModel,
    /// The price of the day was another than the catalog knows.
    OtherPrice,
    /// The provider rounds its figure.
    Rounded,
    /// A tool or a plugin was charged that the usage does not count.
    Tool,
}

/// Compares every cost whose offer and date are known.
///
/// # Errors
///
/// What can not be read.
pub fn tally(shared: &Path) -> io::Result<Tally> {
    let catalog = Catalog::bundled();
    let mut tally = Tally::new("recordings with a cost, at the bundled prices of their day");
    let mut files: Vec<_> =
        fs::read_dir(shared.join("cassettes/dev"))?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    for file in files {
        for recording in Recording::load(&file.path())? {
            if recording.response.status < 400 && recording.response.body.contains("cost") {
                compare(&catalog, &recording, &mut tally);
            }
        }
    }
    Ok(tally)
}

fn compare(catalog: &Catalog, recording: &Recording, tally: &mut Tally) {
    let Some(usage) = usage(recording) else { return };
    let Some(stated) = usage.cost else { return };
    let answer = Answer::of(recording);
    let Some(at) = answer.at else { return tally.leave("without a date") };
    let Some(offer) = answer.offer(catalog, recording) else {
        return tally.leave("of offers that are not known, or not whose");
    };
    if is_disputed(offer) {
        return tally.leave("of offers whose price is disputed");
    }
    let Some(bill) = offer.bill(&usage, &answer.facts(), at) else {
        return tally.leave("of offers without a price");
    };
    if matches!(bill.doubt(), Some(Doubt::Dearer | Doubt::Unpriced)) {
        return tally.leave("of which it can not be told which rate applies, or that have none");
    }
    if answer.is_gateways() && bill.parts.iter().any(|part| part.meter == Meter::WebSearch) {
        return tally.leave("with searches, which the gateway charges at prices of its own");
    }
    let stated = answer.paid_elsewhere().unwrap_or(stated);
    if stated == Money::ZERO && !offer.card().is_free() {
        return tally.leave("in which nothing is stated for what is charged elsewhere");
    }
    if answer.prompt().is_some_and(|prompt| !rounded(prompt, bill.prompt())) {
        return tally.leave("whose prompt had another price on the day");
    }
    let computed = bill.computed();
    // A half goes up or down, as a float has it.
    let sum = |down| {
        bill.parts.iter().map(|part| round(part.amount - Money::from_atto(down))).sum::<Money>()
    };
    if same(computed, stated) || [sum(0), sum(1)].contains(&stated) {
        tally.same += 1;
        return;
    }
    let reason = reason(computed, stated);
    tally.others.push(format!(
        "{reason:?}: {stated} stated, {computed} here, {offer:?} in {}",
        recording.id
    ));
}

/// What the answer says that it used.
pub(super) fn usage(recording: &Recording) -> Option<Usage> {
    let dialect = host(&recording.provider, &recording.dialect)?.dialect();
    let (asked, issuer) = (Request::new("m"), Issuer::new(dialect.name(), "here", "m"));
    let mode = if recording.stream { Mode::Stream } else { Mode::Whole };
    let call = Call::new(&asked, "m", recording.path(), &issuer).mode(mode);
    let (head, body) = (recording.head(), recording.bytes());
    let (events, _) = Sample::new(dialect, call, &head, &body).read(usize::MAX);
    let response: Response = events.into_iter().collect();
    Some(Usage::clone(&response.usage))
}

fn is_disputed(offer: Offer<'_>) -> bool {
    let classes = [Class::Input, Class::CacheRead, Class::Output];
    let plain = classes.map(|class| Some(Meter::Tokens(class, Form::Any)));
    offer.card().disputed().any(|charge| plain.contains(&charge.meter()))
}

/// To the hundred-thousandth of a dollar, as some providers round each part.
fn round(amount: Money) -> Money {
    let unit = Money::DOLLAR.as_atto() / 100_000;
    Money::from_atto((amount.as_atto() + unit / 2) / unit * unit)
}

fn rounded(stated: Money, computed: Money) -> bool {
    same(stated, computed) || stated == round(computed)
}

/// Whether both are the same to ten digits, since providers print floats.
fn same(computed: Money, stated: Money) -> bool {
    let (one, other) = (computed.as_atto(), stated.as_atto());
    one.abs_diff(other) <= one.max(other) / 10_000_000_000
}

fn reason(computed: Money, stated: Money) -> Reason {
    let (ours, theirs) = (computed.as_atto(), stated.as_atto());
    let unit = Money::DOLLAR.as_atto() / 100_000;
    let share = |hundredths: u128| same(Money::from_atto(ours / 100 * hundredths), stated);
    if theirs.is_multiple_of(unit) && ours.abs_diff(theirs) <= 2 * unit {
        Reason::Rounded
    } else if (1..100).any(share) {
        Reason::Discount
    } else if theirs > ours && (theirs - ours).is_multiple_of(50 * unit) {
        Reason::Tool
    } else if theirs.to_string().starts_with("123456") {
        Reason::MadeUp
    } else if theirs > 10 * ours {
        Reason::OtherModel
    } else {
        Reason::OtherPrice
    }
}

/// What an answer says of itself beside its usage.
struct Answer {
    objects: Vec<Value>,
    at: Option<SystemTime>,
}

impl Answer {
    fn of(recording: &Recording) -> Self {
        let body = &recording.response.body;
        let events = || {
            body.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?).ok())
        };
        let objects: Vec<Value> = match serde_json::from_str::<Value>(body) {
            Ok(whole) => vec![whole],
            Err(_) => events().collect(),
        };
        let objects = objects.into_iter().map(|mut object| match object.get_mut("response") {
            Some(inner) => inner.take(),
            None => object,
        });
        let objects: Vec<Value> = objects.collect();
        let time = |object: &Value| {
            object.get("created").or_else(|| object.get("created_at")).and_then(Value::as_u64)
        };
        let seconds = objects.iter().filter_map(time).find(|seconds| *seconds > 1_600_000_000);
        let at = seconds.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        Self { objects, at }
    }

    fn at(&self, path: &str) -> Option<&Value> {
        self.objects
            .iter()
            .rev()
            .find_map(|object| object.pointer(path))
            .filter(|value| !value.is_null())
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.at(path).and_then(Value::as_str)
    }

    /// The offer that served: a gateway says whose it was.
    fn offer<'a>(&self, catalog: &'a Catalog, recording: &Recording) -> Option<Offer<'a>> {
        let asked = recording.request.body.get("model").and_then(Value::as_str);
        let answered = self.text("/model");
        let host = match recording.provider.as_str() {
            "openrouter" => served_by(self.text("/provider")?)?,
            "vercel_gateway" => return catalog.offer("vercel-gateway", asked?),
            other => return catalog.offer(other, answered?),
        };
        let names = || [asked, answered].into_iter().flatten();
        // What is given away is the gateway's own offer, whoever serves it.
        if let Some(free) = names().find(|name| name.ends_with(":free")) {
            return catalog.offer("openrouter", free);
        }
        names().find_map(|name| {
            let (model, _) = catalog.model(name)?;
            one(model.offers().filter(|offer| offer.provider() == host))
        })
    }

    /// Whether a gateway handed the request on, and says to whom.
    fn is_gateways(&self) -> bool {
        self.text("/provider").is_some()
    }

    /// What the host says it cost where the caller's own key paid.
    fn paid_elsewhere(&self) -> Option<Money> {
        let own = self.at("/usage/is_byok").and_then(Value::as_bool) == Some(true);
        let cost = self.at("/usage/cost_details/upstream_inference_cost").filter(|_| own)?;
        cost.to_string().parse().ok()
    }

    /// What the answer says that its prompt cost.
    fn prompt(&self) -> Option<Money> {
        let paths =
            ["/usage/cost_details/upstream_inference_prompt_cost", "/usage/cost/input_tokens_cost"];
        let cost = paths.iter().find_map(|path| self.at(path))?;
        let cost: Money = cost.to_string().parse().ok()?;
        // A gateway that knows no parts writes zero.
        (cost > Money::ZERO || self.at("/usage/cost/input_tokens_cost").is_some()).then_some(cost)
    }

    fn facts(&self) -> Facts<'_> {
        let mut facts = Facts::new();
        let calls = [
            ("/usage/server_tool_use_details/web_search_requests", Meter::WebSearch),
            ("/usage/server_side_tool_usage_details/web_search_calls", Meter::WebSearch),
            ("/usage/server_side_tool_usage_details/x_search_calls", Meter::SocialSearch),
            ("/usage/server_side_tool_usage_details/file_search_calls", Meter::FileSearch),
        ];
        for (path, meter) in calls {
            if let Some(count) = self.at(path).and_then(Value::as_u64).filter(|count| *count > 0) {
                facts = facts.count(meter, count);
            }
        }
        match self.text("/usage/search_context_size") {
            Some(size) => facts.search(size),
            None => facts,
        }
    }
}

/// The offer that is meant where it is only told whose it is: the one that is bound to no region, and of those the one
/// whose name is the model's. Where they have different prices it is not told which.
fn one<'a>(offers: impl Iterator<Item = Offer<'a>>) -> Option<Offer<'a>> {
    const REGIONS: [&str; 7] = ["regional.", "us.", "eu.", "jp.", "au.", "apac.", "us-gov."];
    let offers: Vec<Offer<'a>> = offers
        .filter(|offer| !REGIONS.iter().any(|region| offer.native().starts_with(region)))
        .collect();
    let name = |offer: &&Offer<'_>| {
        let slug = offer.model().map_or("", |model| model.slug());
        slug.rsplit('/').next() == Some(offer.native())
    };
    let first = offers.iter().find(name).or(offers.first())?;
    let base = |offer: &Offer<'_>| offer.card().base(Meter::Tokens(Class::Input, Form::Any));
    let named = name(&first);
    (named || offers.iter().all(|other| base(other) == base(first))).then_some(*first)
}

/// The providers that OpenRouter names.
fn served_by(name: &str) -> Option<&'static str> {
    const HOSTS: [(&str, &str); 31] = [
        ("Alibaba", "dashscope"),
        ("Amazon Bedrock", "bedrock"),
        ("Anthropic", "anthropic"),
        ("Azure", "azure"),
        ("BaseTen", "baseten"),
        ("Cerebras", "cerebras"),
        ("Chutes", "chutes"),
        ("Cloudflare", "cloudflare"),
        ("Cohere", "cohere"),
        ("Crusoe", "crusoe"),
        ("DeepInfra", "deepinfra"),
        ("DeepSeek", "deepseek"),
        ("Fireworks", "fireworks"),
        ("Friendli", "friendli"),
        ("Google", "vertex"),
        ("Google AI Studio", "gemini"),
        ("Groq", "groq"),
        ("Minimax", "minimax"),
        ("Mistral", "mistral"),
        ("Moonshot AI", "moonshot"),
        ("Nebius", "nebius"),
        ("Novita", "novita"),
        ("OpenAI", "openai"),
        ("Perplexity", "perplexity"),
        ("SambaNova", "sambanova"),
        ("SiliconFlow", "siliconflow"),
        ("Together", "together"),
        ("Venice", "venice"),
        ("WandB", "wandb"),
        ("Z.AI", "zai"),
        ("xAI", "xai"),
    ];
    HOSTS.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours)
}
