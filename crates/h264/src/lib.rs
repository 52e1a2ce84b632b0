//! What a sequence parameter set says that the decoder cannot do (ITU-T H.264, 7.3.2.1.1).
//!
//! It has a crate of its own so that its tests build no codec.

/// Type of a NAL unit that is a sequence parameter set.
const SPS: u8 = 7;

/// Profiles whose parameter sets name the sampling of chroma and the depth.
const HIGH_PROFILES: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// The profiles whose parameter sets do not.
const LOW_PROFILES: [u32; 3] = [66, 77, 88];

/// Profiles of 4:4:4, whose pictures may be 4:2:0 all the same, with tools that decoders of 4:2:0 lack.
const PROFILES_444: [(u32, &str); 2] = [(244, "High 4:4:4 Predictive"), (44, "CAVLC 4:4:4 Intra")];

/// What the sequence parameter sets of an access unit say.
#[derive(Debug, PartialEq)]
pub enum Said {
    /// There is none.
    Nothing,
    /// Nothing that the decoder cannot do; of one that is no set, or cut off, it is not known what it says.
    Fits(Option<Shape>),
    /// What the decoder cannot do.
    Unsupported(String),
}

/// The pictures of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Macroblocks in a row, and rows of them.
    pub blocks: (u32, u32),
    /// What is cut off of that at the left, right, top and bottom, in units of two pixels.
    pub crop: [u32; 4],
    /// How wide a pixel is in the upper 16 bits, and how high in the lower; 0: as wide as high, or not told.
    pub pixel_aspect: u32,
}

/// Widths and heights of pixels by their codes (table E-1), from 1.
const PIXEL_ASPECTS: [(u32, u32); 16] = [
    (1, 1),
    (12, 11),
    (10, 11),
    (16, 11),
    (40, 33),
    (24, 11),
    (20, 11),
    (32, 11),
    (80, 33),
    (18, 11),
    (15, 11),
    (64, 33),
    (160, 99),
    (4, 3),
    (3, 2),
    (2, 1),
];

/// The code for a width and a height that follow.
const OWN_ASPECT: u32 = 255;

/// Reads the sequence parameter sets of an access unit in Annex B form.
pub fn read_sets(unit: &[u8]) -> Said {
    let mut said = Said::Nothing;
    for nal in nal_units(unit).filter(|nal| nal.first().is_some_and(|head| head & 0x1f == SPS)) {
        match look_at(&nal[1..]) {
            Some(Err(what)) => return Said::Unsupported(what),
            Some(Ok(shape)) => said = Said::Fits(Some(shape)),
            None if said == Said::Nothing => said = Said::Fits(None),
            None => {}
        }
    }
    said
}

/// The NAL units between start codes.
fn nal_units(unit: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = start_code(unit).map_or(&[][..], |at| &unit[at + 3..]);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = start_code(rest);
        let nal = &rest[..end.unwrap_or(rest.len())];
        rest = end.map_or(&[][..], |at| &rest[at + 3..]);
        Some(nal)
    })
}

fn start_code(bytes: &[u8]) -> Option<usize> {
    bytes.windows(3).position(|three| three == [0, 0, 1])
}

fn look_at(sps: &[u8]) -> Option<Result<Shape, String>> {
    let mut bits = Bits::new(sps);
    let profile = bits.read(8)?;
    bits.read(16)?;
    bits.number()?;
    if HIGH_PROFILES.contains(&profile) {
        let chroma = bits.number()?;
        if chroma != 1 {
            let names = ["grey pictures", "4:2:0", "chroma of 4:2:2", "chroma of 4:4:4"];
            return Some(Err((*names.get(chroma as usize)?).into()));
        }
        let (luma, chroma) = (8 + bits.number()?, 8 + bits.number()?);
        if (luma, chroma) != (8, 8) {
            return Some(Err(format!("{} bits a sample", luma.max(chroma))));
        }
        if let Some((_, name)) = PROFILES_444.iter().find(|(code, _)| *code == profile) {
            return Some(Err(format!("the profile {name}")));
        }
        bits.read(1)?;
        skip_scaling_lists(&mut bits)?;
    } else if !LOW_PROFILES.contains(&profile) {
        // This is no set, but a slice with a flipped bit: the decoder finds that damaged, and keeps the set that it has.
        return None;
    }
    skip_picture_order(&mut bits)?;
    // max_num_ref_frames, gaps_in_frame_num_value_allowed_flag, and the two sizes.
    bits.number()?;
    bits.read(1)?;
    let blocks = (bits.number()?.checked_add(1)?, bits.number()?.checked_add(1)?);
    if bits.read(1)? == 0 {
        return Some(Err("interlaced pictures".into()));
    }
    bits.read(1)?;
    let mut crop = [0; 4];
    if bits.read(1)? == 1 {
        for side in &mut crop {
            *side = bits.number()?;
        }
    }
    // vui_parameters_present_flag, aspect_ratio_info_present_flag.
    let tells_aspect = bits.read(1)? == 1 && bits.read(1)? == 1;
    Some(Ok(Shape { blocks, crop, pixel_aspect: if tells_aspect { read_aspect(&mut bits)? } else { 0 } }))
}

fn read_aspect(bits: &mut Bits<'_>) -> Option<u32> {
    let code = bits.read(8)?;
    let (width, height) = if code == OWN_ASPECT {
        (bits.read(16)?, bits.read(16)?)
    } else {
        code.checked_sub(1).and_then(|place| PIXEL_ASPECTS.get(place as usize)).copied().unwrap_or((1, 1))
    };
    let (mut divisor, mut rest) = (width, height);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    let is_square = width == height || width == 0 || height == 0;
    Some(if is_square { 0 } else { ((width / divisor) << 16) | (height / divisor) })
}

fn skip_scaling_lists(bits: &mut Bits<'_>) -> Option<()> {
    if bits.read(1)? == 0 {
        return Some(());
    }
    for list in 0..8 {
        if bits.read(1)? == 0 {
            continue;
        }
        let (mut last, mut next) = (8, 8);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                next = (last + bits.signed()?).rem_euclid(256);
            }
            last = if next == 0 { last } else { next };
        }
    }
    Some(())
}

fn skip_picture_order(bits: &mut Bits<'_>) -> Option<()> {
    bits.number()?;
    match bits.number()? {
        0 => {
            bits.number()?;
        }
        1 => {
            bits.read(1)?;
            bits.number()?;
            bits.number()?;
            for _ in 0..bits.number()?.min(255) {
                bits.number()?;
            }
        }
        _ => {}
    }
    Some(())
}

/// Bits of a NAL unit, without the bytes that keep start codes out of it.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    bit: u32,
    zeros: u32,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, bit: 0, zeros: 0 }
    }

    fn read(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            value = value << 1 | self.next()?;
        }
        Some(value)
    }

    fn next(&mut self) -> Option<u32> {
        if self.bit == 0 && self.zeros >= 2 && self.bytes.get(self.at) == Some(&3) {
            self.at += 1;
            self.zeros = 0;
        }
        let byte = *self.bytes.get(self.at)?;
        let value = u32::from(byte >> (7 - self.bit) & 1);
        self.bit = (self.bit + 1) % 8;
        if self.bit == 0 {
            self.at += 1;
            self.zeros = if byte == 0 { self.zeros + 1 } else { 0 };
        }
        Some(value)
    }

    /// An unsigned number of variable length: `ue(v)`.
    fn number(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.next()? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1_u32 << zeros) - 1 + self.read(zeros)?)
    }

    /// A number with a sign: `se(v)`.
    fn signed(&mut self) -> Option<i32> {
        let code = self.number()?;
        let half = code.div_ceil(2) as i32;
        Some(if code % 2 == 1 { half } else { -half })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A set of a profile without pictures that are frames, of which all numbers are 0.
    fn interlaced(profile: u8) -> [u8; 9] {
        [0, 0, 1, 0x67, profile, 0, 0x1e, 0xff, 0x7f]
    }

    #[test]
    fn profiles_of_444_are_named_where_pictures_are_420() {
        // seq_parameter_set_id 0, chroma_format_idc 1, 8 bits, no transform bypass: 1, 010, 1, 1, 0.
        let set = |profile| [0, 0, 1, 0x67, profile, 0, 0x1e, 0b1010_1100, 0xff];
        assert_eq!(read_sets(&set(244)), Said::Unsupported("the profile High 4:4:4 Predictive".into()));
        assert_eq!(read_sets(&set(44)), Said::Unsupported("the profile CAVLC 4:4:4 Intra".into()));
        assert_eq!(read_sets(&set(100)), Said::Fits(None));
    }

    #[test]
    fn a_slice_that_a_flipped_bit_makes_a_set_says_nothing_of_the_stream() {
        assert_eq!(read_sets(&interlaced(77)), Said::Unsupported("interlaced pictures".into()));
        // The first bytes of a slice of a key frame: first_mb_in_slice 0, slice_type 7.
        assert_eq!(read_sets(&interlaced(0x88)), Said::Fits(None));
    }
}
