//! Stages over what a system gives: all that they do with frames is here and runs everywhere; what encodes, decodes and
//! writes is behind [`Encoder`], [`Decoder`] and [`Mp4Writer`].

mod codec;
mod configuration;
mod decode;
mod encode;
mod mailbox;
mod mp4_sink;
mod system_picture;

pub use codec::{H264, Hevc, VideoCodec};
pub use decode::{Decoded, Decoder, Failure, VideoDecode};
pub use encode::{Colours, Encoded, Encoder, Encoding, Hardware, Matrix, Profile, Source, Unit, VideoEncode};
pub use mailbox::Mailbox;
pub use mp4_sink::{AudioTrack, Mp4Sink, Mp4Writer, Sample, VideoTrack};
pub use system_picture::{PIXEL_BUFFER, SystemPicture, hand_on};
