//! What is decoded is what was encoded, of every kind of signal, and no frame is longer than its samples.

use sluice_flac::{Encoder, Format, MOST_SAMPLES};
use symphonia_bundle_flac::FlacDecoder;
use symphonia_core::codecs::audio::well_known::CODEC_ID_FLAC;
use symphonia_core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia_core::packet::Packet;
use symphonia_core::units::{Duration, Timestamp};

type Signal = fn(usize, &mut Noise) -> f64;

/// Numbers from −1 to 1, always the same ones (xorshift), and what a signal remembers.
struct Noise {
    state: u64,
    memory: f64,
}

impl Noise {
    fn next(&mut self) -> f64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    fn brown(&mut self) -> f64 {
        let next = self.next();
        self.memory = self.memory * 0.995 + next * 0.05;
        self.memory
    }
}

fn tone(at: usize, hz: f64) -> f64 {
    (2.0 * std::f64::consts::PI * hz * at as f64 / 48_000.0).sin()
}

/// Each from about −1 to 1.
const SIGNALS: [(&str, Signal); 22] = [
    ("white noise", |_, noise| noise.next()),
    ("white noise at -40 dB", |_, noise| noise.next() / 100.0),
    ("brown noise", |_, noise| noise.brown()),
    ("brown noise at -40 dB", |_, noise| noise.brown() / 100.0),
    ("violet noise", |_, noise| {
        let next = noise.next();
        (next - std::mem::replace(&mut noise.memory, next)) / 2.0
    }),
    ("gated noise", |at, noise| if at / 700 % 2 == 0 { noise.next() } else { 0.0 }),
    ("noise, then silence within a block", |at, noise| if at < 1_000 { noise.next() } else { 0.0 }),
    ("silence, then noise within a block", |at, noise| if at > 3_000 { noise.next() } else { 0.0 }),
    ("a click", |at, _| if at == 1_234 { 1.0 } else { 0.0 }),
    ("a click in the last sample", |at, _| if at == MOST_SAMPLES - 1 { -1.0 } else { 0.0 }),
    ("a step", |at, _| if at < 2_000 { -1.0 } else { 1.0 }),
    ("square", |at, _| if at / 109 % 2 == 0 { 0.8 } else { -0.8 }),
    ("sine", |at, _| tone(at, 440.0)),
    ("a sine of 3 steps", |at, _| tone(at, 440.0) / 2e4),
    ("sweep", |at, _| tone(at, 20.0 + at as f64)),
    ("drum", |at, noise| noise.next() * (-((at % 3_000) as f64) / 300.0).exp()),
    ("speech", |at, noise| tone(at, 120.0) * (0.5 + 0.5 * tone(at, 3.0)) * 0.6 + noise.brown() * 0.2),
    ("full scale, alternating", |at, _| if at % 2 == 0 { 1.0 } else { -1.0 }),
    ("silence", |_, _| 0.0),
    ("a constant", |_, _| 0.3),
    ("a ramp", |at, _| at as f64 / 1e4 - 1.0),
    ("far too loud", |_, noise| noise.next() * 100.0),
];

fn samples(signal: Signal, format: &Format, count: usize) -> Vec<i32> {
    let full = f64::from(1_u32 << (format.bits - 1));
    let mut noises: Vec<Noise> =
        (1..=format.channels as u64).map(|seed| Noise { state: seed * 0x9e37_79b9_7f4a_7c15, memory: 0.0 }).collect();
    let whole = |value: f64| (value * full).round().clamp(-full, full - 1.0) as i32;
    (0..count).flat_map(|at| noises.iter_mut().map(|noise| whole(signal(at, noise))).collect::<Vec<_>>()).collect()
}

/// Decodes frames to interleaved samples.
fn decode<'a>(format: &Format, frames: impl IntoIterator<Item = &'a [u8]>) -> Vec<i32> {
    let mut info = [0; 34];
    info[..4].copy_from_slice(&[0, 16, 255, 255]);
    let packed =
        u64::from(format.rate_hz) << 44 | (format.channels as u64 - 1) << 41 | u64::from(format.bits - 1) << 36;
    info[10..18].copy_from_slice(&packed.to_be_bytes());
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(CODEC_ID_FLAC).with_extra_data(info.into());
    let mut decoder = FlacDecoder::try_new(&parameters, &AudioDecoderOptions::default()).unwrap();
    let mut all = Vec::new();
    for frame in frames {
        let packet = Packet::new(0, Timestamp::ZERO, Duration::ZERO, frame);
        let mut block = Vec::new();
        decoder.decode(&packet).unwrap().copy_to_vec_interleaved::<i32>(&mut block);
        // A decoder's samples lie in the highest bits.
        all.extend(block.into_iter().map(|sample| sample >> (32 - format.bits)));
    }
    all
}

fn assert_kept(name: &str, format: &Format, wanted: &[i32]) {
    let mut encoder = Encoder::new(*format).unwrap();
    let frames: Vec<Vec<u8>> = wanted
        .chunks(MOST_SAMPLES * format.channels)
        .map(|block| {
            let mut bytes = Vec::new();
            encoder.encode(block, &mut bytes);
            let most = format.most_frame_bytes(block.len() / format.channels);
            assert!(bytes.len() <= most, "{name}, {format:?}: {} bytes, at most {most}", bytes.len());
            bytes
        })
        .collect();
    let found = decode(format, frames.iter().map(Vec::as_slice));
    assert_eq!(found.len(), wanted.len(), "{name}, {format:?}");
    let at = found.iter().zip(wanted).position(|(found, wanted)| found != wanted);
    assert_eq!(at, None, "{name}, {format:?}: {:?}", at.map(|at| (found[at], wanted[at])));
}

#[test]
fn every_signal_comes_back_in_every_width() {
    for bits in [8, 12, 16, 20, 24, 32] {
        for channels in [1, 2] {
            let format = Format { channels, rate_hz: 48_000, bits };
            for (name, signal) in SIGNALS {
                assert_kept(name, &format, &samples(signal, &format, MOST_SAMPLES + 700));
            }
        }
    }
}

#[test]
fn every_number_of_channels_and_rate_comes_back() {
    for (channels, rate_hz) in [(3, 8_000), (4, 11_025), (5, 12_345), (6, 96_000), (7, 176_400), (8, 192_000)] {
        for bits in [16, 24, 32] {
            let format = Format { channels, rate_hz, bits };
            assert_kept("brown noise", &format, &samples(SIGNALS[2].1, &format, 1_000));
        }
    }
}

#[test]
fn a_block_of_any_length_comes_back() {
    for count in (1..70).chain([127, 128, 4_095, 4_096]) {
        for bits in [16, 24, 32] {
            let format = Format { channels: 2, rate_hz: 44_100, bits };
            for (name, signal) in [SIGNALS[0], SIGNALS[12], SIGNALS[20]] {
                assert_kept(name, &format, &samples(signal, &format, count));
            }
        }
    }
}

/// Two channels of the least and the greatest numbers, in all mixtures: no sum or difference overflows.
#[test]
fn extremes_come_back() {
    for bits in [16, 24, 32] {
        let format = Format { channels: 2, rate_hz: 48_000, bits };
        let (least, most) = (i32::MIN >> (32 - bits), i32::MAX >> (32 - bits));
        let values = [least, least + 1, -1, 0, 1, most - 1, most];
        let mut noise = Noise { state: 7, memory: 0.0 };
        let mut pick = || values[(noise.next().abs() * 7.0) as usize % 7];
        let mixed: Vec<i32> = (0..2 * MOST_SAMPLES).map(|_| pick()).collect();
        assert_kept("extremes", &format, &mixed);
        let opposite: Vec<i32> =
            (0..MOST_SAMPLES).flat_map(|at| if at % 3 == 0 { [least, most] } else { [most, least] }).collect();
        assert_kept("opposite extremes", &format, &opposite);
    }
}

/// 16 bits in 24, as many files have them, and numbers that share their lowest bits.
#[test]
fn low_bits_that_are_always_0_take_no_room() {
    let narrow = Format { channels: 2, rate_hz: 48_000, bits: 16 };
    let wanted = samples(SIGNALS[2].1, &narrow, MOST_SAMPLES);
    let length = |bits: u32| {
        let format = Format { bits, ..narrow };
        let shifted: Vec<i32> = wanted.iter().map(|sample| sample << (bits - 16)).collect();
        assert_kept("16 bits", &format, &shifted);
        let mut bytes = Vec::new();
        Encoder::new(format).unwrap().encode(&shifted, &mut bytes);
        bytes.len()
    };
    let plain = length(16);
    for bits in [20, 24, 32] {
        // A few bytes for how many bits they are, and for the first samples.
        assert!(length(bits) <= plain + 16, "{bits} bits: {} bytes, of 16 bits {plain}", length(bits));
    }
}

#[test]
fn frames_with_numbers_of_one_and_two_bytes_come_back() {
    let format = Format { channels: 1, rate_hz: 48_000, bits: 16 };
    let wanted = samples(SIGNALS[12].1, &format, 130 * 16);
    let mut encoder = Encoder::new(format).unwrap();
    let frames: Vec<Vec<u8>> = wanted
        .chunks(16)
        .map(|block| {
            let mut bytes = Vec::new();
            encoder.encode(block, &mut bytes);
            bytes
        })
        .collect();
    assert_eq!((frames[127][4], &frames[129][4..6]), (127, &[0xc2, 0x81][..]));
    assert_eq!(decode(&format, frames.iter().map(Vec::as_slice)), wanted);
}
