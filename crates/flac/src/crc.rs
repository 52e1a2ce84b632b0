//! The two checks of a frame (RFC 9639, 9.1.8 and 9.3).

/// Steps of eight bytes: table `k` has what a byte does that `k` others follow.
static TABLES: [[u16; 256]; 8] = tables();

const fn tables() -> [[u16; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut value = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            value = value << 1 ^ if value & 0x8000 == 0 { 0 } else { 0x8005 };
            bit += 1;
        }
        tables[0][byte] = value;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        byte = 0;
        while byte < 256 {
            let before: u16 = tables[table - 1][byte];
            tables[table][byte] = before << 8 ^ tables[0][(before >> 8) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

/// The check of a whole frame: the polynomial x^16 + x^15 + x^2 + 1.
pub fn crc_16(bytes: &[u8]) -> u16 {
    let mut groups = bytes.chunks_exact(8);
    let mut crc = 0_u16;
    for group in &mut groups {
        let [high, low] = crc.to_be_bytes();
        crc = TABLES[7][usize::from(group[0] ^ high)]
            ^ TABLES[6][usize::from(group[1] ^ low)]
            ^ TABLES[5][usize::from(group[2])]
            ^ TABLES[4][usize::from(group[3])]
            ^ TABLES[3][usize::from(group[4])]
            ^ TABLES[2][usize::from(group[5])]
            ^ TABLES[1][usize::from(group[6])]
            ^ TABLES[0][usize::from(group[7])];
    }
    groups.remainder().iter().fold(crc, |crc, byte| crc << 8 ^ TABLES[0][usize::from((crc >> 8) as u8 ^ byte)])
}

/// The check of a header: the polynomial x^8 + x^2 + x + 1.
pub fn crc_8(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0, |crc, byte| (0..8).fold(crc ^ byte, |value, _| value << 1 ^ if value & 0x80 == 0 { 0 } else { 0x07 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the nine digits, by which checks are catalogued: CRC-16/UMTS and CRC-8/SMBUS.
    #[test]
    fn checks_are_those_of_the_catalogue() {
        assert_eq!((crc_16(b"123456789"), crc_8(b"123456789")), (0xfee8, 0xf4));
    }
}
