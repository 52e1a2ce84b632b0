//! VideoToolbox's encoders.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use objc2_core_foundation::{CFBoolean, CFDictionary, CFNumber, CFRetained, CFString, CFType};
use objc2_core_media::{
    CMFormatDescription, CMSampleBuffer, CMVideoFormatDescriptionGetH264ParameterSetAtIndex,
    CMVideoFormatDescriptionGetHEVCParameterSetAtIndex, kCMSampleAttachmentKey_NotSync, kCMTimeInvalid,
    kCMTimePositiveInfinity,
};
use objc2_core_video::{
    CVPixelBuffer, CVPixelBufferPool, kCVImageBufferColorPrimaries_ITU_R_709_2 as PRIMARIES_709,
    kCVImageBufferColorPrimaries_ITU_R_2020 as PRIMARIES_2020, kCVImageBufferColorPrimaries_SMPTE_C as PRIMARIES_601,
    kCVImageBufferPixelAspectRatioHorizontalSpacingKey, kCVImageBufferPixelAspectRatioVerticalSpacingKey,
    kCVImageBufferTransferFunction_ITU_R_709_2 as TRANSFER_709,
    kCVImageBufferTransferFunction_ITU_R_2020 as TRANSFER_2020, kCVImageBufferYCbCrMatrix_ITU_R_601_4 as MATRIX_601,
    kCVImageBufferYCbCrMatrix_ITU_R_709_2 as MATRIX_709, kCVImageBufferYCbCrMatrix_ITU_R_2020 as MATRIX_2020,
    kCVPixelBufferHeightKey, kCVPixelBufferIOSurfacePropertiesKey, kCVPixelBufferPixelFormatTypeKey,
    kCVPixelBufferWidthKey,
};
use objc2_video_toolbox::*;

use super::core::{check, dictionary, guarded, made_by, nanoseconds, time, whole};
use super::pixels::fill;
use crate::four_cc::{AVC1, HVC1, pixel_code};
use crate::nal_units::{add_annex_b, to_annex_b};
use crate::parameter_sets::Codec;
use crate::stages::{Colours, Encoded, Encoder, Encoding, Hardware, Mailbox, Matrix, Profile, Source, Unit};
use crate::status::refusal;

/// A session of VideoToolbox that encodes.
pub struct Session {
    session: CFRetained<VTCompressionSession>,
    /// What the session's thread has by its address; it lives as long as the session.
    _target: Box<Target>,
}

struct Target {
    codec: Codec,
    mailbox: Arc<Mailbox<Encoded>>,
}

impl Encoder for Session {
    fn open(encoding: &Encoding, mailbox: &Arc<Mailbox<Encoded>>) -> Result<Self, String> {
        let (width, height) = encoding.size;
        let target = Box::new(Target { codec: encoding.codec, mailbox: Arc::clone(mailbox) });
        let code = whole(pixel_code(encoding.format, encoding.colours.full_range)?);
        let (wide, high) = (whole(width), whole(height));
        let surface = CFDictionary::<CFString, CFType>::empty();
        // SAFETY: constants of the framework.
        let source = unsafe {
            dictionary(&[
                (kCVPixelBufferPixelFormatTypeKey, &code),
                (kCVPixelBufferWidthKey, &wide),
                (kCVPixelBufferHeightKey, &high),
                (kCVPixelBufferIOSurfacePropertiesKey, &surface),
            ])
        };
        let what = format!("make an encoder of VideoToolbox for pictures of {width} × {height}");
        let specification = specification(encoding.hardware);
        let (specification, source) = (Some(specification.as_opaque()), Some(source.as_opaque()));
        let codec = if encoding.codec == Codec::H264 { AVC1 } else { HVC1 };
        let (wide, high, to) = (width as i32, height as i32, (&raw const *target).cast_mut().cast());
        let call: VTCompressionOutputCallback = Some(on_encoded);
        // SAFETY: the dictionaries have the keys and values that the framework wants; the callback has the type that it
        // wants, and its target outlives the session.
        let session = unsafe {
            made_by(&what, |place| {
                VTCompressionSession::create(None, wide, high, codec, specification, source, None, call, to, place)
            })
        }?;
        let session = Self { session, _target: target };
        session.configure(encoding)?;
        // SAFETY: the session is configured.
        check(unsafe { session.session.prepare_to_encode_frames() }, &what)?;
        Ok(session)
    }

    fn encode(
        &mut self,
        number: usize,
        picture: &Source<'_>,
        (pts_ns, duration_ns): (f64, f64),
        key_frame: bool,
    ) -> Result<(), String> {
        let buffer = match picture {
            Source::Frame(picture) => {
                let buffer = self.pixel_buffer()?;
                fill(&buffer, picture)?;
                buffer
            }
            // SAFETY: the handle is that of a picture, which lives during the call.
            Source::Handle(handle) => unsafe { CFRetained::retain(handle.cast::<CVPixelBuffer>()) },
        };
        // SAFETY: a constant of the framework.
        let forced = unsafe { kVTEncodeFrameOptionKey_ForceKeyFrame };
        let options = key_frame.then(|| dictionary(&[(forced, CFBoolean::new(true))]));
        // SAFETY: a constant of the framework.
        let lasts = if duration_ns > 0.0 { time(duration_ns)? } else { unsafe { kCMTimeInvalid } };
        let (starts, number) = (time(pts_ns)?, ptr::without_provenance_mut(number));
        let options = options.as_ref().map(|options| options.as_opaque());
        // SAFETY: the session and the picture live; the number is an address to nobody.
        let status = unsafe { self.session.encode_frame(&buffer, starts, lasts, options, number, ptr::null_mut()) };
        check(status, "encode a picture")
    }

    fn set_bit_rate(&mut self, bit_rate: u32) -> Result<(), String> {
        // SAFETY: a constant of the framework.
        self.set(unsafe { kVTCompressionPropertyKey_AverageBitRate }, &whole(bit_rate), "bit rate")
    }

    fn finish(&mut self) -> Result<(), String> {
        // SAFETY: the session lives. All units have been told to the mailbox when it returns.
        check(unsafe { self.session.complete_frames(kCMTimePositiveInfinity) }, "finish encoding")
    }
}

impl Session {
    fn configure(&self, encoding: &Encoding) -> Result<(), String> {
        let Encoding { codec, profile, colours, .. } = encoding;
        // SAFETY: constants of the framework.
        unsafe {
            self.set(kVTCompressionPropertyKey_RealTime, CFBoolean::new(encoding.live), "whether it is live")?;
            self.set(kVTCompressionPropertyKey_AllowFrameReordering, CFBoolean::new(encoding.reorder), "reordering")?;
            self.set(kVTCompressionPropertyKey_AverageBitRate, &whole(encoding.bit_rate), "bit rate")?;
            self.set(kVTCompressionPropertyKey_MaxKeyFrameInterval, &whole(encoding.key_interval), "key frames")?;
            self.set(kVTCompressionPropertyKey_ExpectedFrameRate, &CFNumber::new_f64(encoding.rate_hz), "frame rate")?;
            let level = match (codec, profile) {
                (Codec::Hevc, _) => kVTProfileLevel_HEVC_Main_AutoLevel,
                (Codec::H264, Profile::Baseline) => kVTProfileLevel_H264_Baseline_AutoLevel,
                (Codec::H264, Profile::Main) => kVTProfileLevel_H264_Main_AutoLevel,
                (Codec::H264, Profile::High) => kVTProfileLevel_H264_High_AutoLevel,
            };
            self.set(kVTCompressionPropertyKey_ProfileLevel, level, "profile")?;
            let [matrix, primaries, transfer] = names_of(*colours);
            self.set(kVTCompressionPropertyKey_YCbCrMatrix, matrix, "matrix")?;
            self.set(kVTCompressionPropertyKey_ColorPrimaries, primaries, "primaries")?;
            self.set(kVTCompressionPropertyKey_TransferFunction, transfer, "transfer")?;
            if encoding.pixel_aspect != 0 {
                let (across, down) = (whole(encoding.pixel_aspect >> 16), whole(encoding.pixel_aspect & 0xffff));
                let aspect = dictionary(&[
                    (kCVImageBufferPixelAspectRatioHorizontalSpacingKey, &across),
                    (kCVImageBufferPixelAspectRatioVerticalSpacingKey, &down),
                ]);
                self.set(kVTCompressionPropertyKey_PixelAspectRatio, &aspect, "pixel aspect")?;
            }
        }
        Ok(())
    }

    fn set(&self, key: &CFString, value: &CFType, what: &str) -> Result<(), String> {
        // SAFETY: the value is of the type that the key wants.
        let status = unsafe { VTSessionSetProperty(&self.session, key, Some(value)) };
        // An encoder that lacks a property goes by its own mind there.
        if status == kVTPropertyNotSupportedErr { Ok(()) } else { check(status, &format!("set the encoder's {what}")) }
    }

    /// A picture of the session's pool, which encoders take without a copy.
    fn pixel_buffer(&self) -> Result<CFRetained<CVPixelBuffer>, String> {
        // SAFETY: the session is prepared.
        let pool = unsafe { self.session.pixel_buffer_pool() }.ok_or("the encoder has no pool of pictures")?;
        // SAFETY: the function stores a picture for the caller.
        unsafe {
            made_by("take a picture of the encoder's pool", |place| {
                CVPixelBufferPool::create_pixel_buffer(None, &pool, place)
            })
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // No callback runs any more when these have returned, so that the target may go.
        // SAFETY: the session's last use.
        unsafe {
            _ = self.session.complete_frames(kCMTimePositiveInfinity);
            self.session.invalidate();
        }
    }
}

fn specification(hardware: Hardware) -> CFRetained<CFDictionary<CFString, CFType>> {
    // SAFETY: constants of the framework.
    let key = unsafe {
        match hardware {
            Hardware::Require => kVTVideoEncoderSpecification_RequireHardwareAcceleratedVideoEncoder,
            _ => kVTVideoEncoderSpecification_EnableHardwareAcceleratedVideoEncoder,
        }
    };
    dictionary(&[(key, CFBoolean::new(hardware != Hardware::Avoid))])
}

/// Matrix, primaries and transfer.
fn names_of(colours: Colours) -> [&'static CFString; 3] {
    // SAFETY: constants of the framework.
    unsafe {
        match colours.matrix {
            Matrix::Bt601 => [MATRIX_601, PRIMARIES_601, TRANSFER_709],
            Matrix::Bt709 => [MATRIX_709, PRIMARIES_709, TRANSFER_709],
            Matrix::Bt2020 => [MATRIX_2020, PRIMARIES_2020, TRANSFER_2020],
        }
    }
}

/// Called on a thread of VideoToolbox, once for each picture.
unsafe extern "C-unwind" fn on_encoded(
    target: *mut c_void,
    number: *mut c_void,
    status: i32,
    _flags: VTEncodeInfoFlags,
    sample: *mut CMSampleBuffer,
) {
    guarded(|| {
        // SAFETY: it outlives the session, which calls this.
        let target = unsafe { &*target.cast_const().cast::<Target>() };
        // SAFETY: null, or a sample that lives until this returns.
        let sample = unsafe { sample.as_ref() };
        let unit = match sample {
            Some(sample) if status == 0 => unit_of(sample, target.codec).map(Some),
            // The encoder has dropped it.
            None if status == 0 => Ok(None),
            _ => Err(refusal("encode a picture", status)),
        };
        target.mailbox.put(Encoded { number: number.addr(), unit });
    });
}

fn unit_of(sample: &CMSampleBuffer, codec: Codec) -> Result<Unit, String> {
    // SAFETY: the sample lives.
    let (block, format) = unsafe { (sample.data_buffer(), sample.format_description()) };
    let (block, format) = (block.ok_or("a unit has no bytes")?, format.ok_or("a unit has no format")?);
    // SAFETY: as above.
    let mut with_lengths = vec![0; unsafe { block.data_length() }];
    let place = NonNull::from(&mut with_lengths[..]).cast();
    // SAFETY: there is room for so many bytes.
    check(unsafe { block.copy_data_bytes(0, with_lengths.len(), place) }, "read a unit")?;
    let key_frame = is_key_frame(sample);
    let (sets, length_bytes) = parameter_sets(&format, codec)?;
    let mut bytes = Vec::with_capacity(with_lengths.len() + 128);
    if key_frame {
        sets.iter().for_each(|set| add_annex_b(set, &mut bytes));
    }
    to_annex_b(&with_lengths, length_bytes, &mut bytes)?;
    // SAFETY: as above.
    let dts_ns = nanoseconds(unsafe { sample.decode_time_stamp() });
    Ok(Unit { bytes, dts_ns, key_frame })
}

fn is_key_frame(sample: &CMSampleBuffer) -> bool {
    // SAFETY: the array has one dictionary for each sample, of which there is one.
    unsafe {
        let Some(attachments) = sample.sample_attachments_array(false) else { return true };
        let attachments = attachments.cast_unchecked::<CFDictionary<CFString, CFType>>();
        let first = attachments.get(0);
        let not_sync = first.and_then(|first| first.get(kCMSampleAttachmentKey_NotSync));
        !not_sync.is_some_and(|value| value.downcast_ref::<CFBoolean>().is_some_and(CFBoolean::as_bool))
    }
}

/// Copies of the parameter sets of a format, and of how many bytes lengths are.
fn parameter_sets(format: &CMFormatDescription, codec: Codec) -> Result<(Vec<Vec<u8>>, usize), String> {
    let get = match codec {
        Codec::H264 => CMVideoFormatDescriptionGetH264ParameterSetAtIndex,
        Codec::Hevc => CMVideoFormatDescriptionGetHEVCParameterSetAtIndex,
    };
    let (mut sets, mut count, mut length_bytes) = (Vec::new(), 1, 0);
    while sets.len() < count {
        let (mut start, mut length) = (ptr::null(), 0);
        // SAFETY: the places are there.
        let status = unsafe { get(format, sets.len(), &mut start, &mut length, &mut count, &mut length_bytes) };
        check(status, "read the parameter sets of a stream")?;
        // SAFETY: the format has so many bytes there as long as it lives.
        sets.push(unsafe { std::slice::from_raw_parts(start, length) }.to_vec());
    }
    Ok((sets, length_bytes as usize))
}
