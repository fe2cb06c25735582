use crate::{Naming, Rows};

const TEXT: &str = "source t 2026-11-12 a test
model acme/big-1
 family big
 released 2025-01-01
 retires 2026-01-01
 successor acme/big-2
model acme/big-2
 also acme/large
 family big
 released 2026-01-01
model acme/big-3
 family big
 released 2027-01-01
provider acme
 pattern big-2-####x = big-2
offer Big-2
 model acme/big-2
 rate t input 1
offer big-1
 model acme/big-1
 rate t input 2
provider host
 fallback acme
offer acme/big-2
 model acme/big-2
 also b2
 rate t input 3
";

#[test]
fn a_model_is_found_by_every_name_it_has() {
    let catalog = Rows::read(TEXT).unwrap().pack().unwrap();
    let find = |name| catalog.model(name).map(|(model, naming)| (model.slug(), naming));
    assert_eq!(find("acme/big-2"), Some(("acme/big-2", Naming::Slug)));
    assert_eq!(find("ACME/Big-2"), Some(("acme/big-2", Naming::Slug)));
    assert_eq!(find("acme/large"), Some(("acme/big-2", Naming::Alias)));
    assert_eq!(
        find("~acme/big-latest"),
        Some(("acme/big-2", Naming::Family)),
        "the next is not there yet"
    );
    assert_eq!(find("acme/big-2-2026-03-04"), Some(("acme/big-2", Naming::Snapshot)));
    assert_eq!(find("acme/none"), None);
    assert_eq!(find(""), None);
}

#[test]
fn a_retired_model_names_its_successor() {
    let catalog = Rows::read(TEXT).unwrap().pack().unwrap();
    let (model, _) = catalog.model("acme/big-1").unwrap();
    assert!(model.is_retired(crate::testing::moment("2026-01-01 00:00")));
    assert!(!model.is_retired(crate::testing::moment("2025-12-31 23:59")));
    assert_eq!(model.successor().unwrap().slug(), "acme/big-2");
    assert_eq!(model.retires().as_deref(), Some("2026-01-01"));
}

#[test]
fn an_offer_is_found_by_the_names_its_provider_has_for_it() {
    let catalog = Rows::read(TEXT).unwrap().pack().unwrap();
    let find = |provider, native| catalog.offer(provider, native).map(|offer| format!("{offer:?}"));
    assert_eq!(find("acme", "big-2").as_deref(), Some("Big-2@acme"));
    assert_eq!(find("acme", "big-1-20250101").as_deref(), Some("big-1@acme"));
    assert_eq!(find("host", "B2").as_deref(), Some("acme/big-2@host"));
    assert_eq!(find("host", "big-1").as_deref(), Some("big-1@acme"), "at the other's price");
    assert_eq!(find("host", "big-9"), None);
    assert_eq!(find("nobody", "big-1"), None);
}

#[test]
fn the_offers_of_a_model_lie_together() {
    let catalog = Rows::read(TEXT).unwrap().pack().unwrap();
    let (model, _) = catalog.model("acme/big-2").unwrap();
    let offers: Vec<String> = model.offers().map(|offer| format!("{offer:?}")).collect();
    assert_eq!(offers, ["Big-2@acme", "acme/big-2@host"]);
    assert_eq!(catalog.offers().count(), 3);
    assert_eq!(catalog.providers().collect::<Vec<_>>(), ["acme", "host"]);
}

#[test]
fn two_catalogs_that_differ_have_different_versions() {
    let one = Rows::read(TEXT).unwrap().pack().unwrap();
    let other = Rows::read(&TEXT.replace("input 3", "input 4")).unwrap().pack().unwrap();
    assert_ne!(one.version(), other.version());
    assert_eq!(one.version(), Rows::read(TEXT).unwrap().pack().unwrap().version());
    assert!(one.version().starts_with("2026-11-12."), "{}", one.version());
}

#[test]
#[cfg(feature = "catalog")]
fn the_bundled_catalog_can_be_read_whole() {
    let catalog = crate::Catalog::bundled();
    for offer in catalog.offers() {
        assert!(!offer.provider().is_empty() && !offer.native().is_empty());
        assert!(catalog.offer(offer.provider(), offer.native()).is_some());
        for charge in offer.card().charges() {
            assert!(charge.meter().is_some());
            assert!(charge.sources().next().is_some(), "{offer:?} has a figure without a source");
        }
    }
    for model in catalog.models() {
        assert!(catalog.model(model.slug()).is_some());
    }
}

#[test]
#[cfg(feature = "catalog")]
fn the_bundled_catalog_is_what_its_text_says() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    let mut text = read(data.join("sources.txt")) + &read(data.join("models.txt"));
    let offers = std::fs::read_dir(data.join("offers")).unwrap();
    let mut offers: Vec<_> = offers.map(|entry| entry.unwrap().path()).collect();
    offers.sort();
    offers.into_iter().for_each(|path| text.push_str(&read(path)));
    let said = Rows::read(&text).unwrap().pack().unwrap();
    let same = said.as_bytes() == crate::Catalog::bundled().as_bytes();
    assert!(
        same,
        "pack it anew: cargo run -p nohop-pricing --features load --bin import-prices -- pack"
    );
}

#[test]
fn a_catalog_of_nothing_knows_nothing_and_can_be_asked_everything() {
    let catalog = crate::Catalog::default();
    assert_eq!(
        catalog.models().count() + catalog.offers().count() + catalog.providers().count(),
        0
    );
    assert!(
        catalog.model("openai/gpt-4o").is_none() && catalog.offer("openai", "gpt-4o").is_none()
    );
    assert_eq!(catalog.rows().pack().unwrap().offers().count(), 0);
    assert_eq!(catalog.diff(&catalog), crate::Diff::default());
}
