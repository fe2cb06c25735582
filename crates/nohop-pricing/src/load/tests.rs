use super::*;
use crate::testing::{moment, usage};
use crate::{Facts, Rows};

const GENAI: &str = r#"[{"id":"acme","models":[
    {"id":"big","match":{"or":[{"equals":"big"},{"starts_with":"big-2"},{"regex":"^large-\\d{8}$"}]},"context_window":1000,
     "prices":[
        {"constraint":null,"prices":{"input_mtok":1,"output_mtok":{"base":2,"tiers":[{"start":200000,"price":3}]}}},
        {"constraint":{"start_date":"2026-06-01"},"prices":{"input_mtok":0.5,"output_mtok":2}}],
     "price_variants":[{"when":{"service_tier":"flex"},"prices":{"input_mtok":0.25}}]}]}]"#;

const LITELLM: &str = r#"{"sample_spec":{"mode":"one of"},"acme/big":{"litellm_provider":"acme","mode":"chat","max_input_tokens":1000,
    "input_cost_per_token":1e-06,"output_cost_per_token":2e-06,"cache_creation_input_token_cost_above_1hr_above_200k_tokens_batches":4e-06,
    "input_cost_per_token_priority":2e-06,"supports_vision":true,"supports_function_calling":true,"deprecation_date":"2027-01-01",
    "search_context_cost_per_query":{"search_context_size_low":0.01,"search_context_size_high":0.02},
    "search_free_requests":{"count":5,"period":"day","shared_group":"g"},
    "off_peak_pricing":{"input_cost_per_token":5e-07,"windows":[{"hours_utc":["10:00-00:00"],"weekdays":[1,2]}]},
    "provider_specific_entry":{"us":1.1},"source":"https://acme.example/prices"}}"#;

const MODELS_DEV: &str = r#"{"acme":{"models":{"big":{"name":"Big","family":"big","release_date":"2026-01-02","reasoning":true,"tool_call":true,
    "modalities":{"input":["text","pdf"],"output":["text"]},"limit":{"context":1000,"output":100},
    "cost":{"input":1.0,"output":2.0,"tiers":[{"tier":{"type":"context","size":200000},"input":2.0,"output":4.0}]}}}}}"#;

const OPENROUTER: &str = r#"{"data":[{"id":"acme/big","name":"Acme: Big","created":1767225600,"context_length":1000,
    "pricing":{"prompt":"0.000001","completion":"0.000002","image":"0","overrides":[{"min_prompt_tokens":200000,"prompt":"0.000002"}]}},
    {"id":"openrouter/auto","pricing":{"prompt":"-1","completion":"-1"}}]}"#;

fn load(shape: Shape, text: &str) -> Result<Loaded, Error> {
    shape.load(text.as_bytes(), "a test", "2026-11-12")
}

fn cost(
    shape: Shape,
    text: &str,
    provider: &str,
    native: &str,
    at: &str,
    facts: &Facts<'_>,
) -> String {
    let catalog = load(shape, text).unwrap().rows.pack().unwrap();
    let offer = catalog.offer(provider, native).unwrap();
    offer.bill(&usage(1_000_000, 1_000_000), facts, moment(at)).unwrap().cost.amount.to_string()
}

#[test]
fn genai_prices_is_read_with_its_dates_bounds_variants_and_names() {
    let cost =
        |native, at, facts: Facts<'_>| cost(Shape::GenaiPrices, GENAI, "acme", native, at, &facts);
    assert_eq!(
        cost("big", "2026-01-01 00:00", Facts::new()),
        "$4.00",
        "the prompt is past the bound"
    );
    assert_eq!(cost("big-2-fast", "2026-11-01 00:00", Facts::new()), "$2.50");
    assert_eq!(cost("large-20260101", "2026-11-01 00:00", Facts::new().tier("flex")), "$2.25");
}

#[test]
fn litellm_is_read_with_what_its_names_say() {
    let loaded = load(Shape::LiteLlm, LITELLM).unwrap();
    let text = loaded.rows.providers_text().map(|(_, text)| text).collect::<String>();
    for line in [
        " rate l input 1 output 2",
        " rate l cache_write_1h 4 when >200000 processing=batch",
        " rate l input 2 when tier=priority",
        " rate l web_search 0.01 when search=low",
        " rate l input 0.5 when utc=10:00-00:00/12",
        " times l 1.1 when region=us",
        " free l web_search 5 day g",
        " retires 2027-01-01",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let cost = |at| cost(Shape::LiteLlm, LITELLM, "acme", "big", at, &Facts::new());
    assert_eq!(cost("2026-11-10 12:00"), "$2.50", "a Tuesday, past ten");
    assert_eq!(cost("2026-11-12 12:00"), "$3.00", "a Thursday");
}

#[test]
fn models_dev_and_openrouter_are_read_with_their_bounds() {
    let at = "2026-11-12 12:00";
    assert_eq!(cost(Shape::ModelsDev, MODELS_DEV, "acme", "big", at, &Facts::new()), "$6.00");
    assert_eq!(
        cost(Shape::OpenRouter, OPENROUTER, "openrouter", "acme/big", at, &Facts::new()),
        "$4.00"
    );
    let auto = load(Shape::OpenRouter, OPENROUTER).unwrap().rows.pack().unwrap();
    assert!(auto.offer("openrouter", "openrouter/auto").unwrap().card().is_unknown());
}

#[test]
fn what_is_no_price_is_refused_and_the_row_is_named() {
    let genai = |price: &str| {
        (
            Shape::GenaiPrices,
            GENAI.replace(r#""input_mtok":1,"#, &format!(r#""input_mtok":{price},"#)),
        )
    };
    let litellm = |price: &str| {
        (
            Shape::LiteLlm,
            LITELLM.replace(
                r#""input_cost_per_token":1e-06"#,
                &format!(r#""input_cost_per_token":{price}"#),
            ),
        )
    };
    let models_dev = |price: &str| {
        (Shape::ModelsDev, MODELS_DEV.replace(r#""input":1.0"#, &format!(r#""input":{price}"#)))
    };
    let openrouter = |price: &str| (Shape::OpenRouter, OPENROUTER.replace(r#""0.000001""#, price));
    let bad = [
        // Negative, huge, no number, of another kind, of another unit.
        (genai("-1"), "acme/big/input_mtok"),
        (genai("1e300"), "acme/big/input_mtok"),
        (genai("NaN"), ""),
        (genai("true"), "acme/big/input_mtok"),
        (genai("0.000001"), "acme/big/input_mtok"),
        (genai("[1]"), "acme/big/input_mtok"),
        (litellm("-1e-06"), "acme/big/input_cost_per_token"),
        (litellm("3.0"), "acme/big/input_cost_per_token"),
        (litellm("\"free\""), "acme/big/input_cost_per_token"),
        (litellm("1e-20"), "acme/big/input_cost_per_token"),
        (models_dev("-0.5"), "acme/big/input"),
        (models_dev("1000000"), "acme/big/input"),
        (openrouter("\"-0.5\""), "acme/big/prompt"),
        (openrouter("\"NaN\""), "acme/big/prompt"),
        (openrouter("1e9999"), "acme/big/prompt"),
    ];
    for ((shape, text), row) in bad {
        let error = load(shape, &text).unwrap_err();
        assert!(error.row.starts_with(row), "{error}: not at {row}");
        assert!(error.to_string().ends_with("the catalog is refused"), "{error}");
    }
}

#[test]
fn what_is_there_twice_or_half_or_nested_without_end_is_refused() {
    let twice = LITELLM.replacen("\"mode\":\"chat\"", "\"mode\":\"chat\",\"mode\":\"chat\"", 1);
    assert_eq!(load(Shape::LiteLlm, &twice).unwrap_err().row, "acme/big/mode");
    let model =
        GENAI.replace(r#"]}]}]"#, r#"]},{"id":"big","match":{"equals":"big"},"prices":{}}]}]"#);
    let error = load(Shape::GenaiPrices, &model).unwrap_err();
    assert_eq!((error.row.as_str(), error.reason.as_str()), ("acme/big", "is there twice"));
    let deep =
        LITELLM.replace("\"chat\"", &format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)));
    assert_eq!(load(Shape::LiteLlm, &deep).unwrap_err().row, "acme/big");
    for shape in [Shape::GenaiPrices, Shape::LiteLlm, Shape::ModelsDev, Shape::OpenRouter] {
        let whole = match shape {
            Shape::GenaiPrices => GENAI,
            Shape::LiteLlm => LITELLM,
            Shape::ModelsDev => MODELS_DEV,
            Shape::OpenRouter => OPENROUTER,
        };
        for end in 0..whole.len() {
            assert!(load(shape, &whole[..end]).is_err(), "{shape:?} cut at {end}");
        }
        for text in
            ["", "null", "{}", "[]", "7", "\"x\"", "{\"data\":[]}", "{\"a\":{}}", "[[[[[[", "\u{0}"]
        {
            assert!(load(shape, text).is_err(), "{shape:?} of {text}");
        }
        assert!(load(shape, &"[".repeat(1_000_000)).is_err());
    }
}

#[test]
fn what_is_no_catalog_by_its_size_is_not_even_read() {
    // Nothing of it is looked at, so that a sparse gigabyte is as good as a full one.
    let large = vec![b' '; MOST_BYTES + 1];
    let error = Shape::LiteLlm.load(&large, "large", "2026-11-12").unwrap_err();
    assert_eq!(error.row, "the file");
    let error = Shape::LiteLlm.load(b"\xff\xfe{}", "no text", "2026-11-12").unwrap_err();
    assert_eq!(error.reason, "is not text");
    assert!(Shape::LiteLlm.load(LITELLM.as_bytes(), "undated", "soon").is_err());
}

#[test]
fn noise_is_rounded_once_and_counted() {
    let noisy = MODELS_DEV.replace("\"input\":1.0", "\"input\":0.08333333333333334");
    let loaded = load(Shape::ModelsDev, &noisy).unwrap();
    assert_eq!(loaded.rounded, 1);
    assert!(loaded.rows.text().contains("input 0.083333333333"), "{}", loaded.rows.text());
    assert_eq!(load(Shape::ModelsDev, MODELS_DEV).unwrap().rounded, 0);
}

#[test]
fn what_nothing_here_can_say_is_passed_over_and_counted() {
    let odd = LITELLM.replace("\"mode\"", "\"output_cost_per_second_1080p\":0.1,\"mode\"");
    let loaded = load(Shape::LiteLlm, &odd).unwrap();
    assert_eq!(loaded.passed.get("output_cost_per_second_1080p"), Some(&1));
    let _: &Rows = &loaded.rows;
}

proptest::proptest! {
    #[test]
    fn no_catalog_brings_the_loader_down(text in "\\PC{0,200}", place in 0_usize..600) {
        for (shape, whole) in [(Shape::GenaiPrices, GENAI), (Shape::LiteLlm, LITELLM), (Shape::ModelsDev, MODELS_DEV), (Shape::OpenRouter, OPENROUTER)] {
            let _ = load(shape, &text);
            let place = (0..=place.min(whole.len())).rev().find(|place| whole.is_char_boundary(*place)).unwrap_or(0);
            if let Ok(loaded) = load(shape, &format!("{}{text}{}", &whole[..place], &whole[place..])) {
                let _ = loaded.rows.pack();
            }
        }
    }
}
