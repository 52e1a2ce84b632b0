//! The windows of a screen, by title or number.

use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt, MapState, Window};

use super::server::{Failure, Server};

/// How deep windows with titles are looked for: managers put them into frames of their own.
const DEPTH: usize = 3;

/// Most bytes of a title, in words of 4.
const TITLE_WORDS: u32 = 256;

/// Most titles that a message lists.
const LISTED: usize = 20;

/// Which window is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The one of this number.
    Number(Window),
    /// The uppermost one of this title, or, without one, whose title has it as a part, whatever the case.
    Title(String),
}

impl Wanted {
    /// A number such as `0x1a00003`, or a title. `None`: the text is empty.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let number = text.strip_prefix("0x").and_then(|digits| Window::from_str_radix(digits, 16).ok());
        Some(number.map_or_else(|| Self::Title(text.to_owned()), Self::Number))
    }

    /// For messages.
    pub(crate) fn quoted(&self) -> String {
        match self {
            Self::Number(number) => format!("\"{number:#x}\""),
            Self::Title(title) => format!("\"{title}\""),
        }
    }
}

/// A window with a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Titled {
    pub(crate) number: Window,
    pub(crate) title: String,
}

/// Finds a window. `Ok(Err(titles))`: there is none; those are there.
pub(crate) fn find(server: &Server, wanted: &Wanted) -> Result<Result<Window, Vec<Titled>>, Failure> {
    let all = list(server)?;
    match wanted {
        Wanted::Number(number) => {
            let there = server.link.get_window_attributes(*number)?.reply().is_ok();
            Ok(if there { Ok(*number) } else { Err(all) })
        }
        Wanted::Title(title) => Ok(choose(&all, title).ok_or(all)),
    }
}

/// The uppermost window of a title.
fn choose(all: &[Titled], title: &str) -> Option<Window> {
    let lower = title.to_lowercase();
    let whole = all.iter().rev().find(|window| window.title == title);
    let part = || all.iter().rev().find(|window| window.title.to_lowercase().contains(&lower));
    whole.or_else(part).map(|window| window.number)
}

/// What a message says of the windows that are there.
pub(crate) fn available(all: &[Titled]) -> String {
    if all.is_empty() {
        return "no window there has a title".into();
    }
    let mut names: Vec<String> =
        all.iter().take(LISTED).map(|Titled { number, title }| format!("\"{title}\" ({number:#x})")).collect();
    if all.len() > LISTED {
        names.push(format!("{} more", all.len() - LISTED));
    }
    format!("available: {}", names.join(", "))
}

/// The windows with titles that are shown, the uppermost last.
pub(crate) fn list(server: &Server) -> Result<Vec<Titled>, Failure> {
    let link = &server.link;
    let name = link.intern_atom(false, b"_NET_WM_NAME")?;
    let utf8 = link.intern_atom(false, b"UTF8_STRING")?;
    let atoms = (name.reply()?.atom, utf8.reply()?.atom);
    let mut all = Vec::new();
    collect(server, server.screen.root, atoms, DEPTH, &mut all)?;
    Ok(all)
}

/// Windows come and go: one that has gone is left out.
fn collect(
    server: &Server,
    parent: Window,
    atoms: (Atom, Atom),
    depth: usize,
    all: &mut Vec<Titled>,
) -> Result<(), Failure> {
    let children = match server.link.query_tree(parent)?.reply().map_err(Failure::from) {
        Ok(tree) => tree.children,
        Err(Failure::Refused(_)) => return Ok(()),
        Err(lost) => return Err(lost),
    };
    for number in children {
        let shown = server.link.get_window_attributes(number)?.reply();
        if !shown.is_ok_and(|found| found.map_state == MapState::VIEWABLE) {
            continue;
        }
        match title(server, number, atoms)? {
            Some(title) => all.push(Titled { number, title }),
            None if depth > 1 => collect(server, number, atoms, depth - 1, all)?,
            None => {}
        }
    }
    Ok(())
}

fn title(server: &Server, window: Window, (name, utf8): (Atom, Atom)) -> Result<Option<String>, Failure> {
    let asked = [(name, utf8), (Atom::from(AtomEnum::WM_NAME), Atom::from(AtomEnum::ANY))];
    for (property, kind) in asked {
        let reply = server.link.get_property(false, window, property, kind, 0, TITLE_WORDS)?.reply();
        if let Some(found) = reply.ok().filter(|found| found.format == 8 && !found.value.is_empty()) {
            return Ok(Some(String::from_utf8_lossy(&found.value).into_owned()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_number_or_a_title() {
        assert_eq!(Wanted::parse(""), None);
        assert_eq!(Wanted::parse("0x1a00003"), Some(Wanted::Number(0x1a0_0003)));
        assert_eq!(Wanted::parse("0xyz"), Some(Wanted::Title("0xyz".into())));
        assert_eq!(Wanted::Number(0x1a0_0003).quoted(), "\"0x1a00003\"");
    }

    #[test]
    fn the_uppermost_window_of_the_title_is_meant_and_parts_count_if_no_title_is_equal() {
        let all: Vec<Titled> = ["Clock", "clock of Ann", "Clock", "Editor"]
            .iter()
            .enumerate()
            .map(|(at, title)| Titled { number: at as Window, title: (*title).into() })
            .collect();
        assert_eq!(choose(&all, "Clock"), Some(2));
        assert_eq!(choose(&all, "CLOCK OF"), Some(1));
        assert_eq!(choose(&all, "Player"), None);
        assert_eq!(available(&all[..2]), "available: \"Clock\" (0x0), \"clock of Ann\" (0x1)");
    }
}
