use super::*;

fn sizes(inputs: usize, most: usize, expected: &[usize]) {
    let request = EmbedRequest::new("m").texts((0..inputs).map(|number| number.to_string()));
    let calls: Vec<_> = EmbedCall::new(&request, "m", "/").split(most).collect();
    let found: Vec<usize> = calls.iter().map(|call| call.inputs.len()).collect();
    assert_eq!(found, expected, "{inputs} by {most}");
    let again: Vec<EmbedInput> = calls.iter().flat_map(|call| call.inputs).cloned().collect();
    assert_eq!(again, request.inputs);
}

fn refused(vectors: &[Vec<f32>], inputs: usize, words: &str) {
    let error = whole(vectors, inputs).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Protocol, words));
}

#[test]
fn a_call_is_split_into_calls_of_at_the_most_so_many_inputs() {
    sizes(5, 2, &[2, 2, 1]);
    sizes(4, 2, &[2, 2]);
    sizes(3, usize::MAX, &[3]);
    sizes(2, 0, &[1, 1]);
    sizes(0, 2, &[]);
}

#[test]
fn an_answer_has_one_vector_of_numbers_for_each_input() {
    assert!(whole(&[vec![1.0], vec![2.0]], 2).is_ok());
    refused(&[vec![1.0]], 2, "the answer has 1 vectors for 2 inputs");
    refused(&[vec![1.0], vec![]], 2, "the vector of the input 1 is empty");
    refused(&[vec![1.0], vec![1.0, 2.0]], 2, "one vector has 1 numbers, that of the input 1 2");
    refused(&[vec![f32::NAN]], 1, "the vector of the input 0 holds what is no number");
}
