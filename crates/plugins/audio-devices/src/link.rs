//! What a device's thread and its stage share beside the ring of samples. Both hold the lock for a few assignments.
//!
//! Positions count samples of one channel ("frames" of a device). For playback they count what the device was given
//! since the thread began: what came by the ring, and the silence between.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sluice_stage::Waker;

use crate::bell::Bell;
use crate::clock::Clock;

/// Positions that are off by more than this have jumped, seconds.
const JUMP: f64 = 0.005;

/// How a stream is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Format {
    /// Samples a second.
    pub rate_hz: u32,
    /// Number of channels.
    pub channels: u32,
}

/// Where a device was at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    pub(crate) at_ns: f64,
    /// Samples that were heard, or that were captured, until then.
    pub(crate) position: f64,
}

/// What is worth a line in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// The device has gone, and why.
    Gone(String),
    /// It is back.
    Back,
    /// The server has moved the stream to another device.
    Moved(String),
}

/// What the thread tells. Written by the thread alone, except that the stage takes the news.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// A stream is open.
    pub(crate) is_open: bool,
    /// Its format.
    pub(crate) format: Format,
    /// Samples that the device keeps in buffers of its own, by which the stage keeps at least as many.
    pub(crate) keeps: f64,
    /// What the device had been given when the stream was opened: none of the rest is heard yet where it has not told.
    pub(crate) start: u64,
    /// The newest; `None` until the device has told, and after each break.
    pub(crate) moment: Option<Moment>,
    /// Samples of silence among those that the device was given.
    pub(crate) silent: u64,
    /// Those of them that stand in the place of sound that did not come.
    pub(crate) inserted: u64,
    pub(crate) xruns: u64,
    /// Samples of the ring that the device was not given, as they were late.
    pub(crate) skipped: u64,
    /// Samples that the thread dropped.
    pub(crate) lost: u64,
    /// Streams that were opened.
    pub(crate) opens: u64,
    /// How often positions ceased to follow from those before.
    pub(crate) breaks: u64,
    /// How often a position did not follow from the one before, though nothing had happened.
    pub(crate) jumps: u64,
    /// There was a first failure of the present row, which was told.
    is_gone: bool,
    news: VecDeque<News>,
}

/// Both ends hold it.
pub(crate) struct Link {
    report: Mutex<Report>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) bell: Bell,
    waker: Option<Waker>,
    /// The stage has gone. Written by the stage.
    stopped: AtomicBool,
    /// Nothing follows what lies in the ring. Written by the stage.
    draining: AtomicBool,
    /// All of it was played. Written by the thread.
    drained: AtomicBool,
    /// Playback: what comes has a pace of its own. Written by the stage.
    paced: AtomicBool,
    /// Playback: samples that are gathered before sound begins. Written by the stage.
    target: AtomicU64,
    /// The stage wants to be called when the thread has taken samples. Written by both.
    wanting: AtomicBool,
    /// The thread wants to be rung when samples have come. Written by both.
    hungry: AtomicBool,
}

impl Link {
    pub(crate) fn new(clock: Arc<dyn Clock>, waker: Option<Waker>) -> Arc<Self> {
        Arc::new(Self {
            report: Mutex::default(),
            clock,
            bell: Bell::new(),
            waker,
            stopped: AtomicBool::new(false),
            draining: AtomicBool::new(false),
            drained: AtomicBool::new(false),
            paced: AtomicBool::new(false),
            target: AtomicU64::new(0),
            wanting: AtomicBool::new(false),
            hungry: AtomicBool::new(false),
        })
    }

    pub(crate) fn report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the stage called.
    pub(crate) fn wake_stage(&self) {
        if let Some(waker) = &self.waker {
            waker.wake();
        }
    }

    /// The device was at a position. Where that does not follow from the one before, it was wrong.
    pub(crate) fn note(&self, moment: Moment) {
        let mut report = self.report();
        if let Some(before) = report.moment {
            let rate = f64::from(report.format.rate_hz);
            let expected = before.position + (moment.at_ns - before.at_ns) / 1e9 * rate;
            report.jumps += u64::from((moment.position - expected).abs() > JUMP * rate);
        }
        report.moment = Some(moment);
    }

    /// A stream was opened, when the device had been given `start` samples.
    pub(crate) fn opened(&self, format: Format, keeps: f64, start: u64) {
        let mut report = self.report();
        if report.is_gone {
            report.news.push_back(News::Back);
        }
        let opens = report.opens + 1;
        (report.is_open, report.is_gone, report.format, report.keeps) = (true, false, format, keeps);
        (report.opens, report.moment, report.start) = (opens, None, start);
        report.breaks += 1;
        drop(report);
        self.wake_stage();
    }

    /// The stream has ended, or could not be opened. Only the first failure in a row is news.
    pub(crate) fn gone(&self, why: String) {
        let mut report = self.report();
        if !report.is_gone {
            report.news.push_back(News::Gone(why));
        }
        (report.is_open, report.is_gone, report.moment) = (false, true, None);
        drop(report);
        self.wake_stage();
    }

    pub(crate) fn tell(&self, news: News) {
        self.report().news.push_back(news);
        self.wake_stage();
    }

    pub(crate) fn take_news(&self) -> Option<News> {
        self.report().news.pop_front()
    }

    /// The stage goes: the thread ends soon.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.bell.ring();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Nothing follows what lies in the ring.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Release);
        self.bell.ring();
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// All was played.
    pub(crate) fn set_drained(&self) {
        if !self.drained.swap(true, Ordering::AcqRel) {
            self.wake_stage();
        }
    }

    pub(crate) fn is_drained(&self) -> bool {
        self.drained.load(Ordering::Acquire)
    }

    pub(crate) fn set_paced(&self, paced: bool) {
        self.paced.store(paced, Ordering::Relaxed);
    }

    pub(crate) fn is_paced(&self) -> bool {
        self.paced.load(Ordering::Relaxed)
    }

    pub(crate) fn set_target(&self, frames: u64) {
        self.target.store(frames, Ordering::Relaxed);
    }

    pub(crate) fn target(&self) -> u64 {
        self.target.load(Ordering::Relaxed)
    }

    /// The stage has no room, and is to be called when there is some.
    pub(crate) fn want_room(&self) {
        self.wanting.store(true, Ordering::SeqCst);
    }

    /// The thread has taken samples.
    pub(crate) fn made_room(&self) {
        if self.wanting.load(Ordering::Relaxed) && self.wanting.swap(false, Ordering::SeqCst) {
            self.wake_stage();
        }
    }

    /// The thread lacks samples, and is to be rung when some have come.
    pub(crate) fn want_samples(&self) {
        self.hungry.store(true, Ordering::SeqCst);
    }

    /// Whether the thread lacks samples.
    pub(crate) fn is_hungry(&self) -> bool {
        self.hungry.load(Ordering::Relaxed)
    }

    /// The stage has written samples.
    pub(crate) fn wrote_samples(&self) {
        if self.hungry.load(Ordering::SeqCst) && self.hungry.swap(false, Ordering::SeqCst) {
            self.bell.ring();
        }
    }
}
