//! Samples of ITU-T G.711 and of RFC 3551's L16.

/// A sample of G.711 in mu-law.
pub(crate) fn mu_law(code: u8) -> f32 {
    let code = !code;
    let magnitude = (((i32::from(code & 15) << 3) + 0x84) << (code >> 4 & 7)) - 0x84;
    signed(magnitude, code & 0x80 != 0)
}

/// A sample of G.711 in A-law.
pub(crate) fn a_law(code: u8) -> f32 {
    let code = code ^ 0x55;
    let (step, exponent) = (i32::from(code & 15) << 4, code >> 4 & 7);
    let magnitude = if exponent == 0 { step + 8 } else { (step + 0x108) << (exponent - 1) };
    signed(magnitude, code & 0x80 == 0)
}

/// A sample of two bytes, the high one first.
pub(crate) fn linear([high, low]: [u8; 2]) -> f32 {
    f32::from(i16::from_be_bytes([high, low])) / 32_768.0
}

fn signed(magnitude: i32, negative: bool) -> f32 {
    (if negative { -magnitude } else { magnitude }) as f32 / 32_768.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_laws_are_as_the_tables_of_g711_have_them() {
        let scaled = |sample: f32| (sample * 32_768.0) as i32;
        assert_eq!([0x00, 0x80, 0xff, 0x7f, 0xd5].map(|code| scaled(mu_law(code))), [-32_124, 32_124, 0, 0, 716]);
        assert_eq!([0x2a, 0xaa, 0xd5, 0x55, 0x80].map(|code| scaled(a_law(code))), [-32_256, 32_256, 8, -8, 5_504]);
    }

    #[test]
    fn linear_samples_have_their_high_byte_first() {
        assert_eq!(linear([0x80, 0x00]), -1.0);
        assert_eq!(linear([0x40, 0x00]), 0.5);
    }
}
