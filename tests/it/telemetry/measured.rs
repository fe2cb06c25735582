//! A meter provider that keeps what is measured.

use std::sync::{Arc, Mutex, OnceLock};

use opentelemetry::metrics::{
    Counter, Histogram, HistogramBuilder, InstrumentBuilder, InstrumentProvider, Meter,
    MeterProvider, SyncInstrument,
};
use opentelemetry::{InstrumentationScope, KeyValue, global};

/// One value that was measured.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) value: f64,
    words: Vec<(String, String)>,
}

impl Measured {
    pub(super) fn has(&self, words: &[(&str, &str)]) -> bool {
        words.iter().all(|(name, value)| self.words.iter().any(|(n, v)| n == name && v == value))
    }
}

/// What is measured of `model` while `act` runs; other tests measure others.
pub(super) fn measured(model: &str, act: impl FnOnce()) -> Vec<Measured> {
    static KEPT: OnceLock<Kept> = OnceLock::new();
    let kept = KEPT.get_or_init(|| {
        let kept = Kept::default();
        global::set_meter_provider(kept.clone());
        kept
    });
    act();
    let all = kept.0.lock().unwrap();
    all.iter().filter(|it| it.has(&[("gen_ai.request.model", model)])).cloned().collect()
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Measured>>>);

impl Kept {
    fn instrument(&self, name: &str, unit: Option<&str>) -> Arc<Instrument> {
        let (name, unit) = (name.to_owned(), unit.unwrap_or_default().to_owned());
        Arc::new(Instrument { kept: self.clone(), name, unit })
    }
}

impl MeterProvider for Kept {
    fn meter_with_scope(&self, _: InstrumentationScope) -> Meter {
        Meter::new(Arc::new(self.clone()))
    }
}

impl InstrumentProvider for Kept {
    fn u64_counter(&self, it: InstrumentBuilder<'_, Counter<u64>>) -> Counter<u64> {
        Counter::new(self.instrument(&it.name, it.unit.as_deref()))
    }

    fn f64_histogram(&self, it: HistogramBuilder<'_, Histogram<f64>>) -> Histogram<f64> {
        assert_eq!(it.boundaries.as_deref().unwrap()[..3], [0.01, 0.02, 0.04]);
        Histogram::new(self.instrument(&it.name, it.unit.as_deref()))
    }

    fn u64_histogram(&self, it: HistogramBuilder<'_, Histogram<u64>>) -> Histogram<u64> {
        assert_eq!(
            it.boundaries.as_deref().unwrap()[11..],
            [4_194_304.0, 16_777_216.0, 67_108_864.0]
        );
        Histogram::new(self.instrument(&it.name, it.unit.as_deref()))
    }
}

struct Instrument {
    kept: Kept,
    name: String,
    unit: String,
}

impl Instrument {
    fn keep(&self, value: f64, words: &[KeyValue]) {
        let words = words.iter().map(|it| (it.key.to_string(), it.value.to_string())).collect();
        let (name, unit) = (self.name.clone(), self.unit.clone());
        self.kept.0.lock().unwrap().push(Measured { name, unit, value, words });
    }
}

impl SyncInstrument<u64> for Instrument {
    fn measure(&self, value: u64, words: &[KeyValue]) {
        self.keep(value as f64, words);
    }
}

impl SyncInstrument<f64> for Instrument {
    fn measure(&self, value: f64, words: &[KeyValue]) {
        self.keep(value, words);
    }
}
