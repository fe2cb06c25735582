use super::*;

fn hooks(hook: impl Fn(&mut Request) -> Result<()> + Send + Sync + 'static) -> Hooks {
    Hooks { before: vec![Arc::new(hook)], after: Vec::new() }
}

fn asked() -> EmbedRequest {
    EmbedRequest::new("m").text("first").tokens([1, 2]).text("second").tag("team", "search")
}

#[test]
fn a_hook_sees_every_text_and_may_change_it() {
    let mut request = asked();
    let hooks = hooks(|request| {
        for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
            *part = Part::text(part.as_text().unwrap_or_default().to_uppercase());
        }
        request.model.push_str("-2");
        request.tags.insert("seen".into(), "yes".into());
        Ok(())
    });

    let seen = Outline::from(&mut request).shown(&hooks).unwrap();

    let expected = EmbedRequest::new("m-2").text("FIRST").tokens([1, 2]).text("SECOND");
    assert_eq!(request, expected.tag("team", "search").tag("seen", "yes"));
    assert_eq!((&*seen.model, seen.tags["seen"].as_str()), ("m-2", "yes"));
    assert!(seen.messages.is_empty(), "a ledger or a policy reads no text");
}

#[test]
fn a_hook_may_refuse_but_not_take_a_text_away() {
    let refusing = hooks(|_| Err(Error::new(ErrorKind::InvalidRequest, "no")));
    let taking = hooks(|request| {
        request.messages.clear();
        Ok(())
    });
    for (hooks, kind) in [(refusing, ErrorKind::InvalidRequest), (taking, ErrorKind::Config)] {
        let error = Outline::from(&mut asked()).shown(&hooks).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn a_query_and_its_documents_are_seen_in_their_order() {
    let mut request = RerankRequest::new("m", "q").documents(["a", "b"]);
    let hooks = hooks(|request| {
        let texts: Vec<_> = request.messages[0].parts.iter().map(Part::as_text).collect();
        assert_eq!(texts, [Some("q"), Some("a"), Some("b")]);
        Ok(())
    });
    let before = request.clone();

    Outline::from(&mut request).shown(&hooks).unwrap();

    assert_eq!(request, before);
}

#[test]
fn what_is_preferred_is_seen_and_may_be_changed() {
    let mut request = asked().only(["here"]);
    let hooks = hooks(|request| {
        request.preferences.get_or_insert_default().zdr = Some(true);
        Ok(())
    });

    let seen = Outline::from(&mut request).shown(&hooks).unwrap();

    let preferences = seen.preferences.as_deref().unwrap();
    assert_eq!((&*preferences.only, preferences.zdr), (&["here".to_owned()][..], Some(true)));
    assert_eq!(request.preferences, seen.preferences);
}
