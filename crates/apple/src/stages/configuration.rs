//! Configuration, as all stages of this crate read it.

use std::ffi::CStr;

use sluice_stage::Context;

pub(crate) fn number(context: &Context, key: &CStr) -> Result<f64, String> {
    context.number(key).ok_or_else(|| format!("{key:?} has no number"))
}

pub(crate) fn text<'a>(context: &'a Context, key: &CStr) -> Result<&'a str, String> {
    context.text(key).ok_or_else(|| format!("{key:?} has no text"))
}
