use crate::Rows;

const TEXT: &str = "source g 2026-11-10 one
source l 2026-11-12 two
model acme/big
 name Big
 also acme/large
 family big
 limits 1000 100
 reads text image
 writes text
 can tools schema
 cannot prefill
 efforts low high
 budget 1024 64000
 tokenizer acme
 cutoff 2025-01-01
 released 2025-06-01
 retires 2027-01-01
 successor acme/bigger
 score 56.9 2025-06-02 Some Test
model acme/bigger
provider acme
 fallback other
 pattern big-* = big
offer big
 model acme/big
 also big-latest
 limits 900 90
 retires 2026-12-31
 region eu
 quantization fp8
 data no training
 rate gl input 0.5 output 2
 rate gl input 1 when >200000 tier=flex from=2026-01-01 until=2026-12-31 utc=01:00-04:00/12345 utc=22:00-00:30
 rate g input 2 when >=1000+
 not l input 0.6
 times l 1.1 when region=us
 free l web_search 5000 month group
provider other
offer x
";

#[test]
fn what_is_packed_comes_back_as_it_was() {
    let rows = Rows::read(TEXT).unwrap();
    assert_eq!(rows.pack().unwrap().rows().text(), rows.text());
}

#[test]
#[cfg(feature = "catalog")]
fn the_bundled_catalog_comes_back_as_it_was() {
    let catalog = crate::Catalog::bundled();
    let again = catalog.rows().pack().unwrap();
    assert_eq!(catalog.diff(&again), crate::Diff::default());
    assert_eq!(catalog.version(), again.version());
}
