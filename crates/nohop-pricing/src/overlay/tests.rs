use crate::testing::{moment, usage};
use crate::{Facts, Rows};

const ROWS: &str = "source t 2026-11-12 a test
model acme/big
provider acme
offer big
 model acme/big
 limits 1000 100
 rate t input 1 output 2
 rate t input 5 when >1000
";

fn laid(toml: &str) -> Result<Rows, crate::Error> {
    let mut rows = Rows::read(ROWS).unwrap();
    rows.overlay(toml).map(|()| rows)
}

#[test]
fn what_is_laid_over_wins() {
    let rows = laid(
        r#"
        source = "our contract"
        [[offer]]
        provider = "acme"
        native = "big"
        rates = [{ input = "0.5", output = 1 }, { input = 0.25, when = "tier=flex" }]
        times = [{ factor = "1.1", when = "region=us" }]
        [[offer]]
        provider = "ours"
        native = "big-7"
        model = "acme/big"
        quantization = "fp8"
        data = "forgets"
        also = ["big-latest"]
        rates = [{ input = 3 }]
        "#,
    );
    let catalog = rows.unwrap().pack().unwrap();
    let cost = |provider, native, facts| {
        let offer = catalog.offer(provider, native).unwrap();
        let bill = offer.bill(&usage(1_000_000, 0), &facts, moment("2026-11-12 12:00")).unwrap();
        bill.cost.amount.to_string()
    };
    assert_eq!(cost("acme", "big", Facts::new()), "$0.50");
    assert_eq!(cost("acme", "big", Facts::new().tier("flex")), "$0.25");
    assert_eq!(cost("acme", "big", Facts::new().region("us")), "$0.55");
    assert_eq!(cost("ours", "big-latest", Facts::new()), "$3.00");
    assert_eq!(catalog.offer("acme", "big").unwrap().context(), Some(1_000));
    let ours = catalog.offer("ours", "big-7").unwrap();
    assert_eq!((ours.quantization(), ours.data()), ("fp8", "forgets"));
    let charge = catalog.offer("acme", "big").unwrap().card().charges().next().unwrap();
    assert_eq!(charge.sources().map(|(name, _)| name).collect::<Vec<_>>(), ["our contract"]);
    assert_eq!(catalog.model("acme/big").unwrap().0.offers().count(), 2);
}

#[test]
fn a_slip_is_no_price() {
    for toml in [
        "offers = []",
        "[[offer]]\nnative = \"a\"",
        "[[offer]]\nprovider = \"a\"\nnative = \"b\"\nrate = []",
        "[[offer]]\nprovider = \"a\"\nnative = \"b\"\nrates = [{ inputs = 1 }]",
        "[[offer]]\nprovider = \"a\"\nnative = \"b\"\nrates = [{ input = -1 }]",
        "[[offer]]\nprovider = \"a\"\nnative = \"b\"\nrates = [{ input = nan }]",
        "[[offer]]\nprovider = \"a\"\nnative = \"b\"\nrates = [{ input = 1, when = \"often\" }]",
        "[[offer]]\nprovider = \"a\\nb\"\nnative = \"b\"",
        "day = \"yesterday\"",
        "[[offer]",
    ] {
        assert!(laid(toml).is_err(), "{toml}");
    }
}
