//! A picture in textures: one for each plane of its format. On its lane it stands for the bytes of a frame, which come back
//! once a stage asks for them or the frame leaves the lane.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_I420, SLUICE_NV12, SLUICE_RGBA8, SluiceFrameInfo};
use sluice_stage::{Context, Frame, PlaneRows};
use wgpu::{
    Buffer, Extent3d, Origin3d, TexelCopyBufferInfo, TexelCopyBufferLayout, TexelCopyTextureInfo, TextureAspect,
    TextureFormat,
};

use crate::device::Fault;
use crate::lane::{Lane, Plane};

/// What handles of this plugin are: the address of a [`Picture`].
pub(crate) const TYPE: u32 = u32::from_be_bytes(*b"WGPU");

/// What rows of buffers are padded to.
const ROW_STEP: u32 = wgpu::COPY_BYTES_PER_ROW_ALIGNMENT;

/// Format and size of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measures {
    /// `abi::SLUICE_NV12`, …
    pub(crate) format: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// As `SluiceFrameInfo` has it.
    pub(crate) pixel_aspect: u32,
}

impl Measures {
    /// Those of a picture.
    pub(crate) fn of(&SluiceFrameInfo { format, width, height, pixel_aspect, .. }: &SluiceFrameInfo) -> Self {
        Self { format, width, height, pixel_aspect }
    }
}

/// What a stage counts of the pictures that it has made. Written by one lane's thread; figures read them.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) uploads: AtomicU32,
    pub(crate) read_backs: AtomicU32,
    /// The last picture was read back: the next ones will be, so that this is recorded with their draws.
    pub(crate) leaves: AtomicBool,
}

/// A picture. Its textures go back to its lane when it is dropped.
pub(crate) struct Picture {
    pub(crate) lane: Arc<Lane>,
    pub(crate) measures: Measures,
    pub(crate) planes: Vec<Plane>,
    counts: Arc<Counts>,
    /// Where the recorded commands copy it to.
    staged: Mutex<Option<Buffer>>,
}

impl Picture {
    /// Room for a picture, in textures that have another one's pixels.
    ///
    /// # Errors
    ///
    /// It is larger than the device's textures are.
    pub(crate) fn new(lane: &Arc<Lane>, measures: Measures, counts: &Arc<Counts>) -> Result<Self, String> {
        let Measures { format, width, height, .. } = measures;
        let most = lane.gpu.most_pixels;
        if width > most || height > most {
            let name = &lane.gpu.name;
            return Err(format!(
                "a picture of {width} × {height} is larger than the {most} pixels a side of \"{name}\""
            ));
        }
        let planes = plane_formats(format)
            .iter()
            .map(|&(format, halves)| {
                let side = |pixels: u32| if halves { pixels.div_ceil(2) } else { pixels };
                lane.take_texture((side(width), side(height), format))
            })
            .collect();
        let (lane, counts) = (Arc::clone(lane), Arc::clone(counts));
        Ok(Self { lane, measures, planes, counts, staged: Mutex::new(None) })
    }

    /// The picture of a frame: its own textures, or an upload of its bytes. `None`: it was on a device that is lost.
    ///
    /// # Errors
    ///
    /// The device takes no such picture.
    pub(crate) fn of(
        context: &Context,
        frame: Frame,
        lane: &Arc<Lane>,
        counts: &Arc<Counts>,
    ) -> Result<Option<Arc<Self>>, String> {
        if let Some(handle) = context.foreign(frame, TYPE) {
            let handle = handle.as_ptr().cast_const().cast::<Self>();
            // SAFETY: handles of this type are what `Arc::into_raw` gave; the frame has its reference during the call.
            let picture = unsafe {
                Arc::increment_strong_count(handle);
                Arc::from_raw(handle)
            };
            return Ok((picture.lane.gpu.serial == lane.gpu.serial).then_some(picture));
        }
        let info = context.info(frame).ok_or("a frame says nothing of itself")?;
        let bytes = context.picture(frame).ok_or("a frame has no picture")?;
        let measures = Measures {
            format: bytes.format,
            width: bytes.width,
            height: bytes.height,
            pixel_aspect: info.pixel_aspect,
        };
        let picture = Self::new(lane, measures, counts)?;
        let sent = picture.upload(&bytes.planes);
        picture.sent(sent)
    }

    /// Records the upload of its planes, all of them in one buffer.
    fn upload(&self, from: &[PlaneRows<'_>]) -> Result<(), Fault> {
        let places = self.places().0;
        self.send(|to| {
            for (from, &(offset, stride)) in from.iter().zip(&places) {
                let rows = to[offset as usize..].chunks_mut(stride as usize).take(from.rows);
                for (row, to) in rows.enumerate() {
                    to[..from.row_bytes].copy_from_slice(&from.bytes[row * from.stride..][..from.row_bytes]);
                }
            }
        })
    }

    /// Records an upload of what `fill` writes, in the layout of [`Picture::places`].
    fn send(&self, fill: impl FnOnce(&mut [u8])) -> Result<(), Fault> {
        let (places, bytes) = self.places();
        self.lane.upload(bytes, fill, |encoder, buffer| {
            for (plane, &place) in self.planes.iter().zip(&places) {
                let extent = plane.extent();
                encoder.copy_buffer_to_texture(in_buffer(buffer, place), plane.whole(), extent);
            }
        })
    }

    /// Its bytes, for [`Picture::again`], once the device has made them. `None`: it has not.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.lane.read(self.record_read_back(), |from| bytes.extend_from_slice(from)).then_some(bytes)
    }

    /// A picture of those measures from what [`Picture::bytes`] gave, on whichever device. `None`: this one is lost too.
    ///
    /// # Errors
    ///
    /// The device takes no such picture.
    pub(crate) fn again(
        lane: &Arc<Lane>,
        counts: &Arc<Counts>,
        measures: Measures,
        bytes: &[u8],
    ) -> Result<Option<Arc<Self>>, String> {
        let picture = Self::new(lane, measures, counts)?;
        let sent = picture.send(|to| to.copy_from_slice(bytes));
        picture.sent(sent)
    }

    /// Counts its upload. `None`: the device is lost.
    fn sent(self, sent: Result<(), Fault>) -> Result<Option<Arc<Self>>, String> {
        match sent {
            Err(Fault::Lost) => Ok(None),
            Err(Fault::Refused(why)) => Err(why),
            Ok(()) => {
                self.counts.uploads.fetch_add(1, Ordering::Relaxed);
                Ok(Some(Arc::new(self)))
            }
        }
    }

    /// Records that it is read back, if its stage's pictures are; waits for nothing.
    pub(crate) fn stage_if_it_leaves(&self) {
        if self.counts.leaves.load(Ordering::Relaxed) {
            let mut staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
            staged.get_or_insert_with(|| self.record_read_back());
        }
    }

    fn record_read_back(&self) -> Buffer {
        let (places, bytes) = self.places();
        self.lane.read_back(bytes, |encoder, buffer| {
            for (plane, &place) in self.planes.iter().zip(&places) {
                encoder.copy_texture_to_buffer(plane.whole(), in_buffer(buffer, place), plane.extent());
            }
        })
    }

    /// Calls `take` with the bytes of each plane and what its rows are apart, once the device has made them. `false`: the
    /// device is lost.
    pub(crate) fn read(&self, mut take: impl FnMut(usize, &[u8], usize)) -> bool {
        self.counts.leaves.store(true, Ordering::Relaxed);
        self.counts.read_backs.fetch_add(1, Ordering::Relaxed);
        let staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner).take();
        let buffer = staged.unwrap_or_else(|| self.record_read_back());
        self.lane.read(buffer, |bytes| {
            for (index, (offset, stride)) in self.places().0.into_iter().enumerate() {
                take(index, &bytes[offset as usize..], stride as usize);
            }
        })
    }

    /// Where each plane starts in a buffer and what its rows are apart; and the bytes of all.
    fn places(&self) -> (Vec<(u64, u32)>, u64) {
        let mut end = 0;
        let place = |plane: &Plane| {
            let stride = plane.row_bytes().next_multiple_of(ROW_STEP);
            let place = (end, stride);
            end += u64::from(stride) * u64::from(plane.key.1);
            place
        };
        (self.planes.iter().map(place).collect(), end)
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        let staged = self.staged.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(buffer) = staged {
            self.counts.leaves.store(false, Ordering::Relaxed);
            self.lane.give_read_back(buffer);
        }
        self.lane.give_textures(self.planes.drain(..));
    }
}

impl Plane {
    fn row_bytes(&self) -> u32 {
        let (width, _, format) = self.key;
        width * format.block_copy_size(None).unwrap_or(4)
    }

    /// Of its texture.
    pub(crate) fn bytes(&self) -> u64 {
        u64::from(self.row_bytes()) * u64::from(self.key.1)
    }

    fn extent(&self) -> Extent3d {
        let (width, height, _) = self.key;
        Extent3d { width, height, depth_or_array_layers: 1 }
    }

    fn whole(&self) -> TexelCopyTextureInfo<'_> {
        let (origin, aspect) = (Origin3d::ZERO, TextureAspect::All);
        TexelCopyTextureInfo { texture: &self.texture, mip_level: 0, origin, aspect }
    }
}

fn in_buffer(buffer: &Buffer, (offset, stride): (u64, u32)) -> TexelCopyBufferInfo<'_> {
    let layout = TexelCopyBufferLayout { offset, bytes_per_row: Some(stride), rows_per_image: None };
    TexelCopyBufferInfo { buffer, layout }
}

/// The formats of the planes of a picture, each with whether it has half the width and height, rounded up.
pub(crate) fn plane_formats(format: u32) -> &'static [(TextureFormat, bool)] {
    match format {
        SLUICE_RGBA8 => &[(TextureFormat::Rgba8Unorm, false)],
        SLUICE_BGRA8 => &[(TextureFormat::Bgra8Unorm, false)],
        SLUICE_NV12 => &[(TextureFormat::R8Unorm, false), (TextureFormat::Rg8Unorm, true)],
        SLUICE_I420 => {
            &[(TextureFormat::R8Unorm, false), (TextureFormat::R8Unorm, true), (TextureFormat::R8Unorm, true)]
        }
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::testing;
    use crate::lane::FrameFacts;
    use crate::pass::Pass;

    #[test]
    fn pictures_that_leave_are_drawn_and_read_back_by_one_submission() {
        let Some(_alone) = testing::alone() else { return };
        let lane = Lane::own().unwrap();
        let counts = Arc::new(Counts::default());
        counts.leaves.store(true, Ordering::Relaxed);
        let mut pass = Pass::own("fn shade(uv: vec2f) -> vec4f { return vec4f(f32(frame) / 255.0); }").unwrap();
        let measures = Measures { format: SLUICE_RGBA8, width: 5, height: 3, pixel_aspect: 0 };
        let pictures: Vec<Picture> = (0..4_u32)
            .map(|number| {
                let picture = Picture::new(&lane, measures, &counts).unwrap();
                let to = &picture.planes[0];
                let pipeline = pass.pipeline(&lane.gpu, to.key.2).unwrap();
                lane.draw(&pipeline, &[], to, FrameFacts { time_seconds: 0.0, number }, &[0; 16]);
                picture.stage_if_it_leaves();
                picture
            })
            .collect();
        for (number, picture) in pictures.iter().enumerate() {
            let mut levels = Vec::new();
            assert!(picture.read(|_, bytes, stride| levels.extend_from_slice(&bytes[2 * stride..][..20])));
            assert_eq!(levels, [number as u8; 20]);
        }
        assert_eq!((lane.submissions(), counts.read_backs.load(Ordering::Relaxed)), (1, 4));
        // A device that is lost gives no bytes, and takes the next one's place from nobody.
        let late = Picture::new(&lane, measures, &counts).unwrap();
        lane.gpu.lose();
        assert!(!late.read(|_, _, _| ()));
        assert_eq!(Lane::own().unwrap().gpu.serial, lane.gpu.serial + 1);
    }
}
