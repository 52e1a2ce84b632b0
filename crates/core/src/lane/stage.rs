//! What a stage is: kept to what a C interface can carry, numbers and handles, so that one can stand before it later.

use std::fmt;

use super::context::StageContext;

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

    /// Gives a live configuration value. Truth values come as 0 and 1.
    ///
    /// # Errors
    ///
    /// Why the value is refused; the stage goes on with the old one.
    fn control(&mut self, key: &str, _value: f64) -> Result<(), String> {
        Err(format!("\"{key}\" cannot be changed while the stage runs"))
    }

    /// What a stage of the same type that takes this one's place goes on from.
    fn snapshot(&self, _out: &mut Vec<f64>) {}

    /// Goes on from what [`Stage::snapshot`] of another instance says. Values of the own configuration stay.
    fn restore(&mut self, _state: &[f64]) {}

    /// The stage's own figures, in the order of [`StageType::figures`].
    fn figures(&self, _out: &mut Vec<f64>) {}
}

/// A stage's configuration: numbers by name; truth values as 0 and 1. The control isolate has checked them.
#[derive(Debug, Clone, Default)]
pub struct Settings(pub Vec<(String, f64)>);

impl Settings {
    /// The value of a key, or what stands for it.
    #[must_use]
    pub fn get(&self, key: &str, default: f64) -> f64 {
        self.0.iter().rev().find(|(name, _)| name == key).map_or(default, |&(_, value)| value)
    }

    /// A whole number in a range.
    ///
    /// # Errors
    ///
    /// If the value is not a whole number in the range.
    pub fn whole(&self, key: &str, default: f64, least: f64, most: f64) -> Result<f64, String> {
        let value = self.get(key, default);
        if value.fract() == 0.0 && (least..=most).contains(&value) {
            return Ok(value);
        }
        Err(format!("{key} is {value}, wanted a whole number from {least} to {most}"))
    }
}

/// Describes a stage.
pub struct StageType {
    /// By which a lane's description names it.
    pub name: &'static str,
    /// Number of inputs.
    pub inputs: u32,
    /// Number of outputs.
    pub outputs: u32,
    /// It has a cadence of its own, rather than running when frames come in.
    pub self_driven: bool,
    /// Names of its figures.
    pub figures: &'static [&'static str],
    /// Makes an instance.
    pub create: fn(&Settings) -> Result<Box<dyn Stage>, String>,
}
