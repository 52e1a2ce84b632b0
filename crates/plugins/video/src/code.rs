//! The frame counter of the test pattern, which a program reads back from the picture.
//!
//! The top of the picture is a row of 32 cells of equal width, `width / 32` pixels: 24 bits of the frame's number, the
//! highest first, then 8 bits of their check (CRC-8 of the polynomial 0x07 over the three bytes). A white cell is a 1, a
//! black one a 0. So much contrast in cells of two pixels and more outlives conversion, scaling and lossy coding, and the
//! check finds a picture of which it did not.

/// Cells in a row.
pub(crate) const CELLS: u32 = 32;

/// Rows that the code takes in a picture of so many.
pub(crate) fn rows_of(height: u32) -> u32 {
    (height / 16).max(8).min(height)
}

/// The cells of a frame's number, the first in the highest bit. Numbers start again after 2²⁴.
pub(crate) fn cells_of(frame: u64) -> u32 {
    let number = (frame & 0xff_ffff) as u32;
    number << 8 | u32::from(check_of(number))
}

fn check_of(number: u32) -> u8 {
    let mut check = 0_u8;
    for byte in &number.to_be_bytes()[1..] {
        check ^= byte;
        for _ in 0..8 {
            check = if check & 0x80 == 0 { check << 1 } else { check << 1 ^ 0x07 };
        }
    }
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_the_number_and_its_check() {
        assert_eq!(cells_of(0), 0);
        // CRC-8 of the bytes 00 00 01 is 0x07.
        assert_eq!(cells_of(1), 0x107);
        assert_eq!(cells_of(1 << 24 | 1), 0x107);
        assert_ne!(cells_of(0x12_3456) & 0xff, cells_of(0x12_3457) & 0xff);
    }
}
