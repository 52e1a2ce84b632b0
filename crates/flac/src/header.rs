//! The header of a frame (RFC 9639, 9.1).

use crate::crc::crc_8;
use crate::{Format, MOST_CHANNELS, MOST_SAMPLES};

/// Rates that have a code of their own, in its order from 1.
const RATES_HZ: [u32; 11] = [88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
/// Bits of a sample by code; 0 has none.
const BITS: [u32; 8] = [0, 8, 12, 0, 16, 20, 24, 32];

/// Whose signals the subframes hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Each channel's.
    Independent,
    /// Left, and left minus right.
    LeftSide,
    /// Left minus right, and right.
    SideRight,
    /// The mean of both, and left minus right.
    MidSide,
}

/// What the headers of a stream's frames have in common.
pub struct Header {
    channels: u8,
    bits_code: u8,
    rate_code: u8,
    /// The rate, where it has no code of its own.
    rate: Vec<u8>,
}

impl Header {
    /// # Errors
    ///
    /// If a frame header cannot express the format.
    pub fn new(format: &Format) -> Result<Self, String> {
        let Format { channels, rate_hz, bits } = *format;
        if !(1..=MOST_CHANNELS).contains(&channels) {
            return Err(format!("FLAC has 1 to {MOST_CHANNELS} channels, and this has {channels}"));
        }
        let bits_code = BITS.iter().position(|each| *each == bits && bits > 0);
        let (rate_code, rate) = rate_code(rate_hz).ok_or_else(|| {
            format!(
                "a frame of FLAC can say rates up to 65,535 Hz, and up to 655,350 Hz those that 10 divides, not {rate_hz} \
                 Hz; put a resampler before it"
            )
        })?;
        let bits_code = bits_code.ok_or_else(|| format!("a frame of FLAC cannot say {bits} bits"))?;
        Ok(Self { channels: channels as u8, bits_code: bits_code as u8, rate_code, rate })
    }

    /// Appends the header of a frame. @param number 0 to 2^31 − 1
    pub fn write(&self, coding: Coding, count: usize, number: u32, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        let channels = match coding {
            Coding::Independent => self.channels - 1,
            Coding::LeftSide => 8,
            Coding::SideRight => 9,
            Coding::MidSide => 10,
        };
        let is_whole = count == MOST_SAMPLES;
        // 4,096 has the code 12; 7 says that the length follows in 16 bits.
        let block_code = if is_whole { 12 } else { 7 };
        bytes.extend_from_slice(&[0xff, 0xf8, block_code << 4 | self.rate_code, channels << 4 | self.bits_code << 1]);
        write_number(number, bytes);
        if !is_whole {
            bytes.extend_from_slice(&(count as u16 - 1).to_be_bytes());
        }
        bytes.extend_from_slice(&self.rate);
        let check = crc_8(&bytes[start..]);
        bytes.push(check);
    }
}

/// The code of a rate, and the bytes that follow it.
fn rate_code(rate_hz: u32) -> Option<(u8, Vec<u8>)> {
    if let Some(at) = RATES_HZ.iter().position(|each| *each == rate_hz) {
        return Some((at as u8 + 1, Vec::new()));
    }
    let in_16_bits = |value: u32| u16::try_from(value).ok().map(|value| value.to_be_bytes().to_vec());
    match rate_hz {
        0 => None,
        1..=0xffff => Some((13, in_16_bits(rate_hz)?)),
        _ if rate_hz % 10 == 0 => Some((14, in_16_bits(rate_hz / 10)?)),
        _ => None,
    }
}

/// Appends a number coded as in UTF-8, extended to 31 bits.
fn write_number(number: u32, bytes: &mut Vec<u8>) {
    if number < 0x80 {
        return bytes.push(number as u8);
    }
    // Each byte behind the first has six bits, and the first one has a bit less with each of them.
    let rest = (1..=5).find(|rest| number < 1 << (5 * rest + 6)).unwrap_or(5);
    let ones = 0xff_u32 << (7 - rest) & 0xff;
    bytes.push((ones | number >> (6 * rest)) as u8);
    bytes.extend((0..rest).rev().map(|at| 0x80 | (number >> (6 * at)) as u8 & 0x3f));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_coded_as_in_utf_8() {
        let coded = |number| {
            let mut bytes = Vec::new();
            write_number(number, &mut bytes);
            bytes
        };
        for number in [0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x1_0000, 0x10_ffff] {
            let text = char::from_u32(number).unwrap().to_string();
            assert_eq!(coded(number), text.as_bytes(), "{number:x}");
        }
        assert_eq!(coded(0x7fff_ffff), [0xfd, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf]);
        assert_eq!(coded(0x0400_0000), [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80]);
        assert_eq!(coded(0x03ff_ffff), [0xfb, 0xbf, 0xbf, 0xbf, 0xbf]);
    }

    #[test]
    fn a_format_that_no_header_can_tell_is_refused() {
        let refusal = |channels, rate_hz, bits| Header::new(&Format { channels, rate_hz, bits }).err();
        assert_eq!(refusal(9, 48_000, 16).unwrap(), "FLAC has 1 to 8 channels, and this has 9");
        assert_eq!(refusal(1, 48_000, 17).unwrap(), "a frame of FLAC cannot say 17 bits");
        assert!(refusal(1, 96_001, 16).unwrap().ends_with("not 96001 Hz; put a resampler before it"));
        for rate_hz in [1, 11_025, 65_535, 96_000, 192_000, 352_800, 655_350] {
            assert_eq!(refusal(8, rate_hz, 32), None, "{rate_hz}");
        }
    }
}
