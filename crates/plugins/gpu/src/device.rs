//! The device: one a process, made when the first stage needs it, and made again once it is lost. Every lane submits to its
//! queue; all of this may be called on any thread. Making a device blocks for up to a second, and giving it up until no
//! lane polls it or copies its bytes; all else returns soon.

use std::cell::RefCell;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};

use wgpu::{
    Adapter, AdapterInfo, Backends, Device, DeviceDescriptor, Instance, InstanceDescriptor, PollType, PowerPreference,
    Queue, RequestAdapterOptions,
};

use crate::pass::Common;

/// Names the adapter that is taken: a part of its name, in any case.
const CHOICE: &str = "WGPU_ADAPTER_NAME";

/// A device with its queue.
pub(crate) struct Gpu {
    pub(crate) device: Device,
    pub(crate) queue: Queue,
    /// The adapter's name, for people.
    pub(crate) name: String,
    pub(crate) common: Common,
    /// The first device of the process is 1, the one after its loss 2.
    pub(crate) serial: u64,
    /// The longest side of a texture, pixels.
    pub(crate) most_pixels: u32,
    /// What is said of it, until it is said.
    introduction: Mutex<Option<String>>,
    lost: Arc<AtomicBool>,
    /// Shared by those who poll the device or touch its mapped memory; held alone by who gives the device up, which takes
    /// that memory away.
    in_use: RwLock<()>,
}

/// Why the device has not done something.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It is lost, with all that was on it. The pictures become gaps, and [`Gpu::shared`] makes another.
    Lost,
    /// It refuses it.
    Refused(String),
}

thread_local! {
    /// What no call has told: the serial of a device, and the first error since the last look. wgpu tells errors on the
    /// thread whose call they are of, so that lanes are not blamed for each other's.
    static ERROR: RefCell<Option<(u64, String)>> = const { RefCell::new(None) };
}

/// The process's device.
static SHARED: Mutex<Option<Arc<Gpu>>> = Mutex::new(None);

impl Gpu {
    /// The process's device; a new one if there is none, or if it is lost.
    ///
    /// # Errors
    ///
    /// There is no adapter, or it gives no device.
    pub(crate) fn shared() -> Result<Arc<Self>, String> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gpu) = shared.as_ref().filter(|gpu| !gpu.is_lost()) {
            return Ok(Arc::clone(gpu));
        }
        Ok(Arc::clone(shared.insert(Arc::new(Self::open()?))))
    }

    fn open() -> Result<Self, String> {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        let adapter = choose_adapter()?;
        let AdapterInfo { name, backend, driver_info, .. } = adapter.get_info();
        let introduction = Mutex::new(Some(format!("pictures are drawn by \"{name}\" ({backend}, {driver_info})")));
        let limits = adapter.limits();
        let most_pixels = limits.max_texture_dimension_2d;
        let wanted = DeviceDescriptor { label: Some("sluice"), required_limits: limits, ..Default::default() };
        let (device, queue) = block_on(adapter.request_device(&wanted))
            .map_err(|error| format!("the graphics processor \"{name}\" gives no device: {error}"))?;
        let lost = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&lost);
        // Release: who sees the loss by the acquire of `is_lost` sees what led to it.
        device.set_device_lost_callback(move |_, _| told.store(true, Ordering::Release));
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed) + 1;
        device.on_uncaptured_error(Box::new(move |error: wgpu::Error| keep_error(serial, &error)));
        let common = Common::new(&device);
        let in_use = RwLock::new(());
        Ok(Self { device, queue, name, common, serial, most_pixels, introduction, lost, in_use })
    }

    /// Which graphics processor it is, for the log; once.
    pub(crate) fn introduce(&self) -> Option<String> {
        self.introduction.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether nothing can be done with it any more.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Whether it is there, and has refused this thread nothing since the last look.
    pub(crate) fn works(&self) -> bool {
        !self.is_lost() && ERROR.with_borrow(|error| error.as_ref().is_none_or(|(serial, _)| *serial != self.serial))
    }

    /// Makes something, and tells why the device refuses it. Error scopes would do so for all lanes at once.
    ///
    /// # Errors
    ///
    /// What the device says. A device that is lost says nothing, and what it makes is of no use.
    pub(crate) fn checked<T>(&self, make: impl FnOnce() -> T) -> Result<T, String> {
        let before = ERROR.take();
        let made = make();
        let error = self.take_error();
        ERROR.set(before);
        error.map_or(Ok(made), Err)
    }

    /// Gives the device up, as a driver does that has crashed: for tests and diagnosis.
    pub(crate) fn lose(&self) {
        let _alone = self.in_use.write().unwrap_or_else(PoisonError::into_inner);
        // Release, as in `open`: whoever comes next to use it is refused.
        self.lost.store(true, Ordering::Release);
        self.device.destroy();
        // What waits for it is told by a poll.
        let _ = self.device.poll(PollType::Poll);
    }

    /// Polls the device or touches its mapped memory, which panics in wgpu where there is no device any more. It is not
    /// given up meanwhile; where a driver takes it away, that is an outcome. `use_it` may not come back here.
    ///
    /// # Errors
    ///
    /// The device is lost.
    pub(crate) fn attempt<T>(&self, use_it: impl FnOnce(&Device) -> T) -> Result<T, Fault> {
        let _shared = self.in_use.read().unwrap_or_else(PoisonError::into_inner);
        if self.is_lost() {
            return Err(Fault::Lost);
        }
        match catch_unwind(AssertUnwindSafe(|| use_it(&self.device))) {
            Ok(done) => Ok(done),
            Err(_) if self.is_lost() => Err(Fault::Lost),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// What this thread's calls have done wrong since the last look. `None` of a device that is lost: whatever it says
    /// follows from that.
    pub(crate) fn take_error(&self) -> Option<String> {
        let (serial, error) = ERROR.take()?;
        (serial == self.serial && !self.is_lost()).then_some(error)
    }
}

/// Keeps the first error of a device for the thread that runs this.
fn keep_error(device: u64, error: &wgpu::Error) {
    // A thread that ends looks at none.
    let _ = ERROR.try_with(|kept| {
        let mut kept = kept.borrow_mut();
        if kept.as_ref().is_none_or(|(serial, _)| *serial != device) {
            *kept = Some((device, error.to_string()));
        }
    });
}

fn choose_adapter() -> Result<Adapter, String> {
    let instance = Instance::new(&InstanceDescriptor { backends: Backends::PRIMARY, ..Default::default() });
    let Some(name) = env::var(CHOICE).ok().filter(|name| !name.is_empty()) else {
        let options =
            RequestAdapterOptions { power_preference: PowerPreference::HighPerformance, ..Default::default() };
        return block_on(instance.request_adapter(&options)).map_err(|_| nothing_there());
    };
    let mut all = instance.enumerate_adapters(Backends::PRIMARY);
    let names: Vec<String> = all.iter().map(|adapter| adapter.get_info().name).collect();
    let at = names.iter().position(|each| each.to_lowercase().contains(&name.to_lowercase()));
    match at {
        Some(at) => Ok(all.swap_remove(at)),
        None if names.is_empty() => Err(nothing_there()),
        None => Err(format!("{CHOICE} is \"{name}\", which no graphics processor is called; available: {}", {
            names.join(", ")
        })),
    }
}

fn nothing_there() -> String {
    let mend = if cfg!(target_os = "linux") {
        "install the driver of your graphics processor for Vulkan, or one that works without any: on Debian \
         \"apt-get install mesa-vulkan-drivers\""
    } else {
        "this system offers none by Metal or Vulkan"
    };
    format!("there is no graphics processor: {mend}")
}

/// Waits for what wgpu has ready at once, or after a poll of its own.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}

/// What tests share.
#[cfg(test)]
pub(crate) mod testing {
    use std::sync::MutexGuard;

    use super::{Gpu, Mutex, PoisonError};

    /// The process's device to this test alone, since tests lose it. `None`, but for CI: there is none.
    pub(crate) fn alone() -> Option<MutexGuard<'static, ()>> {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        match Gpu::shared() {
            Ok(_) => Some(alone),
            Err(why) if std::env::var_os("CI").is_some() => panic!("{why}"),
            Err(why) => {
                eprintln!("left out: {why}");
                None
            }
        }
    }
}
