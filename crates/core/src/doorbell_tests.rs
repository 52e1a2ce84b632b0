use super::*;
use crate::parker::Parker;
use std::sync::Arc;

struct Words {
    bell: AtomicU32,
    sleeping: AtomicU32,
    summary: [AtomicU32; 4],
    inbox: [AtomicU32; 128],
}

impl Words {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            bell: AtomicU32::new(0),
            sleeping: AtomicU32::new(0),
            summary: [const { AtomicU32::new(0) }; 4],
            inbox: [const { AtomicU32::new(0) }; 128],
        })
    }

    fn doorbell(&self) -> Doorbell<'_> {
        Doorbell { bell: &self.bell, sleeping: &self.sleeping, summary: &self.summary, inbox: &self.inbox }
    }
}

fn drained(words: &Words) -> Vec<u32> {
    let mut bits = Vec::new();
    words.doorbell().drain(|bit| bits.push(bit));
    bits
}

#[test]
fn drain_gives_each_bit_that_was_signalled_once() {
    let words = Words::new();
    for bit in [4095, 0, 31, 32, 1024, 31, 4096, u32::MAX] {
        words.doorbell().signal(bit, &Parker::default());
    }
    assert_eq!(drained(&words), [0, 31, 32, 1024, 4095]);
    assert_eq!(drained(&words), []);
}

#[test]
fn signal_rings_no_bell_while_the_lane_is_awake() {
    let words = Words::new();
    words.doorbell().signal(7, &Parker::default());
    assert_eq!(words.bell.load(Ordering::SeqCst), 0);
}

#[test]
fn park_returns_at_once_when_called_before() {
    let words = Words::new();
    words.doorbell().ring(&Parker::default());
    words.doorbell().park(0, Duration::from_secs(60), &Parker::default());
    words.doorbell().signal(9, &Parker::default());
    words.doorbell().park(1, Duration::from_secs(60), &Parker::default());
    assert_eq!(words.sleeping.load(Ordering::SeqCst), 0);
}

#[test]
fn park_ends_when_the_time_is_over() {
    let words = Words::new();
    words.doorbell().park(0, Duration::from_millis(1), &Parker::default());
    words.doorbell().park(0, Duration::ZERO, &Parker::default());
    assert_eq!(words.sleeping.load(Ordering::SeqCst), 0);
}

#[test]
fn no_signal_to_a_parking_lane_is_lost() {
    let words = Words::new();
    const ROUNDS: u32 = 5_000;
    let lane = {
        let words = Arc::clone(&words);
        std::thread::spawn(move || {
            let mut seen = 0;
            while seen < ROUNDS {
                let bell = words.bell.load(Ordering::SeqCst);
                words.doorbell().drain(|bit| {
                    assert_eq!(bit, seen % 4096);
                    seen += 1;
                });
                // Without time-out worth the name: a lost signal hangs the test.
                words.doorbell().park(
                    bell,
                    Duration::from_secs(if seen < ROUNDS { 600 } else { 0 }),
                    &Parker::default(),
                );
            }
        })
    };
    for round in 0..ROUNDS {
        words.doorbell().signal(round % 4096, &Parker::default());
        while words.inbox[(round % 4096 / 32) as usize].load(Ordering::SeqCst) != 0 {
            std::hint::spin_loop();
            std::thread::yield_now();
        }
    }
    lane.join().unwrap();
}
