//! Where what was said comes from.

use nohop_types::{Citation, Span};
use serde_json::value::RawValue;

use super::super::rows::{CitedRow, GroundingRow, SourceRow};
use crate::json::{self, Str};

/// The most citations of one answer, and the longest address or title: a few bytes name a source
/// again, and each time it is a citation of its own.
const MOST: usize = 1_024;
const LONGEST: usize = 4 << 10;

/// The citations of `text`, by what is said of its grounding and of its sources.
///
/// All of it stays beside the choice as it was said; these are what others understand of it.
pub(super) fn citations(
    text: &str,
    grounding: Option<&RawValue>,
    sources: Option<&RawValue>,
) -> Vec<Citation> {
    let mut cited = Vec::new();
    if let Some(row) = grounding.and_then(json::lax::<GroundingRow<'_>>) {
        let chunks = row.chunks.unwrap_or_default();
        for support in row.supports.into_iter().flatten() {
            let segment = support.segment.unwrap_or_default();
            let span = span(text, &segment);
            for index in support.chunks.into_iter().flatten() {
                let Some(chunk) = chunks.get(index).filter(|_| cited.len() < MOST) else {
                    continue;
                };
                let source = [&chunk.web, &chunk.maps, &chunk.context];
                if let Some(source) = source.into_iter().flatten().next() {
                    let quote = source.text.clone().and_then(Str::said);
                    cited.extend(citation(source, span, quote));
                }
            }
        }
    }
    if let Some(row) = sources.and_then(json::lax::<CitedRow<'_>>) {
        for source in row.sources.into_iter().flatten().take(MOST - cited.len()) {
            cited.extend(citation(&source, span(text, &source), None));
        }
    }
    cited
}

fn citation(source: &SourceRow<'_>, span: Option<Span>, quote: Option<String>) -> Option<Citation> {
    let short = |text: &Option<Str<'_>>| {
        text.clone().and_then(Str::said).filter(|text| text.len() <= LONGEST)
    };
    let mut citation = Citation::default();
    citation.url = short(&source.uri);
    citation.title = short(&source.title);
    citation.quote = quote.filter(|quote| quote.len() <= LONGEST);
    citation.span = span;
    (citation.url.is_some() || citation.title.is_some()).then_some(citation)
}

/// The characters that `segment`, which counts bytes, is of `text`.
///
/// What was streamed may be counted otherwise than it was said: then the words decide.
fn span(text: &str, segment: &SourceRow<'_>) -> Option<Span> {
    let words = segment.text.as_deref().filter(|words| !words.is_empty());
    let start = usize::try_from(segment.start.unwrap_or(0)).ok()?;
    let end = segment.end.and_then(|end| usize::try_from(end).ok());
    let counted = end.and_then(|end| text.get(start..end));
    let start = match (counted, words) {
        (Some(found), Some(words)) if found != words => text.find(words)?,
        (Some(_), _) => start,
        (None, Some(words)) => text.find(words)?,
        (None, None) => return None,
    };
    let length = words.or(counted)?.chars().count() as u64;
    let start = text[..start].chars().count() as u64;
    Some(Span::new(start, start + length))
}
