//! JSON Schemas, adjusted to what of them a target takes.
//!
//! A [`Subset`] says what that is, and a dialect's value holds the [`Subsets`] of its host. What a
//! target takes goes out byte for byte as it came. What it does not is put otherwise or left out, and
//! each such change is a loss that names its path; what can not be said at all is an error before
//! anything is sent, whose path says where.
//!
//! Invariant: a schema of any shape takes bounded time and memory, and fitting twice changes nothing
//! more.

mod fields;
mod fit;
mod leaf;
mod limits;
mod object;
mod refs;
mod root;
mod subsets;
mod tree;

use std::borrow::Cow;
use std::fmt;

use nohop_types::{Json, Request, Result, Schema, Tool, ToolKind};

pub(crate) use fields::fields;
pub(crate) use fit::Role;

use crate::loss::Losses;

/// What of JSON Schema a target takes.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Subset {
    /// The keywords.
    pub keywords: Keywords,
    /// The formats of strings; `None` where any is taken.
    pub formats: Option<&'static [&'static str]>,
    /// The regular expressions.
    pub patterns: Patterns,
    /// The greatest `minItems`.
    pub min_items: u64,
    /// What a `$ref` may be.
    pub refs: Refs,
    /// What the outermost schema must be.
    pub root: Root,
    /// Whether objects may have fields that are not listed.
    pub objects: Objects,
    /// Which of its fields an object must require.
    pub required: Requires,
    /// Whether a schema may say nothing of types.
    pub untyped: Untyped,
    /// How much a schema may be.
    pub most: Most,
    /// In which words it is told.
    pub words: Words,
}

/// Which keywords a target takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Keywords {
    /// All, or those that it does not know are passed over.
    All,
    /// All, in the meaning of the draft of 2020 alone.
    Latest,
    /// These.
    Only(&'static [&'static str]),
}

/// Which regular expressions a target takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Patterns {
    /// Those that begin in `^` and end in `$`.
    Anchored,
    /// Any.
    Any,
    /// Those in which none of these occurs.
    Without(&'static [&'static str]),
}

/// What a `$ref` may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refs {
    /// The only keyword beside annotations, naming a definition of the same schema in which the same
    /// definition does not occur again.
    Acyclic,
    /// The only keyword of its schema, naming the outermost one or a definition.
    Alone,
    /// Anything.
    Any,
    /// Any part of the same schema.
    Inside,
    /// Nothing: what it names is written out in its place.
    WrittenOut,
}

/// What the outermost schema must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Root {
    /// A schema.
    Any,
    /// That of an object, and no union; what one of several takes becomes what any of them takes.
    Joined,
    /// That of an object, and no union.
    Object,
}

/// Whether objects may have fields that are not listed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Objects {
    /// They may not, and each must say so.
    Closed,
    /// They may not, whether they say so or not.
    Implied,
    /// They may not, and each that lists any must say so.
    Listed,
    /// They may.
    Open,
}

/// Which of its fields an object must require.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Requires {
    /// All.
    All,
    /// None.
    Any,
    /// One, if it has any.
    One,
}

/// Whether a schema may say nothing of types.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Untyped {
    /// It may not: each schema has a type, a reference or alternatives, and each list says of what.
    Refused,
    /// It may, but each list says of what, and the outermost object of which fields.
    Scalars,
    /// It may.
    Taken,
    /// As where it is refused, but values tell their type.
    Valued,
}

/// In which words a schema is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Words {
    /// Those of JSON Schema.
    JsonSchema,
    /// Those of OpenAPI: types in capitals, and `nullable`.
    OpenApi,
}

/// How much a schema may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Most {
    /// Objects within objects.
    pub depth: usize,
    /// Fields of all objects.
    pub fields: usize,
    /// Values of all `enum`s.
    pub values: usize,
    /// Bytes of all names and values.
    pub bytes: usize,
}

/// What of JSON Schema a host takes, and where.
#[derive(Clone, Copy)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Subsets {
    /// What it is called, for whoever reads a dialect's value.
    pub name: &'static str,
    /// Of a tool's arguments.
    pub tool: Subset,
    /// Of a tool's arguments that must follow the schema.
    pub strict_tool: Subset,
    /// Of an answer.
    pub answer: Subset,
    /// Of an answer that must follow the schema.
    pub strict_answer: Subset,
    /// The most tools whose arguments must follow their schemas.
    pub strict_tools: usize,
}

impl Subsets {
    /// A tool's `schema` as the host takes it; the tool is one of `request`.
    pub(crate) fn tool<'j>(
        &self,
        request: &Request,
        tool: &Tool,
        schema: &'j Json,
        strict: bool,
        losses: &mut Losses,
    ) -> Result<Cow<'j, str>> {
        let subset = if strict { &self.strict_tool } else { &self.tool };
        subset.fit(
            schema,
            Role::Arguments,
            || format!("tools[{}].schema", place(request, tool)),
            losses,
        )
    }

    /// Whether `tool` must follow its schema, as far as the host goes along; the tool is one of `request`.
    pub(crate) fn strict(
        &self,
        request: &Request,
        tool: &Tool,
        losses: &mut Losses,
    ) -> Option<bool> {
        let strict = |tool: &Tool| match &tool.kind {
            ToolKind::Function(function) => function.strict,
            _ => None,
        };
        let asked = strict(tool);
        if asked != Some(true) || self.strict_tools == usize::MAX {
            return asked;
        }
        let place = place(request, tool);
        let before = request.tools[..place].iter().filter(|tool| strict(tool) == Some(true));
        if before.count() < self.strict_tools {
            return asked;
        }
        let why = format!("the host takes {} tools that are strict", self.strict_tools);
        losses.dropped(format!("tools[{place}].strict"), why);
        None
    }

    /// The schema of an answer as the host takes it.
    pub(crate) fn answer<'j>(
        &self,
        schema: &'j Schema,
        losses: &mut Losses,
    ) -> Result<Cow<'j, str>> {
        let strict = schema.strict == Some(true);
        let subset = if strict { &self.strict_answer } else { &self.answer };
        subset.fit(&schema.schema, Role::Answer, || ANSWER.to_owned(), losses)
    }
}

impl fmt::Debug for Subsets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Where the schema of an answer stands.
pub(crate) const ANSWER: &str = "output.schema";

/// Which of its tools `tool` is.
pub(crate) fn place(request: &Request, tool: &Tool) -> usize {
    request.tools.iter().position(|one| std::ptr::eq(one, tool)).unwrap_or_default()
}

impl Subset {
    /// `schema` as the target takes it: as it came, or adjusted. `place` says where in the request it
    /// stands, and `role` as what.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` where it is no schema, and `Unsupported` where the target can not be told it.
    pub(crate) fn fit<'j>(
        &self,
        schema: &'j Json,
        role: Role,
        place: impl FnOnce() -> String,
        losses: &mut Losses,
    ) -> Result<Cow<'j, str>> {
        if self.takes_anything() || self.plainly_takes(schema) {
            return Ok(Cow::Borrowed(schema.as_str()));
        }
        fit::fit(self, schema, role, place, losses)
    }
}
