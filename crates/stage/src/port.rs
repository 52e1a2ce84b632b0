//! Ports and figures, which can be made in constants.

use std::ffi::{CStr, c_char};
use std::ptr;

use sluice_abi::stage::{
    SLUICE_AUDIO, SLUICE_DATA, SLUICE_ENCODED, SLUICE_OPTIONAL, SLUICE_PACKET, SLUICE_VIDEO, SluicePort,
};

/// A port of a stage.
#[repr(transparent)]
pub struct Port(SluicePort);

impl Port {
    /// A port for audio.
    #[must_use]
    pub const fn audio(name: &'static CStr, doc: &'static CStr) -> Self {
        Self::new(name, doc, SLUICE_AUDIO)
    }

    /// A port for pictures.
    #[must_use]
    pub const fn video(name: &'static CStr, doc: &'static CStr) -> Self {
        Self::new(name, doc, SLUICE_VIDEO)
    }

    /// A port for encoded frames.
    #[must_use]
    pub const fn encoded(name: &'static CStr, doc: &'static CStr) -> Self {
        Self::new(name, doc, SLUICE_ENCODED)
    }

    /// A port for batches of records.
    #[must_use]
    pub const fn packet(name: &'static CStr, doc: &'static CStr) -> Self {
        Self::new(name, doc, SLUICE_PACKET)
    }

    /// A port for values.
    #[must_use]
    pub const fn data(name: &'static CStr, doc: &'static CStr) -> Self {
        Self::new(name, doc, SLUICE_DATA)
    }

    /// The port, with the name of its record's or value's type.
    #[must_use]
    pub const fn of(mut self, schema: &'static CStr) -> Self {
        self.0.schema = schema.as_ptr();
        self
    }

    /// The input, which accepts only these formats, or the output, which gives no others (`abi::SLUICE_NV12`, …).
    #[must_use]
    pub const fn accepting(mut self, formats: &'static [u32]) -> Self {
        self.0.formats = formats.as_ptr();
        self.0.format_count = formats.len() as u32;
        self
    }

    /// The port, which a graph may leave without a link.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.0.flags = SLUICE_OPTIONAL;
        self
    }

    /// The output, to which so many frames are written for each frame read at most.
    #[must_use]
    pub const fn burst(mut self, frames: u32) -> Self {
        self.0.burst = frames;
        self
    }

    const fn new(name: &'static CStr, doc: &'static CStr, kind: u32) -> Self {
        Self(SluicePort {
            name: name.as_ptr(),
            doc: doc.as_ptr(),
            schema: ptr::null(),
            formats: ptr::null(),
            format_count: 0,
            kind,
            flags: 0,
            burst: 1,
        })
    }
}

/// The name of a figure.
#[repr(transparent)]
pub struct Figure(*const c_char);

// SAFETY: the address of a constant text.
unsafe impl Sync for Figure {}

impl Figure {
    /// A figure of this name.
    #[must_use]
    pub const fn new(name: &'static CStr) -> Self {
        Self(name.as_ptr())
    }
}
