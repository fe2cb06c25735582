use crate::Rows;
use crate::testing::TEXT;

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
