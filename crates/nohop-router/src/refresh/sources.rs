use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use nohop_pricing::Shape;
use nohop_providers::Endpoint;
use nohop_types::{Error, ErrorKind, Result, Task};

/// Where the public lists are.
const URLS: [(Shape, &str); 4] = [
    (Shape::OpenRouter, "https://openrouter.ai/api/v1/models"),
    (Shape::ModelsDev, "https://models.dev/api.json"),
    (
        Shape::LiteLlm,
        "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",
    ),
    (
        Shape::GenaiPrices,
        "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json",
    ),
];

/// Where a catalog is looked up; see [`Router::refresh`](crate::Router::refresh).
///
/// Figures are merged one by one. What a provider lists of itself goes before what others read on its page, that goes
/// before what the rest says, among those who are trusted alike the majority decides and then who looked later; and an
/// overlay wins over all.
///
/// ```
/// use std::time::Duration;
///
/// use nohop_router::Sources;
///
/// let sources = Sources::public().own_lists().folder("/var/cache/app").time(Duration::from_secs(10));
/// # let _ = sources;
/// ```
#[derive(Clone, Debug)]
pub struct Sources {
    lists: Vec<(Shape, String)>,
    endpoints: Vec<String>,
    own: bool,
    #[cfg(feature = "toml")]
    overlays: Vec<String>,
    pub(super) folder: Option<PathBuf>,
    pub(super) bytes: usize,
    pub(super) time: Duration,
}

/// One thing to fetch.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Source {
    /// A public list.
    List(Shape),
    /// What OpenRouter's hosts charge for one model.
    Hosts(String),
    /// What the endpoint of this name lists itself.
    Own(String),
}

impl Sources {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            lists: Vec::new(),
            endpoints: Vec::new(),
            own: false,
            #[cfg(feature = "toml")]
            overlays: Vec::new(),
            folder: None,
            bytes: 32 << 20,
            time: Duration::from_secs(30),
        }
    }

    /// All public lists: OpenRouter's models, models.dev, LiteLLM's map and genai-prices.
    pub fn public() -> Self {
        URLS.iter().fold(Self::new(), |sources, (shape, url)| sources.list(*shape, *url))
    }

    /// Adds a public list that is at `url`, or sets where it is.
    #[must_use]
    pub fn list(mut self, shape: Shape, url: impl Into<String>) -> Self {
        self.lists.retain(|(known, _)| *known != shape);
        self.lists.push((shape, url.into()));
        self
    }

    /// Adds what OpenRouter's hosts charge for each of these models, as prices behind doors; it is asked beside the
    /// list of models, at whose URL it begins.
    #[must_use]
    pub fn endpoints<M: Into<String>>(mut self, models: impl IntoIterator<Item = M>) -> Self {
        self.endpoints.extend(models.into_iter().map(Into::into));
        self
    }

    /// Adds the list that each endpoint of the router has of its own models: new ids at once, and limits and prices
    /// where they are told. It is asked with the endpoint's first key, and is no attempt on the ledger.
    #[must_use]
    pub fn own_lists(mut self) -> Self {
        self.own = true;
        self
    }

    /// Lays figures of one's own over all others; they are written as
    /// [`Rows::overlay`](nohop_pricing::Rows::overlay) says.
    #[cfg(feature = "toml")]
    #[must_use]
    pub fn overlay(mut self, toml: impl Into<String>) -> Self {
        self.overlays.push(toml.into());
        self
    }

    /// Keeps what was good in this folder, so that it is not fetched again where it is the same, and is there after a
    /// restart without a network.
    ///
    /// Whoever may write there says what requests cost. Several processes may share one.
    #[must_use]
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.folder = Some(path.into());
        self
    }

    /// Sets how many bytes of one source are read: 32 MiB, unless this is said.
    #[must_use]
    pub fn bytes(mut self, most: usize) -> Self {
        self.bytes = most;
        self
    }

    /// Sets how long one source may take: thirty seconds, unless this is said.
    #[must_use]
    pub fn time(mut self, limit: Duration) -> Self {
        self.time = limit;
        self
    }

    /// What to fetch, and where; an own list is where its endpoint is.
    pub(super) fn asked<'e>(
        &self,
        endpoints: impl Iterator<Item = &'e Arc<Endpoint>>,
    ) -> Result<Vec<(Source, String)>> {
        let wrong = |message: String| Error::new(ErrorKind::Config, message);
        let mut asked: Vec<(Source, String)> = Vec::new();
        for (shape, url) in &self.lists {
            let uri: Option<Uri> = url.parse().ok();
            let uri = uri.filter(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
            });
            let uri = uri.ok_or_else(|| wrong(format!("{url:?} is no URL of a list")))?;
            asked.push((Source::List(*shape), uri.to_string()));
        }
        let models = self.lists.iter().find(|(shape, _)| *shape == Shape::OpenRouter);
        for model in self.endpoints.iter().collect::<BTreeSet<_>>() {
            let (_, url) = models.ok_or_else(|| {
                wrong("endpoints are asked beside OpenRouter's list: add that".to_owned())
            })?;
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._:/~".contains(letter);
            if !model.chars().all(plain) || model.split('/').count() != 2 {
                return Err(wrong(format!("{model:?} is no model as author/slug")));
            }
            asked.push((Source::Hosts(model.clone()), format!("{url}/{model}/endpoints")));
        }
        if self.own {
            let listing = endpoints.filter(|endpoint| endpoint.way_to(&Task::List).is_ok());
            asked.extend(listing.map(|endpoint| {
                let url = endpoint.url().map(|url| url.to_string()).unwrap_or_default();
                (Source::Own(endpoint.name().to_owned()), url)
            }));
        }
        match asked.is_empty() && self.overlays().is_empty() {
            true => Err(wrong("there is nothing to look up: add a source".to_owned())),
            false => Ok(asked),
        }
    }

    pub(super) fn overlays(&self) -> Vec<String> {
        #[cfg(feature = "toml")]
        return self.overlays.clone();
        #[cfg(not(feature = "toml"))]
        Vec::new()
    }
}

impl Default for Sources {
    /// All public lists.
    fn default() -> Self {
        Self::public()
    }
}

impl Source {
    /// What people call it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::List(shape) => shape.name().to_owned(),
            Self::Hosts(model) => format!("openrouter/{model}"),
            Self::Own(endpoint) => format!("own/{endpoint}"),
        }
    }
}
