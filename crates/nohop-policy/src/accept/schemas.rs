use nohop_types::{Error, Function, OutputFormat, Request, Response, Result, Schema, ToolCall};

use super::checks::{Calls, mended, shape};
use super::{Accept, Verdict, mend};

/// Accepts what follows `schema`, mended where it nearly is JSON; an answer that calls tools is left alone.
pub fn follows(schema: Schema) -> impl Accept {
    Follows(Some(schema))
}

/// Accepts what follows the schema that the request asks for, mended where it nearly is JSON; where it asks for none, anything.
pub fn shaped() -> impl Accept {
    Follows(None)
}

/// Accepts what [`calls`](super::calls) does, if the arguments follow the schemas of their tools.
pub fn fitting_calls() -> impl Accept {
    Calls { fits }
}

/// Asks for what follows a schema.
struct Follows(Option<Schema>);

impl Accept for Follows {
    fn judge(&self, request: &Request, response: &mut Response) -> Verdict {
        let asked = match &request.output {
            Some(OutputFormat::JsonSchema(schema)) => Some(schema),
            _ => None,
        };
        let Some(schema) = self.0.as_ref().or(asked) else { return Verdict::Accept };
        if response.tool_calls().next().is_some() {
            return Verdict::Accept;
        }
        match mended(response, &|text| schema.check(text)) {
            Ok(()) => Verdict::Accept,
            Err(why) => shape(why.at("the answer").message()),
        }
    }

    fn name(&self) -> &str {
        "what its schema says"
    }
}

/// Whether the arguments of a call follow the schema of its function; what is nearly JSON is mended.
fn fits(call: &mut ToolCall, function: &Function) -> Result<()> {
    let Some(schema) = &function.schema else { return Ok(()) };
    let schema = Schema::anonymous(schema.clone());
    let arguments = match call.arguments.trim() {
        "" => "{}",
        arguments => arguments,
    };
    let told = |error: Error| error.at(format_args!("the arguments of {}", function.name));
    let Err(error) = schema.check(arguments) else { return Ok(()) };
    let mended = mend(arguments).filter(|mended| schema.check(mended).is_ok());
    call.arguments = mended.ok_or_else(|| told(error))?;
    Ok(())
}
