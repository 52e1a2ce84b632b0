//! `org.sluice.sensors.fft`: spectra of each channel.

use std::f64::consts::TAU;
use std::ffi::CStr;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use sluice_stage::{Acquire, Context, Figure, MOST_COLUMNS, Next, Port, Stage};

use crate::batch::{Batch, Names, stamp};
use crate::history::History;
use crate::timeline::Joint;
use sluice_stage::config::{number, text};

/// The column behind those of the channels.
const FREQUENCY: &CStr = c"frequencyHz";

/// Heights below this one, in volts, are shown as -240 dB.
const LEAST: f32 = 1e-12;

/// Transforms pieces of each channel.
pub struct Fft {
    size: usize,
    hop: usize,
    decibels: bool,
    plan: Arc<dyn RealToComplex<f32>>,
    /// Weights of the samples of a piece, and what the height of a sine comes to with them.
    window: Vec<f32>,
    scale: f32,
    piece: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    joint: Joint,
    history: History,
    names: Names,
    gap: bool,
    spectra: f64,
}

impl Stage for Fft {
    const ID: &'static CStr = c"org.sluice.sensors.fft";
    const NAME: &'static CStr = c"FFT";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Gives the spectrum of each channel.\n\n\
        A batch comes for each piece of `size` samples, with a record for each frequency from 0 to half the \
        rate, which its column `frequencyHz` tells (not beside 64 channels, which leave no room). A `hop` below `size` has pieces overlap. A sine of peak 1 V \
        has the height 1, or 0 dB.\n\n\
        **Example.** `acquisition durationSeconds=1 ! to-voltage ! fft size=2048 scale=decibels ! csv-sink \
        path=spectra.csv`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "size": {"type": "integer", "minimum": 8, "maximum": 65536, "multipleOf": 2, "default": 1024,
                "x-unit": "samples", "description": "Samples of a piece."},
            "hop": {"type": "integer", "minimum": 0, "maximum": 65536, "default": 0, "x-unit": "samples",
                "description": "Samples from the start of one piece to that of the next, at most size; 0: size."},
            "window": {"type": "string", "enum": ["hann", "blackman", "rectangular"], "default": "hann",
                "description": "How samples of a piece are weighted."},
            "scale": {"type": "string", "enum": ["volts", "decibels"], "default": "volts",
                "description": "Heights: peak volts of a sine, or decibels beside 1 V."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::packet(c"packetIn", c"Samples: f32 columns.")];
    const OUTPUTS: &'static [Port] = &[Port::packet(c"packetOut", c"Spectra: a record for each frequency.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"spectra")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let size = number(context, c"size")? as usize;
        let hop = match number(context, c"hop")? as usize {
            0 => size,
            hop if hop <= size => hop,
            hop => return Err(format!("hop is {hop}, wanted at most the size, {size}")),
        };
        let window = weights(text(context, c"window")?, size);
        let plan = RealFftPlanner::new().plan_fft_forward(size);
        Ok(Self {
            size,
            hop,
            decibels: text(context, c"scale")? == "decibels",
            scale: 2.0 / window.iter().sum::<f32>(),
            window,
            piece: plan.make_input_vec(),
            bins: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            plan,
            joint: Joint::default(),
            history: History::default(),
            names: Names::default(),
            gap: false,
            spectra: 0.0,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        loop {
            while self.history.count() >= self.size {
                if !context.may_write() || !self.write(context)? {
                    return Ok(Next::Again);
                }
            }
            let Some(batch) = Batch::read_joined(context, &mut self.joint)? else { return Ok(Next::WhenFramesCome) };
            if batch.records > 0 {
                self.names.follow(context, &batch)?;
                self.history.add(context, &batch)?;
                self.gap |= batch.gap;
            }
            context.release(batch.frame);
        }
    }

    fn figures(&mut self, values: &mut [f64]) {
        values[0] = self.spectra;
    }
}

impl Fft {
    /// Writes the spectra of the next piece. `false`: no slot is free.
    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let has_room = self.history.channels() < MOST_COLUMNS;
        let others: &[&CStr] = if has_room { &[FREQUENCY] } else { &[] };
        let frame = match self.names.acquire_beside(context, self.bins.len(), others) {
            Ok(frame) => frame,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => return Err(why),
        };
        let mut columns = context.columns_mut::<f32>(frame).ok_or("a new batch has no columns")?;
        for channel in 0..self.history.channels() {
            self.transform(channel, columns.get(channel))?;
        }
        let (from_ns, length_ns) = (self.history.time_ns(0), self.history.length_ns(self.size));
        if has_room {
            let step_hz = 1e9 / length_ns;
            let frequencies = columns.get(self.history.channels()).iter_mut().enumerate();
            frequencies.for_each(|(bin, frequency)| *frequency = (bin as f64 * step_hz) as f32);
        }
        stamp(context, frame, from_ns, length_ns, std::mem::take(&mut self.gap))?;
        context.write(0, frame)?;
        self.history.forget(self.hop);
        self.spectra += 1.0;
        Ok(true)
    }

    fn transform(&mut self, channel: usize, heights: &mut [f32]) -> Result<(), String> {
        let samples = self.history.channel(channel).iter().zip(&self.window);
        self.piece.iter_mut().zip(samples).for_each(|(place, (sample, weight))| *place = sample * weight);
        let done = self.plan.process_with_scratch(&mut self.piece, &mut self.bins, &mut self.scratch);
        done.map_err(|error| error.to_string())?;
        for (height, bin) in heights.iter_mut().zip(&self.bins) {
            *height = bin.norm_sqr().sqrt() * self.scale;
        }
        // Frequency 0 and half the rate have one bin, where others have two.
        if let [first, .., last] = heights {
            (*first, *last) = (*first / 2.0, *last / 2.0);
        }
        if self.decibels {
            heights.iter_mut().for_each(|height| *height = 20.0 * height.max(LEAST).log10());
        }
        Ok(())
    }
}

fn weights(window: &str, size: usize) -> Vec<f32> {
    let weight = |n: usize| {
        let turn = TAU * n as f64 / size as f64;
        match window {
            "hann" => 0.5 - 0.5 * turn.cos(),
            "blackman" => 0.42 - 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos(),
            _ => 1.0,
        }
    };
    (0..size).map(|n| weight(n) as f32).collect()
}
