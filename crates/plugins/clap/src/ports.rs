//! The ports of a plugin: audio and notes. They are read while it is not active.

use clap_sys::ext::audio_ports::{
    CLAP_AUDIO_PORT_IS_MAIN, CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports,
};
use clap_sys::ext::note_ports::{
    CLAP_EXT_NOTE_PORTS, CLAP_NOTE_DIALECT_CLAP, CLAP_NOTE_DIALECT_MIDI, clap_note_port_info, clap_plugin_note_ports,
};

use crate::instance::Instance;
use crate::texts::text_in;

/// Most channels of a port, and most ports of a direction: frames have no more.
const MOST_CHANNELS: u32 = 64;

/// A port for audio.
#[derive(Debug, Clone)]
pub(crate) struct AudioPort {
    pub(crate) name: String,
    pub(crate) channels: u32,
    is_main: bool,
}

/// A port for notes.
#[derive(Debug, Clone)]
pub(crate) struct NotePort {
    pub(crate) name: String,
    /// Whether it takes events of CLAP, and messages of MIDI.
    pub(crate) takes_notes: bool,
    pub(crate) takes_midi: bool,
}

/// All ports of a plugin.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ports {
    pub(crate) inputs: Vec<AudioPort>,
    pub(crate) outputs: Vec<AudioPort>,
    pub(crate) notes: Vec<NotePort>,
}

impl Ports {
    /// Asks a plugin for its ports.
    ///
    /// # Errors
    ///
    /// Why they cannot be used.
    pub(crate) fn read(instance: &Instance) -> Result<Self, String> {
        Ok(Self {
            inputs: audio_ports(instance, true)?,
            outputs: audio_ports(instance, false)?,
            notes: note_ports(instance),
        })
    }

    /// The index of the main port of a list: the one that says so, else the first one.
    pub(crate) fn main(ports: &[AudioPort]) -> Option<usize> {
        let said = ports.iter().position(|port| port.is_main && port.channels > 0);
        said.or_else(|| ports.iter().position(|port| port.channels > 0))
    }

    /// The indices of the ports with channels, the main one first: those of the stage, in its order.
    pub(crate) fn ordered(ports: &[AudioPort]) -> impl Iterator<Item = usize> {
        let main = Self::main(ports);
        let others = (0..ports.len()).filter(move |&index| Some(index) != main && ports[index].channels > 0);
        main.into_iter().chain(others)
    }
}

fn audio_ports(instance: &Instance, is_input: bool) -> Result<Vec<AudioPort>, String> {
    let Some(ports) = instance.extension::<clap_plugin_audio_ports>(CLAP_EXT_AUDIO_PORTS) else {
        return Ok(Vec::new());
    };
    let (Some(count), Some(get)) = (ports.count, ports.get) else { return Ok(Vec::new()) };
    // SAFETY: on the main thread, the plugin is initialised.
    let count = unsafe { count(instance.raw(), is_input) };
    let direction = if is_input { "input" } else { "output" };
    if count > MOST_CHANNELS {
        return Err(format!("it has {count} {direction} ports, wanted {MOST_CHANNELS} at most"));
    }
    (0..count)
        .map(|index| {
            // SAFETY: numbers, texts and addresses, for which 0 is a value.
            let mut info: clap_audio_port_info = unsafe { std::mem::zeroed() };
            // SAFETY: as above, with a place for the answer.
            if !unsafe { get(instance.raw(), index, is_input, &raw mut info) } {
                return Err(format!("it does not tell of its {direction} port {index}"));
            }
            if info.channel_count > MOST_CHANNELS {
                let channels = info.channel_count;
                return Err(format!(
                    "its {direction} port {index} has {channels} channels, wanted {MOST_CHANNELS} at most"
                ));
            }
            let is_main = info.flags & CLAP_AUDIO_PORT_IS_MAIN != 0;
            Ok(AudioPort { name: text_in(&info.name), channels: info.channel_count, is_main })
        })
        .collect()
}

fn note_ports(instance: &Instance) -> Vec<NotePort> {
    let ports = instance.extension::<clap_plugin_note_ports>(CLAP_EXT_NOTE_PORTS);
    let Some((count, get)) = ports.and_then(|ports| ports.count.zip(ports.get)) else { return Vec::new() };
    // SAFETY: on the main thread, the plugin is initialised.
    let count = unsafe { count(instance.raw(), true) };
    (0..count.min(MOST_CHANNELS))
        .filter_map(|index| {
            // SAFETY: numbers and texts, for which 0 is a value.
            let mut info: clap_note_port_info = unsafe { std::mem::zeroed() };
            // SAFETY: as above, with a place for the answer.
            unsafe { get(instance.raw(), index, true, &raw mut info) }.then(|| NotePort {
                name: text_in(&info.name),
                takes_notes: info.supported_dialects & CLAP_NOTE_DIALECT_CLAP != 0,
                takes_midi: info.supported_dialects & CLAP_NOTE_DIALECT_MIDI != 0,
            })
        })
        .collect()
}
