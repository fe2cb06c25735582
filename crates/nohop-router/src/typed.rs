use std::sync::Arc;

use nohop_types::{
    Content, Error, ErrorKind, FinishReason, OutputFormat, Request, Response, Result, Schema,
    Shaped,
};

use crate::Router;

/// A value that a model was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Typed<T> {
    /// The value.
    pub value: T,
    /// The answer it was read from, with what it cost and the trace.
    pub response: Response,
}

impl Router {
    /// Sends `request`, asks that the answer is a `T`, and reads it as one.
    ///
    /// The schema is that of the type, unless the request asks for one of its own. Whatever the target
    /// promises, the answer is checked against it here.
    ///
    /// ```
    /// # #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    /// # struct City { name: String, people: u64 }
    /// # async fn check(router: nohop_router::Router) -> nohop_types::Result<()> {
    /// use nohop_types::Request;
    ///
    /// let request = Request::new("fast").user("Which is the largest city of France?");
    /// let city = router.send_as::<City>(request).await?.value;
    /// println!("{} has {} people", city.name, city.people);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); and when the answer is not a `T`, `Shape`, `Truncated` where its limit cut
    /// it, or `ContentFilter` where the model refused. Such an error has the trace and the response.
    pub async fn send_as<T: Shaped>(&self, request: impl Into<Arc<Request>>) -> Result<Typed<T>> {
        let mut request = request.into();
        let schema = match &request.output {
            Some(OutputFormat::JsonSchema(schema)) => schema.clone(),
            _ => {
                let schema = Schema::of::<T>().strict();
                let output = OutputFormat::JsonSchema(schema.clone());
                Arc::make_mut(&mut request).output = Some(output);
                schema
            }
        };
        let response = self.send(request).await?;
        match read(&response, &schema) {
            Ok(value) => Ok(Typed { value, response }),
            Err(error) => {
                let trace = response.trace.clone();
                let error = trace.into_iter().fold(error, |it, trace| it.with_trace(*trace));
                Err(error.with_response(response))
            }
        }
    }
}

fn read<T: Shaped>(response: &Response, schema: &Schema) -> Result<T> {
    let refused = response.parts().iter().any(|part| matches!(part.content, Content::Refusal(_)));
    match response.reason() {
        Some(FinishReason::Length) => {
            let why = "the answer was cut by its limit; allow it more tokens";
            Err(Error::new(ErrorKind::Truncated, why))
        }
        Some(FinishReason::ContentFilter) => Err(filtered()),
        _ if refused => Err(filtered()),
        _ => schema.read(&response.text()).map_err(|error| error.at("the answer")),
    }
}

fn filtered() -> Error {
    Error::new(ErrorKind::ContentFilter, "the model refused to answer")
}
