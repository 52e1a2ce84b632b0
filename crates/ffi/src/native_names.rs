//! What the numbers of a native lane stand for: it knows nodes by their slots, and ports and pools by their indices. The
//! control isolate names them. Only its thread uses this, and never per frame.

use std::ptr;
use std::sync::Arc;

use sluice_core::lane::settings::Settings;
use sluice_core::lane::{Carried, Edit, Isolation, LinkEnd, LinkRest, LinkSpec, NodeSpec, RingRef};
use sluice_core::pool::Pool;

use crate::arena;
use crate::native_messages::{
    Bypass, Carry, Changes, Configured, End, Handover, Isolated, LinkEndPlan, LinkMove, LinkPlan, Node, PoolToken,
    Rest, Token, values_of,
};

/// A node of a lane.
pub(crate) struct Named {
    pub slot: u32,
    pub id: String,
    /// Index of its record.
    pub record: u32,
    /// Its type.
    pub kind: String,
    /// The names of its ports.
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
}

/// The nodes and pools of a lane.
pub(crate) struct Names {
    pub lane: u32,
    /// By index.
    pools: Vec<String>,
    /// By slot.
    nodes: Vec<Option<Named>>,
    /// The new nodes of the edit in preparation.
    coming: Vec<Named>,
    /// By slot: the id of the last node that had it, has it, or was to get it. A node's report may be taken after the
    /// node has gone, or after its edit was aborted.
    ids: Vec<String>,
}

impl Names {
    pub(crate) fn new(lane: u32) -> Self {
        Self { lane, pools: Vec::new(), nodes: Vec::new(), coming: Vec::new(), ids: Vec::new() }
    }

    /// The node in a slot.
    pub(crate) fn at(&self, slot: u32) -> Option<&Named> {
        self.nodes.get(slot as usize)?.as_ref()
    }

    /// The id of the last node of a slot.
    pub(crate) fn last_of(&self, slot: u32) -> &str {
        self.ids.get(slot as usize).map_or("", String::as_str)
    }

    /// A node of the lane.
    pub(crate) fn find(&self, id: &str) -> Option<&Named> {
        self.nodes.iter().flatten().find(|node| node.id == id)
    }

    /// A new node of the edit in preparation.
    pub(crate) fn coming(&self, id: &str) -> Option<&Named> {
        self.coming.iter().find(|node| node.id == id)
    }

    /// The slot of a node of the lane.
    pub(crate) fn slot_of(&self, id: &str) -> Result<u32, String> {
        self.find(id).map(|node| node.slot).ok_or_else(|| format!("there is no node \"{id}\""))
    }

    /// The edit is in effect: its nodes have their slots.
    pub(crate) fn commit(&mut self) {
        for node in std::mem::take(&mut self.coming) {
            let slot = node.slot as usize;
            if self.nodes.len() <= slot {
                self.nodes.resize_with(slot + 1, || None);
            }
            self.nodes[slot] = Some(node);
        }
    }

    /// Forgets the edit in preparation.
    pub(crate) fn abort(&mut self) {
        self.coming.clear();
    }

    /// Frees the slot of a node that has gone.
    pub(crate) fn remove(&mut self, slot: u32) -> Option<Named> {
        self.nodes.get_mut(slot as usize)?.take()
    }

    /// The changes that the lane is to make. Until `commit()`, only new pools are in effect.
    ///
    /// # Safety
    ///
    /// The rings that they name may be used as [`RingRef::new`] says.
    pub(crate) unsafe fn edit(
        &mut self,
        epoch: u32,
        pools: Vec<PoolToken>,
        nodes: Vec<Node>,
        changes: Changes,
    ) -> Result<Edit, String> {
        let lane = self.lane;
        self.abort();
        let pools = self.add_pools(pools)?;
        let Changes { detach, remove, handovers, moves, attach, bypass, configure } = changes;
        let moved = |each: &&Handover| each.from != each.to;
        let departing = handovers.iter().filter(moved).filter(|each| each.from == lane);
        let depart = departing.map(|each| self.slot_of(&each.node)).collect::<Result<_, _>>()?;
        let remove = remove.iter().map(|id| self.slot_of(id)).collect::<Result<_, _>>()?;
        let mut switched = Vec::new();
        let mut specs = Vec::new();
        for node in nodes {
            let slot = self.slot_of(&node.id).unwrap_or_else(|_| self.free_slot());
            switched.push((slot, node.bypassed));
            let of_node = || handovers.iter().filter(|each| each.node == node.id);
            let fresh = of_node().any(|each| each.state == "restart-fresh");
            let arrives = of_node().any(|each| each.from != each.to && each.to == lane);
            specs.push(self.add(slot, node, fresh, arrives));
        }
        for Bypass { node, on } in bypass {
            switched.push((self.place(&node)?.slot, on));
        }
        let configured = |Configured { node, values }| Ok((self.place(&node)?.slot, values_of(values)));
        let configure = configure.into_iter().map(configured).collect::<Result<_, String>>()?;
        let mut edit =
            Edit { epoch, pools, remove, depart, nodes: specs, bypass: switched, configure, ..Edit::default() };
        // SAFETY: the caller vouches for the rings.
        let link = |end: LinkEndPlan| unsafe { self.link(&end.link, end.end, end.other_lane) };
        edit.detach = detach.into_iter().map(link).collect::<Result<_, _>>()?;
        edit.attach = attach.into_iter().map(link).collect::<Result<_, _>>()?;
        for LinkMove { before, after, writer, reader } in &moves {
            for (end, own, other) in [(End::Writer, writer, reader), (End::Reader, reader, writer)] {
                if own.from != lane {
                    continue;
                }
                let (links, plan, other_lane) = if own.to == lane {
                    (&mut edit.retarget, after, other.to)
                } else {
                    (&mut edit.leave, before, other.from)
                };
                // SAFETY: the caller vouches for the rings.
                links.push(unsafe { self.link(plan, end, other_lane) }?);
            }
        }
        Ok(edit)
    }

    /// The ends of links that come from other lanes, with what those have detached.
    ///
    /// # Safety
    ///
    /// As [`Names::edit`].
    pub(crate) unsafe fn arrivals(&self, epoch: u32, moves: &[LinkMove], rests: Vec<Rest>) -> Result<Edit, String> {
        let mut edit = Edit { epoch, ..Edit::default() };
        for LinkMove { after, writer, reader, .. } in moves {
            for (end, own, other) in [(End::Writer, writer, reader), (End::Reader, reader, writer)] {
                if own.to != self.lane || own.from == self.lane {
                    continue;
                }
                // SAFETY: the caller vouches for the rings.
                edit.attach.push(unsafe { self.link(after, end, other.to) }?);
            }
        }
        edit.rests = rests.into_iter().map(|Rest(rest)| rest).collect();
        edit.rests.retain(|LinkRest { link, .. }| edit.attach.iter().any(|end| end.index == *link));
        Ok(edit)
    }

    fn add_pools(&mut self, tokens: Vec<PoolToken>) -> Result<Vec<Arc<Pool>>, String> {
        let mut added = Vec::new();
        for PoolToken { index, name, arena: Token { address } } in tokens {
            if index < self.pools.len() {
                continue;
            }
            let pool = Pool::attach(arena::find(ptr::with_exposed_provenance_mut(address))?)?;
            added.push(Arc::new(pool));
            self.pools.push(name);
        }
        Ok(added)
    }

    fn free_slot(&self) -> u32 {
        let is_free = |slot: &u32| self.at(*slot).is_none() && self.coming.iter().all(|node| node.slot != *slot);
        (0..).find(is_free).unwrap_or_default()
    }

    fn add(&mut self, slot: u32, node: Node, fresh: bool, arrives: bool) -> NodeSpec {
        let Node { id, index, kind, stage, inputs, outputs, supervised, isolation, values, .. } = node;
        let pool_of = |wanted: &String| self.pools.iter().position(|name| name == wanted).unwrap_or(0) as u32;
        let pools = outputs.iter().map(|output| pool_of(&output.pool)).collect();
        let isolation = isolation
            .map(|Isolated { memory_bytes, limit_ms }| Isolation { memory_bytes: memory_bytes as u64, limit_ms });
        if self.ids.len() <= slot as usize {
            self.ids.resize_with(slot as usize + 1, String::new);
        }
        self.ids[slot as usize].clone_from(&id);
        let outputs = outputs.into_iter().map(|output| output.name).collect();
        self.coming.push(Named { slot, id: id.clone(), record: index, kind, inputs, outputs });
        let settings = Settings(values_of(values));
        NodeSpec { slot, index, stage, name: id, pools, supervised, fresh, arrives, settings, isolation }
    }

    /// A node of the edit in preparation, or else of the lane.
    fn place(&self, id: &str) -> Result<&Named, String> {
        self.coming(id).or_else(|| self.find(id)).ok_or_else(|| format!("there is no node \"{id}\""))
    }

    /// # Safety
    ///
    /// As [`Names::edit`].
    unsafe fn link(&self, plan: &LinkPlan, end: End, other_lane: u32) -> Result<LinkSpec, String> {
        let LinkPlan { index, policy, capacity, reader_bit, writer_bit, rejoins, .. } = *plan;
        let from = || self.port(&plan.from_node, &plan.from_port, |node| &node.outputs);
        let to = || self.port(&plan.to_node, &plan.to_port, |node| &node.inputs);
        let ring = || {
            let Token { address } = plan.ring.as_ref().ok_or_else(|| format!("link {index} has no ring"))?;
            // SAFETY: the caller vouches for the ring.
            Ok::<_, String>(unsafe { RingRef::new(ptr::with_exposed_provenance(*address)) })
        };
        let end = match end {
            End::Local => LinkEnd::Local { from: from()?, to: to()? },
            End::Writer => {
                LinkEnd::Writer { ring: ring()?, from: from()?, bit: writer_bit, other_lane, other_bit: reader_bit }
            }
            End::Reader => {
                LinkEnd::Reader { ring: ring()?, to: to()?, bit: reader_bit, other_lane, other_bit: writer_bit }
            }
        };
        Ok(LinkSpec { index, policy, capacity, encoded: plan.kind == "encoded", rejoins, end })
    }

    fn port(&self, id: &str, port: &str, ports: fn(&Named) -> &Vec<String>) -> Result<(u32, u32), String> {
        let node = self.place(id)?;
        let index = ports(node).iter().position(|name| name == port);
        index.map(|index| (node.slot, index as u32)).ok_or_else(|| format!("node \"{id}\" has no port \"{port}\""))
    }
}

impl Named {
    /// What it goes on from. A node of another type begins its ticks anew.
    pub(crate) fn carried(&self, carry: &Carry) -> Carried {
        let is_of_its_type = carry.kind == self.kind;
        let if_its_type = |ns: f64| if is_of_its_type { ns } else { 0.0 };
        let sequence =
            |name: &String| carry.outputs.iter().find(|output| output.name == *name).map_or(0.0, |each| each.sequence);
        Carried {
            again: is_of_its_type && carry.again,
            finishing: is_of_its_type && carry.finishing,
            not_before_ns: if_its_type(carry.not_before_ns.unwrap_or(f64::MAX)),
            last_due_ns: if_its_type(carry.last_due_ns),
            last_ingress_ns: carry.last_ingress_ns,
            last_pts_ns: carry.last_pts_ns,
            gaps: self.inputs.iter().map(|name| carry.gap_inputs.contains(name)).collect(),
            sequences: self.outputs.iter().map(sequence).collect(),
        }
    }
}
