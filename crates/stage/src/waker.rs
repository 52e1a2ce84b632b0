//! What calls a stage from another thread.

use sluice_abi::stage::SluiceWaker;

use crate::host::table;

/// Has its stage called soon, from any thread, also after the stage was dropped: then nothing happens.
pub struct Waker(*mut SluiceWaker);

// SAFETY: the host takes it on any thread.
unsafe impl Send for Waker {}
// SAFETY: as above, on several at once.
unsafe impl Sync for Waker {}

impl Waker {
    pub(crate) fn new(waker: *mut SluiceWaker) -> Self {
        Self(waker)
    }

    /// Has the stage called.
    pub fn wake(&self) {
        if let Some(wake) = table().and_then(|table| table.wake) {
            // SAFETY: the waker was not dropped.
            unsafe { wake(self.0) };
        }
    }
}

impl Drop for Waker {
    fn drop(&mut self) {
        if let Some(drop_waker) = table().and_then(|table| table.drop_waker) {
            // SAFETY: this is the waker's last use.
            unsafe { drop_waker(self.0) };
        }
    }
}
