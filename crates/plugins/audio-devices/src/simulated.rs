//! A device of our own, which stands in where there is none: its clock runs as fast or as slow as it is told, it hears a
//! tone, and what it plays can be heard by a microphone of the same loop.
//!
//! It moves samples period by period, as devices do. The steps take the time from outside, so that tests need not wait.

use std::f64::consts::TAU;
use std::sync::Arc;
use std::time::Duration;

use crate::bell::LONGEST_WAIT;
use crate::device::{Backend, Direction, Listed, Mover, Wish};
use crate::intake::Intake;
use crate::link::{Format, Link, Moment};
use crate::loops::{Loop, PREFIX};
use crate::outlet::Outlet;
use crate::trouble::Trouble;

/// How the device is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simulated {
    /// Millionths by which its clock is fast.
    pub ppm: f64,
    /// What its microphone hears.
    pub tone_hz: f64,
    /// Peak of that.
    pub amplitude: f64,
    /// The format that it has of its own.
    pub format: Format,
    /// Seconds that it moves at once.
    pub period: f64,
}

impl Default for Simulated {
    fn default() -> Self {
        let format = Format { rate_hz: 48_000, channels: 2 };
        Self { ppm: 0.0, tone_hz: 440.0, amplitude: 0.5, format, period: 0.005 }
    }
}

/// How long a microphone waits for the speaker of its loop, seconds.
const PATIENCE: f64 = 0.3;

/// A clock that counts samples, from when it was first asked.
struct Counter {
    rate: f64,
    period: u64,
    start_ns: Option<f64>,
    /// Samples that were moved.
    moved: u64,
}

impl Counter {
    fn new(simulated: &Simulated, format: Format) -> Self {
        let rate = f64::from(format.rate_hz) * (1.0 + simulated.ppm / 1e6);
        let period = (f64::from(format.rate_hz) * simulated.period).max(1.0) as u64;
        Self { rate, period, start_ns: None, moved: 0 }
    }

    /// Where the device is.
    fn position(&mut self, now_ns: f64) -> f64 {
        (now_ns - *self.start_ns.get_or_insert(now_ns)) / 1e9 * self.rate
    }

    /// Until when it waits for its next period, with `ahead` of them moved already.
    fn next_ns(&self, now_ns: f64, ahead: u64) -> f64 {
        let next = (self.moved + self.period - ahead * self.period) as f64;
        self.start_ns.unwrap_or(now_ns) + next / self.rate * 1e9
    }
}

/// Plays.
pub(crate) struct Player {
    counter: Counter,
    buffer: Vec<f32>,
    to: Option<Arc<Loop>>,
    /// What the outlet had given when this stream began.
    base: u64,
}

impl Player {
    pub(crate) fn new(simulated: &Simulated, wish: &Wish, base: u64) -> Self {
        let counter = Counter::new(simulated, wish.format);
        let buffer = vec![0.0; counter.period as usize * wish.format.channels as usize];
        let to = Loop::named(&wish.device);
        if let Some(to) = &to {
            to.play(true);
        }
        Self { counter, buffer, to, base }
    }

    /// Moves the periods that are due. Returns when the next one is.
    pub(crate) fn step(&mut self, now_ns: f64, outlet: &mut Outlet, link: &Link) -> f64 {
        let position = self.counter.position(now_ns);
        while self.counter.moved as f64 <= position {
            if outlet.is_finished() {
                link.set_drained();
            }
            outlet.take(&mut self.buffer, true);
            self.counter.moved += self.counter.period;
            if let Some(to) = &self.to {
                to.put(&self.buffer);
            }
        }
        link.report().moment = Some(Moment { at_ns: now_ns, position: self.base as f64 + position });
        self.counter.next_ns(now_ns, 1)
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        if let Some(to) = &self.to {
            to.play(false);
        }
    }
}

/// Records.
pub(crate) struct Recorder {
    counter: Counter,
    buffer: Vec<f32>,
    from: Option<Arc<Loop>>,
    channels: usize,
    step: f64,
    amplitude: f64,
}

impl Recorder {
    pub(crate) fn new(simulated: &Simulated, wish: &Wish) -> Self {
        let counter = Counter::new(simulated, wish.format);
        let channels = wish.format.channels as usize;
        let buffer = vec![0.0; counter.period as usize * channels];
        let step = simulated.tone_hz / f64::from(wish.format.rate_hz);
        let from = Loop::named(&wish.device);
        if let Some(from) = &from {
            from.clear();
        }
        Self { counter, buffer, from, channels, step, amplitude: simulated.amplitude }
    }

    /// Moves the periods that are due. Returns when the next one is.
    pub(crate) fn step(&mut self, now_ns: f64, intake: &mut Intake) -> f64 {
        let position = self.counter.position(now_ns);
        while (self.counter.moved + self.counter.period) as f64 <= position {
            // A thread of the process that is late is no silence, unless it is too late.
            let patience = position - (self.counter.moved as f64) < PATIENCE * self.counter.rate;
            if patience && self.from.as_ref().is_some_and(|from| from.is_late(self.buffer.len())) {
                break;
            }
            match &self.from {
                Some(from) => from.take(&mut self.buffer),
                None => {
                    for (k, frame) in self.buffer.chunks_exact_mut(self.channels).enumerate() {
                        let turns = (self.counter.moved + k as u64) as f64 * self.step;
                        frame.fill((self.amplitude * (turns.fract() * TAU).sin()) as f32);
                    }
                }
            }
            self.counter.moved += self.counter.period;
            intake.put(&self.buffer, now_ns, Some(position - self.counter.moved as f64));
        }
        self.counter.next_ns(now_ns, 0)
    }
}

impl Backend for Simulated {
    fn find(&self, _direction: Direction, device: &str) -> Result<Format, Trouble> {
        if ["", "simulated"].contains(&device) || device.len() > PREFIX.len() && device.starts_with(PREFIX) {
            return Ok(self.format);
        }
        Err(Trouble::NoDevice { wanted: device.into(), found: vec!["simulated".into(), format!("{PREFIX}NAME")] })
    }

    fn list(&self, _direction: Direction) -> Result<Vec<Listed>, Trouble> {
        Ok(vec![Listed {
            name: "simulated".into(),
            label: "a device that stands in where there is none".into(),
            is_default: false,
            is_monitor: false,
            format: self.format,
        }])
    }
}

impl Mover for Simulated {
    fn play(&self, wish: &Wish, outlet: &mut Outlet, link: &Link) -> Result<(), Trouble> {
        let mut player = Player::new(self, wish, outlet.given());
        link.opened(wish.format, 2.0 * self.period * f64::from(wish.format.rate_hz), outlet.given());
        while !link.is_stopped() {
            let next_ns = player.step(link.clock.now_ns(), outlet, link);
            sleep_until(link, next_ns);
        }
        Ok(())
    }

    fn record(&self, wish: &Wish, intake: &mut Intake, link: &Link) -> Result<(), Trouble> {
        let mut recorder = Recorder::new(self, wish);
        link.opened(wish.format, 0.0, 0);
        while !link.is_stopped() {
            let next_ns = recorder.step(link.clock.now_ns(), intake);
            sleep_until(link, next_ns);
        }
        Ok(())
    }
}

fn sleep_until(link: &Link, time_ns: f64) {
    let left_ns = (time_ns - link.clock.now_ns()).max(0.0);
    link.bell.wait(LONGEST_WAIT.min(Duration::from_nanos(left_ns as u64)));
}
