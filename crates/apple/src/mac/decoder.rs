//! VideoToolbox's decoders.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use objc2_core_foundation::{CFArray, CFBoolean, CFDictionary, CFNumber, CFRetained, CFString, CFType};
use objc2_core_media::{
    CMFormatDescription, CMSampleBuffer, CMTime, CMVideoFormatDescriptionCreateFromH264ParameterSets,
    CMVideoFormatDescriptionCreateFromHEVCParameterSets,
};
use objc2_core_video::{CVImageBuffer, kCVPixelBufferIOSurfacePropertiesKey, kCVPixelBufferPixelFormatTypeKey};
use objc2_video_toolbox::*;

use super::core::{block_of, dictionary, guarded, made_by, whole};
use super::pixels::Pixels;
use crate::four_cc::{NV12_FULL, NV12_LIMITED};
use crate::parameter_sets::{Codec, ParameterSets};
use crate::stages::{Decoded, Decoder, Failure, Hardware, Mailbox};

/// A session of VideoToolbox that decodes.
pub struct Session {
    session: CFRetained<VTDecompressionSession>,
    format: CFRetained<CMFormatDescription>,
    /// What the session's thread has by its address; it lives as long as the session.
    _target: Box<Target>,
}

type Target = Arc<Mailbox<Decoded<Pixels>>>;

impl Decoder for Session {
    type Picture = Pixels;

    fn open(
        codec: Codec,
        sets: &ParameterSets,
        hardware: Hardware,
        mailbox: &Arc<Mailbox<Decoded<Pixels>>>,
    ) -> Result<Self, String> {
        let format = format_of(codec, sets)?;
        let target = Box::new(Arc::clone(mailbox));
        let formats: [CFRetained<CFNumber>; 2] = [whole(NV12_LIMITED), whole(NV12_FULL)];
        // Either range, so that the pixels stay as the stream has them.
        let formats = CFArray::from_retained_objects(&formats);
        let surface = CFDictionary::<CFString, CFType>::empty();
        // SAFETY: constants of the framework.
        let wanted = unsafe {
            dictionary(&[
                (kCVPixelBufferPixelFormatTypeKey, &formats),
                (kCVPixelBufferIOSurfacePropertiesKey, &surface),
            ])
        };
        let record = VTDecompressionOutputCallbackRecord {
            decompressionOutputCallback: Some(on_decoded),
            decompressionOutputRefCon: (&raw const *target).cast_mut().cast(),
        };
        let specification = specification(hardware);
        let (specification, wanted) = (Some(specification.as_opaque()), Some(wanted.as_opaque()));
        // SAFETY: the dictionaries have the keys and values that the framework wants; the callback has the type that it
        // wants, and its target outlives the session.
        let session = unsafe {
            made_by("make a decoder of VideoToolbox", |place| {
                VTDecompressionSession::create(None, &format, specification, wanted, &record, place)
            })
        }?;
        Ok(Self { session, format, _target: target })
    }

    fn decode(&mut self, number: usize, unit: &[u8], shown: bool) -> Result<(), Failure> {
        let sample = self.sample(unit).map_err(Failure::Damaged)?;
        let mut flags = VTDecodeFrameFlags::Frame_EnableAsynchronousDecompression;
        flags.set(VTDecodeFrameFlags::Frame_DoNotOutputFrame, !shown);
        let number = ptr::without_provenance_mut(number);
        // SAFETY: the session and the sample live; the number is an address to nobody.
        let status = unsafe { self.session.decode_frame(&sample, flags, number, ptr::null_mut()) };
        if status == 0 { Ok(()) } else { Err(Failure::of_status(status)) }
    }

    fn finish(&mut self) {
        // SAFETY: the session lives. What fails comes by the callback, once for each unit.
        _ = unsafe { self.session.wait_for_asynchronous_frames() };
    }
}

impl Session {
    /// A sample with a copy of the unit. Its times are the stage's to know.
    fn sample(&self, unit: &[u8]) -> Result<CFRetained<CMSampleBuffer>, String> {
        let (block, size) = (block_of(unit)?, unit.len());
        // SAFETY: one sample, with one size and no times.
        unsafe {
            made_by("make a sample of a unit", |place| {
                let (block, format) = (Some(&*block), Some(&*self.format));
                CMSampleBuffer::create_ready(None, block, format, 1, 0, ptr::null(), 1, &size, place)
            })
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // No callback runs any more when these have returned, so that the target may go.
        // SAFETY: the session's last use.
        unsafe {
            _ = self.session.wait_for_asynchronous_frames();
            self.session.invalidate();
        }
    }
}

/// A description of video with these parameter sets, whose samples have lengths of 4 bytes.
pub(super) fn format_of(codec: Codec, sets: &ParameterSets) -> Result<CFRetained<CMFormatDescription>, String> {
    let mut starts: Vec<NonNull<u8>> = sets.sets.iter().map(|set| NonNull::from(&set[..]).cast()).collect();
    let mut lengths: Vec<usize> = sets.sets.iter().map(Vec::len).collect();
    let (count, starts) = (starts.len(), NonNull::from(&mut starts[..]).cast());
    let lengths = NonNull::from(&mut lengths[..]).cast();
    let of_h264 = CMVideoFormatDescriptionCreateFromH264ParameterSets;
    let of_hevc = CMVideoFormatDescriptionCreateFromHEVCParameterSets;
    // SAFETY: so many sets, each as long as it says; the framework copies them.
    unsafe {
        made_by("read the parameter sets of a stream", |place| match codec {
            Codec::H264 => of_h264(None, count, starts, lengths, 4, place.cast()),
            Codec::Hevc => of_hevc(None, count, starts, lengths, 4, None, place.cast()),
        })
    }
}

fn specification(hardware: Hardware) -> CFRetained<CFDictionary<CFString, CFType>> {
    // SAFETY: constants of the framework.
    let key = unsafe {
        match hardware {
            Hardware::Require => kVTVideoDecoderSpecification_RequireHardwareAcceleratedVideoDecoder,
            _ => kVTVideoDecoderSpecification_EnableHardwareAcceleratedVideoDecoder,
        }
    };
    dictionary(&[(key, CFBoolean::new(hardware != Hardware::Avoid))])
}

/// Called on a thread of VideoToolbox, once for each unit.
unsafe extern "C-unwind" fn on_decoded(
    target: *mut c_void,
    number: *mut c_void,
    status: i32,
    _flags: VTDecodeInfoFlags,
    picture: *mut CVImageBuffer,
    _pts: CMTime,
    _duration: CMTime,
) {
    guarded(|| {
        // SAFETY: it outlives the session, which calls this.
        let target = unsafe { &*target.cast_const().cast::<Target>() };
        // SAFETY: null, or a picture that lives until this returns.
        let picture = unsafe { picture.as_ref() };
        let picture = match picture {
            Some(picture) if status == 0 => Ok(Pixels::keep(picture)),
            None if status == 0 => Err(Failure::NotShown),
            _ => Err(Failure::of_status(status)),
        };
        target.put(Decoded { number: number.addr(), picture });
    });
}
