//! `org.sluice.codecs.mp3-decode`: MP3 to audio, by the crate `symphonia-bundle-mp3`.

use std::ffi::CStr;

use sluice_stage::Port;
use sluice_stage::abi::SLUICE_MP3;
use symphonia_bundle_mp3::MpaDecoder;
use symphonia_core::codecs::audio::well_known::CODEC_ID_MP3;
use symphonia_core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};

use crate::audio_decode::{Coding, Header};

/// Of MPEG-1; those of MPEG-2 are half of them, those of MPEG-2.5 a quarter.
const RATES_HZ: [u32; 3] = [44_100, 48_000, 32_000];

/// The bits for layer III, and for one channel.
const LAYER_3: u8 = 1;
const MONO: u8 = 3;

/// MPEG audio, layer III.
pub(crate) struct Mp3;

impl Coding for Mp3 {
    const ID: &'static CStr = c"org.sluice.codecs.mp3-decode";
    const NAME: &'static CStr = c"MP3 decode";
    const DOC: &'static CStr = c"Decodes MP3, mono or stereo.\n\n\
        It takes layer III of MPEG-1, 2 and 2.5, and audio comes at the rate of the stream. Sound before the \
        time 0 only warms the decoder up and is left out. In place of a damaged packet, which is counted, comes \
        silence of the same length. A `media-source` gives what the tag of LAME tells of an .mp3 file such times; \
        a file without that tag sounds late by the delay of its encoder, which are 1105 samples with LAME.\n\n\
        **Example.** `media-source path=song.mp3 ! mp3-decode ! wav-sink path=song.wav`";
    const INPUTS: &'static [Port] =
        &[Port::encoded(c"encoded", c"MP3, a frame with its header a frame.").accepting(&[SLUICE_MP3])];

    /// Reads the header of a frame (ISO/IEC 11172-3, 2.4.1.3).
    fn read(packet: &[u8]) -> Option<Header> {
        let header = packet.get(..4)?;
        let version = header[1] >> 3 & 3;
        let rate_hz = *RATES_HZ.get(usize::from(header[2] >> 2 & 3))?;
        let is_frame = header[0] == 0xff && header[1] & 0xe0 == 0xe0 && header[1] >> 1 & 3 == LAYER_3 && version != 1;
        let (rate_hz, samples) = match version {
            3 => (rate_hz, 1_152),
            2 => (rate_hz / 2, 576),
            _ => (rate_hz / 4, 576),
        };
        let channels = if header[3] >> 6 == MONO { 1 } else { 2 };
        is_frame.then_some(Header { rate_hz, channels, samples, skip: 0, detail: u32::from(version) })
    }

    fn decoder(_: &Header, _: u32) -> Result<Box<dyn AudioDecoder>, String> {
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(CODEC_ID_MP3);
        let decoder = MpaDecoder::try_new(&parameters, &AudioDecoderOptions::default());
        Ok(Box::new(decoder.map_err(|error| format!("cannot decode this MP3: {error}"))?))
    }
}
