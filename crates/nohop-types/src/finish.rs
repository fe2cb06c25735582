use crate::words::words;

words! {
    /// Why the model stopped.
    #[derive(Default)]
    pub enum FinishReason {
        /// The provider withheld the rest, or the model refused.
        ContentFilter = "content_filter",
        /// The provider failed after it had begun.
        Error = "error",
        /// The token limit was reached.
        Length = "length",
        /// The provider pauses: send the answer back to go on.
        Pause = "pause",
        /// The answer is complete.
        #[default]
        Stop = "stop",
        /// The model waits for tool results.
        ToolCalls = "tool_calls",
    }
}
