//! `AudioStreamBasicDescription` from what the rest of the crate has.

use objc2_core_audio_types::AudioStreamBasicDescription;

use crate::sound_format::Described;

pub(super) fn to_core_audio(described: &Described) -> AudioStreamBasicDescription {
    AudioStreamBasicDescription {
        mSampleRate: described.sample_rate_hz,
        mFormatID: described.format_id,
        mFormatFlags: described.flags,
        mBytesPerPacket: described.bytes_per_packet,
        mFramesPerPacket: described.frames_per_packet,
        mBytesPerFrame: described.bytes_per_frame,
        mChannelsPerFrame: described.channels,
        mBitsPerChannel: described.bits,
        mReserved: 0,
    }
}
