//! Code in WGSL with what surrounds it. The surroundings come first, in the line in which the code starts, so that its lines
//! keep their numbers, and nothing that the code leaves open swallows them.

use wgpu::naga::Span;

/// Code with surroundings.
pub(crate) struct Source<'a> {
    code: &'a str,
    /// Where in the code the surroundings are: behind its directives, which must come first.
    at: usize,
    surroundings: usize,
    pub(crate) whole: String,
}

impl<'a> Source<'a> {
    pub(crate) fn new(code: &'a str, surroundings: &[&str]) -> Self {
        let at = after_directives(code);
        let added = surroundings.concat().replace('\n', " ");
        let whole = [&code[..at], &added, &code[at..]].concat();
        Self { code, at, surroundings: added.len(), whole }
    }

    /// Whether a span is one of the code.
    pub(crate) fn is_own(&self, span: Span) -> bool {
        self.place_of(span).is_some()
    }

    /// What is wrong, with the line and the column of a span of the code.
    pub(crate) fn wrong(&self, span: Option<Span>, text: &str) -> String {
        match span.and_then(|span| self.place_of(span)) {
            Some(place) => wrong_at(self.code, place, text),
            None => format!("the shader is wrong: {text}"),
        }
    }

    /// The byte of the code at which a span starts.
    fn place_of(&self, span: Span) -> Option<usize> {
        let start = span.to_range()?.start;
        if start < self.at {
            Some(start)
        } else {
            start.checked_sub(self.surroundings).filter(|&place| place >= self.at)
        }
    }
}

/// What is wrong at a byte of code.
pub(crate) fn wrong_at(code: &str, place: usize, text: &str) -> String {
    let before = code.get(..place).unwrap_or(code);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let (number, column) = (before.matches('\n').count() + 1, line.chars().count() + 1);
    format!("the shader is wrong at line {number}, column {column}: {text}")
}

/// The byte at which the name of a function is declared.
pub(crate) fn place_of_function(code: &str, name: &str) -> Option<usize> {
    let (mut at, mut before) = (0, "");
    loop {
        at += blank(&code[at..]);
        let rest = &code[at..];
        let first = rest.chars().next()?;
        let word = &rest[..rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len())];
        if (before, word) == ("fn", name) {
            return Some(at);
        }
        before = word;
        at += word.len().max(first.len_utf8());
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn after_directives(code: &str) -> usize {
    let mut at = 0;
    loop {
        let start = at + blank(&code[at..]);
        let rest = &code[start..];
        let is_directive = ["enable", "requires", "diagnostic"]
            .iter()
            .any(|word| rest.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_of_word)));
        match rest.find(';') {
            Some(end) if is_directive => at = start + end + 1,
            _ => return at,
        }
    }
}

/// Bytes of white space and comments at the start of code.
fn blank(code: &str) -> usize {
    let mut rest = code;
    loop {
        rest = rest.trim_start();
        rest = match rest.get(..2) {
            Some("//") => rest.find('\n').map_or("", |end| &rest[end..]),
            Some("/*") => after_comment(rest),
            _ => return code.len() - rest.len(),
        };
    }
}

/// What follows a comment, in which others may lie.
fn after_comment(code: &str) -> &str {
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(found) = code[at..].find(['/', '*']) {
        at += found;
        match code.get(at..at + 2) {
            Some("/*") => (depth, at) = (depth + 1, at + 2),
            Some("*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return &code[at..];
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surroundings_follow_the_directives_and_take_no_line() {
        let code = "// enable x;\n/* a /* b */ c */ diagnostic(off, derivative_uniformity); fn a() {}\n";
        let source = Source::new(code, &["fn b() {}\n", "fn c() {}\n"]);
        assert_eq!(source.whole, code.replace("; fn a", ";fn b() {} fn c() {}  fn a"));
        let start = source.whole.find("fn a").unwrap() as u32;
        assert_eq!(
            source.wrong(Some(Span::new(start, start + 4)), "no"),
            wrong_at(code, code.find("fn a").unwrap(), "no")
        );
        let added = source.whole.find("fn b").unwrap() as u32;
        assert!(!source.is_own(Span::new(added, added + 4)));
        assert_eq!(Source::new("enabled", &["x "]).whole, "x enabled");
    }

    #[test]
    fn functions_in_comments_are_declared_nowhere() {
        assert_eq!(place_of_function("// fn a\n/* fn a */ fn ab() {} fn\n a() {}", "a"), Some(34));
        assert_eq!(place_of_function("fn ä() {} /* fn a", "a"), None);
    }
}
