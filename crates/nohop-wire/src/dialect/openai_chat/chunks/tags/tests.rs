use super::*;

fn check(content: &str, thinking: &str, text: &str) {
    for size in 1..=content.len() {
        let mut splitter = Splitter::default();
        let (mut thought, mut said) = (String::new(), String::new());
        let mut take = |(a, b): (String, String)| {
            thought.push_str(&a);
            said.push_str(&b);
        };
        for piece in content.as_bytes().chunks(size) {
            take(splitter.split(std::str::from_utf8(piece).unwrap()));
        }
        take(splitter.rest());
        assert_eq!((&*thought, &*said), (thinking, text), "{content} in pieces of {size}");
    }
}

#[test]
fn thinking_is_told_from_text_however_it_is_cut() {
    check("<think>Hm, 1 < 2</think>Yes", "Hm, 1 < 2", "Yes");
    check("\n<think></think>\n\nYes", "", "\n\nYes");
    check("No tags, a < b", "", "No tags, a < b");
    check("<thin", "", "<thin");
    check("<think>cut </thi", "cut </thi", "");
    check("<think>a</think>b<think>c</think>", "a", "b<think>c</think>");
}
