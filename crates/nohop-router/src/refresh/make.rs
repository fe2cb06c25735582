//! Makes a catalog of what was fetched; all of it may take a while.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use nohop_pricing::{Catalog, Diff, Loaded, Rows, Shape};
use nohop_types::{Error, ErrorKind, Listed, Result};

use super::fetch::Fetched;
use super::folder::Folder;
use super::sources::Source;
use super::{Heard, News};

/// What there is to do.
pub(super) struct Work {
    /// What each source said; nothing where that is the same as before.
    pub(super) heard: Vec<(Source, Result<Option<Fetched>>)>,
    pub(super) copies: BTreeMap<Source, Fetched>,
    pub(super) made: Option<u64>,
    pub(super) overlays: Vec<String>,
    pub(super) folder: Option<Folder>,
    pub(super) first: Option<Catalog>,
    pub(super) now: Catalog,
    /// The provider of each endpoint.
    pub(super) providers: BTreeMap<String, &'static str>,
}

/// What came of it.
pub(super) struct Done {
    pub(super) heard: Vec<Heard>,
    pub(super) copies: BTreeMap<Source, Fetched>,
    pub(super) made: Option<u64>,
    /// The newer catalog, if it says anything else.
    pub(super) catalog: Option<Catalog>,
    pub(super) diff: Diff,
    pub(super) notes: Vec<String>,
}

impl Work {
    /// # Errors
    ///
    /// `Config` for an overlay that is malformed, `Protocol` when what was merged can not be packed.
    pub(super) fn run(mut self) -> Result<Done> {
        // Hosts are of a list of models: that is seen to first.
        let mut heard = std::mem::take(&mut self.heard);
        heard.sort_by_key(|(source, _)| matches!(source, Source::Hosts(_)));
        let mut told = Vec::new();
        for (source, said) in heard {
            let news = match said {
                Ok(None) => News::Same,
                Ok(Some(copy)) => self.take(&source, copy),
                Err(error) => News::Failed(error),
            };
            let day = self.copies.get(&source).map(|copy| copy.day.clone());
            told.push(Heard { source: source.name(), news, day });
        }
        told.sort_by(|one, other| one.source.cmp(&other.source));

        let sum = self.sum();
        let nothing = self.copies.is_empty() && self.overlays.is_empty();
        let mut done = Done {
            heard: told,
            copies: BTreeMap::new(),
            made: self.made,
            catalog: None,
            diff: Diff::default(),
            notes: Vec::new(),
        };
        if !nothing && self.made != Some(sum) {
            let (catalog, notes) = self.make()?;
            done.notes = notes;
            done.made = Some(sum);
            if catalog.as_bytes() != self.now.as_bytes() {
                done.diff = self.now.diff(&catalog);
                done.catalog = Some(catalog);
            }
        }
        done.copies = self.copies;
        Ok(done)
    }

    /// Takes over what a source said, if it is good.
    fn take(&mut self, source: &Source, mut copy: Fetched) -> News {
        let lists = self.copies.get(&Source::List(Shape::OpenRouter));
        if let Err(error) = check(source, &copy, lists) {
            return News::Failed(error);
        }
        let same = self.copies.get(source).filter(|known| known.body == copy.body);
        let news = if same.is_some() { News::Same } else { News::New };
        // It is as old as it is, whatever mark it has now.
        if let Some(known) = same {
            copy.day.clone_from(&known.day);
        }
        if let Some(folder) = &self.folder
            && let Err(error) = folder.write(source, &copy)
        {
            // What can not be kept is as good as what can.
            tracing::warn!(source = source.name(), %error, "a list could not be kept");
        }
        self.copies.insert(source.clone(), copy);
        news
    }

    fn make(&self) -> Result<(Catalog, Vec<String>)> {
        let first = self.first.clone().unwrap_or_default();
        let merged = first.renew(&lists(&self.copies, &self.providers)).map_err(refused)?;
        let (mut rows, notes) = (merged.rows, merged.notes);
        // What nobody here can ask need not be known, but what was known before is.
        let known: Vec<&str> = first.providers().chain(self.providers.values().copied()).collect();
        if first.providers().next().is_some() {
            rows.keep(|id| known.contains(&id));
        }
        lay(&self.overlays, &mut rows)?;
        Ok((rows.pack().map_err(refused)?, notes))
    }

    /// The sum of all that a catalog is made of.
    fn sum(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (source, copy) in &self.copies {
            (source.name(), &copy.day, &copy.body).hash(&mut hasher);
        }
        self.overlays.hash(&mut hasher);
        hasher.finish()
    }
}

/// Refuses overlays that could never be laid over anything.
pub(super) fn check_overlays(overlays: &[String]) -> Result<()> {
    overlays.iter().try_for_each(|overlay| lay(std::slice::from_ref(overlay), &mut Rows::default()))
}

#[cfg(feature = "toml")]
fn lay(overlays: &[String], rows: &mut Rows) -> Result<()> {
    let wrong = |error: nohop_pricing::Error| {
        Error::new(ErrorKind::Config, format!("{} {}", error.row, error.reason))
    };
    overlays.iter().try_for_each(|toml| rows.overlay(toml).map_err(wrong))
}

/// Without the feature there is nothing to lay over.
#[cfg(not(feature = "toml"))]
fn lay(_: &[String], _: &mut Rows) -> Result<()> {
    Ok(())
}

/// All lists, each of which was good when it was taken.
fn lists(
    copies: &BTreeMap<Source, Fetched>,
    providers: &BTreeMap<String, &'static str>,
) -> Vec<Loaded> {
    let mut loaded = Vec::new();
    let (mut own, mut day) = (Vec::new(), "");
    for (source, copy) in copies {
        match source {
            Source::List(shape) => {
                let Ok(mut list) = shape.load(&copy.body, shape.name(), &copy.day) else {
                    continue;
                };
                if *shape == Shape::OpenRouter {
                    let hosts = copies.iter().filter(|(it, _)| matches!(it, Source::Hosts(_)));
                    // A model that the newest list has no more has no hosts either.
                    hosts.for_each(|(_, copy)| drop(list.endpoints(&copy.body)));
                }
                loaded.push(list);
            }
            Source::Hosts(_) => {}
            Source::Own(endpoint) => {
                let models = serde_json::from_slice::<Vec<Listed>>(&copy.body);
                if let (Ok(models), Some(provider)) = (models, providers.get(endpoint)) {
                    own.push((*provider, models));
                    day = day.max(&copy.day);
                }
            }
        }
    }
    let own = own.iter().map(|(provider, models)| (*provider, &models[..]));
    loaded.extend(Loaded::lists(own, day).ok().filter(|own| own.rows.offers() > 0));
    loaded
}

/// Whether what was kept of a source can be used.
pub(super) fn is_good(source: &Source, copy: &Fetched, found: &[(Source, Fetched)]) -> bool {
    let lists = found.iter().find(|(it, _)| *it == Source::List(Shape::OpenRouter));
    check(source, copy, lists.map(|(_, copy)| copy)).is_ok()
}

/// Refuses what can not be used, and names the row that is at fault.
fn check(source: &Source, copy: &Fetched, models: Option<&Fetched>) -> Result<()> {
    let pack = |rows: &Rows| rows.pack().map(drop).map_err(refused);
    let check = || -> Result<()> {
        match source {
            Source::List(shape) => {
                let list = shape.load(&copy.body, shape.name(), &copy.day).map_err(refused)?;
                pack(&list.rows)
            }
            Source::Hosts(_) => {
                let models = models.ok_or_else(|| {
                    Error::new(ErrorKind::Protocol, "there is no list of models to add it to")
                })?;
                let shape = Shape::OpenRouter;
                let list = shape.load(&models.body, shape.name(), &models.day);
                let mut list = list.map_err(refused)?;
                list.endpoints(&copy.body).map_err(refused)?;
                pack(&list.rows)
            }
            Source::Own(name) => {
                let models: Vec<Listed> = serde_json::from_slice(&copy.body).map_err(|source| {
                    Error::new(ErrorKind::Protocol, "it is no list of models").with_source(source)
                })?;
                let list = Loaded::lists([(name.as_str(), &models[..])], &copy.day);
                pack(&list.map_err(refused)?.rows)
            }
        }
    };
    // What brings the reader down is refused like what it refuses.
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Protocol, "it is past what a catalog can say"))
    })
}

/// The error for a list that is at fault.
fn refused(error: nohop_pricing::Error) -> Error {
    Error::new(ErrorKind::Protocol, error.to_string())
}
