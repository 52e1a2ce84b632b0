//! The sound devices that Core Audio knows, and what they say of themselves.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use objc2_core_audio::*;
use objc2_core_audio_types::{AudioBuffer, AudioBufferList, AudioValueRange};
use objc2_core_foundation::{CFRetained, CFString};

use super::core::check;
use crate::listed::{Listed, find};
use crate::sound_latency::Delays;

/// Which way sound goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a microphone or another input.
    Capture,
    /// To a speaker or another output.
    Playback,
}

impl Direction {
    pub(super) fn scope(self) -> AudioObjectPropertyScope {
        match self {
            Self::Capture => kAudioObjectPropertyScopeInput,
            Self::Playback => kAudioObjectPropertyScopeOutput,
        }
    }

    pub(super) fn default_selector(self) -> AudioObjectPropertySelector {
        match self {
            Self::Capture => kAudioHardwarePropertyDefaultInputDevice,
            Self::Playback => kAudioHardwarePropertyDefaultOutputDevice,
        }
    }

    fn called(self) -> &'static str {
        match self {
            Self::Capture => "sound input",
            Self::Playback => "sound output",
        }
    }
}

/// The system itself, as an object with properties.
pub(super) const SYSTEM: AudioObjectID = kAudioObjectSystemObject as AudioObjectID;
const GLOBAL: AudioObjectPropertyScope = kAudioObjectPropertyScopeGlobal;

/// The devices of a direction.
#[must_use]
pub fn listed(direction: Direction) -> Vec<Listed> {
    let default = number::<AudioObjectID>(SYSTEM, direction.default_selector(), GLOBAL).unwrap_or(0);
    let devices = numbers::<AudioObjectID>(SYSTEM, kAudioHardwarePropertyDevices, GLOBAL).unwrap_or_default();
    let one = |device: AudioObjectID| {
        let channels = channels(device, direction);
        let rate = number::<f64>(device, kAudioDevicePropertyNominalSampleRate, GLOBAL).unwrap_or(0.0);
        (channels > 0).then(|| Listed {
            name: string(device, kAudioDevicePropertyDeviceUID).unwrap_or_default(),
            label: string(device, kAudioObjectPropertyName).unwrap_or_default(),
            is_default: device == default,
            formats: vec![format!("{channels} channels at {rate} Hz")],
        })
    };
    devices.into_iter().filter_map(one).collect()
}

/// Samples a second and number of channels of a device, which is named as its node does.
///
/// # Errors
///
/// There is no such device; the text lists those that there are.
pub fn format_of(direction: Direction, wanted: &str) -> Result<(f64, u32), String> {
    let device = device_of(direction, wanted)?;
    Ok((rate_hz(device)?, channels(device, direction)))
}

/// The device of a name or an identifier; empty: the default one.
///
/// # Errors
///
/// There is none; the text lists those that there are.
pub(super) fn device_of(direction: Direction, wanted: &str) -> Result<AudioObjectID, String> {
    let listed = listed(direction);
    let found = find(&listed, wanted, direction.called())?;
    let devices = numbers::<AudioObjectID>(SYSTEM, kAudioHardwarePropertyDevices, GLOBAL)?;
    let is_it = |device: &AudioObjectID| string(*device, kAudioDevicePropertyDeviceUID).as_deref() == Ok(&found.name);
    devices
        .into_iter()
        .find(is_it)
        .ok_or_else(|| format!("{} \"{}\" was unplugged just now", direction.called(), found.label))
}

/// How many channels a device has in a direction.
pub(super) fn channels(device: AudioObjectID, direction: Direction) -> u32 {
    let (selector, scope) = (kAudioDevicePropertyStreamConfiguration, direction.scope());
    let Ok(words) = numbers::<u64>(device, selector, scope) else { return 0 };
    if words.len() * 8 < size_of::<AudioBufferList>() {
        return 0;
    }
    let list = words.as_ptr().cast::<AudioBufferList>();
    // SAFETY: the words are aligned as the list is, and the system has filled so many bytes.
    let count = unsafe { (*list).mNumberBuffers } as usize;
    let room = (words.len() * 8 - size_of::<AudioBufferList>()) / size_of::<AudioBuffer>() + 1;
    // SAFETY: there are so many buffers behind one another, as far as there is room.
    let buffers =
        unsafe { std::slice::from_raw_parts((&raw const (*list).mBuffers).cast::<AudioBuffer>(), count.min(room)) };
    buffers.iter().map(|buffer| buffer.mNumberChannels).sum()
}

/// The delays of a device in a direction.
pub(super) fn delays(device: AudioObjectID, direction: Direction) -> Delays {
    let scope = direction.scope();
    let of = |object, selector, scope| number::<u32>(object, selector, scope).unwrap_or(0);
    let streams = numbers::<AudioObjectID>(device, kAudioDevicePropertyStreams, scope).unwrap_or_default();
    Delays {
        device: of(device, kAudioDevicePropertyLatency, scope),
        safety: of(device, kAudioDevicePropertySafetyOffset, scope),
        stream: streams.first().map_or(0, |stream| of(*stream, kAudioStreamPropertyLatency, GLOBAL)),
        buffer: of(device, kAudioDevicePropertyBufferFrameSize, GLOBAL),
    }
}

/// Samples a second that a device runs at.
pub(super) fn rate_hz(device: AudioObjectID) -> Result<f64, String> {
    number(device, kAudioDevicePropertyNominalSampleRate, GLOBAL)
}

/// Fewest and most samples of a device's buffer.
pub(super) fn buffer_range(device: AudioObjectID) -> Result<(u32, u32), String> {
    let range = number::<AudioValueRange>(device, kAudioDevicePropertyBufferFrameSizeRange, GLOBAL)?;
    Ok((range.mMinimum as u32, range.mMaximum as u32))
}

/// Sets how many samples a device's buffer has for this process.
pub(super) fn set_buffer(device: AudioObjectID, samples: u32) -> Result<(), String> {
    let mut address = address(kAudioDevicePropertyBufferFrameSize, GLOBAL);
    let (at, value) = (NonNull::from(&mut address), NonNull::from(&samples).cast::<c_void>());
    // SAFETY: the property is a number of this size.
    let status = unsafe { AudioObjectSetPropertyData(device, at, 0, ptr::null(), size_of::<u32>() as u32, value) };
    check(status, "set the size of a sound device's buffer")
}

pub(super) fn address(
    selector: AudioObjectPropertySelector,
    scope: AudioObjectPropertyScope,
) -> AudioObjectPropertyAddress {
    AudioObjectPropertyAddress { mSelector: selector, mScope: scope, mElement: kAudioObjectPropertyElementMain }
}

/// What a property may be read as: every pattern of bits is one.
///
/// # Safety
///
/// That is so.
unsafe trait Plain: Copy {}

// SAFETY: a number.
unsafe impl Plain for u32 {}
// SAFETY: a number.
unsafe impl Plain for u64 {}
// SAFETY: a number.
unsafe impl Plain for usize {}
// SAFETY: a number.
unsafe impl Plain for f64 {}
// SAFETY: two numbers.
unsafe impl Plain for AudioValueRange {}

fn number<T: Plain>(
    object: AudioObjectID,
    selector: AudioObjectPropertySelector,
    scope: AudioObjectPropertyScope,
) -> Result<T, String> {
    let mut value = [MaybeUninit::zeroed()];
    read(object, selector, scope, &mut value)?;
    // SAFETY: zeroed or filled, and plain.
    Ok(unsafe { value[0].assume_init() })
}

fn numbers<T: Plain>(
    object: AudioObjectID,
    selector: AudioObjectPropertySelector,
    scope: AudioObjectPropertyScope,
) -> Result<Vec<T>, String> {
    let (mut address, mut size) = (address(selector, scope), 0);
    let at = NonNull::from(&mut address);
    // SAFETY: there is a place for the size.
    let status = unsafe { AudioObjectGetPropertyDataSize(object, at, 0, ptr::null(), NonNull::from(&mut size)) };
    check(status, "ask a sound device")?;
    let mut values = vec![MaybeUninit::zeroed(); (size as usize).div_ceil(size_of::<T>())];
    let filled = read(object, selector, scope, &mut values)?;
    // The list may have become shorter meanwhile.
    values.truncate(filled.div_ceil(size_of::<T>()));
    // SAFETY: zeroed or filled, and plain.
    Ok(values.into_iter().map(|value| unsafe { value.assume_init() }).collect())
}

fn string(object: AudioObjectID, selector: AudioObjectPropertySelector) -> Result<String, String> {
    let at = NonNull::new(number::<usize>(object, selector, GLOBAL)? as *mut CFString);
    // SAFETY: the property is the address of a string, or 0; who asks for it owns it.
    at.map(|at| unsafe { CFRetained::from_raw(at) }.to_string()).ok_or_else(|| "a sound device has no name".into())
}

/// Reads a property into the places, and gives how many bytes it has.
fn read<T: Plain>(
    object: AudioObjectID,
    selector: AudioObjectPropertySelector,
    scope: AudioObjectPropertyScope,
    into: &mut [MaybeUninit<T>],
) -> Result<usize, String> {
    let (mut address, mut size) = (address(selector, scope), size_of_val(into) as u32);
    let (at, length, place) = (NonNull::from(&mut address), NonNull::from(&mut size), NonNull::from(into).cast());
    // SAFETY: there is room for so many bytes.
    let status = unsafe { AudioObjectGetPropertyData(object, at, 0, ptr::null(), length, place) };
    check(status, "ask a sound device").map(|()| size as usize)
}
