//! Ollama's embed.

use super::check;
use crate::dialect::tasks::{Asked, Told, bytes, numbers, read, texts};
use crate::dialect::{Refusal, quoted};

pub(super) fn told(asked: &Asked<'_>) -> Result<Told, Refusal> {
    let body = asked.body;
    let model = check::model(asked.script, body)?;
    let input = &body["input"];
    let alone = input.as_str().map(|text| vec![text.to_owned()]);
    let Some(texts) = alone.or_else(|| texts(input)) else {
        return Err(check::invalid("invalid input type"));
    };
    let dimensions = asked.dimensions(&body["dimensions"], |wanted, most| {
        check::invalid(format!("dimensions {wanted} is more than the model's {most}"))
    })?;
    let vectors = asked.vectors(&texts, dimensions, |_, vector| numbers(vector));
    let tokens = asked.tokens(bytes(&texts));
    let body = format!(
        r#"{{"model":{},"embeddings":[{vectors}],"total_duration":14143917,"load_duration":1019500,"prompt_eval_count":{tokens}}}"#,
        quoted(model),
    );
    Ok(Told { body, usage: read(tokens), headers: Vec::new() })
}
