use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does what the application gave us to do; that it panics must not bring the caller down.
pub(crate) fn safely<T>(who: &'static str, act: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(act));
    done.inspect_err(|_| tracing::error!("{who} panicked")).ok()
}
