//! The devices of the server.

use std::ffi::{CStr, CString};

use pulseaudio::protocol::{Command, SampleSpec, ServerInfo, SinkInfoList, SourceInfoList};

use super::connection::Connection;
use crate::device::{Direction, Listed};
use crate::link::Format;
use crate::trouble::Trouble;

/// What the server has for one direction.
pub(crate) struct Catalogue {
    pub(crate) devices: Vec<Listed>,
}

impl Catalogue {
    /// Asks the server.
    ///
    /// # Errors
    ///
    /// It does not answer.
    pub(crate) fn ask(connection: &mut Connection, direction: Direction) -> Result<Self, Trouble> {
        let server: ServerInfo = connection.ask(&Command::GetServerInfo)?;
        let entry =
            |name: &CStr, label: Option<&CString>, spec: SampleSpec, is_monitor, default: Option<&CString>| Listed {
                name: text(name),
                label: label.map_or_else(|| text(name), |label| text(label)),
                is_default: default.is_some_and(|default| default.as_c_str() == name),
                is_monitor,
                format: Format { rate_hz: spec.sample_rate, channels: u32::from(spec.channels) },
            };
        let devices = match direction {
            Direction::Playback => {
                let list: SinkInfoList = connection.ask(&Command::GetSinkInfoList)?;
                let default = server.default_sink_name.as_ref();
                list.iter()
                    .map(|sink| entry(&sink.name, sink.description.as_ref(), sink.sample_spec, false, default))
                    .collect()
            }
            Direction::Capture => {
                let list: SourceInfoList = connection.ask(&Command::GetSourceInfoList)?;
                let default = server.default_source_name.as_ref();
                list.iter()
                    .map(|source| {
                        let is_monitor = source.monitor_of_sink_index.is_some();
                        entry(&source.name, source.description.as_ref(), source.sample_spec, is_monitor, default)
                    })
                    .collect()
            }
        };
        Ok(Self { devices })
    }

    /// The device of a name, or of a name for people; empty: the default one.
    ///
    /// # Errors
    ///
    /// There is none; the others are named.
    pub(crate) fn find(&self, device: &str) -> Result<&Listed, Trouble> {
        let by = |is_it: &dyn Fn(&&Listed) -> bool| self.devices.iter().find(is_it);
        let found = match device {
            "" => by(&|each| each.is_default),
            name => by(&|each| each.name == name).or_else(|| by(&|each| each.label == name)),
        };
        found.ok_or_else(|| Trouble::NoDevice {
            wanted: device.into(),
            found: self.devices.iter().map(|each| format!("\"{}\"", each.name)).collect(),
        })
    }
}

fn text(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}
