//! Batches of records: one column a channel.

use std::ffi::{CStr, CString};

use sluice_stage::abi::{SLUICE_DISCONTINUITY, SLUICE_F32};
use sluice_stage::{Acquire, Context, Frame, MOST_COLUMNS};

use crate::timeline::Joint;

/// A batch that was read.
#[derive(Clone, Copy)]
pub(crate) struct Batch {
    pub(crate) frame: Frame,
    pub(crate) records: usize,
    pub(crate) channels: usize,
    pub(crate) pts_ns: f64,
    pub(crate) duration_ns: f64,
    /// Records are missing before it.
    pub(crate) gap: bool,
}

impl Batch {
    /// Takes the oldest batch of the first input.
    pub(crate) fn read(context: &mut Context) -> Result<Option<Self>, String> {
        let Some(frame) = context.read(0) else { return Ok(None) };
        let info = context.info(frame).ok_or("a batch says nothing of itself")?;
        Ok(Some(Self {
            frame,
            records: info.count as usize,
            channels: info.planes as usize,
            pts_ns: info.pts_ns,
            duration_ns: info.duration_ns,
            gap: info.flags & SLUICE_DISCONTINUITY != 0,
        }))
    }

    /// As [`Batch::read`]; records are also missing before a batch that does not begin where the one before ended.
    pub(crate) fn read_joined(context: &mut Context, joint: &mut Joint) -> Result<Option<Self>, String> {
        let Some(mut batch) = Self::read(context)? else { return Ok(None) };
        if batch.records > 0 {
            batch.gap |= joint.is_gap(batch.pts_ns, batch.duration_ns);
        }
        Ok(Some(batch))
    }

    /// Records a second.
    pub(crate) fn rate_hz(&self) -> Result<f64, String> {
        if self.duration_ns > 0.0 && self.records > 0 {
            return Ok(self.records as f64 * 1e9 / self.duration_ns);
        }
        Err("a batch has no duration, from which its rate would follow; put a stage before it that sets one".into())
    }

    /// Gives another frame the times of this one, and its mark of a gap.
    pub(crate) fn time(&self, context: &mut Context, frame: Frame) -> Result<(), String> {
        stamp(context, frame, self.pts_ns, self.duration_ns, self.gap)
    }
}

/// Sets times and the mark of a gap.
pub(crate) fn stamp(
    context: &mut Context,
    frame: Frame,
    pts_ns: f64,
    duration_ns: f64,
    gap: bool,
) -> Result<(), String> {
    context.set_times_ns(frame, pts_ns.round(), duration_ns.round())?;
    if gap { context.set_discontinuity(frame) } else { Ok(()) }
}

/// Whether two rates are one: durations are whole nanoseconds, so that one rate differs a little from batch to batch.
pub(crate) fn is_same_rate(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-4 * one.max(other)
}

/// The names of the columns of a stage's batches, for batches of its own.
#[derive(Default)]
pub(crate) struct Names(Vec<CString>);

impl Names {
    /// Takes the names of a batch, if they have changed. It allocates only then.
    pub(crate) fn follow(&mut self, context: &Context, batch: &Batch) -> Result<(), String> {
        let at = |index: usize| context.column_index(batch.frame, &self.0[index]) == Some(index as u32);
        if self.0.len() == batch.channels && (batch.channels == 0 || at(0) && at(batch.channels - 1)) {
            return Ok(());
        }
        let name = |index| context.field_name(batch.frame, index);
        let names: Option<Vec<_>> = (0..batch.channels as u32).map(name).collect();
        self.0 = names.ok_or("a batch does not name its fields")?;
        Ok(())
    }

    /// Takes a slot for a batch of `f32` with these names.
    pub(crate) fn acquire(&self, context: &mut Context, records: usize) -> Result<Frame, Acquire> {
        self.acquire_beside(context, records, &[])
    }

    /// Takes a slot for a batch of `f32` with these names, and others behind them.
    pub(crate) fn acquire_beside(
        &self,
        context: &mut Context,
        records: usize,
        others: &[&CStr],
    ) -> Result<Frame, Acquire> {
        let count = self.0.len() + others.len();
        if count > MOST_COLUMNS {
            return Err(Acquire::Refused(format!(
                "a batch has {count} columns, and at most {MOST_COLUMNS} are possible"
            )));
        }
        let mut fields: [(&CStr, u32); MOST_COLUMNS] = [(c"", SLUICE_F32); MOST_COLUMNS];
        let names = self.0.iter().map(CString::as_c_str).chain(others.iter().copied());
        for (field, name) in fields.iter_mut().zip(names) {
            field.0 = name;
        }
        context.acquire_packet(0, &fields[..count], records as u32, records as u32)
    }
}

/// Why a batch with columns of another type is refused.
pub(crate) const WANTS_F32: &str = "a batch has columns that are no f32; put a \"to-voltage\" before it";

/// What a stage answers where no slot is free although it has just read a frame: the host lets it read only where one is.
pub(crate) fn no_slot(why: Acquire) -> String {
    match why {
        Acquire::Later => "no slot is free".into(),
        Acquire::Refused(why) => why,
    }
}
