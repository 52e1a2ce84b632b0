//! What native lanes are given by address: numbers, texts, and values by key.

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
    let bytes = unsafe { slice(start, length) };
    String::from_utf8(bytes.to_vec()).map_err(|error| format!("a text is not UTF-8: {error}"))
}

/// # Safety
///
/// As [`slice`], for both.
pub(crate) unsafe fn pairs(
    keys: *const u8,
    keys_length: u32,
    values: *const f64,
    count: u32,
) -> Result<Vec<(String, f64)>, String> {
    // SAFETY: the caller vouches for the bytes.
    let keys = unsafe { text(keys, keys_length) }?;
    // SAFETY: the caller vouches for the numbers.
    let values = unsafe { slice(values, count) };
    let pairs: Vec<_> = keys.lines().map(str::to_owned).zip(values.iter().copied()).collect();
    if pairs.len() == values.len() {
        Ok(pairs)
    } else {
        Err(format!("{} values have {} names", values.len(), pairs.len()))
    }
}
