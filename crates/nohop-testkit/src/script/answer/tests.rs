use super::{fragments, pieces};

#[test]
fn pieces_join_to_the_text() {
    for text in ["", "one", "Grüße aus  Zürich\n", " a b", "   "] {
        for words in 1..4 {
            assert_eq!(pieces(text, words).concat(), text);
            assert_eq!(fragments(text, words).concat(), text);
        }
    }
    assert_eq!(pieces("one two three", 2), ["one two", " three"]);
}
