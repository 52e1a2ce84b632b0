//! `org.sluice.sensors.to-voltage`: counts become volts.

use std::ffi::CStr;

use sluice_stage::{Context, Figure, Next, Port, Stage};

use crate::batch::{Batch, Names, no_slot};
use crate::wide::wide;
use sluice_stage::config::number;

/// Converts counts to volts.
pub struct ToVoltage {
    /// Volts of a count, and of 0 counts.
    step: f64,
    offset: f64,
    /// Lowest and highest count.
    limits: [i32; 2],
    names: Names,
    clipped: f64,
}

impl Stage for ToVoltage {
    const ID: &'static CStr = c"org.sluice.sensors.to-voltage";
    const NAME: &'static CStr = c"To voltage";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Turns the counts of a converter into volts.\n\n\
        Volts are count × fullScaleVolts ÷ 2^(bits - 1) × gain + offsetVolts. The figure `clipped` tells how \
        many counts were at an end of the range.\n\n\
        **Example.** `acquisition durationSeconds=1 ! to-voltage fullScaleVolts=5 ! csv-sink path=volts.csv`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "bits": {"type": "integer", "minimum": 2, "maximum": 32, "default": 16,
                "description": "Resolution of the converter."},
            "fullScaleVolts": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000000, "default": 10,
                "x-unit": "V", "description": "The range of the converter, up and down."},
            "gain": {"type": "number", "minimum": -1000000, "maximum": 1000000, "default": 1, "x-live": true,
                "description": "The factor of volts, such as that of a probe."},
            "offsetVolts": {"type": "number", "minimum": -1000000, "maximum": 1000000, "default": 0, "x-live": true,
                "x-unit": "V", "description": "Added to the product."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::packet(c"packetIn", c"Counts: i32 columns.")];
    const OUTPUTS: &'static [Port] = &[Port::packet(c"packetOut", c"Volts: f32 columns of the same names.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"clipped")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let mut stage = Self { step: 0.0, offset: 0.0, limits: [0; 2], names: Names::default(), clipped: 0.0 };
        stage.control(context, "")?;
        Ok(stage)
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(batch) = Batch::read(context)? {
            self.names.follow(context, &batch)?;
            let frame = self.names.acquire(context, batch.records).map_err(no_slot)?;
            let (counts, mut volts) =
                context.columns_between::<i32, f32>(batch.frame, frame).ok_or("a batch has columns that are no i32")?;
            for channel in 0..batch.channels {
                let (from, to) = (counts.get(channel), volts.get(channel));
                self.clipped += f64::from(convert(from, to, self.step, self.offset, self.limits));
            }
            batch.time(context, frame)?;
            context.write(0, frame)?;
            context.release(batch.frame);
        }
        Ok(Next::WhenFramesCome)
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        let limit = 2_f64.powi(number(context, c"bits")? as i32 - 1);
        self.step = number(context, c"fullScaleVolts")? / limit * number(context, c"gain")?;
        self.offset = number(context, c"offsetVolts")?;
        self.limits = [-limit as i32, (limit - 1.0) as i32];
        Ok(())
    }

    fn figures(&mut self, values: &mut [f64]) {
        values[0] = self.clipped;
    }
}

wide! {
    fn convert(counts: &[i32], volts: &mut [f32], step: f64, offset: f64, limits: [i32; 2]) -> u32 => convert_any
}

/// Returns how many are at an end of the range.
#[inline(always)]
fn convert_any(counts: &[i32], volts: &mut [f32], step: f64, offset: f64, [lowest, highest]: [i32; 2]) -> u32 {
    let mut clipped = 0;
    for (volt, &count) in volts.iter_mut().zip(counts) {
        *volt = (f64::from(count) * step + offset) as f32;
        clipped += u32::from(count <= lowest) + u32::from(count >= highest);
    }
    clipped
}
