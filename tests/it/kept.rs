//! What tests sent to Bedrock, kept for somebody else to judge: `.ci/botocore` reads it.

use std::fs::OpenOptions;
use std::io::Write;
use std::sync::Mutex;
use std::{env, thread};

use serde_json::{Value, json};

/// Writes a request to the file that `NOHOP_KEPT` names, if it names one, as a line of JSON: which test sent
/// it, its `head` as far as there is one, and its body.
pub(crate) fn keep(head: &Value, body: &[u8]) {
    static WRITES: Mutex<()> = Mutex::new(());
    let Some(path) = env::var_os("NOHOP_KEPT") else { return };
    let current = thread::current();
    let line = json!({
        "test": current.name().unwrap_or_default(),
        "head": head,
        "body": std::str::from_utf8(body).unwrap(),
    });
    let _alone = WRITES.lock().unwrap();
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    writeln!(file, "{line}").unwrap();
}
