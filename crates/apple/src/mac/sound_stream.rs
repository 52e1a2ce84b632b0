//! Sound in and out of a device of Core Audio. The device calls the client on a real-time thread: there nothing waits,
//! allocates or takes a lock. Samples have the device's rate.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::slice::from_raw_parts_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use objc2_core_audio::*;
use objc2_core_audio_types::{AudioBuffer, AudioBufferList, AudioTimeStamp, AudioTimeStampFlags};

use super::core::{check, guarded};
use super::permissions::ask;
use super::sound_devices::{
    Direction, SYSTEM, address, buffer_range, channels, delays, device_of, rate_hz, set_buffer,
};
use crate::permission::{Permission, Standing, wait};
use crate::sound_blocks::{from_device, to_device};
use crate::sound_format::MOST_CHANNELS;
use crate::sound_latency::buffer_samples;
use crate::time::instant_at;

/// Samples of a channel that a device moves at once at most.
const MOST_SAMPLES: usize = 8_192;

/// What is asked of a device.
#[derive(Debug, Clone, PartialEq)]
pub struct SoundWanted {
    /// Its name or its identifier; empty: the default one.
    pub device: String,
    /// Number of channels of the client; 0: the device's.
    pub channels: u32,
    /// Seconds of sound on the way.
    pub latency: f64,
}

/// What was opened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoundOpened {
    /// Samples a second: the device's.
    pub sample_rate_hz: f64,
    /// Number of channels of the client.
    pub channels: u32,
    /// Samples that are on the way in the device.
    pub delay_samples: u32,
}

/// When the first sample of a block is heard or was captured, as far as the device knows.
#[derive(Debug, Clone, Copy)]
pub struct SoundTime {
    /// On the host's clock, without [`SoundOpened::delay_samples`].
    pub at: Instant,
    /// Counted in samples by the device.
    pub position: f64,
}

/// Fills a block; what it leaves is silence.
pub type Fill = dyn FnMut(&mut [f32], SoundTime) + Send;
/// Takes a block.
pub type Take = dyn FnMut(&[f32], SoundTime) + Send;

/// Who fills or takes interleaved samples, on the real-time thread. It neither waits nor allocates.
pub enum Client {
    /// An output's.
    Playback(Box<Fill>),
    /// An input's.
    Capture(Box<Take>),
}

/// What the device tells beside sound, from any thread. The client's owner looks at it.
#[derive(Default)]
pub struct SoundState {
    /// How often the device had to go on without the client: `kAudioDeviceProcessorOverload`.
    pub overloads: AtomicU64,
    /// It was unplugged, or its format or the default device has changed: it is to be opened anew.
    pub is_over: AtomicBool,
}

/// An open device. Dropping it ends all calls of the client.
pub struct SoundStream {
    device: AudioObjectID,
    procedure: AudioDeviceIOProcID,
    watches: Vec<(AudioObjectID, AudioObjectPropertyAddress)>,
    state: Arc<SoundState>,
    /// The real-time thread's alone as long as the device runs.
    target: NonNull<Target>,
}

// SAFETY: a device may be stopped and let go of on any thread, one at a time.
unsafe impl Send for SoundStream {}

struct Target {
    client: Client,
    channels: usize,
    /// The client's samples.
    samples: Vec<f32>,
}

impl SoundStream {
    /// Opens a device and begins. For an input it first waits for the user's permission, until `is_over` says that nobody
    /// wants it any more.
    ///
    /// # Errors
    ///
    /// Why it cannot be used, with what to do.
    pub fn open(
        wanted: &SoundWanted,
        client: Client,
        is_over: impl Fn() -> bool,
    ) -> Result<(Self, SoundOpened, Arc<SoundState>), String> {
        let direction = if matches!(client, Client::Capture(_)) { Direction::Capture } else { Direction::Playback };
        if direction == Direction::Capture {
            let standing = wait(|then| ask(Permission::Microphone, then), is_over);
            if standing != Standing::Granted {
                return Err(Permission::Microphone.refusal(standing, "the microphone"));
            }
        }
        let device = device_of(direction, &wanted.device)?;
        let sample_rate_hz = rate_hz(device)?;
        let channels = if wanted.channels == 0 { channels(device, direction) } else { wanted.channels };
        let channels = channels.clamp(1, MOST_CHANNELS);
        // A device that others have set keeps its buffer, which the delays tell.
        _ = set_buffer(device, buffer_samples(wanted.latency, sample_rate_hz, buffer_range(device)?));
        let samples = vec![0.0; MOST_SAMPLES * channels as usize];
        let target = Box::new(Target { client, channels: channels as usize, samples });
        let target = NonNull::from(Box::leak(target));
        let mut stream = Self { device, procedure: None, watches: Vec::new(), state: Arc::default(), target };
        stream.begin(direction, wanted.device.is_empty())?;
        let opened = SoundOpened { sample_rate_hz, channels, delay_samples: delays(device, direction).total() };
        let state = Arc::clone(&stream.state);
        Ok((stream, opened, state))
    }

    fn begin(&mut self, direction: Direction, is_default: bool) -> Result<(), String> {
        let place = NonNull::from(&mut self.procedure);
        // SAFETY: the target lives as long as the procedure, which has it alone.
        let status =
            unsafe { AudioDeviceCreateIOProcID(self.device, Some(on_block), self.target.as_ptr().cast(), place) };
        check(status, "open a sound device")?;
        self.watch(direction, is_default)?;
        // SAFETY: the procedure was made.
        let status = unsafe { AudioDeviceStart(self.device, self.procedure) };
        check(status, "start a sound device; another program may have it to itself")
    }

    /// Has the system tell of overloads, and of what makes the device another.
    fn watch(&mut self, direction: Direction, is_default: bool) -> Result<(), String> {
        let global = kAudioObjectPropertyScopeGlobal;
        let watches = [
            (self.device, address(kAudioDeviceProcessorOverload, global)),
            (self.device, address(kAudioDevicePropertyDeviceIsAlive, global)),
            (self.device, address(kAudioDevicePropertyNominalSampleRate, global)),
            (SYSTEM, address(direction.default_selector(), global)),
        ];
        // Who names a device keeps it when another one becomes the default.
        for (object, mut address) in watches.into_iter().filter(|(object, _)| is_default || *object != SYSTEM) {
            let (at, state) = (NonNull::from(&mut address), self.state_for_watches());
            // SAFETY: the state lives as long as the process.
            let status = unsafe { AudioObjectAddPropertyListener(object, at, Some(on_change), state) };
            check(status, "watch a sound device")?;
            self.watches.push((object, address));
        }
        // A watch that runs while it is taken off tells nobody when it has returned: its reference stays.
        std::mem::forget(Arc::clone(&self.state));
        Ok(())
    }

    fn state_for_watches(&self) -> *mut c_void {
        Arc::as_ptr(&self.state).cast_mut().cast()
    }
}

impl Drop for SoundStream {
    fn drop(&mut self) {
        let state = self.state_for_watches();
        for (object, address) in &mut self.watches {
            // SAFETY: it was put there with these.
            _ = unsafe { AudioObjectRemovePropertyListener(*object, NonNull::from(address), Some(on_change), state) };
        }
        // SAFETY: the procedure's last use. It does not run any more when these have returned.
        unsafe {
            if self.procedure.is_some() {
                _ = AudioDeviceStop(self.device, self.procedure);
                _ = AudioDeviceDestroyIOProcID(self.device, self.procedure);
            }
            drop(Box::from_raw(self.target.as_ptr()));
        }
    }
}

/// Called when a property has changed, on a thread of Core Audio's.
unsafe extern "C-unwind" fn on_change(
    _object: AudioObjectID,
    count: u32,
    addresses: NonNull<AudioObjectPropertyAddress>,
    state: *mut c_void,
) -> i32 {
    guarded(|| {
        // SAFETY: it lives as long as the process.
        let state = unsafe { &*state.cast_const().cast::<SoundState>() };
        // SAFETY: so many addresses.
        for address in unsafe { std::slice::from_raw_parts(addresses.as_ptr(), count as usize) } {
            if address.mSelector == kAudioDeviceProcessorOverload {
                state.overloads.fetch_add(1, Ordering::Relaxed);
            } else {
                state.is_over.store(true, Ordering::Release);
            }
        }
    });
    0
}

/// Called on the real-time thread for each block.
unsafe extern "C-unwind" fn on_block(
    _device: AudioObjectID,
    _now: NonNull<AudioTimeStamp>,
    input: NonNull<AudioBufferList>,
    input_time: NonNull<AudioTimeStamp>,
    output: NonNull<AudioBufferList>,
    output_time: NonNull<AudioTimeStamp>,
    target: *mut c_void,
) -> i32 {
    guarded(|| {
        // SAFETY: the target lives as long as the procedure, which runs one at a time; the lists and the times live during
        // the call, and a list has as many buffers as it says.
        let (target, times, [inputs, outputs]) = unsafe {
            let buffers = |list: NonNull<AudioBufferList>| {
                let first = (&raw mut (*list.as_ptr()).mBuffers).cast::<AudioBuffer>();
                from_raw_parts_mut(first, (*list.as_ptr()).mNumberBuffers as usize)
            };
            (
                &mut *target.cast::<Target>(),
                (input_time.as_ref(), output_time.as_ref()),
                [buffers(input), buffers(output)],
            )
        };
        let Target { client, channels, samples } = target;
        let own = if matches!(client, Client::Capture(_)) { &*inputs } else { &*outputs };
        let frames = own.first().map_or(0, |it| it.mDataByteSize / 4 / it.mNumberChannels.max(1)) as usize;
        let block = &mut samples[..frames.min(MOST_SAMPLES) * *channels];
        block.fill(0.0);
        match client {
            Client::Capture(take) => {
                each(inputs, |buffer, own, first| from_device(buffer, own, first, block, *channels));
                take(block, sound_time(times.0));
            }
            Client::Playback(fill) => {
                fill(block, sound_time(times.1));
                each(outputs, |buffer, own, first| to_device(block, *channels, buffer, own, first));
            }
        }
    });
    0
}

/// Does something with each buffer's samples, the number of its channels, and the number of its first one.
fn each(buffers: &mut [AudioBuffer], mut with: impl FnMut(&mut [f32], usize, usize)) {
    let mut first = 0;
    for buffer in buffers.iter().filter(|buffer| !buffer.mData.is_null()) {
        // SAFETY: the device has so many bytes there, of 32-bit floats, which are this call's.
        let samples = unsafe { from_raw_parts_mut(buffer.mData.cast::<f32>(), buffer.mDataByteSize as usize / 4) };
        with(samples, buffer.mNumberChannels as usize, first);
        first += buffer.mNumberChannels as usize;
    }
}

fn sound_time(stamp: &AudioTimeStamp) -> SoundTime {
    // SAFETY: plain numbers.
    let (at_ns, now_ns) = unsafe {
        (AudioConvertHostTimeToNanos(stamp.mHostTime), AudioConvertHostTimeToNanos(AudioGetCurrentHostTime()))
    };
    let at_ns = if stamp.mFlags.contains(AudioTimeStampFlags::HostTimeValid) { at_ns } else { now_ns };
    SoundTime { at: instant_at(Instant::now(), at_ns as f64 - now_ns as f64), position: stamp.mSampleTime }
}
