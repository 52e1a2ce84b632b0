//! Values of a stage's configuration that its schema gives a default, so that they are always there.

use std::ffi::CStr;

use crate::Context;

/// A number or a truth value (1 or 0) of the configuration.
///
/// # Errors
///
/// There is none of that name, which a schema with a default excludes.
pub fn number(context: &Context, key: &CStr) -> Result<f64, String> {
    context.number(key).ok_or_else(|| format!("the configuration has no number {key:?}"))
}

/// A text of the configuration; a list or an object as JSON.
///
/// # Errors
///
/// As [`number`].
pub fn text<'a>(context: &'a Context, key: &CStr) -> Result<&'a str, String> {
    context.text(key).ok_or_else(|| format!("the configuration has no text {key:?}"))
}
