//! The tokenizers that are linked: those of OpenAI's models.

use nohop_types::Request;
use tiktoken_rs::bpe_for_tokenizer;
use tiktoken_rs::tokenizer::get_tokenizer;

use crate::{Estimate, Model};

impl Model<'_> {
    /// How many tokens `text` has, by the model's own tokenizer; `None` where that is not linked.
    ///
    /// Words that mean something special to a model are counted as the text that they are here. The first text reads the
    /// tokenizer's table, which stays in memory.
    pub fn tokens(self, text: &str) -> Option<u64> {
        let (_, name) = self.slug().split_once('/').filter(|(author, _)| *author == "openai")?;
        let tokenizer = bpe_for_tokenizer(get_tokenizer(name)?).ok()?;
        Some(tokenizer.count_ordinary(text) as u64)
    }

    /// What `request` will use: counted by the model's own tokenizer, and estimated where that is not linked.
    pub fn estimate(self, request: &Request) -> Estimate {
        match self.tokens("") {
            Some(_) => Estimate::with(request, |text| self.tokens(text).unwrap_or_default()),
            None => Estimate::of(request),
        }
    }
}

#[cfg(all(test, feature = "catalog"))]
mod tests {
    use super::*;
    use crate::Catalog;

    /// The counts that the makers of these tokenizers publish.
    const PUBLISHED: [(&str, &str, u64); 8] = [
        ("openai/gpt-3.5-turbo", "tiktoken is great!", 6),
        ("openai/gpt-3.5-turbo", "antidisestablishmentarianism", 6),
        ("openai/gpt-3.5-turbo", "2 + 2 = 4", 7),
        ("openai/gpt-3.5-turbo", "お誕生日おめでとう", 9),
        ("openai/gpt-4o", "antidisestablishmentarianism", 6),
        ("openai/gpt-4o", "2 + 2 = 4", 7),
        ("openai/gpt-4o", "お誕生日おめでとう", 8),
        ("openai/gpt-4o", "", 0),
    ];

    #[test]
    fn texts_have_the_tokens_that_their_makers_count() {
        let catalog = Catalog::bundled();
        for (name, text, tokens) in PUBLISHED {
            let (model, _) = catalog.model(name).unwrap();
            assert_eq!(model.tokens(text), Some(tokens), "{name}: {text:?}");
        }
    }

    #[test]
    fn what_has_a_linked_tokenizer_is_counted_and_all_else_is_estimated() {
        let catalog = Catalog::bundled();
        let request = Request::new("m").user("お誕生日おめでとう".repeat(50));
        let estimate = |name: &str| catalog.model(name).unwrap().0.estimate(&request);

        let counted = estimate("openai/gpt-4o");
        assert!((400..420).contains(&counted.prompt), "{counted:?}");
        assert!(counted.most - counted.least < 40, "{counted:?}");
        assert_eq!(estimate("anthropic/claude-opus-4.5"), Estimate::of(&request));
    }

    #[test]
    fn a_text_without_an_end_of_a_word_is_counted_all_the_same() {
        let catalog = Catalog::bundled();
        let (model, _) = catalog.model("openai/gpt-4o").unwrap();
        for text in ["a".repeat(20_000), " ".repeat(20_000), "<|endoftext|>".repeat(100)] {
            assert!(model.tokens(&text).is_some_and(|tokens| tokens > 0 && tokens <= 20_000));
        }
    }
}
