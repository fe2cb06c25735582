//! Every way around such guards that is known, tried: all are refused.

mod addresses;
mod basket;
mod bodies;
mod far;
mod urls;

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use nohop_types::{Error, ErrorKind};

use self::far::Far;
use super::{Fetch, Resolve};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What resolves names in these tests: its answers, one after another, the last for ever.
#[derive(Clone, Debug)]
struct Names {
    answers: Vec<Vec<IpAddr>>,
    asked: Arc<AtomicUsize>,
}

impl Names {
    fn always(addresses: impl Into<Vec<IpAddr>>) -> Self {
        Self::turning([addresses.into()])
    }

    fn turning(answers: impl Into<Vec<Vec<IpAddr>>>) -> Self {
        Self { answers: answers.into(), asked: Arc::default() }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Resolve for Names {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        Ok(self.answers[turn].clone())
    }
}

/// What fetches `img.example` from the server `far`, which is the only one it can reach.
fn reaching(far: &Far) -> Fetch {
    let port = far.port();
    Fetch::from_hosts(["img.example"])
        .plain()
        .port(port)
        .resolver(Names::always([HERE]))
        .reach(|address| address == HERE)
}

/// Why `url` is not fetched.
async fn refused(fetch: &Fetch, url: &str) -> Error {
    let error = fetch.fetch(url).await.expect_err(url);
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    let shown = format!("{error:?} {error:#?}");
    assert!(!shown.contains("secret"), "{shown}");
    error
}
