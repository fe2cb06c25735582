/// Makes the builders of what every request says of itself: who asks, for which tag, what is preferred, with which key, header and
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

        /// Says what it prefers among those who could answer it, in place of all it has said before.
        #[must_use]
        pub fn prefer(mut self, preferences: $crate::Preferences) -> Self {
            self.preferences = (!preferences.is_empty()).then(|| Box::new(preferences));
            self
        }

        /// Asks nobody but those who are named, as in [`Preferences::only`]($crate::Preferences::only).
        #[must_use]
        pub fn only<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
            let names = names.into_iter().map(Into::into).collect();
            self.preferences.get_or_insert_default().only = names;
            self
        }

        /// Orders candidates by this, instead of by the route.
        #[must_use]
        pub fn sort(mut self, by: impl Into<$crate::Sort>) -> Self {
            self.preferences.get_or_insert_default().sort = Some(by.into());
            self
        }

        /// Bounds what all attempts may cost, by their estimates.
        #[must_use]
        pub fn max_cost(mut self, most: $crate::Money) -> Self {
            self.preferences.get_or_insert_default().max_cost = Some(most);
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
