//! `AudioStreamBasicDescription`: how Core Audio describes sound, from what frames say of it and back.

/// `kAudioFormatLinearPCM`.
const LINEAR_PCM: u32 = crate::four_cc::four_cc(b"lpcm");
/// `kAudioFormatFlagIsFloat`.
const FLOAT: u32 = 1 << 0;
/// `kAudioFormatFlagIsBigEndian`.
const BIG_ENDIAN: u32 = 1 << 1;
/// `kAudioFormatFlagIsSignedInteger`.
const SIGNED: u32 = 1 << 2;
/// `kAudioFormatFlagIsPacked`.
const PACKED: u32 = 1 << 3;
/// `kAudioFormatFlagIsNonInterleaved`.
const PLANAR: u32 = 1 << 5;

/// Most channels that an audio frame of the runtime has.
pub const MOST_CHANNELS: u32 = 64;

/// The fields of an `AudioStreamBasicDescription`, in its order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Described {
    /// Samples a second of one channel.
    pub sample_rate_hz: f64,
    /// A code of four letters.
    pub format_id: u32,
    /// `kAudioFormatFlagIsFloat`, …
    pub flags: u32,
    /// Bytes of a packet of one buffer.
    pub bytes_per_packet: u32,
    /// 1 for samples that are not compressed.
    pub frames_per_packet: u32,
    /// Bytes of one sample of all channels that share a buffer.
    pub bytes_per_frame: u32,
    /// How many channels there are.
    pub channels: u32,
    /// Bits of one sample of a channel.
    pub bits: u32,
}

/// What kind of samples a description has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Samples {
    /// 32-bit floats.
    Float,
    /// 16-bit integers.
    Integer16,
    /// 32-bit integers.
    Integer32,
}

/// Sound that the crate can read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoundFormat {
    /// Samples a second of one channel.
    pub sample_rate_hz: f64,
    /// How many channels there are.
    pub channels: u32,
    /// What each sample is.
    pub samples: Samples,
    /// Each channel has a buffer of its own.
    pub planar: bool,
}

impl SoundFormat {
    /// Interleaved 32-bit floats, as devices take and give them.
    ///
    /// # Errors
    ///
    /// The rate is not positive, or there are no channels, or too many.
    pub fn interleaved(sample_rate_hz: f64, channels: u32) -> Result<Self, String> {
        let is_rate = sample_rate_hz > 0.0 && sample_rate_hz.is_finite();
        if !is_rate || !(1..=MOST_CHANNELS).contains(&channels) {
            return Err(format!(
                "cannot describe sound of {channels} channels at {sample_rate_hz} Hz to Core Audio: wanted 1 to \
                 {MOST_CHANNELS} channels and a rate above 0"
            ));
        }
        Ok(Self { sample_rate_hz, channels, samples: Samples::Float, planar: false })
    }

    /// The description for Core Audio.
    #[must_use]
    pub fn describe(self) -> Described {
        let (bits, kind) = match self.samples {
            Samples::Float => (32, FLOAT),
            Samples::Integer16 => (16, SIGNED),
            Samples::Integer32 => (32, SIGNED),
        };
        let bytes = bits / 8 * if self.planar { 1 } else { self.channels };
        Described {
            sample_rate_hz: self.sample_rate_hz,
            format_id: LINEAR_PCM,
            flags: kind | PACKED | if self.planar { PLANAR } else { 0 },
            bytes_per_packet: bytes,
            frames_per_packet: 1,
            bytes_per_frame: bytes,
            channels: self.channels,
            bits,
        }
    }

    /// Reads what Core Audio describes.
    ///
    /// # Errors
    ///
    /// The sound is compressed, of another kind of samples, or contradicts itself; the text says what was found.
    pub fn read(found: &Described) -> Result<Self, String> {
        let refuse = |what: String| Err(format!("cannot read sound of Core Audio: {what}"));
        if found.format_id != LINEAR_PCM {
            return refuse(format!("wanted samples, \"lpcm\", and it is {}", crate::four_cc::spell(found.format_id)));
        }
        let samples = match (found.bits, found.flags & (FLOAT | SIGNED | BIG_ENDIAN)) {
            (32, FLOAT) => Samples::Float,
            (16, SIGNED) => Samples::Integer16,
            (32, SIGNED) => Samples::Integer32,
            (bits, flags) => {
                return refuse(format!(
                    "wanted 32-bit floats, or integers of 16 or 32 bits, little-endian, and it has {bits} bits with flags \
                     {flags:#x}"
                ));
            }
        };
        let Described { sample_rate_hz, channels, .. } = *found;
        let planar = found.flags & PLANAR != 0;
        let format = Self { samples, planar, ..Self::interleaved(sample_rate_hz, channels)? };
        let wanted = format.describe().bytes_per_frame;
        if found.bytes_per_frame != wanted {
            return refuse(format!("wanted {wanted} bytes a frame, and it has {}", found.bytes_per_frame));
        }
        Ok(format)
    }
}

/// Copies planar samples of several channels behind each other, one of each channel in turn.
///
/// # Panics
///
/// If a channel is shorter than the first.
pub fn interleave(channels: &[&[f32]], into: &mut Vec<f32>) {
    let samples = channels.first().map_or(0, |first| first.len());
    let start = into.len();
    into.resize(start + samples * channels.len(), 0.0);
    for (channel, source) in channels.iter().enumerate() {
        let places = into[start + channel..].iter_mut().step_by(channels.len());
        for (place, sample) in places.zip(&source[..samples]) {
            *place = *sample;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describe_has_the_numbers_of_core_audio() {
        let found = SoundFormat::interleaved(48_000.0, 2).unwrap().describe();
        // kAudioFormatFlagsNativeFloatPacked
        assert_eq!((found.format_id, found.flags), (0x6c70_636d, 9));
        assert_eq!((found.bytes_per_packet, found.frames_per_packet, found.bytes_per_frame), (8, 1, 8));
        assert_eq!((found.channels, found.bits), (2, 32));
    }

    #[test]
    fn read_gives_back_what_describe_says() {
        for samples in [Samples::Float, Samples::Integer16, Samples::Integer32] {
            for planar in [false, true] {
                for channels in [1, 2, 64] {
                    let format = SoundFormat { sample_rate_hz: 44_100.0, channels, samples, planar };
                    assert_eq!(SoundFormat::read(&format.describe()), Ok(format));
                }
            }
        }
    }

    #[test]
    fn read_refuses_other_sound_and_says_what_it_is() {
        let good = SoundFormat::interleaved(48_000.0, 2).unwrap().describe();
        let refused = |found: Described| SoundFormat::read(&found).unwrap_err();
        assert_eq!(
            refused(Described { format_id: crate::four_cc::four_cc(b"aac "), ..good }),
            "cannot read sound of Core Audio: wanted samples, \"lpcm\", and it is \"aac \""
        );
        assert!(refused(Described { flags: good.flags | BIG_ENDIAN, ..good }).contains("little-endian"));
        assert!(refused(Described { bits: 64, ..good }).contains("64 bits"));
        assert_eq!(
            refused(Described { bytes_per_frame: 4, ..good }),
            "cannot read sound of Core Audio: wanted 8 bytes a frame, and it has 4"
        );
    }

    #[test]
    fn interleaved_refuses_sound_that_frames_cannot_have() {
        for (rate, channels) in [(48_000.0, 0), (48_000.0, 65), (0.0, 2), (f64::NAN, 2), (f64::INFINITY, 1)] {
            assert!(SoundFormat::interleaved(rate, channels).is_err(), "{rate} {channels}");
        }
    }

    #[test]
    fn interleave_takes_one_of_each_channel_in_turn_and_adds() {
        let mut samples = vec![9.0];
        interleave(&[&[1.0, 2.0], &[3.0, 4.0]], &mut samples);
        assert_eq!(samples, [9.0, 1.0, 3.0, 2.0, 4.0]);
        interleave(&[], &mut samples);
        assert_eq!(samples.len(), 5);
    }
}
