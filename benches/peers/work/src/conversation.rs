/// What is asked, and what was said before.
///
/// It lies ready before anything is counted: an application has its texts in its own form, and what a
/// client makes of them is the client's cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Conversation {
    history: Vec<String>,
}

/// One turn of a conversation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Turn<'a> {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub text: &'a str,
}

/// Who speaks.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums, reason = "every peer says what each becomes")]
pub enum Role {
    /// The application.
    System,
    /// The one who asks.
    User,
    /// The model, earlier.
    Assistant,
}

impl Role {
    /// The word of the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

impl Conversation {
    /// A conversation with about so many bytes between its beginning and its question.
    pub fn new(history: usize) -> Self {
        let turn = |place| {
            let text = format!("This is turn {place}. ");
            text.chars().chain(FILLING.chars().cycle()).take(TURN).collect()
        };
        Self { history: (0..history / TURN).map(turn).collect() }
    }

    /// How many turns it has.
    pub fn len(&self) -> usize {
        self.history.len() + 2
    }

    /// Never: there is always a question.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The turns, first to last.
    pub fn turns(&self) -> impl Iterator<Item = Turn<'_>> {
        let told = self.history.iter().zip([Role::User, Role::Assistant].into_iter().cycle());
        let told = told.map(|(text, role)| Turn { role, text });
        [Turn { role: Role::System, text: SYSTEM }]
            .into_iter()
            .chain(told)
            .chain([Turn { role: Role::User, text: QUESTION }])
    }
}

/// The bytes of one turn between the first and the last.
const TURN: usize = 512;

const SYSTEM: &str = "Answer in one sentence, and say so when you are not sure.";

/// 110 bytes.
const QUESTION: &str = "Which of two lighthouses is visible from farther off at night, the tall one or the bright one, and by how far?";

const FILLING: &str = "The keeper wrote down the wind, the tide and every passing ship. ";
