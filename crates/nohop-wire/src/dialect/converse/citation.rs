use nohop_types::{Citation, Issuer, Opaque};
use serde_json::value::RawValue;

use super::rows::CitationRow;
use crate::json::Str;

/// Where something said comes from.
pub(super) fn citation(raw: &RawValue, issuer: Issuer) -> Citation {
    let row: CitationRow<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
    let web = row.location.and_then(|location| location.web?.url).and_then(Str::said);
    let source = row.source.and_then(Str::said);
    let quotes = row.quotes.into_iter().flatten().filter_map(|said| said.text?.said());
    let quote: String = quotes.collect();
    let mut citation = Citation::default();
    citation.url = web.or_else(|| source.filter(|source| source.contains("://")));
    citation.title = row.title.and_then(Str::said);
    citation.quote = (!quote.is_empty()).then_some(quote);
    citation.raw = Some(Opaque::new(issuer, raw.into()));
    citation
}
