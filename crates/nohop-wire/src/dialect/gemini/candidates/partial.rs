//! Arguments that come in pieces, each with the path of its place.

use std::borrow::Cow;

use super::super::rows::PieceRow;

/// How deep arguments go; what goes deeper is left out.
const DEEPEST: usize = 64;

/// The arguments of a call, as far as they have come.
#[derive(Debug, Default)]
pub(super) struct Partial(Node);

#[derive(Debug, Default)]
enum Node {
    #[default]
    Empty,
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
    /// A number, a flag or nothing, as it was written.
    Plain(String),
    Text(String),
}

impl Partial {
    /// Takes a piece; a text goes on from what its place has said before.
    pub(super) fn add(&mut self, piece: PieceRow<'_>) {
        let Some(place) = piece.path.and_then(|path| self.place(&path)) else { return };
        match (piece.text, piece.number, piece.flag, piece.null) {
            (Some(text), ..) => match place {
                Node::Text(said) => said.push_str(&text),
                place => *place = Node::Text(text.0.into_owned()),
            },
            (_, Some(number), ..) => *place = Node::Plain(number.get().to_owned()),
            (.., Some(flag), _) => *place = Node::Plain(flag.to_string()),
            _ => *place = Node::Plain("null".to_owned()),
        }
    }

    pub(super) fn into_json(self) -> String {
        match self.0 {
            Node::Empty => "{}".to_owned(),
            node => {
                let mut out = String::new();
                node.write(&mut out);
                out
            }
        }
    }

    /// The node that a path such as `$.list[0].name` leads to, made if need be.
    fn place(&mut self, path: &str) -> Option<&mut Node> {
        let mut rest = path.strip_prefix('$').unwrap_or(path);
        let mut node = &mut self.0;
        for _ in 0..DEEPEST {
            if rest.is_empty() {
                return Some(node);
            }
            let (step, after) = Step::of(rest)?;
            rest = after;
            node = node.at(step);
        }
        None
    }
}

/// One step of a path.
enum Step<'a> {
    Index(usize),
    Name(Cow<'a, str>),
}

impl<'a> Step<'a> {
    /// The first step of `path`, and the rest of it.
    fn of(path: &'a str) -> Option<(Self, &'a str)> {
        if let Some(quoted) = path.strip_prefix("['").or_else(|| path.strip_prefix("[\"")) {
            let end = quoted.find("']").or_else(|| quoted.find("\"]"))?;
            return Some((Self::Name(quoted[..end].into()), &quoted[end + 2..]));
        }
        if let Some(inside) = path.strip_prefix('[') {
            let (index, after) = inside.split_once(']')?;
            return Some((Self::Index(index.parse().ok()?), after));
        }
        let name = path.strip_prefix('.').unwrap_or(path);
        let end = name.find(['.', '[']).unwrap_or(name.len());
        (end > 0).then(|| (Self::Name(name[..end].into()), &name[end..]))
    }
}

impl Node {
    /// The node one `step` inside; places in a list are filled in their order.
    fn at(&mut self, step: Step<'_>) -> &mut Self {
        match step {
            Step::Index(index) => {
                if !matches!(self, Self::List(_)) {
                    *self = Self::List(Vec::new());
                }
                let Self::List(items) = self else { return self };
                let place = index.min(items.len());
                if place == items.len() {
                    items.push(Self::Empty);
                }
                &mut items[place]
            }
            Step::Name(name) => {
                if !matches!(self, Self::Object(_)) {
                    *self = Self::Object(Vec::new());
                }
                let Self::Object(fields) = self else { return self };
                let place = fields.iter().rposition(|(known, _)| **known == *name);
                let place = place.unwrap_or_else(|| {
                    fields.push((name.into_owned(), Self::Empty));
                    fields.len() - 1
                });
                &mut fields[place].1
            }
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Empty => out.push_str("null"),
            Self::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (place, (name, value)) in fields.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    out.push_str(&quoted(name));
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
            Self::Plain(text) => out.push_str(text),
            Self::Text(text) => out.push_str(&quoted(text)),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
