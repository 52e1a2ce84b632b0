//! A speaker with a device whose clock is moved by hand.

use std::f64::consts::TAU;
use std::sync::Arc;

use rtrb::RingBuffer;

use crate::clock::manual::Manual;
use crate::device::Wish;
use crate::gain::Gain;
use crate::link::{Format, Link};
use crate::loops::Loop;
use crate::outlet::Outlet;
use crate::playback::{Block, Plan, Playback, WAKING};
use crate::simulated::{Player, Simulated};

const RATE: u32 = 48_000;
const TONE_HZ: f64 = 997.0;
const PEAK: f64 = 0.5;

/// The steepest step between two samples of the tone.
const SLOPE: f64 = PEAK * TAU * TONE_HZ / 48_000.0;

struct Bench {
    clock: Arc<Manual>,
    link: Arc<Link>,
    outlet: Outlet,
    player: Player,
    heard: Arc<Loop>,
    playback: Playback,
    now_ns: f64,
    /// When the device begins to play.
    wakes_ns: f64,
    /// Samples of the tone that were made.
    made: u64,
    out: Vec<f32>,
}

impl Bench {
    fn new(name: &str, ppm: f64, plan: Plan) -> Self {
        let clock = Manual::new();
        let link = Link::new(clock.clone(), None);
        let format = Format { rate_hz: RATE, channels: 1 };
        let (producer, consumer) = RingBuffer::new(Playback::ring_frames(plan.target, RATE));
        let outlet = Outlet::new(consumer, Arc::clone(&link), 1, RATE);
        let playback = Playback::new(producer, Arc::clone(&link), format, plan, Gain::new(0.0, false, RATE));
        let device = format!("loop:{name}");
        let wish = Wish { device: device.clone(), format, latency: plan.target, block: 0.0 };
        let simulated = Simulated { ppm, ..Simulated::default() };
        link.opened(format, 480.0, 0);
        let player = Player::new(&simulated, &wish, 0);
        let heard = Loop::named(&device).unwrap();
        Self { clock, link, outlet, player, heard, playback, now_ns: 0.0, wakes_ns: 0.0, made: 0, out: Vec::new() }
    }

    /// Moves the device to a time.
    fn pass(&mut self, now_ns: f64) {
        while self.now_ns < now_ns {
            self.now_ns = (self.now_ns + 1e6).min(now_ns);
            self.clock.set_ns(self.now_ns);
            if self.now_ns >= self.wakes_ns {
                self.player.step(self.now_ns, &mut self.outlet, &self.link);
            }
        }
    }

    fn block(&mut self, count: usize) -> Vec<f32> {
        let from = self.made;
        self.made += count as u64;
        let turns = |k| (from + k as u64) as f64 * TONE_HZ / 48_000.0;
        (0..count).map(|k| (PEAK * (turns(k).fract() * TAU).sin()) as f32).collect()
    }

    fn write(&mut self, samples: &[f32], ingress_ns: f64) {
        let block = Block { planes: &[samples], rate_hz: RATE, ingress_ns, gap: false };
        self.playback.write(&block, self.now_ns).unwrap();
    }

    /// Blocks of 10 ms from a source that keeps to the clock, for so many seconds.
    fn paced(&mut self, seconds: f64) {
        let start_ns = self.now_ns;
        for k in 0..(seconds * 100.0) as u32 {
            self.pass(start_ns + f64::from(k) * 1e7);
            let samples = self.block(480);
            assert!(self.playback.has_room(self.now_ns, self.now_ns), "it refuses what has a pace");
            self.write(&samples, self.now_ns);
            self.listen();
        }
    }

    fn lost(&self) -> u64 {
        self.playback.lost() + self.link.report().lost
    }

    fn inserted(&self) -> u64 {
        self.playback.inserted() + self.link.report().inserted
    }

    fn listen(&mut self) {
        let from = self.out.len();
        self.out.resize(from + self.heard.waiting(), 0.0);
        self.heard.take(&mut self.out[from..]);
    }

    /// The steepest step between two samples that were heard, as a share of the tone's own.
    fn steepness(&self) -> f64 {
        let step = |pair: &[f32]| f64::from((pair[1] - pair[0]).abs());
        self.out.windows(2).map(step).fold(0.0, f64::max) / SLOPE
    }
}

fn plan(limit_ppm: f64) -> Plan {
    Plan { target: 0.04, correct: true, limit_ppm, live: true }
}

#[test]
fn a_short_sound_is_heard_whole_on_a_device_that_wakes_slowly() {
    let mut bench = Bench::new("wakes", 0.0, plan(1_000.0));
    bench.wakes_ns = 1.9e9;
    bench.paced(3.0);
    bench.link.drain();
    bench.pass(bench.now_ns + 3e9);
    bench.listen();
    assert!(bench.link.is_drained());
    assert_eq!((bench.lost(), bench.inserted(), bench.link.report().xruns), (0, 0, 0));
    let begin = bench.out.iter().position(|&sample| sample != 0.0).unwrap() - 1;
    let wanted = Bench::new("wakes-twin", 0.0, plan(1_000.0)).block(144_000);
    assert_eq!(bench.out[begin..begin + 144_000], wanted);
}

#[test]
fn sound_that_goes_on_after_a_device_has_woken_comes_back_to_its_latency_by_one_skip() {
    let mut bench = Bench::new("catches-up", 0.0, plan(1_000.0));
    bench.wakes_ns = 1.5e9;
    bench.paced(3.0);
    assert_eq!(bench.lost(), 0);
    assert!(!bench.playback.leads(bench.now_ns));
    bench.paced(3.0);
    let lost = bench.lost() as f64 / 48_000.0;
    assert!((1.4..1.5).contains(&lost), "{lost}");
    assert!(bench.playback.leads(bench.now_ns));
    assert!((0.03..0.05).contains(&bench.playback.level(bench.now_ns)), "{}", bench.playback.level(bench.now_ns));
    assert_eq!((bench.inserted(), bench.link.report().xruns), (0, 0));
    assert!(bench.steepness() < 1.3, "{}", bench.steepness());
}

#[test]
fn what_waits_for_a_device_has_a_bound() {
    let mut bench = Bench::new("sleeps", 0.0, plan(1_000.0));
    bench.wakes_ns = f64::INFINITY;
    bench.paced(5.0);
    let kept = bench.playback.level(bench.now_ns);
    assert!((WAKING..WAKING + 0.07).contains(&kept), "{kept}");
    assert_eq!(bench.lost() as f64 / 48_000.0, 5.0 - kept);
}

#[test]
fn a_latency_that_is_a_little_too_high_is_resampled_away() {
    let mut bench = Bench::new("a-little", 0.0, plan(5_000.0));
    bench.wakes_ns = 0.045e9;
    bench.paced(3.0);
    let before = bench.playback.level(bench.now_ns);
    bench.paced(30.0);
    let fallen = before - bench.playback.level(bench.now_ns);
    assert!((0.005..0.015).contains(&fallen), "{fallen} of {before}");
    assert_eq!((bench.lost(), bench.inserted()), (0, 0));
    assert!(bench.steepness() < 1.01, "{}", bench.steepness());
}

#[test]
fn a_device_200_ppm_apart_is_corrected_without_a_jump_in_both_directions() {
    for (name, ppm) in [("fast", 200.0), ("slow", -200.0)] {
        let mut bench = Bench::new(name, ppm, plan(1_000.0));
        bench.paced(120.0);
        // A faster device needs more samples: they are played slower.
        let correction = bench.playback.correction_ppm();
        assert!((correction + ppm).abs() < 10.0, "{ppm}: {correction}");
        assert!((bench.playback.drift_ppm() - ppm).abs() < 1.0, "{}", bench.playback.drift_ppm());
        let report = bench.link.report();
        assert_eq!((report.xruns, report.lost, bench.out.len() > 5_000_000), (0, 0, true));
        drop(report);
        assert_eq!((bench.lost(), bench.steepness() < 1.01), (0, true), "{}", bench.steepness());
        let level = bench.playback.level(bench.now_ns);
        assert!((0.02..0.05).contains(&level), "{level}");
    }
}

#[test]
fn clocks_that_run_alike_are_left_alone_and_every_sample_is_heard_as_it_is() {
    let mut bench = Bench::new("alike", 0.0, plan(1_000.0));
    bench.paced(20.0);
    assert_eq!(bench.playback.correction_ppm(), 0.0);
    let mut twin = Bench::new("alike-twin", 0.0, plan(1_000.0));
    let wanted = twin.block(900_000);
    let begin = bench.out.iter().position(|&sample| sample != 0.0).unwrap() - 1;
    assert_eq!(bench.out[begin..begin + 900_000], wanted);
}

#[test]
fn correct_drift_false_resamples_nothing() {
    let mut bench = Bench::new("uncorrected", 200.0, Plan { correct: false, ..plan(1_000.0) });
    bench.paced(30.0);
    assert_eq!(bench.playback.correction_ppm(), 0.0);
    assert!((bench.playback.drift_ppm() - 200.0).abs() < 5.0);
}

#[test]
fn beyond_the_limit_samples_are_dropped_or_repeated_and_counted() {
    for (name, ppm) in [("far-slow", -5_000.0), ("far-fast", 5_000.0)] {
        let mut bench = Bench::new(name, ppm, plan(100.0));
        bench.paced(60.0);
        let expected = 60.0 * (ppm.abs() - 100.0) / 1e6 * 48_000.0;
        let (lost, inserted) = (bench.lost() as f64, bench.inserted() as f64);
        let (much, none) = if ppm < 0.0 { (lost, inserted) } else { (inserted, lost) };
        assert!(((expected - 2_500.0)..(expected + 2_500.0)).contains(&much), "{ppm}: {much} of {expected}");
        assert_eq!((none, bench.link.report().xruns), (0.0, 0), "{ppm}");
        // The parts of a tone that fade into each other within 96 samples.
        assert!(bench.steepness() < 1.3, "{}", bench.steepness());
    }
}

#[test]
fn sound_that_does_not_come_fades_out_and_is_gathered_anew() {
    let mut bench = Bench::new("underrun", 0.0, plan(1_000.0));
    bench.paced(2.0);
    let before = bench.playback.level(bench.now_ns);
    bench.pass(bench.now_ns + 3e8);
    assert_eq!(bench.link.report().xruns, 1, "a silence is one, however long it lasts");
    bench.paced(2.0);
    let report = bench.link.report();
    assert_eq!(report.xruns, 1);
    // All but what was kept when sound ceased, and with it the time until the target was there again.
    let silence = report.inserted as f64 / 48_000.0;
    drop(report);
    assert!((0.3 - before..0.3 - before + 0.06).contains(&silence), "{silence}, {before} were kept");
    assert!((0.02..0.05).contains(&bench.playback.level(bench.now_ns)));
    assert!(bench.steepness() < 1.3, "{}", bench.steepness());
}

#[test]
fn a_burst_after_a_silence_does_not_add_to_the_latency() {
    let mut bench = Bench::new("burst", 0.0, plan(1_000.0));
    bench.paced(2.0);
    let (before, made) = (bench.playback.level(bench.now_ns), bench.made);
    bench.pass(bench.now_ns + 2e8);
    for _ in 0..20 {
        let samples = bench.block(480);
        bench.write(&samples, bench.now_ns);
    }
    bench.paced(2.0);
    let level = bench.playback.level(bench.now_ns);
    assert!((level - before).abs() < 0.015, "{level} after {before}");
    assert!(bench.lost() > 480 * 10 && bench.lost() < bench.made - made);
}

#[test]
fn what_has_no_pace_is_taken_as_the_device_plays_it_and_nothing_is_lost_or_corrected() {
    let mut bench = Bench::new("pulled", 200.0, plan(1_000.0));
    let mut most = 0.0_f64;
    for k in 0..10_000 {
        bench.pass(f64::from(k) * 1e6);
        while bench.playback.has_room(0.0, bench.now_ns) {
            let samples = bench.block(480);
            bench.write(&samples, 0.0);
        }
        most = most.max(bench.playback.level(bench.now_ns));
    }
    assert!(most <= 0.05 + 1e-9, "the target and a block: {most}");
    bench.link.drain();
    bench.pass(bench.now_ns + 1e8);
    bench.listen();
    assert!(bench.link.is_drained());
    assert_eq!((bench.lost(), bench.inserted(), bench.link.report().xruns), (0, 0, 0));
    assert_eq!(bench.playback.correction_ppm(), 0.0);
    let begin = bench.out.iter().position(|&sample| sample != 0.0).unwrap() - 1;
    let count = bench.made as usize;
    bench.made = 0;
    let wanted = bench.block(count);
    assert_eq!(bench.out[begin..begin + count], wanted);
    assert!(bench.out[begin + count..].iter().all(|&sample| sample == 0.0));
}

#[test]
fn what_has_a_pace_is_lost_while_there_is_no_device_and_goes_on_when_it_is_back() {
    let mut bench = Bench::new("reopened", 0.0, plan(1_000.0));
    bench.paced(2.0);
    bench.link.gone("the cable".into());
    let lost = bench.lost();
    for _ in 0..50 {
        let samples = bench.block(480);
        bench.write(&samples, bench.now_ns);
        bench.now_ns += 1e7;
    }
    assert_eq!(bench.lost() - lost, 50 * 480);
    bench.outlet.begin();
    let format = Format { rate_hz: RATE, channels: 1 };
    bench.link.opened(format, 480.0, bench.outlet.given());
    let wish = Wish { device: "loop:reopened".into(), format, latency: 0.04, block: 0.0 };
    bench.player = Player::new(&Simulated::default(), &wish, bench.outlet.given());
    bench.paced(2.0);
    let report = bench.link.report();
    assert_eq!((report.opens, report.xruns), (2, 0));
    drop(report);
    assert!((0.02..0.055).contains(&bench.playback.level(bench.now_ns)), "{}", bench.playback.level(bench.now_ns));
}

#[test]
fn another_rate_of_the_audio_is_brought_to_the_streams_without_a_jump() {
    let mut bench = Bench::new("rates", 0.0, plan(1_000.0));
    bench.paced(1.0);
    let turn = |k: u32| f64::from(k) * TONE_HZ / 44_100.0;
    let start_ns = bench.now_ns;
    for k in 0..100 {
        bench.pass(start_ns + f64::from(k) * 1e7);
        let samples: Vec<f32> = (0..441).map(|i| (PEAK * (turn(k * 441 + i).fract() * TAU).sin()) as f32).collect();
        let block = Block { planes: &[&samples], rate_hz: 44_100, ingress_ns: bench.now_ns, gap: false };
        bench.playback.write(&block, bench.now_ns).unwrap();
    }
    bench.listen();
    let tail = &bench.out[bench.out.len() - 30_000..bench.out.len() - 10_000];
    let crossings = tail.windows(2).filter(|pair| pair[0] <= 0.0 && pair[1] > 0.0).count() as f64;
    assert!((crossings - TONE_HZ * 20_000.0 / 48_000.0).abs() <= 1.0, "{crossings}");
    assert!(bench.link.report().xruns <= 1);
}
