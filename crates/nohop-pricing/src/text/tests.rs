use crate::Rows;

const TEXT: &str = "source g 2026-11-10 genai-prices 0.2.3
source l 2026-11-12 litellm 1.109.1
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
 rate l cache_read 0.05
 rate gl input 1 when >200000 tier=flex from=2026-01-01 until=2026-12-31 utc=01:00-04:00/12345 utc=22:00-00:30
 rate g input 2 when >=1000+
 not l input 0.6
 times l 1.1 when region=us
 free l web_search 5000 month group
provider other
";

#[test]
fn what_is_written_is_what_was_read() {
    let rows = Rows::read(TEXT).unwrap();
    let again = Rows::read(&rows.text()).unwrap();
    assert_eq!(again.text(), rows.text());
    let mut lines: Vec<&str> = TEXT.lines().collect();
    let written = rows.text();
    lines.retain(|line| !written.lines().any(|other| other == *line));
    assert_eq!(lines, Vec::<&str>::new());
}

#[test]
fn a_line_that_says_nothing_is_named() {
    for line in ["nonsense", "offer big", " rate t input 1", "model", "source"] {
        let error = Rows::read(line).unwrap_err();
        assert!(error.row.starts_with("line 1: "), "{error}");
    }
    let bad = "source t 2026-11-12 x\nprovider a\noffer b\n";
    for line in [
        " rate t inputs 1",
        " rate t input -1",
        " rate t input",
        " rate x input 1",
        " rate t input 1 when sometimes",
        " rate t input 1 when from=2026-13-01",
        " rate t input 1 when utc=25:00-26:00",
        " rate t input 1 when >99999999999",
        " limits 1",
        " sings well",
    ] {
        let error = Rows::read(&format!("{bad}{line}")).unwrap_err();
        assert!(error.row.starts_with("line 4: "), "{error}");
    }
}
