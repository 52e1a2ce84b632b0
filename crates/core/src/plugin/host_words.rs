//! What stages and their host tell each other beside frames: configuration, lines, events, states, faults, wakers, and what
//! is presented when. They are functions of the table in [`super::host`], and may allocate.

use std::ffi::{CString, c_char, c_void};
use std::ptr;

use sluice_abi::stage::{SLUICE_LOG_DEBUG, SLUICE_NONE, SLUICE_OK, SLUICE_REFUSED, SluiceContext, SluiceWaker};

use crate::lane::settings::Value;
use crate::lane::{NodeAccess, Presented, Ring};

use super::call::{Call, say_of_registering, str_of, told, with};

const NO_GROUP: &str = "the group is no text in UTF-8, or the node is not at work";

pub(super) unsafe extern "C" fn number<L: NodeAccess>(
    context: *mut SluiceContext,
    key: *const c_char,
    value: *mut f64,
) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        // SAFETY: the plugin vouches for the text.
        let found = unsafe { str_of(key) }.and_then(|key| call.settings.value(key));
        match found {
            Some(Value::Number(found)) if !value.is_null() => {
                // SAFETY: the plugin vouches for the place.
                unsafe { value.write(*found) };
                SLUICE_OK
            }
            _ => SLUICE_NONE,
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_NONE, body) }
}

pub(super) unsafe extern "C" fn text<L: NodeAccess>(context: *mut SluiceContext, key: *const c_char) -> *const c_char {
    let body = |call: &mut Call<'_, L>| {
        // SAFETY: the plugin vouches for the text.
        let found = unsafe { str_of(key) }.and_then(|key| call.settings.value(key));
        let Some(Value::Text(found)) = found else { return ptr::null() };
        let Ok(found) = CString::new(found.as_str()) else { return ptr::null() };
        // The address of a text stays when the list grows.
        let at = found.as_ptr();
        call.texts.push(found);
        at
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, ptr::null(), body) }
}

pub(super) unsafe extern "C" fn log<L: NodeAccess>(context: *mut SluiceContext, level: u32, text: *const c_char) {
    let body = |call: &mut Call<'_, L>| {
        // SAFETY: the plugin vouches for the text.
        let (Some(lane), Some(text)) = (call.lane.as_deref_mut(), unsafe { told(text) }) else { return };
        lane.log(level.min(SLUICE_LOG_DEBUG), text);
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, (), body) }
}

pub(super) unsafe extern "C" fn emit<L: NodeAccess>(
    context: *mut SluiceContext,
    name: *const c_char,
    json: *const c_char,
) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        // SAFETY: the plugin vouches for the texts.
        let (name, value) = unsafe { (str_of(name), told(json)) };
        let (Some(lane), Some(name)) = (call.lane.as_deref_mut(), name) else {
            return call.refuse(SLUICE_REFUSED, "an event needs a name in UTF-8, and a node that is at work");
        };
        lane.emit(name.to_owned(), value.unwrap_or_default());
        SLUICE_OK
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

pub(super) unsafe extern "C" fn fault<L: NodeAccess>(context: *mut SluiceContext, text: *const c_char) {
    // SAFETY: the plugin vouches for the text.
    let said = unsafe { told(text) };
    if context.is_null() {
        say_of_registering(said);
        return;
    }
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, (), |call| call.say_fault(said)) }
}

pub(super) unsafe extern "C" fn reason<L: NodeAccess>(context: *mut SluiceContext) -> *const c_char {
    let body = |call: &mut Call<'_, L>| call.reason.as_ref().map_or(ptr::null(), |reason| reason.as_ptr());
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, ptr::null(), body) }
}

pub(super) unsafe extern "C" fn keep<L: NodeAccess>(context: *mut SluiceContext, bytes: *const c_void, length: usize) {
    let body = |call: &mut Call<'_, L>| {
        if !bytes.is_null() {
            // SAFETY: the plugin vouches for the bytes.
            call.state.extend_from_slice(unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) });
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, (), body) }
}

pub(super) unsafe extern "C" fn answer<L: NodeAccess>(context: *mut SluiceContext, json: *const c_char) {
    let body = |call: &mut Call<'_, L>| {
        // SAFETY: the plugin vouches for the text.
        call.answer = unsafe { told(json) };
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, (), body) }
}

pub(super) unsafe extern "C" fn waker<L: NodeAccess>(context: *mut SluiceContext) -> *mut SluiceWaker {
    let body = |call: &mut Call<'_, L>| Box::into_raw(Box::new(call.bell.clone())).cast();
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, ptr::null_mut(), body) }
}

pub(super) unsafe extern "C" fn wake<L: NodeAccess>(waker: *mut SluiceWaker) {
    if !waker.is_null() {
        // SAFETY: the plugin vouches that the waker was not dropped. Bells do not panic.
        unsafe { &*waker.cast::<L::Bell>() }.ring();
    }
}

pub(super) unsafe extern "C" fn drop_waker<L: NodeAccess>(waker: *mut SluiceWaker) {
    if !waker.is_null() {
        // SAFETY: the plugin vouches that this is the waker's last use.
        drop(unsafe { Box::from_raw(waker.cast::<L::Bell>()) });
    }
}

pub(super) unsafe extern "C" fn present<L: NodeAccess>(
    context: *mut SluiceContext,
    group: *const c_char,
    kind: u32,
    pts_ns: f64,
    at_ns: f64,
) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        if !pts_ns.is_finite() || !at_ns.is_finite() {
            return call.refuse(SLUICE_REFUSED, "the times are no finite numbers");
        }
        // SAFETY: the plugin vouches for the text.
        let group = unsafe { str_of(group) };
        call.with_lane(SLUICE_REFUSED, NO_GROUP, |lane| {
            lane.present(group?, kind, Presented { pts_ns, at_ns });
            Some(SLUICE_OK)
        })
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

pub(super) unsafe extern "C" fn presented<L: NodeAccess>(
    context: *mut SluiceContext,
    group: *const c_char,
    kind: u32,
    pts_ns: *mut f64,
    at_ns: *mut f64,
) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        if pts_ns.is_null() || at_ns.is_null() {
            return call.refuse(SLUICE_REFUSED, "there is no place for the times");
        }
        // SAFETY: the plugin vouches for the text.
        let group = unsafe { str_of(group) };
        match call.with_lane(None, NO_GROUP, |lane| Some(lane.presented(group?, kind))) {
            Some(found) => {
                // SAFETY: the plugin vouches for the places.
                unsafe {
                    pts_ns.write(found.pts_ns);
                    at_ns.write(found.at_ns);
                }
                SLUICE_OK
            }
            None => SLUICE_NONE,
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}
