//! The stages of this crate over a stand-in for the system, so that tests run them on every system: an encoder and a decoder
//! on threads of their own, whose units are a header, a size and a grey, and a writer of lines of text.

use std::ffi::c_void;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;

use sluice_apple::nal_units::to_annex_b;
use sluice_apple::parameter_sets::{Codec, ParameterSets};
use sluice_apple::stages::*;
use sluice_stage::Picture;
use sluice_stage::abi::SLUICE_NV12;

/// Pictures that were made and not given back.
static LIVING: AtomicI64 = AtomicI64::new(0);

/// A thread that does one thing for each number that it gets.
struct Worker<T>(Option<(Sender<T>, JoinHandle<()>)>);

impl<T: Send + 'static> Worker<T> {
    fn new(mut with: impl FnMut(T) + Send + 'static) -> Self {
        let (sender, receiver) = mpsc::channel();
        Self(Some((sender, std::thread::spawn(move || receiver.into_iter().for_each(&mut with)))))
    }

    fn give(&self, thing: T) {
        if let Some((sender, _)) = &self.0 {
            _ = sender.send(thing);
        }
    }

    fn finish(&mut self) {
        if let Some((sender, thread)) = self.0.take() {
            drop(sender);
            _ = thread.join();
        }
    }
}

struct Fake {
    worker: Worker<(usize, [u8; 3], bool)>,
    encoding: Encoding,
    count: u32,
}

/// The types of NAL units: sequence set and the like, a key slice, another slice.
fn headers(codec: Codec) -> (&'static [u8], u8, u8) {
    match codec {
        Codec::H264 => (&[0x67, 0x68], 0x65, 0x41),
        Codec::Hevc => (&[0x40, 0x42, 0x44], 0x26, 0x02),
    }
}

impl Encoder for Fake {
    fn open(encoding: &Encoding, mailbox: &Arc<Mailbox<Encoded>>) -> Result<Self, String> {
        let (mailbox, codec) = (Arc::clone(mailbox), encoding.codec);
        let worker = Worker::new(move |(number, [wide, high, grey], key_frame): (usize, [u8; 3], bool)| {
            // A grey of 1 stands for a picture that the encoder drops, and one of 2 for its failure.
            let unit = match grey {
                1 => Ok(None),
                2 => Err("the stand-in was told to fail".into()),
                _ => Ok(Some(unit(codec, [wide, high, grey], key_frame))),
            };
            mailbox.put(Encoded { number, unit });
        });
        Ok(Self { worker, encoding: encoding.clone(), count: 0 })
    }

    fn encode(&mut self, number: usize, source: &Source<'_>, _times: (f64, f64), key: bool) -> Result<(), String> {
        let grey = match source {
            Source::Frame(Picture { planes, .. }) => planes[0].row(0)[0],
            // SAFETY: the handles of this plugin are addresses of greys, which live during the call.
            Source::Handle(handle) => unsafe { handle.cast::<Grey>().as_ref() }.luma,
        };
        let key_frame = key || self.count % self.encoding.key_interval == 0;
        self.count = if key_frame { 1 } else { self.count + 1 };
        let (wide, high) = self.encoding.size;
        self.worker.give((number, [(wide / 2) as u8, (high / 2) as u8, grey], key_frame));
        Ok(())
    }

    fn set_bit_rate(&mut self, bit_rate: u32) -> Result<(), String> {
        if bit_rate == 123_456 { Err("the stand-in refuses 123456".into()) } else { Ok(()) }
    }

    fn finish(&mut self) -> Result<(), String> {
        self.worker.finish();
        Ok(())
    }
}

fn unit(codec: Codec, [wide, high, grey]: [u8; 3], key_frame: bool) -> Unit {
    let (sets, key, other) = headers(codec);
    let mut with_lengths = Vec::new();
    let mut add = |bytes: &[u8]| {
        with_lengths.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
        with_lengths.extend_from_slice(bytes);
    };
    if key_frame {
        sets.iter().for_each(|header| add(&[*header, 1, wide, high]));
    }
    add(&[if key_frame { key } else { other }, 1, grey]);
    let mut bytes = Vec::new();
    to_annex_b(&with_lengths, 4, &mut bytes).expect("lengths that fit");
    Unit { bytes, dts_ns: None, key_frame }
}

/// A picture of one grey.
struct Grey {
    size: (u32, u32),
    luma: u8,
}

#[derive(Clone)]
struct Shared(Arc<Grey>);

impl Drop for Grey {
    fn drop(&mut self) {
        LIVING.fetch_sub(1, Ordering::SeqCst);
    }
}

impl SystemPicture for Shared {
    fn format(&self) -> Option<u32> {
        Some(SLUICE_NV12)
    }

    fn size(&self) -> (u32, u32) {
        self.0.size
    }

    fn copy_plane(&self, index: usize, to: &mut [u8], stride: usize, row_bytes: usize) -> Result<(), String> {
        let value = if index == 0 { self.0.luma } else { 128 };
        to.chunks_mut(stride).for_each(|row| row[..row_bytes].fill(value));
        Ok(())
    }

    fn into_handle(self) -> *mut c_void {
        Arc::into_raw(self.0).cast_mut().cast()
    }

    unsafe fn from_handle(handle: *mut c_void) -> Self {
        // SAFETY: the caller vouches for it.
        Self(unsafe { Arc::from_raw(handle.cast_const().cast()) })
    }
}

struct FakeDecoder(Worker<(usize, Vec<u8>, bool)>);

impl Decoder for FakeDecoder {
    type Picture = Shared;

    fn open(
        _codec: Codec,
        sets: &ParameterSets,
        _hardware: Hardware,
        mailbox: &Arc<Mailbox<Decoded<Shared>>>,
    ) -> Result<Self, String> {
        let (size, mailbox) = ((u32::from(sets.sets[0][2]) * 2, u32::from(sets.sets[0][3]) * 2), Arc::clone(mailbox));
        Ok(Self(Worker::new(move |(number, unit, shown): (usize, Vec<u8>, bool)| {
            let picture = match unit.last() {
                _ if !shown => Err(Failure::NotShown),
                Some(3) => Err(Failure::Damaged("the grey is 3".into())),
                Some(4) => Err(Failure::Lost("the grey is 4".into())),
                Some(luma) => {
                    LIVING.fetch_add(1, Ordering::SeqCst);
                    Ok(Shared(Arc::new(Grey { size, luma: *luma })))
                }
                None => Err(Failure::Damaged("it is empty".into())),
            };
            mailbox.put(Decoded { number, picture });
        })))
    }

    fn decode(&mut self, number: usize, unit: &[u8], shown: bool) -> Result<(), Failure> {
        self.0.give((number, unit.to_vec(), shown));
        Ok(())
    }

    fn finish(&mut self) {
        self.0.finish();
    }
}

/// Writes a line for each sample; there is room for audio only after video, one block each.
struct Lines {
    file: File,
    tracks: (bool, bool),
    is_finished: bool,
}

impl Mp4Writer for Lines {
    fn open(
        path: &Path,
        video: Option<&VideoTrack>,
        audio: Option<AudioTrack>,
        start_ns: f64,
        _live: bool,
    ) -> Result<Self, String> {
        let mut file = File::create(path).map_err(|error| error.to_string())?;
        let sets = video.map_or(0, |video| video.sets.sets.len());
        let sound = audio.map_or(String::new(), |audio| format!("{} × {}", audio.channels, audio.sample_rate_hz));
        writeln!(file, "start {start_ns} sets {sets} sound {sound}").map_err(|error| error.to_string())?;
        Ok(Self { file, tracks: (video.is_some(), audio.is_some()), is_finished: false })
    }

    fn has_room(&self, is_video: bool) -> bool {
        if is_video { self.tracks.0 } else { self.tracks.1 }
    }

    fn write(&mut self, sample: &Sample<'_>) -> Result<(), String> {
        let line = match sample {
            Sample::Video { bytes, times_ns: (pts_ns, dts_ns, _), key_frame } => {
                format!("video {pts_ns} {dts_ns} {key_frame} {bytes:?}")
            }
            Sample::Audio { samples, pts_ns } => format!("audio {pts_ns} {} {:?}", samples.len(), &samples[..4]),
        };
        writeln!(self.file, "{line}").map_err(|error| error.to_string())
    }

    fn finish(&mut self) {
        self.is_finished = true;
    }

    fn is_whole(&self) -> Result<bool, String> {
        Ok(self.is_finished)
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // How many pictures are still there when the file is.
        _ = writeln!(self.file, "end {} living {}", self.is_finished, LIVING.load(Ordering::SeqCst));
    }
}

sluice_stage::export_stages!(
    VideoEncode<Fake, H264>,
    VideoDecode<FakeDecoder, H264>,
    VideoEncode<Fake, Hevc>,
    VideoDecode<FakeDecoder, Hevc>,
    Mp4Sink<Lines>
);
