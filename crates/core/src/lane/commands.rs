//! What a lane does when the control isolate asks.

use super::mailbox::{Command, Report};
use super::runner::Runner;
use super::schedule::schedule_thread;
use super::stage::{Cadence, Value};

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
                    if self.prepared.as_ref().is_some_and(|prepared| prepared.epoch == epoch) {
                        self.abort();
                    }
                }
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

    pub(super) fn abort(&mut self) {
        if let Some(prepared) = self.prepared.take() {
            prepared.discard(&self.shared);
        }
    }

    /// Notes which nodes have a cadence of their own.
    pub(super) fn find_self_driven(&mut self) {
        self.self_driven.clear();
        let own = self.nodes.iter().filter(|node| node.kind.cadence == Cadence::Loop && !node.vacant);
        self.self_driven.extend(own.map(|node| node.ports.position));
    }

    /// Ends what nothing leads to; the rest drains.
    pub(super) fn end_unfed(&mut self) {
        for node in &mut self.nodes {
            if node.vacant || node.ports.has_input() {
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
        let answer = node.ok_or_else(|| "the node has ended".to_owned())?.command(&mut self.shared, name, json);
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
