//! `native-sink`: takes numbered blocks and counts what is wrong with them.

use crate::lane::context::StageContext;
use crate::lane::settings::Settings;
use crate::lane::stage::{Cadence, Fault, Stage, StageType, numbers_of, put_numbers};
use crate::lane::waker::Bell;

use super::blocks;

pub(super) const TYPE: StageType = StageType {
    name: "native-sink",
    inputs: 1,
    outputs: 0,
    burst: 1,
    cadence: Cadence::Push,
    figures: &["received", "corrupt", "disordered", "missing", "unflagged", "falselyFlagged", "last"],
    create: &create,
};

struct Sink {
    /// Compare samples, not only numbers.
    check_samples: bool,
    /// Blocks to take before it ends; 0: no end.
    count: f64,
    /// Blocks taken in one tick; 0: all.
    per_tick: u32,
    received: f64,
    /// Blocks whose samples do not belong to their number.
    corrupt: f64,
    /// Blocks that came after one with a higher number, or twice.
    disordered: f64,
    /// Numbers left out.
    missing: f64,
    /// Gaps in the numbers that the frame after them did not announce.
    unflagged: f64,
    /// Announced gaps that were none.
    falsely_flagged: f64,
    last: f64,
}

fn create(settings: &Settings, _bell: &Bell) -> Result<Box<dyn Stage>, String> {
    Ok(Box::new(Sink {
        check_samples: settings.get("checkSamples", 1.0) != 0.0,
        count: settings.whole("count", 0.0, 0.0, 4_294_967_296.0)?,
        per_tick: settings.whole("perTick", 0.0, 0.0, 64.0)? as u32,
        received: 0.0,
        corrupt: 0.0,
        disordered: 0.0,
        missing: 0.0,
        unflagged: 0.0,
        falsely_flagged: 0.0,
        last: -1.0,
    }))
}

impl Stage for Sink {
    fn process(&mut self, context: &mut StageContext<'_>) -> Result<(), Fault> {
        let mut reads = 0;
        while let Some(frame) = context.read(0) {
            let view = context.view(frame).ok_or_else(|| Fault("a frame was not audio".into()))?;
            let number = match self.check_samples {
                true => context.channel(frame, 0).and_then(blocks::number),
                false => Some(view.sequence),
            };
            self.received += 1.0;
            match number {
                Some(number) => {
                    let whole = !self.check_samples
                        || (0..view.channels).all(|channel| {
                            context
                                .channel(frame, channel)
                                .is_some_and(|samples| blocks::is_whole(samples, channel, number))
                        });
                    if !whole {
                        self.corrupt += 1.0;
                    }
                    self.count(number, view.discontinuity);
                }
                None => self.corrupt += 1.0,
            }
            context.release(frame);
            reads += 1;
            if self.received == self.count {
                context.finish();
                break;
            }
            if reads == self.per_tick {
                break;
            }
        }
        Ok(())
    }

    fn snapshot(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        put_numbers(out, &self.findings());
        Ok(())
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        if let Some([received, corrupt, disordered, missing, unflagged, falsely_flagged, last]) = numbers_of(state) {
            (self.received, self.corrupt, self.disordered, self.missing) = (received, corrupt, disordered, missing);
            (self.unflagged, self.falsely_flagged, self.last) = (unflagged, falsely_flagged, last);
        }
        Ok(())
    }

    fn figures(&mut self, out: &mut Vec<f64>) -> Result<(), String> {
        out.extend(self.findings());
        Ok(())
    }
}

impl Sink {
    fn findings(&self) -> [f64; 7] {
        let &Self { received, corrupt, disordered, missing, unflagged, falsely_flagged, last, .. } = self;
        [received, corrupt, disordered, missing, unflagged, falsely_flagged, last]
    }

    fn count(&mut self, number: f64, flagged: bool) {
        let gap = number > self.last + 1.0;
        if number <= self.last {
            self.disordered += 1.0;
        } else {
            self.missing += number - self.last - 1.0;
        }
        if gap && !flagged {
            self.unflagged += 1.0;
        }
        if !gap && flagged {
            self.falsely_flagged += 1.0;
        }
        self.last = self.last.max(number);
    }
}
