//! The stage where there are windows: it chooses which picture is shown when.

use std::ffi::CString;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sluice_stage::abi::SLUICE_DISCONTINUITY;
use sluice_stage::{Context, Frame, Next, Sense};

use super::mailbox::{Mailbox, News};
use super::paint::Painter;
use super::timing::{Fate, Pair, Timing, Waiting, due_by};
use super::window_thread::{self, Wanted};
use crate::config::{is_set, tell_available, tell_unavailable};
use crate::pace::Moment;
use sluice_stage::config::{number, text};

/// Longest time by which a picture is handed over before its own.
const MOST_AHEAD: Duration = Duration::from_millis(15);

/// How often it looks at the end whether the last picture was shown, and for how long at most.
const LOOK_NS: f64 = 2e6;
const LAST_NS: f64 = 1e9;

/// The stage.
pub(super) struct Running {
    mailbox: Arc<Mailbox>,
    timing: Timing,
    /// `None`: pictures are kept together with nothing.
    group: Option<CString>,
    ends_when_closed: bool,
    late: u64,
    skipped: u64,
    skew_ms: f64,
    latency_ms: f64,
    /// Until when the last picture is to be seen.
    end_ns: f64,
}

/// A picture that was read.
struct Chosen {
    frame: Frame,
    pts_ns: f64,
    duration_ns: f64,
    ingress_ns: f64,
    pixel_aspect: u32,
    due_ns: f64,
}

impl Running {
    pub(super) fn create(context: &mut Context) -> Result<Self, String> {
        let server: serde_json::Value = serde_json::from_str(text(context, c"server")?).unwrap_or_default();
        let wanted = Wanted {
            server: server["display"].as_str().unwrap_or_default().to_owned(),
            title: text(context, c"title")?.to_owned(),
            width: number(context, c"width")? as u32,
            height: number(context, c"height")? as u32,
        };
        let painter = Painter::new(text(context, c"matrix")?, text(context, c"range")?, text(context, c"scale")?);
        let group = text(context, c"syncGroup")?;
        let group = (!group.is_empty()).then(|| CString::new(group.replace('\0', "")).unwrap_or_default());
        let mailbox = Arc::new(Mailbox::new(is_set(context, c"fullScreen")?)?);
        let waker = context.waker().ok_or("the host gives no waker")?;
        window_thread::start(context, wanted, painter, &mailbox, waker)?;
        Ok(Self {
            mailbox,
            timing: Timing::new(number(context, c"latencyMs")? * 1e6, number(context, c"lateMs")? * 1e6),
            group,
            ends_when_closed: text(context, c"whenClosed")? == "end",
            late: 0,
            skipped: 0,
            skew_ms: 0.0,
            latency_ms: 0.0,
            end_ns: 0.0,
        })
    }

    pub(super) fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        self.tell(context)?;
        let now = Moment { ns: context.now_ns(), instant: Instant::now() };
        let sound = self.group.as_deref().and_then(|group| context.presented(group, Sense::Heard));
        self.report(context, now, sound);
        let entered = self.group.as_deref().and_then(|group| context.presented(group, Sense::Entered));
        let ahead_ns = self.mailbox.ready_in().min(MOST_AHEAD).as_nanos() as f64;
        let mut chosen = None;
        while let Some(info) = context.peek(0) {
            let is_live = context.is_live();
            let waiting = Waiting {
                sequence: info.sequence,
                pts_ns: info.pts_ns,
                ingress_ns: info.ingress_ns,
                sound_after_ns: entered.map_or(0.0, |pair| due_by(pair, info.pts_ns) - info.ingress_ns),
                jumps: info.flags & SLUICE_DISCONTINUITY != 0,
            };
            let due_ns = self.timing.due_ns(now.ns, waiting, sound);
            if is_live && due_ns - ahead_ns > now.ns {
                context.wait_until_ns(due_ns - ahead_ns);
                break;
            }
            let Some(frame) = context.read(0) else { break };
            let next = Chosen {
                frame,
                pts_ns: info.pts_ns,
                duration_ns: info.duration_ns,
                ingress_ns: info.ingress_ns,
                pixel_aspect: info.pixel_aspect,
                due_ns: if is_live { due_ns } else { now.ns },
            };
            if let Some(Chosen { frame, due_ns, .. }) = chosen.replace(next) {
                self.pass_over(now.ns, due_ns);
                context.release(frame);
            }
        }
        if let Some(picture) = chosen {
            self.show(context, now, &picture)?;
        }
        Ok(Next::WhenFramesCome)
    }

    /// Shows the last picture as long as it lasts.
    pub(super) fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        let now = Moment { ns: context.now_ns(), instant: Instant::now() };
        let sound = self.group.as_deref().and_then(|group| context.presented(group, Sense::Heard));
        self.report(context, now, sound);
        let is_live = context.is_live() && self.end_ns > now.ns;
        if !self.mailbox.is_stopped() && (is_live || !self.mailbox.is_idle()) && now.ns - self.end_ns < LAST_NS {
            let until_ns = if self.mailbox.is_idle() { self.end_ns } else { now.ns + LOOK_NS };
            context.wait_until_ns(until_ns);
            return Ok(Next::Again);
        }
        self.mailbox.stop();
        Ok(Next::WhenFramesCome)
    }

    pub(super) fn control(&mut self, context: &mut Context) -> Result<(), String> {
        self.mailbox.set_full_screen(is_set(context, c"fullScreen")?);
        Ok(())
    }

    pub(super) fn figures(&mut self, values: &mut [f64]) {
        let counts = self.mailbox.counts();
        let skipped = self.skipped + counts.skipped;
        values.copy_from_slice(&[counts.shown as f64, self.late as f64, skipped as f64, self.skew_ms, self.latency_ms]);
    }

    fn tell(&mut self, context: &mut Context) -> Result<(), String> {
        while let Some(news) = self.mailbox.take_news() {
            match news {
                News::Unavailable(why) => tell_unavailable(context, &why)?,
                News::Available(text) => tell_available(context, &text)?,
                News::Closed => {
                    context.emit("closed", "{}")?;
                    if self.ends_when_closed {
                        context.log("the user has closed the window");
                        self.mailbox.stop();
                        context.finish();
                    }
                }
            }
        }
        Ok(())
    }

    /// Says which picture was shown when.
    fn report(&mut self, context: &mut Context, now: Moment, sound: Option<Pair>) {
        let Some(shown) = self.mailbox.take_last() else { return };
        let at_ns = now.ns_of(shown.at);
        self.latency_ms = (at_ns - shown.ingress_ns) / 1e6;
        if let Some(group) = &self.group {
            context.present(group, Sense::Seen, shown.pts_ns, at_ns);
        }
        self.skew_ms =
            sound.map_or(0.0, |(heard_ns, heard_at_ns)| (shown.pts_ns - (heard_ns + at_ns - heard_at_ns)) / 1e6);
    }

    /// Counts a picture that a newer one takes the place of.
    fn pass_over(&mut self, now_ns: f64, due_ns: f64) {
        if self.timing.is_late(now_ns, due_ns) {
            self.late += 1;
        } else {
            self.skipped += 1;
        }
    }

    fn show(&mut self, context: &mut Context, now: Moment, chosen: &Chosen) -> Result<(), String> {
        let fate = self.timing.fate(now.ns, chosen.pts_ns, chosen.due_ns);
        if fate != Fate::Show {
            self.late += 1;
        }
        if fate == Fate::Drop {
            return Ok(());
        }
        let mut held = self.mailbox.spare();
        held.take(context, chosen.frame)?;
        (held.pixel_aspect, held.pts_ns) = (chosen.pixel_aspect, chosen.pts_ns);
        (held.ingress_ns, held.due) = (chosen.ingress_ns, now.instant_of(chosen.due_ns));
        self.end_ns = chosen.due_ns.max(now.ns) + chosen.duration_ns;
        self.mailbox.put(held);
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.mailbox.stop();
    }
}
