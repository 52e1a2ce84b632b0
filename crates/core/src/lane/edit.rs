//! Changes of what a lane runs. *Preparing* makes stages and checks everything, and changes nothing but that new pools
//! are known; *applying*, between two ticks, cannot be refused. Both are cold and may allocate.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::Arc;

use sluice_abi::{LinkRecord, phase};

#[cfg(target_os = "linux")]
use crate::isolation::{self, Host};
use crate::plugin;

use super::crash::{Label, noting};
use super::input::Reader;
use super::local::LocalLink;
use super::mailbox::Report;
use super::node::{Failure, Hold, Node, StateLoss, panic_text};
use super::output::Writer;
use super::ports::Ports;
use super::prepared::{Prepared, Refusal};
use super::runner::Runner;
use super::slots::LaneSlots;
use super::spec::{Edit, Isolation, LinkEnd, LinkRest, LinkSpec, NodeSpec};
use super::stage::{Cadence, Stage, StageType};
use super::stages;
use super::waker::Bell;

impl Runner {
    /// Makes ready for an edit.
    ///
    /// # Errors
    ///
    /// Why it cannot be done: then nothing is left of it.
    pub(super) fn prepare(&mut self, mut edit: Edit) -> Result<Prepared, Refusal> {
        for pool in std::mem::take(&mut edit.pools) {
            self.open_pool(pool)?;
        }
        let mut prepared =
            Prepared { epoch: edit.epoch, nodes: Vec::new(), records: Vec::with_capacity(edit.attach.len()), edit };
        match self.fill(&mut prepared).and_then(|()| self.rehearse(&mut prepared)) {
            Ok(()) => Ok(prepared),
            Err(refusal) => {
                prepared.discard(&self.shared);
                Err(refusal)
            }
        }
    }

    /// Has nodes of programs try the states of those whose places they take, as new code may refuse what old code has left:
    /// then the old ones go on. Others are asked once, when the edit is applied.
    fn rehearse(&mut self, prepared: &mut Prepared) -> Result<(), Refusal> {
        for (node, spec) in prepared.nodes.iter_mut().zip(&prepared.edit.nodes) {
            if !plugin::is_of_program(&spec.stage) {
                continue;
            }
            let slot = node.ports.position;
            let Some(old) = self.nodes.get_mut(slot).filter(|old| !old.vacant) else { continue };
            let refused = node.rehearse(old, &mut self.shared);
            refused.map_err(|text| (Some(slot as u32), format!("restore() failed: {text}")))?;
        }
        Ok(())
    }

    /// Does what was made ready. Only between two ticks.
    pub(super) fn apply(&mut self, prepared: Prepared) {
        let Prepared { epoch, edit, nodes, records } = prepared;
        for link in &edit.detach {
            self.detach(link);
        }
        for &slot in &edit.remove {
            self.remove(slot as usize, true);
        }
        for link in &edit.leave {
            if let Some(rest) = self.leave(link) {
                self.shared.mailbox.report(Report::Rest(rest));
            }
        }
        for link in &edit.retarget {
            self.retarget(link);
        }
        let mut failure = None;
        for node in nodes {
            let slot = node.ports.position as u32;
            if let Err(text) = self.insert(node) {
                failure.get_or_insert((slot, text));
            }
        }
        for (link, record) in edit.attach.iter().zip(records) {
            self.attach(link, record, None);
        }
        for &(slot, on) in &edit.bypass {
            if let Some(node) = self.nodes.get_mut(slot as usize) {
                node.bypassed = on;
            }
        }
        for (slot, values) in &edit.configure {
            if let Err(text) = self.configure(*slot as usize, values) {
                failure.get_or_insert((*slot, text));
            }
        }
        self.find_self_driven();
        if self.stopping {
            self.end_unfed();
        }
        self.notify_all();
        if epoch != 0 {
            self.shared.mailbox.report(Report::Applied { epoch, failure });
        }
        self.fail_told();
        // Other lanes wait for the report, and a stage may keep the thread.
        for &slot in &edit.depart {
            let ends = self.nodes.get(slot as usize).is_some_and(|node| node.hold == Hold::Leaving { ends: true });
            self.remove(slot as usize, ends);
        }
    }

    /// Takes up what other lanes have detached, and runs the nodes that came with it.
    pub(super) fn attach_arrivals(&mut self, edit: Edit) {
        let epoch = edit.epoch;
        let mut prepared = Prepared { epoch, nodes: Vec::new(), records: Vec::new(), edit };
        if let Err((node, text)) = self.fill(&mut prepared) {
            // The control isolate has described links of nodes that it has not sent.
            self.failed = true;
            self.running = false;
            self.shared.mailbox.report(Report::Failed { node, text, panicked: false, set_aside: false });
            return;
        }
        let Prepared { edit, records, .. } = prepared;
        for (link, record) in edit.attach.iter().zip(records) {
            let rest = edit.rests.iter().find(|rest| rest.link == link.index).cloned();
            self.attach(link, record, Some(rest.unwrap_or_default()));
        }
        for slot in 0..self.nodes.len() {
            let node = &mut self.nodes[slot];
            let Hold::Arriving { gaps } = &node.hold else { continue };
            for (input, _) in node.ports.inputs.iter_mut().zip(gaps).filter(|(_, gap)| **gap) {
                input.iter_mut().for_each(Reader::mark_gap);
            }
            node.hold = Hold::None;
            node.heed_bell(&mut self.shared);
            self.shared.notify(slot);
        }
        if self.stopping {
            self.end_unfed();
        }
        self.shared.mailbox.report(Report::Attached { epoch });
    }

    /// Detaches an end of a link for another lane.
    fn leave(&mut self, link: &LinkSpec) -> Option<LinkRest> {
        match link.end {
            LinkEnd::Local { .. } => None,
            LinkEnd::Writer { from: (slot, port), bit, .. } => {
                self.wake_by(bit, super::runner::NOBODY);
                let Self { nodes, shared, .. } = self;
                let node = nodes.get_mut(slot as usize)?;
                let loses = node.loses_frames();
                let links = &mut node.ports.outputs.get_mut(port as usize)?.links;
                let place = links.iter().position(|writer| writer.index == link.index)?;
                Some(links.remove(place).into_rest(shared, loses))
            }
            LinkEnd::Reader { to: (slot, port), bit, .. } => {
                self.wake_by(bit, super::runner::NOBODY);
                let input = self.nodes.get_mut(slot as usize)?.ports.inputs.get_mut(port as usize)?;
                Some(input.take_if(|reader| reader.index == link.index)?.into_rest())
            }
        }
    }

    /// The other end of a link is on another lane from now on.
    fn retarget(&mut self, link: &LinkSpec) {
        match link.end {
            LinkEnd::Local { .. } => {}
            LinkEnd::Writer { other_lane, other_bit, .. } => {
                if let Some(writer) = self.writer(link.index) {
                    writer.retarget(other_lane, other_bit);
                }
            }
            LinkEnd::Reader { other_lane, other_bit, .. } => {
                if let Some(reader) = self.reader(link.index) {
                    reader.retarget(other_lane, other_bit);
                }
            }
        }
    }

    fn writer(&mut self, link: u32) -> Option<&mut Writer> {
        let outputs = self.nodes.iter_mut().flat_map(|node| &mut node.ports.outputs);
        outputs.flat_map(|output| &mut output.links).find(|writer| writer.index == link)
    }

    fn reader(&mut self, link: u32) -> Option<&mut Reader> {
        self.nodes
            .iter_mut()
            .flat_map(|node| node.ports.inputs.iter_mut().flatten())
            .find(|reader| reader.index == link)
    }

    /// Counts the frames of a link that went with the lane at its other end, and answers.
    pub(super) fn count_lost(&mut self, link: u32) {
        let Self { nodes, shared, .. } = self;
        let mut queued = 0;
        for node in nodes {
            for reader in node.ports.inputs.iter().flatten().filter(|reader| reader.index == link) {
                queued = reader.available(shared);
            }
            let links = node.ports.outputs.iter_mut().flat_map(|output| &mut output.links);
            for writer in links.filter(|writer| writer.index == link) {
                queued = writer.flush_and_count(shared);
            }
        }
        if let Some(record) = self.control.link(link) {
            // SAFETY: the record lies in an arena that the lane holds; this lane has the only end that is at work.
            let record = unsafe { &mut *record.as_ptr() };
            let dropped = record.dropped_full
                + record.dropped_to_key
                + record.dropped_skipped
                + record.dropped_unlinked
                + record.dropped_lane_lost;
            let left = record.written - record.read - dropped - f64::from(queued);
            record.dropped_lane_lost += left.max(0.0);
            record.written += (-left).max(0.0);
        }
        self.shared.mailbox.report(Report::Counted { link });
    }

    /// Has every node look at its links anew.
    fn notify_all(&mut self) {
        for (slot, node) in self.nodes.iter_mut().enumerate().filter(|(_, node)| !node.vacant) {
            // The links that it had.
            node.ports.room_seen = 0;
            // While a stage is made, the lane does not know it yet.
            node.heed_bell(&mut self.shared);
            self.shared.notify(slot);
        }
    }

    fn open_pool(&mut self, pool: Arc<crate::pool::Pool>) -> Result<(), Refusal> {
        let (index, known) = (pool.index() as usize, self.shared.slots.len());
        if index > known {
            return Err((None, format!("pool {index} stands at place {known}")));
        }
        if index == known {
            self.shared.slots.push(LaneSlots::new(pool, self.control, self.lane));
        }
        Ok(())
    }

    fn fill(&self, prepared: &mut Prepared) -> Result<(), Refusal> {
        let of_lane = |text: String| (None, text);
        for spec in &prepared.edit.nodes {
            let slot = spec.slot;
            let beyond = prepared.nodes.iter().filter(|node| node.ports.position >= self.nodes.len()).count();
            if slot as usize > self.nodes.len() + beyond {
                return Err(of_lane(format!("slot {slot} leaves a gap after {} nodes", self.nodes.len() + beyond)));
            }
            prepared.nodes.push(self.make(spec).map_err(|text| (Some(slot), text))?);
        }
        let Prepared { edit, nodes, records, .. } = prepared;
        for link in &edit.attach {
            let there = |(slot, port): (u32, u32), count: fn(&StageType) -> u32, what: &str| {
                let made = nodes.iter().find(|node| node.ports.position == slot as usize);
                let old = self.nodes.get(slot as usize).filter(|node| !node.vacant && !edit.remove.contains(&slot));
                match made.or(old) {
                    Some(node) if port < count(node.kind) => Ok(()),
                    _ => Err((None, format!("there is no {what} {port} of node {slot}"))),
                }
            };
            match link.end {
                LinkEnd::Local { from, to } => {
                    there(from, |kind| kind.outputs, "output")?;
                    there(to, |kind| kind.inputs, "input")?;
                }
                LinkEnd::Writer { from, .. } => there(from, |kind| kind.outputs, "output")?,
                LinkEnd::Reader { to, .. } => there(to, |kind| kind.inputs, "input")?,
            }
            let record = self.control.link(link.index);
            records.push(record.ok_or_else(|| of_lane(format!("there is no link {}", link.index)))?);
        }
        Ok(())
    }

    fn make(&self, spec: &NodeSpec) -> Result<Node, String> {
        let kind = stages::find(&spec.stage).ok_or_else(|| format!("there is no stage \"{}\"", spec.stage))?;
        let record = self.control.node(spec.index).ok_or_else(|| "it has no record".to_owned())?;
        if spec.pools.len() != kind.outputs as usize {
            return Err(format!("pools are named for {} outputs, and it has {}", spec.pools.len(), kind.outputs));
        }
        if let Some(pool) = spec.pools.iter().find(|&&pool| pool as usize >= self.shared.slots.len()) {
            return Err(format!("there is no pool {pool}"));
        }
        let bell = Bell::new(self.control, self.lane);
        let mut ports = Ports::new(kind.inputs, kind.burst, kind.cadence == Cadence::External, spec, record);
        // Who waits for the lane sees which node keeps it.
        ports.record().phase = phase::SETUP;
        let label = spec.isolation.is_none().then(|| Label::new(&spec.name, &spec.stage));
        // A stage that panics is left half made, and dropped.
        let made = catch_unwind(AssertUnwindSafe(|| match spec.isolation {
            None => noting(label.as_ref(), "create", || (kind.create)(&spec.settings, &bell)),
            Some(isolation) => self.isolate(spec, isolation, &bell, kind.cadence),
        }));
        ports.record().phase = phase::IDLE;
        let stage = made.unwrap_or_else(|panic| Err(panic_text(&*panic)))?;
        Ok(Node::new(kind, ports, stage, bell, spec, label))
    }

    /// Makes a stage in a process of its own, which tells the node's log what it says on its outputs.
    #[cfg(target_os = "linux")]
    fn isolate(
        &self,
        spec: &NodeSpec,
        isolation: Isolation,
        bell: &Bell,
        cadence: Cadence,
    ) -> Result<Box<dyn Stage>, String> {
        let home = plugin::home_of(&spec.stage);
        let home = home.ok_or_else(|| format!("\"{}\" is built in, and cannot be isolated", spec.stage))?;
        let (mailbox, node) = (Arc::clone(&self.shared.mailbox), spec.slot);
        let log = Box::new(move |level, text| mailbox.report(Report::Log { node, level, text }));
        let (stage, settings, guests) = (&spec.stage, &spec.settings, &self.shared.mailbox.guests);
        isolation::isolate(Host { home, stage, cadence, settings, bell, log, isolation, guests })
    }

    /// Refuses: only Linux has what it takes.
    #[cfg(not(target_os = "linux"))]
    fn isolate(&self, _: &NodeSpec, _: Isolation, _: &Bell, _: Cadence) -> Result<Box<dyn Stage>, String> {
        Err("this system has no isolated stages".into())
    }

    /// Attaches the end or ends of a link. `rest`: what was left in it, if the end comes from another lane.
    fn attach(&mut self, link: &LinkSpec, record: NonNull<LinkRecord>, rest: Option<LinkRest>) {
        match link.end {
            LinkEnd::Local { from, to } => {
                let (writer, reader) = (from.0 as usize, to.0 as usize);
                let mut made = LocalLink::new(link.policy, link.capacity, writer, reader);
                if link.rejoins {
                    made.mark_gap_ahead();
                    made.to_key = link.encoded;
                }
                let place = self.shared.add_local(made);
                self.write_end(from, Writer::local(link, record, place));
                self.read_end(to, Reader::local(link, record, place), true);
            }
            LinkEnd::Writer { ring, from, bit, other_lane, other_bit } => {
                let mut writer = Writer::ring(link, record, self.control, ring, (other_lane, other_bit));
                if let Some(rest) = rest {
                    writer.resume(&rest);
                }
                self.write_end(from, writer);
                self.wake_by(bit, from.0 as usize);
            }
            LinkEnd::Reader { ring, to, bit, other_lane, other_bit } => {
                let mut reader = Reader::ring(link, record, self.control, ring, (other_lane, other_bit));
                let is_new = rest.is_none();
                if let Some(rest) = rest {
                    reader.resume(&rest);
                }
                self.read_end(to, reader, is_new);
                self.wake_by(bit, to.0 as usize);
            }
        }
    }

    fn write_end(&mut self, (slot, port): (u32, u32), mut writer: Writer) {
        if self.shared.done[slot as usize] {
            writer.end(&mut self.shared);
        }
        self.nodes[slot as usize].ports.outputs[port as usize].links.push(writer);
    }

    /// A node that has ended tells only a writer that was told before, by way of another ring. One that is linked to it
    /// from now on goes on, and what it writes is dropped.
    fn read_end(&mut self, (slot, port): (u32, u32), mut reader: Reader, is_new: bool) {
        let ports = &mut self.nodes[slot as usize].ports;
        if reader.is_closed() {
            reader.close(&mut self.shared);
        }
        reader.late = is_new && ports.finishing;
        ports.inputs[port as usize] = Some(reader);
    }

    fn detach(&mut self, link: &LinkSpec) {
        let (from, to) = match link.end {
            LinkEnd::Local { from, to } => (Some(from), Some(to)),
            LinkEnd::Writer { from, bit, .. } => {
                self.wake_by(bit, super::runner::NOBODY);
                (Some(from), None)
            }
            LinkEnd::Reader { to, bit, .. } => {
                self.wake_by(bit, super::runner::NOBODY);
                (None, Some(to))
            }
        };
        let Self { nodes, shared, .. } = self;
        if let Some((slot, port)) = from {
            let output = nodes.get_mut(slot as usize).and_then(|node| node.ports.outputs.get_mut(port as usize));
            let found = output.and_then(|output| {
                let place = output.links.iter().position(|writer| writer.index == link.index)?;
                Some(output.links.remove(place))
            });
            if let Some(mut writer) = found {
                writer.flush(shared);
            }
        }
        if let Some((slot, port)) = to {
            let Some(node) = nodes.get_mut(slot as usize) else { return };
            let input = node.ports.inputs.get_mut(port as usize);
            let Some(mut reader) = input.and_then(|input| input.take_if(|reader| reader.index == link.index)) else {
                return;
            };
            reader.unlink(shared);
            shared.free_locals.extend(reader.local_place());
            node.ports.idles_unfed = true;
        }
    }

    /// Brings a node to its end, which has no links any more. `ends`: nobody goes on from its state, so it is flushed.
    fn remove(&mut self, slot: usize, ends: bool) {
        let Some(node) = self.nodes.get_mut(slot).filter(|node| !node.vacant) else { return };
        let flushed = if ends { node.flush_out(&mut self.shared) } else { Ok(()) };
        let error = flushed.err().map(Failure::into_text);
        node.drop_stage(&self.shared);
        node.vacant = true;
        node.hold = Hold::None;
        self.shared.renew_node(slot);
        self.shared.done[slot] = true;
        // A lane that has no node left is ended upon the report, and no pause waits for it.
        for slots in &mut self.shared.slots {
            slots.flush();
        }
        self.shared.mailbox.report(Report::Removed { node: slot as u32, error });
    }

    /// Enters a node.
    ///
    /// # Errors
    ///
    /// Why it does not go on from the state of the one whose place it takes. One that fails by that is kept for
    /// [`Runner::fail_told`].
    fn insert(&mut self, mut node: Node) -> Result<(), String> {
        let slot = node.ports.position;
        // At its opening a lane of an offline graph has all its links: a node without any has ended.
        node.ports.idles_unfed = self.opened || self.shared.live;
        if slot == self.nodes.len() {
            self.nodes.push(node);
            self.shared.add_node();
            return Ok(());
        }
        let old = std::mem::replace(&mut self.nodes[slot], node);
        if old.vacant {
            self.shared.renew_node(slot);
            return Ok(());
        }
        self.nodes[slot].succeed(&mut self.shared, old).map_err(|loss| match loss {
            StateLoss::Snapshot(text) => format!("snapshot() failed: {text}; it begins anew"),
            StateLoss::Refused(text) => format!("restore() failed: {text}; it begins anew"),
            StateLoss::Restore(failure) => {
                let text = format!("restore() failed: {}", failure.text());
                self.failures.push((slot, failure));
                text
            }
        })
    }
}
