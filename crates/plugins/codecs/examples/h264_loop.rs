//! The loop that `bench/cases/video_codecs.ts` compares a graph with: openh264 on pictures in memory, with the settings
//! of `org.sluice.codecs.h264-encode`.
//!
//! `h264_loop FILE WIDTH HEIGHT TIMES` encodes the pictures of a file in I420, without padding, so many times, and prints
//! the nanoseconds a picture, with the making of the encoder, and the bytes of all.

#[allow(dead_code, reason = "the stage uses all of it")]
#[path = "../src/h264_encoder.rs"]
mod h264_encoder;

use std::time::Instant;

use h264_encoder::{Complexity, H264Encoder, Matrix, Planes, Profile, Rate, Settings};

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, width, height, times] = arguments.as_slice() else { return Err("FILE WIDTH HEIGHT TIMES".into()) };
    let number = |text: &String| text.parse::<u32>().map_err(|error| format!("{text}: {error}"));
    let (width, height, times) = (number(width)?, number(height)?, number(times)?);
    let raw = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    let (luma, chroma) = ((width * height) as usize, (width / 2 * (height / 2)) as usize);
    let settings = Settings {
        bit_rate: 2_000_000,
        rate: Rate::Bits,
        key_interval: 60,
        profile: Profile::High,
        complexity: Complexity::Medium,
        screen: false,
        frame_rate: 30.0,
        matrix: Matrix::Bt709,
        full_range: false,
        pixel_aspect: 0,
        least_quantiser: 0,
    };
    // A graph makes its encoder too.
    let from = Instant::now();
    let mut encoder = H264Encoder::new(&settings, (width, height))?;
    let (mut bytes, mut total, mut pictures) = (Vec::new(), 0, 0_u32);
    for _ in 0..times {
        for picture in raw.chunks_exact(luma + 2 * chroma) {
            let (y, rest) = picture.split_at(luma);
            let (u, v) = rest.split_at(chroma);
            let half = width as usize / 2;
            let planes = [(y, width as usize), (u, half), (v, half)];
            bytes.clear();
            encoder.encode(&Planes { planes, width, height }, i64::from(pictures) * 33, false, &mut bytes)?;
            total += bytes.len();
            pictures += 1;
        }
    }
    println!("{} {total}", from.elapsed().as_nanos() as f64 / f64::from(pictures));
    Ok(())
}
