//! What a native lane is made from.

use std::sync::Arc;

use crate::arena::Arena;
use crate::pool::Pool;
use crate::ring::Ring;

use super::schedule::Priority;
use super::settings::{Settings, Value};

/// What a link does when it is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The writer is not run until there is room.
    Lossless,
    /// The oldest frame is dropped.
    RollOff,
    /// As roll-off, with one place.
    Latest,
    /// The new frame is dropped.
    DropNewest,
}

impl Policy {
    /// Whether the oldest has to go for the new.
    #[must_use]
    pub fn evicts(self) -> bool {
        matches!(self, Self::RollOff | Self::Latest)
    }
}

/// With what a node's stage runs in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Isolation {
    /// Most bytes of memory that the process may have for itself; 0: as much as the system gives.
    pub memory_bytes: u64,
    /// How long a call of the stage may take, milliseconds; 0: for ever.
    pub limit_ms: u32,
}

/// A node of the lane.
#[derive(Debug, Clone)]
pub struct NodeSpec {
    /// Its place in the lane, from 0, by which links, commands and reports name it. If another node has the place, this
    /// one takes it over, with the links.
    pub slot: u32,
    /// Index of its record in the control arena.
    pub index: u32,
    /// Name of its stage.
    pub stage: String,
    /// Its id, by which messages name it.
    pub name: String,
    /// Index of the pool that each output takes its slots from.
    pub pools: Vec<u32>,
    /// Whether the lane goes on when it fails.
    pub supervised: bool,
    /// Whether it does not go on from the state of the node whose slot it takes.
    pub fresh: bool,
    /// Whether it comes from another lane: it is not run before [`Command::Attach`](super::Command::Attach).
    pub arrives: bool,
    /// Its configuration.
    pub settings: Settings,
    /// `None`: its stage runs in this process.
    pub isolation: Option<Isolation>,
}

/// A ring as a lane uses it.
#[derive(Clone, Copy, Debug)]
pub struct RingRef(*const Ring);

// SAFETY: a ring may be used from any thread that runs the lane of the end in question.
unsafe impl Send for RingRef {}

impl RingRef {
    /// Names a ring.
    ///
    /// # Safety
    ///
    /// The ring lives until the lane's thread has ended, or the lane has reported that an edit was applied which
    /// detaches the end; and the lane alone has the end that it is given.
    #[must_use]
    pub unsafe fn new(ring: *const Ring) -> Self {
        Self(ring)
    }

    #[inline]
    pub(super) fn get(&self) -> &Ring {
        // SAFETY: the maker vouches that it lives as long as the lane has the end.
        unsafe { &*self.0 }
    }
}

/// Which end of a link a lane has. Ports are counted within their node's inputs or outputs; nodes by their slots.
#[derive(Clone, Copy, Debug)]
pub enum LinkEnd {
    /// Both.
    Local {
        /// Writing node and port.
        from: (u32, u32),
        /// Reading node and port.
        to: (u32, u32),
    },
    /// The writing end of a ring.
    Writer {
        /// The ring.
        ring: RingRef,
        /// Writing node and port.
        from: (u32, u32),
        /// Inbox bit of this lane by which it hears of freed places, and of the end of the reader.
        bit: u32,
        /// The lane that reads.
        other_lane: u32,
        /// The inbox bit by which that lane hears of the end of the stream.
        other_bit: u32,
    },
    /// The reading end of a ring.
    Reader {
        /// The ring.
        ring: RingRef,
        /// Reading node and port.
        to: (u32, u32),
        /// Inbox bit of this lane by which it hears of frames.
        bit: u32,
        /// The lane that writes.
        other_lane: u32,
        /// The inbox bit by which that lane hears of the end of the reader.
        other_bit: u32,
    },
}

/// A link as a lane uses it.
#[derive(Clone, Copy, Debug)]
pub struct LinkSpec {
    /// Index of its record in the control arena.
    pub index: u32,
    /// What it does when it is full.
    pub policy: Policy,
    /// Frames that fit.
    pub capacity: u32,
    /// Frames are encoded: what lies between a dropped one and the next key frame is dropped too.
    pub encoded: bool,
    /// The first frame has a gap before it: another link led to its input before.
    pub rejoins: bool,
    /// The end, or the ends, that this lane has.
    pub end: LinkEnd,
}

/// What was left in the ends of a link that lanes have detached for others: entries that no lane holds, as in a ring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkRest {
    /// Index of the link's record.
    pub link: u32,
    /// Oldest first. They are older than what the ring has.
    pub entries: Vec<u32>,
    /// The next frame written has a gap before it.
    pub gap_ahead: bool,
    /// Encoded frames: the writer, or the reader, drops up to the next key frame.
    pub writer_to_key: bool,
    /// As above.
    pub reader_to_key: bool,
}

/// What a node goes on from on another lane, beside its stage's state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Carried {
    /// To be run without new frames.
    pub again: bool,
    /// It has had its last tick.
    pub finishing: bool,
    /// Not before this time, nanoseconds; 0: at once.
    pub not_before_ns: f64,
    /// When its last tick of that kind was due, nanoseconds; 0: never.
    pub last_due_ns: f64,
    /// When the frame read last entered the graph, nanoseconds.
    pub last_ingress_ns: f64,
    /// When the frame read last is to be presented, nanoseconds.
    pub last_pts_ns: f64,
    /// For each input: its next frame has a gap before it.
    pub gaps: Vec<bool>,
    /// For each output: the number of its next frame.
    pub sequences: Vec<f64>,
}

/// What is changed of a lane between two ticks, in the order of the fields; and what a lane starts with.
#[derive(Default)]
pub struct Edit {
    /// It comes into effect once the control arena's epoch has come to this.
    pub epoch: u32,
    /// Pools beside those that the lane has, in the order of their index in ring entries; one that it has is passed
    /// over.
    pub pools: Vec<Arc<Pool>>,
    /// Ends of links that go: what is left in them is released and counted as unlinked.
    pub detach: Vec<LinkSpec>,
    /// Slots of nodes that go. Without links by now, they are flushed and dropped.
    pub remove: Vec<u32>,
    /// Ends of links that go to other lanes: what is left in them is reported.
    pub leave: Vec<LinkSpec>,
    /// Slots of nodes that go to other lanes. Without links by now, they are dropped.
    pub depart: Vec<u32>,
    /// Ends of links that stay, and whose other ends are on other lanes from now on.
    pub retarget: Vec<LinkSpec>,
    /// Nodes that come, or take another one's slot.
    pub nodes: Vec<NodeSpec>,
    /// Ends of links that come.
    pub attach: Vec<LinkSpec>,
    /// What was left in links whose ends come from other lanes: at most one for each of `attach`.
    pub rests: Vec<LinkRest>,
    /// Slots of nodes whose bypass is switched on or off.
    pub bypass: Vec<(u32, bool)>,
    /// Live values, by slot and key.
    pub configure: Vec<(u32, Vec<(String, Value)>)>,
}

/// A whole lane.
pub struct LaneSpec {
    /// The control arena: held until the thread ends.
    pub control: Arena,
    /// Index of the lane's record.
    pub lane: u32,
    /// Which life of the lane this is, from 1.
    pub generation: u32,
    /// Whether sources keep to the clock.
    pub live: bool,
    /// Whether what stages do with frames is checked.
    pub development: bool,
    /// What it starts with. Its epoch does not matter.
    pub first: Edit,
    /// How urgent the thread is.
    pub priority: Priority,
    /// The processors that it may run on; none: any.
    pub cpus: Vec<u32>,
}
