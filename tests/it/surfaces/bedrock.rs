//! Any surface to Bedrock, addressed and signed: what is sent is kept for Amazon's own tools to judge.

use std::collections::{BTreeMap, BTreeSet};

use nohop::ErrorKind;
use nohop::providers::{AwsKey, Endpoint, table};
use serde_json::json;

use super::{HOSTS, MODES, asked, clients, name};
use crate::kept::keep;
use crate::sdk::sent;

/// A model of each maker that has words of its own, an inference profile, and a model of none of them.
const MODELS: [&str; 4] = [
    "eu.anthropic.claude-x-v1:0",
    "us.amazon.nova-x-v1:0",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-x-v1:0",
    "meta.llama-x",
];

/// What Bedrock would not take, and why.
const REFUSED: &[(&str, &str)] = &[
    (
        "image_url",
        "messages[0].parts[1]: the host does not fetch a picture from there: send its bytes, or let the router fetch it (Builder::fetch)",
    ),
    (
        "pdf_url",
        "messages[0].parts[1]: the file was uploaded to another provider: send its bytes or its URL, or upload it here",
    ),
    (
        "pdf_url",
        "messages[0].parts[1]: the host does not fetch a document from there: send its bytes, or let the router fetch it (Builder::fetch)",
    ),
    (
        "sdk_multimodal",
        "messages[0].parts[1]: the host does not fetch a document from there: send its bytes, or let the router fetch it (Builder::fetch)",
    ),
];

#[tokio::test]
async fn a_conversation_through_any_surface_is_signed_for_bedrock_and_sent() {
    let key = AwsKey::new("AKIAPARROT", "polly-wants-a-cracker").token("perch-of-the-session");
    let endpoint = Endpoint::new(table::BEDROCK).set("region", "eu-west-3").key(key);
    let mut refused = BTreeSet::new();
    let mut cases = BTreeSet::new();
    for surface in HOSTS {
        for (case, body) in asked(surface) {
            cases.insert(case.clone());
            for mode in MODES {
                let (head, body) = clients::asked(surface, &body, mode);
                let read = surface.surface().unwrap();
                let incoming = read.decode(&head, body.to_string().as_bytes()).unwrap();
                for model in MODELS {
                    let mut request = incoming.request.clone();
                    model.clone_into(&mut request.model);
                    let what = format!("{case} from {} {mode:?} to {model}", name(surface));
                    let sent = match sent::call(&endpoint, &request, mode).await {
                        Ok((sent, _)) => sent,
                        Err(error) => {
                            assert_eq!(error.kind(), ErrorKind::Unsupported, "{what}: {error}");
                            refused.insert((case.clone(), error.message().to_owned()));
                            continue;
                        }
                    };
                    let headers = sent.headers().iter();
                    let headers =
                        headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
                    let head = json!({
                        "what": what,
                        "model": model,
                        "method": sent.method().as_str(),
                        "url": sent.uri().to_string(),
                        "headers": headers.collect::<BTreeMap<_, _>>(),
                        "key": ["AKIAPARROT", "polly-wants-a-cracker", "perch-of-the-session"],
                        "scope": ["bedrock", "eu-west-3"],
                    });
                    keep(&head, sent.body());
                }
            }
        }
    }
    // Without the recordings, only our own conversations are held to the list.
    let known = REFUSED.iter().filter(|(case, _)| cases.contains(*case));
    let known = known.map(|(case, why)| ((*case).to_owned(), (*why).to_owned()));
    assert_eq!(refused, known.collect());
}
