use crate::{Fault, Script};

#[test]
fn the_first_rule_that_speaks_for_a_call_is_applied() {
    let script = Script::openai()
        .fault_at(2, Fault::Hang)
        .faults([Some(Fault::Reset), Some(Fault::Close), None])
        .fault(Fault::ServerError);

    let applied: Vec<Option<&Fault>> = (1..=4).map(|call| script.fault_of(call)).collect();

    let expected = [Some(&Fault::Reset), Some(&Fault::Hang), None, Some(&Fault::ServerError)];
    assert_eq!(applied, expected);
}

#[test]
fn a_call_that_fails_does_not_use_up_an_answer() {
    let script = Script::openai().says("one").then().says("two").fault_at(2, Fault::Reset);

    let texts: Vec<String> = (1..=4).map(|call| script.answer_of(call).text()).collect();

    assert_eq!(texts, ["one", "two", "two", "two"]);
}
