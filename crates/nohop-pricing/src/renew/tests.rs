use crate::testing::{moment, usage};
use crate::{Catalog, Facts, Loaded, Rows, Shape};

fn base(text: &str) -> Catalog {
    Rows::read(text).unwrap().pack().unwrap()
}

const BASE: &str = "source m 2026-07-02 models.dev
source l 2026-11-12 litellm 1.0
source c 2026-11-12 our contract
model acme/big
 family big
 tokenizer grand
provider acme
offer big
 model acme/big
 rate l input 1 output 2
 not m input 3
offer old
 model acme/old
 rate ml input 1
offer ours
 model acme/ours
 rate c input 0.5
offer silent
 model acme/silent
";

/// LiteLLM's map with models of `acme` at these prices for a token, whose page is quoted.
fn litellm(models: &[(&str, &str)]) -> Loaded {
    let row = |(name, price): &(&str, &str)| {
        format!(
            r#""acme/{name}":{{"litellm_provider":"acme","mode":"chat","source":"https://acme.example","input_cost_per_token":{price}}}"#
        )
    };
    let text = format!("{{{}}}", models.iter().map(row).collect::<Vec<_>>().join(","));
    Shape::LiteLlm.load(text.as_bytes(), "litellm", "2026-11-20").unwrap()
}

fn input(catalog: &Catalog, native: &str) -> Option<String> {
    let offer = catalog.offer("acme", native)?;
    let bill = offer.bill(&usage(1_000_000, 0), &Facts::new(), moment("2026-11-21 12:00"))?;
    Some(bill.cost.amount.to_string())
}

#[test]
fn what_a_list_says_now_stands_in_the_place_of_what_it_said() {
    let catalog = base(BASE).renew(&[litellm(&[("big", "4e-6")])]).unwrap().rows.pack().unwrap();

    assert_eq!(input(&catalog, "big").as_deref(), Some("$4.00"));
    // Another list still has it, and a contract is nobody else's to change.
    assert_eq!(input(&catalog, "old").as_deref(), Some("$1.00"));
    assert_eq!(input(&catalog, "ours").as_deref(), Some("$0.50"));
    assert!(catalog.offer("acme", "silent").is_some());
    assert_eq!(catalog.model("acme/big").unwrap().0.tokenizer(), "grand");
    let by: Vec<String> = catalog.sources().map(|(name, day)| format!("{name} {day}")).collect();
    assert_eq!(by, ["litellm 2026-11-20", "models.dev 2026-07-02", "our contract 2026-11-12"]);
    let charge = catalog.offer("acme", "ours").unwrap().card().charges().next().unwrap();
    assert_eq!(charge.sources().map(|(name, _)| name).collect::<Vec<_>>(), ["our contract"]);
}

#[test]
fn what_the_only_list_that_had_it_has_no_more_is_gone() {
    let text = BASE.replace(" rate ml input 1", " rate l input 1");
    let newer = base(&text).renew(&[litellm(&[("big", "1e-6"), ("new", "2e-6")])]).unwrap();
    let newer = newer.rows.pack().unwrap();

    let diff = base(&text).diff(&newer);

    assert_eq!(diff.gone, ["old@acme"]);
    assert_eq!(diff.new, ["new@acme"]);
}

#[test]
fn what_a_provider_lists_of_itself_goes_before_what_others_read_on_its_page() {
    let mut listed = nohop_types::Listed::new("big");
    let price = "0.000007".parse().unwrap();
    listed.rates.push(nohop_types::Rate::new(nohop_types::Unit::Input, price));
    let own = Loaded::lists([("acme", &[listed][..])], "2026-11-21").unwrap();

    let merged = base(BASE).renew(&[litellm(&[("big", "4e-6")]), own]).unwrap();

    let catalog = merged.rows.pack().unwrap();
    assert_eq!(input(&catalog, "big").as_deref(), Some("$7.00"));
    let disputed = catalog.offer("acme", "big").unwrap().card().disputed().count();
    assert_eq!(disputed, 2, "what was not taken is kept beside it");
}

#[test]
fn a_list_of_ones_own_with_a_price_in_another_unit_or_a_model_twice_is_refused() {
    let mut listed = nohop_types::Listed::new("big");
    listed.rates.push(nohop_types::Rate::new(nohop_types::Unit::Input, "3".parse().unwrap()));
    let lists = |models: &[nohop_types::Listed]| Loaded::lists([("acme", models)], "2026-11-21");

    let error = lists(&[listed]).unwrap_err();
    assert!(error.to_string().starts_with("acme/big has a price for input"), "{error}");
    let twice = [nohop_types::Listed::new("big"), nohop_types::Listed::new("big")];
    assert_eq!(lists(&twice).unwrap_err().reason, "is there twice");
}

#[test]
fn a_catalog_that_nothing_newer_is_known_of_stays_what_it_is() {
    let catalog = base(BASE);

    let renewed = catalog.renew(&[]).unwrap().rows.pack().unwrap();

    assert_eq!(catalog.diff(&renewed).to_string(), crate::Diff::default().to_string());
}

#[cfg(feature = "catalog")]
#[test]
fn the_bundled_catalog_stays_what_it_is_where_one_list_says_nothing_new() {
    let bundled = Catalog::bundled();

    let diff = bundled.diff(&bundled.renew(&[]).unwrap().rows.pack().unwrap());

    assert_eq!(diff.to_string(), crate::Diff::default().to_string());
}

#[test]
fn the_doors_of_openrouters_endpoints_have_prices_of_their_own() {
    let models =
        r#"{"data":[{"id":"acme/big","pricing":{"prompt":"0.000001","completion":"0.000002"}}]}"#;
    let doors = r#"{"data":{"id":"acme/big","endpoints":[
        {"tag":"hosta/fp8","quantization":"fp8","pricing":{"prompt":"0.000003","completion":"0.000002"}},
        {"tag":"hostb","quantization":"fp8","pricing":{"prompt":"0.000001","completion":"0.000002"}}]}}"#;
    let mut loaded = Shape::OpenRouter.load(models.as_bytes(), "openrouter", "2026-11-21").unwrap();

    loaded.endpoints(doors.as_bytes()).unwrap();

    let catalog = loaded.rows.pack().unwrap();
    let offer = catalog.offer("openrouter", "acme/big").unwrap();
    let cost = |facts: Facts<'_>| {
        let bill = offer.bill(&usage(1_000_000, 0), &facts, moment("2026-11-21 12:00")).unwrap();
        bill.cost.amount.to_string()
    };
    assert_eq!(offer.quantization(), "fp8");
    assert_eq!(
        (cost(Facts::new()), cost(Facts::new().door("hosta/fp8"))),
        ("$1.00".into(), "$3.00".into())
    );
    for bad in [
        doors.replace("0.000003", "-3"),
        doors.replace("hostb", "hosta/fp8"),
        doors.replace("acme/big", "acme/small"),
        doors.replace("\"tag\":\"hostb\",", ""),
        doors.replace("0.000003", "NaN"),
    ] {
        let before = loaded.rows.text();
        assert!(loaded.endpoints(bad.as_bytes()).is_err(), "{bad}");
        assert_eq!(loaded.rows.text(), before, "nothing of it was taken over");
    }
}
