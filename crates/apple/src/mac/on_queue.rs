//! What lives on one serial queue.

use dispatch2::{DispatchQueue, DispatchRetained, DispatchTime};

use super::core::guarded;

/// A thing that is touched, and let go of, by work of its own serial queue alone.
pub(super) struct OnQueue<T>(pub(super) T);

// SAFETY: whoever makes one sees to it that only work of one serial queue touches it.
unsafe impl<T> Send for OnQueue<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for OnQueue<T> {}

/// Does something on a queue, later. A panic there ends nothing else.
pub(super) fn later(queue: &DispatchQueue, work: impl FnOnce() + Send + 'static) {
    queue.exec_async(move || guarded(work));
}

/// Does something on a queue in so many nanoseconds.
pub(super) fn after(queue: &DispatchRetained<DispatchQueue>, delay_ns: i64, work: impl FnOnce() + Send + 'static) {
    let when = DispatchTime::NOW.time(delay_ns);
    if queue.after(when, move || guarded(work)).is_err() {
        // A time that cannot be said is none to wait for.
    }
}
