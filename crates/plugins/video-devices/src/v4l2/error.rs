//! Why a camera cannot be used, and what to do.

use std::io;

/// Why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CameraError {
    /// It is not there now, and may come back.
    Gone(String),
    /// Trying again is of no use.
    Refused(String),
}

impl CameraError {
    /// The message.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Gone(text) | Self::Refused(text) => text,
        }
    }
}

/// What the system says of a camera, in words. `doing`: what was attempted, such as `open`.
pub(crate) fn explain(doing: &str, path: &str, error: &io::Error) -> CameraError {
    let cannot = format!("cannot {doing} camera \"{path}\": ");
    match error.raw_os_error() {
        Some(libc::EACCES | libc::EPERM) => CameraError::Refused(format!(
            "{cannot}this user may not use it; add the user to the group \"video\" (sudo usermod -aG video NAME), and log \
             in again"
        )),
        Some(libc::EBUSY) => {
            CameraError::Gone(format!("{cannot}it is busy: another program or node captures from it; end that one"))
        }
        Some(libc::ENOENT | libc::ENODEV | libc::ENXIO) => {
            CameraError::Gone(format!("{cannot}it is not there; connect it, or name another one"))
        }
        _ => CameraError::Gone(format!("{cannot}{error}")),
    }
}
