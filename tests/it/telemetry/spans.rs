//! A subscriber that keeps spans, with their fields and what they are below.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// All spans and events that were made.
#[derive(Clone, Default)]
pub(super) struct Spans(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    spans: Vec<Span>,
    entered: Vec<u64>,
    events: String,
}

/// One span.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) id: u64,
    pub(super) parent: Option<u64>,
    name: &'static str,
    fields: BTreeMap<String, String>,
}

/// The spans that `act` makes.
pub(super) fn collect(act: impl FnOnce()) -> Spans {
    let spans = Spans::default();
    tracing::subscriber::with_default(spans.clone(), act);
    spans
}

impl Spans {
    pub(super) fn called(&self, name: &str) -> Vec<Span> {
        self.0.lock().unwrap().spans.iter().filter(|span| span.name == name).cloned().collect()
    }

    /// Everything, as text.
    pub(super) fn text(&self) -> String {
        let kept = self.0.lock().unwrap();
        format!("{:?} {}", kept.spans, kept.events)
    }
}

impl Span {
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    pub(super) fn has(&self, name: &str, value: &str) {
        assert_eq!(self.field(name), Some(value), "{name} of {self:?}");
    }

    pub(super) fn has_no(&self, name: &str) {
        assert_eq!(self.field(name), None, "{name} of {self:?}");
    }
}

struct Fields<'a>(&'a mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut kept = self.0.lock().unwrap();
        let id = kept.spans.len() as u64 + 1;
        let parent = kept.entered.last().copied();
        let mut fields = BTreeMap::new();
        attributes.record(&mut Fields(&mut fields));
        kept.spans.push(Span { id, parent, name: attributes.metadata().name(), fields });
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut kept = self.0.lock().unwrap();
        let span = kept.spans.iter_mut().find(|span| span.id == id.into_u64()).unwrap();
        values.record(&mut Fields(&mut span.fields));
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        self.0.lock().unwrap().events += &format!("{fields:?}");
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, id: &Id) {
        self.0.lock().unwrap().entered.push(id.into_u64());
    }

    fn exit(&self, id: &Id) {
        let mut kept = self.0.lock().unwrap();
        let place = kept.entered.iter().rposition(|entered| *entered == id.into_u64()).unwrap();
        kept.entered.remove(place);
    }
}
