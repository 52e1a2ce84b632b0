//! What the control isolate makes, without JavaScript: the world in which tests run lanes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sluice_abi::{ABI_VERSION, CONTROL_MAGIC, ControlHeader, LaneRecord, LinkRecord, NodeRecord, PoolLayout};

use super::settings::Settings;
use super::spec::RingRef;
use super::*;
use crate::arena::Arena;
use crate::control::Control;
use crate::pool::Pool;
use crate::ring::Ring;

pub(super) const LANES: u32 = 4;
const LINKS: u32 = 4;
const NODES: u32 = 6;
const PAYLOAD: u32 = 256;

pub(super) struct World {
    pub(super) arena: Arena,
    pub(super) control: Control,
    pub(super) pool_arena: Arena,
    pub(super) slots: u32,
    rings: Vec<Arc<Ring>>,
}

fn link_offset(link: u32) -> u32 {
    (size_of::<ControlHeader>() + LANES as usize * size_of::<LaneRecord>()) as u32
        + link * size_of::<LinkRecord>() as u32
}

impl World {
    pub(super) fn new(slots: u32) -> Self {
        let nodes_offset = link_offset(LINKS);
        let arena = Arena::new(nodes_offset as usize + NODES as usize * size_of::<NodeRecord>()).unwrap();
        let lanes_offset = size_of::<ControlHeader>() as u32;
        let words = [CONTROL_MAGIC, ABI_VERSION, lanes_offset, LANES, link_offset(0), LINKS, nodes_offset, NODES];
        // SAFETY: the arena is longer than eight words, aligned, and nobody else's.
        unsafe { arena.base().cast::<[u32; 8]>().write(words) };
        let bytes = PoolLayout::new(slots, PAYLOAD).unwrap().byte_length as usize;
        let pool_arena = Arena::new(bytes).unwrap();
        Pool::format(pool_arena.clone(), 0, slots, PAYLOAD).unwrap();
        let control = Control::open(&arena).unwrap();
        Self { arena, control, pool_arena, slots, rings: Vec::new() }
    }

    pub(super) fn lane(&self, lane: u32, live: bool, nodes: Vec<NodeSpec>, links: Vec<LinkSpec>) -> LaneSpec {
        LaneSpec {
            control: self.arena.clone(),
            lane,
            generation: 1,
            live,
            development: false,
            first: Edit {
                pools: vec![Arc::new(self.pool())],
                nodes: nodes.into_iter().zip(0..).map(|(node, slot)| NodeSpec { slot, ..node }).collect(),
                attach: links,
                ..Edit::default()
            },
            priority: Priority::Normal,
            cpus: Vec::new(),
        }
    }

    /// Both ends of a ring for a link, from node 0 of lane 1 to node 0 of lane 2.
    pub(super) fn ring(&mut self, index: u32, policy: Policy, capacity: u32) -> (LinkSpec, LinkSpec) {
        let ring = Arc::new(Ring::new(self.control, capacity, policy.evicts(), link_offset(index)).unwrap());
        assert!(ring.bind_writer(1, 2 + index) && ring.bind_reader(2, 2 + index));
        // SAFETY: the ring is kept until the world ends, which is after its lanes; each end goes to one lane.
        let named = unsafe { RingRef::new(Arc::as_ptr(&ring)) };
        self.rings.push(ring);
        let end = |end| LinkSpec { index, policy, capacity, encoded: false, rejoins: false, end };
        let bit = 2 + index;
        (
            end(LinkEnd::Writer { ring: named, from: (0, 0), bit, other_lane: 2, other_bit: bit }),
            end(LinkEnd::Reader { ring: named, to: (0, 0), bit, other_lane: 1, other_bit: bit }),
        )
    }

    /// A sample of a link's counts.
    pub(super) fn link(&self, index: u32) -> LinkRecordCopy {
        let record = self.control.link(index).unwrap().as_ptr();
        // SAFETY: the record lies in the arena.
        unsafe {
            LinkRecordCopy {
                written: sample(&raw const (*record).written),
                read: sample(&raw const (*record).read),
                full: sample(&raw const (*record).dropped_full),
                skipped: sample(&raw const (*record).dropped_skipped),
                unlinked: sample(&raw const (*record).dropped_unlinked),
            }
        }
    }

    pub(super) fn pool(&self) -> Pool {
        Pool::attach(self.pool_arena.clone()).unwrap()
    }

    /// The ring that was made last.
    pub(super) fn last_ring(&self) -> Arc<Ring> {
        Arc::clone(self.rings.last().unwrap())
    }

    pub(super) fn assert_all_slots_free(&self) {
        assert_eq!(self.pool().free(), self.slots, "every slot is back");
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct LinkRecordCopy {
    pub(super) written: f64,
    pub(super) read: f64,
    pub(super) full: f64,
    pub(super) skipped: f64,
    pub(super) unlinked: f64,
}

pub(super) fn node(index: u32, stage: &str, settings: &[(&str, f64)]) -> NodeSpec {
    let settings = Settings(settings.iter().map(|&(key, value)| (key.to_owned(), value.into())).collect());
    let outputs = super::stages::find(stage).map_or(0, |stage| stage.outputs);
    NodeSpec {
        slot: 0,
        index,
        stage: stage.to_owned(),
        name: format!("node-{index}"),
        pools: vec![0; outputs as usize],
        supervised: false,
        fresh: false,
        arrives: false,
        isolation: None,
        settings,
    }
}

/// The next report that is no progress, or a panic after a minute.
pub(super) fn await_report(lane: &NativeLane) -> Report {
    let begin = Instant::now();
    loop {
        match lane.next_report() {
            Some(Report::Progress { .. }) => {}
            Some(report) => return report,
            None => {
                assert!(begin.elapsed() < Duration::from_secs(60), "no report came");
                std::thread::yield_now();
            }
        }
    }
}

pub(super) fn start(spec: LaneSpec) -> NativeLane {
    let lane = NativeLane::spawn(spec).unwrap();
    assert_eq!(await_report(&lane), Report::Opened);
    lane
}

pub(super) fn close(lane: NativeLane) {
    lane.command(Command::Close);
    while await_report(&lane) != Report::Closed {}
    lane.finish(true);
}

pub(super) fn figures(report: Report) -> Vec<f64> {
    match report {
        Report::Ended { figures, .. } => figures,
        other => panic!("wanted the end of a node, got {other:?}"),
    }
}

/// Looks until it is so, or panics after a minute.
pub(super) fn await_until(what: &str, mut so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !so() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(1));
    }
}

impl World {
    pub(super) fn lane_state(&self, lane: u32) -> u32 {
        let record = self.control.lane(lane).unwrap().as_ptr();
        // SAFETY: the record lies in the arena, and the word is atomic.
        unsafe { (*record).state.load(Ordering::Relaxed) }
    }

    /// A sample of a node's ticks, late ticks and first figure.
    pub(super) fn node(&self, node: u32) -> (f64, f64, f64) {
        let record = self.control.node(node).unwrap().as_ptr();
        // SAFETY: the record lies in the arena.
        unsafe {
            (
                sample(&raw const (*record).ticks),
                sample(&raw const (*record).late_ticks),
                sample(&raw const (*record).figures[0]),
            )
        }
    }
}

/// Reads a count that its lane may write meanwhile, as the control isolate does. Lanes write counts without atomic
/// operations, since a count of 8 aligned bytes is written at once: ThreadSanitizer is told so of this function, by name.
///
/// # Safety
///
/// The count lies in an arena that is there, and is aligned.
#[inline(never)]
pub(super) unsafe fn sample(count: *const f64) -> f64 {
    // SAFETY: the caller vouches for the address, and any bits are a number.
    let bits = unsafe { AtomicU64::from_ptr(count.cast_mut().cast()) };
    // Relaxed: a sample orders nothing.
    f64::from_bits(bits.load(Ordering::Relaxed))
}
