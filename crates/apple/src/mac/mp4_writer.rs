//! AVFoundation's writer of MP4 files.

use std::path::Path;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use block2::RcBlock;
use objc2::rc::{Retained, autoreleasepool};
use objc2::runtime::AnyObject;
use objc2_av_foundation::{
    AVAssetWriter, AVAssetWriterInput, AVAssetWriterStatus, AVFileTypeMPEG4, AVMediaType, AVMediaTypeAudio,
    AVMediaTypeVideo,
};
use objc2_avf_audio::{AVEncoderBitRateKey, AVFormatIDKey, AVNumberOfChannelsKey, AVSampleRateKey};
use objc2_core_audio_types::{AudioStreamBasicDescription, kAudioFormatMPEG4AAC};
use objc2_core_foundation::{CFBoolean, CFMutableDictionary, CFRetained, CFString, CFType};
use objc2_core_media::{
    CMAudioFormatDescriptionCreate, CMAudioSampleBufferCreateReadyWithPacketDescriptions, CMFormatDescription,
    CMSampleBuffer, CMSampleTimingInfo, kCMSampleAttachmentKey_NotSync, kCMTimeInvalid,
};
use objc2_foundation::{NSDictionary, NSNumber, NSString, NSURL};

use super::core::{block_of, guarded, made_by, tell, time};
use super::decoder::format_of;
use super::sound_format::to_core_audio;
use crate::sound_format::SoundFormat;
use crate::stages::{AudioTrack, Mp4Writer, Sample, VideoTrack};

/// A file that is being written.
pub struct Writer {
    writer: Retained<AVAssetWriter>,
    video: Option<Track>,
    audio: Option<Track>,
    channels: u32,
    /// Set, on a thread of AVFoundation, once nothing more is written.
    ended: Arc<AtomicBool>,
}

struct Track {
    input: Retained<AVAssetWriterInput>,
    format: CFRetained<CMFormatDescription>,
}

impl Mp4Writer for Writer {
    fn open(
        path: &Path,
        video: Option<&VideoTrack>,
        audio: Option<AudioTrack>,
        start_ns: f64,
        live: bool,
    ) -> Result<Self, String> {
        autoreleasepool(|_| Self::make(path, video, audio, start_ns, live))
    }

    fn has_room(&self, is_video: bool) -> bool {
        let track = if is_video { &self.video } else { &self.audio };
        // SAFETY: the track lives.
        track.as_ref().is_some_and(|track| unsafe { track.input.isReadyForMoreMediaData() })
    }

    fn write(&mut self, sample: &Sample<'_>) -> Result<(), String> {
        autoreleasepool(|_| {
            let (track, sample) = match *sample {
                Sample::Video { bytes, times_ns, key_frame } => {
                    let track = self.video.as_ref().ok_or("the file has no video")?;
                    (track, video_sample(&track.format, bytes, times_ns, key_frame)?)
                }
                Sample::Audio { samples, pts_ns } => {
                    let track = self.audio.as_ref().ok_or("the file has no sound")?;
                    (track, audio_sample(&track.format, samples, self.channels, pts_ns)?)
                }
            };
            // SAFETY: the stage asks whether there is room first, and the sample is of the track's format.
            if unsafe { track.input.appendSampleBuffer(&sample) } {
                Ok(())
            } else {
                Err(self.failure("write a sample"))
            }
        })
    }

    fn finish(&mut self) {
        let ended = Arc::clone(&self.ended);
        let done = RcBlock::new(move || guarded(|| ended.store(true, Ordering::Release)));
        // SAFETY: the writer was started, and no sample is written any more.
        unsafe {
            if self.writer.status() != AVAssetWriterStatus::Writing {
                return self.ended.store(true, Ordering::Release);
            }
            self.tracks().for_each(|track| track.input.markAsFinished());
            self.writer.finishWritingWithCompletionHandler(&done);
        }
    }

    fn is_whole(&self) -> Result<bool, String> {
        if !self.ended.load(Ordering::Acquire) {
            return Ok(false);
        }
        // SAFETY: the writer lives.
        if unsafe { self.writer.status() } == AVAssetWriterStatus::Completed {
            Ok(true)
        } else {
            Err(self.failure("finish"))
        }
    }
}

impl Writer {
    fn make(
        path: &Path,
        video: Option<&VideoTrack>,
        audio: Option<AudioTrack>,
        start_ns: f64,
        live: bool,
    ) -> Result<Self, String> {
        let shown = path.display();
        let url = NSURL::fileURLWithPath(&NSString::from_str(path.to_str().ok_or("the path is not UTF-8")?));
        // SAFETY: constants of the framework.
        let (mp4, of_video, of_audio) = unsafe { (AVFileTypeMPEG4, AVMediaTypeVideo, AVMediaTypeAudio) };
        let mp4 = mp4.ok_or("AVFoundation knows no MP4 files")?;
        // SAFETY: a file's address and a type of files.
        let writer = unsafe { AVAssetWriter::assetWriterWithURL_fileType_error(&url, mp4) }
            .map_err(|error| format!("cannot make \"{shown}\": {}", tell(&error)))?;
        let video = match video {
            Some(VideoTrack { codec, sets }) => Some(add(&writer, of_video, None, format_of(*codec, sets)?, live)?),
            None => None,
        };
        let (channels, audio) = match audio {
            Some(track) => {
                let settings = aac(track)?;
                (track.channels, Some(add(&writer, of_audio, Some(&settings), sound_of(track)?, live)?))
            }
            None => (0, None),
        };
        let made = Self { writer, video, audio, channels, ended: Arc::default() };
        // SAFETY: the tracks are there, and it is started once.
        if !unsafe { made.writer.startWriting() } {
            return Err(made.failure(&format!("begin \"{shown}\"")));
        }
        // SAFETY: it is writing.
        unsafe { made.writer.startSessionAtSourceTime(time(start_ns)?) };
        Ok(made)
    }

    fn tracks(&self) -> impl Iterator<Item = &Track> {
        self.video.iter().chain(&self.audio)
    }

    fn failure(&self, what: &str) -> String {
        // SAFETY: the writer lives.
        let error = unsafe { self.writer.error() };
        format!(
            "cannot {what} of an MP4 file: {}",
            error.map_or("AVFoundation does not say why".into(), |it| tell(&it))
        )
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // SAFETY: a writer that is neither whole nor has failed is given up, and its file is removed.
        unsafe {
            if self.writer.status() == AVAssetWriterStatus::Writing {
                self.writer.cancelWriting();
            }
        }
    }
}

/// Adds a track; without settings its samples are written as they are.
fn add(
    writer: &AVAssetWriter,
    media: Option<&'static AVMediaType>,
    settings: Option<&NSDictionary<NSString, AnyObject>>,
    format: CFRetained<CMFormatDescription>,
    live: bool,
) -> Result<Track, String> {
    let media = media.ok_or("AVFoundation knows no such track")?;
    // SAFETY: settings as the framework documents them, and a format of that kind.
    let input = unsafe {
        AVAssetWriterInput::assetWriterInputWithMediaType_outputSettings_sourceFormatHint(
            media,
            settings,
            Some(&format),
        )
    };
    // SAFETY: the writer was not started yet.
    unsafe {
        input.setExpectsMediaDataInRealTime(live);
        if !writer.canAddInput(&input) {
            return Err(format!(
                "an MP4 file cannot have this {media}: wanted H.264, HEVC, or sound of one or two channels"
            ));
        }
        writer.addInput(&input);
    }
    Ok(Track { input, format })
}

/// Settings for AAC.
fn aac(track: AudioTrack) -> Result<Retained<NSDictionary<NSString, AnyObject>>, String> {
    // SAFETY: constants of the framework.
    let keys = unsafe { [AVFormatIDKey, AVSampleRateKey, AVNumberOfChannelsKey, AVEncoderBitRateKey] };
    let [format, rate, channels, bits] = keys.map(|key| key.ok_or("AVFoundation has no settings for sound"));
    let values = [
        NSNumber::new_u32(kAudioFormatMPEG4AAC),
        NSNumber::new_f64(track.sample_rate_hz),
        NSNumber::new_u32(track.channels),
        NSNumber::new_u32(track.bit_rate),
    ];
    let values: Vec<&AnyObject> = values.iter().map(|value| -> &AnyObject { value }).collect();
    Ok(NSDictionary::from_slices(&[format?, rate?, channels?, bits?], &values))
}

/// The format of the samples that are appended.
fn sound_of(track: AudioTrack) -> Result<CFRetained<CMFormatDescription>, String> {
    let described = SoundFormat::interleaved(track.sample_rate_hz, track.channels)?.describe();
    let mut described: AudioStreamBasicDescription = to_core_audio(&described);
    let described = NonNull::from(&mut described);
    // SAFETY: a description, with neither a layout nor a cookie.
    unsafe {
        made_by("describe sound", |place| {
            let none = ptr::null();
            CMAudioFormatDescriptionCreate(None, described, 0, none, 0, none.cast(), None, place.cast())
        })
    }
}

fn video_sample(
    format: &CMFormatDescription,
    bytes: &[u8],
    (pts_ns, dts_ns, duration_ns): (f64, f64, f64),
    key_frame: bool,
) -> Result<CFRetained<CMSampleBuffer>, String> {
    let block = block_of(bytes)?;
    let timing = CMSampleTimingInfo {
        // SAFETY: a constant of the framework.
        duration: if duration_ns > 0.0 { time(duration_ns)? } else { unsafe { kCMTimeInvalid } },
        presentationTimeStamp: time(pts_ns)?,
        decodeTimeStamp: time(dts_ns)?,
    };
    let size = bytes.len();
    // SAFETY: one sample, with its times and its size.
    let sample = unsafe {
        made_by("make a sample of a unit", |place| {
            CMSampleBuffer::create_ready(None, Some(&block), Some(format), 1, 1, &timing, 1, &size, place)
        })
    }?;
    if !key_frame {
        // SAFETY: the array has one dictionary that may be changed for each sample, of which there is one.
        unsafe {
            let attachments = sample.sample_attachments_array(true).ok_or("a sample has no attachments")?;
            let first = attachments.cast_unchecked::<CFMutableDictionary<CFString, CFType>>().get(0);
            first.ok_or("a sample has no attachments")?.set(kCMSampleAttachmentKey_NotSync, CFBoolean::new(true));
        }
    }
    Ok(sample)
}

fn audio_sample(
    format: &CMFormatDescription,
    samples: &[f32],
    channels: u32,
    pts_ns: f64,
) -> Result<CFRetained<CMSampleBuffer>, String> {
    // SAFETY: every float is four bytes.
    let bytes = unsafe { std::slice::from_raw_parts(samples.as_ptr().cast::<u8>(), size_of_val(samples)) };
    let block = block_of(bytes)?;
    let (count, pts) = ((samples.len() / channels.max(1) as usize) as isize, time(pts_ns)?);
    // SAFETY: the block has so many samples of all channels; samples that are not compressed need no descriptions.
    unsafe {
        made_by("make a sample of sound", |place| {
            CMAudioSampleBufferCreateReadyWithPacketDescriptions(None, &block, format, count, pts, ptr::null(), place)
        })
    }
}
