//! How long sound is on its way through a device of Core Audio, and how large its buffer is for that.

/// What a device says of one direction, in samples of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delays {
    /// `kAudioDevicePropertyLatency`.
    pub device: u32,
    /// `kAudioDevicePropertySafetyOffset`.
    pub safety: u32,
    /// `kAudioStreamPropertyLatency` of its first stream.
    pub stream: u32,
    /// `kAudioDevicePropertyBufferFrameSize`.
    pub buffer: u32,
}

impl Delays {
    /// All of it, in samples: from the client to what is heard, or from what is captured to the client.
    #[must_use]
    pub fn total(self) -> u32 {
        [self.device, self.safety, self.stream, self.buffer].into_iter().fold(0, u32::saturating_add)
    }
}

/// Samples in the device's buffer for a latency, seconds: a third of it, which leaves room for what the device adds and for
/// the client, as a power of two within what the device takes.
#[must_use]
pub fn buffer_samples(latency: f64, sample_rate_hz: f64, (least, most): (u32, u32)) -> u32 {
    let wanted = (latency * sample_rate_hz / 3.0).max(1.0);
    let power = wanted.log2().floor().clamp(0.0, 20.0) as u32;
    (1 << power).clamp(least.min(most), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn total_adds_all_up_and_does_not_wrap() {
        assert_eq!(Delays { device: 24, safety: 60, stream: 8, buffer: 256 }.total(), 348);
        assert_eq!(Delays { device: u32::MAX, safety: 1, ..Delays::default() }.total(), u32::MAX);
    }

    #[test]
    fn buffer_samples_is_a_power_of_two_within_the_devices_range() {
        let of = |latency| buffer_samples(latency, 48_000.0, (14, 4096));
        assert_eq!([of(0.02), of(0.04), of(0.005), of(0.0), of(10.0)], [256, 512, 64, 14, 4096]);
        assert_eq!(buffer_samples(0.02, 48_000.0, (512, 512)), 512);
        assert_eq!(buffer_samples(f64::NAN, 48_000.0, (15, 4096)), 15);
    }
}
