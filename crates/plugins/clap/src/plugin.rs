//! A plugin with what it says of itself, and what it can be told: errors name it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::events::{Event, Note};
use crate::find::find;
use crate::instance::Instance;
use crate::library::Library;
use crate::messages::What;
use crate::parameters::Parameters;
use crate::ports::{AudioPort, NotePort, Ports};
use crate::saved;
use crate::side_input::SideInput;

/// A plugin that was initialised.
pub(crate) struct Plugin {
    pub(crate) id: String,
    name: String,
    pub(crate) instance: Instance,
    ports: Ports,
    parameters: Parameters,
}

impl Plugin {
    /// Loads a plugin that a configuration names.
    ///
    /// # Errors
    ///
    /// Why not.
    pub(crate) fn load(path: &str, id: &str) -> Result<Self, String> {
        let library = Library::open(&find(path)?)?;
        let descriptor = library.choose(id)?;
        let name = descriptor.name.clone();
        let instance = Instance::new(library, &descriptor).map_err(|why| fault(&name, &why))?;
        let ports = Ports::read(&instance).map_err(|why| fault(&name, &why))?;
        if Ports::main(&ports.outputs).is_none() {
            return Err(fault(&name, "it has no audio output, wanted one or more"));
        }
        let parameters = Parameters::read(&instance);
        Ok(Self { id: descriptor.id, name, instance, ports, parameters })
    }

    /// The text of an error of this plugin.
    pub(crate) fn fault(&self, why: &str) -> String {
        fault(&self.name, why)
    }

    /// Does what the plugin has asked for since the last call. `true`: it wants to be activated anew.
    pub(crate) fn do_main_work(&mut self) -> bool {
        let restarts = self.instance.do_main_work();
        if self.instance.host.take_parameters() {
            self.parameters = Parameters::read(&self.instance);
        }
        restarts
    }

    /// Checks that audio fits the main input. A plugin without one takes any.
    ///
    /// # Errors
    ///
    /// What is wanted.
    pub(crate) fn check_channels(&self, found: u32) -> Result<(), String> {
        let main = Ports::main(&self.ports.inputs).map(|index| &self.ports.inputs[index]);
        let Some(port) = main.filter(|port| port.channels != found) else { return Ok(()) };
        let (found, wanted) = (count_of(found), count_of(port.channels));
        Err(self.fault(&format!(
            "audioIn has {found}, and its input \"{}\" wants {wanted}; put a channel-mapper before it",
            port.name
        )))
    }

    /// Its inputs for audio beside the main one, as those of the stage from `first` on.
    pub(crate) fn side_inputs(&self, first: u32) -> Vec<SideInput> {
        let ports = Ports::ordered(&self.ports.inputs).skip(1).map(|index| &self.ports.inputs[index]);
        let input = |(index, port): (usize, &AudioPort)| {
            SideInput::new(first + index as u32, format!("audioIn{}", index + 2), port.channels)
        };
        ports.enumerate().map(input).collect()
    }

    /// How many outputs for audio it has.
    pub(crate) fn outputs(&self) -> usize {
        Ports::ordered(&self.ports.outputs).count()
    }

    /// Activates it for blocks of so many samples, anew if it is active.
    ///
    /// # Errors
    ///
    /// Why not.
    pub(crate) fn activate(&mut self, rate_hz: u32, samples: u32) -> Result<(), String> {
        self.instance.activate(&self.ports, rate_hz, samples).map_err(|why| fault(&self.name, &why))
    }

    /// Its state: what it saves of itself, or the values of its parameters.
    ///
    /// # Errors
    ///
    /// It cannot.
    pub(crate) fn save_state(&self) -> Result<Vec<u8>, String> {
        saved::save(&self.instance, &self.parameters).map_err(|why| self.fault(&why))
    }

    /// Goes on from a state. What it gives is to be set beside.
    ///
    /// # Errors
    ///
    /// Why not.
    pub(crate) fn load_state(&self, state: &[u8]) -> Result<Vec<Event>, String> {
        saved::load(&self.instance, &self.parameters, state).map_err(|why| self.fault(&why))
    }

    /// Its parameters with their present values.
    pub(crate) fn describe_parameters(&self) -> Value {
        self.parameters.describe(&self.instance)
    }

    /// The event that a message asks for.
    ///
    /// # Errors
    ///
    /// The plugin has nothing that takes it.
    pub(crate) fn event(&self, what: What) -> Result<Event, String> {
        match what {
            What::Set { parameter, value } => self.set_event(&parameter, &value),
            What::Note(note) => self.note_event(&note),
            What::Midi { port, data } => self.midi_event(port, data),
        }
    }

    /// The event that sets a parameter.
    ///
    /// # Errors
    ///
    /// There is no such parameter, or it does not take the value.
    pub(crate) fn set_event(&self, key: &str, value: &Value) -> Result<Event, String> {
        let parameter = self.parameters.find(key).map_err(|why| self.fault(&why))?;
        let value = self.parameters.value(&self.instance, parameter, value).map_err(|why| self.fault(&why))?;
        Ok(Event::parameter(parameter, value))
    }

    /// The id of the parameter that a key names, if there is one.
    pub(crate) fn parameter_id(&self, key: &str) -> Option<u32> {
        self.parameters.find(key).ok().map(|parameter| parameter.id)
    }

    /// The event that sets a parameter to a value that it has had.
    pub(crate) fn value_event(&self, id: u32, value: f64) -> Option<Event> {
        self.parameters.with_id(id).map(|parameter| Event::parameter(parameter, value))
    }

    /// The present values of the parameters that can be set, by id.
    pub(crate) fn values(&self) -> BTreeMap<u32, f64> {
        let settable = self.parameters.iter().filter(|each| !each.is_read_only);
        settable.filter_map(|each| Some((each.id, self.parameters.current(&self.instance, each)?))).collect()
    }

    fn note_event(&self, note: &Note) -> Result<Event, String> {
        match self.note_port(note.port)? {
            NotePort { takes_notes: true, .. } => Ok(Event::note(note)),
            NotePort { takes_midi: true, .. } => Ok(Event::note_as_midi(note)),
            port => Err(self.fault(&format!("its note port \"{}\" takes neither notes nor MIDI 1.0", port.name))),
        }
    }

    /// Where a port takes notes alone, those of MIDI become such notes.
    fn midi_event(&self, port: u16, data: [u8; 3]) -> Result<Event, String> {
        let found = self.note_port(port)?;
        if found.takes_midi {
            return Ok(Event::midi(port, data));
        }
        let [status, key, velocity] = data;
        if !matches!(status & 0xf0, 0x80 | 0x90) {
            return Err(self.fault(&format!("its note port \"{}\" takes notes alone, and no other MIDI", found.name)));
        }
        let is_on = status & 0xf0 == 0x90 && velocity > 0;
        let velocity = f64::from(velocity) / 127.0;
        self.note_event(&Note { is_on, key, velocity, channel: status & 15, port, id: -1 })
    }

    fn note_port(&self, index: u16) -> Result<&NotePort, String> {
        let found = self.ports.notes.get(usize::from(index));
        found.ok_or_else(|| match self.ports.notes.len() {
            0 => self.fault("it has no port for notes"),
            count => self.fault(&format!("there is no note port {index}, wanted 0 to {}", count - 1)),
        })
    }
}

fn fault(name: &str, why: &str) -> String {
    format!("plugin \"{name}\": {why}")
}

fn count_of(channels: u32) -> String {
    if channels == 1 { "1 channel".into() } else { format!("{channels} channels") }
}
