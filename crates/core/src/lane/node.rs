//! Runs one node once: its tick, or its flush and end. Decides whether it goes back into the queue. The rules are
//! those of the lanes of TypeScript (`core/lanes/cell_runner.ts`).

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sluice_abi::phase;

use crate::clock;

use super::context::StageContext;
use super::mailbox::Report;
use super::ports::Ports;
use super::shared::Shared;
use super::stage::{Fault, Stage, StageType};
use super::tick_times::TickTimes;

pub(super) struct Node {
    pub(super) kind: &'static StageType,
    pub(super) ports: Ports,
    /// `None`: it panicked, and is not called again.
    pub(super) stage: Option<Box<dyn Stage>>,
    times: TickTimes,
}

/// Why a call of a stage did not come back with a value.
pub(super) enum Failure {
    /// The stage said so.
    Fault(String),
    /// It panicked.
    Panic(String),
}

impl Node {
    pub(super) fn new(kind: &'static StageType, ports: Ports, stage: Box<dyn Stage>) -> Self {
        Self { kind, ports, stage: Some(stage), times: TickTimes::default() }
    }

    /// Runs the node, if something is to be done.
    ///
    /// # Errors
    ///
    /// If the stage failed.
    #[inline]
    pub(super) fn run(&mut self, shared: &mut Shared) -> Result<(), Failure> {
        if shared.done[self.ports.position] {
            self.ports.discard_inputs(shared);
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
        if self.kind.self_driven {
            if self.ports.not_before_ns > 0.0 {
                // Offline graphs do not wait for the clock.
                if shared.live && self.ports.not_before_ns > clock::now_ns() {
                    return Ok(());
                }
                self.ports.due_ns = std::mem::take(&mut self.ports.not_before_ns);
            }
            if self.ports.has_input() && self.ports.inputs_ended(shared) {
                self.ports.finishing = true;
            } else if !self.ports.admit(shared) {
                return Ok(());
            }
        } else if !self.ports.triggered(shared) {
            if !self.ports.inputs_ended(shared) {
                return Ok(());
            }
            self.ports.finishing = true;
        } else if !self.ports.admit(shared) {
            return Ok(());
        }
        if self.ports.finishing {
            shared.wake(self.ports.position);
            return Ok(());
        }
        self.tick(shared)
    }

    fn tick(&mut self, shared: &mut Shared) -> Result<(), Failure> {
        if self.ports.due_ns > 0.0 {
            // Offline graphs have no deadlines.
            if shared.live {
                self.ports.note_lateness(clock::now_ns());
            }
            self.ports.due_ns = 0.0;
        }
        let record = self.ports.record();
        record.ticks += 1.0;
        let ticks = record.ticks;
        record.phase = phase::PROCESS;
        // Which tick the phase belongs to, cut to 32 bits.
        record.phase_tick = ticks as u64 as u32;
        let started_ns = self.times.is_timed(ticks).then(clock::now_ns);
        self.ports.reads = 0;
        self.ports.writes = 0;
        let outcome = self.call(shared, |stage, context| stage.process(context));
        if let Some(started_ns) = started_ns {
            let age_ns = (self.ports.reads > 0).then_some(started_ns - self.ports.last_ingress_ns);
            let took_ns = clock::now_ns() - started_ns;
            self.times.note(self.ports.record(), took_ns, age_ns);
        }
        outcome?;
        let position = self.ports.position;
        if self.ports.finishing {
            shared.wake(position);
        } else if self.kind.self_driven {
            if self.ports.not_before_ns == 0.0 || !shared.live {
                shared.wake(position);
            }
        } else if self.ports.reads > 0 || self.ports.writes > 0 {
            if self.ports.triggered(shared) || self.ports.inputs_ended(shared) {
                shared.wake(position);
            }
        } else if self.ports.writers_ended() && self.ports.admit(shared) {
            // It was shown everything that will ever come and took nothing: it is done with it.
            self.ports.finishing = true;
            shared.wake(position);
        }
        Ok(())
    }

    fn finish(&mut self, shared: &mut Shared) -> Result<(), Failure> {
        if !self.ports.admit(shared) {
            return Ok(());
        }
        self.ports.reads = 0;
        self.ports.record().phase = phase::FLUSH;
        let position = self.ports.position;
        if self.call(shared, |stage, context| stage.flush(context))? {
            shared.wake(position);
            return Ok(());
        }
        shared.done[position] = true;
        self.ports.close_inputs(shared);
        self.ports.discard_inputs(shared);
        self.ports.end_links(shared);
        let mut figures = Vec::new();
        if let Some(stage) = &self.stage {
            stage.figures(&mut figures);
        }
        shared.mailbox.report(Report::Ended { node: position as u32, figures });
        Ok(())
    }

    /// Writes the stage's figures to its record.
    pub(super) fn publish(&mut self, scratch: &mut Vec<f64>) {
        if self.kind.figures.is_empty() {
            return;
        }
        let Some(stage) = &self.stage else { return };
        scratch.clear();
        stage.figures(scratch);
        for (place, figure) in self.ports.record().figures.iter_mut().zip(scratch.iter()) {
            *place = *figure;
        }
    }

    /// Calls the stage. Afterwards nothing is left of what its tick owned; a stage that panicked is dropped.
    #[inline]
    fn call<T>(
        &mut self,
        shared: &mut Shared,
        body: impl FnOnce(&mut dyn Stage, &mut StageContext<'_>) -> Result<T, Fault>,
    ) -> Result<T, Failure> {
        let Self { stage: slot, ports, .. } = self;
        let Some(stage) = slot.as_deref_mut() else {
            return Err(Failure::Fault("it has failed before".into()));
        };
        let mut context = StageContext { ports, shared };
        // What the stage leaves half done is its own, and it is not called again; ports and pools are consistent
        // after each call of the context, none of which calls a stage.
        let outcome = catch_unwind(AssertUnwindSafe(|| body(stage, &mut context)));
        shared.settle();
        let record = self.ports.record();
        record.phase = phase::IDLE;
        let failure = match outcome {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(fault)) => Failure::Fault(fault.0),
            Err(panic) => Failure::Panic(panic_text(&*panic)),
        };
        record.errors += 1.0;
        if matches!(failure, Failure::Panic(_)) {
            drop_stage(&mut self.stage);
        }
        shared.done[self.ports.position] = true;
        Err(failure)
    }
}

/// Drops a stage; if even that panics, nothing more is to be done about it.
pub(super) fn drop_stage(stage: &mut Option<Box<dyn Stage>>) {
    if let Some(stage) = stage.take() {
        let _ = catch_unwind(AssertUnwindSafe(move || drop(stage)));
    }
}

/// What a panic says.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}
