//! What may be charged at most; what is not known fits no limit.

use nohop_types::{MaxPrice, Modality, Money, Preferences};

use super::closed;
use crate::{Candidate, Candidates, Context, Price};

pub(super) fn filter(preferences: &Preferences, cx: &Context<'_>, list: &mut Candidates<'_>) {
    if let Some(MaxPrice { prompt, completion, request, image, audio }) = preferences.max_price {
        let of = |rate: fn(&Price) -> Money| move |it: &Candidate| it.price.as_ref().map(rate);
        most(list, "prompt", prompt, of(|price| price.input * MILLION));
        most(list, "completion", completion, of(|price| price.output * MILLION));
        most(list, "request", request, of(|price| price.request.unwrap_or_default()));
        most(list, "image", image, |it| media(it, &Modality::Image, it.offer.image));
        most(list, "audio", audio, |it| {
            media(it, &Modality::Audio, it.offer.audio.map(|rate| rate * MILLION))
        });
    }
    if let Some(most) = preferences.max_cost {
        closed(list, &format!("max_cost: {most}"), |it| cx.estimate(it).map(|cost| cost <= most));
    }
}

const MILLION: u64 = 1_000_000;

fn most(
    list: &mut Candidates<'_>,
    of: &str,
    most: Option<Money>,
    rate: impl Fn(&Candidate) -> Option<Money>,
) {
    if let Some(most) = most {
        closed(list, &format!("max_price.{of}: {most}"), |it| rate(it).map(|rate| rate <= most));
    }
}

/// What is charged for media: nothing where they are not read.
fn media(candidate: &Candidate, modality: &Modality, rate: Option<Money>) -> Option<Money> {
    let reads = &candidate.offer.reads;
    match reads.is_empty() || reads.contains(modality) {
        true => rate,
        false => Some(Money::ZERO),
    }
}
