//! `native-gain`: multiplies every sample by one factor. A change while it runs glides over one block, so that it does
//! not click. At 0 dB blocks pass untouched; otherwise they are changed in place unless others read them too.

use crate::lane::context::StageContext;
use crate::lane::settings::{Settings, Value};
use crate::lane::stage::{Cadence, Fault, Stage, StageType, numbers_of, put_numbers};
use crate::lane::waker::Bell;

pub(super) const TYPE: StageType = StageType {
    name: "native-gain",
    inputs: 1,
    outputs: 1,
    burst: 1,
    cadence: Cadence::Push,
    figures: &[],
    create: &create,
};

struct Gain {
    /// The factor that the last block ended with.
    factor: f32,
    /// The factor that the next block ends with.
    target: f32,
}

fn create(settings: &Settings, _bell: &Bell) -> Result<Box<dyn Stage>, String> {
    let factor = factor_of(settings.get("gainDb", 0.0))?;
    Ok(Box::new(Gain { factor, target: factor }))
}

fn factor_of(decibels: f64) -> Result<f32, String> {
    if !(-120.0..=24.0).contains(&decibels) {
        return Err(format!("gainDb is {decibels}, wanted -120 to 24"));
    }
    Ok(10_f64.powf(decibels / 20.0) as f32)
}

impl Stage for Gain {
    fn process(&mut self, context: &mut StageContext<'_>) -> Result<(), Fault> {
        while let Some(frame) = context.read(0) {
            let mut own = frame;
            if self.factor != 1.0 || self.target != 1.0 {
                let view = context.view(frame).ok_or_else(|| Fault("a frame was not audio".into()))?;
                own = context
                    .writable(frame)
                    .ok_or_else(|| Fault("the audio pool has no free slot to copy a shared frame to".into()))?;
                for channel in 0..view.channels {
                    if let Some(samples) = context.channel_mut(own, channel) {
                        scale(samples, self.factor, self.target);
                    }
                }
                self.factor = self.target;
            }
            if !context.write(0, own) {
                return Err(Fault("its output refused a frame although it had room".into()));
            }
        }
        Ok(())
    }

    fn snapshot(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        put_numbers(out, &[f64::from(self.factor)]);
        Ok(())
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        // From there it glides to its own.
        if let Some([factor]) = numbers_of(state) {
            self.factor = factor as f32;
        }
        Ok(())
    }

    fn control(&mut self, _context: &mut StageContext<'_>, values: &[(String, Value)]) -> Result<(), String> {
        let mut target = self.target;
        for (key, value) in values {
            if key != "gainDb" {
                return Err(format!("\"{key}\" cannot be changed while the stage runs; \"gainDb\" can"));
            }
            target = factor_of(value.number()?)?;
        }
        self.target = target;
        Ok(())
    }
}

/// Multiplies by a factor that goes in a straight line from `from` to `to`.
fn scale(samples: &mut [f32], from: f32, to: f32) {
    if from == to {
        samples.iter_mut().for_each(|sample| *sample *= to);
        return;
    }
    let step = (to - from) / samples.len() as f32;
    for (place, sample) in samples.iter_mut().enumerate() {
        *sample *= from + step * (place + 1) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_glides_to_the_new_factor() {
        let mut samples = [1.0; 4];
        scale(&mut samples, 1.0, 3.0);
        assert_eq!(samples, [1.5, 2.0, 2.5, 3.0]);
        scale(&mut samples, 2.0, 2.0);
        assert_eq!(samples, [3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn gains_out_of_range_are_refused() {
        assert!(factor_of(f64::NAN).is_err());
        assert!(factor_of(24.1).is_err());
        assert_eq!(factor_of(0.0), Ok(1.0));
        assert!((factor_of(-6.0).unwrap() - 0.501_187_2).abs() < 1e-6);
    }
}
