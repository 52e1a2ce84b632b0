//! Why nothing comes, as the log tells it. No message has more of the address than host and port.

use std::fmt;

use crate::settings::Settings;

/// What ends a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The server did not answer in time.
    NoAnswer,
    /// The server wants a user and a password.
    Unauthorized,
    NotFound,
    /// None of these outputs has anything in the session; what has it?
    NotCarried(String),
    /// Packets have stopped.
    Stopped,
    /// The server has ended the session.
    Ended,
    /// What `retina` says.
    Other(String),
}

impl Trouble {
    /// What is told of it.
    pub(crate) fn tell(&self, settings: &Settings) -> String {
        let server = settings.server();
        let patience = settings.patience.as_secs_f64();
        let what: &dyn fmt::Display = match self {
            Self::NoAnswer => &format!("{server} does not answer within {patience} s; look at \"url\" and the network"),
            Self::Unauthorized if settings.credentials.is_some() => &format!(
                "{server} refuses the user or the password (401); look at the variables that \"user\" and \"password\" name"
            ),
            Self::Unauthorized => &format!(
                "{server} wants a user and a password (401); set \"user\" and \"password\", each by a reference \
                 ${{env:NAME}}"
            ),
            Self::NotFound => &format!("{server} has nothing at the path of \"url\" (404)"),
            Self::NotCarried(what) => &format!("{server} has nothing for the outputs that are linked: {what}"),
            Self::Stopped => &format!("nothing has come from {server} for {patience} s"),
            Self::Ended => &format!("{server} has ended the session"),
            Self::Other(what) => &format!("{server}: {what}"),
        };
        format!("{what}; it is tried again until it works")
    }
}

impl From<retina::Error> for Trouble {
    fn from(error: retina::Error) -> Self {
        match error.status_code() {
            Some(401) => Self::Unauthorized,
            Some(404) => Self::NotFound,
            // The lines behind the first one are of packets.
            _ => Self::Other(error.to_string().lines().next().unwrap_or_default().to_owned()),
        }
    }
}
