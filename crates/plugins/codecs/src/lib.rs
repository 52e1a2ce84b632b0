//! Stages that encode and decode: H.264, JPEG, Opus, AAC, MP3 and FLAC.
//!
//! What an encoder writes is one access unit or packet a frame. The payloads of H.264 one after the other are a file that
//! every player takes.
//!
//! Hot path: a tick allocates nothing of its own once frames have had their largest size; the libraries may.

mod aac;
mod any_audio_decode;
mod audio_decode;
mod blocks;
mod flac;
mod flac_encode;
mod h264_assembler;
mod h264_decode;
mod h264_decoder;
mod h264_encode;
mod h264_encoder;
mod heard;
mod jpeg_decode;
mod jpeg_encode;
mod mp3;
mod opus_decode;
mod opus_encode;
mod outbox;
mod preview;

sluice_stage::export_stages!(
    h264_encode::H264Encode,
    h264_decode::H264Decode,
    jpeg_encode::JpegEncode,
    jpeg_decode::JpegDecode,
    opus_encode::OpusEncode,
    opus_decode::OpusDecode,
    flac_encode::FlacEncode,
    audio_decode::AudioDecode<aac::Aac>,
    audio_decode::AudioDecode<mp3::Mp3>,
    audio_decode::AudioDecode<flac::Flac>,
    any_audio_decode::AnyAudioDecode
);
