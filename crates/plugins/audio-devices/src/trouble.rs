//! Why a device cannot be used, as a clause that says what was found and what can be done.

use std::fmt;

/// Why a device cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// No server, or no system of devices, answers.
    NoServer(String),
    /// There is no such device.
    NoDevice {
        /// The name that was asked for; empty: the default one.
        wanted: String,
        /// Those that are there.
        found: Vec<String>,
    },
    /// Another program has it.
    Busy(String),
    /// The system or the server refuses access.
    Denied(String),
    /// It has no such format.
    NoFormat(String),
    /// It was there, and is no longer.
    Gone(String),
    /// Anything else.
    Other(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoServer(text) => {
                write!(out, "{text}; start PulseAudio or PipeWire, set PULSE_SERVER, or set backend to \"simulated\"")
            }
            Self::NoDevice { wanted, found } => {
                match wanted.as_str() {
                    "" => write!(out, "there is no default device")?,
                    wanted => write!(out, "there is no device \"{wanted}\"")?,
                }
                if found.is_empty() {
                    return write!(out, ", and no other either; connect one, or set backend to \"simulated\"");
                }
                write!(out, "; available: {}", found.join(", "))
            }
            Self::Busy(device) => write!(
                out,
                "device \"{device}\" is busy: another program, or another node, has it; close that, or name a device \
                 that mixes, such as \"default\""
            ),
            Self::Denied(text) => write!(out, "permission denied: {text}"),
            Self::NoFormat(text) => write!(out, "{text}; set sampleRateHz and channels to what the device has"),
            Self::Gone(text) | Self::Other(text) => out.write_str(text),
        }
    }
}
