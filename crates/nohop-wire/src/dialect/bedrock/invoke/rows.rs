//! Answers as Amazon's own models write them.

use serde_json::value::RawValue;

use crate::json::{Str, row};

row! {
    struct AnswerRow {
        id: Str<'a> = "id",
        one: &'a RawValue = "embedding",
        by_type: &'a RawValue = "embeddingsByType",
        several: &'a RawValue = "embeddings",
        count: &'a RawValue = "inputTextTokenCount",
    }
}

row! {
    struct TypesRow {
        float: &'a RawValue = "float",
    }
}

row! {
    struct NovaRow {
        embedding: &'a RawValue = "embedding",
    }
}
