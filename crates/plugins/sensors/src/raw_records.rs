//! Raw counts: whole records after each other, a little-endian number for each channel.

/// How a count lies among the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RawFormat {
    S16,
    S32,
}

impl RawFormat {
    /// By its name in the configuration.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        match name {
            "s16le" => Ok(Self::S16),
            "s32le" => Ok(Self::S32),
            _ => Err(format!("there is no format \"{name}\", but \"s16le\" and \"s32le\"")),
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::S16 => 2,
            Self::S32 => 4,
        }
    }
}

/// The records that were read last.
pub(crate) struct RawRecords {
    pub(crate) bytes: Vec<u8>,
    format: RawFormat,
    channels: usize,
}

impl RawRecords {
    pub(crate) fn new(format: RawFormat, channels: usize) -> Self {
        Self { bytes: Vec::new(), format, channels }
    }

    /// Bytes of a record.
    pub(crate) fn size(&self) -> usize {
        self.channels * self.format.bytes()
    }

    /// Copies what was read of a channel.
    pub(crate) fn channel(&self, channel: usize, samples: &mut [i32]) {
        let width = self.format.bytes();
        for (sample, record) in samples.iter_mut().zip(self.bytes.chunks_exact(self.size())) {
            *sample = match record[channel * width..][..width] {
                [a, b] => i32::from(i16::from_le_bytes([a, b])),
                [a, b, c, d] => i32::from_le_bytes([a, b, c, d]),
                _ => 0,
            };
        }
    }
}
