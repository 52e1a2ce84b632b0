//! The device: one a process, made when the first stage needs it, and made again once it is lost. Every lane submits to its
//! queue; all of this may be called on any thread. Making a device blocks for up to a second, all else returns soon.

use std::env;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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
    /// What no call has told: the first error since the last look.
    error: Arc<Mutex<Option<String>>>,
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
        let (lost, error) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(None)));
        let told = Arc::clone(&lost);
        // Release: who sees the loss by the acquire of `is_lost` sees what led to it.
        device.set_device_lost_callback(move |_, _| told.store(true, Ordering::Release));
        let told = Arc::clone(&error);
        device.on_uncaptured_error(Box::new(move |error: wgpu::Error| {
            told.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error.to_string());
        }));
        let common = Common::new(&device);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Self { device, queue, name, common, serial, most_pixels, introduction, lost, error })
    }

    /// Which graphics processor it is, for the log; once.
    pub(crate) fn introduce(&self) -> Option<String> {
        self.introduction.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether nothing can be done with it any more.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Whether it is there, and has refused nothing since the last look.
    pub(crate) fn works(&self) -> bool {
        !self.is_lost() && self.error.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Gives the device up, as a driver does that has crashed: for tests and diagnosis.
    pub(crate) fn lose(&self) {
        self.device.destroy();
        // The loss is told by a poll.
        let _ = self.device.poll(PollType::Poll);
    }

    /// What has gone wrong since the last look. `None` of a device that is lost: whatever it says follows from that.
    pub(crate) fn take_error(&self) -> Option<String> {
        let error = self.error.lock().unwrap_or_else(PoisonError::into_inner).take();
        error.filter(|_| !self.is_lost())
    }
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
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}

/// Tests that depend on the device hold it, since one of them loses it.
#[cfg(test)]
pub(crate) static ALONE: Mutex<()> = Mutex::new(());
