//! ALSA, for machines without a sound server.
//!
//! A device's thread looks at its buffer about once a period: it has no other way to be woken by the stage at the same
//! time that works for every device of the library.

mod library;
mod pcm;

use std::ffi::{CStr, c_char, c_void};
use std::time::Duration;

use self::library::alsa;
use self::pcm::{Pcm, Step};
use crate::device::{Backend, Direction, Listed, Mover, Wish};
use crate::intake::Intake;
use crate::link::{Format, Link, Moment};
use crate::outlet::Outlet;
use crate::trouble::Trouble;

/// What is tried where the format that is wanted is not to be had.
const RATES: [u32; 4] = [48_000, 44_100, 96_000, 16_000];
const CHANNELS: [u32; 4] = [2, 1, 4, 8];

/// Latency of a device that is only looked at, seconds.
const LOOK: f64 = 0.05;

/// The backend.
pub(crate) struct Alsa;

impl Backend for Alsa {
    fn find(&self, direction: Direction, device: &str) -> Result<Format, Trouble> {
        self.settle(direction, device, Format { rate_hz: RATES[0], channels: CHANNELS[0] })
    }

    fn settle(&self, direction: Direction, device: &str, wanted: Format) -> Result<Format, Trouble> {
        let mut first = None;
        let rates = std::iter::once(wanted.rate_hz).chain(RATES);
        for rate_hz in rates {
            for channels in std::iter::once(wanted.channels).chain(CHANNELS) {
                let format = Format { rate_hz, channels };
                match Pcm::open(direction, device, format, LOOK) {
                    Ok(_) => return Ok(format),
                    Err(refused @ Trouble::NoFormat(_)) => drop(first.get_or_insert(refused)),
                    Err(other) => return Err(other),
                }
            }
        }
        Err(first.unwrap_or_else(|| Trouble::NoFormat("the device has no format".into())))
    }

    fn list(&self, direction: Direction) -> Result<Vec<Listed>, Trouble> {
        let format = Format::default();
        let entry = |(name, label): (String, String)| Listed {
            is_default: name == "default",
            is_monitor: false,
            name,
            label,
            format,
        };
        Ok(hints(direction)?.into_iter().map(entry).collect())
    }
}

/// The names that the library knows, each with its description.
///
/// # Errors
///
/// There is no library.
fn hints(direction: Direction) -> Result<Vec<(String, String)>, Trouble> {
    let alsa = alsa()?;
    let mut list: *mut *mut c_void = std::ptr::null_mut();
    // SAFETY: there is room for the list's address, and the word is a C string.
    if unsafe { (alsa.snd_device_name_hint)(-1, c"pcm".as_ptr(), &raw mut list) } < 0 {
        return Ok(Vec::new());
    }
    let text = |hint: *mut c_void, word: &CStr| {
        // SAFETY: the hint is one of the list, which was not freed.
        let found: *mut c_char = unsafe { (alsa.snd_device_name_get_hint)(hint, word.as_ptr()) };
        // SAFETY: the library gives a C string, which is the caller's to free.
        (!found.is_null()).then(|| unsafe {
            let text = CStr::from_ptr(found).to_string_lossy().replace('\n', ", ");
            libc::free(found.cast());
            text
        })
    };
    let other = if direction == Direction::Playback { "Input" } else { "Output" };
    let mut found = Vec::new();
    for k in 0.. {
        // SAFETY: the list ends with null, at which this ends.
        let hint = unsafe { *list.add(k) };
        if hint.is_null() {
            break;
        }
        let Some(name) = text(hint, c"NAME") else { continue };
        if text(hint, c"IOID").as_deref() != Some(other) {
            found.push((name, text(hint, c"DESC").unwrap_or_default()));
        }
    }
    // SAFETY: the list is the library's, and is not used any longer.
    unsafe { (alsa.snd_device_name_free_hint)(list) };
    Ok(found)
}

impl Mover for Alsa {
    fn play(&self, wish: &Wish, outlet: &mut Outlet, link: &Link) -> Result<(), Trouble> {
        let mut pcm = Pcm::open(Direction::Playback, &wish.device, wish.format, wish.latency)?;
        let (rate, channels) = (f64::from(wish.format.rate_hz), wish.format.channels as usize);
        link.opened(wish.format, pcm.buffer as f64, outlet.given());
        let mut samples = Vec::new();
        // Samples that the device has not taken, and whether everything was given to it.
        let (mut left, mut finishing) = (0..0, false);
        while !link.is_stopped() {
            link.want_samples();
            let room = match pcm.room()? {
                Step::Room(room) => room,
                Step::Broken => {
                    if finishing {
                        link.set_drained();
                    } else {
                        outlet.break_off();
                    }
                    pcm.buffer
                }
            };
            if left.is_empty() && !finishing {
                let (kept, urgent) = (pcm.buffer - room.min(pcm.buffer), pcm.period / 2);
                samples.resize(room * channels, 0.0);
                let mut taken = outlet.take(&mut samples, false);
                if taken == 0 && outlet.is_playing() && kept < urgent && !outlet.is_finished() {
                    samples.resize(outlet.fade() * channels, 0.0);
                    taken = outlet.take(&mut samples, true);
                }
                left = 0..taken;
                finishing = taken == 0 && outlet.is_finished();
            }
            left.start += pcm.write(&samples[left.clone()])? * channels;
            let delay = pcm.delay();
            if finishing && left.is_empty() && delay <= 0.0 {
                link.set_drained();
            }
            let position = outlet.given() as f64 - (left.len() / channels) as f64 - delay;
            link.report().moment = Some(Moment { at_ns: link.clock.now_ns(), position });
            let wait = (delay - pcm.period as f64).max(pcm.period as f64 / 2.0) / rate;
            link.bell.wait(Duration::from_secs_f64(wait.clamp(0.001, 0.1)));
        }
        Ok(())
    }

    fn record(&self, wish: &Wish, intake: &mut Intake, link: &Link) -> Result<(), Trouble> {
        let mut pcm = Pcm::open(Direction::Capture, &wish.device, wish.format, 4.0 * wish.latency)?;
        let (rate, channels) = (f64::from(wish.format.rate_hz), wish.format.channels as usize);
        link.opened(wish.format, 0.0, 0);
        pcm.start()?;
        let mut samples = Vec::new();
        while !link.is_stopped() {
            match pcm.room()? {
                // How much was lost is not told.
                Step::Broken => {
                    intake.lost(0);
                    pcm.start()?;
                }
                Step::Room(0) => {}
                Step::Room(count) => {
                    samples.resize(count.min(pcm.buffer) * channels, 0.0);
                    let read = pcm.read(&mut samples)?;
                    let now_ns = link.clock.now_ns();
                    if read > 0 {
                        intake.put(&samples[..read * channels], now_ns, Some(pcm.delay().max(0.0)));
                    }
                }
            }
            let wait = (wish.latency / 2.0).min(pcm.period as f64 / rate);
            link.bell.wait(Duration::from_secs_f64(wait.clamp(0.001, 0.1)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_is_not_there_is_named_with_those_that_are() {
        match Alsa.find(Direction::Playback, "no-such-device") {
            Err(Trouble::NoServer(text)) => assert!(text.starts_with("no ALSA: "), "{text}"),
            Err(Trouble::NoDevice { wanted, found }) => {
                assert_eq!(wanted, "no-such-device");
                assert!(found.iter().any(|name| name == "\"null\""), "{found:?}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_librarys_own_null_device_takes_any_format() {
        let wanted = Format { rate_hz: 44_100, channels: 2 };
        match Alsa.settle(Direction::Playback, "null", wanted) {
            Err(Trouble::NoServer(text)) => assert!(text.starts_with("no ALSA: "), "{text}"),
            outcome => assert_eq!(outcome, Ok(wanted)),
        }
    }
}
