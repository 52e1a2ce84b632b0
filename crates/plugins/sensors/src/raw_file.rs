//! Counts from a file: whole records after each other, a little-endian number for each channel.

use std::fs::{File, metadata};
use std::io::{BufReader, Read};

/// How a count lies in the file.
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

/// An open file, read from its start to its end.
pub(crate) struct RawFile {
    reader: BufReader<File>,
    path: String,
    format: RawFormat,
    channels: usize,
    bytes: Vec<u8>,
}

impl RawFile {
    pub(crate) fn open(path: &str, format: RawFormat, channels: usize) -> Result<Self, String> {
        let cannot = |error: std::io::Error| format!("\"{path}\" cannot be opened: {error}");
        // To open a FIFO waits for its writer.
        if !metadata(path).map_err(cannot)?.is_file() {
            return Err(format!(
                "\"{path}\" is no regular file; what comes over a socket is read with \"source\": \"socket\""
            ));
        }
        let file = File::open(path).map_err(cannot)?;
        Ok(Self { reader: BufReader::new(file), path: path.to_owned(), format, channels, bytes: Vec::new() })
    }

    /// Reads up to so many records, fewer only at the end; a last record that is not whole is left out. They stay until the
    /// next call, for [`RawFile::channel`]. Returns how many there are.
    pub(crate) fn read(&mut self, records: usize) -> Result<usize, String> {
        let record = self.channels * self.format.bytes();
        self.bytes.resize(records * record, 0);
        let mut filled = 0;
        while filled < self.bytes.len() {
            match self.reader.read(&mut self.bytes[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(format!("\"{}\" cannot be read: {error}", self.path)),
            }
        }
        self.bytes.truncate(filled / record * record);
        Ok(filled / record)
    }

    /// Copies what was read of a channel.
    pub(crate) fn channel(&self, channel: usize, samples: &mut [i32]) {
        let width = self.format.bytes();
        let records = self.bytes.chunks_exact(self.channels * width);
        for (sample, record) in samples.iter_mut().zip(records) {
            *sample = match record[channel * width..][..width] {
                [a, b] => i32::from(i16::from_le_bytes([a, b])),
                [a, b, c, d] => i32::from_le_bytes([a, b, c, d]),
                _ => 0,
            };
        }
    }
}
