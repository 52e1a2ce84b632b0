//! `org.sluice.apple.mp4-sink`: encoded video as it comes, and sound as AAC, to an MP4 file, over the system's writer.

use std::ffi::CStr;
use std::path::{Path, PathBuf};

use sluice_stage::abi::{SLUICE_H264, SLUICE_HEVC, SLUICE_KEYFRAME, SluiceFrameInfo};
use sluice_stage::{Context, Figure, Frame, InputState, Next, Port, Stage};

use crate::nal_units::to_lengths;
use crate::parameter_sets::{Codec, ParameterSets};
use crate::sound_format::interleave;
use sluice_stage::config::{number, text};

/// How often the stage looks whether a track has room, an input has ended, or the file is whole.
const LOOK_AGAIN_NS: f64 = 5e6;

const VIDEO: u32 = 0;
const AUDIO: u32 = 1;

/// The video of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoTrack {
    /// Which codec.
    pub codec: Codec,
    /// Its parameter sets, which stay the same for all of it.
    pub sets: ParameterSets,
}

/// The sound of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AudioTrack {
    /// Samples a second of one channel.
    pub sample_rate_hz: f64,
    /// How many channels there are.
    pub channels: u32,
    /// Bits a second of AAC.
    pub bit_rate: u32,
}

/// A part of a track.
pub enum Sample<'a> {
    /// An access unit with lengths of 4 bytes.
    Video {
        /// Its bytes.
        bytes: &'a [u8],
        /// When it is presented, when it is decoded, and how long it lasts, nanoseconds.
        times_ns: (f64, f64, f64),
        /// Decoding can start with it.
        key_frame: bool,
    },
    /// Interleaved samples.
    Audio {
        /// One of each channel in turn.
        samples: &'a [f32],
        /// When the first one is heard, nanoseconds.
        pts_ns: f64,
    },
}

/// A writer of the system.
pub trait Mp4Writer: Sized + 'static {
    /// Makes the file.
    ///
    /// # Errors
    ///
    /// Why there is none, with what to do.
    fn open(
        path: &Path,
        video: Option<&VideoTrack>,
        audio: Option<AudioTrack>,
        start_ns: f64,
        live: bool,
    ) -> Result<Self, String>;

    /// Whether a track has room.
    fn has_room(&self, is_video: bool) -> bool;

    /// Writes a sample to a track that has room.
    ///
    /// # Errors
    ///
    /// Why the file cannot go on.
    fn write(&mut self, sample: &Sample<'_>) -> Result<(), String>;

    /// Begins to write what is left. It is called once, after the last sample.
    fn finish(&mut self);

    /// Whether the file is whole, after [`Mp4Writer::finish`].
    ///
    /// # Errors
    ///
    /// Why it will not be.
    fn is_whole(&self) -> Result<bool, String>;
}

/// Writes an MP4 file.
pub struct Mp4Sink<W> {
    path: PathBuf,
    audio_bit_rate: u32,
    writer: Option<W>,
    /// The video's parameter sets, and its first unit, which tells them and is written once the file is there.
    video: Option<(VideoTrack, Pending)>,
    audio: Option<AudioTrack>,
    /// Units before the first key frame, which no file can have.
    left_out: f64,
    /// Where an access unit is written with lengths.
    unit: Vec<u8>,
    samples: Vec<f32>,
    is_finishing: bool,
    units: f64,
    blocks: f64,
}

/// A unit that was read before the file could be made.
struct Pending {
    bytes: Vec<u8>,
    times_ns: (f64, f64, f64),
    is_written: bool,
}

impl<W: Mp4Writer> Stage for Mp4Sink<W> {
    const ID: &'static CStr = c"org.sluice.apple.mp4-sink";
    const NAME: &'static CStr = c"MP4 sink, AVFoundation";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Writes H.264 or HEVC as it comes, and sound as AAC, to an MP4 file, by AVAssetWriter.\n\n\
        Video comes in Annex B form. The file begins when each linked input has come: video with its first key frame that has \
        parameter sets, before which units are left out and counted, and sound with its first block. Both keep their time \
        stamps, and the earliest is the start of the file. The file has its index once the node has ended; a process that is \
        killed leaves none. Parameter sets, and the rate and the number of channels of sound, stay as they are at first.\n\n\
        **Example.** `pattern-source durationSeconds=10 ! convert ! org.sluice.apple.h264-encode ! org.sluice.apple.mp4-sink \
        path=pattern.mp4`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "path": {"type": "string", "x-reaches": "path", "default": "", "description": "The file, whose folder is there."},
            "overwrite": {"type": "boolean", "default": false, "description": "Whether a file that is there is replaced."},
            "audioBitRate": {"type": "integer", "minimum": 32000, "maximum": 512000, "default": 160000, "x-unit": "bit/s",
                "description": "Bits a second of the sound."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[
        Port::encoded(c"video", c"H.264 or HEVC in Annex B form.").accepting(&[SLUICE_H264, SLUICE_HEVC]).optional(),
        Port::audio(c"audio", c"Sound of one or two channels.").optional(),
    ];
    const FIGURES: &'static [Figure] = &[Figure::new(c"units"), Figure::new(c"blocks"), Figure::new(c"leftOut")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let path = PathBuf::from(text(context, c"path")?);
        if path.as_os_str().is_empty() {
            return Err("\"path\" names no file".into());
        }
        let replace = number(context, c"overwrite")? != 0.0;
        clear(&path, replace)?;
        Ok(Self {
            path,
            audio_bit_rate: number(context, c"audioBitRate")? as u32,
            writer: None,
            video: None,
            audio: None,
            left_out: 0.0,
            unit: Vec::new(),
            samples: Vec::new(),
            is_finishing: false,
            units: 0.0,
            blocks: 0.0,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if self.writer.is_none() && !self.open(context, false)? {
            // The end of an input that has not come calls nobody.
            context.wait_until_ns(context.now_ns() + LOOK_AGAIN_NS);
            return Ok(Next::WhenFramesCome);
        }
        self.write(context)?;
        // What waits is read once its track has room.
        if context.peek(VIDEO).is_some() || context.peek(AUDIO).is_some() {
            context.wait_until_ns(context.now_ns() + LOOK_AGAIN_NS);
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        // An input that has never come is no longer waited for.
        if self.writer.is_none() && !self.open(context, true)? {
            return Err(format!(
                "cannot write \"{}\": no video with parameter sets and no sound came",
                self.path.display()
            ));
        }
        self.write(context)?;
        let Some(writer) = &mut self.writer else { return Ok(Next::WhenFramesCome) };
        if !std::mem::replace(&mut self.is_finishing, true) {
            writer.finish();
        }
        if writer.is_whole()? {
            return Ok(Next::WhenFramesCome);
        }
        context.wait_until_ns(context.now_ns() + LOOK_AGAIN_NS);
        Ok(Next::Again)
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.units, self.blocks, self.left_out]);
    }
}

impl<W: Mp4Writer> Mp4Sink<W> {
    /// Makes the file once the inputs tell what it has. `at_end`: nothing more comes.
    fn open(&mut self, context: &mut Context, at_end: bool) -> Result<bool, String> {
        let comes = |context: &Context, input| !at_end && context.input_state(input) == InputState::Open;
        while self.video.is_none() {
            let Some(frame) = context.read(VIDEO) else { break };
            self.video = first_unit(context, frame)?;
            self.left_out += f64::from(u8::from(self.video.is_none()));
            context.release(frame);
        }
        let sound = context.peek(AUDIO);
        let waits = (self.video.is_none() && comes(context, VIDEO)) || (sound.is_none() && comes(context, AUDIO));
        if waits || (self.video.is_none() && sound.is_none()) {
            return Ok(false);
        }
        self.audio = sound.as_ref().map(|info| AudioTrack {
            sample_rate_hz: info.height.into(),
            channels: info.width,
            bit_rate: self.audio_bit_rate,
        });
        let starts = self.video.iter().map(|(_, first)| first.times_ns.0).chain(sound.iter().map(|info| info.pts_ns));
        let start_ns = starts.fold(f64::INFINITY, f64::min);
        let video = self.video.as_ref().map(|(track, _)| track);
        self.writer = Some(W::open(&self.path, video, self.audio, start_ns, context.is_live())?);
        Ok(true)
    }

    /// Writes what has come, as far as the tracks have room.
    fn write(&mut self, context: &mut Context) -> Result<(), String> {
        let Self { writer: Some(writer), video, audio, unit, samples, units, blocks, .. } = self else { return Ok(()) };
        if let Some((_, first)) = video.as_mut().filter(|(_, first)| !first.is_written) {
            // A new track has room.
            writer.write(&Sample::Video { bytes: &first.bytes, times_ns: first.times_ns, key_frame: true })?;
            (first.is_written, *units) = (true, *units + 1.0);
            first.bytes = Vec::new();
        }
        while writer.has_room(true) {
            let Some((VideoTrack { codec, sets }, _)) = video else { break };
            let Some(frame) = context.read(VIDEO) else { break };
            let info = context.info(frame).ok_or("a unit says nothing of itself")?;
            let bytes = context.bytes(frame, 0).ok_or("a unit has no bytes")?;
            if codec.parameter_sets(bytes).is_some_and(|found| found != *sets) {
                return Err(
                    "the parameter sets of the video have changed, which one MP4 file cannot have; write another"
                        .into(),
                );
            }
            unit.clear();
            to_lengths(bytes, |unit| codec.is_of_sample(unit), unit);
            let key_frame = info.flags & SLUICE_KEYFRAME != 0;
            if !unit.is_empty() {
                writer.write(&Sample::Video { bytes: unit, times_ns: times_of(&info), key_frame })?;
                *units += 1.0;
            }
            context.release(frame);
        }
        while writer.has_room(false) {
            let Some(frame) = context.read(AUDIO) else { break };
            let info = context.info(frame).ok_or("a block says nothing of itself")?;
            let found = (f64::from(info.height), info.width);
            if audio.is_some_and(|track| (track.sample_rate_hz, track.channels) != found) {
                return Err(
                    "the rate or the channels of the sound have changed, which one MP4 file cannot have; write another"
                        .into(),
                );
            }
            let columns = context.columns::<f32>(frame).ok_or("a block has no samples")?;
            let channels: Vec<&[f32]> = (0..columns.count()).map(|channel| columns.get(channel)).collect();
            samples.clear();
            interleave(&channels, samples);
            writer.write(&Sample::Audio { samples, pts_ns: info.pts_ns })?;
            *blocks += 1.0;
            context.release(frame);
        }
        Ok(())
    }
}

/// The track of a unit that has parameter sets and a key frame, and the unit.
fn first_unit(context: &Context, frame: Frame) -> Result<Option<(VideoTrack, Pending)>, String> {
    let info = context.info(frame).ok_or("a unit says nothing of itself")?;
    let bytes = context.bytes(frame, 0).ok_or("a unit has no bytes")?;
    let codec = if info.format == SLUICE_HEVC { Codec::Hevc } else { Codec::H264 };
    let Some(sets) = codec.parameter_sets(bytes).filter(|_| info.flags & SLUICE_KEYFRAME != 0) else { return Ok(None) };
    let mut unit = Vec::new();
    to_lengths(bytes, |unit| codec.is_of_sample(unit), &mut unit);
    Ok(Some((VideoTrack { codec, sets }, Pending { bytes: unit, times_ns: times_of(&info), is_written: false })))
}

fn times_of(info: &SluiceFrameInfo) -> (f64, f64, f64) {
    (info.pts_ns, info.dts_ns, info.duration_ns)
}

/// Sees to it that the path is free: the system's writer replaces nothing.
fn clear(path: &Path, replace: bool) -> Result<(), String> {
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(format!("cannot write \"{shown}\": there is no folder \"{}\"", folder.unwrap_or(path).display()));
    }
    if !path.exists() {
        return Ok(());
    }
    if !replace || !path.is_file() {
        return Err(format!("cannot write \"{shown}\": it is there already; set \"overwrite\" to replace a file"));
    }
    std::fs::remove_file(path).map_err(|error| format!("cannot replace \"{shown}\": {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_replaces_a_file_only_where_that_is_asked_for_and_never_a_folder() {
        let folder = std::env::temp_dir().join(format!("sluice-apple-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("inner")).unwrap();
        let file = folder.join("a.mp4");
        assert_eq!(clear(&file, false), Ok(()));
        std::fs::write(&file, "old").unwrap();
        assert!(clear(&file, false).unwrap_err().ends_with("it is there already; set \"overwrite\" to replace a file"));
        assert_eq!(clear(&file, true), Ok(()));
        assert!(!file.exists());
        assert!(clear(&folder.join("inner"), true).is_err());
        assert!(clear(&folder.join("none/a.mp4"), true).unwrap_err().contains("there is no folder"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
