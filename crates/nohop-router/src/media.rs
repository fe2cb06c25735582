//! What is fetched for candidates that can not fetch it themselves.

use std::sync::Arc;

#[cfg(feature = "http")]
use nohop_providers::{Basket, Fetch};
use nohop_types::{Request, Result};

use crate::route::Place;

/// Who fetches for all requests: nobody, unless the application asked for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fetching {
    #[cfg(feature = "http")]
    fetch: Option<Arc<Fetch>>,
}

/// What one request had fetched, for all of its attempts.
#[derive(Debug)]
pub(crate) struct Fetched {
    #[cfg(feature = "http")]
    basket: Option<Basket>,
}

impl Fetching {
    #[cfg(feature = "http")]
    pub(crate) fn with(fetch: Fetch) -> Self {
        Self { fetch: Some(Arc::new(fetch)) }
    }

    /// # Errors
    ///
    /// `Config` when nothing could ever be fetched.
    pub(crate) fn check(&self) -> Result<()> {
        #[cfg(feature = "http")]
        self.fetch.as_ref().map_or(Ok(()), |fetch| fetch.check())?;
        Ok(())
    }

    /// Nothing yet, for one request.
    pub(crate) fn begin(&self) -> Fetched {
        Fetched {
            #[cfg(feature = "http")]
            basket: self.fetch.clone().map(Basket::new),
        }
    }
}

impl Fetched {
    /// The request as the candidate at `at` is sent it.
    ///
    /// # Errors
    ///
    /// Why something that the candidate can not fetch was not fetched for it.
    pub(crate) async fn fill(&self, request: Arc<Request>, at: &Place) -> Result<Arc<Request>> {
        #[cfg(feature = "http")]
        if let Some(basket) = &self.basket {
            let takes = at.endpoint.chosen()?.dialect.media(&at.model);
            return basket.fill(&request, takes).await;
        }
        let _ = at;
        Ok(request)
    }
}
