use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, Uri};
use nohop_types::{Error, Result, Secret};

use super::issued;
use crate::aws::Moment;
use crate::credentials::read;
use crate::credentials::service::Service;
use crate::{Credentials, Issued, Refreshed, Transport};

/// A service on the machine, or beside it: it answers at once or is not there.
const SERVICE: Service = Service { whose: "Amazon's", patience: Duration::from_secs(5) };

/// How long before its end a key is fetched again.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// Amazon's key for the container that the program runs in, as ECS, EKS and Lambda hand it out.
///
/// Where to ask is in `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, or in
/// `AWS_CONTAINER_CREDENTIALS_FULL_URI`; what to say there in `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` or
/// `AWS_CONTAINER_AUTHORIZATION_TOKEN`. The key is fetched ahead of its end, once for all who wait.
pub struct AwsContainer(Refreshed);

/// Amazon's key for the machine that the program runs on, as EC2 hands it out to a session alone
/// (IMDSv2).
///
/// It is asked for at the address of `AWS_EC2_METADATA_SERVICE_ENDPOINT`, or at the usual one, fetched
/// ahead of its end, and once for all who wait.
pub struct AwsInstance(Refreshed);

impl AwsContainer {
    /// The key that is fetched over `transport`, from where the environment says.
    pub fn new(transport: impl Transport) -> Self {
        Self::fetched(transport, || {
            let relative = read("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
            let uri = relative.map(|path| format!("http://169.254.170.2{path}"));
            let uri = uri.or_else(|| read("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
            let file = read("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
            let token = file.and_then(|path| std::fs::read_to_string(path).ok());
            Ok(Asked {
                uri: uri.ok_or_else(|| wrong("the environment does not say where to ask"))?,
                token: token.or_else(|| read("AWS_CONTAINER_AUTHORIZATION_TOKEN")),
            })
        })
    }

    /// The key that is fetched over `transport` from `uri`, where `token` is said if there is one.
    pub fn at(transport: impl Transport, uri: impl Into<String>, token: Option<Secret>) -> Self {
        let uri = uri.into();
        Self::fetched(transport, move || {
            let token = token.as_ref().map(|token| token.expose().to_owned());
            Ok(Asked { uri: uri.clone(), token })
        })
    }

    fn fetched(
        transport: impl Transport,
        asked: impl Fn() -> Result<Asked> + Send + Sync + 'static,
    ) -> Self {
        let transport = Arc::new(transport);
        let fetch = move || {
            let (transport, asked) = (Arc::clone(&transport), asked());
            async move {
                let Asked { uri, token } = asked?;
                let uri = trusted(&uri)?;
                let token = token.map(|token| token.trim().to_owned());
                let headers = token.iter().map(|token| ("authorization", &**token));
                let key = ask(&*transport, Method::GET, uri, headers).await?;
                issued::read(&key, "what the container is handed out", Moment::now())
            }
        };
        Self(Refreshed::new(fetch).ahead(AHEAD))
    }
}

/// Where a container asks for its key, and what it says there.
struct Asked {
    uri: String,
    token: Option<String>,
}

impl AwsInstance {
    /// The key that is fetched over `transport`, from where the environment says.
    pub fn new(transport: impl Transport) -> Self {
        Self::at(
            transport,
            read("AWS_EC2_METADATA_SERVICE_ENDPOINT")
                .unwrap_or_else(|| "http://169.254.169.254".to_owned()),
        )
    }

    /// The key that is fetched over `transport` from the service at `root`.
    pub fn at(transport: impl Transport, root: impl Into<String>) -> Self {
        let transport = Arc::new(transport);
        let root: Arc<str> = root.into().trim_end_matches('/').into();
        let fetch = move || {
            let (transport, root) = (Arc::clone(&transport), Arc::clone(&root));
            async move { instance(&*transport, &root).await }
        };
        Self(Refreshed::new(fetch).ahead(AHEAD))
    }
}

async fn instance(transport: &dyn Transport, root: &str) -> Result<Issued> {
    if read("AWS_EC2_METADATA_DISABLED").is_some_and(|set| set.eq_ignore_ascii_case("true")) {
        return Err(wrong("AWS_EC2_METADATA_DISABLED says not to ask the machine"));
    }
    let at = |path: &str| {
        let uri: Option<Uri> = format!("{root}/latest/{path}").parse().ok();
        uri.ok_or_else(|| wrong("the address of the machine's service is no URL"))
    };
    let lifetime = [("x-aws-ec2-metadata-token-ttl-seconds", "21600")];
    let token = ask(transport, Method::PUT, at("api/token")?, lifetime).await?;
    let session = [("x-aws-ec2-metadata-token", token.trim())];
    let roles = "meta-data/iam/security-credentials/";
    let role = ask(transport, Method::GET, at(roles)?, session).await?;
    let role = role.lines().next().unwrap_or_default().trim();
    if role.is_empty() {
        return Err(wrong("the machine has no role to act in"));
    }
    let key = ask(transport, Method::GET, at(&[roles, role].concat())?, session).await?;
    issued::read(&key, "what the machine is handed out", Moment::now())
}

/// Where a container may ask: on its own machine, at the addresses that Amazon keeps for it, or where
/// nobody else listens.
fn trusted(uri: &str) -> Result<Uri> {
    const KEPT: [&str; 3] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
    let parsed: Option<Uri> = uri.parse().ok();
    let uri = parsed.ok_or_else(|| wrong("the container's address is no URL"))?;
    let host = uri.host().unwrap_or_default();
    let number = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let near = host == "localhost" || number.is_ok_and(|number| number.is_loopback());
    match near || KEPT.contains(&host) || uri.scheme_str() == Some("https") {
        true => Ok(uri),
        false => Err(wrong("the container's address is another machine's, and not https")),
    }
}

/// The text of a good answer.
async fn ask<'a>(
    transport: &dyn Transport,
    method: Method,
    uri: Uri,
    headers: impl IntoIterator<Item = (&'static str, &'a str)>,
) -> Result<String> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    match SERVICE.ask(transport, request.body(Bytes::new())).await? {
        (status, text) if status.is_success() => Ok(text),
        // What it says may repeat what it was told.
        (status, _) => Err(SERVICE.refused(status)),
    }
}

fn wrong(what: &str) -> Error {
    SERVICE.wrong(what)
}

#[async_trait]
impl Credentials for AwsContainer {
    async fn secret(&self) -> Result<Secret> {
        self.0.secret().await
    }

    fn refused(&self, secret: &Secret) {
        self.0.refused(secret);
    }
}

#[async_trait]
impl Credentials for AwsInstance {
    async fn secret(&self) -> Result<Secret> {
        self.0.secret().await
    }

    fn refused(&self, secret: &Secret) {
        self.0.refused(secret);
    }
}

impl fmt::Debug for AwsContainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsContainer").finish_non_exhaustive()
    }
}

impl fmt::Debug for AwsInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsInstance").finish_non_exhaustive()
    }
}
