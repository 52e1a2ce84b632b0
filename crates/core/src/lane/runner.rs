//! The thread of a native lane. One *round* takes what arrived in the inbox, runs up to a slice of the queued nodes,
//! and makes what they wrote visible to other lanes. When nothing is queued the lane parks: briefly spinning where a
//! processor is to spare, else in the system.

use std::ptr::NonNull;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sluice_abi::{LaneRecord, MAX_FIGURES, blocked, lane_state};

use crate::arena::Arena;
use crate::control::Control;
use crate::doorbell::Doorbell;
use crate::long_park;
use crate::sentinel;
use crate::sync::Ordering;

use super::mailbox::{Command, Mailbox, Report};
use super::node::{Failure, Hold, Node};
use super::prepared::{Prepared, Refusal};
use super::presentations::Presentations;
use super::schedule::schedule_thread;
use super::shared::Shared;
use super::spec::{Edit, LaneSpec};
use super::{COMMAND_INBOX_BIT, POOL_INBOX_BIT};

/// Nodes run between two looks at the inbox.
const SLICE_TICKS: u32 = 32;

/// Longest park: so often the heartbeat beats at least.
const PARK: Duration = Duration::from_millis(250);

/// How long a lane spins before it parks, at most. Each time in vain halves it, down to the least: whoever it waits for
/// does not run, and may want this very processor. One spin in so many is tried at full length all the same, and one
/// that was not in vain brings it back.
const SPIN: Duration = Duration::from_micros(20);
const SPIN_LEAST: Duration = Duration::from_nanos(1_250);
const SPIN_TRIAL: u32 = 64;
/// Looks at the doorbell between two looks at the clock.
const SPIN_LOOKS: u32 = 32;

/// Nobody is woken by this inbox bit.
pub(super) const NOBODY: usize = usize::MAX;

pub(super) struct Runner {
    /// By slot; nodes that were removed stay as vacant ones.
    pub(super) nodes: Vec<Node>,
    pub(super) shared: Shared,
    pub(super) record: NonNull<LaneRecord>,
    pub(super) control: Control,
    pub(super) lane: u32,
    /// By inbox bit: the slot of the node that it wakes.
    woken: Vec<usize>,
    /// Slots of the nodes with a cadence of their own, or that have asked for a time.
    pub(super) self_driven: Vec<usize>,
    /// Slots of the nodes that have run since writers were flushed.
    ran: Vec<usize>,
    /// The edit that waits for its epoch.
    pub(super) prepared: Option<Prepared>,
    processors: usize,
    /// How long the next spin lasts at most, and how many were in vain since one was tried at full length.
    spin_limit: Duration,
    spins_in_vain: u32,
    /// It has what it started with.
    pub(super) opened: bool,
    pub(super) running: bool,
    /// `Start` was asked.
    pub(super) started: bool,
    /// `Stop` was asked.
    pub(super) stopping: bool,
    /// `Pause` was asked, and no `Resume` since.
    pub(super) paused: bool,
    /// A node has failed, so that no node runs any longer.
    pub(super) failed: bool,
    pub(super) closed: bool,
    /// Nodes that have failed, and why, until whoever had them called is answered.
    pub(super) failures: Vec<(usize, Failure)>,
    /// Room for the figures of one stage.
    figures: Vec<f64>,
    /// Held until the thread ends. Last: what lies in it goes after everything that uses it.
    _arena: Arena,
}

/// The whole life of the thread. Every way out reports `Closed`.
pub(super) fn live(spec: LaneSpec, mailbox: &Arc<Mailbox>) {
    if let Err(text) = schedule_thread(spec.priority, &spec.cpus) {
        mailbox.report(Report::Warning { text });
    }
    match Runner::build(spec, mailbox) {
        Ok(mut runner) => {
            mailbox.report(Report::Opened);
            runner.run();
            runner.tear_down();
        }
        Err((node, text)) => {
            mailbox.report(Report::Failed { node, text, panicked: false, set_aside: false });
            loop {
                match mailbox.next_command() {
                    Some(Command::Close) => break,
                    Some(_) => {}
                    None => std::thread::park_timeout(PARK),
                }
            }
        }
    }
}

impl Runner {
    fn build(spec: LaneSpec, mailbox: &Arc<Mailbox>) -> Result<Self, Refusal> {
        let of_lane = |text: String| (None, text);
        let control = Control::open(&spec.control).map_err(of_lane)?;
        sentinel::enter(&spec.control, spec.lane, spec.generation, spec.lane).map_err(of_lane)?;
        let record = control.lane(spec.lane).ok_or_else(|| of_lane(format!("there is no lane {}", spec.lane)))?;
        let mut runner = Self {
            nodes: Vec::new(),
            shared: Shared {
                development: spec.development,
                presentations: Presentations::of_graph(&spec.control),
                ..Shared::new(spec.live, Arc::clone(mailbox))
            },
            record,
            control,
            lane: spec.lane,
            woken: Vec::new(),
            self_driven: Vec::new(),
            ran: Vec::new(),
            prepared: None,
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            spin_limit: SPIN,
            spins_in_vain: 0,
            opened: false,
            running: false,
            started: false,
            stopping: false,
            paused: false,
            failed: false,
            closed: false,
            failures: Vec::new(),
            figures: Vec::with_capacity(MAX_FIGURES),
            _arena: spec.control,
        };
        let first = runner.prepare(Edit { epoch: 0, ..spec.first })?;
        runner.apply(first);
        runner.opened = true;
        Ok(runner)
    }

    pub(super) fn wake_by(&mut self, bit: u32, position: usize) {
        let bit = bit as usize;
        if self.woken.len() <= bit {
            self.woken.resize(bit + 1, NOBODY);
        }
        self.woken[bit] = position;
    }

    fn run(&mut self) {
        self.obey();
        while !self.closed {
            if self.is_edit_due() {
                self.begin_edit();
            }
            if self.running && !self.shared.queue.is_empty() {
                self.round();
            } else {
                self.idle();
            }
        }
        // One that is in effect has its links counted, though the lane ends.
        if self.is_edit_due() {
            self.begin_edit();
        }
    }

    fn round(&mut self) {
        self.beat();
        self.set_state(lane_state::RUNNING);
        self.drain_inbox();
        self.wake_timers();
        for _ in 0..SLICE_TICKS {
            if !self.running {
                break;
            }
            let Some(position) = self.shared.queue.pop_front() else { break };
            self.shared.queued[position] = false;
            // SAFETY: the record lies in an arena that the thread holds; the field is this thread's.
            unsafe { (*self.record.as_ptr()).current_node = self.nodes[position].ports.number() };
            let outcome = self.nodes[position].run(&mut self.shared);
            if self.shared.live {
                self.nodes[position].ports.flush(&mut self.shared);
            }
            if self.ran.last() != Some(&position) {
                self.ran.push(position);
            }
            if self.nodes[position].asks_for_a_time() && !self.self_driven.contains(&position) {
                self.self_driven.push(position);
            }
            let is_long = self.nodes[position].was_long();
            if let Err(failure) = outcome {
                self.fail(position, failure);
            }
            // SAFETY: the record lies in an arena that the thread holds, and the word is atomic.
            if is_long || unsafe { (*self.record.as_ptr()).attention.load(Ordering::Relaxed) } != 0 {
                break;
            }
        }
        // SAFETY: as above.
        unsafe { (*self.record.as_ptr()).current_node = 0 };
        while let Some(position) = self.ran.pop() {
            self.nodes[position].ports.flush(&mut self.shared);
            if let Err(failure) = self.nodes[position].publish(&mut self.shared, &mut self.figures) {
                self.fail(position, failure);
            }
        }
    }

    fn set_state(&self, state: u32) {
        // SAFETY: the record lies in an arena that the thread holds, and the word is atomic. Relaxed: the watchdog
        // takes it as a sample.
        unsafe { (*self.record.as_ptr()).state.store(state, Ordering::Relaxed) };
    }

    /// What the lane does while it parks; `timed`: until a node's time comes.
    fn idle_state(&self, timed: bool) -> u32 {
        let waits = timed || self.nodes.iter().any(|node| node.waits_for_its_bell(&self.shared));
        match (self.running, waits) {
            (true, false) => lane_state::QUIET,
            (true, true) => lane_state::WAITING,
            (false, _) if self.paused || self.failed => lane_state::WAITING,
            (false, _) => lane_state::STARTING,
        }
    }

    /// Says that the lane lives.
    fn beat(&mut self) {
        self.shared.now_ns = self.shared.clock_ns();
        let record = self.record.as_ptr();
        // SAFETY: the record lies in an arena that the thread holds; these fields are this thread's.
        unsafe {
            (*record).heartbeat_ns = self.shared.now_ns;
            (*record).rounds += 1.0;
            // Before what calls for it is looked at: what comes later sets it again.
            (*record).attention.store(0, Ordering::SeqCst);
        }
    }

    fn idle(&mut self) {
        for slots in &mut self.shared.slots {
            slots.flush();
        }
        let Some(doorbell) = self.control.doorbell(self.lane) else { return };
        let seen = doorbell.bell.load(Ordering::SeqCst);
        self.drain_inbox();
        let (wait, timed) = self.wake_timers();
        if self.closed || self.is_edit_due() || wait.is_zero() || (self.running && !self.shared.queue.is_empty()) {
            return;
        }
        if self.spin(&doorbell, seen, wait) {
            return;
        }
        self.set_state(self.idle_state(timed));
        // SAFETY: the record lies in an arena that the thread holds; the field is this thread's.
        unsafe { (*self.record.as_ptr()).parks += 1.0 };
        long_park::park(&doorbell, seen, wait);
        self.beat();
    }

    /// Looks at the doorbell for a moment. `true`: somebody has called.
    fn spin(&mut self, doorbell: &Doorbell<'_>, seen: u32, wait: Duration) -> bool {
        if !self.running || self.awake_lanes() > self.processors {
            return false;
        }
        let limit = self.spin_limit.min(wait);
        let begin = Instant::now();
        loop {
            for _ in 0..SPIN_LOOKS {
                // Relaxed: the inbox is drained before anything that it tells of is looked at.
                let called = doorbell.bell.load(Ordering::Relaxed) != seen
                    || doorbell.summary.iter().any(|word| word.load(Ordering::Relaxed) != 0);
                if called {
                    self.spin_limit = SPIN;
                    return true;
                }
                std::hint::spin_loop();
            }
            if begin.elapsed() >= limit {
                self.spins_in_vain = (self.spins_in_vain + 1) % SPIN_TRIAL;
                self.spin_limit = if self.spins_in_vain == 0 { SPIN } else { (limit / 2).max(SPIN_LEAST) };
                return false;
            }
        }
    }

    /// Lanes of this runtime that run and are not parked, this one included.
    fn awake_lanes(&self) -> usize {
        let mut awake = 0;
        for index in 0..self.control.lane_count() {
            let Some(lane) = self.control.lane(index).map(NonNull::as_ptr) else { break };
            // SAFETY: the records lie in an arena that the thread holds, and the words are atomic. Relaxed: a guess.
            let (generation, dead) = unsafe {
                let dead = (*lane).dead_generation.load(Ordering::Relaxed);
                ((*lane).generation.load(Ordering::Relaxed), dead)
            };
            if generation == 0 && index > 0 {
                // Lanes are taken in order; of main, which is the first, there may be none.
                break;
            }
            // SAFETY: as above.
            if generation > dead && unsafe { (*lane).sleeping.load(Ordering::Relaxed) } == 0 {
                awake += 1;
            }
        }
        awake
    }

    fn drain_inbox(&mut self) {
        let Some(doorbell) = self.control.doorbell(self.lane) else { return };
        let Self { shared, nodes, woken, .. } = self;
        let mut commanded = false;
        doorbell.drain(|bit| match bit {
            POOL_INBOX_BIT => {
                for (position, node) in nodes.iter().enumerate() {
                    if node.ports.blocked == blocked::POOL {
                        shared.wake(position);
                    }
                }
            }
            COMMAND_INBOX_BIT => commanded = true,
            bit => {
                if let Some(&position) = woken.get(bit as usize).filter(|&&position| position != NOBODY) {
                    shared.notify(position);
                }
            }
        });
        if commanded {
            self.obey();
            for node in &mut self.nodes {
                node.heed_bell(&mut self.shared);
            }
        }
    }

    /// Queues the nodes whose time has come. Returns how long the lane may sleep, and whether a node waits for a time.
    fn wake_timers(&mut self) -> (Duration, bool) {
        let Self { shared, nodes, self_driven, .. } = self;
        let mut next_ns = f64::INFINITY;
        for &position in self_driven.iter().filter(|_| self.running) {
            if nodes[position].hold != Hold::None {
                continue;
            }
            let not_before_ns = nodes[position].ports.not_before_ns;
            if not_before_ns > 0.0 && !shared.done[position] {
                next_ns = next_ns.min(not_before_ns);
            }
        }
        if next_ns.is_infinite() {
            return (PARK, false);
        }
        let now_ns = shared.clock_ns();
        if next_ns <= now_ns {
            for &position in self_driven.iter() {
                let not_before_ns = nodes[position].ports.not_before_ns;
                if nodes[position].hold == Hold::None && not_before_ns > 0.0 && not_before_ns <= now_ns {
                    shared.wake(position);
                }
            }
        }
        (PARK.min(Duration::from_nanos((next_ns - now_ns).max(0.0) as u64)), true)
    }

    /// A node failed: it is set aside if it is supervised, else the lane stops running nodes. Then the control isolate
    /// has the word.
    pub(super) fn fail(&mut self, position: usize, failure: Failure) {
        let set_aside = self.nodes[position].supervised;
        self.running &= set_aside;
        self.failed |= !set_aside;
        let (text, panicked) = match failure {
            Failure::Fault(text) => (text, false),
            Failure::Panic(text) => (text, true),
        };
        self.shared.mailbox.report(Report::Failed { node: Some(position as u32), text, panicked, set_aside });
    }

    fn tear_down(&mut self) {
        self.abort();
        for node in &mut self.nodes {
            // The command to close may have come in the same round as the last frames of a link. What waits for a
            // node that failed stays, as queued.
            if !self.failed {
                node.discard_late(&mut self.shared);
            }
            node.drop_stage(&self.shared);
        }
        self.shared.settle();
        for slots in &mut self.shared.slots {
            slots.flush();
        }
    }
}
