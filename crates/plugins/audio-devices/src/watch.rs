//! What both stages do in each call: they tell the device's news, and see whether the graph was paused.

use sluice_stage::Context;

use crate::capture::Now;
use crate::link::{Link, News};

/// Clocks that are apart by more than this since the last call were so by a pause, nanoseconds.
const PAUSE_NS: f64 = 10e6;

/// Reads of two clocks within so much time are one, nanoseconds, and how often they are tried.
const NEAR_NS: f64 = 20e3;
const READS: u32 = 4;

/// Watches the device and the clocks.
#[derive(Default)]
pub(crate) struct Watch {
    last: Option<Now>,
    /// What the thread had counted at the last call.
    seen: Counts,
    /// What it counted while the graph was paused, which is nobody's fault.
    forgiven: Counts,
}

/// What a device's thread counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) xruns: u64,
    pub(crate) lost: u64,
    pub(crate) inserted: u64,
}

impl Counts {
    fn of(link: &Link) -> Self {
        let report = link.report();
        Self { xruns: report.xruns, lost: report.lost, inserted: report.inserted }
    }

    fn less(self, other: Self) -> Self {
        Self {
            xruns: self.xruns.saturating_sub(other.xruns),
            lost: self.lost.saturating_sub(other.lost),
            inserted: self.inserted.saturating_sub(other.inserted),
        }
    }
}

impl Watch {
    /// Begins a call. Returns the times, and whether the graph was paused before it.
    pub(crate) fn begin(&mut self, context: &mut Context, link: &Link, device: &str) -> (Now, bool) {
        while let Some(news) = link.take_news() {
            match news {
                News::Gone(why) => {
                    context.warn(&format!("{} has gone, and is tried again: {why}", called(device)));
                    // Nobody may listen.
                    let _ = context.emit("unavailable", &serde_json::json!({ "reason": why }).to_string());
                }
                News::Back => {
                    context.log(&format!("{} is back", called(device)));
                    let _ = context.emit("available", "{}");
                }
                News::Moved(to) => context.log(&format!("the server has moved the stream to \"{to}\"")),
            }
        }
        let now = read_both(context, link);
        let last = self.last.replace(now).unwrap_or(now);
        let paused = (now.clock_ns - last.clock_ns) - (now.runtime_ns - last.runtime_ns) > PAUSE_NS;
        self.count(Counts::of(link), paused);
        (now, paused)
    }

    fn count(&mut self, counts: Counts, paused: bool) {
        if paused {
            let meanwhile = counts.less(self.seen);
            self.forgiven.xruns += meanwhile.xruns;
            self.forgiven.lost += meanwhile.lost;
            self.forgiven.inserted += meanwhile.inserted;
        }
        self.seen = counts;
    }

    /// What the thread has counted while the graph ran.
    pub(crate) fn counts(&self, link: &Link) -> Counts {
        Counts::of(link).less(self.forgiven)
    }
}

/// Reads both clocks at one time. A thread may be held between two reads, for longer than sound may be off: such a pair is
/// read again.
fn read_both(context: &Context, link: &Link) -> Now {
    let mut best = (f64::INFINITY, Now { clock_ns: 0.0, runtime_ns: 0.0 });
    for _ in 0..READS {
        let before_ns = link.clock.now_ns();
        let runtime_ns = context.now_ns();
        let after_ns = link.clock.now_ns();
        let took_ns = after_ns - before_ns;
        if took_ns < best.0 {
            best = (took_ns, Now { clock_ns: (before_ns + after_ns) / 2.0, runtime_ns });
        }
        if took_ns < NEAR_NS {
            break;
        }
    }
    best.1
}

fn called(device: &str) -> String {
    if device.is_empty() { "the default device".into() } else { format!("device \"{device}\"") }
}

/// How often a device was opened again.
pub(crate) fn reconnects(link: &Link) -> u64 {
    link.report().opens.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_in_a_pause_is_taken_off() {
        let mut watch = Watch::default();
        watch.count(Counts { xruns: 1, lost: 10, inserted: 5 }, false);
        watch.count(Counts { xruns: 2, lost: 500, inserted: 48_000 }, true);
        watch.count(Counts { xruns: 3, lost: 501, inserted: 48_001 }, false);
        assert_eq!(watch.seen.less(watch.forgiven), Counts { xruns: 2, lost: 11, inserted: 6 });
    }
}
