//! Runs one node once: its tick, or its flush and end. Decides whether it goes back into the queue. The rules are
//! those of the lanes of TypeScript (`core/lanes/cells/cell_runner.ts`).

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use sluice_abi::stage::SLUICE_LOG_WARN;
use sluice_abi::{blocked, phase};

use super::context::StageContext;
use super::crash::{Label, noting};
use super::mailbox::{Given, Report};
use super::ports::Ports;
use super::settings::Value;
use super::shared::Shared;
use super::spec::{Carried, NodeSpec};
use super::stage::{Cadence, Fault, Stage, StageType};
use super::tick_times::TickTimes;
use super::waker::Bell;

/// How long a removed node may take to flush.
const FLUSH_LIMIT: Duration = Duration::from_secs(5);
/// How long the lane waits there for a stage that asks to be called later.
const FLUSH_PAUSE: Duration = Duration::from_millis(1);

pub(super) struct Node {
    pub(super) kind: &'static StageType,
    pub(super) ports: Ports,
    /// `None`: it panicked, and is not called again; or it was removed.
    pub(super) stage: Option<Box<dyn Stage>>,
    /// It hands on what comes in, and its stage is not called.
    pub(super) bypassed: bool,
    /// The lane goes on when it fails.
    pub(super) supervised: bool,
    /// It has failed, and waits to be disabled, or for another instance; what comes in waits too.
    set_aside: bool,
    /// It does not go on from the state of the one whose place it takes.
    fresh: bool,
    /// By which other threads wake it.
    bell: Bell,
    /// Names it where its stage crashes. `None`: that has a process of its own.
    label: Option<Label>,
    /// Its last tick took nothing, and was followed by the end of all writers.
    is_last_look: bool,
    /// It did not give its figures when it was asked last.
    counts_not: bool,
    /// It was removed: its slot is free.
    pub(super) vacant: bool,
    pub(super) hold: Hold,
    times: TickTimes,
}

/// Why a node is not run.
#[derive(Debug, PartialEq)]
pub(super) enum Hold {
    /// It is.
    None,
    /// It goes to another lane, unless the edit is aborted.
    Leaving {
        /// Its state goes to nobody.
        ends: bool,
    },
    /// It comes from another lane, and waits for its links.
    Arriving {
        /// For each input: the next frame has a gap before it.
        gaps: Vec<bool>,
    },
}

/// Why a call of a stage did not come back with a value.
pub(super) enum Failure {
    /// The stage said so.
    Fault(String),
    /// It panicked.
    Panic(String),
}

/// Why a node does not go on from the state of the one whose place it takes.
pub(super) enum StateLoss {
    /// That one failed when it was to give it: the new one begins anew.
    Snapshot(String),
    /// The new one refuses it, and begins anew.
    Refused(String),
    /// The new one failed when it was given it.
    Restore(Failure),
}

impl Failure {
    /// Why, as a clause.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Fault(text) | Self::Panic(text) => text,
        }
    }

    /// Why, as a clause.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Fault(text) | Self::Panic(text) => text,
        }
    }
}

impl Node {
    pub(super) fn new(
        kind: &'static StageType,
        ports: Ports,
        stage: Box<dyn Stage>,
        bell: Bell,
        spec: &NodeSpec,
        label: Option<Label>,
    ) -> Self {
        Self {
            kind,
            ports,
            stage: Some(stage),
            bypassed: false,
            supervised: spec.supervised,
            set_aside: false,
            fresh: spec.fresh,
            bell,
            label,
            is_last_look: false,
            counts_not: false,
            vacant: false,
            hold: if spec.arrives { Hold::Arriving { gaps: Vec::new() } } else { Hold::None },
            times: TickTimes::default(),
        }
    }

    /// Whether frames that it had read may have gone nowhere when it leaves the lane.
    pub(super) fn loses_frames(&self) -> bool {
        self.set_aside || self.hold == Hold::Leaving { ends: true }
    }

    /// Holds the node, and says what its successor on another lane goes on from. `None`: it has ended. `ends`: its state
    /// goes to nobody. The inner refusal is the stage's.
    ///
    /// # Errors
    ///
    /// If the stage failed.
    pub(super) fn offer(&mut self, shared: &mut Shared, ends: bool) -> Result<Result<Option<Given>, String>, Failure> {
        if shared.done[self.ports.position] && !self.set_aside {
            return Ok(Ok(None));
        }
        self.hold = Hold::Leaving { ends };
        self.ports.flush(shared);
        let mut state = None;
        if !ends && !self.set_aside {
            let mut bytes = Vec::new();
            if let Err(text) = self.call(shared, "snapshot", |stage, _| Ok(stage.snapshot(&mut bytes)))? {
                return Ok(Err(text));
            }
            state = Some(bytes);
        }
        Ok(Ok(Some(Given { carried: self.ports.carried(), state })))
    }

    /// Goes on from what a node on another lane had. This one is no part of the lane yet.
    ///
    /// # Errors
    ///
    /// Why the stage refuses its state, or what it panicked with.
    pub(super) fn accept(&mut self, carried: Carried, state: Option<&[u8]>) -> Result<(), String> {
        self.ports.resume(&carried);
        self.hold = Hold::Arriving { gaps: carried.gaps };
        let Some(state) = state else { return Ok(()) };
        let Some(stage) = self.stage.as_deref_mut() else { return Ok(()) };
        // A stage that panics is dropped with the edit.
        let told = catch_unwind(AssertUnwindSafe(|| noting(self.label.as_ref(), "restore", || stage.restore(state))));
        told.unwrap_or_else(|panic| Err(panic_text(&*panic)))
    }

    /// Has the node run if another thread has asked for it.
    pub(super) fn heed_bell(&mut self, shared: &mut Shared) {
        if !self.bell.was_rung() {
            return;
        }
        self.ports.again = true;
        self.ports.not_before_ns = 0.0;
        shared.wake(self.ports.position);
    }

    /// Runs the node, if something is to be done.
    ///
    /// # Errors
    ///
    /// If the stage failed.
    #[inline]
    pub(super) fn run(&mut self, shared: &mut Shared) -> Result<(), Failure> {
        if self.hold != Hold::None {
            return Ok(());
        }
        if shared.done[self.ports.position] {
            self.discard_late(shared);
            return Ok(());
        }
        if self.ports.finishing {
            return self.finish(shared);
        }
        if std::mem::take(&mut shared.noticed[self.ports.position]) && self.ports.unheard() {
            self.ports.finishing = true;
            self.ports.not_before_ns = 0.0;
            shared.wake(self.ports.position);
            return Ok(());
        }
        if self.kind.cadence == Cadence::Loop {
            if self.ports.not_before_ns > 0.0 {
                // Offline graphs do not wait for the clock.
                if shared.live && self.ports.not_before_ns > shared.clock_ns() {
                    return Ok(());
                }
                self.ports.due_ns = std::mem::take(&mut self.ports.not_before_ns);
            }
            if self.ports.has_input() && self.ports.inputs_ended(shared) {
                self.ports.finishing = true;
            } else if !self.ports.admit(shared) {
                return Ok(());
            }
        } else if !self.is_due(shared) && !self.ports.again && !self.ports.triggered(shared) {
            let waits = self.kind.cadence == Cadence::External && !self.ports.has_input();
            if waits || !self.ports.inputs_ended(shared) {
                return Ok(());
            }
            self.ports.finishing = true;
            self.ports.not_before_ns = 0.0;
        } else if self.ports.admit(shared) {
            // The stage asks for a time anew in each tick.
            self.ports.not_before_ns = 0.0;
        } else {
            return Ok(());
        }
        if self.ports.finishing {
            shared.wake(self.ports.position);
            return Ok(());
        }
        self.tick(shared)
    }

    /// Whether a node without a cadence of its own waits for a time.
    pub(super) fn asks_for_a_time(&self) -> bool {
        self.ports.not_before_ns > 0.0 && self.kind.cadence != Cadence::Loop
    }

    /// Whether it waits for a device or the like, which may ring its bell at any time.
    pub(super) fn waits_for_its_bell(&self, shared: &Shared) -> bool {
        let is_open = self.stage.is_some() && !self.set_aside && !shared.done[self.ports.position];
        self.kind.cadence == Cadence::External && is_open && self.ports.blocked == blocked::NONE
    }

    /// Whether the time has come at which a stage without a cadence of its own asked to be called.
    fn is_due(&self, shared: &Shared) -> bool {
        self.ports.not_before_ns > 0.0 && self.ports.not_before_ns <= shared.clock_ns()
    }

    /// Whether its last timed tick is to end the round.
    pub(super) fn was_long(&self) -> bool {
        self.times.was_long()
    }

    fn tick(&mut self, shared: &mut Shared) -> Result<(), Failure> {
        if self.ports.due_ns > 0.0 {
            // Offline graphs have no deadlines.
            if shared.live {
                self.ports.note_lateness(shared.clock_ns());
            }
            self.ports.due_ns = 0.0;
        }
        let record = self.ports.record();
        record.ticks += 1.0;
        let ticks = record.ticks;
        record.phase = phase::PROCESS;
        // Which tick the phase belongs to, cut to 32 bits.
        record.phase_tick = ticks as u64 as u32;
        let started_ns = self.times.begin().then(|| shared.clock_ns());
        self.ports.reads = 0;
        self.ports.writes = 0;
        self.ports.again = false;
        let outcome = if self.bypassed {
            self.call(shared, "process", |_, context| hand_on(context))
        } else {
            self.call(shared, "process", |stage, context| stage.process(context))
        };
        if let Some(started_ns) = started_ns {
            let age_ns = (self.ports.reads > 0).then_some(started_ns - self.ports.last_ingress_ns);
            let took_ns = shared.clock_ns() - started_ns;
            self.times.note(self.ports.record(), took_ns, age_ns);
            self.ports.fit_share(took_ns);
        }
        outcome?;
        let was_last_look = std::mem::take(&mut self.is_last_look);
        let position = self.ports.position;
        if self.ports.finishing || self.ports.again {
            shared.wake(position);
        } else if self.kind.cadence == Cadence::Loop {
            if self.ports.not_before_ns == 0.0 || !shared.live {
                shared.wake(position);
            }
        } else if self.ports.reads > 0 || self.ports.writes > 0 {
            if self.ports.triggered(shared) || self.ports.inputs_ended(shared) {
                shared.wake(position);
            }
        } else if self.ports.not_before_ns == 0.0
            && self.ports.has_input()
            && self.ports.writers_ended()
            && self.ports.admit(shared)
        {
            // A tick that began after the end of its writers was shown everything that will ever come: if it took nothing
            // either, and asked for no time, the node is done with it.
            (self.ports.finishing, self.is_last_look) = (was_last_look, !was_last_look);
            shared.wake(position);
        }
        Ok(())
    }

    fn finish(&mut self, shared: &mut Shared) -> Result<(), Failure> {
        let is_early = self.ports.not_before_ns > 0.0 && !self.is_due(shared);
        if is_early || !self.ports.admit(shared) {
            return Ok(());
        }
        self.ports.not_before_ns = 0.0;
        self.ports.reads = 0;
        self.ports.record().phase = phase::FLUSH;
        let position = self.ports.position;
        if self.call(shared, "flush", |stage, context| stage.flush(context))? {
            if self.ports.not_before_ns == 0.0 {
                shared.wake(position);
            }
            return Ok(());
        }
        let mut figures = Vec::new();
        self.publish(shared, &mut figures)?;
        self.close(shared);
        shared.mailbox.report(Report::Ended { node: position as u32, figures });
        Ok(())
    }

    /// Gives the stage live values. The inner refusal is the stage's, which goes on with all the old ones.
    ///
    /// # Errors
    ///
    /// If the stage failed.
    pub(super) fn configure(
        &mut self,
        shared: &mut Shared,
        values: &[(String, Value)],
    ) -> Result<Result<(), String>, Failure> {
        self.ports.reads = 0;
        let answer = self.call(shared, "control", |stage, context| Ok(stage.control(context, values)));
        self.ports.flush(shared);
        answer
    }

    /// Gives the stage a command. The inner refusal is the stage's, which goes on.
    ///
    /// # Errors
    ///
    /// If the stage failed.
    pub(super) fn command(
        &mut self,
        shared: &mut Shared,
        name: &str,
        json: &str,
    ) -> Result<Result<String, String>, Failure> {
        self.ports.reads = 0;
        let answer = self.call(shared, "command", |stage, context| Ok(stage.command(context, name, json)));
        self.ports.flush(shared);
        answer
    }

    /// Nothing comes in any more, and nothing goes out.
    pub(super) fn close(&mut self, shared: &mut Shared) {
        self.set_aside = false;
        shared.done[self.ports.position] = true;
        self.ports.close_inputs(shared);
        self.ports.discard_inputs(shared);
        self.ports.end_links(shared);
    }

    /// Drops what came in after the node's end; what waits for another instance of it stays.
    pub(super) fn discard_late(&mut self, shared: &mut Shared) {
        if shared.done[self.ports.position] && !self.set_aside {
            self.ports.discard_inputs(shared);
        }
    }

    /// Drops the stage, which is called no more. The lane tells of it if that fails.
    pub(super) fn drop_stage(&mut self, shared: &Shared) {
        if let Some(text) = drop_stage(&mut self.stage, self.label.as_ref()) {
            let text = format!("a stage \"{}\" was not freed: {text}", self.kind.name);
            shared.mailbox.report(Report::Warning { text });
        }
        self.bell.silence();
    }

    /// Brings a node without links to its end: what `flush` still writes is given back.
    ///
    /// # Errors
    ///
    /// If the stage failed.
    pub(super) fn flush_out(&mut self, shared: &mut Shared) -> Result<(), Failure> {
        if shared.done[self.ports.position] {
            return Ok(());
        }
        self.ports.record().phase = phase::FLUSH;
        let until = Instant::now() + FLUSH_LIMIT;
        while self.call(shared, "flush", |stage, context| stage.flush(context))? && Instant::now() < until {
            if std::mem::take(&mut self.ports.not_before_ns) > 0.0 {
                std::thread::sleep(FLUSH_PAUSE);
            }
        }
        Ok(())
    }

    /// Takes over the links of the node whose place this one takes; and, from one of its kind, what it says of itself.
    ///
    /// # Errors
    ///
    /// If that one failed when it was to say so, which leaves this one to begin anew; or this one, when it was told.
    pub(super) fn succeed(&mut self, shared: &mut Shared, mut old: Self) -> Result<(), StateLoss> {
        for (own, link) in self.ports.inputs.iter_mut().zip(&mut old.ports.inputs) {
            *own = link.take();
        }
        for (own, other) in self.ports.outputs.iter_mut().zip(&mut old.ports.outputs) {
            own.links.append(&mut other.links);
        }
        if std::ptr::eq(self.kind, old.kind) {
            for (own, other) in self.ports.outputs.iter_mut().zip(&old.ports.outputs) {
                own.sequence = other.sequence;
            }
        }
        let state = old.state_for(self, shared);
        old.drop_stage(shared);
        shared.renew_node(self.ports.position);
        let Some(state) = state.map_err(StateLoss::Snapshot)? else { return Ok(()) };
        let told = self.call(shared, "restore", |stage, _| Ok(stage.restore(&state)));
        told.map_err(StateLoss::Restore)?.map_err(StateLoss::Refused)
    }

    /// Tries the state of a node whose place it is to take. A state that cannot be had is told of when it is wanted.
    pub(super) fn rehearse(&mut self, old: &mut Self, shared: &mut Shared) -> Result<(), String> {
        let Ok(Some(state)) = old.state_for(self, shared) else { return Ok(()) };
        self.call(shared, "restore", |stage, _| Ok(stage.restore(&state))).map_err(Failure::into_text)?
    }

    /// What a node goes on from that takes this one's place. `None`: it begins anew.
    fn state_for(&mut self, heir: &Self, shared: &mut Shared) -> Result<Option<Vec<u8>>, String> {
        if heir.fresh || self.stage.is_none() || !std::ptr::eq(self.kind, heir.kind) {
            return Ok(None);
        }
        let mut state = Vec::new();
        self.call(shared, "snapshot", |stage, _| Ok(stage.snapshot(&mut state))).map_err(Failure::into_text)??;
        Ok(Some(state))
    }

    /// Writes the stage's figures to its record. `figures` has them, too, afterwards.
    ///
    /// # Errors
    ///
    /// If the stage failed, and its node had neither failed nor ended before.
    pub(super) fn publish(&mut self, shared: &mut Shared, figures: &mut Vec<f64>) -> Result<(), Failure> {
        figures.clear();
        if self.kind.figures.is_empty() || self.stage.is_none() {
            return Ok(());
        }
        let was_done = shared.done[self.ports.position];
        match self.call(shared, "count", |stage, _| Ok(stage.figures(figures))) {
            Ok(counted) => self.note_figures(shared, counted, figures),
            Err(failure) if !was_done => return Err(failure),
            Err(_) => {}
        }
        Ok(())
    }

    /// Takes figures, or tells the log once that there are none.
    fn note_figures(&mut self, shared: &Shared, counted: Result<(), String>, figures: &mut Vec<f64>) {
        let had_none = std::mem::replace(&mut self.counts_not, counted.is_err());
        let record = self.ports.record();
        match counted {
            Ok(()) => record.figures[..figures.len()].copy_from_slice(figures),
            Err(why) => {
                figures.clear();
                figures.extend_from_slice(&record.figures[..self.kind.figures.len()]);
                if !had_none {
                    let text = format!("its figures stay as they are: {why}");
                    let node = self.ports.position as u32;
                    shared.mailbox.report(Report::Log { node, level: SLUICE_LOG_WARN, text });
                }
            }
        }
    }

    /// Calls the stage's function of that name. Afterwards nothing is left of what its tick owned; a stage that panicked is dropped.
    #[inline]
    fn call<T>(
        &mut self,
        shared: &mut Shared,
        name: &'static str,
        body: impl FnOnce(&mut dyn Stage, &mut StageContext<'_>) -> Result<T, Fault>,
    ) -> Result<T, Failure> {
        let Self { stage: slot, ports, label, .. } = self;
        let Some(stage) = slot.as_deref_mut() else {
            return Err(Failure::Fault("it has failed before".into()));
        };
        let mut context = StageContext { ports, shared };
        // What the stage leaves half done is its own, and it is not called again; ports and pools are consistent
        // after each call of the context, none of which calls a stage.
        let outcome = catch_unwind(AssertUnwindSafe(|| noting(label.as_ref(), name, || body(stage, &mut context))));
        let left = shared.owned.len();
        shared.settle();
        let record = self.ports.record();
        record.phase = phase::IDLE;
        let failure = match outcome {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(fault)) => Failure::Fault(fault.0),
            Err(panic) => Failure::Panic(panic_text(&*panic)),
        };
        record.errors += 1.0;
        if left > 0 {
            self.ports.mark_gaps();
        }
        if matches!(failure, Failure::Panic(_)) {
            self.drop_stage(shared);
        }
        shared.done[self.ports.position] = true;
        self.set_aside = self.supervised;
        Err(failure)
    }
}

/// What a node does that is passed by: it has one input and one output.
fn hand_on(context: &mut StageContext<'_>) -> Result<(), Fault> {
    while let Some(frame) = context.read(0) {
        context.write(0, frame);
    }
    Ok(())
}

/// Drops a stage. Says what failed, if that did.
fn drop_stage(stage: &mut Option<Box<dyn Stage>>, label: Option<&Label>) -> Option<String> {
    let mut stage = stage.take()?;
    let closed = catch_unwind(AssertUnwindSafe(move || noting(label, "destroy", || stage.close())));
    closed.unwrap_or_else(|panic| Err(panic_text(&*panic))).err()
}

/// What a panic says.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}
