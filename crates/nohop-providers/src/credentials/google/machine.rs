use bytes::Bytes;
use http::Request;
use nohop_types::Result;

use super::{SERVICE, issued, read};
use crate::{Issued, Transport};

/// Where the machine's service is.
pub(super) fn root() -> String {
    let host = read("GCE_METADATA_HOST").unwrap_or_else(|| "metadata.google.internal".to_owned());
    format!("http://{host}")
}

/// Fetches a token for the machine's own account.
pub(super) async fn token(transport: &dyn Transport, root: &str) -> Result<Issued> {
    let uri = format!("{root}/computeMetadata/v1/instance/service-accounts/default/token");
    let request = Request::get(uri).header("metadata-flavor", "Google").body(Bytes::new());
    let (status, text) = SERVICE.ask(transport, request).await?;
    issued(status, &text)
}
