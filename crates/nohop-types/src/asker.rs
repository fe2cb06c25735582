/// Makes the builders of what every request says of itself: who asks, for which tag, with which key, header and
/// extra field.
macro_rules! asker {
    () => {
        /// Says who asks.
        #[must_use]
        pub fn by(mut self, user: impl Into<String>) -> Self {
            self.user = Some(user.into());
            self
        }

        /// Adds a word for policies and the ledger.
        #[must_use]
        pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
            self.tags.insert(key.into(), value.into());
            self
        }

        /// Pays with the caller's own key.
        #[must_use]
        pub fn key(mut self, key: impl Into<$crate::Secret>) -> Self {
            self.key = Some(key.into());
            self
        }

        /// Adds a header of the caller's own.
        #[must_use]
        pub fn header(mut self, name: impl Into<String>, value: impl Into<$crate::Secret>) -> Self {
            self.headers.push((name.into(), value.into()));
            self
        }

        /// Adds a field the vocabulary has no word for, for those in `scope`.
        #[must_use]
        pub fn extra(
            mut self,
            scope: $crate::ExtraScope,
            key: impl Into<String>,
            value: impl Into<$crate::Json>,
        ) -> Self {
            self.extra.push(scope, key, value.into());
            self
        }
    };
}

pub(crate) use asker;
