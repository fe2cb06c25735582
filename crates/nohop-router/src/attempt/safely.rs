use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does what the application gave us to do; that it panics must not fail a request.
pub(super) fn safely(who: &'static str, act: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(act)).is_err() {
        tracing::error!("{who} panicked; the request goes on");
    }
}
