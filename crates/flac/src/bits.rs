//! Bits to bytes, the highest first.

/// Appends bits to bytes.
pub struct BitWriter<'a> {
    bytes: &'a mut Vec<u8>,
    /// Bits that are not in the bytes yet, in its low ones.
    held: u64,
    /// How many; below 32 between two calls.
    count: u32,
}

/// A place among the bits.
#[derive(Clone, Copy)]
pub struct Place {
    length: usize,
    held: u64,
    count: u32,
}

impl<'a> BitWriter<'a> {
    pub fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self { bytes, held: 0, count: 0 }
    }

    /// Appends the low `width` bits, up to 32; those above are 0.
    #[inline]
    pub fn write(&mut self, value: u32, width: u32) {
        debug_assert!(width <= 32 && u64::from(value) >> width == 0);
        self.held = self.held << width | u64::from(value);
        self.count += width;
        if self.count >= 32 {
            self.count -= 32;
            self.bytes.extend_from_slice(&((self.held >> self.count) as u32).to_be_bytes());
        }
    }

    /// Appends a number with a sign in `width` bits, up to 32.
    #[inline]
    pub fn write_signed(&mut self, value: i32, width: u32) {
        self.write((u64::from(value as u32) & ((1 << width) - 1)) as u32, width);
    }

    /// Appends so many zeros.
    pub fn write_zeros(&mut self, mut count: u32) {
        while count >= 32 {
            self.write(0, 32);
            count -= 32;
        }
        self.write(0, count);
    }

    pub fn place(&self) -> Place {
        Place { length: self.bytes.len(), held: self.held, count: self.count }
    }

    /// How many bits were written since then.
    pub fn bits_since(&self, place: Place) -> u64 {
        8 * (self.bytes.len() - place.length) as u64 + u64::from(self.count) - u64::from(place.count)
    }

    /// Takes back what was written since then.
    pub fn go_back(&mut self, place: Place) {
        self.bytes.truncate(place.length);
        (self.held, self.count) = (place.held, place.count);
    }

    /// Fills the last byte with zeros.
    pub fn finish(self) {
        let left = ((self.held << 32) >> self.count) as u32;
        self.bytes.extend_from_slice(&left.to_be_bytes()[..self.count.div_ceil(8) as usize]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_follow_one_another_with_the_highest_first() {
        let mut bytes = vec![7];
        let mut writer = BitWriter::new(&mut bytes);
        writer.write(0b101, 3);
        writer.write_signed(-2, 5);
        writer.write(0xdead_beef, 32);
        writer.write_zeros(70);
        writer.write(5, 3);
        writer.finish();
        assert_eq!(bytes[..6], [7, 0b1011_1110, 0xde, 0xad, 0xbe, 0xef]);
        // 70 zeros, 1, 01: 73 bits.
        assert_eq!(bytes[6..], [0, 0, 0, 0, 0, 0, 0, 0, 0b0000_0010, 0b1000_0000]);
    }

    #[test]
    fn what_was_written_since_a_place_is_taken_back() {
        let (mut bytes, mut twice) = (Vec::new(), Vec::new());
        let mut writer = BitWriter::new(&mut bytes);
        writer.write(5, 3);
        let place = writer.place();
        writer.write_zeros(100);
        assert_eq!(writer.bits_since(place), 100);
        writer.go_back(place);
        writer.write(3, 9);
        writer.finish();
        let mut other = BitWriter::new(&mut twice);
        other.write(5, 3);
        other.write(3, 9);
        other.finish();
        assert_eq!(bytes, twice);
    }
}
