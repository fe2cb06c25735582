//! The bytes that the works read and the requests that they write.

use nohop_types::Request;

/// How many events the stream of a dialect has.
pub const EVENTS: usize = 1_000;

/// As much as a socket hands out at once when the answer is faster than the reader.
pub const READ: usize = 16 << 10;

/// As much as a network packet carries.
pub const PACKET: usize = 1_400;

/// The data of a typical event of a Chat Completions stream.
pub const CHUNK: &str = r#"{"id":"chatcmpl-CkZ3vX1y2z3A4b5C6d7E8f9G0h1I2","object":"chat.completion.chunk","created":1763600000,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_560af6e559","choices":[{"index":0,"delta":{"content":" brown"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"a1B2c3D4e5"}"#;

/// How many answers are read in one pass of a work that reads whole ones.
pub const ANSWERS: usize = 100;

/// A typical whole answer of Chat Completions, of 1.0 KB.
pub const OPENAI_ANSWER: &str = r#"{"id":"chatcmpl-CkZ3vX1y2z3A4b5C6d7E8f9G0h1I2","object":"chat.completion","created":1763600000,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"At sunset the light of the sun crosses far more air than at noon, so that most of the blue is scattered out of its path before it reaches you, and orange and red are what is left of it.\n\nDust does matter: fine particles scatter the short waves further and deepen the red, as after the eruption of a volcano, while coarse ones, such as the droplets of a haze, scatter all colours alike and wash the sky out to a pale grey.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":57,"completion_tokens":96,"total_tokens":153,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_560af6e559"}"#;

/// The same of Messages.
pub const ANTHROPIC_ANSWER: &str = r#"{"model":"claude-sonnet-4-5-20250929","id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant","content":[{"type":"text","text":"At sunset the light of the sun crosses far more air than at noon, so that most of the blue is scattered out of its path before it reaches you, and orange and red are what is left of it.\n\nDust does matter: fine particles scatter the short waves further and deepen the red, as after the eruption of a volcano, while coarse ones, such as the droplets of a haze, scatter all colours alike and wash the sky out to a pale grey."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":57,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":96,"service_tier":"standard","inference_geo":"not_available"}}"#;

/// The model that the requests ask.
pub const MODEL: &str = "gpt-4o-mini";

/// What the requests are told before the conversation begins.
pub const SYSTEM: &str = "You are a concise assistant. Answer in one sentence.";

/// What the requests ask in the end.
pub const QUESTION: &str = "Why is the sky red at sunset, and does the colour depend on how much dust there is in the air over the horizon?";

/// How many turns lie between the two.
pub const TURNS: usize = 40;

/// The most tokens that [`capped_conversation`] asks for.
pub const MOST_TOKENS: u64 = 1_024;

const WORDS: [&str; 4] = [" the", " quick", " brown", " fox"];

/// A Chat Completions stream from its middle: [`EVENTS`] events, each with one word.
pub fn openai_stream() -> Vec<u8> {
    let event = |word| format!("data: {}\n\n", CHUNK.replace(" brown", word));
    words().map(event).collect::<String>().into_bytes()
}

/// What a Chat Completions stream begins with, and its first word.
pub fn openai_head() -> Vec<u8> {
    let role = r#""delta":{"role":"assistant","content":"","refusal":null}"#;
    let chunk = CHUNK.replace(r#""delta":{"content":" brown"}"#, role);
    format!("data: {chunk}\n\ndata: {CHUNK}\n\n").into_bytes()
}

/// A Messages stream from its middle: [`EVENTS`] events, each with one word.
///
/// The provider pads its events with spaces, so that their lengths do not tell the words.
pub fn anthropic_stream() -> Vec<u8> {
    let mut stream = String::new();
    for (place, word) in words().enumerate() {
        let padding = " ".repeat(place % 14);
        stream += "event: content_block_delta\n";
        stream += r#"data: {"type":"content_block_delta","index":0,"#;
        stream += &format!(r#""delta":{{"type":"text_delta","text":"{word}"}}{padding}}}"#);
        stream += "\n\n";
    }
    stream.into_bytes()
}

/// What a Messages stream begins with.
pub fn anthropic_head() -> Vec<u8> {
    let events = [
        r#"{"type":"message_start","message":{"id":"msg_01","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":57,"output_tokens":1}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
    ];
    events.map(|event| format!("data: {event}\n\n")).concat().into_bytes()
}

/// A Responses stream from its middle: [`EVENTS`] events, each with one word.
///
/// The provider pads its events, so that their lengths do not tell the words.
pub fn responses_stream() -> Vec<u8> {
    let mut stream = String::new();
    for (place, word) in words().enumerate() {
        let padding = &"a1B2c3D4e5F6g7H8"[..16 - word.len()];
        stream += "event: response.output_text.delta\n";
        stream += r#"data: {"type":"response.output_text.delta","content_index":0,"#;
        stream += &format!(r#""delta":"{word}","item_id":"{ITEM}","logprobs":[],"#);
        stream += &format!(r#""obfuscation":"{padding}","output_index":0,"#);
        stream += &format!("\"sequence_number\":{}}}\n\n", place + 5);
    }
    stream.into_bytes()
}

/// What a Responses stream begins with, and its first word.
pub fn responses_head() -> Vec<u8> {
    let item = format!(r#"{{"id":"{ITEM}","type":"message","role":"assistant","content":[]}}"#);
    let events = [
        r#"{"type":"response.created","response":{"id":"resp_01","model":"gpt-4o-mini","status":"in_progress","output":[]}}"#.to_owned(),
        format!(r#"{{"type":"response.output_item.added","output_index":0,"item":{item}}}"#),
        format!(r#"{{"type":"response.output_text.delta","output_index":0,"item_id":"{ITEM}","content_index":0,"delta":"Well,"}}"#),
    ];
    events.map(|event| format!("data: {event}\n\n")).concat().into_bytes()
}

/// What a Responses stream ends with, which says all of an answer of `bytes` again.
pub fn responses_end(bytes: usize) -> Vec<u8> {
    let mut text = String::new();
    while text.len() < bytes {
        text += "lorem ipsum \\\"dolor\\\" sit amet ";
    }
    let part =
        format!(r#"{{"type":"output_text","annotations":[],"logprobs":[],"text":"{text}"}}"#);
    let item = format!(
        r#"{{"id":"{ITEM}","type":"message","status":"completed","role":"assistant","content":[{part}]}}"#
    );
    let done = r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"message"}}"#;
    let response = format!(
        r#"{{"id":"resp_01","model":"gpt-4o-mini","status":"completed","output":[{item}]}}"#
    );
    let end = format!(r#"{{"type":"response.completed","response":{response}}}"#);
    format!("data: {done}\n\ndata: {end}\n\n").into_bytes()
}

/// The item that a Responses stream tells of.
const ITEM: &str = "msg_0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718";

/// A generateContent stream from its middle: [`EVENTS`] events, each with one word, and with what was
/// used so far.
pub fn gemini_stream() -> Vec<u8> {
    let frame = |(place, word)| gemini_frame(place, word);
    words().enumerate().map(frame).collect::<String>().into_bytes()
}

/// What a generateContent stream begins with.
pub fn gemini_head() -> Vec<u8> {
    gemini_frame(0, "A").into_bytes()
}

fn gemini_frame(place: usize, word: &str) -> String {
    let (said, total) = (place + 1, place + 58);
    let content = format!(r#"{{"parts":[{{"text":"{word}"}}],"role":"model"}}"#);
    let details = r#"[{"modality":"TEXT","tokenCount":57}]"#;
    let usage = format!(
        r#"{{"promptTokenCount":57,"candidatesTokenCount":{said},"totalTokenCount":{total},"promptTokensDetails":{details}}}"#
    );
    let ids = r#""modelVersion":"gemini-2.5-flash","responseId":"mAZgaPHxD4Slz7IP0abcdQ8""#;
    format!(
        "data: {{\"candidates\":[{{\"content\":{content},\"index\":0}}],\"usageMetadata\":{usage},{ids}}}\r\n\r\n"
    )
}

/// A stream of Cohere's from its middle: [`EVENTS`] events, each with one word.
pub fn cohere_stream() -> Vec<u8> {
    let mut stream = String::new();
    for word in words() {
        stream += "event: content-delta\n";
        stream += r#"data: {"type":"content-delta","index":0,"#;
        stream += &format!(r#""delta":{{"message":{{"content":{{"text":"{word}"}}}}}}}}"#);
        stream += "\n\n";
    }
    stream.into_bytes()
}

/// What a stream of Cohere's begins with.
pub fn cohere_head() -> Vec<u8> {
    let events = [
        r#"{"id":"9d2f3c1e-04b7-4c8a-9f61-0e5d7a3b2c14","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}"#,
        r#"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}"#,
    ];
    events.map(|event| format!("data: {event}\n\n")).concat().into_bytes()
}

/// A stream of Ollama's from its middle: [`EVENTS`] lines, each with one word.
pub fn ollama_stream() -> Vec<u8> {
    let line = |(place, word)| ollama_line(place, word);
    words().enumerate().map(line).collect::<String>().into_bytes()
}

/// What a stream of Ollama's begins with.
pub fn ollama_head() -> Vec<u8> {
    ollama_line(0, "A").into_bytes()
}

fn ollama_line(place: usize, word: &str) -> String {
    let message = format!(r#"{{"role":"assistant","content":"{word}"}}"#);
    let made = format!("2026-01-01T00:00:00.{:06}Z", 100_000 + place);
    format!(
        "{{\"model\":\"llama3.2\",\"created_at\":\"{made}\",\"message\":{message},\"done\":false}}\n"
    )
}

/// An event stream whose one event is one line of `bytes`, as pictures and large arguments are.
pub fn long_line(bytes: usize) -> Vec<u8> {
    let mut stream = b"data: {\"b64\":\"".to_vec();
    while stream.len() < bytes {
        stream.extend_from_slice(b"iVBORw0KGgoAAAANSUhEUgAA");
    }
    stream.extend_from_slice(b"\"}\n\n");
    stream
}

/// One question, and nothing before it.
pub fn question() -> Request {
    Request::new(MODEL).user(QUESTION)
}

/// A conversation of 20 KB, as this vocabulary has it.
pub fn conversation() -> Request {
    let request = Request::new(MODEL).system(SYSTEM);
    let told = (0..TURNS).fold(request, |request, place| match place % 2 {
        0 => request.user(turn(place)),
        _ => request.assistant(turn(place)),
    });
    told.user(QUESTION)
}

/// The same with a cap, which Messages ask for.
pub fn capped_conversation() -> Request {
    conversation().max_tokens(MOST_TOKENS)
}

/// One turn of the conversation, of 512 bytes.
pub fn turn(place: usize) -> String {
    let mut text = format!("message {place}: ");
    while text.len() < 512 {
        text.push_str("lorem ipsum dolor sit amet ");
    }
    text.truncate(512);
    text
}

fn words() -> impl Iterator<Item = &'static str> {
    WORDS.into_iter().cycle().take(EVENTS)
}
