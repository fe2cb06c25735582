use nohop_types::{Error, ErrorKind, Result};
use serde::Deserialize;

/// The names in a list of models, as hosts write it: a list below `data` or `models`, or bare.
///
/// ```
/// let body = r#"{"object":"list","data":[{"id":"gpt-4.1"},{"id":"gpt-4.1-mini"}]}"#;
/// assert_eq!(nohop_wire::models(body.as_bytes())?, ["gpt-4.1", "gpt-4.1-mini"]);
/// # Ok::<(), nohop_types::Error>(())
/// ```
///
/// # Errors
///
/// `Protocol` when the body is no such list.
pub fn models(body: &[u8]) -> Result<Vec<String>> {
    let list = match serde_json::from_slice::<Vec<Model>>(body) {
        Ok(list) => Some(list),
        Err(_) => {
            serde_json::from_slice(body).ok().and_then(|list: List| list.data.or(list.models))
        }
    };
    let list = list.ok_or_else(|| Error::new(ErrorKind::Protocol, "the answer lists no models"))?;
    Ok(list.into_iter().filter_map(|model| model.id.or(model.name)).collect())
}

/// The `path` of a way with `end` in the place of its own; a query stays.
pub(crate) fn beside(path: &str, own: &str, end: &str) -> Option<String> {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    Some(path.strip_suffix(own)?.to_owned() + end + query)
}

#[derive(Deserialize)]
struct List {
    data: Option<Vec<Model>>,
    models: Option<Vec<Model>>,
}

#[derive(Deserialize)]
struct Model {
    id: Option<String>,
    name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, names: &[&str]) {
        assert_eq!(models(body.as_bytes()).unwrap(), names, "{body}");
    }

    #[test]
    fn every_shape_of_a_list_is_read() {
        check(r#"{"data":[{"id":"b","object":"model"},{"id":"a"}],"has_more":false}"#, &["b", "a"]);
        check(r#"{"models":[{"name":"a","endpoints":["chat"]}]}"#, &["a"]);
        check(r#"[{"id":"a/b","pricing":{"input":0.1}}]"#, &["a/b"]);
        check(r#"{"data":[]}"#, &[]);
        check("[]", &[]);
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        for body in ["", "<html>", "{}", r#"{"data":null}"#, r#"{"data":{"id":"a"}}"#, "[1]"] {
            let error = models(body.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
        }
    }

    #[test]
    fn the_list_is_beside_the_way() {
        let check = |path, found: Option<&str>| {
            assert_eq!(beside(path, "/chat/completions", "/models").as_deref(), found);
        };
        check("/chat/completions", Some("/models"));
        check("/v1/chat/completions?api-version=1", Some("/v1/models?api-version=1"));
        check("/chat", None);
    }
}
