//! The subframe of a signal (RFC 9639, 9.2): which predictor is taken, and whether any is.

use crate::bits::BitWriter;
use crate::lpc::{self, Analysis, Predictor};
use crate::rice::Partitions;
use crate::{MOST_SAMPLES, fixed};

/// Blocks that are shorter have no linear predictor.
const LEAST_SAMPLES: usize = 64;

/// A channel of a block, or a mixture of two.
pub struct Signal {
    samples: Vec<i32>,
    bits: u32,
    /// How many of the lowest bits are 0 in all samples.
    wasted: u32,
}

impl Signal {
    /// @param bits of a sample
    pub fn new(bits: u32) -> Self {
        Self { samples: Vec::with_capacity(MOST_SAMPLES), bits, wasted: 0 }
    }

    pub fn fill(&mut self, samples: impl Iterator<Item = i32>) {
        self.samples.clear();
        self.samples.extend(samples);
        let used = self.samples.iter().fold(0, |used, sample| used | sample);
        self.wasted = if used == 0 { 0 } else { used.trailing_zeros() };
    }

    /// About how many bits a sample takes, beside another signal.
    pub fn cost(&self) -> f64 {
        (f64::from(fixed::roughness(&self.samples)) + 1.0).log2() - f64::from(self.wasted)
    }

    pub fn samples(&self) -> &[i32] {
        &self.samples
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Fixed(usize),
    Linear(Predictor),
}

impl Kind {
    fn order(&self) -> usize {
        match self {
            Self::Fixed(order) => *order,
            Self::Linear(predictor) => predictor.order,
        }
    }
}

/// A way to code a signal.
struct Way {
    kind: Kind,
    residual: Vec<i32>,
    partitions: Partitions,
    /// About how many bits it takes.
    bits: u64,
}

impl Way {
    fn new() -> Self {
        let residual = Vec::with_capacity(MOST_SAMPLES);
        Self { kind: Kind::Fixed(0), residual, partitions: Partitions::new(), bits: u64::MAX }
    }

    fn plan(&mut self, kind: Kind, samples: &[i32], values: &[f64], bits: u32) {
        self.kind = kind;
        let is_residual = match &kind {
            Kind::Fixed(order) => fixed::residual(samples, *order, &mut self.residual),
            Kind::Linear(predictor) => predictor.residual(values, &mut self.residual),
        };
        if !is_residual {
            self.bits = u64::MAX;
            return;
        }
        let order = kind.order();
        self.partitions.plan(&self.residual, samples.len(), order);
        let each = if matches!(kind, Kind::Linear(_)) { bits + lpc::PRECISION } else { bits };
        self.bits = self.partitions.bits + order as u64 * u64::from(each);
    }
}

/// Plans and writes subframes.
pub struct Planner {
    analysis: Analysis,
    samples: Vec<i32>,
    /// The same as floats.
    values: Vec<f64>,
    fixed: Way,
    linear: Way,
}

impl Planner {
    pub fn new() -> Self {
        Self {
            analysis: Analysis::new(),
            samples: Vec::with_capacity(MOST_SAMPLES),
            values: Vec::with_capacity(MOST_SAMPLES),
            fixed: Way::new(),
            linear: Way::new(),
        }
    }

    pub fn write_all<'a>(&mut self, signals: impl IntoIterator<Item = &'a Signal>, writer: &mut BitWriter) {
        for signal in signals {
            self.write(signal, writer);
        }
    }

    /// Appends the subframe of a signal, whose samples take as many bits as they have at most.
    fn write(&mut self, signal: &Signal, writer: &mut BitWriter) {
        let [first, ..] = signal.samples[..] else { return };
        if signal.samples.iter().all(|sample| *sample == first) {
            write_head(0, 0, writer);
            return writer.write_signed(first, signal.bits);
        }
        let (wasted, bits) = (signal.wasted, signal.bits - signal.wasted);
        self.samples.clear();
        self.samples.extend(signal.samples.iter().map(|sample| sample >> wasted));
        let start = writer.place();
        self.values.clear();
        self.values.extend(self.samples.iter().map(|sample| f64::from(*sample)));
        let (samples, values) = (&self.samples, &self.values);
        self.fixed.plan(Kind::Fixed(fixed::best_order(samples)), samples, values, bits);
        self.linear.bits = u64::MAX;
        if samples.len() >= LEAST_SAMPLES {
            if let Some(predictor) = self.analysis.predictor(values, bits) {
                self.linear.plan(Kind::Linear(predictor), samples, values, bits);
            }
        }
        let way = if self.linear.bits < self.fixed.bits { &self.linear } else { &self.fixed };
        let plain_bits = samples.len() as u64 * u64::from(bits);
        if way.bits < plain_bits {
            write_head(way_code(&way.kind), wasted, writer);
            let place = writer.place();
            write_way(way, samples, bits, writer);
            // The plan counts about right.
            if writer.bits_since(place) < plain_bits {
                return;
            }
            writer.go_back(start);
        }
        write_head(1, wasted, writer);
        samples.iter().for_each(|sample| writer.write_signed(*sample, bits));
    }
}

/// The code of a kind of subframe (RFC 9639, 9.2.1); 0 is that of one value, 1 that of samples as they are.
fn way_code(kind: &Kind) -> u32 {
    match kind {
        Kind::Fixed(order) => 8 + *order as u32,
        Kind::Linear(predictor) => 31 + predictor.order as u32,
    }
}

fn write_head(code: u32, wasted: u32, writer: &mut BitWriter) {
    writer.write(code << 1 | u32::from(wasted > 0), 8);
    if wasted > 0 {
        writer.write(1, wasted);
    }
}

fn write_way(way: &Way, samples: &[i32], bits: u32, writer: &mut BitWriter) {
    let order = way.kind.order();
    samples[..order].iter().for_each(|sample| writer.write_signed(*sample, bits));
    if let Kind::Linear(predictor) = &way.kind {
        writer.write(lpc::PRECISION - 1, 4);
        writer.write(predictor.shift, 5);
        predictor.coefficients().iter().for_each(|each| writer.write_signed(*each, lpc::PRECISION));
    }
    way.partitions.write(&way.residual, samples.len(), order, writer);
}
