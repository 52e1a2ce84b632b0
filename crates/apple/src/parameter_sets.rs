//! Parameter sets of H.264 and HEVC: which NAL units are some, and those that an access unit has.

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
}

impl ParameterSets {
    /// Adds them in Annex B form.
    pub fn add_annex_b(&self, into: &mut Vec<u8>) {
        for set in &self.sets {
            crate::nal_units::add_annex_b(set, into);
        }
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
}
