//! Counts from a file.

use std::fs::{File, metadata};
use std::io::{BufReader, Read};

use crate::raw_records::RawRecords;

/// An open file, read from its start to its end.
pub(crate) struct RawFile {
    reader: BufReader<File>,
    path: String,
    pub(crate) records: RawRecords,
}

impl RawFile {
    pub(crate) fn open(path: &str, records: RawRecords) -> Result<Self, String> {
        let cannot = |error: std::io::Error| format!("\"{path}\" cannot be opened: {error}");
        // To open a FIFO waits for its writer.
        if !metadata(path).map_err(cannot)?.is_file() {
            let mend = "what comes over a socket is read with \"source\": \"socket\"";
            return Err(format!("\"{path}\" is no regular file; {mend}"));
        }
        let file = File::open(path).map_err(cannot)?;
        Ok(Self { reader: BufReader::new(file), path: path.to_owned(), records })
    }

    /// Reads up to so many records, fewer only at the end; a last record that is not whole is left out. Returns how many
    /// there are.
    pub(crate) fn read(&mut self, count: usize) -> Result<usize, String> {
        let size = self.records.size();
        let bytes = &mut self.records.bytes;
        bytes.resize(count * size, 0);
        let mut filled = 0;
        while filled < bytes.len() {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(format!("\"{}\" cannot be read: {error}", self.path)),
            }
        }
        bytes.truncate(filled / size * size);
        Ok(filled / size)
    }
}
