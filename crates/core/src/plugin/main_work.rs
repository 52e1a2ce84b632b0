//! Work that plugins give the main thread.

use std::ffi::c_void;

use sluice_abi::stage::{SLUICE_NO_MAIN, SLUICE_OK, SLUICE_ON_MAIN, SLUICE_REFUSED, SluiceContext, SluiceWork};

use crate::lane::NodeAccess;
use crate::main_thread::{MAIN, Refused};

use super::call::{Call, with};

const NO_MAIN: &str = "a stage reaches the main thread alone where the runtime is on it: not from a process of its own";

/// Work that is called once, whatever becomes of it.
struct Once {
    call: unsafe extern "C" fn(*mut c_void, u32),
    data: *mut c_void,
}

// SAFETY: the plugin vouches that its function may be called with the data on any thread.
unsafe impl Send for Once {}

impl Once {
    fn do_it(self) {
        let once = std::mem::ManuallyDrop::new(self);
        // SAFETY: the plugin vouches for the function; it is called once, since nothing drops what was taken.
        unsafe { (once.call)(once.data, 1) };
    }
}

impl Drop for Once {
    fn drop(&mut self) {
        // SAFETY: as above: what was done is not dropped.
        unsafe { (self.call)(self.data, 0) };
    }
}

pub(super) unsafe extern "C" fn hold_main<L: NodeAccess>(context: *mut SluiceContext) -> i32 {
    let body = |call: &mut Call<'_, L>| match MAIN.hold() {
        Ok(()) => SLUICE_OK,
        Err(_) => call.refuse(SLUICE_REFUSED, NO_MAIN),
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

pub(super) unsafe extern "C" fn release_main() {
    MAIN.release();
}

pub(super) unsafe extern "C" fn run_on_main(work: *const SluiceWork, wait: u32) -> i32 {
    // SAFETY: null, or the work that the plugin vouches for.
    let Some(work) = (unsafe { work.as_ref() }) else { return SLUICE_REFUSED };
    let Some(call) = work.call else { return SLUICE_REFUSED };
    let once = Once { call, data: work.data };
    let work = Box::new(move || once.do_it());
    match if wait == 0 { MAIN.run(work) } else { MAIN.run_and_wait(work) } {
        Ok(()) => SLUICE_OK,
        Err(Refused::OnMain) => SLUICE_ON_MAIN,
        Err(Refused::NoMain) => SLUICE_NO_MAIN,
    }
}
