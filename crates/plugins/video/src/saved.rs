//! State that another stage goes on from, as bytes: numbers, times and pixels one after the other, the lowest byte first.

/// Most bytes of a state: that of a stage in a process of its own is one message of at most 64 MiB.
const MOST: usize = 60 << 20;

/// State that is written.
#[derive(Default)]
pub(crate) struct Saved(pub(crate) Vec<u8>);

impl Saved {
    /// Whether so many bytes still fit.
    pub(crate) fn has_room_for(&self, bytes: usize) -> bool {
        self.0.len() + bytes <= MOST
    }

    pub(crate) fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    /// Nanoseconds.
    pub(crate) fn time(&mut self, time_ns: f64) {
        self.0.extend_from_slice(&time_ns.to_le_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// State that is read; `None`, where it ends too early.
pub(crate) struct Loaded<'a>(pub(crate) &'a [u8]);

impl<'a> Loaded<'a> {
    pub(crate) fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }

    pub(crate) fn time(&mut self) -> Option<f64> {
        Some(f64::from_le_bytes(self.bytes(8)?.try_into().ok()?))
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }
}
