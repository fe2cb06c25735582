//! What a quota is on.

use nohop_policy::Subject;
use nohop_types::Result;

use super::{Names, nearest, wrong};
use crate::route::split;

impl Names {
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
            Subject::Route(name) => self.routes.iter().any(|route| route.name == *name),
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
        let routes = self.routes.iter().map(|route| &route.name);
        let known = self.endpoints.keys().chain(routes).map(String::as_str);
        let near = nearest(name, known);
        let near = match near.is_empty() {
            true => String::new(),
            false => format!("; nearest are {}", near.join(", ")),
        };
        Err(wrong(format!("a quota is on {name:?}, which is no {what} here{near}")))
    }

    fn is_model(&self, name: &str) -> bool {
        let said = self.targets.values().any(|target| target.model.as_deref() == Some(name));
        let meaning = self.meaning.load();
        let mut routed = meaning.routes.values().flat_map(|route| &route.candidates);
        let known = || self.first.as_ref().is_some_and(|catalog| catalog.model(name).is_some());
        said || routed.any(|candidate| *candidate.model == *name) || known()
    }
}
