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
    /// Nothing that the decoder cannot do.
    Fits,
    /// What the decoder cannot do.
    Unsupported(String),
}

/// Reads the sequence parameter sets of an access unit in Annex B form.
pub fn read_sets(unit: &[u8]) -> Said {
    let mut sets = nal_units(unit).filter(|nal| nal.first().is_some_and(|head| head & 0x1f == SPS)).peekable();
    if sets.peek().is_none() {
        return Said::Nothing;
    }
    sets.find_map(|nal| look_at(&nal[1..])).map_or(Said::Fits, Said::Unsupported)
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

fn look_at(sps: &[u8]) -> Option<String> {
    let mut bits = Bits::new(sps);
    let profile = bits.read(8)?;
    bits.read(16)?;
    bits.number()?;
    if HIGH_PROFILES.contains(&profile) {
        let chroma = bits.number()?;
        if chroma != 1 {
            let names = ["grey pictures", "4:2:0", "chroma of 4:2:2", "chroma of 4:4:4"];
            return Some((*names.get(chroma as usize)?).into());
        }
        let (luma, chroma) = (8 + bits.number()?, 8 + bits.number()?);
        if (luma, chroma) != (8, 8) {
            return Some(format!("{} bits a sample", luma.max(chroma)));
        }
        if let Some((_, name)) = PROFILES_444.iter().find(|(code, _)| *code == profile) {
            return Some(format!("the profile {name}"));
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
    bits.number()?;
    bits.number()?;
    (bits.read(1)? == 0).then(|| "interlaced pictures".into())
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
        assert_eq!(read_sets(&set(100)), Said::Fits);
    }

    #[test]
    fn a_slice_that_a_flipped_bit_makes_a_set_says_nothing_of_the_stream() {
        assert_eq!(read_sets(&interlaced(77)), Said::Unsupported("interlaced pictures".into()));
        // The first bytes of a slice of a key frame: first_mb_in_slice 0, slice_type 7.
        assert_eq!(read_sets(&interlaced(0x88)), Said::Fits);
    }
}
