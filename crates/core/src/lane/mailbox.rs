//! Commands to a lane, and its reports. Both queues are behind locks that are held for a moment and never on the hot
//! path; commands are announced by the lane's doorbell, reports by nothing: the control isolate looks for them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(target_os = "linux")]
use crate::isolation::Guests;

use super::schedule::Priority;
use super::settings::Value;
use super::spec::{Carried, Edit, LinkRest};

/// From the control isolate to a lane.
pub enum Command {
    /// Runs nodes.
    Start,
    /// Sources end; what they wrote drains.
    Stop,
    /// Runs no nodes until `Resume`; other commands are served. Answered by `Paused`.
    Pause,
    /// Runs nodes again.
    Resume {
        /// How long all pauses took so far, nanoseconds; the nodes' clock leaves them out.
        paused_ns: f64,
    },
    /// Makes ready for an edit; answered by `Prepared` or `Refused`. One at a time.
    Prepare(Box<Edit>),
    /// Holds a node that goes to another lane by the edit that was prepared, and asks it for what its successor goes on
    /// from; answered by `Offered` or `Refused`.
    Offer {
        /// The epoch of the edit.
        epoch: u32,
        /// Slot of the node.
        node: u32,
        /// Its state goes to nobody: it is flushed before it is dropped.
        ends: bool,
    },
    /// Gives a node that comes from another lane by the edit that was prepared what it goes on from; answered by
    /// `Accepted` or `Refused`.
    Accept {
        /// The epoch of the edit.
        epoch: u32,
        /// Slot of the node.
        node: u32,
        /// What the lane has of it.
        carried: Carried,
        /// The stage's state; `None`: it begins anew.
        state: Option<Vec<u8>>,
    },
    /// Counts what was lost with the lane at the other end of a link (by index).
    CountLost(u32),
    /// Attaches the ends of links that other lanes have detached, and runs the nodes that came with them. Of the edit only
    /// `epoch`, `attach` and `rests` matter. Answered by `Attached`.
    Attach(Box<Edit>),
    /// Drops what was made ready for the edit of this epoch.
    Abort(u32),
    /// Gives the stage of a node (by slot) live values.
    Configure {
        /// Named again in the answer.
        request: u32,
        /// Slot of the node.
        node: u32,
        /// The values, by key.
        values: Vec<(String, Value)>,
    },
    /// Gives the stage of a node (by slot) a command; answered by `Answered`.
    Ask {
        /// Named again in the answer.
        request: u32,
        /// Slot of the node.
        node: u32,
        /// The name of the command.
        name: String,
        /// Its arguments.
        json: String,
    },
    /// Ends a node: its outputs end, and what comes to it is dropped. Answered by `Disabled`.
    Disable {
        /// Slot of the node.
        node: u32,
    },
    /// Makes the thread as urgent as that, and has it run on these processors; `Warning` tells what was refused.
    Schedule {
        /// How urgent.
        priority: Priority,
        /// The processors; none: where it may run now.
        cpus: Vec<u32>,
    },
    /// Ends the thread.
    Close,
}

/// From a lane to the control isolate. Nodes are named by slot.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// Every stage was made.
    Opened,
    /// A node failed, or, without one, the lane.
    Failed {
        /// Which.
        node: Option<u32>,
        /// Why, as a clause.
        text: String,
        /// It panicked.
        panicked: bool,
        /// The node was set aside, and the lane goes on without it.
        set_aside: bool,
    },
    /// The answer to `Ask`.
    Answered {
        /// Which request.
        request: u32,
        /// The result as JSON, or why there is none.
        answer: Result<String, String>,
    },
    /// The answer to `Disable`.
    Disabled {
        /// Which.
        node: u32,
    },
    /// A line of a node for the log.
    Log {
        /// Which.
        node: u32,
        /// 0 error, 1 warning, 2 information, 3 debugging.
        level: u32,
        /// The line.
        text: String,
    },
    /// An event of a node.
    Emitted {
        /// Which.
        node: u32,
        /// Its name.
        name: String,
        /// Its value, as JSON; empty for none.
        json: String,
    },
    /// Lines and events of the lane's nodes that were left out, since nobody has taken those before.
    Overflow {
        /// How many.
        lost: u32,
    },
    /// A node has ended, with its figures.
    Ended {
        /// Which.
        node: u32,
        /// In the order of its stage's names.
        figures: Vec<f64>,
    },
    /// How far a node is, nanoseconds of media time.
    Progress {
        /// Which.
        node: u32,
        /// So far.
        done_ns: f64,
        /// In all.
        total_ns: f64,
    },
    /// The answer to `Configure`.
    Configured {
        /// Which request.
        request: u32,
        /// Why not, if it was refused.
        error: Option<String>,
    },
    /// No node runs, and everything that was written is visible.
    Paused,
    /// Everything is ready for an edit.
    Prepared {
        /// The epoch of the edit.
        epoch: u32,
    },
    /// Nothing is left of an edit that was to be prepared.
    Refused {
        /// The epoch of the edit.
        epoch: u32,
        /// The node that refused, if it was one.
        node: Option<u32>,
        /// Why, as a clause.
        text: String,
    },
    /// An edit is in effect.
    Applied {
        /// The epoch of the edit.
        epoch: u32,
        /// The first node that refused a live value, which goes on with the old one, or that does not go on from the state
        /// of the one whose place it takes; and why.
        failure: Option<(u32, String)>,
    },
    /// Before `Applied`: what was left in a link of which an end goes to another lane.
    Rest(LinkRest),
    /// The answer to `Offer`. The node is not run until the edit is in effect or aborted.
    Offered {
        /// The epoch of the edit.
        epoch: u32,
        /// Which.
        node: u32,
        /// `None`: the node has ended.
        given: Option<Given>,
    },
    /// The answer to `Accept`.
    Accepted {
        /// The epoch of the edit.
        epoch: u32,
        /// Which.
        node: u32,
    },
    /// The answer to `CountLost`.
    Counted {
        /// Which link.
        link: u32,
    },
    /// The answer to `Attach`.
    Attached {
        /// The epoch of the edit.
        epoch: u32,
    },
    /// A removed node was flushed and dropped; its slot is free.
    Removed {
        /// Which.
        node: u32,
        /// Why its `flush` failed, if it did.
        error: Option<String>,
    },
    /// The system refused something that the lane does without.
    Warning {
        /// What.
        text: String,
    },
    /// Every stage was dropped; the thread is about to end.
    Closed,
}

/// What a node gives to its successor on another lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// What the lane has of it.
    pub carried: Carried,
    /// The stage's state; `None`: it has failed, or its state goes to nobody.
    pub state: Option<Vec<u8>>,
}

/// Reports that may wait before lines and events are left out: a node that tells more than is taken is not to fill the
/// memory.
const MOST_TOLD: usize = 1_024;

/// The two queues between the control isolate and one native lane, and what that may end while the lane waits for it.
#[derive(Default)]
pub(super) struct Mailbox {
    commands: Mutex<VecDeque<Command>>,
    reports: Mutex<VecDeque<Report>>,
    #[cfg(target_os = "linux")]
    pub(super) guests: Guests,
}

impl Mailbox {
    pub(super) fn command(&self, command: Command) {
        lock(&self.commands).push_back(command);
    }

    pub(super) fn next_command(&self) -> Option<Command> {
        lock(&self.commands).pop_front()
    }

    pub(super) fn report(&self, report: Report) {
        let mut reports = lock(&self.reports);
        if matches!(report, Report::Log { .. } | Report::Emitted { .. }) && reports.len() >= MOST_TOLD {
            match reports.back_mut() {
                Some(Report::Overflow { lost }) => *lost += 1,
                _ => reports.push_back(Report::Overflow { lost: 1 }),
            }
            return;
        }
        // Only the newest progress of a node matters.
        if let Report::Progress { node, .. } = report {
            reports.retain(|old| !matches!(old, Report::Progress { node: other, .. } if *other == node));
        }
        reports.push_back(report);
    }

    pub(super) fn next_report(&self) -> Option<Report> {
        lock(&self.reports).pop_front()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_tells_more_than_is_taken_does_not_fill_the_memory() {
        let mailbox = Mailbox::default();
        let line = |node| Report::Log { node, level: 2, text: "again".into() };
        for _ in 0..MOST_TOLD + 500 {
            mailbox.report(line(0));
        }
        mailbox.report(Report::Ended { node: 0, figures: Vec::new() });
        for _ in 0..MOST_TOLD {
            assert_eq!(mailbox.next_report(), Some(line(0)));
        }
        assert_eq!(mailbox.next_report(), Some(Report::Overflow { lost: 500 }));
        assert_eq!(mailbox.next_report(), Some(Report::Ended { node: 0, figures: Vec::new() }));
        mailbox.report(line(1));
        assert_eq!(mailbox.next_report(), Some(line(1)));
        assert_eq!(mailbox.next_report(), None);
    }
}
