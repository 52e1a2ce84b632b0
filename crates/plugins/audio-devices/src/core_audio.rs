//! Core Audio, on macOS. The device calls on a real-time thread, where nothing waits: a ring of a few blocks lies between
//! that and the thread here, which does the rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer, RingBuffer};
use sluice_apple::mac::sound_devices::{self, format_of};
use sluice_apple::mac::sound_stream::{Client, SoundOpened, SoundState, SoundStream, SoundTime, SoundWanted};

use crate::device::{Backend, Direction, Listed, Mover, Wish};
use crate::intake::Intake;
use crate::link::{Format, Link, Moment};
use crate::outlet::Outlet;
use crate::trouble::Trouble;

/// Blocks that the ring has room for: one that the device takes, one that waits, and two to spare.
const BLOCKS: usize = 4;

/// Samples of a channel in the ring at least.
const LEAST_SAMPLES: usize = 2_048;

/// Times of blocks that wait for the thread at most.
const TIMES: usize = 64;

/// The backend.
pub(crate) struct CoreAudio;

impl Backend for CoreAudio {
    fn find(&self, direction: Direction, device: &str) -> Result<Format, Trouble> {
        let (rate_hz, channels) = format_of(side(direction), device).map_err(Trouble::Other)?;
        Ok(Format { rate_hz: rate_hz as u32, channels })
    }

    fn settle(&self, direction: Direction, device: &str, wanted: Format) -> Result<Format, Trouble> {
        // Streams have the device's rate.
        Ok(Format { rate_hz: self.find(direction, device)?.rate_hz, channels: wanted.channels })
    }

    fn list(&self, direction: Direction) -> Result<Vec<Listed>, Trouble> {
        let entry = |each: sluice_apple::listed::Listed| {
            let format = self.find(direction, &each.name).unwrap_or_default();
            Listed { name: each.name, label: each.label, is_default: each.is_default, is_monitor: false, format }
        };
        Ok(sound_devices::listed(side(direction)).into_iter().map(entry).collect())
    }
}

/// Where the device's clock was: the time of a sample, and how many came before it.
type Times = (Instant, u64);

impl Mover for CoreAudio {
    fn play(&self, wish: &Wish, outlet: &mut Outlet, link: &Link) -> Result<(), Trouble> {
        let channels = wish.format.channels as usize;
        let (mut samples, ring) = RingBuffer::new(room(wish));
        let (told, mut times) = RingBuffer::new(TIMES);
        let dry = Arc::new(AtomicU64::new(0));
        let client = Client::Playback(Box::new(player(ring, told, channels, Arc::clone(&dry))));
        let (_stream, opened, state) = open(wish, client, link)?;
        let delay_seconds = f64::from(opened.delay_samples) / opened.sample_rate_hz;
        link.opened(wish.format, f64::from(opened.delay_samples), outlet.given());
        let mut block = vec![0.0; channels * LEAST_SAMPLES / BLOCKS];
        let (mut seen_dry, mut seen_overloads, mut drained_at) = (0, 0, None);
        while !link.is_stopped() && !is_over(&state)? {
            link.want_samples();
            while samples.slots() >= block.len() {
                let taken = outlet.take(&mut block, false);
                for sample in &block[..taken] {
                    // There is room.
                    _ = samples.push(*sample);
                }
                if taken < block.len() {
                    break;
                }
            }
            let now_dry = dry.load(Ordering::Relaxed);
            if now_dry > seen_dry && outlet.is_playing() && !outlet.is_finished() {
                outlet.ran_dry();
            }
            seen_dry = now_dry;
            seen_overloads = overloads(&state, seen_overloads, link);
            while let Ok((at, position)) = times.pop() {
                let at_ns = clock_ns(link, at) + delay_seconds * 1e9;
                link.report().moment = Some(Moment { at_ns, position: position as f64 });
            }
            if outlet.is_finished() && samples.slots() == samples.buffer().capacity() {
                let due = *drained_at.get_or_insert_with(|| Instant::now() + Duration::from_secs_f64(delay_seconds));
                if Instant::now() >= due {
                    link.set_drained();
                }
            }
            link.bell.wait(pause(wish));
        }
        Ok(())
    }

    fn record(&self, wish: &Wish, intake: &mut Intake, link: &Link) -> Result<(), Trouble> {
        let channels = wish.format.channels as usize;
        let (ring, mut samples) = RingBuffer::new(room(wish));
        let (told, mut times) = RingBuffer::new(TIMES);
        let lost = Arc::new(AtomicU64::new(0));
        let client = Client::Capture(Box::new(taker(ring, told, channels, Arc::clone(&lost))));
        let (_stream, opened, state) = open(wish, client, link)?;
        let delay_ns = f64::from(opened.delay_samples) / opened.sample_rate_hz * 1e9;
        link.opened(wish.format, 0.0, 0);
        let (mut block, mut seen_lost, mut seen_overloads) = (Vec::new(), 0, 0);
        while !link.is_stopped() && !is_over(&state)? {
            while let Ok((at, count)) = times.pop() {
                block.clear();
                block.extend(std::iter::from_fn(|| samples.pop().ok()).take(count as usize * channels));
                // The device had all of the block when its last sample was there.
                let lasts_ns = count as f64 / opened.sample_rate_hz * 1e9;
                intake.put(&block, clock_ns(link, at) - delay_ns + lasts_ns, Some(0.0));
            }
            let now_lost = lost.load(Ordering::Relaxed);
            if now_lost > seen_lost {
                intake.lost(now_lost - seen_lost);
            }
            seen_lost = now_lost;
            seen_overloads = overloads(&state, seen_overloads, link);
            link.bell.wait(pause(wish));
        }
        Ok(())
    }
}

/// What the device calls for sound: it takes what is there, and counts the samples that are not.
fn player(
    mut ring: Consumer<f32>,
    mut told: Producer<Times>,
    channels: usize,
    dry: Arc<AtomicU64>,
) -> impl FnMut(&mut [f32], SoundTime) + Send {
    let mut taken = 0_u64;
    move |block, time| {
        // A time that finds no room is one of many.
        _ = told.push((time.at, taken));
        let count = block.len().min(ring.slots() / channels * channels);
        for place in &mut block[..count] {
            *place = ring.pop().unwrap_or(0.0);
        }
        taken += (count / channels) as u64;
        dry.fetch_add(((block.len() - count) / channels) as u64, Ordering::Relaxed);
    }
}

/// What the device calls with sound: a block that finds no room is lost as a whole, and counted.
fn taker(
    mut ring: Producer<f32>,
    mut told: Producer<Times>,
    channels: usize,
    lost: Arc<AtomicU64>,
) -> impl FnMut(&[f32], SoundTime) + Send {
    move |block, time| {
        let count = (block.len() / channels) as u64;
        if ring.slots() < block.len() || told.is_full() {
            lost.fetch_add(count, Ordering::Relaxed);
            return;
        }
        for sample in block {
            _ = ring.push(*sample);
        }
        _ = told.push((time.at, count));
    }
}

fn open(wish: &Wish, client: Client, link: &Link) -> Result<(SoundStream, SoundOpened, Arc<SoundState>), Trouble> {
    let Wish { device, format, latency, .. } = wish;
    let wanted = SoundWanted { device: device.clone(), channels: format.channels, latency: *latency };
    let opened = SoundStream::open(&wanted, client, || link.is_stopped()).map_err(Trouble::Other)?;
    if opened.1.sample_rate_hz.round() as u32 != format.rate_hz {
        let found = opened.1.sample_rate_hz;
        return Err(Trouble::NoFormat(format!(
            "the device has changed to {found} Hz, and {} is wanted",
            format.rate_hz
        )));
    }
    Ok(opened)
}

/// Whether the device is to be opened anew: that is an error, after which the thread tries again.
fn is_over(state: &SoundState) -> Result<bool, Trouble> {
    if state.is_over.load(Ordering::Acquire) {
        return Err(Trouble::Gone("the device was unplugged, or another one has become the default".into()));
    }
    Ok(false)
}

/// Counts what the device had to go on without.
fn overloads(state: &SoundState, seen: u64, link: &Link) -> u64 {
    let now = state.overloads.load(Ordering::Relaxed);
    if now > seen {
        link.report().xruns += now - seen;
    }
    now
}

/// Samples of all channels that the ring has room for.
fn room(wish: &Wish) -> usize {
    let Format { rate_hz, channels } = wish.format;
    ((f64::from(rate_hz) * wish.latency) as usize).max(LEAST_SAMPLES) * channels as usize
}

/// How long the thread waits between two looks.
fn pause(wish: &Wish) -> Duration {
    Duration::from_secs_f64((wish.latency / 4.0).clamp(0.001, 0.02))
}

fn clock_ns(link: &Link, at: Instant) -> f64 {
    let now = Instant::now();
    let ahead =
        at.saturating_duration_since(now).as_nanos() as f64 - now.saturating_duration_since(at).as_nanos() as f64;
    link.clock.now_ns() + ahead
}

fn side(direction: Direction) -> sound_devices::Direction {
    match direction {
        Direction::Capture => sound_devices::Direction::Capture,
        Direction::Playback => sound_devices::Direction::Playback,
    }
}
