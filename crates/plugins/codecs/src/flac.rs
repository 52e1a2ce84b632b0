//! `org.sluice.codecs.flac-decode`: FLAC to audio, by the crate `symphonia-bundle-flac`.

use std::ffi::CStr;

use sluice_stage::Port;
use sluice_stage::abi::SLUICE_FLAC;
use symphonia_bundle_flac::FlacDecoder;
use symphonia_core::checksum::Crc16Ansi;
use symphonia_core::codecs::audio::well_known::CODEC_ID_FLAC;
use symphonia_core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia_core::io::Monitor;

use crate::audio_decode::{Coding, Header};

/// By the bits of a header (RFC 9639, 9.1.2); 0: the bytes behind it tell, or the header of the file.
const RATES_HZ: [u32; 12] =
    [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

/// By the bits of a header (RFC 9639, 9.1.4); 0: the header of the file tells.
const BITS: [u32; 8] = [0, 8, 12, 0, 16, 20, 24, 32];

/// FLAC without the header of a file.
pub(crate) struct Flac;

impl Coding for Flac {
    const ID: &'static CStr = c"org.sluice.codecs.flac-decode";
    const NAME: &'static CStr = c"FLAC decode";
    const DOC: &'static CStr = c"Decodes FLAC: up to 24 bits without loss, 32 bits as floats.\n\n\
        Channels come in the order of WAV files, at the rate of the stream. In place of a frame whose check does \
        not fit, which is counted, comes silence of the same length.\n\n\
        **Example.** `media-source path=song.flac ! flac-decode ! wav-sink path=song.wav format=s16`";
    const INPUTS: &'static [Port] = &[Port::encoded(c"encoded", c"FLAC, a frame a frame.").accepting(&[SLUICE_FLAC])];

    /// Reads the header of a frame (RFC 9639, 9.1), and checks the whole of it.
    fn read(packet: &[u8]) -> Option<Header> {
        let header = packet.get(..6)?;
        if header[0] != 0xff || header[1] & 0xfe != 0xf8 || !is_intact(packet) {
            return None;
        }
        // The number of the frame is coded as in UTF-8.
        let number = header[4].leading_ones().max(1) as usize;
        let mut rest = packet.get(4 + number..)?.iter().copied().map(u32::from);
        let samples = block_size(header[2] >> 4, &mut rest)?;
        let rate_hz = rate_hz(header[2] & 15, &mut rest)?;
        let channels = match header[3] >> 4 {
            code @ 0..8 => usize::from(code) + 1,
            8..11 => 2,
            _ => return None,
        };
        let detail = BITS[usize::from(header[3] >> 1 & 7)];
        let is_told = samples > 0 && rate_hz > 0 && detail > 0;
        is_told.then_some(Header { rate_hz, channels, samples: samples as usize, skip: 0, detail })
    }

    fn decoder(header: &Header, _: u32) -> Result<Box<dyn AudioDecoder>, String> {
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(CODEC_ID_FLAC).with_extra_data(stream_info(header).into());
        let decoder = FlacDecoder::try_new(&parameters, &AudioDecoderOptions::default());
        Ok(Box::new(decoder.map_err(|error| format!("cannot decode this FLAC: {error}"))?))
    }
}

/// Whether the check at the end of a frame (RFC 9639, 9.3) is that of what lies before it.
fn is_intact(packet: &[u8]) -> bool {
    packet.split_last_chunk::<2>().is_some_and(|(frame, check)| {
        let mut crc = Crc16Ansi::new(0);
        crc.process_buf_bytes(frame);
        crc.crc() == u16::from_be_bytes(*check)
    })
}

fn block_size(code: u8, rest: &mut impl Iterator<Item = u32>) -> Option<u32> {
    match code {
        0 => None,
        1 => Some(192),
        2..=5 => Some(576 << (code - 2)),
        6 => Some(rest.next()? + 1),
        7 => Some((rest.next()? << 8 | rest.next()?) + 1),
        _ => Some(256 << (code - 8)),
    }
}

fn rate_hz(code: u8, rest: &mut impl Iterator<Item = u32>) -> Option<u32> {
    match code {
        12 => Some(rest.next()? * 1_000),
        13 => Some(rest.next()? << 8 | rest.next()?),
        14 => Some((rest.next()? << 8 | rest.next()?) * 10),
        _ => RATES_HZ.get(usize::from(code)).copied(),
    }
}

/// The block STREAMINFO (RFC 9639, 8.2) of a stream whose length and sum are not known.
fn stream_info(header: &Header) -> [u8; 34] {
    let mut info = [0; 34];
    info[..4].copy_from_slice(&[0, 16, 255, 255]);
    let packed =
        u64::from(header.rate_hz) << 44 | (header.channels as u64 - 1) << 41 | u64::from(header.detail - 1) << 36;
    info[10..18].copy_from_slice(&packed.to_be_bytes());
    info
}
