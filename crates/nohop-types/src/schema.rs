//! Schemas of types, and what follows them read as values.

mod pruned;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, ErrorKind, Json, OutputFormat, Result, Schema, Tool, ToolCall};

/// The longest name of a tool or an answer that every provider takes.
const LONGEST: usize = 64;

/// A type whose values a model can be asked for.
///
/// Every type is that derives `Deserialize` and [`JsonSchema`]: what its fields are for is said by their
/// comments.
pub trait Shaped: JsonSchema + DeserializeOwned {}

impl<T: JsonSchema + DeserializeOwned> Shaped for T {}

impl Schema {
    /// The schema of the type `T`, with its name and what its comment says.
    ///
    /// Fields stand in the order of their names, unless the application enables `preserve_order` of
    /// [`schemars`].
    pub fn of<T: JsonSchema>() -> Self {
        let (json, description) = generated::<T>();
        let schema = Self::new(name::<T>(), json);
        match description {
            Some(text) => schema.description(text),
            None => schema,
        }
    }

    /// Reads `text` as a value of `T`, if it follows the schema.
    ///
    /// Where a target wants every field required, one that is left out comes back as null: such nulls
    /// are taken out again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Shape`] when the text is not JSON or does not follow the schema, which says where
    /// and shows nothing of the text; [`ErrorKind::InvalidRequest`] when the schema is none.
    pub fn read<T: DeserializeOwned>(&self, text: &str) -> Result<T> {
        serde_json::from_value(self.checked(text)?).map_err(|_| {
            let why =
                "it follows the schema, but the type takes no such value; say more in the schema";
            Error::new(ErrorKind::Shape, why)
        })
    }

    /// Checks that `text` follows the schema.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn check(&self, text: &str) -> Result<()> {
        self.checked(text).map(drop)
    }

    /// The value that `text` says, which follows the schema.
    fn checked(&self, text: &str) -> Result<Value> {
        let schema: Value = serde_json::from_str(self.schema.as_str()).map_err(unread)?;
        let mut value: Value = serde_json::from_str(text.trim()).map_err(unread)?;
        let validator = validator(&schema)?;
        if !validator.is_valid(&value) {
            pruned::prune(&mut value, &schema);
        }
        if let Err(error) = validator.validate(&value) {
            return Err(Error::new(ErrorKind::Shape, wrong(&error, &schema)));
        }
        Ok(value)
    }
}

impl OutputFormat {
    /// JSON that follows the schema of `T` without exception.
    pub fn of<T: JsonSchema>() -> Self {
        Self::JsonSchema(Schema::of::<T>().strict())
    }
}

impl Tool {
    /// A function whose arguments are a `T`, named as the type is: `#[schemars(rename = "…")]` says
    /// another name, and the comment of the type what it is for.
    pub fn of<T: JsonSchema>() -> Self {
        let (json, description) = generated::<T>();
        let tool = Self::function(name::<T>(), json);
        match description {
            Some(text) => tool.description(text),
            None => tool,
        }
    }
}

impl ToolCall {
    /// Reads the arguments as a `T`, if they follow its schema.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Shape`] when they do not; the message says where, and may be told to the model.
    pub fn read<T: Shaped>(&self) -> Result<T> {
        let empty = self.arguments.trim().is_empty();
        let arguments = if empty { "{}" } else { &self.arguments };
        Schema::of::<T>().read(arguments).map_err(|error| error.at("arguments"))
    }
}

/// The schema of `T`, and what its comment says.
fn generated<T: JsonSchema>() -> (Json, Option<String>) {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    let text = schema.remove("description");
    let text = text.and_then(|text| text.as_str().map(str::to_owned));
    (Json::from(schema.to_value()), text)
}

/// The name of `T`, in letters that every provider takes.
fn name<T: JsonSchema>() -> String {
    let known = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    let told = T::schema_name();
    let letters = told.chars().map(|letter| if known(letter) { letter } else { '_' });
    let name: String = letters.take(LONGEST).collect();
    if name.is_empty() { "value".to_owned() } else { name }
}

fn validator(schema: &Value) -> Result<Validator> {
    jsonschema::draft202012::new(schema).map_err(|error| {
        let why = format!("the schema is none, at {}", place(&error, schema));
        Error::new(ErrorKind::InvalidRequest, why)
    })
}

fn unread(error: serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    let why = match error.is_eof() {
        true => "the text ends before its JSON does".to_owned(),
        false => format!("the text is not JSON, at line {line} column {column}"),
    };
    Error::new(ErrorKind::Shape, why)
}

/// What is wrong, in words of the schema alone.
fn wrong(error: &ValidationError<'_>, schema: &Value) -> String {
    let place = place(error, schema);
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            format!("{place}: the field {property} is missing")
        }
        kind => format!("{place}: it is not what `{}` says in the schema", kind.keyword()),
    }
}

/// Where it is wrong: names that the schema does not have are the answer's, and not shown.
fn place(error: &ValidationError<'_>, schema: &Value) -> String {
    let words = schema.to_string();
    let steps = error.instance_path().as_str().split('/').skip(1);
    let shown = steps.map(|step| {
        let step = step.replace("~1", "/").replace("~0", "~");
        let known = step.bytes().all(|byte| byte.is_ascii_digit())
            || words.contains(&Value::from(step.as_str()).to_string());
        if known { step } else { "*".to_owned() }
    });
    let path = shown.collect::<Vec<_>>().join(".");
    if path.is_empty() { "the whole".to_owned() } else { path }
}

#[cfg(test)]
mod tests;
