//! What a name means.
//!
//! A route's own name comes first. `anything@endpoint` is that native id, verbatim, there. A model that
//! targets were given for is at those targets; one that the catalog knows is at the endpoints whose
//! providers offer it; any other `author/slug` is tried at the endpoint that is named like its author, and
//! nowhere else.
//!
//! Invariant: a newer catalog never adds a provider to a name that meant something before, unless its route follows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;
use nohop_policy::Board;
use nohop_pricing::{Catalog, Model};
use nohop_providers::Endpoint;
use nohop_types::{Error, ErrorKind, Result};

use crate::clock::date;
use crate::route::{Defaults, Resolved, Route, split};
use crate::{Target, priced};

mod joined;
mod near;
mod quoted;
mod variant;

pub(crate) use near::nearest;

/// How many names are remembered that are no route's: callers may ask for anything.
const MOST_REMEMBERED: usize = 1_024;

/// How many models are passed on the way to one that is there: successors may go in a circle.
const MOST_SUCCESSORS: usize = 8;

/// Everything that a name may mean.
pub(crate) struct Names {
    pub(crate) endpoints: BTreeMap<String, Arc<Endpoint>>,
    routes: Vec<Route>,
    targets: BTreeMap<String, Target>,
    defaults: Defaults,
    /// The catalog that the router was built with: it says which providers a name has.
    first: Option<Catalog>,
    meaning: ArcSwap<Meaning>,
}

/// What names mean by one catalog; when there is a newer one, all of it is made anew.
struct Meaning {
    catalog: Option<Catalog>,
    routes: BTreeMap<String, Arc<Resolved>>,
    /// What was made up for names that are no route's.
    remembered: Mutex<BTreeMap<String, Arc<Resolved>>>,
}

/// What is known before any route is: who is there, what was said of targets, and what the catalog says.
pub(crate) struct Known {
    pub(crate) endpoints: BTreeMap<String, Arc<Endpoint>>,
    pub(crate) targets: BTreeMap<String, Target>,
    pub(crate) catalog: Option<Catalog>,
}

/// By what a name is looked up.
#[derive(Clone, Copy)]
struct Look<'c> {
    catalog: Option<&'c Catalog>,
    /// Whether new providers are taken, and successors of what is retired.
    follow: bool,
}

/// What a name turned out to be.
struct Found {
    what: String,
    targets: Vec<Target>,
    /// Which model stands for which, where one has retired.
    followed: Option<String>,
}

impl Found {
    fn new(what: impl Into<String>, targets: Vec<Target>) -> Self {
        Self { what: what.into(), targets, followed: None }
    }
}

impl Names {
    /// Looks up what the routes name.
    ///
    /// # Errors
    ///
    /// `Config`, which says what is wrong and what there is.
    pub(crate) fn new(
        Known { endpoints, targets, catalog }: Known,
        routes: Vec<Route>,
        defaults: Defaults,
        board: &Board,
    ) -> Result<Self> {
        let meaning = Meaning::new(catalog.clone(), BTreeMap::new());
        let names = Self {
            endpoints,
            routes,
            targets,
            defaults,
            first: catalog,
            meaning: ArcSwap::from_pointee(meaning),
        };
        let look = Look { catalog: names.first.as_ref(), follow: false };
        for target in names.targets.values() {
            names.find(&target.name, look)?;
            if let Some((_, endpoint)) = split(&target.name, &names.endpoints) {
                target.at(endpoint)?;
            }
        }
        let mut known = BTreeMap::new();
        for route in &names.routes {
            let resolved = names.route(route, look, board)?;
            if known.insert(route.name.clone(), Arc::new(resolved)).is_some() {
                return Err(wrong(format!("two routes are called {:?}", route.name)));
            }
        }
        names.meaning.store(Arc::new(Meaning::new(names.first.clone(), known)));
        Ok(names)
    }

    /// The catalog in use.
    pub(crate) fn catalog(&self) -> Option<Catalog> {
        self.meaning.load().catalog.clone()
    }

    /// The catalog that the router was built with.
    #[cfg(feature = "refresh")]
    pub(crate) fn first(&self) -> Option<&Catalog> {
        self.first.as_ref()
    }

    /// Puts a newer catalog in the place of the one in use. Requests that were decided on keep theirs.
    ///
    /// A route whose models the newer one has not, or says to be retired, keeps the targets that it had.
    #[cfg(feature = "refresh")]
    pub(crate) fn renew(&self, catalog: Catalog, board: &Board) {
        let before = self.meaning.load_full();
        let look = Look { catalog: Some(&catalog), follow: false };
        let mut routes = BTreeMap::new();
        for route in &self.routes {
            let known = before.routes.get(&route.name);
            let resolved = match (self.route(route, look, board), known) {
                (Ok(mut resolved), Some(known)) => {
                    resolved.lengths = known.lengths.clone();
                    Arc::new(resolved)
                }
                (Ok(resolved), None) => Arc::new(resolved),
                (Err(_), Some(known)) => known.clone(),
                (Err(_), None) => continue,
            };
            routes.insert(route.name.clone(), resolved);
        }
        self.meaning.store(Arc::new(Meaning::new(Some(catalog), routes)));
    }

    /// What `name` means.
    ///
    /// # Errors
    ///
    /// `Config` with the nearest names when it means nothing.
    pub(crate) fn resolve(&self, name: &str, board: &Board) -> Result<Arc<Resolved>> {
        let meaning = self.meaning.load();
        if let Some(route) = meaning.routes.get(name) {
            return Ok(route.clone());
        }
        if let Some(known) = meaning.remembered().get(name) {
            return Ok(known.clone());
        }
        let resolved = Arc::new(self.variant(name, &meaning, board)?);
        meaning.remember(name.to_owned(), &resolved);
        Ok(resolved)
    }

    /// The targets of a name that is no route's, and what it is.
    fn find(&self, name: &str, look: Look<'_>) -> Result<Found> {
        match self.known(name, look)? {
            Some(found) => Ok(found),
            None => self.guess(name, look),
        }
    }

    /// The targets of a name that somebody knows: whoever gave targets, or the catalog.
    fn known(&self, name: &str, look: Look<'_>) -> Result<Option<Found>> {
        if split(name, &self.endpoints).is_some() {
            let target = Target::new(name).or(self.targets.get(name));
            return Ok(Some(Found::new("a target", vec![target])));
        }
        let offers = self.targets.values().filter(|it| it.model.as_deref() == Some(name));
        let offers: Vec<_> = offers.cloned().collect();
        if !offers.is_empty() {
            return Ok(Some(Found::new("a model", offers)));
        }
        let mut found = self.offered(name, look)?;
        for target in found.iter_mut().flat_map(|found| &mut found.targets) {
            *target = target.clone().or(self.targets.get(&target.name));
        }
        Ok(found)
    }

    /// The target of a name that nobody knows, at the endpoint that is named like its author.
    fn guess(&self, name: &str, look: Look<'_>) -> Result<Found> {
        let Some((author, target)) = self.at_its_author(name) else {
            return Err(self.unknown(name, look));
        };
        let what =
            format!("a model unknown here, tried at the endpoint named like its author, {author}");
        let known = self.targets.get(&target);
        Ok(Found::new(what, vec![Target::new(target).or(known)]))
    }

    /// The target at the endpoint that is named like the author of a model.
    fn at_its_author<'n>(&self, name: &'n str) -> Option<(&'n str, String)> {
        let (author, slug) = name.split_once('/')?;
        let there = self.endpoints.contains_key(author) && !slug.is_empty();
        there.then(|| (author, format!("{slug}@{author}")))
    }

    /// The targets of a model that the catalog knows, as far as they are those of a provider that it had before.
    ///
    /// # Errors
    ///
    /// `Config` when it is retired.
    fn offered(&self, name: &str, look: Look<'_>) -> Result<Option<Found>> {
        let now = look.catalog.and_then(|catalog| catalog.model(name));
        // What a newer catalog knows no more is where it was.
        let known = now.or_else(|| self.first.as_ref()?.model(name));
        let Some((asked, _)) = known else { return Ok(None) };
        let model = if look.follow { follow(asked) } else { asked };
        let mut targets = priced::targets(model, self.endpoints.values());
        if !look.follow && !self.is_first(look) {
            self.pin(name, &mut targets);
        }
        if targets.is_empty() {
            return Ok(None);
        }
        is_there(model)?;
        let followed = (model.slug() != asked.slug())
            .then(|| format!("{} follows {}", model.slug(), asked.slug()));
        let what = format!("the model {}", model.slug());
        Ok(Some(Found { what, targets, followed }))
    }

    fn is_first(&self, look: Look<'_>) -> bool {
        let bytes = |catalog: &Catalog| catalog.as_bytes().as_ptr();
        look.catalog.map(bytes) == self.first.as_ref().map(bytes)
    }

    /// Leaves a name that meant something by the first catalog the providers that it had then: no other, and all
    /// of them.
    fn pin(&self, name: &str, targets: &mut Vec<Target>) {
        let first = self.first.as_ref().and_then(|catalog| catalog.model(name));
        let mut had = first
            .map_or_else(Vec::new, |(model, _)| priced::targets(model, self.endpoints.values()));
        if had.is_empty() {
            had.extend(self.at_its_author(name).map(|(_, target)| Target::new(target)));
        }
        let at =
            |target: &Target| split(&target.name, &self.endpoints).map(|(_, endpoint)| endpoint);
        let providers: Vec<&str> = had.iter().filter_map(at).map(|it| it.provider().id).collect();
        if providers.is_empty() {
            return;
        }
        targets.retain(|target| at(target).is_some_and(|it| providers.contains(&it.provider().id)));
        for target in had {
            let there = |it: &Target| at(it).map(|it| it.name()) == at(&target).map(|it| it.name());
            if !targets.iter().any(there) {
                targets.push(target);
            }
        }
    }

    fn route(&self, route: &Route, look: Look<'_>, board: &Board) -> Result<Resolved> {
        if route.name.is_empty() {
            return Err(wrong("a route has no name; give it one".to_owned()));
        }
        let at = |error: Error| error.at(format!("route {}", route.name));
        let mut gathered = Gathered::default();
        self.gather(route, look, &mut vec![&route.name], &mut gathered).map_err(at)?;
        let Gathered { targets, followed } = gathered;
        if targets.is_empty() {
            return Err(at(wrong("it has no targets; give it some as model@endpoint".to_owned())));
        }
        let defaults = Defaults {
            policy: route.policy.clone().unwrap_or_else(|| self.defaults.policy.clone()),
            limits: route.limits.unwrap_or(self.defaults.limits),
            slots: route.slots.clone(),
        };
        let what = match followed.is_empty() {
            true => "a route".to_owned(),
            false => format!("a route, where {}", followed.join(", ")),
        };
        let mut resolved = self.resolved(what, &targets, look, board, defaults).map_err(at)?;
        resolved.route = Some(route.name.as_str().into());
        Ok(resolved)
    }

    fn resolved(
        &self,
        what: String,
        targets: &[Target],
        look: Look<'_>,
        board: &Board,
        defaults: Defaults,
    ) -> Result<Resolved> {
        Resolved::new(what, targets, &self.endpoints, look.catalog, board, defaults)
    }

    /// Collects the targets of `route`, and those of the routes that it names.
    fn gather<'r>(
        &'r self,
        route: &'r Route,
        look: Look<'_>,
        path: &mut Vec<&'r str>,
        gathered: &mut Gathered,
    ) -> Result<()> {
        let look = Look { follow: look.follow || route.follow, ..look };
        for target in &route.targets {
            let inner = self.routes.iter().find(|route| route.name == target.name);
            let Some(inner) = inner else {
                let found = self.place(&target.name, look)?;
                let known = found.targets.into_iter().map(|Target { name, .. }| {
                    Target { name: name.clone(), ..target.clone() }.or(self.targets.get(&name))
                });
                gathered.targets.extend(known);
                gathered.followed.extend(found.followed);
                continue;
            };
            if path.contains(&inner.name.as_str()) {
                return Err(wrong(format!("it names itself, through {}", path.join(", "))));
            }
            path.push(&inner.name);
            self.gather(inner, look, path, gathered)?;
            path.pop();
        }
        Ok(())
    }

    /// What the name of a target means, in a route.
    fn place(&self, name: &str, look: Look<'_>) -> Result<Found> {
        let found = self.find(name, look);
        if self.is_first(look) {
            return found;
        }
        // A route that could be built goes on, whatever a newer catalog says of one of its models.
        found.or_else(|_| self.find(name, Look { catalog: self.first.as_ref(), ..look }))
    }

    /// The error for a name that means nothing, with the names that come nearest.
    fn unknown(&self, name: &str, look: Look<'_>) -> Error {
        if name.is_empty() {
            return wrong(
                "the request names no model: say a route, author/slug or model@endpoint".to_owned(),
            );
        }
        let meaning = self.meaning.load();
        let resolved = meaning.routes.values().flat_map(|route| &route.candidates);
        let resolved = resolved.map(|candidate| &*candidate.target);
        let routes = self.routes.iter().map(|route| route.name.as_str());
        let models = self.targets.values().filter_map(|target| target.model.as_deref());
        let targets = self.targets.keys().map(String::as_str);
        let offered = near::offered(name, look.catalog, self.endpoints.values());
        let known = routes.chain(resolved).chain(models).chain(targets).chain(offered);
        let near = nearest(name, known);
        let near = match near.is_empty() {
            true => String::new(),
            false => format!("; nearest are {}", near.join(", ")),
        };
        let there = match self.endpoints.is_empty() {
            true => "there are no endpoints: add one".to_owned(),
            false => {
                let names: Vec<_> = self.endpoints.keys().map(String::as_str).collect();
                format!("the endpoints are {}", names.join(", "))
            }
        };
        let shown: String = name.chars().take(128).collect();
        wrong(format!(
            "{shown:?} is no route, no model of a target, and names no endpoint as model@endpoint or \
             endpoint/model{near}; {there}"
        ))
    }
}

impl Meaning {
    fn new(catalog: Option<Catalog>, routes: BTreeMap<String, Arc<Resolved>>) -> Self {
        Self { catalog, routes, remembered: Mutex::default() }
    }

    /// By what names are looked up that no route names.
    fn look(&self) -> Look<'_> {
        Look { catalog: self.catalog.as_ref(), follow: false }
    }

    /// Keeps what was made up for a name.
    fn remember(&self, name: String, resolved: &Arc<Resolved>) {
        let mut remembered = self.remembered();
        if remembered.len() >= MOST_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(name, resolved.clone());
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Resolved>>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a route names.
#[derive(Default)]
struct Gathered {
    targets: Vec<Target>,
    followed: Vec<String>,
}

/// The model itself, or the one that is there instead of it.
fn follow(model: Model<'_>) -> Model<'_> {
    let at = SystemTime::UNIX_EPOCH + date();
    let mut last = model;
    for _ in 0..MOST_SUCCESSORS {
        match last.successor().filter(|_| last.is_retired(at)) {
            Some(next) => last = next,
            None => break,
        }
    }
    last
}

/// Refuses a model that is not there any more.
fn is_there(model: Model<'_>) -> Result<()> {
    if !model.is_retired(SystemTime::UNIX_EPOCH + date()) {
        return Ok(());
    }
    let (slug, since) = (model.slug(), model.retires().unwrap_or_default());
    let instead = match model.successor() {
        Some(next) => format!("ask for {}", next.slug()),
        None => "ask for another".to_owned(),
    };
    Err(wrong(format!(
        "{slug} is retired since {since}: {instead}, or name a target as model@endpoint to try it all \
         the same"
    )))
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Config, message)
}

#[cfg(test)]
mod tests;
