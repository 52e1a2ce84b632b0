//! `native-source`: numbered blocks of audio (see `blocks`).

use crate::clock;
use crate::lane::context::StageContext;
use crate::lane::settings::Settings;
use crate::lane::stage::{Cadence, Fault, Stage, StageType, numbers_of, put_numbers};
use crate::lane::waker::Bell;

use super::blocks;

/// Blocks of one tick at most.
const BLOCKS_PER_TICK: u32 = 64;

pub(super) const TYPE: StageType = StageType {
    name: "native-source",
    inputs: 0,
    outputs: 1,
    burst: 1,
    cadence: Cadence::Loop,
    figures: &["sent"],
    create: &create,
};

struct Source {
    count: f64,
    block_size: u32,
    sample_rate_hz: u32,
    channels: u32,
    /// Keeps to the clock in live graphs.
    paced: bool,
    sent: f64,
    /// When the first block was due, or would have been: one that goes on from another begins at once.
    start_ns: Option<f64>,
}

fn create(settings: &Settings, _bell: &Bell) -> Result<Box<dyn Stage>, String> {
    Ok(Box::new(Source {
        count: settings.whole("count", 0.0, 0.0, 4_294_967_296.0)?,
        block_size: settings.whole("blockSize", 1024.0, 2.0, 1_048_576.0)? as u32,
        sample_rate_hz: settings.whole("sampleRateHz", 48_000.0, 1.0, 4_294_967_295.0)? as u32,
        channels: settings.whole("channels", 1.0, 1.0, 64.0)? as u32,
        paced: settings.get("paced", 0.0) != 0.0,
        sent: 0.0,
        start_ns: None,
    }))
}

impl Source {
    /// Media time of a block.
    fn time_ns(&self, number: f64) -> f64 {
        clock::whole_ns(number * f64::from(self.block_size) * 1e9 / f64::from(self.sample_rate_hz))
    }

    fn is_done(&self) -> bool {
        self.count > 0.0 && self.sent >= self.count
    }
}

impl Stage for Source {
    fn process(&mut self, context: &mut StageContext<'_>) -> Result<(), Fault> {
        let paced = self.paced && context.is_live();
        let start_ns =
            if paced { *self.start_ns.get_or_insert(context.now_ns() - self.time_ns(self.sent)) } else { 0.0 };
        for _ in 0..BLOCKS_PER_TICK {
            if self.is_done() || !context.may_write() {
                break;
            }
            let time_ns = self.time_ns(self.sent);
            if paced && start_ns + time_ns > context.now_ns() {
                context.wait_until_ns(start_ns + time_ns);
                break;
            }
            let frame = context.acquire_audio(0, self.sample_rate_hz, self.channels, self.block_size);
            let frame = frame.ok_or_else(|| {
                Fault(format!(
                    "a block of {} channels and {} samples does not fit a slot of the audio pool; use smaller blocks, \
                     or raise pools.audio.slotBytes",
                    self.channels, self.block_size
                ))
            })?;
            for channel in 0..self.channels {
                if let Some(samples) = context.channel_mut(frame, channel) {
                    blocks::fill(samples, channel, self.sent);
                }
            }
            context.set_pts_ns(frame, time_ns);
            if !context.write(0, frame) {
                return Err(Fault("its output refused a block although it had room".into()));
            }
            self.sent += 1.0;
        }
        let total_ns = if self.count > 0.0 { self.time_ns(self.count) } else { f64::INFINITY };
        context.progress(self.time_ns(self.sent), total_ns);
        if self.is_done() {
            context.finish();
        }
        Ok(())
    }

    fn snapshot(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        put_numbers(out, &[self.sent]);
        Ok(())
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        self.sent = numbers_of(state).map_or(0.0, |[sent]| sent);
        Ok(())
    }

    fn figures(&mut self, out: &mut Vec<f64>) -> Result<(), String> {
        out.push(self.sent);
        Ok(())
    }
}
