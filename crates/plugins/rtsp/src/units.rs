//! Encoded frames as links carry them: H.264 and H.265 as byte streams (Annex B), AAC with ADTS headers.

/// A codec of access units that consist of NAL units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nal {
    H264,
    H265,
}

/// What a NAL unit is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Of a picture with which decoding can begin.
    Key,
    /// The set of parameters that comes first.
    Sets,
    Delimiter,
    Other,
}

impl Nal {
    fn unit(self, header: u8) -> Unit {
        match (self, header & 31, header >> 1 & 63) {
            (Self::H264, 5, _) | (Self::H265, _, 16..=21) => Unit::Key,
            (Self::H264, 7, _) | (Self::H265, _, 32) => Unit::Sets,
            (Self::H264, 9, _) | (Self::H265, _, 35) => Unit::Delimiter,
            _ => Unit::Other,
        }
    }

    /// The sets of parameters in a decoder's configuration (ISO/IEC 14496-15: `avcC`, `hvcC`), as a byte stream.
    pub(crate) fn parameter_sets(self, record: &[u8]) -> Option<Vec<u8>> {
        let mut stream = Vec::with_capacity(record.len() + 8);
        let mut rest = record;
        match self {
            Self::H264 => {
                rest = rest.get(5..)?;
                for mask in [31, 255] {
                    let count = take(&mut rest, 1)?[0] & mask;
                    copy_units(&mut rest, u16::from(count), &mut stream)?;
                }
            }
            Self::H265 => {
                rest = rest.get(22..)?;
                for _ in 0..take(&mut rest, 1)?[0] {
                    take(&mut rest, 1)?;
                    let count = length(&mut rest)?;
                    copy_units(&mut rest, count, &mut stream)?;
                }
            }
        }
        Some(stream)
    }

    /// Makes a byte stream of an access unit whose NAL units have lengths of four bytes before them, with the sets of
    /// parameters in front if it is a key frame and has none.
    ///
    /// # Returns
    ///
    /// The access unit, and whether it is a key frame. `None`: the lengths are wrong, or it is a key frame without sets.
    pub(crate) fn byte_stream(self, mut unit: Vec<u8>, sets: &[u8]) -> Option<(Vec<u8>, bool)> {
        let (mut at, mut is_key, mut has_sets, mut behind_delimiter) = (0, false, false, 0);
        while at < unit.len() {
            let size: [u8; 4] = unit.get(at..at + 4)?.try_into().ok()?;
            let next = (at + 4).checked_add(u32::from_be_bytes(size) as usize).filter(|next| *next <= unit.len())?;
            let kind = self.unit(*unit.get(at + 4)?);
            is_key |= kind == Unit::Key;
            has_sets |= kind == Unit::Sets;
            if kind == Unit::Delimiter && at == 0 {
                behind_delimiter = next;
            }
            unit[at..at + 4].copy_from_slice(&START_CODE);
            at = next;
        }
        if is_key && !has_sets {
            if sets.is_empty() {
                return None;
            }
            unit.splice(behind_delimiter..behind_delimiter, sets.iter().copied());
        }
        Some((unit, is_key))
    }
}

const START_CODE: [u8; 4] = [0, 0, 0, 1];

fn copy_units(rest: &mut &[u8], count: u16, stream: &mut Vec<u8>) -> Option<()> {
    for _ in 0..count {
        let size = length(rest)?;
        stream.extend(START_CODE);
        stream.extend(take(rest, size.into())?);
    }
    Some(())
}

fn length(rest: &mut &[u8]) -> Option<u16> {
    take(rest, 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

/// What AAC says of itself in each header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Adts {
    profile: u8,
    rate_index: u8,
    channels: u8,
}

impl Adts {
    /// The rates of ISO/IEC 14496-3, table 1.18, hertz.
    const RATES: [u32; 13] =
        [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

    /// Length of a header, bytes.
    const LENGTH: usize = 7;

    /// Reads an `AudioSpecificConfig` (ISO/IEC 14496-3, 1.6.2.1). `None`: ADTS cannot say it.
    pub(crate) fn read(config: &[u8]) -> Option<Self> {
        let [first, second, ..] = *config else { return None };
        let (object, rate_index, channels) = (first >> 3, (first & 7) << 1 | second >> 7, second >> 3 & 15);
        // What is coded by spectral band replication (5, 29) is AAC-LC at its core, whose rate this is.
        let profile =
            if matches!(object, 5 | 29) { 1 } else { object.checked_sub(1).filter(|profile| *profile < 4)? };
        (usize::from(rate_index) < Self::RATES.len() && (1..=7).contains(&channels)).then_some(Self {
            profile,
            rate_index,
            channels,
        })
    }

    /// Number of channels, and rate in hertz.
    pub(crate) fn measures(self) -> (u32, u32) {
        (if self.channels == 7 { 8 } else { self.channels.into() }, Self::RATES[usize::from(self.rate_index)])
    }

    /// The access unit behind its header. `None`: it is too long for one.
    pub(crate) fn frame(self, unit: &[u8]) -> Option<Vec<u8>> {
        let length = unit.len() + Self::LENGTH;
        let size = u16::try_from(length).ok().filter(|size| *size < 1 << 13)?;
        let mut frame = Vec::with_capacity(length);
        frame.extend([
            0xff,
            0xf1,
            self.profile << 6 | self.rate_index << 2 | self.channels >> 2,
            (self.channels & 3) << 6 | (size >> 11) as u8,
            (size >> 3) as u8,
            (size << 5) as u8 | 0x1f,
            0xfc,
        ]);
        frame.extend_from_slice(unit);
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETS: [u8; 14] = [0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3, 4];

    fn sized(units: &[&[u8]]) -> Vec<u8> {
        units.iter().flat_map(|unit| [&(unit.len() as u32).to_be_bytes()[..], unit].concat()).collect()
    }

    #[test]
    fn sets_of_h264_are_read_from_its_record() {
        let record = [1, 0x42, 0, 30, 0xff, 0xe1, 0, 3, 0x67, 1, 2, 1, 0, 3, 0x68, 3, 4];
        assert_eq!(Nal::H264.parameter_sets(&record).as_deref(), Some(&SETS[..]));
        assert_eq!(Nal::H264.parameter_sets(&record[..12]), None);
    }

    #[test]
    fn sets_of_h265_are_read_from_its_record() {
        let mut record = vec![1; 22];
        record.extend([2, 0xa0, 0, 1, 0, 2, 0x40, 1, 0xa1, 0, 1, 0, 2, 0x42, 1]);
        let sets = [0, 0, 0, 1, 0x40, 1, 0, 0, 0, 1, 0x42, 1];
        assert_eq!(Nal::H265.parameter_sets(&record).as_deref(), Some(&sets[..]));
    }

    #[test]
    fn a_key_frame_gets_its_sets_behind_the_delimiter() {
        let (stream, is_key) = Nal::H264.byte_stream(sized(&[&[9, 0xf0], &[0x65, 7]]), &SETS).unwrap();
        assert!(is_key);
        assert_eq!(stream, [&[0, 0, 0, 1, 9, 0xf0], &SETS[..], &[0, 0, 0, 1, 0x65, 7]].concat());
    }

    #[test]
    fn a_key_frame_keeps_its_own_sets() {
        let (stream, is_key) = Nal::H264.byte_stream(sized(&[&[0x67, 9], &[0x68, 9], &[0x65, 7]]), &SETS).unwrap();
        assert!(is_key);
        assert_eq!(stream.len(), 4 * 3 + 6);
    }

    #[test]
    fn a_key_frame_without_sets_and_wrong_lengths_are_none() {
        assert_eq!(Nal::H264.byte_stream(sized(&[&[0x65, 7]]), &[]), None);
        assert_eq!(Nal::H264.byte_stream(vec![0, 0, 0, 9, 0x41], &SETS), None);
        assert_eq!(Nal::H264.byte_stream(vec![0, 0, 0, 0], &SETS), None);
        assert_eq!(Nal::H264.byte_stream(sized(&[&[0x41, 7]]), &[]), Some((vec![0, 0, 0, 1, 0x41, 7], false)));
    }

    #[test]
    fn aac_gets_the_header_of_its_config() {
        // AAC-LC, 48 kHz, two channels.
        let adts = Adts::read(&[0x11, 0x90]).unwrap();
        assert_eq!(adts.measures(), (2, 48_000));
        assert_eq!(adts.frame(&[1, 2, 3]).unwrap(), [0xff, 0xf1, 0x4c, 0x80, 0x01, 0x5f, 0xfc, 1, 2, 3]);
        assert_eq!(adts.frame(&[0; 1 << 13]), None);
    }

    #[test]
    fn an_explicit_rate_is_not_carried() {
        assert_eq!(Adts::read(&[0x17, 0x90]), None);
    }
}
