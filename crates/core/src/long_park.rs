//! Parks of lanes that wait for nothing but each other. To set a time limit at every park costs a fifth of a whole
//! wake-up, so long ones have none of their own: one thread of the process, the *ticker*, wakes those who have slept
//! long enough. It touches no memory of theirs, since a wake only names an address; it runs while there are threads
//! that have parked so.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::doorbell::{Doorbell, Wait};
use crate::parker::Parker;
use crate::sync::AtomicU32;

/// Time between two looks of the ticker.
const TICK: Duration = Duration::from_millis(25);

/// Parks for less than this end in time; longer ones up to a tick too early.
const LONG: Duration = Duration::from_millis(50);

/// A thread that has parked for long, now or before.
struct Sleeper {
    /// The bell that it waits on; null: it is awake. The thread stores it, the ticker loads it.
    bell: AtomicPtr<AtomicU32>,
    /// Ticks until it is to be woken. The thread sets it, at least 1, and the ticker counts it down to 0 or 1.
    ticks_left: std::sync::atomic::AtomicU32,
}

struct Sleepers {
    list: Vec<Arc<Sleeper>>,
    /// There is a ticker.
    ticking: bool,
}

static SLEEPERS: Mutex<Sleepers> = Mutex::new(Sleepers { list: Vec::new(), ticking: false });

/// This thread's entry; `None`: there can be no ticker. It goes when the thread ends.
struct Own(Option<Arc<Sleeper>>);

thread_local! {
    static OWN: Own = Own::register();
}

/// Blocks as [`Doorbell::park`]. A park for 50 ms or more may end up to 25 ms early.
pub fn park(doorbell: &Doorbell<'static>, seen: u32, timeout: Duration) {
    let parked = timeout >= LONG
        && OWN.try_with(|Own(own)| own.as_ref().is_some_and(|own| own.park(doorbell, seen, timeout))).unwrap_or(false);
    if !parked {
        doorbell.park(seen, timeout, &Parker::default());
    }
}

impl Sleeper {
    /// Always `true`: it has parked.
    fn park(&self, doorbell: &Doorbell<'static>, seen: u32, timeout: Duration) -> bool {
        let ticks = timeout.as_nanos() / TICK.as_nanos();
        self.ticks_left.store(u32::try_from(ticks).unwrap_or(u32::MAX), Ordering::Relaxed);
        // Release: the ticker that sees the bell sees the ticks.
        self.bell.store(ptr::from_ref(doorbell.bell).cast_mut(), Ordering::Release);
        doorbell.park(seen, Duration::MAX, &Parker::default());
        self.bell.store(ptr::null_mut(), Ordering::Relaxed);
        true
    }

    fn tick(&self) {
        let bell = self.bell.load(Ordering::Acquire);
        if bell.is_null() {
            return;
        }
        if self.ticks_left.load(Ordering::Relaxed) > 1 {
            // What the thread may have set meanwhile is at least 1, so nothing goes below 0.
            self.ticks_left.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        // A wake that comes before the thread sleeps is repeated at the next tick.
        // SAFETY: the address was that of a bell of static lifetime.
        Parker::default().wake(unsafe { &*bell });
    }
}

impl Own {
    fn register() -> Self {
        let mut sleepers = lock();
        if !sleepers.ticking {
            stay_loaded();
            let ticker = thread::Builder::new().name("sluice-ticker".into());
            sleepers.ticking = ticker.spawn(tick_for_ever).is_ok();
        }
        if !sleepers.ticking {
            return Self(None);
        }
        let own = Arc::new(Sleeper {
            bell: AtomicPtr::new(ptr::null_mut()),
            ticks_left: std::sync::atomic::AtomicU32::new(1),
        });
        sleepers.list.push(Arc::clone(&own));
        Self(Some(own))
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(own) = &self.0 {
            lock().list.retain(|other| !Arc::ptr_eq(other, own));
        }
    }
}

/// The ticker's life: until no thread is left that could sleep.
fn tick_for_ever() {
    loop {
        thread::sleep(TICK);
        let mut sleepers = lock();
        if sleepers.list.is_empty() {
            sleepers.ticking = false;
            return;
        }
        sleepers.list.iter().for_each(|sleeper| sleeper.tick());
    }
}

fn lock() -> MutexGuard<'static, Sleepers> {
    SLEEPERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sees to it that the library is not unloaded under the ticker.
fn stay_loaded() {
    #[cfg(target_os = "linux")]
    // SAFETY: `dladdr` fills `info` for an address of this library, and its name outlives the call of `dlopen`, which
    // only marks the library.
    unsafe {
        let mut info: libc::Dl_info = std::mem::zeroed();
        if libc::dladdr(ptr::from_ref(&SLEEPERS).cast(), &raw mut info) != 0 {
            libc::dlopen(info.dli_fname, libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    struct Words {
        bell: AtomicU32,
        sleeping: AtomicU32,
        summary: [AtomicU32; 1],
        inbox: [AtomicU32; 1],
    }

    impl Words {
        const fn new() -> Self {
            Self {
                bell: AtomicU32::new(0),
                sleeping: AtomicU32::new(0),
                summary: [AtomicU32::new(0)],
                inbox: [AtomicU32::new(0)],
            }
        }

        fn doorbell(&'static self) -> Doorbell<'static> {
            Doorbell { bell: &self.bell, sleeping: &self.sleeping, summary: &self.summary, inbox: &self.inbox }
        }
    }

    #[test]
    fn a_long_park_ends_by_itself_and_not_much_too_early() {
        static WORDS: Words = Words::new();
        let doorbell = WORDS.doorbell();
        for timeout in [LONG, LONG * 3] {
            let begin = Instant::now();
            park(&doorbell, 0, timeout);
            assert!(begin.elapsed() + TICK + Duration::from_millis(1) >= timeout, "{:?}", begin.elapsed());
        }
        assert_eq!(doorbell.sleeping.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_long_park_ends_at_once_by_a_signal() {
        static WORDS: Words = Words::new();
        let doorbell = WORDS.doorbell();
        let parked = thread::spawn(move || park(&doorbell, 0, Duration::from_secs(3600)));
        while doorbell.sleeping.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        doorbell.signal(0, &Parker::default());
        parked.join().unwrap();
    }

    #[test]
    fn a_thread_that_has_ended_is_forgotten_and_the_next_one_is_woken() {
        static WORDS: Words = Words::new();
        for _ in 0..3 {
            let own = thread::spawn(|| {
                park(&WORDS.doorbell(), 0, LONG);
                OWN.with(|Own(own)| Arc::downgrade(own.as_ref().unwrap()))
            });
            assert!(own.join().unwrap().upgrade().is_none());
        }
    }
}
