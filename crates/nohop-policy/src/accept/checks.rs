use nohop_types::{
    Content, Error, ErrorKind, FinishReason, Function, Input, Request, Response, Result, ToolCall,
    ToolKind,
};

use super::{Accept, Verdict, mend};

/// Accepts what says something: a text, or a call of a tool.
pub fn not_empty() -> impl Accept {
    check("not empty", |_, response| {
        let says = |content: &Content| match content {
            Content::Text(text) => !text.trim().is_empty(),
            Content::Reasoning(_) => false,
            _ => true,
        };
        match response.parts().iter().any(|part| says(&part.content)) {
            true => Verdict::Accept,
            false => Verdict::retry("the answer is empty"),
        }
    })
}

/// Accepts what was not cut by its limit.
pub fn not_cut() -> impl Accept {
    check("not cut", |_, response| match response.reason() {
        Some(FinishReason::Length) => {
            let why = "the answer was cut by its limit; allow it more tokens";
            Verdict::Elsewhere(Error::new(ErrorKind::Truncated, why))
        }
        _ => Verdict::Accept,
    })
}

/// Accepts what neither the model nor a filter has refused.
pub fn not_refused() -> impl Accept {
    check("not refused", |_, response| {
        let filtered = response.reason() == Some(&FinishReason::ContentFilter);
        let refused = |content: &Content| matches!(content, Content::Refusal(_));
        match filtered || response.parts().iter().any(|part| refused(&part.content)) {
            true => {
                let why = "the model refused to answer";
                Verdict::Elsewhere(Error::new(ErrorKind::ContentFilter, why))
            }
            false => Verdict::Accept,
        }
    })
}

/// Accepts what is JSON, mended where it nearly is; an answer that calls tools is left alone.
pub fn json() -> impl Accept {
    IsJson
}

/// Accepts calls of tools that the request has, with arguments that are objects, mended where they nearly are.
pub fn calls() -> impl Accept {
    Calls { fits: |_, _| Ok(()) }
}

/// Asks for JSON.
struct IsJson;

impl Accept for IsJson {
    fn judge(&self, _: &Request, response: &mut Response) -> Verdict {
        if response.tool_calls().next().is_some() {
            return Verdict::Accept;
        }
        match mended(response, &|text| nohop_types::Json::new(text).map(drop)) {
            Ok(()) => Verdict::Accept,
            Err(_) => shape("the answer is not JSON"),
        }
    }

    fn name(&self) -> &str {
        "JSON"
    }
}

/// Asks for calls that can be made.
pub(super) struct Calls {
    /// What else is asked of a call.
    pub(super) fits: fn(&mut ToolCall, &Function) -> Result<()>,
}

impl Accept for Calls {
    fn judge(&self, request: &Request, response: &mut Response) -> Verdict {
        let parts = response.choices.iter_mut().flat_map(|choice| &mut choice.parts);
        for part in parts {
            if let Content::ToolCall(call) = &mut part.content
                && let Err(why) = callable(call, request, self.fits)
            {
                return Verdict::Elsewhere(why);
            }
        }
        Verdict::Accept
    }

    fn name(&self) -> &str {
        "calls that can be made"
    }
}

/// Whether a call can be made; what is nearly JSON is mended.
fn callable(
    call: &mut ToolCall,
    request: &Request,
    fits: fn(&mut ToolCall, &Function) -> Result<()>,
) -> Result<()> {
    let mut functions = request.tools.iter().filter_map(|tool| match &tool.kind {
        ToolKind::Function(function) => Some(function),
        _ => None,
    });
    let Some(function) = functions.find(|function| function.name == call.name) else {
        // Those of a provider's own are called by the provider.
        let others = request.tools.iter().any(|tool| !matches!(tool.kind, ToolKind::Function(_)));
        return match others {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Shape, "a tool is called that the request has not")),
        };
    };
    if call.input != Input::Json {
        return Ok(());
    }
    let wrong = |why: &str| Error::new(ErrorKind::Shape, format!("{}: {why}", function.name));
    let arguments = match call.arguments.trim() {
        "" => "{}",
        arguments => arguments,
    };
    if !is_object(arguments) {
        let mended = mend(arguments).filter(|text| is_object(text));
        let why = || wrong("its arguments are no JSON object");
        call.arguments = mended.ok_or_else(why)?;
    }
    fits(call, function)
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && nohop_types::Json::new(text).is_ok()
}

/// Holds the text of the first choice to `check`, mended if that is needed: then it is one text.
pub(super) fn mended(response: &mut Response, check: &dyn Fn(&str) -> Result<()>) -> Result<()> {
    let text = response.text();
    let wrong = match check(text.trim()) {
        Ok(()) => return Ok(()),
        Err(wrong) => wrong,
    };
    let Some(mended) = mend(&text).filter(|mended| check(mended).is_ok()) else {
        return Err(wrong);
    };
    let Some(choice) = response.choices.first_mut() else { return Err(wrong) };
    let mut whole = Some(mended);
    choice.parts.retain_mut(|part| match &mut part.content {
        Content::Text(text) => whole.take().map(|whole| *text = whole).is_some(),
        _ => true,
    });
    Ok(())
}

pub(super) fn shape(why: &str) -> Verdict {
    Verdict::Elsewhere(Error::new(ErrorKind::Shape, why))
}

/// A closure with a name.
pub(super) fn check(
    name: &'static str,
    judge: impl Fn(&Request, &Response) -> Verdict + Send + Sync + 'static,
) -> impl Accept {
    Check { name, judge }
}

struct Check<F> {
    name: &'static str,
    judge: F,
}

impl<F: Fn(&Request, &Response) -> Verdict + Send + Sync + 'static> Accept for Check<F> {
    fn judge(&self, request: &Request, response: &mut Response) -> Verdict {
        (self.judge)(request, response)
    }

    fn name(&self) -> &str {
        self.name
    }
}
