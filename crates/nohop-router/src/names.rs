//! What a name means.
//!
//! A route's own name comes first. `anything@endpoint` is that native id, verbatim, there. A model that
//! targets were given for is at those targets; one that the catalog knows is at the endpoints whose
//! providers offer it; any other `author/slug` is tried at the endpoint that is named like its author, and
//! nowhere else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use nohop_pricing::{Catalog, Model};
use nohop_providers::Endpoint;
use nohop_types::{Error, ErrorKind, Result};

use nohop_policy::Subject;

use crate::board::Board;
use crate::clock::date;
use crate::route::{Defaults, Resolved, Route, split};
use crate::{Target, priced};

/// How many names are remembered that are no route's: callers may ask for anything.
const MOST_REMEMBERED: usize = 1_024;

/// How many names a name that is none is answered with.
const MOST_NEAREST: usize = 3;

/// Everything that a name may mean.
pub(crate) struct Names {
    pub(crate) endpoints: BTreeMap<String, Arc<Endpoint>>,
    routes: BTreeMap<String, Arc<Resolved>>,
    targets: BTreeMap<String, Target>,
    catalog: Option<Catalog>,
    defaults: Defaults,
    /// What was made up for names that are no route's.
    remembered: Mutex<BTreeMap<String, Arc<Resolved>>>,
}

/// What is known before any route is: who is there, what was said of targets, and what the catalog says.
pub(crate) struct Known {
    pub(crate) endpoints: BTreeMap<String, Arc<Endpoint>>,
    pub(crate) targets: BTreeMap<String, Target>,
    pub(crate) catalog: Option<Catalog>,
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
        let mut names = Self {
            endpoints,
            routes: BTreeMap::new(),
            targets,
            catalog,
            defaults,
            remembered: Mutex::default(),
        };
        for target in names.targets.values() {
            names.place(&target.name, &[])?;
            if let Some((_, endpoint)) = split(&target.name, &names.endpoints) {
                target.at(endpoint)?;
            }
        }
        for route in &routes {
            let resolved = names.route(route, &routes, board)?;
            if names.routes.insert(route.name.clone(), Arc::new(resolved)).is_some() {
                return Err(wrong(format!("two routes are called {:?}", route.name)));
            }
        }
        Ok(names)
    }

    /// What `name` means.
    ///
    /// # Errors
    ///
    /// `Config` with the nearest names when it means nothing.
    pub(crate) fn resolve(&self, name: &str, board: &Board) -> Result<Arc<Resolved>> {
        if let Some(route) = self.routes.get(name) {
            return Ok(route.clone());
        }
        if let Some(known) = self.remembered().get(name) {
            return Ok(known.clone());
        }
        let (what, targets) = self.find(name)?;
        let resolved = self.resolved(what, &targets, board, self.defaults.clone())?;
        let resolved = Arc::new(resolved);
        let mut remembered = self.remembered();
        if remembered.len() >= MOST_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(name.to_owned(), resolved.clone());
        Ok(resolved)
    }

    /// Finds out that there is what a quota is on.
    ///
    /// # Errors
    ///
    /// `Config` with the nearest names when there is not.
    pub(crate) fn check(&self, subject: &Subject) -> Result<()> {
        let endpoint = |name: &String| self.endpoints.get(name);
        let there = match subject {
            Subject::Endpoint(name) | Subject::Keys(name) => endpoint(name).is_some(),
            Subject::Key(name, key) => {
                endpoint(name).is_some_and(|endpoint| (*key as usize) < endpoint.keys())
            }
            Subject::Model(name) => self.is_model(name),
            Subject::Route(name) => self.routes.contains_key(name),
            Subject::Target(name) => split(name, &self.endpoints).is_some(),
            _ => true,
        };
        let (what, name) = match subject {
            _ if there => return Ok(()),
            Subject::Key(name, key) if endpoint(name).is_some() => {
                return Err(wrong(format!(
                    "a quota is on key {key} of {name:?}, which has none of that number"
                )));
            }
            Subject::Endpoint(name) | Subject::Keys(name) | Subject::Key(name, _) => {
                ("endpoint", name)
            }
            Subject::Model(name) => ("model", name),
            Subject::Route(name) => ("route", name),
            Subject::Target(name) => ("target, model@endpoint,", name),
            _ => return Ok(()),
        };
        let known = self.endpoints.keys().chain(self.routes.keys()).map(String::as_str);
        let near = nearest(name, known);
        let near = match near.is_empty() {
            true => String::new(),
            false => format!("; nearest are {}", near.join(", ")),
        };
        Err(wrong(format!("a quota is on {name:?}, which is no {what} here{near}")))
    }

    fn is_model(&self, name: &str) -> bool {
        let said = self.targets.values().any(|target| target.model.as_deref() == Some(name));
        let mut routed = self.routes.values().flat_map(|route| &route.candidates);
        let known = || self.catalog.as_ref().is_some_and(|catalog| catalog.model(name).is_some());
        said || routed.any(|candidate| *candidate.model == *name) || known()
    }

    /// The targets of a name that is no route's, and what it is.
    fn find(&self, name: &str) -> Result<(String, Vec<Target>)> {
        let known = |name: &str| Target::new(name).or(self.targets.get(name));
        if split(name, &self.endpoints).is_some() {
            return Ok(("a target".to_owned(), vec![known(name)]));
        }
        let offers = self.targets.values().filter(|it| it.model.as_deref() == Some(name));
        let offers: Vec<_> = offers.cloned().collect();
        if !offers.is_empty() {
            return Ok(("a model".to_owned(), offers));
        }
        if let Some((model, _)) = self.catalog.as_ref().and_then(|catalog| catalog.model(name)) {
            let mut targets = priced::targets(model, self.endpoints.values());
            if !targets.is_empty() {
                self.is_there(model)?;
                for target in &mut targets {
                    *target = target.clone().or(self.targets.get(&target.name));
                }
                return Ok((format!("the model {}", model.slug()), targets));
            }
        }
        if let Some((author, slug)) = name.split_once('/')
            && self.endpoints.contains_key(author)
            && !slug.is_empty()
        {
            let what = format!(
                "a model unknown here, tried at the endpoint named like its author, {author}"
            );
            return Ok((what, vec![known(&format!("{slug}@{author}"))]));
        }
        Err(self.unknown(name))
    }

    /// Refuses a model that is not there any more.
    fn is_there(&self, model: Model<'_>) -> Result<()> {
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

    fn route(&self, route: &Route, routes: &[Route], board: &Board) -> Result<Resolved> {
        if route.name.is_empty() {
            return Err(wrong("a route has no name; give it one".to_owned()));
        }
        let at = |error: Error| error.at(format!("route {}", route.name));
        let mut targets = Vec::new();
        self.gather(route, routes, &mut vec![&route.name], &mut targets).map_err(at)?;
        if targets.is_empty() {
            return Err(at(wrong("it has no targets; give it some as model@endpoint".to_owned())));
        }
        let defaults = Defaults {
            policy: route.policy.clone().unwrap_or_else(|| self.defaults.policy.clone()),
            limits: route.limits.unwrap_or(self.defaults.limits),
        };
        let what = "a route".to_owned();
        let mut resolved = self.resolved(what, &targets, board, defaults).map_err(at)?;
        resolved.route = Some(route.name.as_str().into());
        Ok(resolved)
    }

    fn resolved(
        &self,
        what: String,
        targets: &[Target],
        board: &Board,
        defaults: Defaults,
    ) -> Result<Resolved> {
        Resolved::new(what, targets, &self.endpoints, self.catalog.as_ref(), board, defaults)
    }

    /// Collects the targets of `route`, and those of the routes that it names.
    fn gather<'r>(
        &self,
        route: &'r Route,
        routes: &'r [Route],
        path: &mut Vec<&'r str>,
        targets: &mut Vec<Target>,
    ) -> Result<()> {
        for target in &route.targets {
            let inner = routes.iter().find(|route| route.name == target.name);
            let Some(inner) = inner else {
                let offers = self.place(&target.name, routes)?;
                let known = offers.into_iter().map(|name| {
                    Target { name: name.clone(), ..target.clone() }.or(self.targets.get(&name))
                });
                targets.extend(known);
                continue;
            };
            if path.contains(&inner.name.as_str()) {
                return Err(wrong(format!("it names itself, through {}", path.join(", "))));
            }
            path.push(&inner.name);
            self.gather(inner, routes, path, targets)?;
            path.pop();
        }
        Ok(())
    }

    /// The names of the targets that `name` means, when it is no route's.
    fn place(&self, name: &str, routes: &[Route]) -> Result<Vec<String>> {
        let found = self.find(name).map_err(|error| match routes.is_empty() {
            true => error,
            false => self.unknown_among(name, routes.iter().map(|route| route.name.as_str())),
        })?;
        Ok(found.1.into_iter().map(|target| target.name).collect())
    }

    fn unknown(&self, name: &str) -> Error {
        let routes = self.routes.keys().map(String::as_str);
        let resolved = self.routes.values().flat_map(|route| &route.candidates);
        self.unknown_among(name, routes.chain(resolved.map(|candidate| &*candidate.target)))
    }

    /// The error for a name that means nothing, with the names that come nearest.
    fn unknown_among<'n>(&'n self, name: &str, known: impl Iterator<Item = &'n str>) -> Error {
        if name.is_empty() {
            return wrong(
                "the request names no model: say a route, author/slug or model@endpoint".to_owned(),
            );
        }
        let models = self.targets.values().filter_map(|target| target.model.as_deref());
        let targets = self.targets.keys().map(String::as_str);
        let near = nearest(name, known.chain(models).chain(targets));
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

    fn remembered(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Resolved>>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those of `known` that `name` may have been meant to be.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let name: String = name.chars().take(128).collect();
    let distance = |other: &str| strsim::damerau_levenshtein(&name, other);
    let mut near: Vec<_> = known.map(|other| (distance(other), other)).collect();
    near.retain(|(distance, other)| *distance <= 2 + other.len() / 3);
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MOST_NEAREST).map(|(_, other)| other).collect()
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Config, message)
}

#[cfg(test)]
mod tests;
