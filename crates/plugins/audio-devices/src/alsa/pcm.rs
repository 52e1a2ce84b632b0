//! An open device of ALSA: a buffer of samples of one of three formats, which is never waited for.

use std::ffi::{CString, c_int};

use super::hints;
use super::library::{Alsa, SndPcm, alsa};
use crate::device::Direction;
use crate::link::Format;
use crate::trouble::Trouble;

/// Numbers of ALSA's interface.
const PLAYBACK: c_int = 0;
const CAPTURE: c_int = 1;
const NONBLOCK: c_int = 1;
const INTERLEAVED: c_int = 3;

/// How a device stores a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Float = 14,
    Whole32 = 10,
    Whole16 = 2,
}

impl Kind {
    fn bytes(self) -> usize {
        if self == Self::Whole16 { 2 } else { 4 }
    }
}

/// What a device's buffer says.
pub(super) enum Step {
    /// Room for so many samples, or so many to be read.
    Room(usize),
    /// It ran dry, or over, and was made ready again.
    Broken,
}

/// The device.
pub(super) struct Pcm {
    alsa: &'static Alsa,
    handle: *mut SndPcm,
    kind: Kind,
    channels: usize,
    /// Samples in its buffer, and those that it moves at once.
    pub(super) buffer: usize,
    pub(super) period: usize,
    bytes: Vec<u8>,
}

impl Pcm {
    /// Opens a device; empty: the one named "default".
    ///
    /// # Errors
    ///
    /// Why it cannot be used.
    pub(super) fn open(direction: Direction, device: &str, format: Format, latency: f64) -> Result<Self, Trouble> {
        let alsa = alsa()?;
        let name = if device.is_empty() { "default" } else { device };
        let text = CString::new(name).unwrap_or_default();
        let stream = if direction == Direction::Playback { PLAYBACK } else { CAPTURE };
        let mut handle = std::ptr::null_mut();
        // SAFETY: there is room for an address, and the name is a C string.
        let answer = unsafe { (alsa.snd_pcm_open)(&raw mut handle, text.as_ptr(), stream, NONBLOCK) };
        if answer < 0 {
            return Err(refusal(alsa, answer, direction, device, name));
        }
        let channels = format.channels as usize;
        let mut pcm = Self { alsa, handle, kind: Kind::Float, channels, buffer: 0, period: 0, bytes: Vec::new() };
        pcm.set(format, latency).map_err(|answer| {
            let Format { rate_hz, channels } = format;
            let why = alsa.meaning(answer);
            Trouble::NoFormat(format!("device \"{name}\" has no {channels} channels at {rate_hz} Hz ({why})"))
        })?;
        Ok(pcm)
    }

    fn set(&mut self, format: Format, latency: f64) -> Result<(), c_int> {
        let mut answer = 0;
        for kind in [Kind::Float, Kind::Whole32, Kind::Whole16] {
            let micros = (latency * 1e6) as u32;
            let (channels, rate) = (format.channels, format.rate_hz);
            // SAFETY: the device is open.
            answer = unsafe {
                (self.alsa.snd_pcm_set_params)(self.handle, kind as c_int, INTERLEAVED, channels, rate, 1, micros)
            };
            if answer >= 0 {
                self.kind = kind;
                break;
            }
        }
        let (mut buffer, mut period) = (0, 0);
        if answer >= 0 {
            // SAFETY: the device is open, and there is room for two numbers.
            answer = unsafe { (self.alsa.snd_pcm_get_params)(self.handle, &raw mut buffer, &raw mut period) };
        }
        (self.buffer, self.period) = (buffer as usize, (period as usize).max(1));
        if answer < 0 { Err(answer) } else { Ok(()) }
    }

    /// Begins to move samples, if it does not yet.
    ///
    /// # Errors
    ///
    /// The device has gone.
    pub(super) fn start(&mut self) -> Result<(), Trouble> {
        // SAFETY: the device is open.
        self.heed(i64::from(unsafe { (self.alsa.snd_pcm_start)(self.handle) }), true).map(drop)
    }

    /// How many samples have room, or can be read.
    ///
    /// # Errors
    ///
    /// The device has gone.
    pub(super) fn room(&mut self) -> Result<Step, Trouble> {
        // SAFETY: the device is open.
        let answer = unsafe { (self.alsa.snd_pcm_avail_update)(self.handle) };
        self.heed(answer, false)
    }

    /// Samples between the program and the loudspeaker, or the microphone and the program.
    pub(super) fn delay(&self) -> f64 {
        let mut frames = 0;
        // SAFETY: the device is open, and there is room for a number.
        let answer = unsafe { (self.alsa.snd_pcm_delay)(self.handle, &raw mut frames) };
        if answer < 0 { 0.0 } else { frames as f64 }
    }

    /// Writes samples, interleaved. Returns how many of one channel it took.
    ///
    /// # Errors
    ///
    /// The device has gone.
    pub(super) fn write(&mut self, samples: &[f32]) -> Result<usize, Trouble> {
        if samples.is_empty() {
            return Ok(0);
        }
        encode(self.kind, samples, &mut self.bytes);
        let frames = (samples.len() / self.channels) as _;
        // SAFETY: the device is open, and so many samples lie there.
        let answer = unsafe { (self.alsa.snd_pcm_writei)(self.handle, self.bytes.as_ptr().cast(), frames) };
        let written = match self.heed(answer, false)? {
            Step::Room(count) => count,
            Step::Broken => 0,
        };
        if written > 0 {
            self.start()?;
        }
        Ok(written)
    }

    /// Reads samples, interleaved. Returns how many of one channel there were.
    ///
    /// # Errors
    ///
    /// The device has gone.
    pub(super) fn read(&mut self, samples: &mut [f32]) -> Result<usize, Trouble> {
        self.bytes.resize(samples.len() * self.kind.bytes(), 0);
        let frames = (samples.len() / self.channels) as _;
        // SAFETY: the device is open, and there is room for so many samples.
        let answer = unsafe { (self.alsa.snd_pcm_readi)(self.handle, self.bytes.as_mut_ptr().cast(), frames) };
        let Step::Room(count) = self.heed(answer, false)? else { return Ok(0) };
        decode(self.kind, &self.bytes, &mut samples[..count * self.channels]);
        Ok(count)
    }

    /// What an answer says: a device that ran dry is made ready again.
    fn heed(&mut self, answer: i64, starting: bool) -> Result<Step, Trouble> {
        let code = answer.min(0) as c_int;
        if answer >= 0 {
            return Ok(Step::Room(answer as usize));
        }
        // One that runs already is not started.
        if code == -libc::EAGAIN || starting && code == -libc::EBADFD {
            return Ok(Step::Room(0));
        }
        // SAFETY: the device is open.
        if unsafe { (self.alsa.snd_pcm_recover)(self.handle, code, 1) } >= 0 {
            return Ok(Step::Broken);
        }
        Err(Trouble::Gone(format!("the device says: {}", self.alsa.meaning(code))))
    }
}

impl Drop for Pcm {
    fn drop(&mut self) {
        // SAFETY: the device is open, and not used any longer.
        unsafe { (self.alsa.snd_pcm_close)(self.handle) };
    }
}

fn refusal(alsa: &Alsa, answer: c_int, direction: Direction, device: &str, name: &str) -> Trouble {
    match -answer {
        libc::EBUSY => Trouble::Busy(name.into()),
        libc::EACCES | libc::EPERM => Trouble::Denied(format!(
            "device \"{name}\" ({}); add the user to the group \"audio\"",
            alsa.meaning(answer)
        )),
        libc::ENOENT | libc::ENODEV | libc::ENXIO => {
            let found =
                hints(direction).unwrap_or_default().into_iter().map(|(name, _)| format!("\"{name}\"")).collect();
            Trouble::NoDevice { wanted: device.into(), found }
        }
        _ => Trouble::Other(format!("device \"{name}\" cannot be opened: {}", alsa.meaning(answer))),
    }
}

fn encode(kind: Kind, samples: &[f32], out: &mut Vec<u8>) {
    out.clear();
    match kind {
        Kind::Float => out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes())),
        // A conversion to a whole number keeps within its range.
        Kind::Whole32 => {
            out.extend(samples.iter().flat_map(|&sample| ((f64::from(sample) * 2_147_483_648.0) as i32).to_le_bytes()));
        }
        Kind::Whole16 => {
            out.extend(samples.iter().flat_map(|sample| ((sample * 32_768.0).round() as i16).to_le_bytes()))
        }
    }
}

fn decode(kind: Kind, bytes: &[u8], out: &mut [f32]) {
    for (place, word) in out.iter_mut().zip(bytes.chunks_exact(kind.bytes())) {
        *place = match kind {
            Kind::Float => f32::from_le_bytes([word[0], word[1], word[2], word[3]]),
            Kind::Whole32 => i32::from_le_bytes([word[0], word[1], word[2], word[3]]) as f32 / 2_147_483_648.0,
            Kind::Whole16 => f32::from(i16::from_le_bytes([word[0], word[1]])) / 32_768.0,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_back_from_each_kind_and_what_is_too_loud_is_cut() {
        let samples = [0.0, 0.5, -0.25, 1.5, -2.0];
        for (kind, wanted) in [
            (Kind::Float, [0.0, 0.5, -0.25, 1.5, -2.0]),
            (Kind::Whole32, [0.0, 0.5, -0.25, 1.0, -1.0]),
            (Kind::Whole16, [0.0, 0.5, -0.25, 32_767.0 / 32_768.0, -1.0]),
        ] {
            let (mut bytes, mut out) = (Vec::new(), [0.0; 5]);
            encode(kind, &samples, &mut bytes);
            decode(kind, &bytes, &mut out);
            assert_eq!(out, wanted, "{kind:?}");
        }
    }
}
