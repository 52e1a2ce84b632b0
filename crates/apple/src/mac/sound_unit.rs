//! Sound in and out by an audio unit of type HAL output. It calls the client on a real-time thread of Core Audio's: there
//! nothing waits, allocates or takes a lock.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use objc2_audio_toolbox::*;
use objc2_core_audio::*;
use objc2_core_audio_types::{AudioBuffer, AudioBufferList, AudioTimeStamp, AudioTimeStampFlags};

use super::core::{check, guarded};
use super::permissions::ask;
use super::sound_devices::{
    Direction, SYSTEM, address, buffer_range, channels, delays, device_of, rate_hz, set_buffer,
};
use super::sound_format::to_core_audio;
use crate::permission::{Permission, Standing, wait};
use crate::sound_format::SoundFormat;
use crate::sound_latency::buffer_samples;
use crate::time::instant_at;

/// Samples that the unit asks for at once at most.
const MOST_SAMPLES: u32 = 8_192;

/// What is asked of a device.
#[derive(Debug, Clone, PartialEq)]
pub struct SoundWanted {
    /// Its name or its identifier; empty: the default one.
    pub device: String,
    /// Samples a second; 0: the device's. An input has no others.
    pub sample_rate_hz: u32,
    /// Number of channels; 0: the device's.
    pub channels: u32,
    /// Seconds of sound on the way.
    pub latency: f64,
}

/// What was opened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoundOpened {
    /// Samples a second.
    pub sample_rate_hz: f64,
    /// Number of channels.
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
pub struct SoundUnit {
    unit: AudioUnit,
    device: AudioObjectID,
    watches: Vec<(AudioObjectID, AudioObjectPropertyAddress)>,
    state: Arc<SoundState>,
    /// The real-time thread's alone as long as the unit runs.
    target: NonNull<Target>,
}

// SAFETY: a unit may be stopped and let go of on any thread, one at a time.
unsafe impl Send for SoundUnit {}

struct Target {
    unit: AudioUnit,
    client: Client,
    channels: u32,
    /// Where captured samples are put.
    samples: Vec<f32>,
}

impl SoundUnit {
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
        let own_rate = rate_hz(device)?;
        let sample_rate_hz = match (wanted.sample_rate_hz, direction) {
            // The unit converts the rate of an output alone.
            (0, _) | (_, Direction::Capture) => own_rate,
            (rate, Direction::Playback) => rate.into(),
        };
        let channels = if wanted.channels == 0 { channels(device, direction) } else { wanted.channels };
        let samples = buffer_samples(wanted.latency, own_rate, buffer_range(device)?);
        // A device that others have set keeps its buffer, which the delays tell.
        _ = set_buffer(device, samples);
        let target =
            Target { unit: ptr::null_mut(), client, channels, samples: vec![0.0; (MOST_SAMPLES * channels) as usize] };
        let format = SoundFormat::interleaved(sample_rate_hz, channels)?;
        let unit = Self::make(device, target)?.begin(direction, format, wanted.device.is_empty())?;
        let delay = f64::from(delays(device, direction).total()) * sample_rate_hz / own_rate;
        let opened = SoundOpened { sample_rate_hz, channels, delay_samples: delay.round() as u32 };
        let state = Arc::clone(&unit.state);
        Ok((unit, opened, state))
    }

    fn make(device: AudioObjectID, target: Target) -> Result<Self, String> {
        let mut description = AudioComponentDescription {
            componentType: kAudioUnitType_Output,
            componentSubType: kAudioUnitSubType_HALOutput,
            componentManufacturer: kAudioUnitManufacturer_Apple,
            componentFlags: 0,
            componentFlagsMask: 0,
        };
        let mut unit: AudioUnit = ptr::null_mut();
        // SAFETY: a description, and a place for the unit.
        unsafe {
            let component = AudioComponentFindNext(ptr::null_mut(), NonNull::from(&mut description));
            if component.is_null() {
                return Err("cannot open a sound device: this Mac has no audio unit for it".into());
            }
            check(AudioComponentInstanceNew(component, NonNull::from(&mut unit)), "open a sound device")?;
        }
        let target = NonNull::from(Box::leak(Box::new(Target { unit, ..target })));
        Ok(Self { unit, device, watches: Vec::new(), state: Arc::default(), target })
    }

    /// Sets the unit up and starts it. Where that fails it is let go of.
    fn begin(mut self, direction: Direction, format: SoundFormat, is_default: bool) -> Result<Self, String> {
        let captures = direction == Direction::Capture;
        // Element 1 is the input, and 0 the output; a client's side of the input is the unit's output.
        let (element, side) = if captures { (1, kAudioUnitScope_Output) } else { (0, kAudioUnitScope_Input) };
        self.set(kAudioOutputUnitProperty_EnableIO, kAudioUnitScope_Input, 1, &u32::from(captures), "direction")?;
        self.set(kAudioOutputUnitProperty_EnableIO, kAudioUnitScope_Output, 0, &u32::from(!captures), "direction")?;
        self.set(kAudioOutputUnitProperty_CurrentDevice, kAudioUnitScope_Global, 0, &self.device, "device")?;
        self.set(kAudioUnitProperty_StreamFormat, side, element, &to_core_audio(&format.describe()), "format")?;
        self.set(kAudioUnitProperty_MaximumFramesPerSlice, kAudioUnitScope_Global, 0, &MOST_SAMPLES, "block")?;
        let target = self.target.as_ptr().cast();
        let (property, callback) = if captures {
            (
                kAudioOutputUnitProperty_SetInputCallback,
                on_captured as unsafe extern "C-unwind" fn(_, _, _, _, _, _) -> _,
            )
        } else {
            (kAudioUnitProperty_SetRenderCallback, on_wanted as _)
        };
        let callback = AURenderCallbackStruct { inputProc: Some(callback), inputProcRefCon: target };
        self.set(property, if captures { kAudioUnitScope_Global } else { side }, 0, &callback, "callback")?;
        self.watch(direction, is_default)?;
        // SAFETY: the unit is set up, and its target lives as long as it.
        let status = unsafe { AudioUnitInitialize(self.unit) };
        check(status, "prepare a sound device; its format may be none of the device's")?;
        // SAFETY: it is prepared.
        let status = unsafe { AudioOutputUnitStart(self.unit) };
        check(status, "start a sound device; another program may have it to itself")?;
        Ok(self)
    }

    fn set<T>(&self, property: u32, scope: u32, element: u32, value: &T, what: &str) -> Result<(), String> {
        let (value, size) = (ptr::from_ref(value).cast(), size_of::<T>() as u32);
        // SAFETY: the value is of the type that the property has.
        let status = unsafe { AudioUnitSetProperty(self.unit, property, scope, element, value, size) };
        check(status, &format!("set the {what} of a sound device"))
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
        let state = self.state_for_watches();
        // Who names a device keeps it when another one becomes the default.
        for (object, mut address) in watches.into_iter().filter(|(object, _)| is_default || *object != SYSTEM) {
            let at = NonNull::from(&mut address);
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

impl Drop for SoundUnit {
    fn drop(&mut self) {
        let state = self.state_for_watches();
        for (object, address) in &mut self.watches {
            // SAFETY: it was put there with these.
            _ = unsafe { AudioObjectRemovePropertyListener(*object, NonNull::from(address), Some(on_change), state) };
        }
        // SAFETY: the unit's last use. No callback runs any more when it was stopped.
        unsafe {
            _ = AudioOutputUnitStop(self.unit);
            _ = AudioUnitUninitialize(self.unit);
            _ = AudioComponentInstanceDispose(self.unit);
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
        let addresses = unsafe { std::slice::from_raw_parts(addresses.as_ptr(), count as usize) };
        for address in addresses {
            if address.mSelector == kAudioDeviceProcessorOverload {
                state.overloads.fetch_add(1, Ordering::Relaxed);
            } else {
                state.is_over.store(true, Ordering::Release);
            }
        }
    });
    0
}

/// Called on the real-time thread for samples to play.
unsafe extern "C-unwind" fn on_wanted(
    target: NonNull<c_void>,
    _flags: NonNull<AudioUnitRenderActionFlags>,
    time: NonNull<AudioTimeStamp>,
    _bus: u32,
    count: u32,
    buffers: *mut AudioBufferList,
) -> i32 {
    guarded(|| {
        // SAFETY: the target lives as long as the unit, which calls one function of it at a time.
        let target = unsafe { target.cast::<Target>().as_mut() };
        // SAFETY: the unit has one interleaved buffer with room for the samples, and a time.
        let (buffer, time) = unsafe { (&mut (*buffers).mBuffers[0], time.as_ref()) };
        let length = (count * target.channels) as usize;
        if buffer.mData.is_null() || (buffer.mDataByteSize as usize) < length * size_of::<f32>() {
            return;
        }
        // SAFETY: as above.
        let samples = unsafe { std::slice::from_raw_parts_mut(buffer.mData.cast::<f32>(), length) };
        samples.fill(0.0);
        if let Client::Playback(fill) = &mut target.client {
            fill(samples, sound_time(time));
        }
    });
    0
}

/// Called on the real-time thread when samples were captured.
unsafe extern "C-unwind" fn on_captured(
    target: NonNull<c_void>,
    flags: NonNull<AudioUnitRenderActionFlags>,
    time: NonNull<AudioTimeStamp>,
    bus: u32,
    count: u32,
    _buffers: *mut AudioBufferList,
) -> i32 {
    guarded(|| {
        // SAFETY: as in `on_wanted`.
        let target = unsafe { target.cast::<Target>().as_mut() };
        let length = (count * target.channels) as usize;
        let Some(samples) = target.samples.get_mut(..length) else { return };
        let mut buffers = AudioBufferList {
            mNumberBuffers: 1,
            mBuffers: [AudioBuffer {
                mNumberChannels: target.channels,
                mDataByteSize: size_of_val(samples) as u32,
                mData: samples.as_mut_ptr().cast(),
            }],
        };
        // SAFETY: a buffer with room for so many samples.
        let status =
            unsafe { AudioUnitRender(target.unit, flags.as_ptr(), time, bus, count, NonNull::from(&mut buffers)) };
        if let (0, Client::Capture(take)) = (status, &mut target.client) {
            // SAFETY: the time lives during the call.
            take(samples, sound_time(unsafe { time.as_ref() }));
        }
    });
    0
}

fn sound_time(stamp: &AudioTimeStamp) -> SoundTime {
    // SAFETY: plain numbers.
    let (at_ns, now_ns) = unsafe {
        (AudioConvertHostTimeToNanos(stamp.mHostTime), AudioConvertHostTimeToNanos(AudioGetCurrentHostTime()))
    };
    let at_ns = if stamp.mFlags.contains(AudioTimeStampFlags::HostTimeValid) { at_ns } else { now_ns };
    SoundTime { at: instant_at(Instant::now(), at_ns as f64 - now_ns as f64), position: stamp.mSampleTime }
}
