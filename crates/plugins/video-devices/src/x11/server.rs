//! The connection to an X server, with messages that say what to do.

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use x11rb::connection::{Connection, RequestConnection};
use x11rb::errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::xproto::{ConnectionExt, Screen};
use x11rb::reexports::x11rb_protocol::parse_display::parse_display;
use x11rb::reexports::x11rb_protocol::xauth::get_auth;
use x11rb::rust_connection::{DefaultStream, RustConnection};

use super::bounded_stream::BoundedStream;

/// How many connections were made. Relaxed: a number of its own for each is all that is wanted.
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// A connection.
pub(crate) type Link = RustConnection<BoundedStream>;

/// A server, and the screen of it that is meant.
pub(crate) struct Server {
    pub(crate) link: Link,
    pub(crate) screen: Screen,
    /// Its name, quoted, for messages.
    pub(crate) name: String,
    /// Of this connection, among all of the process.
    pub(crate) serial: u64,
}

impl Server {
    /// Connects. `name`: as in `DISPLAY`, which an empty one stands for.
    ///
    /// # Errors
    ///
    /// Why not, and what to do.
    pub(crate) fn connect(name: &str, stopped: &Arc<AtomicBool>) -> Result<Self, String> {
        let set = env::var("DISPLAY").unwrap_or_default();
        if name.is_empty() && set.is_empty() {
            return Err(no_server_named(env::var_os("WAYLAND_DISPLAY").is_some()));
        }
        let name = if name.is_empty() { set } else { name.to_owned() };
        let quoted = format!("\"{name}\"");
        let parsed = parse_display(Some(&name))
            .map_err(|_| format!("{quoted} names no X server, wanted \":1\", \"host:1\" or the path of a socket"))?;
        let mut why = "there is no address to try".to_owned();
        for address in parsed.connect_instruction() {
            let (stream, (family, peer)) = match DefaultStream::connect(&address) {
                Ok(found) => found,
                Err(error) => {
                    why = error.to_string();
                    continue;
                }
            };
            let (method, secret) = get_auth(family, &peer, parsed.display).ok().flatten().unwrap_or_default();
            let stream = BoundedStream::new(stream, Arc::clone(stopped));
            let screen = usize::from(parsed.screen);
            let link = Link::connect_to_stream_with_auth_info(stream, screen, method, secret)
                .map_err(|error| refusal(&quoted, &error))?;
            let screen = link.setup().roots[screen].clone();
            let serial = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
            return Ok(Self { link, screen, name: quoted, serial });
        }
        Err(format!("there is no X server {quoted}: {why}; start it, or name another one"))
    }

    /// Whether it shows the windows of X11 programs alone, since the screen is a Wayland server's.
    pub(crate) fn is_xwayland(&self) -> bool {
        let asked = self.link.query_extension(b"XWAYLAND").ok().and_then(|cookie| cookie.reply().ok());
        asked.is_some_and(|reply| reply.present)
    }

    /// Whether it has an extension.
    pub(crate) fn has(&self, extension: &'static str) -> bool {
        self.link.extension_information(extension).is_ok_and(|found| found.is_some())
    }
}

fn no_server_named(has_wayland: bool) -> String {
    if has_wayland {
        return "this session has a Wayland server and no X server (DISPLAY is not set); Sluice speaks X11: turn XWayland \
                on, or log in to an X11 session, and start the program there"
            .to_owned();
    }
    "no X server is named: DISPLAY is not set; start the program in a graphical session, or name the server, such as \":0\""
        .to_owned()
}

fn refusal(quoted: &str, error: &ConnectError) -> String {
    match error {
        ConnectError::SetupFailed(_) | ConnectError::SetupAuthenticate(_) => format!(
            "the X server {quoted} refuses the connection: {error}; set XAUTHORITY to the file of its owner, or let this \
             user in with \"xhost +si:localuser:NAME\""
        ),
        ConnectError::InvalidScreen => {
            format!("the X server {quoted} has no screen of that number; name one that it has")
        }
        _ => format!("the X server {quoted} does not answer: {error}"),
    }
}

/// Why a request failed, and whether the connection did.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server has gone, or does not answer.
    Lost(String),
    /// The server refuses: what was named is not there any more, as a rule.
    Refused(String),
}

impl Failure {
    /// Why, as a clause.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Lost(why) | Self::Refused(why) => why,
        }
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::UnsupportedExtension => Self::Refused(error.to_string()),
            ConnectionError::IoError(error) => Self::Lost(error.to_string()),
            error => Self::Lost(error.to_string()),
        }
    }
}

impl From<ReplyError> for Failure {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(error) => error.into(),
            ReplyError::X11Error(error) => Self::Refused(format!("{:?}", error.error_kind)),
        }
    }
}

impl From<ReplyOrIdError> for Failure {
    fn from(error: ReplyOrIdError) -> Self {
        match error {
            ReplyOrIdError::IdsExhausted => Self::Lost("it has no more numbers for what is made".into()),
            ReplyOrIdError::ConnectionError(error) => error.into(),
            ReplyOrIdError::X11Error(error) => Self::Refused(format!("{:?}", error.error_kind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_server_the_message_says_what_to_do() {
        let stopped = Arc::default();
        let told = |name| Server::connect(name, &stopped).err().unwrap();
        assert_eq!(
            told("nonsense"),
            "\"nonsense\" names no X server, wanted \":1\", \"host:1\" or the path of a socket"
        );
        let text = told(":60123");
        assert!(text.starts_with("there is no X server \":60123\": "), "{text}");
        assert!(text.ends_with("; start it, or name another one"), "{text}");
        assert!(no_server_named(true).contains("XWayland"));
        assert!(no_server_named(false).contains("DISPLAY is not set"));
    }
}
