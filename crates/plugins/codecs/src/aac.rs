//! `org.sluice.codecs.aac-decode`: AAC to audio, by the crate `symphonia-codec-aac`.

use std::ffi::CStr;

use sluice_stage::Port;
use sluice_stage::abi::SLUICE_AAC;
use symphonia_codec_aac::AacDecoder;
use symphonia_core::audio::{Channels, Position};
use symphonia_core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia_core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};

use crate::audio_decode::{Coding, Header};

/// By the index in a header (ISO/IEC 14496-3, table 1.18).
const RATES_HZ: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// By the channel configuration (ISO/IEC 14496-3, table 1.19); 0: the packet itself says it.
const CHANNELS: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 8];

/// Samples of a packet.
const SAMPLES: usize = 1_024;

/// The type of object that is decoded.
const LOW_COMPLEXITY: u32 = 2;

const MEND: &str =
    "wanted AAC-LC, mono or stereo; let ffmpeg decode it, as command of a \"process\" or \"pipe-source\"";

/// AAC with ADTS headers.
pub(crate) struct Aac;

impl Coding for Aac {
    const ID: &'static CStr = c"org.sluice.codecs.aac-decode";
    const NAME: &'static CStr = c"AAC decode";
    const DOC: &'static CStr = c"Decodes AAC-LC, mono or stereo.\n\n\
        Audio comes at the rate of the stream. Sound before the time 0, as the delay of an encoder is, \
        only warms the decoder up and is left out; a last packet that lasts less than its samples do ends with \
        its duration. In place of a damaged packet, which is counted, comes silence of the same length. A packet \
        of another rate or number of channels counts as damaged; with the second such packet in a row the stream \
        becomes that.\n\n\
        The profiles Main, SSR and LTP, HE-AAC that the header of the file tells, and more than two channels are \
        refused; the error names ffmpeg, as command of a `process` or `pipe-source`. HE-AAC that no header tells \
        is decoded without its upper half: at half the rate, and mono where it has parametric stereo.\n\n\
        **Example.** `media-source path=talk.mp4 ! aac-decode ! wav-sink path=talk.wav`";
    const INPUTS: &'static [Port] =
        &[Port::encoded(c"encoded", c"AAC, an access unit with its ADTS header a frame.").accepting(&[SLUICE_AAC])];

    /// Reads an ADTS header (ISO/IEC 13818-7, 6.2) of a frame with one block.
    fn read(packet: &[u8]) -> Option<Header> {
        let header = packet.get(..7)?;
        let length = usize::from(header[3] & 3) << 11 | usize::from(header[4]) << 3 | usize::from(header[5]) >> 5;
        let skip = if header[1] & 1 == 0 { 9 } else { 7 };
        let is_whole = header[0] == 0xff && header[1] & 0xf6 == 0xf0 && header[6] & 3 == 0;
        let rate_hz = *RATES_HZ.get(usize::from(header[2] >> 2 & 15))?;
        let channels = CHANNELS[usize::from((header[2] & 1) << 2 | header[3] >> 6)];
        let detail = u32::from(header[2] >> 6) + 1;
        let is_of_length = length == packet.len() && length > skip;
        (is_whole && is_of_length).then_some(Header { rate_hz, channels, samples: SAMPLES, skip, detail })
    }

    fn decoder(header: &Header, told_hz: u32) -> Result<Box<dyn AudioDecoder>, String> {
        let Header { rate_hz, channels, detail, .. } = *header;
        if detail != LOW_COMPLEXITY {
            return Err(format!("cannot decode AAC of object type {detail}: {MEND}"));
        }
        // The header of HE-AAC tells the rate of its core.
        if told_hz == 2 * rate_hz {
            return Err(format!("cannot decode HE-AAC of {told_hz} Hz: {MEND}"));
        }
        let positions = match channels {
            1 => Position::FRONT_LEFT,
            2 => Position::FRONT_LEFT | Position::FRONT_RIGHT,
            0 => return Err(format!("cannot decode AAC whose channels its header does not tell: {MEND}")),
            _ => return Err(format!("cannot decode AAC with {channels} channels: {MEND}")),
        };
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(CODEC_ID_AAC).with_sample_rate(rate_hz).with_channels(Channels::Positioned(positions));
        let decoder = AacDecoder::try_new(&parameters, &AudioDecoderOptions::default());
        Ok(Box::new(decoder.map_err(|error| format!("cannot decode this AAC ({error}): {MEND}"))?))
    }
}
