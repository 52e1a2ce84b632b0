//! The memory that a plugin reads and writes: planes for all its ports, made once for the longest block. What comes from a
//! frame is copied in, since a plugin may write to its inputs, and what it gives is copied out.

use clap_sys::audio_buffer::clap_audio_buffer;

use crate::ports::{AudioPort, Ports};

/// The buffers of an active plugin.
pub(crate) struct Buffers {
    inputs: Side,
    outputs: Side,
}

/// The ports of a direction.
struct Side {
    /// A plane for each channel of each port.
    planes: Vec<Vec<f32>>,
    /// The address of each plane. Neither is moved or made longer.
    _starts: Vec<Vec<*mut f32>>,
    tables: Vec<clap_audio_buffer>,
    /// The planes of each port as [`Ports::ordered`] has them: the first one, and how many.
    places: Vec<(usize, usize)>,
}

impl Buffers {
    /// Makes room for blocks of so many samples.
    pub(crate) fn new(ports: &Ports, samples: u32) -> Self {
        Self { inputs: Side::new(&ports.inputs, samples), outputs: Side::new(&ports.outputs, samples) }
    }

    /// The planes of an input, to be filled in; none where the plugin has no such input. 0: the main one.
    pub(crate) fn input(&mut self, which: usize) -> &mut [Vec<f32>] {
        let (first, count) = self.inputs.places.get(which).copied().unwrap_or_default();
        &mut self.inputs.planes[first..first + count]
    }

    /// What the plugin has written to an output. 0: the main one.
    pub(crate) fn output(&self, which: usize) -> &[Vec<f32>] {
        let (first, count) = self.outputs.places.get(which).copied().unwrap_or_default();
        &self.outputs.planes[first..first + count]
    }

    /// The tables as the interface wants them.
    pub(crate) fn tables(&mut self) -> (&[clap_audio_buffer], &mut [clap_audio_buffer]) {
        for table in self.outputs.tables.iter_mut().chain(&mut self.inputs.tables) {
            (table.latency, table.constant_mask) = (0, 0);
        }
        (&self.inputs.tables, &mut self.outputs.tables)
    }
}

impl Side {
    fn new(ports: &[AudioPort], samples: u32) -> Self {
        let channels = |port: &AudioPort| port.channels as usize;
        let mut planes: Vec<Vec<f32>> = Vec::new();
        planes.resize_with(ports.iter().map(channels).sum(), || vec![0.0; samples as usize]);
        let mut rest = planes.iter_mut();
        let mut starts: Vec<Vec<*mut f32>> = ports
            .iter()
            .map(|port| rest.by_ref().take(channels(port)).map(|plane| plane.as_mut_ptr()).collect())
            .collect();
        let table = |of: &mut Vec<*mut f32>| clap_audio_buffer {
            data32: of.as_mut_ptr(),
            data64: std::ptr::null_mut(),
            channel_count: of.len() as u32,
            latency: 0,
            constant_mask: 0,
        };
        let tables = starts.iter_mut().map(table).collect();
        let place = |index: usize| (ports[..index].iter().map(channels).sum(), channels(&ports[index]));
        let places = Ports::ordered(ports).map(place).collect();
        Self { planes, _starts: starts, tables, places }
    }
}
