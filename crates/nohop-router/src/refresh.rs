//! Keeps the catalog current.
//!
//! Lists are fetched over the router's own transport, read and merged where no request waits for it, and the catalog that
//! comes of them takes the place of the one in use at once.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::SystemTime;

use nohop_pricing::{Diff, day_of};
use nohop_providers::{Endpoint, Transport};
use nohop_types::{Error, ErrorKind, Result};

use crate::Router;

mod fetch;
mod folder;
mod make;
mod sources;

pub use sources::Sources;

use fetch::Fetched;
use folder::Folder;
use make::Work;
use sources::Source;

/// What became of a refresh: what each source said, and what is otherwise now.
#[derive(Debug)]
#[non_exhaustive]
pub struct Refreshed {
    /// What each source said.
    pub sources: Vec<Heard>,
    /// What the catalog in use says otherwise than the one before.
    pub diff: Diff,
    /// What was left out or changed where sources were merged, and why, a line each.
    pub notes: Vec<String>,
    /// Which catalog is in use now.
    pub catalog: String,
}

/// What one source said.
#[derive(Debug)]
#[non_exhaustive]
pub struct Heard {
    /// Which: `openrouter`, `models.dev`, `litellm`, `genai-prices`, `openrouter/` and a model for its endpoints, `own/` and
    /// an endpoint for the list of that.
    pub source: String,
    /// What it said.
    pub news: News,
    /// On which day that was looked up which is in use of it now; `None` where that is only what the first catalog says.
    pub day: Option<String>,
}

/// How what a source says now differs from what it said.
#[derive(Debug)]
#[non_exhaustive]
pub enum News {
    /// It is new.
    New,
    /// It is the same.
    Same,
    /// It could not be fetched, or is refused: what was good last is kept.
    Failed(Error),
}

impl Refreshed {
    /// The sources that could not be fetched or were refused, and why.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &Error)> {
        self.sources.iter().filter_map(|heard| match &heard.news {
            News::Failed(error) => Some((heard.source.as_str(), error)),
            _ => None,
        })
    }
}

/// A line for each source, then those of the difference.
impl fmt::Display for Refreshed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Heard { source, news, day } in &self.sources {
            let day = day.as_deref().unwrap_or("the first catalog");
            match news {
                News::New => writeln!(f, "{source}: new, of {day}")?,
                News::Same => writeln!(f, "{source}: the same as on {day}")?,
                News::Failed(error) => {
                    writeln!(f, "{source}: {}; in use is {day}", error.message())?;
                }
            }
        }
        write!(f, "{}", self.diff)
    }
}

/// What was good last of every source, and what was made of it.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    copies: BTreeMap<Source, Fetched>,
    /// The sum of all that the catalog in use was made of.
    made: Option<u64>,
}

impl Router {
    /// Fetches `sources`, and puts the catalog that they make in the place of the one in use.
    ///
    /// What a source says takes the place of what it said before; what could not be fetched, or is malformed, leaves
    /// the last that was good of that source, from an earlier refresh, the folder or the first catalog, and touches no
    /// other. Where nothing new can be used the catalog in use stays.
    ///
    /// No request waits for it: lists are read on a thread for what takes time, and requests that were decided on go
    /// on, and are billed, by the catalog that they were decided by. A name that meant something when the router was
    /// built stays at the providers that it had then, at the new prices, unless its route [follows](crate::Route::follow).
    ///
    /// One runs at a time; another waits for it. Dropping it changes nothing. It must be called within a runtime of
    /// tokio.
    ///
    /// # Errors
    ///
    /// `Config` when there is nothing to ask, a URL is none, or an overlay is malformed. What fails at a source is no
    /// error: it is told in [`Refreshed::sources`].
    pub async fn refresh(&self, sources: &Sources) -> Result<Refreshed> {
        let shared = &self.shared;
        let asked = sources.asked(shared.names.endpoints.values())?;
        make::check_overlays(&sources.overlays())?;
        let mut latest = shared.latest.lock().await;
        let folder = sources.folder.clone().map(Folder::new);
        if let Some(folder) = &folder {
            // What is known is newer than what is written.
            let unknown = asked.iter().filter(|(source, _)| !latest.copies.contains_key(source));
            let unknown: Vec<_> = unknown.cloned().collect();
            let folder = folder.clone();
            let read = blocking(move || folder.recall(&unknown)).await?;
            latest.copies.extend(read);
        }
        let day = day_of(SystemTime::now());
        let asking = asked.iter().map(|(source, url)| {
            let fetch = fetch::Fetch {
                transport: &*shared.transport,
                url,
                known: latest.copies.get(source).filter(|known| known.url == *url),
                bytes: sources.bytes,
                day: &day,
            };
            self.hear(source, fetch, sources)
        });
        let heard = all(asking.collect()).await;
        let heard: Vec<_> = asked.into_iter().map(|(source, _)| source).zip(heard).collect();
        let work = Work {
            heard,
            copies: latest.copies.clone(),
            made: latest.made,
            overlays: sources.overlays(),
            folder,
            first: shared.names.first().cloned(),
            now: shared.names.catalog().unwrap_or_default(),
            providers: self
                .endpoints()
                .map(|it| (it.name().to_owned(), it.provider().id))
                .collect(),
        };
        let done = blocking(move || work.run()).await??;
        if let Some(catalog) = done.catalog {
            shared.names.renew(catalog, &shared.board);
        }
        *latest = Latest { copies: done.copies, made: done.made };
        let catalog = self.catalog().version();
        Ok(Refreshed { sources: done.heard, diff: done.diff, notes: done.notes, catalog })
    }

    /// Asks one source, within its time.
    async fn hear(
        &self,
        source: &Source,
        fetch: fetch::Fetch<'_>,
        sources: &Sources,
    ) -> Result<Option<Fetched>> {
        let limit = sources.time;
        let asking = async {
            match source {
                Source::Own(name) => match self.endpoint(name) {
                    Some(endpoint) => own_list(endpoint, &*self.shared.transport, &fetch).await,
                    None => Err(Error::new(ErrorKind::Config, "there is no such endpoint")),
                },
                _ => fetch.run().await,
            }
        };
        tokio::time::timeout(limit, asking).await.unwrap_or_else(|_| {
            let message = format!("not there within {limit:?}: allow more with Sources::time");
            Err(Error::new(ErrorKind::Timeout, message))
        })
    }
}

/// Asks an endpoint for its own list.
async fn own_list(
    endpoint: &Endpoint,
    transport: &dyn Transport,
    fetch: &fetch::Fetch<'_>,
) -> Result<Option<Fetched>> {
    let told = endpoint.models(transport, 0).await?;
    let body = serde_json::to_vec(&told.answer).map_err(|source| {
        Error::new(ErrorKind::Protocol, "the list can not be kept").with_source(source)
    })?;
    Ok(fetch.news(body.into(), None))
}

/// Runs what takes time where nothing waits for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|source| {
        Error::new(ErrorKind::Protocol, "the lists could not be read").with_source(source)
    })
}

/// Waits for all of them at once.
async fn all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    poll_fn(|cx| {
        for (future, done) in running.iter_mut().zip(&mut done) {
            if done.is_none()
                && let Poll::Ready(output) = future.as_mut().poll(cx)
            {
                *done = Some(output);
            }
        }
        match done.iter().all(Option::is_some) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
