//! What each provider of the table may be asked for, and what proves it: the table in `docs/providers.md`.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nohop::providers::ALL;
use nohop::wire::Mode;
use nohop::{
    Document, Effort, EmbedRequest, Image, Json, Media, OutputFormat, Ranking, Request,
    RerankRequest, Response, Result, Router, Schema, Tool,
};
use nohop_testkit::Script;
use nohop_tests::proofs::{Feature, Proofs};

use crate::road::rows::{Row, rows};
use crate::road::scripted::{Scripted, paused};
use crate::road::{ask, hello};

const BEGIN: &str = "<!-- features -->\n";
const END: &str = "<!-- /features -->\n";

/// What was recorded, as `replay --proofs` prints it.
const RECORDED: &str = include_str!("../proofs.txt");

/// What proves that a provider may be asked for something.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Proof {
    /// Nothing: it is not offered.
    None,
    /// An emulator of its dialect.
    Emulated,
    /// A recording of its own.
    Recorded,
}

impl Proof {
    fn shown(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Emulated => "○",
            Self::Recorded => "●",
        }
    }
}

#[test]
fn the_table_of_features_is_what_recordings_and_emulators_prove() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/providers.md");
    let page = fs::read_to_string(pages).unwrap();
    let (_, rest) = page.split_once(BEGIN).expect("the table begins");
    let (written, _) = rest.split_once(END).expect("the table ends");
    let table = table();
    assert!(written == table, "docs/providers.md must say, between its marks:\n\n{table}");
}

#[test]
fn what_was_recorded_is_written_as_it_is_read() {
    assert_eq!(Proofs::read(RECORDED).to_string(), RECORDED);
}

fn table() -> String {
    let recorded = Proofs::read(RECORDED);
    let rows = rows();
    let names: Vec<_> = Feature::ALL.iter().map(|feature| feature.name()).collect();
    let mut table =
        format!("| id | {} |\n| --- |{}\n", names.join(" | "), " :-: |".repeat(names.len()));
    for provider in ALL {
        let ways: Vec<_> = rows.iter().filter(|row| row.provider.id == provider.id).collect();
        let cells = Feature::ALL.map(|feature| match recorded.has(provider.id, feature) {
            true => Proof::Recorded.shown(),
            false => match ways.iter().any(|row| emulated(row, feature)) {
                true => Proof::Emulated.shown(),
                false => Proof::None.shown(),
            },
        });
        table += &format!("| `{}` | {} |\n", provider.id, cells.join(" | "));
    }
    table
}

/// Whether an emulator of the row's dialect gives what is asked for, with nothing lost.
fn emulated(row: &Row, feature: Feature) -> bool {
    let bytes: &[u8] = match feature {
        Feature::Images => PNG,
        _ => PDF,
    };
    let base64 = STANDARD.encode(bytes);
    match feature {
        Feature::Chat => asked(row, hello(), Mode::Whole, |it| it.says("Yes.")).says("Yes."),
        Feature::Stream => asked(row, hello(), Mode::Stream, |it| it.says("Yes.")).says("Yes."),
        Feature::Tools => {
            let schema = Json::new(SCHEMA).unwrap();
            let request = hello().tool(Tool::function("probe", schema));
            let found =
                asked(row, request, Mode::Whole, |it| it.calls("probe", "{\"verdict\":\"x\"}"));
            found.response.is_some_and(|it| it.tool_calls().any(|call| call.name == "probe"))
        }
        Feature::Reasoning => {
            let request = hello().effort(Effort::High);
            let found = asked(row, request, Mode::Whole, |it| it.thinks("Hm.").says("Yes."));
            found.response.is_some_and(|it| it.reasoning() == "Hm.")
        }
        Feature::Images => {
            let request = hello().user(Image::new(Media::bytes("image/png", PNG)));
            asked(row, request, Mode::Whole, |it| it.says("Yes.")).told(&base64)
        }
        Feature::Documents => {
            let document = Document::new(Media::bytes("application/pdf", PDF));
            let request = hello().user(document);
            asked(row, request, Mode::Whole, |it| it.says("Yes.")).told(&base64)
        }
        Feature::Structured => {
            let schema = Schema::new("probe", Json::new(SCHEMA).unwrap());
            let request = hello().output(OutputFormat::JsonSchema(schema));
            asked(row, request, Mode::Whole, |it| it.says("{}")).told("verdict")
        }
        Feature::Cache => {
            let found =
                asked(row, hello(), Mode::Whole, |it| it.says("Yes.").usage(200, 3).cached(64));
            found.response.is_some_and(|it| it.usage.cache_read == Some(64))
        }
        Feature::Embeddings => MODELS.iter().any(|model| {
            let request = EmbedRequest::new(format!("{model}@row")).text("a");
            let answer = paused(router(row, Script::new(row.dialect)).0.embed(request));
            answer.is_ok_and(|it| it.vectors == [nohop_testkit::vector("a", 8)])
        }),
        Feature::Rerank => MODELS.iter().any(|model| {
            let request = RerankRequest::new(format!("{model}@row"), "a b").documents(["b", "a b"]);
            let answer = paused(router(row, Script::new(row.dialect)).0.rerank(request));
            let order = |it: Ranking| it.results.iter().map(|it| it.index).collect::<Vec<_>>();
            answer.is_ok_and(|it| order(it) == [1, 0])
        }),
        Feature::Models => {
            let models = paused(router(row, Script::new(row.dialect).model("m")).0.models("row"));
            models.is_ok_and(|it| it.iter().any(|it| it.id == "m"))
        }
        _ => false,
    }
}

/// Models of every kind: the name says at some providers which words are spoken.
const MODELS: [&str; 4] =
    ["m", "gemini-embedding-001", "amazon.titan-embed-text-v2:0", "cohere.rerank-v3-5:0"];

/// What came of a question.
struct Found {
    response: Option<Response>,
    body: String,
}

impl Found {
    fn says(&self, text: &str) -> bool {
        self.response.as_ref().is_some_and(|response| response.text() == text)
    }

    /// Whether the provider was told `what`, and all else.
    fn told(&self, what: &str) -> bool {
        let losses = |response: &Response| {
            let trace = response.trace.as_ref().unwrap();
            trace.attempts.iter().map(|attempt| attempt.losses.len()).sum::<usize>()
        };
        self.body.contains(what) && self.response.as_ref().is_some_and(|it| losses(it) == 0)
    }
}

fn asked(row: &Row, request: Request, mode: Mode, script: impl Fn(Script) -> Script) -> Found {
    let (router, transport) = router(row, script(Script::new(row.dialect)));
    let mut request = request;
    request.model = "m@row".to_owned();
    let response: Result<Response> = paused(ask(&router, request, mode));
    let body = transport.bodies().pop().unwrap_or_default();
    Found { response: response.ok(), body: String::from_utf8_lossy(&body).into_owned() }
}

/// A router over this row alone, which follows `script`.
fn router(row: &Row, script: Script) -> (Router, Scripted) {
    let script = script.key("sk-planted-0123456789").key("");
    let transport = Scripted::default().host(&row.host(), script);
    let router = Router::builder().endpoint(row.endpoint()).transport(transport.clone());
    (router.build().unwrap(), transport)
}

const SCHEMA: &str = r#"{"type":"object","properties":{"verdict":{"type":"string"}},"required":["verdict"],"additionalProperties":false}"#;

/// One pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xff\xff?\0\x05\xfe\x02\xfe\xa75\x81\x84\0\0\0\0IEND\xaeB`\x82";

/// A page without a word.
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
