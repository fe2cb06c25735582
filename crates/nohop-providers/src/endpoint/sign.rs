//! What a request carries beside its body.

use bytes::Bytes;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use nohop_types::{Error, ErrorKind, Result, Secret};
use nohop_wire::Encoded;

use super::errand::Own;
use super::{Endpoint, Header, Value};
use crate::{Auth, AwsKey};

/// What the transport alone may say: another value would cut the body elsewhere.
const FRAMING: [&str; 4] = ["connection", "content-length", "transfer-encoding", "upgrade"];

impl Endpoint {
    /// The request as it is sent: what the caller says goes before what the endpoint says, and that
    /// before what the dialect says.
    pub(super) fn sign(
        &self,
        method: Method,
        encoded: Encoded,
        key: Option<&Secret>,
        own: Own<'_>,
    ) -> Result<Request<Bytes>> {
        let uri = self.address(&encoded.path)?;
        let mut request = Request::new(Bytes::from(encoded.body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let mut headers = encoded.headers;
        let agent = HeaderValue::from_static(concat!("nohop/", env!("CARGO_PKG_VERSION")));
        headers.entry(USER_AGENT).or_insert(agent);
        self.authorize(&mut headers, key.filter(|_| own.key.is_none()))?;
        headers.extend(self.plain_headers()?);
        self.authorize(&mut headers, own.key)?;
        for (name, value) in own.headers {
            let (name, value) = header(name, value.expose(), Shown::No)
                .map_err(|what| Error::new(ErrorKind::InvalidRequest, what).at("headers"))?;
            headers.insert(name, value);
        }
        *request.headers_mut() = headers;
        if let Auth::Aws(service) = self.provider.auth
            && let Some(key) = own.key.or(key).and_then(AwsKey::read)
            && !request.headers().contains_key(AUTHORIZATION)
        {
            self.sign_for(service, &mut request, &key)?;
        }
        Ok(request)
    }

    /// Signs what is complete, as Amazon wants it.
    #[cfg(feature = "bedrock")]
    fn sign_for(&self, service: &str, request: &mut Request<Bytes>, key: &AwsKey) -> Result<()> {
        use crate::aws::{Moment, sigv4};

        let region = self.fill("region:AWS_REGION")?;
        let scope = sigv4::Scope { region: &region, service, at: Moment::now() };
        sigv4::sign(request, key, scope)
    }

    #[cfg(not(feature = "bedrock"))]
    fn sign_for(&self, _: &str, _: &mut Request<Bytes>, _: &AwsKey) -> Result<()> {
        Err(self.wrong("requests are signed with an access key under the feature `bedrock` alone"))
    }

    /// The headers that go with every request.
    pub(super) fn plain_headers(&self) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        for Header { name, value } in &self.headers {
            let (value, shown) = match value {
                Value::Hidden(value) => (value.expose(), Shown::No),
                Value::Plain(value) => (value.as_str(), Shown::Yes),
            };
            let (name, value) = header(name, value, shown).map_err(|what| self.wrong(&what))?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    fn authorize(&self, headers: &mut HeaderMap, key: Option<&Secret>) -> Result<()> {
        let Some(key) = key else { return Ok(()) };
        let (name, text) = match self.provider.auth {
            Auth::None => return Ok(()),
            // It is no key to be sent.
            Auth::Aws(_) if AwsKey::read(key).is_some() => return Ok(()),
            Auth::Header(name, _) | Auth::HeaderOf(name, _) => {
                let name = HeaderName::try_from(name)
                    .map_err(|_| self.wrong(&format!("no header can be named {name:?}")))?;
                (name, key.expose().to_owned())
            }
            _ => (AUTHORIZATION, ["Bearer ", key.expose()].concat()),
        };
        // Bytes beyond ASCII are allowed there, but never in a key: such a one was pasted badly.
        let fits = !key.expose().is_empty() && key.expose().bytes().all(|b| b.is_ascii_graphic());
        let value = fits.then(|| HeaderValue::try_from(text).ok()).flatten();
        let mut value = value.ok_or_else(|| {
            let message = "the key is empty, or has a line break, a space or another character in it \
                that no key has; look at both of its ends";
            Error::new(ErrorKind::Auth, format!("endpoint {}: {message}", self.id))
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(())
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Shown {
    No,
    Yes,
}

/// The header, or what is wrong with it; its value is not part of that.
fn header(name: &str, value: &str, shown: Shown) -> Result<(HeaderName, HeaderValue), String> {
    let key = HeaderName::try_from(name).map_err(|_| {
        format!("no header can be named {:?}", name.chars().take(64).collect::<String>())
    })?;
    if FRAMING.contains(&key.as_str()) {
        return Err(format!("the header {key} is the transport's own; leave it out"));
    }
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| format!("the header {key} has a character in its value that no header may"))?;
    value.set_sensitive(shown == Shown::No);
    Ok((key, value))
}

#[cfg(test)]
mod tests;
