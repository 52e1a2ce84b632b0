//! A microphone with a device whose clock is moved by hand.

use std::f64::consts::TAU;
use std::sync::Arc;

use rtrb::RingBuffer;

use crate::capture::{Capture, Now};
use crate::clock::manual::Manual;
use crate::device::Wish;
use crate::intake::Intake;
use crate::link::{Format, Link};
use crate::simulated::{Recorder, Simulated};

const FORMAT: Format = Format { rate_hz: 48_000, channels: 1 };

struct Bench {
    link: Arc<Link>,
    clock: Arc<Manual>,
    intake: Intake,
    recorder: Recorder,
    capture: Capture,
    now_ns: f64,
    out: Vec<f32>,
    /// The time of each block, and whether there was a gap before it.
    blocks: Vec<(f64, bool)>,
}

impl Bench {
    fn new(ppm: f64, correct: bool) -> Self {
        let clock = Manual::new();
        let link = Link::new(clock.clone(), None);
        let (producer, consumer) = RingBuffer::new(24_000);
        let intake = Intake::new(producer, Arc::clone(&link), 1);
        let wish = Wish { device: String::new(), format: FORMAT, latency: 0.02, block: 0.01 };
        let recorder = Recorder::new(&Simulated { ppm, ..Simulated::default() }, &wish);
        link.opened(FORMAT, 0.0, 0);
        let capture = Capture::new(consumer, Arc::clone(&link), FORMAT, correct, 1_000.0);
        Self { link, clock, intake, recorder, capture, now_ns: 0.0, out: Vec::new(), blocks: Vec::new() }
    }

    /// Lets time pass, in which blocks of 480 samples are taken, if the graph runs.
    fn pass(&mut self, seconds: f64, running: bool) {
        let until_ns = self.now_ns + seconds * 1e9;
        while self.now_ns < until_ns {
            self.now_ns += 1e6;
            self.clock.set_ns(self.now_ns);
            self.recorder.step(self.now_ns, &mut self.intake);
            // The runtime's epoch is another one.
            let now = Now { clock_ns: self.now_ns, runtime_ns: self.now_ns + 5e9 };
            while let Some(block) = if running { self.capture.next(480, now).unwrap() } else { None } {
                self.blocks.push(block);
                self.out.extend(self.capture.block(480));
                self.capture.give(480, now);
            }
        }
    }

    fn lost(&self) -> u64 {
        self.capture.lost() + self.link.report().lost
    }

    fn steepness(&self) -> f64 {
        let step = |pair: &[f32]| f64::from((pair[1] - pair[0]).abs());
        self.out.windows(2).map(step).fold(0.0, f64::max) / (0.5 * TAU * 440.0 / 48_000.0)
    }
}

#[test]
fn times_follow_the_runtimes_clock_though_the_device_is_200_ppm_apart() {
    for ppm in [200.0, -200.0] {
        let mut bench = Bench::new(ppm, true);
        bench.pass(120.0, true);
        // A faster device gives more samples: fewer are made of them.
        let correction = bench.capture.correction_ppm();
        assert!((correction - ppm).abs() < 10.0, "{ppm}: {correction}");
        assert!((bench.capture.drift_ppm() - ppm).abs() < 1.0);
        assert!(bench.steepness() < 1.01, "{}", bench.steepness());
        assert!(bench.blocks.iter().all(|&(_, gap)| !gap));
        let even = |pair: &[(f64, bool)]| (pair[1].0 - pair[0].0 - 1e7).abs() < 1.0;
        assert!(bench.blocks.windows(2).all(even), "blocks follow each other without a hole");
        // The last block ended when its last sample was captured.
        let end_ns = bench.blocks.last().unwrap().0 + 1e7 - 5e9;
        assert!((bench.now_ns - end_ns).abs() < 2e7, "{end_ns} of {}", bench.now_ns);
        assert_eq!((bench.lost(), bench.link.report().xruns), (0, 0));
    }
}

#[test]
fn without_a_correction_samples_are_as_they_were_captured_and_times_count_them() {
    let mut bench = Bench::new(300.0, false);
    bench.pass(30.0, true);
    for (k, &sample) in bench.out.iter().enumerate() {
        let wanted = 0.5 * ((k as f64 * 440.0 / 48_000.0).fract() * TAU).sin();
        assert_eq!(sample, wanted as f32, "{k}");
    }
    assert_eq!(bench.capture.correction_ppm(), 0.0);
}

#[test]
fn what_finds_no_room_is_counted_and_the_next_block_is_marked() {
    let mut bench = Bench::new(0.0, true);
    bench.pass(2.0, true);
    bench.pass(1.0, false);
    let blocks = bench.blocks.len();
    bench.pass(1.0, true);
    assert!(bench.blocks[blocks].1 && !bench.blocks[blocks + 1].1);
    let taken = bench.capture.frames();
    let left = bench.lost() + taken;
    assert!((192_000 - left as i64).abs() < 960, "{taken} taken, {} lost", bench.lost());
    // Its time is that at which it was captured.
    let age_ms = (bench.now_ns + 5e9 - bench.blocks.last().unwrap().0) / 1e6;
    assert!((0.0..30.0).contains(&age_ms), "{age_ms}");
}

#[test]
fn a_device_that_is_back_begins_anew_with_a_mark() {
    let mut bench = Bench::new(0.0, true);
    bench.pass(1.0, true);
    bench.link.gone("the cable".into());
    bench.now_ns += 3e9;
    bench.clock.set_ns(bench.now_ns);
    let wish = Wish { device: String::new(), format: FORMAT, latency: 0.02, block: 0.01 };
    bench.recorder = Recorder::new(&Simulated::default(), &wish);
    bench.link.opened(FORMAT, 0.0, 0);
    let blocks = bench.blocks.len();
    bench.pass(1.0, true);
    assert!(bench.blocks[blocks].1);
    let age_ms = (bench.now_ns + 5e9 - bench.blocks.last().unwrap().0) / 1e6;
    assert!((0.0..30.0).contains(&age_ms), "{age_ms}");
}
