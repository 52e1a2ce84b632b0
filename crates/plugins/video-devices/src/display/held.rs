//! A picture that was copied out of its frame, so that the frame can go back at once.

use std::time::Instant;

use sluice_stage::{Context, Frame, Picture};

/// A plane.
#[derive(Default)]
pub(crate) struct HeldPlane {
    pub(crate) bytes: Vec<u8>,
    pub(crate) stride: usize,
    pub(crate) rows: usize,
}

/// A copy of a picture. Its memory is used again for the next one.
pub(crate) struct Held {
    /// `abi::SLUICE_NV12`, …
    pub(crate) format: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// As `SluiceFrameInfo` has it.
    pub(crate) pixel_aspect: u32,
    pub(crate) planes: [HeldPlane; 3],
    pub(crate) pts_ns: f64,
    /// When it entered the graph.
    pub(crate) ingress_ns: f64,
    /// When it is to be seen.
    pub(crate) due: Instant,
}

impl Held {
    pub(crate) fn empty() -> Self {
        Self {
            format: 0,
            width: 0,
            height: 0,
            pixel_aspect: 0,
            planes: Default::default(),
            pts_ns: 0.0,
            ingress_ns: 0.0,
            due: Instant::now(),
        }
    }

    /// Copies the picture of a frame.
    pub(crate) fn take(&mut self, context: &Context, frame: Frame) -> Result<(), String> {
        self.copy(&context.picture(frame).ok_or("a picture has no planes")?);
        Ok(())
    }

    /// Copies a picture.
    pub(crate) fn copy(&mut self, picture: &Picture<'_>) {
        (self.format, self.width, self.height) = (picture.format, picture.width, picture.height);
        for (own, plane) in self.planes.iter_mut().zip(&picture.planes) {
            own.bytes.clear();
            own.bytes.extend_from_slice(plane.bytes);
            (own.stride, own.rows) = (plane.stride, plane.rows);
        }
    }
}
