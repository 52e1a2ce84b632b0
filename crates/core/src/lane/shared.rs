//! What the nodes of one lane share while they run: pools, links inside the lane, the queue of those to run, and the
//! frames that the running tick owns.

use std::collections::VecDeque;
use std::sync::Arc;

use sluice_abi::{ENTRY_POOL_MASK, ENTRY_POOL_SHIFT, ENTRY_SLOT_MASK, SlotHeader, flag};

use crate::clock;

use super::foreign::Foreign;
use super::local::LocalLink;
use super::mailbox::{Mailbox, Report};
use super::presentations::Presentations;
use super::slots::LaneSlots;

/// Least time between two progress reports of a node, nanoseconds.
const PROGRESS_EVERY_NS: f64 = 50_000_000.0;

pub(super) struct Shared {
    pub(super) slots: Vec<LaneSlots>,
    pub(super) locals: Vec<LocalLink>,
    /// Places among `locals` that no link has.
    pub(super) free_locals: Vec<usize>,
    /// Slots of the nodes to run.
    pub(super) queue: VecDeque<usize>,
    /// By slot of the node: it is in the queue.
    pub(super) queued: Vec<bool>,
    /// By slot of the node: it has ended, failed or gone; what still comes in is dropped.
    pub(super) done: Vec<bool>,
    /// By slot of the node: a link of it may have lost its other end since the node last ran.
    pub(super) noticed: Vec<bool>,
    /// Whether sources keep to the clock.
    pub(super) live: bool,
    /// Whether what stages do with frames is checked.
    pub(super) development: bool,
    /// How long all pauses took so far, nanoseconds.
    pub(super) paused_ns: f64,
    /// The nodes' clock as it was when this round began.
    pub(super) now_ns: f64,
    /// Entries whose references the running tick owns.
    pub(super) owned: Vec<u32>,
    pub(super) mailbox: Arc<Mailbox>,
    /// What the graph's nodes present when.
    pub(super) presentations: Arc<Presentations>,
    /// When each node last reported progress.
    pub(super) progress_at: Vec<f64>,
}

impl Shared {
    pub(super) fn new(live: bool, mailbox: Arc<Mailbox>) -> Self {
        Self {
            slots: Vec::new(),
            locals: Vec::new(),
            free_locals: Vec::new(),
            queue: VecDeque::new(),
            queued: Vec::new(),
            done: Vec::new(),
            noticed: Vec::new(),
            live,
            development: false,
            paused_ns: 0.0,
            now_ns: 0.0,
            owned: Vec::with_capacity(256),
            mailbox,
            presentations: Arc::default(),
            progress_at: Vec::new(),
        }
    }

    /// The nodes' clock: nanoseconds since the runtime's epoch, less all pauses.
    #[inline]
    pub(super) fn clock_ns(&self) -> f64 {
        clock::now_ns() - self.paused_ns
    }

    /// Makes room for one more node.
    pub(super) fn add_node(&mut self) {
        self.queued.push(false);
        self.done.push(false);
        self.noticed.push(false);
        self.progress_at.push(f64::NEG_INFINITY);
        self.queue.reserve(self.queued.len() - self.queue.len());
    }

    /// A slot has another node, which has not run yet.
    pub(super) fn renew_node(&mut self, node: usize) {
        self.queue.retain(|&queued| queued != node);
        self.queued[node] = false;
        self.done[node] = false;
        self.noticed[node] = false;
        self.progress_at[node] = f64::NEG_INFINITY;
    }

    /// A place for a link inside the lane.
    pub(super) fn add_local(&mut self, link: LocalLink) -> usize {
        if let Some(place) = self.free_locals.pop() {
            self.locals[place] = link;
            return place;
        }
        self.locals.push(link);
        self.locals.len() - 1
    }

    /// Puts a node into the queue, if it is not in it.
    #[inline]
    pub(super) fn wake(&mut self, node: usize) {
        if !self.queued[node] {
            self.queued[node] = true;
            self.queue.push_back(node);
        }
    }

    /// As `wake`, where the other end of a link may have ended.
    #[inline]
    pub(super) fn notify(&mut self, node: usize) {
        self.noticed[node] = true;
        self.wake(node);
    }

    /// The pool of an entry, and its slot.
    ///
    /// # Panics
    ///
    /// If there is no such pool: another lane has written something that is no entry.
    #[inline]
    pub(super) fn slot_of(&mut self, entry: u32) -> (&mut LaneSlots, u32) {
        let pool = (entry >> ENTRY_POOL_SHIFT) & ENTRY_POOL_MASK;
        (&mut self.slots[pool as usize], entry & ENTRY_SLOT_MASK)
    }

    #[inline]
    pub(super) fn header_of(&self, entry: u32) -> *mut SlotHeader {
        let pool = (entry >> ENTRY_POOL_SHIFT) & ENTRY_POOL_MASK;
        self.slots[pool as usize].header(entry & ENTRY_SLOT_MASK)
    }

    /// What stands for the bytes of an entry's frame.
    pub(super) fn foreign_of(&self, entry: u32) -> Option<&Foreign> {
        let pool = (entry >> ENTRY_POOL_SHIFT) & ENTRY_POOL_MASK;
        self.slots[pool as usize].foreign(entry & ENTRY_SLOT_MASK)
    }

    /// Bytes of payload in the slot of an entry.
    #[inline]
    pub(super) fn payload_bytes_of(&self, entry: u32) -> u32 {
        self.slots[((entry >> ENTRY_POOL_SHIFT) & ENTRY_POOL_MASK) as usize].payload_bytes()
    }

    /// Whether decoding can start at a frame.
    #[inline]
    pub(super) fn is_keyframe(&self, entry: u32) -> bool {
        // SAFETY: the slot exists; whoever asks has the frame, or its link does.
        unsafe { (*self.header_of(entry)).flags & flag::KEYFRAME != 0 }
    }

    /// Gives back one reference that the lane holds.
    #[inline]
    pub(super) fn release(&mut self, entry: u32) {
        let (slots, slot) = self.slot_of(entry);
        slots.release(slot);
    }

    /// A link to another lane gave a frame back: it was evicted or refused.
    #[inline]
    pub(super) fn release_dropped(&mut self, entry: u32) {
        let (slots, slot) = self.slot_of(entry);
        slots.release_dropped(slot);
    }

    /// Takes a frame out of what the running tick owns. `false`: it is not there.
    #[inline]
    pub(super) fn disown(&mut self, entry: u32) -> bool {
        match self.owned.iter().rposition(|&own| own == entry) {
            Some(at) => {
                self.owned.swap_remove(at);
                true
            }
            None => false,
        }
    }

    /// Gives back what the tick that has ended still owned.
    #[inline]
    pub(super) fn settle(&mut self) {
        while let Some(entry) = self.owned.pop() {
            self.release(entry);
        }
    }

    pub(super) fn progress(&mut self, node: usize, done_ns: f64, total_ns: f64) {
        if self.now_ns - self.progress_at[node] < PROGRESS_EVERY_NS && done_ns < total_ns {
            return;
        }
        self.progress_at[node] = self.now_ns;
        self.mailbox.report(Report::Progress { node: node as u32, done_ns, total_ns });
    }
}
