//! How many tokens are of which class and form.

use nohop_types::{Kind, Modality, Usage};

use crate::facts::Facts;
use crate::meter::{Class, Form, Meter};

/// How many classes and forms there are.
pub(crate) const CLASSES: usize = Class::ALL.len();
const FORMS: usize = Form::ALL.len();

/// The tokens of a request: how many are of each class, and what is known of their forms.
pub(crate) struct Cells {
    /// How many are of each class, less those in `known`.
    pub(crate) classes: [u64; CLASSES],
    /// Those whose class and form are both known.
    pub(crate) known: Vec<(Class, Form, u64)>,
    /// How many of the prompt's, and of the answer's, have each form, less those in `known`.
    forms: [[u64; FORMS]; 2],
    /// How many of those in `known` are of the prompt.
    told: u64,
}

impl Cells {
    pub(crate) const NONE: Self =
        Self { classes: [0; CLASSES], known: Vec::new(), forms: [[0; FORMS]; 2], told: 0 };

    /// Counts what was used; there is nothing yet.
    #[inline]
    pub(crate) fn fill(&mut self, usage: &Usage, facts: &Facts<'_>) {
        count_classes(&mut self.classes, usage);
        for share in &usage.shares {
            let side = usize::from(share.kind == Kind::Answer);
            let form = form(&share.modality);
            // A share that has no form says nothing.
            if form != Form::Any {
                let count = &mut self.forms[side][form as usize];
                *count = count.saturating_add(share.tokens);
            }
        }
        for (meter, count) in &facts.counts {
            if let Meter::Tokens(class, form) = meter {
                self.told(*class, *form, *count);
            }
        }
    }

    /// How long the prompt is.
    pub(crate) fn prompt(&self) -> u64 {
        let prompt = &self.classes[..Class::Output as usize];
        prompt.iter().fold(self.told, |sum, count| sum.saturating_add(*count))
    }

    /// Takes over that `count` of a class have a form. A class that the usage does not know, such as citations,
    /// is counted here alone.
    fn told(&mut self, class: Class, form: Form, count: u64) {
        if form == Form::Any {
            if matches!(class, Class::Citation | Class::Rejected) {
                let own = &mut self.classes[class as usize];
                *own = own.saturating_add(count);
            }
            return;
        }
        let own = &mut self.classes[class as usize];
        let count = count.min(*own);
        *own -= count;
        let side = usize::from(!class.is_prompt());
        let shared = &mut self.forms[side][form as usize];
        *shared = shared.saturating_sub(count);
        if class.is_prompt() {
            self.told = self.told.saturating_add(count);
        }
        self.known.push((class, form, count));
    }

    /// The classes of one side that have tokens.
    pub(crate) fn side(&self, prompt: bool) -> impl Iterator<Item = (Class, u64)> {
        let classes = Class::ALL.into_iter().filter(move |class| class.is_prompt() == prompt);
        classes.map(|class| (class, self.classes[class as usize])).filter(|(_, count)| *count > 0)
    }

    /// Whether any form was told of one side.
    pub(crate) fn has_forms(&self, prompt: bool) -> bool {
        self.forms[usize::from(!prompt)].iter().fold(0, |all, count| all | count) > 0
    }

    /// The forms of one side: those that were told, and text for the rest. Nothing where no form was told.
    pub(crate) fn forms(&self, prompt: bool) -> Vec<(Form, u64)> {
        let told = &self.forms[usize::from(!prompt)];
        let mut forms = Vec::new();
        let mut left: u64 = self.side(prompt).map(|(_, count)| count).fold(0, u64::saturating_add);
        // What is told of text is what is left, however it was counted.
        for form in Form::ALL.into_iter().filter(|form| *form > Form::Text) {
            let count = told[form as usize].min(left);
            left -= count;
            if count > 0 {
                forms.push((form, count));
            }
        }
        if left > 0 {
            forms.push((Form::Text, left));
        }
        forms
    }
}

fn count_classes(classes: &mut [u64; CLASSES], usage: &Usage) {
    let count = |count: Option<u64>| count.unwrap_or_default();
    classes[Class::Input as usize] = count(usage.input);
    classes[Class::CacheRead as usize] = count(usage.cache_read);
    classes[Class::Tool as usize] = count(usage.tool_prompt);
    classes[Class::Output as usize] = count(usage.output);
    classes[Class::Reasoning as usize] = count(usage.reasoning);
    let mut left = count(usage.cache_write);
    for written in &usage.written {
        let class = match written.lifetime.as_secs() {
            300 => Class::CacheWrite5m,
            1_800 => Class::CacheWrite30m,
            3_600 => Class::CacheWrite1h,
            43_200 => Class::CacheWrite12h,
            _ => continue,
        };
        let count =
            if usage.cache_write.is_some() { written.tokens.min(left) } else { written.tokens };
        left = left.saturating_sub(count);
        classes[class as usize] += count;
    }
    classes[Class::CacheWrite as usize] = left;
}

fn form(modality: &Modality) -> Form {
    match modality {
        Modality::Text => Form::Text,
        Modality::Audio => Form::Audio,
        Modality::Image => Form::Image,
        Modality::Video => Form::Video,
        Modality::Document => Form::Document,
        _ => Form::Any,
    }
}
