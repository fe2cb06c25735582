//! What went wrong on the way, and what to do about it.

use std::error::Error as StdError;
use std::io;

use nohop_types::{Error, ErrorKind};

use super::settings::Settings;

/// An exchange that did not happen.
pub(super) fn connecting(error: reqwest::Error, host: &str, settings: &Settings) -> Error {
    let connecting = error.is_connect();
    let (kind, message) = if error.is_timeout() && connecting {
        let time = settings.connect;
        let message = format!("no connection to {host} within {time:?}: is it up, and reachable?");
        (ErrorKind::Timeout, message)
    } else if error.is_dns() {
        let message = format!("{host} is no name that resolves: check the URL and the network");
        (ErrorKind::Transport, message)
    } else if let Some(why) = cause::<rustls::Error>(&error) {
        (ErrorKind::Transport, format!("no TLS with {host}: {}", untrusted(why)))
    } else if io(&error) == Some(io::ErrorKind::ConnectionRefused) {
        let message =
            format!("nobody listens at {host}: is the server running, and the port right?");
        (ErrorKind::Transport, message)
    } else if connecting {
        (ErrorKind::Transport, format!("no connection to {host}: check the URL and the network"))
    } else {
        let message = format!(
            "the connection to {host} broke before an answer began; the request may have been read"
        );
        (ErrorKind::Transport, message)
    };
    Error::new(kind, message).with_source(error.without_url())
}

/// A body that broke off.
pub(super) fn reading(error: reqwest::Error, host: &str) -> Error {
    let message = format!("the connection to {host} broke before the answer was complete");
    Error::new(ErrorKind::Transport, message).with_source(error.without_url())
}

fn untrusted(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(_) => format!(
            "its certificate is not believed ({error}); for an authority of your own, trust() its \
             certificate, set SSL_CERT_FILE, or believe Roots::System"
        ),
        error => error.to_string(),
    }
}

fn io(error: &reqwest::Error) -> Option<io::ErrorKind> {
    causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

fn cause<T: StdError + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|cause| match cause.downcast_ref::<io::Error>() {
        Some(wrapper) => inside(wrapper),
        None => cause.downcast_ref(),
    })
}

/// What an `io::Error` wraps, which it does not name as its source.
fn inside<T: StdError + 'static>(error: &io::Error) -> Option<&T> {
    let inner = error.get_ref()?;
    match inner.downcast_ref::<io::Error>() {
        Some(wrapper) => inside(wrapper),
        None => inner.downcast_ref(),
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
