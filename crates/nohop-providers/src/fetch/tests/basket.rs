use std::sync::Arc;

use nohop_types::{Content, Document, Image, Media, Message, Part, Request, Role, ToolResult};
use nohop_wire::{Source, Taken, Takes};

use super::far::{Far, PNG, answer, picture};
use super::reaching;
use crate::Basket;

/// A host that fetches nothing.
const NEAR: Takes = Takes {
    image: Taken::some(&["image/*"], &[Source::Bytes]),
    document: Taken::some(&["*/*"], &[Source::Bytes, Source::Url("http://")]),
    ..Takes::NONE
};

fn at(url: &str) -> Part {
    Image::new(Media::Url(url.to_owned())).into()
}

#[tokio::test]
async fn what_a_host_can_not_fetch_is_fetched_once_for_all_attempts() {
    let far = Far::answering([picture()]).await;
    let (one, two) = (far.url("/1"), far.url("/2"));
    let document = Part::from(Document::new(Media::Url(far.url("/3"))));
    let result = Part::from(ToolResult::new("c", [at(&two)]));
    let request = Request::new("m")
        .message(Message::new(Role::User, [at(&one), at(&one), document.clone()]))
        .message(Message::new(Role::Assistant, [at(&far.url("/4"))]))
        .message(Message::new(Role::Tool, [result]));
    let request = Arc::new(request);
    let basket = Basket::new(reaching(&far));
    let filled = basket.fill(&request, &NEAR).await.unwrap();
    let here = Part::from(Image::new(Media::bytes("image/png", PNG)));
    let first = &filled.messages[0].parts;
    // What the host fetches itself, or what the model said, is left as it is.
    assert_eq!(first[..], [here.clone(), here.clone(), document]);
    assert_eq!(filled.messages[1], request.messages[1]);
    let Content::ToolResult(result) = &filled.messages[2].parts[0].content else { panic!() };
    assert_eq!(result.parts, [here]);

    let again = basket.fill(&request, &NEAR).await.unwrap();
    assert_eq!(again, filled);
    assert_eq!(far.heard().len(), 2);
    // A host that fetches for itself gets the very request.
    assert!(Arc::ptr_eq(&basket.fill(&request, &Takes::ANY).await.unwrap(), &request));
    assert!(Arc::ptr_eq(&basket.fill(&request, &Takes::NONE).await.unwrap(), &request));
}

#[tokio::test]
async fn what_can_not_be_fetched_is_told_by_its_place_and_not_tried_again() {
    let far = Far::answering([answer("404 Not Found", "", b"")]).await;
    let request =
        Request::new("m").user("Hi").message(Message::new(Role::User, [at(&far.url("/secret"))]));
    let basket = Basket::new(reaching(&far));
    for _ in 0..2 {
        let error = basket.fill(&Arc::new(request.clone()), &NEAR).await.unwrap_err();
        assert_eq!(error.message(), "messages[1].parts[0]: its address answers with 404");
    }
    assert_eq!(far.heard().len(), 1);
}

#[tokio::test]
async fn many_are_fetched_within_one_bound() {
    let far = Far::answering([picture()]).await;
    let parts = || (0..20).map(|n| at(&far.url(&format!("/{n}"))));
    let request = Arc::new(Request::new("m").message(Message::new(Role::User, parts())));
    let all = PNG.len() * 20;
    let filled = Basket::new(reaching(&far).together(all)).fill(&request, &NEAR).await.unwrap();
    assert!(filled.messages[0].parts.iter().all(|part| part.len() == PNG.len()));
    let basket = Basket::new(reaching(&far).together(all - 1));
    let error = basket.fill(&request, &NEAR).await.unwrap_err();
    assert!(error.message().contains("Fetch::together"), "{error}");
}
