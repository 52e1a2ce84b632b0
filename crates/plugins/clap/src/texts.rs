//! Texts of the interface: C strings, and arrays of a fixed size.

use std::ffi::{CStr, c_char};

/// The text at an address; empty for null.
///
/// # Safety
///
/// The address is null, or that of a C string that nobody changes during the call.
pub(crate) unsafe fn text_at(address: *const c_char) -> String {
    if address.is_null() {
        return String::new();
    }
    // SAFETY: the caller vouches for the text.
    unsafe { CStr::from_ptr(address) }.to_string_lossy().into_owned()
}

/// The text in an array, up to its first zero byte.
pub(crate) fn text_in(array: &[c_char]) -> String {
    let bytes: Vec<u8> = array.iter().map(|&byte| byte as u8).take_while(|&byte| byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Names for a message: the first of them, and how many more there are.
pub(crate) fn list_some<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 24;
    let names: Vec<&str> = names.collect();
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("\"{name}\"")).collect();
    match names.len() {
        0 => "none".into(),
        all if all > MOST => format!("{} and {} more", shown.join(", "), all - MOST),
        _ => shown.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_ends_at_the_first_zero_byte_or_with_the_array() {
        let array = |text: &str| text.bytes().map(|byte| byte as c_char).collect::<Vec<_>>();
        assert_eq!(text_in(&array("gain\0rest")), "gain");
        assert_eq!(text_in(&array("full")), "full");
    }

    #[test]
    fn list_some_tells_how_many_more_there_are() {
        let names: Vec<String> = (0..26).map(|k| k.to_string()).collect();
        let told = list_some(names.iter().map(String::as_str));
        assert!(told.starts_with("\"0\", \"1\"") && told.ends_with("\"23\" and 2 more"), "{told}");
        assert_eq!(list_some(std::iter::empty()), "none");
    }
}
