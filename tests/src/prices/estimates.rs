//! Estimates of prompts, held to the counts that providers report.

use std::path::Path;
use std::{fmt, fs, io};

use nohop_pricing::{Catalog, Estimate};
use nohop_types::{Content, Part, ToolKind};
use nohop_wire::RequestHead;

use crate::hosts::host;
use crate::recording::Recording;

/// How far estimates are from what providers report.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Errors {
    /// What was reported, in hundredths of what was estimated, in order.
    pub shares: Vec<u64>,
    /// How many lie within the bounds of their estimates.
    pub within: usize,
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at =
            |hundredths: usize| self.shares.get(self.shares.len() * hundredths / 100).unwrap_or(&0);
        let (within, all) = (self.within, self.shares.len());
        write!(
            f,
            "prompts: {within} of {all} within the bounds; reported are, in hundredths of the estimate,"
        )?;
        [10, 25, 50, 75, 90].iter().try_for_each(|part| write!(f, " {part} %: {}", at(*part)))
    }
}

/// Compares what is estimated with what is reported.
///
/// # Errors
///
/// What can not be read.
pub fn errors(shared: &Path) -> io::Result<Errors> {
    let mut errors = Errors::default();
    for (estimate, reported) in prompts(shared)? {
        errors.shares.push(reported * 100 / estimate.prompt.max(1));
        errors.within += usize::from((estimate.least..=estimate.most).contains(&reported));
    }
    errors.shares.sort_unstable();
    Ok(errors)
}

/// Every recorded prompt of text that is long enough to say anything, and whose tokens the provider reports.
fn prompts(shared: &Path) -> io::Result<Vec<(Estimate, u64)>> {
    let catalog = Catalog::bundled();
    let mut prompts = Vec::new();
    let mut files: Vec<_> =
        fs::read_dir(shared.join("cassettes/dev"))?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    for file in files {
        for recording in Recording::load(&file.path())? {
            if recording.response.status < 400 && recording.response.body.contains("oken") {
                prompts.extend(prompt(&catalog, &recording));
            }
        }
    }
    Ok(prompts)
}

fn prompt(catalog: &Catalog, recording: &Recording) -> Option<(Estimate, u64)> {
    let host = host(&recording.provider, &recording.dialect)?;
    let body = recording.request.body.to_string();
    let head = RequestHead::new(recording.path(), recording.request_headers());
    let request = host.asked(&head, body.as_bytes()).ok()?.request;
    let usage = super::recorded::usage(recording)?;
    let counts = [usage.input, usage.cache_read, usage.cache_write];
    let reported: u64 = counts.iter().flatten().sum();
    // What providers run themselves adds to the prompt what nobody sees, and what is not text is counted otherwise by each.
    let native = request.tools.iter().any(|tool| !matches!(tool.kind, ToolKind::Function(_)));
    let mut parts = request.messages.iter().flat_map(|message| &message.parts);
    let text = parts.all(is_text);
    if native || !text {
        return None;
    }
    let provider = recording.provider.as_str();
    let native = recording.request.body.get("model").and_then(serde_json::Value::as_str);
    let native = native.or_else(|| recording.path().rsplit('/').next()?.split(':').next())?;
    let offer = catalog.offer(provider, native)?;
    let estimate = Estimate::of(&request).at(offer, &request);
    (reported >= 50 && usage.tool_prompt.is_none()).then_some((estimate, reported))
}

fn is_text(part: &Part) -> bool {
    match &part.content {
        Content::Text(_) | Content::ToolCall(_) => true,
        Content::ToolResult(result) => result.parts.iter().all(is_text),
        _ => false,
    }
}
