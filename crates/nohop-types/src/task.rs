use crate::words::words;

words! {
    /// What is asked of a model: plans, limits, ledger and trace are the same for all of them.
    #[derive(Default)]
    pub enum Task {
        /// An answer to a conversation.
        #[default]
        Chat = "chat",
        /// Vectors for texts.
        Embed = "embed",
        /// The models there are.
        List = "list",
        /// Documents in the order of their relevance.
        Rerank = "rerank",
    }
}
