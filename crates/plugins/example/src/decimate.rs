//! `org.sluice.example.decimate`: keeps every n-th record of packets, in batches of another size.

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_F32, SLUICE_F64};
use sluice_stage::{Acquire, Context, Next, Port, Stage};

/// The records that come in and go out.
const FIELDS: [(&CStr, u32); 2] = [(c"timeNs", SLUICE_F64), (c"value", SLUICE_F32)];

/// Keeps every n-th record.
pub struct Decimate {
    every: usize,
    /// Records to pass over before the next that is kept.
    skip: usize,
    /// What was kept and not written, as no slot was free.
    kept: Vec<(f64, f32)>,
}

impl Stage for Decimate {
    const ID: &'static CStr = c"org.sluice.example.decimate";
    const NAME: &'static CStr = c"Decimate";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Keeps every n-th record of packets with the fields timeNs (f64) and value (f32).";
    const CONFIG: Option<&'static CStr> = Some(
        c"{\"properties\":{\"every\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000000,\"default\":2,\
          \"description\":\"One record of so many is kept.\",\"x-live\":true}}}",
    );
    const INPUTS: &'static [Port] = &[Port::packet(c"packetIn", c"Records with the fields timeNs and value.")];
    const OUTPUTS: &'static [Port] = &[Port::packet(c"packetOut", c"Those that are kept, a batch for each that came.")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self { every: every(context), skip: 0, kept: Vec::new() })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if !self.write(context)? {
            return Ok(Next::Again);
        }
        while let Some(frame) = context.read(0) {
            let times = context.column::<f64>(frame, c"timeNs").ok_or("a packet has no field timeNs of f64")?;
            let values = context.column::<f32>(frame, c"value").ok_or("a packet has no field value of f32")?;
            let chosen = times.iter().copied().zip(values.iter().copied()).skip(self.skip).step_by(self.every);
            self.kept.extend(chosen);
            let beyond = times.len().saturating_sub(self.skip);
            self.skip =
                if beyond == 0 { self.skip - times.len() } else { (self.every - beyond % self.every) % self.every };
            context.release(frame);
            if !self.write(context)? {
                return Ok(Next::Again);
            }
        }
        Ok(Next::WhenFramesCome)
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        self.every = every(context);
        Ok(())
    }
}

impl Decimate {
    /// Writes what was kept. `false`: no slot is free.
    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let count = self.kept.len() as u32;
        if count == 0 {
            return Ok(true);
        }
        let frame = match context.acquire_packet(0, &FIELDS, count, count) {
            Ok(frame) => frame,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => return Err(why),
        };
        let times = context.column_mut::<f64>(frame, c"timeNs").ok_or("the new packet has no field timeNs")?;
        times.iter_mut().zip(&self.kept).for_each(|(place, &(time, _))| *place = time);
        let values = context.column_mut::<f32>(frame, c"value").ok_or("the new packet has no field value")?;
        values.iter_mut().zip(&self.kept).for_each(|(place, &(_, value))| *place = value);
        context.write(0, frame)?;
        self.kept.clear();
        Ok(true)
    }
}

fn every(context: &Context) -> usize {
    context.number(c"every").unwrap_or(2.0) as usize
}
