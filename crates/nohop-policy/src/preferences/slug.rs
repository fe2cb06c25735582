//! Who is meant by a name among preferences.

use nohop_types::ServiceTier;

use crate::{Candidate, Context};

/// What OpenRouter calls providers that are called otherwise here.
const THEIRS: [(&str, &str); 6] = [
    ("alibaba", "dashscope"),
    ("amazon-bedrock", "bedrock"),
    ("google-ai-studio", "gemini"),
    ("google-vertex", "vertex"),
    ("moonshotai", "moonshot"),
    ("z-ai", "zai"),
];

/// Whether `name` means `candidate`: its endpoint, target, model or provider, or one region, quantization or tier of the
/// endpoint or provider.
pub(super) fn names(cx: &Context<'_>, name: &str, candidate: &Candidate) -> bool {
    let same = |one: &str| one.eq_ignore_ascii_case(name);
    if same(&candidate.target) || same(&candidate.model) || is_of(name, candidate) {
        return true;
    }
    let Some((whose, part)) = name.split_once('/') else { return false };
    let offer = &candidate.offer;
    is_of(whose, candidate)
        && (offer.region.as_deref().is_some_and(|region| within(region, part))
            || offer.quantization.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(part))
            || cx.request.tier.as_ref().map(ServiceTier::as_str) == Some(part))
}

/// Whether `name` is that of the candidate's endpoint or provider.
fn is_of(name: &str, candidate: &Candidate) -> bool {
    let ours = THEIRS.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(name));
    let ours = ours.map_or(name, |(_, ours)| ours);
    let provider = candidate.offer.provider.as_deref();
    candidate.endpoint.eq_ignore_ascii_case(name)
        || provider.is_some_and(|provider| provider.eq_ignore_ascii_case(ours))
}

/// Whether `region` is `wish`, or within it: `eu-west-1` and `europe-west4` are within `eu`.
pub(super) fn within(region: &str, wish: &str) -> bool {
    let (region, wish) = (region.to_ascii_lowercase(), wish.to_ascii_lowercase());
    let below = |wish: &str| {
        region.strip_prefix(wish).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    match &*wish {
        "eu" | "europe" => below("eu") || below("europe"),
        wish => below(wish),
    }
}

/// Whether numbers are rounded there as one of `wishes` says; `None` where that is not known.
pub(super) fn rounded(candidate: &Candidate, wishes: &[String]) -> Option<bool> {
    let Some(known) = candidate.offer.quantization.as_deref() else {
        return wishes.iter().any(|wish| wish.eq_ignore_ascii_case("unknown")).then_some(true);
    };
    let known = known.to_ascii_lowercase();
    let family = |wish: &str| match wish {
        "fp4" => matches!(&*known, "fp4" | "mxfp4" | "nvfp4"),
        "fp8" => matches!(&*known, "fp8" | "mxfp8"),
        wish => known == wish,
    };
    Some(wishes.iter().any(|wish| family(&wish.to_ascii_lowercase())))
}
