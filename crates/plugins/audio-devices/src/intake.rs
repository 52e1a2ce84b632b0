//! The thread's end of a microphone's ring.

use std::sync::Arc;

use rtrb::Producer;

use crate::link::{Link, Moment};

/// The thread's end of the ring, of interleaved samples.
pub(crate) struct Intake {
    ring: Producer<f32>,
    link: Arc<Link>,
    channels: usize,
    /// Samples that found room since the thread began, of one channel.
    captured: u64,
}

impl Intake {
    pub(crate) fn new(ring: Producer<f32>, link: Arc<Link>, channels: usize) -> Self {
        Self { ring, link, channels: channels.max(1), captured: 0 }
    }

    /// Takes what was captured, interleaved: at `at_ns` the device was `ahead` samples further, if that is known yet. What finds no room is
    /// lost, and counted.
    pub(crate) fn put(&mut self, samples: &[f32], at_ns: f64, ahead: Option<f64>) {
        let count = samples.len() / self.channels;
        let room = (self.ring.slots() / self.channels).min(count);
        if let Ok(mut chunk) = self.ring.write_chunk(room * self.channels) {
            let (first, second) = chunk.as_mut_slices();
            let split = first.len();
            first.copy_from_slice(&samples[..split]);
            second.copy_from_slice(&samples[split..room * self.channels]);
            chunk.commit_all();
        }
        self.captured += room as u64;
        let mut report = self.link.report();
        if room < count {
            report.lost += (count - room) as u64;
            report.xruns += 1;
            report.breaks += 1;
        }
        if let Some(ahead) = ahead {
            report.moment = Some(Moment { at_ns, position: self.captured as f64 + ahead });
        }
        drop(report);
        self.link.wake_stage();
    }

    /// The device itself has lost samples, as far as is known how many.
    pub(crate) fn lost(&mut self, count: u64) {
        let mut report = self.link.report();
        report.lost += count;
        report.xruns += 1;
        report.breaks += 1;
    }
}
