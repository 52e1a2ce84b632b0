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

use super::core::{block_of, check, dictionary, guarded, made, made_format, whole};
use super::pixels::Pixels;
use crate::four_cc::{NV12_FULL, NV12_LIMITED, spell_status};
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
        let mut session = ptr::null_mut();
        // SAFETY: the dictionaries have the keys and values that the framework wants; the callback has the type that it
        // wants, and its target outlives the session.
        let status = unsafe {
            VTDecompressionSession::create(
                None,
                &format,
                Some(specification(hardware).as_opaque()),
                Some(wanted.as_opaque()),
                &record,
                NonNull::from(&mut session),
            )
        };
        check(status, "make a decoder of VideoToolbox").map_err(|error| match status {
            kVTCouldNotFindVideoDecoderErr | kVTVideoDecoderUnsupportedDataFormatErr => {
                format!(
                    "{error}: this Mac cannot decode such video; set \"hardware\" to \"prefer\", or encode it otherwise"
                )
            }
            _ => error,
        })?;
        // SAFETY: the function has made it for the caller.
        let session = unsafe { made(session, "make a decoder of VideoToolbox") }?;
        Ok(Self { session, format, _target: target })
    }

    fn decode(&mut self, number: usize, unit: &[u8], shown: bool) -> Result<(), Failure> {
        let sample = self.sample(unit).map_err(Failure::Damaged)?;
        let mut flags = VTDecodeFrameFlags::Frame_EnableAsynchronousDecompression;
        if !shown {
            flags |= VTDecodeFrameFlags::Frame_DoNotOutputFrame;
        }
        // SAFETY: the session and the sample live; the number is an address to nobody.
        let status =
            unsafe { self.session.decode_frame(&sample, flags, ptr::without_provenance_mut(number), ptr::null_mut()) };
        if status == 0 { Ok(()) } else { Err(failure(status)) }
    }

    fn finish(&mut self) {
        // SAFETY: the session lives. What fails comes by the callback, once for each unit.
        _ = unsafe { self.session.wait_for_asynchronous_frames() };
    }
}

impl Session {
    /// A sample with a copy of the unit. Its times are the stage's to know.
    fn sample(&self, unit: &[u8]) -> Result<CFRetained<CMSampleBuffer>, String> {
        let block = block_of(unit)?;
        let sizes = [unit.len()];
        let mut sample = ptr::null_mut();
        // SAFETY: one sample, with one size and no times.
        let status = unsafe {
            CMSampleBuffer::create_ready(
                None,
                Some(&block),
                Some(&self.format),
                1,
                0,
                ptr::null(),
                1,
                sizes.as_ptr(),
                NonNull::from(&mut sample),
            )
        };
        check(status, "make a sample of a unit")?;
        // SAFETY: the function has made it for the caller.
        unsafe { made(sample, "make a sample of a unit") }
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
    let what = "read the parameter sets of a stream";
    let mut starts: Vec<NonNull<u8>> = sets.sets.iter().map(|set| NonNull::from(&set[..]).cast()).collect();
    let mut lengths: Vec<usize> = sets.sets.iter().map(Vec::len).collect();
    if starts.is_empty() {
        return Err(format!("cannot {what}: there are none"));
    }
    let (count, mut format) = (starts.len(), ptr::null());
    let (starts, lengths) = (NonNull::from(&mut starts[..]).cast(), NonNull::from(&mut lengths[..]).cast());
    let place = NonNull::from(&mut format);
    // SAFETY: so many sets, each as long as it says; the framework copies them.
    let status = unsafe {
        match codec {
            Codec::H264 => CMVideoFormatDescriptionCreateFromH264ParameterSets(None, count, starts, lengths, 4, place),
            Codec::Hevc => {
                CMVideoFormatDescriptionCreateFromHEVCParameterSets(None, count, starts, lengths, 4, None, place)
            }
        }
    };
    check(status, what)?;
    // SAFETY: the function has made it for the caller.
    unsafe { made_format(format, what) }
}

fn specification(hardware: Hardware) -> CFRetained<CFDictionary<CFString, CFType>> {
    // SAFETY: constants of the framework.
    let (enable, require) = unsafe {
        (
            kVTVideoDecoderSpecification_EnableHardwareAcceleratedVideoDecoder,
            kVTVideoDecoderSpecification_RequireHardwareAcceleratedVideoDecoder,
        )
    };
    match hardware {
        Hardware::Require => dictionary(&[(require, CFBoolean::new(true))]),
        Hardware::Prefer | Hardware::Avoid => dictionary(&[(enable, CFBoolean::new(hardware == Hardware::Prefer))]),
    }
}

fn failure(status: i32) -> Failure {
    let text = format!("VideoToolbox answers {}", spell_status(status));
    match status {
        // The system has taken the media engine away, such as for sleep, or its process has ended.
        kVTInvalidSessionErr | kVTVideoDecoderMalfunctionErr | kVTVideoDecoderRemovedErr | kVTSessionMalfunctionErr => {
            Failure::Lost(text)
        }
        _ => Failure::Damaged(text),
    }
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
            _ => Err(failure(status)),
        };
        target.put(Decoded { number: number.addr(), picture });
    });
}
