//! What a stage is: kept to what a C interface can carry, numbers, texts and handles. The interface of plugins stands
//! before it (`crate::plugin`).

use std::fmt;

use super::context::StageContext;
use super::settings::{Settings, Value};
use super::waker::Bell;

/// What `process` and `flush` may answer instead of success: why the node cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One instance of a stage. It lives on its lane's thread: made, run and dropped there.
pub trait Stage {
    /// One tick: reads, writes, and returns soon. Frames that it took and did not write are given back afterwards.
    ///
    /// # Errors
    ///
    /// Why the node cannot go on.
    fn process(&mut self, context: &mut StageContext<'_>) -> Result<(), Fault>;

    /// After the last frame of every input was read, or after `finish`: writes what is left. `true` to be called
    /// again once the outputs have room.
    ///
    /// # Errors
    ///
    /// Why the node cannot go on.
    fn flush(&mut self, _context: &mut StageContext<'_>) -> Result<bool, Fault> {
        Ok(false)
    }

    /// Gives live configuration values, which change together.
    ///
    /// # Errors
    ///
    /// Why one is refused; the stage goes on with the old ones.
    fn control(&mut self, _context: &mut StageContext<'_>, values: &[(String, Value)]) -> Result<(), String> {
        values.first().map_or(Ok(()), |(key, _)| Err(format!("\"{key}\" cannot be changed while the stage runs")))
    }

    /// Does what a script asks for by name, with arguments as JSON, and answers in JSON.
    ///
    /// # Errors
    ///
    /// Why not; the stage goes on.
    fn command(&mut self, _context: &mut StageContext<'_>, name: &str, _json: &str) -> Result<String, String> {
        Err(format!("there is no command \"{name}\""))
    }

    /// Adds what a stage of the same type that takes this one's place goes on from.
    ///
    /// # Errors
    ///
    /// Why not; the other begins anew.
    fn snapshot(&mut self, _out: &mut Vec<u8>) -> Result<(), String> {
        Ok(())
    }

    /// Goes on from what [`Stage::snapshot`] of another instance says. Values of the own configuration stay.
    ///
    /// # Errors
    ///
    /// Why not; the stage goes on from its own beginning.
    fn restore(&mut self, _state: &[u8]) -> Result<(), String> {
        Ok(())
    }

    /// The stage's own figures, in the order of [`StageType::figures`].
    ///
    /// # Errors
    ///
    /// Why not; they stay as they were.
    fn figures(&mut self, _out: &mut Vec<f64>) -> Result<(), String> {
        Ok(())
    }

    /// Frees what the stage has: the last call.
    ///
    /// # Errors
    ///
    /// What failed. Nothing is asked of the stage any more.
    fn close(&mut self) -> Result<(), String> {
        Ok(())
    }

    /// Whether another thread has asked for a tick since this was asked last.
    fn was_woken(&mut self) -> bool {
        false
    }
}

/// Adds numbers to a stage's state.
pub fn put_numbers(out: &mut Vec<u8>, numbers: &[f64]) {
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

/// The numbers of a stage's state.
#[must_use]
pub fn numbers_of<const N: usize>(state: &[u8]) -> Option<[f64; N]> {
    if state.len() != N * 8 {
        return None;
    }
    let mut numbers = [0.0; N];
    for (number, bytes) in numbers.iter_mut().zip(state.chunks_exact(8)) {
        *number = f64::from_le_bytes(bytes.try_into().ok()?);
    }
    Some(numbers)
}

/// When a node of a stage is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// When frames come in.
    Push,
    /// Again and again, or when its time has come: it is a source.
    Loop,
    /// When another thread asks for it.
    External,
}

/// Makes an instance, which may ask for ticks of its node by the bell.
pub type Create = dyn Fn(&Settings, &Bell) -> Result<Box<dyn Stage>, String> + Sync;

/// Describes a stage.
pub struct StageType {
    /// By which a lane's description names it.
    pub name: &'static str,
    /// Number of inputs.
    pub inputs: u32,
    /// Number of outputs.
    pub outputs: u32,
    /// Most frames that it writes to an output for each that it reads, or in a tick without reading; at least 1.
    pub burst: u32,
    /// When it is run.
    pub cadence: Cadence,
    /// Names of its figures.
    pub figures: &'static [&'static str],
    /// Makes an instance.
    pub create: &'static Create,
}
