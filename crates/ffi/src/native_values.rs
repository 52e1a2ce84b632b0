//! What native lanes are given by address: numbers, texts, and values by key.

use sluice_core::lane::settings::Value;

/// # Safety
///
/// There are `length` values at `start`, unless it is 0.
pub(crate) unsafe fn slice<'a, T>(start: *const T, length: u32) -> &'a [T] {
    if length == 0 || start.is_null() {
        return &[];
    }
    // SAFETY: the caller vouches for the values.
    unsafe { std::slice::from_raw_parts(start, length as usize) }
}

/// # Safety
///
/// As [`slice`].
pub(crate) unsafe fn text(start: *const u8, length: u32) -> Result<String, String> {
    // SAFETY: the caller vouches for the bytes.
    utf8(unsafe { slice(start, length) })
}

/// Values by key: for each the length of the key in bytes (4 bytes, as all numbers little-endian), the key, and 0 with a
/// number of 8 bytes, or 1 with a text: its length in 4 bytes, then itself.
///
/// # Safety
///
/// As [`slice`].
pub(crate) unsafe fn values(start: *const u8, length: u32) -> Result<Vec<(String, Value)>, String> {
    // SAFETY: the caller vouches for the bytes.
    let mut rest = unsafe { slice(start, length) };
    let mut values = Vec::new();
    while !rest.is_empty() {
        let key = take_text(&mut rest)?;
        let value = match take(&mut rest, 1)? {
            [0] => Value::Number(f64::from_le_bytes(array(take(&mut rest, 8)?)?)),
            [1] => Value::Text(take_text(&mut rest)?),
            tag => return Err(format!("the value of \"{key}\" has the tag {tag:?}")),
        };
        values.push((key, value));
    }
    Ok(values)
}

fn take_text(rest: &mut &[u8]) -> Result<String, String> {
    let length = u32::from_le_bytes(array(take(rest, 4)?)?);
    utf8(take(rest, length as usize)?)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], String> {
    let (taken, left) = rest.split_at_checked(count).ok_or("the values end early")?;
    *rest = left;
    Ok(taken)
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], String> {
    bytes.try_into().map_err(|_| "the values end early".to_owned())
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|error| format!("a text is not UTF-8: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbers_and_texts() {
        let mut bytes = vec![1, 0, 0, 0, b'n', 0];
        bytes.extend(2.5_f64.to_le_bytes());
        bytes.extend([1, 0, 0, 0, b't', 1, 2, 0, 0, 0, b'h', b'i']);
        let read = |bytes: &[u8]| {
            // SAFETY: the bytes are there.
            unsafe { values(bytes.as_ptr(), bytes.len() as u32) }
        };
        let wanted = [("n".to_owned(), Value::Number(2.5)), ("t".to_owned(), Value::Text("hi".to_owned()))];
        assert_eq!(read(&bytes), Ok(wanted.to_vec()));
        assert_eq!(read(&[]), Ok(Vec::new()));
        for length in 1..bytes.len() {
            assert!(read(&bytes[..length]).is_err() || length == 14, "the first {length} bytes are no values");
        }
    }
}
