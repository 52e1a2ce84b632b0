//! Stages over what a system gives: all that they do with frames is here and runs everywhere; what encodes, decodes and
//! writes is behind [`Encoder`], [`Decoder`] and [`Mp4Writer`], and what captures behind [`CaptureDevice`].

mod capture;
mod codec;
mod decode;
mod device;
mod encode;
mod mailbox;
mod mp4_sink;
mod system_picture;
mod ticks;

pub(crate) use capture::json_text;
pub use capture::{Capture, CaptureDevice, Counts, News, Pace};
pub use codec::{H264, Hevc, VideoCodec};
pub use decode::{Decoded, Decoder, Failure, VideoDecode};
#[cfg(target_os = "macos")]
pub(crate) use device::OnQueue;
pub use device::{Device, Fault, Opened, Queue, Source as CaptureSource, Work};
pub use encode::{Colours, Encoded, Encoder, Encoding, Hardware, Matrix, Profile, Source, Unit, VideoEncode};
pub use mailbox::Mailbox;
pub use mp4_sink::{AudioTrack, Mp4Sink, Mp4Writer, Sample, VideoTrack};
#[cfg(target_os = "macos")]
pub(crate) use sluice_stage::config::{number, text};
pub use system_picture::{PIXEL_BUFFER, SystemPicture, hand_on};
pub use ticks::Ticks;
