//! The control arena as native code sees it: where the records of lanes and links lie.

use std::ptr::NonNull;

use sluice_abi::{ABI_VERSION, CONTROL_MAGIC, ControlHeader, LaneRecord, LinkRecord, MAX_LANES, NodeRecord};

use crate::arena::Arena;
use crate::doorbell::Doorbell;
use crate::sync::{AtomicU32, Ordering};

/// A control arena whose header was checked. It does not hold the arena: whoever made the arena gives it up last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    lanes: NonNull<LaneRecord>,
    lane_count: u32,
    epoch: NonNull<AtomicU32>,
    links: NonNull<LinkRecord>,
    links_offset: u32,
    link_count: u32,
    nodes: NonNull<NodeRecord>,
    node_count: u32,
}

// SAFETY: addresses in an arena that is never unmapped; shared words are touched atomically.
unsafe impl Send for Control {}
// SAFETY: as above.
unsafe impl Sync for Control {}

impl Control {
    /// Checks the header of `arena` and finds its records.
    ///
    /// # Errors
    ///
    /// What is wrong with the header.
    pub fn open(arena: &Arena) -> Result<Self, String> {
        if arena.len() < size_of::<ControlHeader>() {
            return Err(format!("arena of {} bytes is shorter than a control header", arena.len()));
        }
        let header = arena.base().cast::<ControlHeader>();
        // SAFETY: the arena is long and aligned enough, and any bytes are a valid header. Its line 0 is written
        // before the arena is opened.
        let header = unsafe { header.as_ref() };
        if header.magic != CONTROL_MAGIC {
            return Err(format!("magic is 0x{:x}, wanted 0x{CONTROL_MAGIC:x}: not a control arena", header.magic));
        }
        if header.abi_version != ABI_VERSION {
            return Err(format!("ABI version is {}, wanted {ABI_VERSION}", header.abi_version));
        }
        if header.lane_count == 0 || header.lane_count > MAX_LANES {
            return Err(format!("lane count is {}, wanted 1 to {MAX_LANES}", header.lane_count));
        }
        Ok(Self {
            lanes: records(arena, "lane", header.lanes_offset, header.lane_count)?,
            lane_count: header.lane_count,
            epoch: NonNull::from(&header.epoch),
            links: records(arena, "link", header.links_offset, header.link_count)?,
            links_offset: header.links_offset,
            link_count: header.link_count,
            nodes: records(arena, "node", header.nodes_offset, header.node_count)?,
            node_count: header.node_count,
        })
    }

    /// The record of a lane, or `None` if there is no such lane.
    #[inline]
    #[must_use]
    pub fn lane(&self, lane: u32) -> Option<NonNull<LaneRecord>> {
        if lane >= self.lane_count {
            return None;
        }
        // SAFETY: `open` checked that all records lie in the arena.
        Some(unsafe { self.lanes.add(lane as usize) })
    }

    /// Number of lane records.
    #[inline]
    #[must_use]
    pub fn lane_count(&self) -> u32 {
        self.lane_count
    }

    /// The last change of the graph that was committed. What was written before it is visible.
    #[inline]
    #[must_use]
    pub fn epoch(&self) -> u32 {
        // SAFETY: the word lies in an arena that is never unmapped, and is atomic. SeqCst: pairs with the store of the
        // control isolate, and is ordered after the load of the bell.
        unsafe { self.epoch.as_ref() }.load(Ordering::SeqCst)
    }

    /// The record of a link by its index, or `None` if there is no such link.
    #[must_use]
    pub fn link(&self, link: u32) -> Option<NonNull<LinkRecord>> {
        if link >= self.link_count {
            return None;
        }
        // SAFETY: `open` checked that all records lie in the arena.
        Some(unsafe { self.links.add(link as usize) })
    }

    /// The record of a node, or `None` if there is no such node.
    #[must_use]
    pub fn node(&self, node: u32) -> Option<NonNull<NodeRecord>> {
        if node >= self.node_count {
            return None;
        }
        // SAFETY: `open` checked that all records lie in the arena.
        Some(unsafe { self.nodes.add(node as usize) })
    }

    /// Whether the lane records start there.
    #[inline]
    pub(crate) fn starts_at(&self, lanes: NonNull<LaneRecord>) -> bool {
        self.lanes == lanes
    }

    /// The doorbell of a lane, or `None` if there is no such lane.
    #[inline]
    #[must_use]
    pub fn doorbell(&self, lane: u32) -> Option<Doorbell<'static>> {
        let lane = self.lane(lane)?.as_ptr();
        // SAFETY: the record lies in an arena that is never unmapped, and these words are atomic.
        let (bell, sleeping, summary, inbox) =
            unsafe { (&(*lane).bell, &(*lane).sleeping, &(*lane).inbox_summary, &(*lane).inbox) };
        Some(Doorbell { bell, sleeping, summary, inbox })
    }

    /// Has a lane end its round with the tick that is under way. After the inbox bit of a command.
    pub fn call_attention(&self, lane: u32) {
        let Some(lane) = self.lane(lane) else { return };
        // SAFETY: the record lies in an arena that is never unmapped, and the word is atomic. Sequentially consistent:
        // whoever clears the word drains its inbox after that, and finds the bit.
        unsafe { (*lane.as_ptr()).attention.store(1, Ordering::SeqCst) };
    }

    /// The record of the link that starts at byte `offset` of the arena.
    #[must_use]
    pub fn link_at(&self, offset: u32) -> Option<NonNull<LinkRecord>> {
        let size = size_of::<LinkRecord>() as u32;
        let from_first = offset.checked_sub(self.links_offset)?;
        if from_first % size != 0 || from_first / size >= self.link_count {
            return None;
        }
        // SAFETY: `open` checked that all records lie in the arena.
        Some(unsafe { self.links.add((from_first / size) as usize) })
    }
}

fn records<T>(arena: &Arena, name: &str, offset: u32, count: u32) -> Result<NonNull<T>, String> {
    let end = u64::from(offset) + u64::from(count) * size_of::<T>() as u64;
    let aligned = offset as usize % align_of::<T>() == 0;
    if !aligned || end > arena.len() as u64 {
        return Err(format!("{count} {name} records at {offset} do not fit the arena of {} bytes", arena.len()));
    }
    // SAFETY: `offset` lies within the arena.
    Ok(unsafe { arena.base().add(offset as usize) }.cast())
}
