use super::*;

/// The scores of documents by their numbers, held to a request for `top` of three documents.
fn check(results: &[(usize, f64)], top: Option<u32>) -> Result<()> {
    let mut request = RerankRequest::new("m", "q").documents(["a", "b", "c"]);
    request.top = top;
    let results: Vec<_> =
        results.iter().map(|(place, score)| Ranked::new(*place, *score)).collect();
    whole(&results, &request)
}

fn refused(results: &[(usize, f64)], top: Option<u32>, words: &str) {
    let error = check(results, top).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Protocol, words));
}

#[test]
fn an_answer_has_each_wanted_document_once() {
    assert!(check(&[(1, 0.5), (0, -7.0), (2, -8.5)], None).is_ok());
    assert!(check(&[(2, 0.5)], Some(1)).is_ok());
    assert!(check(&[(1, 0.5), (0, 0.4), (2, 0.3)], Some(1)).is_ok());
    refused(&[(1, 0.5)], None, "the answer has 1 results where 3 are wanted");
    refused(&[], Some(9), "the answer has 0 results where 3 are wanted");
    refused(&[(3, 0.5)], Some(1), "a result is said to be of the document 3");
    refused(&[(1, 0.5), (1, 0.4)], Some(1), "two results are of the document 1");
    refused(&[(1, f64::INFINITY)], Some(1), "the score of the document 1 is no number");
}
