use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Figures, Place};

/// How attempts went, by who served and for what; made by [`Statistics`](super::Statistics).
#[derive(Clone, Debug, Default)]
pub struct Report {
    all: Figures,
    places: BTreeMap<Place, Figures>,
    tags: BTreeMap<String, BTreeMap<String, Figures>>,
}

impl Report {
    /// Everything.
    pub fn all(&self) -> &Figures {
        &self.all
    }

    /// How each target did.
    pub fn by_target(&self) -> BTreeMap<Arc<str>, Figures> {
        self.by(|place| Some(place.target.clone()))
    }

    /// How each endpoint did.
    pub fn by_endpoint(&self) -> BTreeMap<Arc<str>, Figures> {
        self.by(|place| Some(place.endpoint.clone()))
    }

    /// How each key did, by its endpoint and its number there.
    pub fn by_key(&self) -> BTreeMap<(Arc<str>, u32), Figures> {
        self.by(|place| Some((place.endpoint.clone(), place.key)))
    }

    /// How each route did; what was asked for without one is left out.
    pub fn by_route(&self) -> BTreeMap<Arc<str>, Figures> {
        self.by(|place| place.route.clone())
    }

    /// How attempts went for each value of the tag `name`: those of one customer, or one arm of a trial.
    pub fn by_tag(&self, name: &str) -> BTreeMap<String, Figures> {
        self.tags.get(name).cloned().unwrap_or_default()
    }

    /// The names of all tags.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.tags.keys().map(String::as_str)
    }

    pub(super) fn add_place(&mut self, place: &Place, figures: Figures) {
        if figures.totals.attempts > 0 {
            self.all.merge(&figures);
            self.places.insert(place.clone(), figures);
        }
    }

    pub(super) fn add_tag(&mut self, name: &str, value: &str, figures: Figures) {
        if figures.totals.attempts > 0 {
            let values = self.tags.entry(name.to_owned()).or_default();
            values.insert(value.to_owned(), figures);
        }
    }

    fn by<K: Ord>(&self, key: impl Fn(&Place) -> Option<K>) -> BTreeMap<K, Figures> {
        let mut sums: BTreeMap<K, Figures> = BTreeMap::new();
        for (place, figures) in &self.places {
            if let Some(key) = key(place) {
                sums.entry(key).or_default().merge(figures);
            }
        }
        sums
    }
}
