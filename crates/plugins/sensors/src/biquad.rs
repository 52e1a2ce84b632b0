//! `org.sluice.sensors.biquad`: filters each channel.

use std::ffi::CStr;

use sluice_stage::{Context, Figure, Frame, Next, Port, Stage};

use crate::batch::{Batch, WANTS_F32, is_same_rate};
use crate::sections::{BESIDE, Sections, Shape, States, gather, scatter};
use crate::state::{of_bytes, to_bytes};
use crate::timeline::Joint;
use sluice_stage::config::{number, text};

/// Filters each channel by sections of second order.
pub struct Biquad {
    shape: Shape,
    frequency_hz: f64,
    order: u32,
    q: f64,
    /// The rate that `sections` were designed for; 0: none were.
    rate_hz: f64,
    sections: Sections,
    joint: Joint,
    /// Of each group of 8 channels, by section.
    states: Vec<[[f64; BESIDE]; 2]>,
    /// Samples of the 8 channels that are being filtered.
    beside: Vec<[f64; BESIDE]>,
    odd: Vec<Odd>,
    not_finite: f64,
}

/// A sample that is not finite, by its record and its channel among 8.
struct Odd {
    record: usize,
    lane: usize,
    sample: f32,
}

impl Stage for Biquad {
    const ID: &'static CStr = c"org.sluice.sensors.biquad";
    const NAME: &'static CStr = c"Biquad filter";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Filters each channel: low and high pass, band pass, notch.\n\n\
        The filters are sections of second order, of Butterworth for low and high pass, and are computed in 64 \
        bits; the coefficients follow from the rate of the batches that come. A change of frequency or q keeps \
        the state. After a gap it begins anew, as at the start. A sample that is not finite stays as it is, the \
        figure `notFinite` counts it, and its channel begins anew behind it.\n\n\
        **Example.** `acquisition durationSeconds=1 ! to-voltage ! biquad filter=high-pass frequencyHz=20 \
        order=4 ! csv-sink path=volts.csv`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "filter": {"type": "string", "enum": ["low-pass", "high-pass", "band-pass", "notch"],
                "default": "low-pass", "description": "The frequencies that pass."},
            "frequencyHz": {"type": "number", "exclusiveMinimum": 0, "maximum": 50000000, "default": 1000,
                "x-unit": "Hz", "x-live": true,
                "description": "Where a low or high pass is 3 dB down, or the middle of a band; below half the rate."},
            "order": {"type": "integer", "minimum": 2, "maximum": 16, "multipleOf": 2, "default": 2,
                "description": "Order of a low or high pass, twice the number of sections of all."},
            "q": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000, "default": 1, "x-live": true,
                "description": "Band pass and notch: the frequency divided by the width of the band."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::packet(c"packetIn", c"Samples: f32 columns.")];
    const OUTPUTS: &'static [Port] = &[Port::packet(c"packetOut", c"The same, filtered.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"notFinite")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self {
            shape: match text(context, c"filter")? {
                "high-pass" => Shape::HighPass,
                "band-pass" => Shape::BandPass,
                "notch" => Shape::Notch,
                _ => Shape::LowPass,
            },
            frequency_hz: number(context, c"frequencyHz")?,
            order: number(context, c"order")? as u32,
            q: number(context, c"q")?,
            rate_hz: 0.0,
            sections: Sections::design(Shape::LowPass, 1.0, 4.0, 2, 1.0)?,
            joint: Joint::default(),
            states: Vec::new(),
            beside: Vec::new(),
            odd: Vec::new(),
            not_finite: 0.0,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(batch) = Batch::read_joined(context, &mut self.joint)? {
            if batch.records > 0 {
                self.fit(&batch)?;
                let own = context.writable(batch.frame).ok_or("no slot is free for a copy")?;
                self.filter(context, own)?;
                context.write(0, own)?;
            }
        }
        Ok(Next::WhenFramesCome)
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        let (frequency_hz, q) = (number(context, c"frequencyHz")?, number(context, c"q")?);
        if self.rate_hz > 0.0 {
            self.sections = Sections::design(self.shape, frequency_hz, self.rate_hz, self.order, q)?;
        }
        (self.frequency_hz, self.q) = (frequency_hz, q);
        Ok(())
    }

    fn snapshot(&mut self) -> Vec<u8> {
        to_bytes(self.states.as_flattened().as_flattened().iter().copied())
    }

    fn restore(&mut self, state: &[u8]) {
        let finite = |number: f64| if number.is_finite() { number } else { 0.0 };
        let numbers: Vec<f64> = of_bytes(state).map(finite).collect();
        let group = |group: &[f64]| [std::array::from_fn(|k| group[k]), std::array::from_fn(|k| group[BESIDE + k])];
        self.states = numbers.chunks_exact(2 * BESIDE).map(group).collect();
    }

    fn figures(&mut self, values: &mut [f64]) {
        values[0] = self.not_finite;
    }
}

impl Biquad {
    /// Fits sections and states to a batch. It allocates where its rate, its channels or its length are new.
    fn fit(&mut self, batch: &Batch) -> Result<(), String> {
        let rate_hz = batch.rate_hz()?;
        if !is_same_rate(rate_hz, self.rate_hz) {
            self.sections = Sections::design(self.shape, self.frequency_hz, rate_hz, self.order, self.q)?;
            self.rate_hz = rate_hz;
        }
        let wanted = batch.channels.div_ceil(BESIDE) * self.sections.count();
        if self.states.len() != wanted || batch.gap {
            self.states.clear();
            self.states.resize(wanted, [[0.0; BESIDE]; 2]);
        }
        self.beside.resize(batch.records, [0.0; BESIDE]);
        Ok(())
    }

    fn filter(&mut self, context: &mut Context, frame: Frame) -> Result<(), String> {
        let mut columns = context.columns_mut::<f32>(frame).ok_or(WANTS_F32)?;
        for (group, states) in self.states.chunks_exact_mut(self.sections.count()).enumerate() {
            let first = group * BESIDE;
            let channels = first..columns.count().min(first + BESIDE);
            for channel in channels.clone() {
                let (column, lane) = (columns.get(channel), channel - first);
                if gather(column, &mut self.beside, lane) > 0 {
                    let odd = column.iter().enumerate().filter(|(_, sample)| !sample.is_finite());
                    self.odd.extend(odd.map(|(record, &sample)| Odd { record, lane, sample }));
                }
            }
            run_around(&self.sections, &mut self.beside, states, &mut self.odd);
            for channel in channels {
                scatter(&self.beside, columns.get(channel), channel - first);
            }
            self.not_finite += self.odd.len() as f64;
            for Odd { record, lane, sample } in self.odd.drain(..) {
                columns.get(first + lane)[record] = sample;
            }
        }
        Ok(())
    }
}

/// Filters samples of 8 channels. Those that are not finite stay out of the states, and their channels begin anew behind
/// them.
fn run_around(sections: &Sections, samples: &mut [[f64; BESIDE]], states: &mut States, odd: &mut [Odd]) {
    odd.sort_unstable_by_key(|odd| odd.record);
    let mut from = 0;
    for &mut Odd { record, lane, .. } in odd {
        sections.run(&mut samples[from..record], states);
        from = record;
        samples[record][lane] = 0.0;
        states.as_flattened_mut().iter_mut().for_each(|numbers| numbers[lane] = 0.0);
    }
    sections.run(&mut samples[from..], states);
}
