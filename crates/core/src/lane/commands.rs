//! What a lane does when the control isolate asks.

use std::ptr::NonNull;

use sluice_abi::LaneRecord;

use super::mailbox::{Command, Report};
use super::node::{Hold, Node};
use super::runner::Runner;
use super::schedule::schedule_thread;
use super::settings::Value;
use super::spec::Carried;
use super::stage::Cadence;

/// Names the node that a lane calls: 0 for none.
fn name_current(lane: NonNull<LaneRecord>, number: u32) {
    // SAFETY: the record lies in an arena that the lane holds; the field is this thread's.
    unsafe { (*lane.as_ptr()).current_node = number };
}

/// Why a node is asked for nothing: its state is on its way.
const MOVING: &str = "the node is being moved to another lane; try again";

impl Runner {
    /// Does what the control isolate asks.
    pub(super) fn obey(&mut self) {
        while let Some(command) = self.shared.mailbox.next_command() {
            match command {
                Command::Start => {
                    self.started = true;
                    self.running = !self.paused && !self.failed;
                    for position in 0..self.nodes.len() {
                        self.shared.wake(position);
                    }
                }
                Command::Stop => {
                    self.stopping = true;
                    self.end_unfed();
                }
                Command::Pause => {
                    self.paused = true;
                    self.running = false;
                    for slots in &mut self.shared.slots {
                        slots.flush();
                    }
                    self.shared.mailbox.report(Report::Paused);
                }
                Command::Resume { paused_ns } => {
                    self.shared.paused_ns = paused_ns;
                    self.running = self.started && !self.failed;
                    self.paused = false;
                }
                Command::Prepare(edit) => {
                    let epoch = edit.epoch;
                    self.abort();
                    let report = match self.prepare(*edit) {
                        Ok(prepared) => {
                            self.prepared = Some(prepared);
                            Report::Prepared { epoch }
                        }
                        Err((node, text)) => Report::Refused { epoch, node, text },
                    };
                    self.shared.mailbox.report(report);
                }
                Command::Abort(epoch) => {
                    if self.has_prepared(epoch) {
                        self.abort();
                    }
                }
                Command::Offer { epoch, node, ends } => self.offer(epoch, node, ends),
                Command::Accept { epoch, node, carried, state } => self.accept(epoch, node, carried, state.as_deref()),
                Command::CountLost(link) => self.count_lost(link),
                Command::Attach(edit) => self.attach_arrivals(*edit),
                Command::Configure { request, node, values } => {
                    let error = self.configure(node as usize, &values).err();
                    self.shared.mailbox.report(Report::Configured { request, error });
                    self.fail_told();
                }
                Command::Schedule { priority, cpus } => {
                    if let Err(text) = schedule_thread(priority, &cpus) {
                        self.shared.mailbox.report(Report::Warning { text });
                    }
                }
                Command::Ask { request, node, name, json } => {
                    let answer = self.ask(node as usize, &name, &json);
                    self.shared.mailbox.report(Report::Answered { request, answer });
                }
                Command::Disable { node } => self.disable(node as usize),
                Command::Close => self.closed = true,
            }
        }
    }

    /// Whether the edit that was prepared has been committed.
    pub(super) fn is_edit_due(&self) -> bool {
        self.prepared.as_ref().is_some_and(|prepared| self.control.epoch() >= prepared.epoch)
    }

    pub(super) fn begin_edit(&mut self) {
        // The epoch may be that of a later edit, of which this lane has no part; then this one was aborted before. It is
        // read first: what is prepared only now may be aborted by a command that has not been taken.
        let epoch = self.control.epoch();
        self.obey();
        if let Some(prepared) = self.prepared.take_if(|prepared| epoch >= prepared.epoch) {
            self.apply(prepared);
        }
    }

    /// Drops the edit that was prepared, if there is one: the nodes that it holds go on.
    pub(super) fn abort(&mut self) {
        let Some(prepared) = self.prepared.take() else { return };
        prepared.discard(&self.shared);
        for node in &mut self.nodes {
            if matches!(node.hold, Hold::Leaving { .. }) {
                node.hold = Hold::None;
                node.heed_bell(&mut self.shared);
                self.shared.notify(node.ports.position);
            }
        }
    }

    /// Says what a node goes on from on another lane, which is held from now on. Where that fails, the edit is refused.
    fn offer(&mut self, epoch: u32, slot: u32, ends: bool) {
        if !self.has_prepared(epoch) {
            return;
        }
        let position = slot as usize;
        let mut figures = Vec::new();
        let Some(node) = self.nodes.get_mut(position).filter(|node| !node.vacant) else { return };
        // Who waits for the lane sees which node keeps it.
        name_current(self.record, node.ports.number());
        let counted = node.publish(&mut self.shared, &mut figures);
        let offered = match counted {
            Ok(()) => node.offer(&mut self.shared, ends).map_err(|failure| ("snapshot() failed: ", failure)),
            Err(failure) => Err(("", failure)),
        };
        name_current(self.record, 0);
        match offered {
            Ok(Ok(given)) => self.shared.mailbox.report(Report::Offered { epoch, node: slot, given }),
            Ok(Err(text)) => self.refuse(epoch, slot, format!("snapshot() failed: {text}")),
            Err((what, failure)) => {
                self.refuse(epoch, slot, format!("{what}{}", failure.text()));
                self.fail(position, failure);
            }
        }
    }

    /// Gives a node of the prepared edit what it goes on from. Where that fails, the edit is refused.
    fn accept(&mut self, epoch: u32, slot: u32, carried: Carried, state: Option<&[u8]>) {
        if !self.has_prepared(epoch) {
            return;
        }
        let Some(node) = self.prepared.as_mut().and_then(|prepared| prepared.node(slot)) else { return };
        name_current(self.record, node.ports.number());
        let told = node.accept(carried, state);
        name_current(self.record, 0);
        match told {
            Ok(()) => self.shared.mailbox.report(Report::Accepted { epoch, node: slot }),
            Err(text) => self.refuse(epoch, slot, format!("restore() failed: {text}")),
        }
    }

    fn has_prepared(&self, epoch: u32) -> bool {
        self.prepared.as_ref().is_some_and(|prepared| prepared.epoch == epoch)
    }

    fn refuse(&mut self, epoch: u32, slot: u32, text: String) {
        self.abort();
        self.shared.mailbox.report(Report::Refused { epoch, node: Some(slot), text });
    }

    /// Notes which nodes have a cadence of their own, or wait for a time.
    pub(super) fn find_self_driven(&mut self) {
        self.self_driven.clear();
        let is_timed = |node: &&Node| node.kind.cadence == Cadence::Loop || node.asks_for_a_time();
        let own = self.nodes.iter().filter(|node| !node.vacant).filter(is_timed);
        self.self_driven.extend(own.map(|node| node.ports.position));
    }

    /// Ends what nothing leads to; the rest drains.
    pub(super) fn end_unfed(&mut self) {
        for node in &mut self.nodes {
            // What has no links yet gets some.
            if node.vacant || node.ports.has_input() || matches!(node.hold, Hold::Arriving { .. }) {
                continue;
            }
            node.ports.finishing = true;
            node.ports.not_before_ns = 0.0;
            self.shared.wake(node.ports.position);
        }
    }

    /// Gives a stage a command.
    fn ask(&mut self, position: usize, name: &str, json: &str) -> Result<String, String> {
        let done = self.shared.done.get(position).copied().unwrap_or(true);
        let node = self.nodes.get_mut(position).filter(|node| !node.vacant && !done);
        let node = node.ok_or_else(|| "the node has ended".to_owned())?;
        if node.hold != Hold::None {
            return Err(MOVING.to_owned());
        }
        let answer = node.command(&mut self.shared, name, json);
        answer.unwrap_or_else(|failure| {
            let text = failure.text().to_owned();
            self.fail(position, failure);
            Err(text)
        })
    }

    /// Ends a node at once, whether it has failed or not.
    fn disable(&mut self, position: usize) {
        if let Some(node) = self.nodes.get_mut(position).filter(|node| !node.vacant) {
            node.close(&mut self.shared);
            node.drop_stage(&self.shared);
        }
        self.shared.mailbox.report(Report::Disabled { node: position as u32 });
    }

    /// Gives a stage live values. A node that fails by that is kept for [`Runner::fail_told`].
    ///
    /// # Errors
    ///
    /// Why not: it refuses one and goes on with the old one, or it has failed.
    pub(super) fn configure(&mut self, position: usize, values: &[(String, Value)]) -> Result<(), String> {
        let node = self.nodes.get_mut(position).filter(|node| node.stage.is_some());
        let node = node.ok_or_else(|| "the node has failed".to_owned())?;
        // The edit that brings a node may give it values as well.
        if matches!(node.hold, Hold::Leaving { .. }) {
            return Err(MOVING.to_owned());
        }
        let answer = node.configure(&mut self.shared, values);
        answer.unwrap_or_else(|failure| {
            let text = failure.text().to_owned();
            self.failures.push((position, failure));
            Err(text)
        })
    }

    /// Reports the nodes that failed between two ticks, now that whoever had them called was answered.
    pub(super) fn fail_told(&mut self) {
        for (position, failure) in std::mem::take(&mut self.failures) {
            self.fail(position, failure);
        }
    }
}
