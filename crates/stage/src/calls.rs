//! The functions that stand in a stage's descriptor: each calls the trait behind a catch.

use std::any::Any;
use std::ffi::{CStr, CString, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{Mutex, PoisonError};

use sluice_abi::stage::{
    SLUICE_ABI_VERSION, SLUICE_AGAIN, SLUICE_FAULT, SLUICE_OK, SLUICE_PANIC, SluiceContext, SluiceHost, SluicePlugin,
    SluicePort, SluiceStage,
};

use crate::context::Context;
use crate::host::c_text;
use crate::{Next, Stage, host};

/// The descriptor of a stage.
#[must_use]
pub const fn describe<T: Stage>() -> SluiceStage {
    SluiceStage {
        id: T::ID.as_ptr(),
        name: T::NAME.as_ptr(),
        version: T::VERSION.as_ptr(),
        doc: T::DOC.as_ptr(),
        config_schema: match T::CONFIG {
            Some(schema) => schema.as_ptr(),
            None => ptr::null(),
        },
        inputs: T::INPUTS.as_ptr().cast(),
        outputs: T::OUTPUTS.as_ptr().cast(),
        figures: T::FIGURES.as_ptr().cast(),
        input_count: T::INPUTS.len() as u32,
        output_count: T::OUTPUTS.len() as u32,
        figure_count: T::FIGURES.len() as u32,
        mode: T::MODE as u32,
        create: Some(create::<T>),
        process: Some(process::<T>),
        flush: Some(flush::<T>),
        control: Some(control::<T>),
        snapshot: Some(snapshot::<T>),
        restore: Some(restore::<T>),
        count: if T::FIGURES.is_empty() { None } else { Some(count::<T>) },
        destroy: Some(destroy::<T>),
        command: Some(command::<T>),
        devices: if T::DEVICES.is_some() { Some(devices::<T>) } else { None },
    }
}

/// The descriptor of a plugin with these stages.
#[must_use]
pub const fn plugin(stages: &'static [SluiceStage]) -> SluicePlugin {
    SluicePlugin {
        abi_version: SLUICE_ABI_VERSION,
        size: size_of::<SluicePlugin>() as u32,
        stage_size: size_of::<SluiceStage>() as u32,
        port_size: size_of::<SluicePort>() as u32,
        stages: stages.as_ptr(),
        stage_count: stages.len() as u32,
        reserved: 0,
    }
}

/// What `sluice_register_stages` does.
///
/// # Safety
///
/// `table` is the table of a host that lives as long as the process.
pub unsafe fn register(table: *const SluiceHost, plugin: &'static SluicePlugin) -> *const SluicePlugin {
    // SAFETY: the caller vouches for the table.
    unsafe { host::enter(table) };
    plugin
}

/// What `sluice_register_stages` does in a library that finds out what it has.
///
/// # Safety
///
/// As [`register`].
pub unsafe fn register_found(
    table: *const SluiceHost,
    find: fn() -> Result<&'static SluicePlugin, String>,
) -> *const SluicePlugin {
    // SAFETY: the caller vouches for the table.
    unsafe { host::enter(table) };
    match catch_unwind(find) {
        Ok(Ok(plugin)) => return plugin,
        Ok(Err(why)) => host::fault(ptr::null_mut(), &why),
        Err(panic) => host::fault(ptr::null_mut(), panic_text(&*panic)),
    }
    ptr::null()
}

unsafe extern "C" fn create<T: Stage>(context: *mut SluiceContext, instance: *mut *mut c_void) -> i32 {
    guard(context, |call| {
        let stage = Box::new(T::create(call)?);
        // SAFETY: the host vouches for the place.
        unsafe { instance.write(Box::into_raw(stage).cast()) };
        Ok(SLUICE_OK)
    })
}

unsafe extern "C" fn process<T: Stage>(instance: *mut c_void, context: *mut SluiceContext) -> i32 {
    // SAFETY: the host passes what `create` stored, one call at a time.
    guard(context, |call| unsafe { stage::<T>(instance) }.process(call).map(status))
}

unsafe extern "C" fn flush<T: Stage>(instance: *mut c_void, context: *mut SluiceContext) -> i32 {
    // SAFETY: as in `process`.
    guard(context, |call| unsafe { stage::<T>(instance) }.flush(call).map(status))
}

unsafe extern "C" fn control<T: Stage>(instance: *mut c_void, context: *mut SluiceContext, key: *const c_char) -> i32 {
    guard(context, |call| {
        // SAFETY: the host passes a C string.
        let key = unsafe { CStr::from_ptr(key) }.to_string_lossy();
        // SAFETY: as in `process`.
        unsafe { stage::<T>(instance) }.control(call, &key).map(|()| SLUICE_OK)
    })
}

unsafe extern "C" fn command<T: Stage>(
    instance: *mut c_void,
    context: *mut SluiceContext,
    name: *const c_char,
    json: *const c_char,
) -> i32 {
    guard(context, |call| {
        // SAFETY: the host passes C strings.
        let (name, json) = unsafe { (CStr::from_ptr(name).to_string_lossy(), CStr::from_ptr(json).to_string_lossy()) };
        // SAFETY: as in `process`.
        let answer = unsafe { stage::<T>(instance) }.command(call, &name, &json)?;
        call.answer(&answer);
        Ok(SLUICE_OK)
    })
}

unsafe extern "C" fn devices<T: Stage>(json: *mut *const c_char) -> i32 {
    /// What the last call gave.
    static LIST: Mutex<Option<CString>> = Mutex::new(None);
    guard(ptr::null_mut(), |_| {
        let text = c_text(&T::DEVICES.ok_or("it has no devices")?());
        let mut list = LIST.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the host has a place for the address, and the text lives until the next call.
        unsafe { json.write(list.insert(text).as_ptr()) };
        Ok(SLUICE_OK)
    })
}

unsafe extern "C" fn snapshot<T: Stage>(instance: *mut c_void, context: *mut SluiceContext) -> i32 {
    guard(context, |call| {
        // SAFETY: as in `process`.
        let state = unsafe { stage::<T>(instance) }.snapshot();
        call.keep(&state);
        Ok(SLUICE_OK)
    })
}

unsafe extern "C" fn restore<T: Stage>(
    instance: *mut c_void,
    context: *mut SluiceContext,
    bytes: *const c_void,
    length: usize,
) -> i32 {
    guard(context, |_| {
        // SAFETY: the host passes so many bytes, and an address that is not null.
        let state = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) };
        // SAFETY: as in `process`.
        unsafe { stage::<T>(instance) }.restore(state);
        Ok(SLUICE_OK)
    })
}

unsafe extern "C" fn count<T: Stage>(instance: *mut c_void, values: *mut f64, count: u32) -> i32 {
    guard(ptr::null_mut(), |_| {
        // SAFETY: the host has room for so many.
        let values = unsafe { std::slice::from_raw_parts_mut(values, count as usize) };
        // SAFETY: as in `process`.
        unsafe { stage::<T>(instance) }.figures(values);
        Ok(SLUICE_OK)
    })
}

unsafe extern "C" fn destroy<T: Stage>(instance: *mut c_void) -> i32 {
    guard(ptr::null_mut(), |_| {
        // SAFETY: the host passes what `create` stored, for the last time.
        drop(unsafe { Box::from_raw(instance.cast::<T>()) });
        Ok(SLUICE_OK)
    })
}

/// # Safety
///
/// `instance` is what `create` stored, and no other reference to it lives.
unsafe fn stage<'a, T: Stage>(instance: *mut c_void) -> &'a mut T {
    // SAFETY: the caller vouches for the instance.
    unsafe { &mut *instance.cast::<T>() }
}

fn status(next: Next) -> i32 {
    match next {
        Next::WhenFramesCome => SLUICE_OK,
        Next::Again => SLUICE_AGAIN,
    }
}

/// Runs a call of the trait. A refusal or a panic is told to the host, and neither leaves the plugin.
fn guard(context: *mut SluiceContext, body: impl FnOnce(&mut Context) -> Result<i32, String>) -> i32 {
    // A stage that has panicked is only dropped.
    match catch_unwind(AssertUnwindSafe(|| body(&mut Context::new(context)))) {
        Ok(Ok(status)) => status,
        Ok(Err(text)) => {
            tell(context, &text);
            SLUICE_FAULT
        }
        Err(panic) => {
            tell(context, panic_text(&*panic));
            SLUICE_PANIC
        }
    }
}

fn tell(context: *mut SluiceContext, text: &str) {
    // Without a context it would be said of the plugin that is being registered.
    if !context.is_null() {
        host::fault(context, text);
    }
}

pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
