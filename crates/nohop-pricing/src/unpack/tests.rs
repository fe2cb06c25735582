use crate::Rows;
use crate::testing::TEXT;

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
