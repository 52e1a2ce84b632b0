//! Base64 of RFC 4648 with padding, in which states stand in graph files.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes bytes as text.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= three.len() { letter as char } else { '=' });
        }
    }
    text
}

/// Reads what [`encode`] has written. Spaces and line ends between letters are passed over.
///
/// # Errors
///
/// What is wrong with the text.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, String> {
    let letters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if letters.len() % 4 != 0 {
        return Err(format!("its {} letters are no multiple of 4", letters.len()));
    }
    let padding = letters.iter().rev().take_while(|&&byte| byte == b'=').count();
    if padding > 2 {
        return Err(format!("{padding} letters \"=\" stand at its end, wanted at most 2"));
    }
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3);
    let (whole, _) = letters.split_at(letters.len() - padding);
    for four in whole.chunks(4) {
        let mut bits = 0;
        for at in 0..4 {
            let letter = four.get(at).copied().unwrap_or(b'A');
            let value = LETTERS.iter().position(|&each| each == letter);
            let value = value.ok_or_else(|| format!("it has the byte {letter}, which is no letter of base64"))?;
            bits = bits << 6 | value as u32;
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..four.len().max(2)]);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encode_writes_what_the_standard_has_and_decode_reads_it() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), bytes.as_bytes());
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&all)).unwrap(), all);
        assert_eq!(decode("Zm9v\n Yg==").unwrap(), b"foob");
    }

    #[test]
    fn decode_refuses_what_is_none() {
        assert_eq!(decode("Zm9").unwrap_err(), "its 3 letters are no multiple of 4");
        assert_eq!(decode("Z-==").unwrap_err(), "it has the byte 45, which is no letter of base64");
        assert_eq!(decode("Z===").unwrap_err(), "3 letters \"=\" stand at its end, wanted at most 2");
    }
}
