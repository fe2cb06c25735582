use nohop_types::{Attempted, Outcome};
use nohop_wire::Mode;
use opentelemetry::metrics::{Counter, Histogram};
use opentelemetry::{KeyValue, global};

use super::{input, operation, output, provider, server};
use crate::asked::Asked;

/// What is counted and timed of attempts, at the meter provider that was set before the router was built.
pub(crate) struct Measures {
    tokens: Histogram<u64>,
    duration: Histogram<f64>,
    first: Histogram<f64>,
    attempts: Counter<u64>,
}

impl Measures {
    pub(crate) fn new() -> Self {
        let meter = global::meter("nohop");
        let seconds = |name| meter.f64_histogram(name).with_unit("s").with_boundaries(seconds());
        // From one to 67 million, each four times the one before.
        let tokens = (0..14).map(|power| f64::from(1_u32 << (2 * power))).collect();
        Self {
            tokens: meter
                .u64_histogram("gen_ai.client.token.usage")
                .with_unit("{token}")
                .with_description("tokens of prompts and answers")
                .with_boundaries(tokens)
                .build(),
            duration: seconds("gen_ai.client.operation.duration")
                .with_description("how long attempts took")
                .build(),
            first: seconds("gen_ai.client.operation.time_to_first_chunk")
                .with_description("how long streams took to their first content")
                .build(),
            attempts: meter
                .u64_counter("nohop.attempts")
                .with_unit("{attempt}")
                .with_description("attempts, by how they ended")
                .build(),
        }
    }

    /// Counts and times the attempt at the candidate at `place` that ended so.
    pub(crate) fn note(&self, asked: &Asked, place: usize, shown: &Attempted) {
        let at = &asked.resolved.places[place];
        let mut words = vec![
            KeyValue::new("gen_ai.operation.name", operation(&asked.work.task())),
            KeyValue::new("gen_ai.provider.name", provider(at)),
            KeyValue::new("gen_ai.request.model", at.model.clone()),
        ];
        if let Some((host, port)) = server(at) {
            words.push(KeyValue::new("server.address", host));
            words.push(KeyValue::new("server.port", i64::from(port)));
        }
        words.extend(asked.aside.map(|aside| KeyValue::new("nohop.aside", aside.as_str())));
        for (kind, count) in [("input", input(&shown.usage)), ("output", output(&shown.usage))] {
            // What was never told and never counted is not nothing.
            let Some(count) = count else { continue };
            words.push(KeyValue::new("gen_ai.token.type", kind));
            self.tokens.record(count, &words);
            words.pop();
        }
        if asked.mode == Mode::Stream
            && let Some(first) = shown.first_content
        {
            self.first.record(first.as_secs_f64(), &words);
        }
        let outcome = match shown.outcome {
            Some(Outcome::Finished) => "finished",
            Some(Outcome::Failed(kind)) => {
                words.push(KeyValue::new("error.type", kind.as_str()));
                "failed"
            }
            Some(Outcome::Cancelled) => "cancelled",
            _ => "dropped",
        };
        self.duration.record(shown.took.as_secs_f64(), &words);
        words.push(KeyValue::new("nohop.outcome", outcome));
        self.attempts.add(1, &words);
    }
}

/// From ten milliseconds to 82 seconds, each twice the one before.
fn seconds() -> Vec<f64> {
    (0..14).map(|power| f64::from(1_u32 << power) / 100.0).collect()
}
