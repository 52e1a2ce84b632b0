//! Parameter sets of H.264 and HEVC: which NAL units are some, and the records in which files keep them, `avcC` and `hvcC`
//! (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1).

use crate::nal_units::annex_b_units;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// ITU-T H.264.
    H264,
    /// ITU-T H.265.
    Hevc,
}

/// What a NAL unit is, as far as this crate asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// HEVC only.
    VideoSet,
    /// A sequence parameter set.
    SequenceSet,
    /// A picture parameter set.
    PictureSet,
    /// An access unit delimiter.
    Delimiter,
    /// A slice of a picture from which decoding can start.
    KeySlice,
    /// Anything else.
    Other,
}

/// The parameter sets of a stream, in the order in which decoders want them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterSets {
    /// Video, sequence and picture sets, each as a NAL unit.
    pub sets: Vec<Vec<u8>>,
}

impl Codec {
    /// What a NAL unit is. An empty one is none of those.
    #[must_use]
    pub fn unit(self, unit: &[u8]) -> Unit {
        let Some(&first) = unit.first() else { return Unit::Other };
        match (self, if self == Self::H264 { first & 0x1f } else { first >> 1 & 0x3f }) {
            (Self::H264, 5) | (Self::Hevc, 16..=21) => Unit::KeySlice,
            (Self::H264, 7) | (Self::Hevc, 33) => Unit::SequenceSet,
            (Self::H264, 8) | (Self::Hevc, 34) => Unit::PictureSet,
            (Self::H264, 9) | (Self::Hevc, 35) => Unit::Delimiter,
            (Self::Hevc, 32) => Unit::VideoSet,
            _ => Unit::Other,
        }
    }

    /// Whether a NAL unit belongs into the samples of a file: parameter sets stand beside them, delimiters nowhere.
    #[must_use]
    pub fn is_of_sample(self, unit: &[u8]) -> bool {
        matches!(self.unit(unit), Unit::KeySlice | Unit::Other)
    }

    /// The parameter sets of an access unit in Annex B form. `None`: it lacks one of the kinds that a decoder needs.
    #[must_use]
    pub fn parameter_sets(self, annex_b: &[u8]) -> Option<ParameterSets> {
        let kinds: &[Unit] = match self {
            Self::H264 => &[Unit::SequenceSet, Unit::PictureSet],
            Self::Hevc => &[Unit::VideoSet, Unit::SequenceSet, Unit::PictureSet],
        };
        let mut sets = Vec::new();
        for kind in kinds {
            let before = sets.len();
            sets.extend(annex_b_units(annex_b).filter(|unit| self.unit(unit) == *kind).map(<[u8]>::to_vec));
            if sets.len() == before {
                return None;
            }
        }
        Some(ParameterSets { sets })
    }

    /// Reads the record of a file: its parameter sets, and of how many bytes lengths in its samples are.
    ///
    /// # Errors
    ///
    /// It is cut off, or of another version.
    pub fn read_record(self, record: &[u8]) -> Result<(ParameterSets, usize), String> {
        let mut reader = Reader { bytes: record, name: if self == Self::H264 { "avcC" } else { "hvcC" } };
        let version = reader.byte()?;
        if version != 1 {
            return Err(format!("cannot read {}: version 1 is wanted, and it has {version}", reader.name));
        }
        let mut sets = Vec::new();
        let length_bytes;
        if self == Self::H264 {
            reader.skip(3)?;
            length_bytes = usize::from(reader.byte()? & 3) + 1;
            for mask in [0x1f, 0xff] {
                for _ in 0..reader.byte()? & mask {
                    sets.push(reader.set()?);
                }
            }
        } else {
            reader.skip(20)?;
            length_bytes = usize::from(reader.byte()? & 3) + 1;
            for _ in 0..reader.byte()? {
                reader.skip(1)?;
                for _ in 0..reader.short()? {
                    sets.push(reader.set()?);
                }
            }
        }
        Ok((ParameterSets { sets }, length_bytes))
    }
}

impl ParameterSets {
    /// Adds them in Annex B form.
    pub fn add_annex_b(&self, into: &mut Vec<u8>) {
        for set in &self.sets {
            crate::nal_units::add_annex_b(set, into);
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    name: &'static str,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let Self { bytes, name } = self;
        let (taken, rest) =
            bytes.split_at_checked(count).ok_or_else(|| format!("cannot read {name}: it is cut off"))?;
        self.bytes = rest;
        Ok(taken)
    }

    fn skip(&mut self, count: usize) -> Result<(), String> {
        self.take(count).map(|_| ())
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    fn short(&mut self) -> Result<usize, String> {
        let bytes = self.take(2)?;
        Ok(usize::from(u16::from_be_bytes([bytes[0], bytes[1]])))
    }

    fn set(&mut self) -> Result<Vec<u8>, String> {
        let length = self.short()?;
        Ok(self.take(length)?.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_by_the_types_of_each_standard() {
        let h264 = [0x67, 0x68, 0x09, 0x65, 0x41, 0x06].map(|first| Codec::H264.unit(&[first, 0]));
        use Unit::{Delimiter, KeySlice, Other, PictureSet, SequenceSet, VideoSet};
        assert_eq!(h264, [SequenceSet, PictureSet, Delimiter, KeySlice, Other, Other]);
        let hevc = [0x40, 0x42, 0x44, 0x46, 0x26, 0x2a, 0x02, 0x4e].map(|first| Codec::Hevc.unit(&[first, 1]));
        assert_eq!(hevc, [VideoSet, SequenceSet, PictureSet, Delimiter, KeySlice, KeySlice, Other, Other]);
        assert_eq!(Codec::H264.unit(&[]), Other);
    }

    #[test]
    fn parameter_sets_come_in_the_order_of_decoders_and_only_whole() {
        let unit = [0, 0, 1, 0x44, 1, 3, 0, 0, 1, 0x40, 1, 1, 0, 0, 1, 0x42, 1, 2, 0, 0, 1, 0x26, 1, 9];
        let found = Codec::Hevc.parameter_sets(&unit).unwrap();
        assert_eq!(found.sets, [[0x40, 1, 1], [0x42, 1, 2], [0x44, 1, 3]]);
        assert_eq!(Codec::Hevc.parameter_sets(&unit[6..]), None, "the picture set is missing");
        assert_eq!(Codec::H264.parameter_sets(&[0, 0, 1, 0x67, 1]), None);
        let mut annex_b = Vec::new();
        found.add_annex_b(&mut annex_b);
        assert_eq!(Codec::Hevc.parameter_sets(&annex_b), Some(found));
    }

    #[test]
    fn read_record_reads_avcc() {
        let record =
            [1, 100, 0, 40, 0xff, 0xe1, 0, 3, 0x67, 100, 0, 2, 0, 2, 0x68, 1, 0, 2, 0x68, 2, 0xfd, 0xf8, 0xf8, 0];
        let (sets, length_bytes) = Codec::H264.read_record(&record).unwrap();
        assert_eq!(sets.sets, [&[0x67, 100, 0][..], &[0x68, 1], &[0x68, 2]]);
        assert_eq!(length_bytes, 4);
        for end in 0..record.len() - 4 {
            assert_eq!(Codec::H264.read_record(&record[..end]).unwrap_err(), "cannot read avcC: it is cut off");
        }
    }

    #[test]
    fn read_record_reads_hvcc() {
        let mut record = vec![1; 22];
        record[21] = 0xfd;
        record.extend([2, 0xa0, 0, 1, 0, 2, 0x40, 1, 0x21, 0, 2, 0, 1, 0x42, 0, 1, 0x43]);
        let (sets, length_bytes) = Codec::Hevc.read_record(&record).unwrap();
        assert_eq!(sets.sets, [&[0x40, 1][..], &[0x42], &[0x43]]);
        assert_eq!(length_bytes, 2);
        record[0] = 2;
        assert_eq!(
            Codec::Hevc.read_record(&record).unwrap_err(),
            "cannot read hvcC: version 1 is wanted, and it has 2"
        );
    }

    #[test]
    fn samples_of_files_have_neither_sets_nor_delimiters() {
        let kept = |codec: Codec, firsts: &[u8]| {
            firsts.iter().filter(|first| codec.is_of_sample(&[**first, 0])).copied().collect::<Vec<_>>()
        };
        assert_eq!(kept(Codec::H264, &[0x09, 0x67, 0x68, 0x06, 0x65, 0x41]), [0x06, 0x65, 0x41]);
        assert_eq!(kept(Codec::Hevc, &[0x46, 0x40, 0x42, 0x44, 0x4e, 0x26]), [0x4e, 0x26]);
    }
}
