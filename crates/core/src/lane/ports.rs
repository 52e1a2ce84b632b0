//! A node's ports, its admission, and what its running tick has done.

use std::ptr::NonNull;

use sluice_abi::{NodeRecord, blocked};

use super::input::Reader;
use super::output::Writer;
use super::shared::Shared;
use super::spec::{Carried, NodeSpec};

/// Frames that a node takes in one tick at most, so that others on the lane have their turn.
const MOST_READS: u32 = 64;

/// How long a tick lasts that takes several frames, about: others on the lane, edits and readers of what it writes wait
/// for its end.
const SHARE_NS: f64 = 1_000_000.0;

/// By how much the first tick of a clocked node may be late, nanoseconds; the others by the time between two.
const FIRST_TICK_MAY_BE_LATE_NS: f64 = 1_000_000.0;

pub(super) struct Ports {
    /// Slot of the node in its lane.
    pub(super) position: usize,
    /// `None`: not linked.
    pub(super) inputs: Vec<Option<Reader>>,
    pub(super) outputs: Vec<Output>,
    record: NonNull<NodeRecord>,
    /// Index of the record, plus 1.
    number: u32,
    /// Most frames that are written to an output for each that is read.
    burst: u32,
    /// To be run without new frames.
    pub(super) again: bool,
    /// Frames taken in this tick.
    pub(super) reads: u32,
    /// Frames that a tick may take of each input, by how long the last timed one took.
    share: u32,
    /// Frames written in this tick.
    pub(super) writes: u32,
    /// No more ticks: `flush` and the end of stream come next.
    pub(super) finishing: bool,
    /// Not before this time; 0: at once.
    pub(super) not_before_ns: f64,
    /// When the tick that comes next was due; 0: at no time of its own.
    pub(super) due_ns: f64,
    /// When the last tick of that kind was due.
    last_due_ns: f64,
    /// When the frame read last entered the graph, and when it is to be presented.
    pub(super) last_ingress_ns: f64,
    pub(super) last_pts_ns: f64,
    /// One of `blocked`.
    pub(super) blocked: u32,
    /// Frames for which every lossless output had room when admission was last granted, and that were not written
    /// since: readers only make more.
    pub(super) room_seen: u32,
    /// With no links to it, it waits for some, rather than end: in a live graph, and where it came, or lost them, while
    /// the graph was running.
    pub(super) idles_unfed: bool,
}

pub(super) struct Output {
    pub(super) links: Vec<Writer>,
    /// Index of the pool that it takes slots from.
    pub(super) pool: usize,
    /// Number of the next frame.
    pub(super) sequence: f64,
}

impl Output {
    fn new(pool: usize) -> Self {
        Self { links: Vec::new(), pool, sequence: 0.0 }
    }
}

impl Ports {
    /// `inputs` and `burst` are those of the stage. `again`: the first tick needs no frames.
    pub(super) fn new(inputs: u32, burst: u32, again: bool, node: &NodeSpec, record: NonNull<NodeRecord>) -> Self {
        Self {
            position: node.slot as usize,
            inputs: (0..inputs).map(|_| None).collect(),
            outputs: node.pools.iter().map(|&pool| Output::new(pool as usize)).collect(),
            burst,
            again,
            record,
            number: node.index + 1,
            reads: 0,
            share: 1,
            writes: 0,
            finishing: false,
            not_before_ns: 0.0,
            due_ns: 0.0,
            last_due_ns: 0.0,
            last_ingress_ns: 0.0,
            last_pts_ns: 0.0,
            blocked: blocked::NONE,
            room_seen: 0,
            idles_unfed: false,
        }
    }

    /// Whether every lossless output has room for a burst, and its pool a slot. If not, the node is woken when that
    /// changes.
    #[inline]
    pub(super) fn admit(&mut self, shared: &mut Shared) -> bool {
        let mut least = u32::MAX;
        for output in &mut self.outputs {
            for link in output.links.iter_mut().filter(|link| link.is_lossless()) {
                let mut room = link.room(shared, self.burst);
                if room < self.burst {
                    room = link.await_room(shared);
                }
                if room < self.burst {
                    let index = link.index;
                    self.set_blocked(blocked::LINK, index);
                    return false;
                }
                least = least.min(room);
            }
        }
        self.room_seen = least;
        for output in &self.outputs {
            let pool = &mut shared.slots[output.pool];
            if !pool.ensure() {
                pool.await_slot();
                if !pool.ensure() {
                    let index = pool.index();
                    self.set_blocked(blocked::POOL, index);
                    return false;
                }
            }
        }
        if self.blocked != blocked::NONE {
            self.set_blocked(blocked::NONE, 0);
        }
        true
    }

    #[inline]
    pub(super) fn may_read(&mut self, shared: &mut Shared) -> bool {
        self.reads < self.most_reads() && self.may_write(shared)
    }

    /// A tick that was timed is over: fits the share of those that follow.
    pub(super) fn fit_share(&mut self, took_ns: f64) {
        if self.reads > 0 {
            let of_each = f64::from(self.reads) / self.inputs.len().max(1) as f64;
            self.share = ((of_each * SHARE_NS / took_ns) as u32).clamp(1, MOST_READS);
        }
    }

    /// How many frames may be taken before one is written, once admission was granted: for each of them there are a burst of
    /// room, and a slot at hand.
    #[inline]
    pub(super) fn reads_admitted(&self, shared: &Shared) -> u32 {
        let room = self.room_seen / self.burst.max(1);
        let spare = |output: &Output| shared.slots[output.pool].spare();
        let slots = self.outputs.iter().map(spare).min().unwrap_or(u32::MAX);
        room.min(slots).min(self.most_reads().saturating_sub(self.reads))
    }

    /// Frames that a tick may take. A tick that takes one of each input in turn gets as many of each.
    #[inline]
    fn most_reads(&self) -> u32 {
        self.share * self.inputs.len().max(1) as u32
    }

    /// As `admit`, for short where the last admission still holds.
    #[inline]
    pub(super) fn may_write(&mut self, shared: &mut Shared) -> bool {
        let admitted =
            self.room_seen >= self.burst && self.outputs.iter().all(|output| shared.slots[output.pool].has_spare());
        admitted || self.admit(shared)
    }

    /// Whether there are frames for a node that runs when frames come in.
    #[inline]
    pub(super) fn triggered(&self, shared: &Shared) -> bool {
        self.inputs.iter().flatten().any(|link| link.available(shared) > 0)
    }

    /// Whether anything is linked to an input.
    pub(super) fn has_input(&self) -> bool {
        self.inputs.iter().any(Option::is_some)
    }

    /// Whether every writer has ended and everything was read. True if nothing is linked, unless the node waits for
    /// links.
    #[inline]
    pub(super) fn inputs_ended(&self, shared: &Shared) -> bool {
        if self.idles_unfed && !self.inputs.is_empty() && !self.has_input() {
            return false;
        }
        self.inputs.iter().flatten().all(|link| link.ended(shared))
    }

    /// Whether no more frames can arrive, though some may be left that the node has not read.
    #[inline]
    pub(super) fn writers_ended(&self) -> bool {
        self.inputs.iter().flatten().all(Reader::writer_ended)
    }

    /// Whether the outputs are linked, and every reader has ended: nobody would read what the node writes.
    pub(super) fn unheard(&self) -> bool {
        let mut links = self.outputs.iter().flat_map(|output| &output.links).peekable();
        links.peek().is_some() && links.all(Writer::is_closed)
    }

    /// Makes what was written visible to other lanes.
    #[inline]
    pub(super) fn flush(&mut self, shared: &mut Shared) {
        for output in &mut self.outputs {
            for link in &mut output.links {
                link.flush(shared);
            }
        }
    }

    /// Frames that were read have gone nowhere: they are missing before the next of each input.
    pub(super) fn mark_gaps(&mut self) {
        for link in self.inputs.iter_mut().flatten() {
            link.mark_gap();
        }
    }

    /// Drops what has come in and was not read.
    pub(super) fn discard_inputs(&mut self, shared: &mut Shared) {
        for link in self.inputs.iter_mut().flatten() {
            link.discard(shared);
        }
    }

    /// Tells those who write to the node that it has ended, but for those that were linked to it at its end.
    pub(super) fn close_inputs(&self, shared: &mut Shared) {
        for link in self.inputs.iter().flatten().filter(|link| !link.late) {
            link.close(shared);
        }
    }

    pub(super) fn end_links(&mut self, shared: &mut Shared) {
        for output in &mut self.outputs {
            for link in &mut output.links {
                link.end(shared);
            }
        }
    }

    /// What the node goes on from on another lane.
    pub(super) fn carried(&self) -> Carried {
        Carried {
            again: self.again,
            finishing: self.finishing,
            // One that was due waits for room or for a slot.
            not_before_ns: if self.due_ns > 0.0 { self.due_ns } else { self.not_before_ns },
            last_due_ns: self.last_due_ns,
            last_ingress_ns: self.last_ingress_ns,
            last_pts_ns: self.last_pts_ns,
            gaps: self.inputs.iter().map(|input| input.as_ref().is_some_and(Reader::has_gap)).collect(),
            sequences: self.outputs.iter().map(|output| output.sequence).collect(),
        }
    }

    /// Goes on from what a node on another lane had. Gaps are marked when the links come.
    pub(super) fn resume(&mut self, carried: &Carried) {
        self.again |= carried.again;
        self.finishing = carried.finishing;
        self.not_before_ns = carried.not_before_ns;
        self.last_due_ns = carried.last_due_ns;
        self.last_ingress_ns = carried.last_ingress_ns;
        self.last_pts_ns = carried.last_pts_ns;
        for (output, &sequence) in self.outputs.iter_mut().zip(&carried.sequences) {
            output.sequence = sequence;
        }
    }

    /// The node's record, which this lane alone writes.
    #[inline]
    pub(super) fn record(&mut self) -> &mut NodeRecord {
        // SAFETY: the record lies in an arena that the lane holds; only this node refers to it, and the control
        // isolate, outside this library, reads its words as samples.
        unsafe { self.record.as_mut() }
    }

    /// A tick that was due at a time begins now: counts it if it is late.
    pub(super) fn note_lateness(&mut self, now_ns: f64) {
        let due_ns = std::mem::take(&mut self.due_ns);
        let allowed_ns = if self.last_due_ns > 0.0 { due_ns - self.last_due_ns } else { FIRST_TICK_MAY_BE_LATE_NS };
        self.last_due_ns = due_ns;
        if now_ns - due_ns > allowed_ns {
            self.record().late_ticks += 1.0;
        }
    }

    /// The node as `LaneRecord::current_node` names it.
    #[inline]
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    fn set_blocked(&mut self, kind: u32, id: u32) {
        self.blocked = kind;
        self.room_seen = 0;
        let record = self.record();
        record.blocked_kind = kind;
        record.blocked_id = id;
    }
}
