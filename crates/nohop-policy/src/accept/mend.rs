//! What models write that is nearly JSON.

use nohop_types::Json;

/// At how many places JSON is looked for amid other words.
const MOST_BEGINNINGS: usize = 16;

/// The JSON that `text` nearly is: within a fence or other words, with commas that trail, comments, line breaks in strings, and
/// Python's words and quotes.
///
/// What is cut is not completed, and what is JSON is left as it is.
///
/// ```
/// use nohop_policy::mend;
///
/// let mended = mend("Here you are:\n```json\n{'name': \"Paris\", capital: True,}\n```").unwrap();
/// assert_eq!(mended, "{\"name\": \"Paris\", \"capital\": true}");
/// assert_eq!(mend("{\"name\": \"Par"), None);
/// ```
pub fn mend(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if Json::new(text).is_ok() {
        return Some(text.to_owned());
    }
    let text = within_fence(text).unwrap_or(text);
    let beginnings = text.match_indices(['{', '[']).map(|(at, _)| at).take(MOST_BEGINNINGS);
    let mut mended = beginnings.filter_map(|at| Mender::new(&text[at..]).mend());
    mended.find(|mended| Json::new(mended.as_str()).is_ok())
}

/// What stands in the first fence, if there is one.
fn within_fence(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("```")?;
    let (_, body) = rest.split_once('\n')?;
    Some(body.rsplit_once("```").map_or(body, |(body, _)| body))
}

/// Writes one value anew as it reads it.
struct Mender<'t> {
    rest: &'t str,
    out: String,
    /// What closes the objects and lists that are open.
    open: Vec<char>,
}

impl<'t> Mender<'t> {
    fn new(rest: &'t str) -> Self {
        Self { rest, out: String::with_capacity(rest.len()), open: Vec::new() }
    }

    fn mend(mut self) -> Option<String> {
        loop {
            self.skip_comments()?;
            match self.next()? {
                '{' => self.begin('{', '}'),
                '[' => self.begin('[', ']'),
                close @ ('}' | ']') => {
                    if self.open.pop()? != close {
                        return None;
                    }
                    self.out.push(close);
                    if self.open.is_empty() {
                        return Some(self.out);
                    }
                }
                ',' => self.comma()?,
                quote @ ('"' | '\'' | '“' | '”') => self.string(quote)?,
                letter if letter.is_alphabetic() || matches!(letter, '_' | '$') => {
                    self.word(letter)?;
                }
                other => self.out.push(other),
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    fn begin(&mut self, open: char, close: char) {
        self.out.push(open);
        self.open.push(close);
    }

    /// Passes over comments; `None` where one does not end.
    fn skip_comments(&mut self) -> Option<()> {
        loop {
            if self.rest.starts_with("//") {
                self.rest = self.rest.split_once('\n')?.1;
            } else if let Some(comment) = self.rest.strip_prefix("/*") {
                self.rest = comment.split_once("*/")?.1;
            } else {
                return Some(());
            }
        }
    }

    /// A comma, unless it trails.
    fn comma(&mut self) -> Option<()> {
        let space = self.out.len();
        loop {
            self.skip_comments()?;
            match self.rest.chars().next()? {
                blank if blank.is_ascii_whitespace() => {
                    self.next()?;
                    self.out.push(blank);
                }
                '}' | ']' => {
                    self.out.truncate(space);
                    return Some(());
                }
                _ => {
                    self.out.insert(space, ',');
                    return Some(());
                }
            }
        }
    }

    /// A string, whatever quotes it is in.
    fn string(&mut self, quote: char) -> Option<()> {
        let end = if quote == '“' { '”' } else { quote };
        self.out.push('"');
        loop {
            match self.next()? {
                letter if letter == end => break,
                '"' => self.out.push_str("\\\""),
                '\\' => match self.next()? {
                    escaped @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') => {
                        self.out.extend(['\\', escaped]);
                    }
                    '\'' => self.out.push('\''),
                    other => self.out.extend(['\\', '\\', other]),
                },
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                control if control < ' ' => {
                    self.out.push_str(&format!("\\u{:04x}", u32::from(control)));
                }
                letter => self.out.push(letter),
            }
        }
        self.out.push('"');
        Some(())
    }

    /// A word without quotes: one of JSON's or of Python's, or a key.
    fn word(&mut self, first: char) -> Option<()> {
        let more = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '-');
        let length = self.rest.find(|letter| !more(letter))?;
        let (rest, after) = self.rest.split_at(length);
        self.rest = after;
        let is_key = after.trim_start().starts_with(':');
        match (first, rest) {
            _ if is_key => self.out.extend(["\"", first.encode_utf8(&mut [0; 4]), rest, "\""]),
            ('t' | 'T', "rue") => self.out.push_str("true"),
            ('f' | 'F', "alse") => self.out.push_str("false"),
            ('n', "ull") | ('N', "one") => self.out.push_str("null"),
            // An exponent.
            ('e' | 'E', digits) if self.out.ends_with(|last: char| last.is_ascii_digit()) => {
                self.out.push(first);
                self.out.push_str(digits);
            }
            _ => return None,
        }
        Some(())
    }
}
