//! The code of a residual (RFC 9639, 9.2.7): partitions of a block, each with its parameter.

use crate::bits::BitWriter;

/// The highest order of partitions: two to the power of it are as many as there can be.
const MOST_ORDER: u32 = 8;
const MOST_PARTITIONS: usize = 1 << MOST_ORDER;
/// The highest parameters of 4 and of 5 bits; the one above them stands for samples as they are.
const MOST_IN_4_BITS: u8 = 14;
const MOST_IN_5_BITS: u32 = 30;

/// How a residual is coded.
#[derive(Clone, Copy)]
pub struct Partitions {
    order: u32,
    parameters: [u8; MOST_PARTITIONS],
    /// About how many bits it takes.
    pub bits: u64,
}

impl Partitions {
    pub fn new() -> Self {
        Self { order: 0, parameters: [0; MOST_PARTITIONS], bits: 0 }
    }

    /// Finds the partitions that take the fewest bits.
    ///
    /// @param count samples of the block, of which the first `order` are not in the residual
    pub fn plan(&mut self, residual: &[i32], count: usize, order: usize) {
        let finest = (0..=MOST_ORDER).rev().find(|each| count % (1 << each) == 0 && count >> each > order).unwrap_or(0);
        let mut sums = [0_u64; MOST_PARTITIONS];
        let length = count >> finest;
        let (first, rest) = residual.split_at(length - order);
        let sum = |part: &[i32]| part.iter().map(|each| u64::from(folded(*each))).sum::<u64>();
        sums[0] = sum(first);
        for (place, part) in sums[1..].iter_mut().zip(rest.chunks_exact(length)) {
            *place = sum(part);
        }
        self.bits = u64::MAX;
        let mut parameters = [0; MOST_PARTITIONS];
        for each in (0..=finest).rev() {
            let (partitions, length) = (1 << each, count >> each);
            let mut bits = 0;
            let mut most = 0;
            for (at, (sum, parameter)) in sums.iter().zip(&mut parameters).take(partitions).enumerate() {
                let (best, cost) = best_parameter(*sum, length - if at == 0 { order } else { 0 });
                *parameter = best as u8;
                bits += cost;
                most = most.max(*parameter);
            }
            bits += partitions as u64 * width(most);
            if bits <= self.bits {
                (self.order, self.bits) = (each, bits);
                self.parameters[..partitions].copy_from_slice(&parameters[..partitions]);
            }
            for at in 0..partitions / 2 {
                sums[at] = sums[2 * at] + sums[2 * at + 1];
            }
        }
    }

    /// Appends a residual.
    pub fn write(&self, residual: &[i32], count: usize, order: usize, writer: &mut BitWriter) {
        let parameters = &self.parameters[..1 << self.order];
        let most = parameters.iter().fold(0, |most, each| most.max(*each));
        let width = width(most) as u32;
        writer.write(width - 4, 2);
        writer.write(self.order, 4);
        let length = count >> self.order;
        let (mut from, mut to) = (0, length - order);
        for parameter in parameters {
            let parameter = u32::from(*parameter);
            writer.write(parameter, width);
            for each in &residual[from..to] {
                let value = folded(*each);
                let zeros = value >> parameter;
                let low = 1 << parameter | value & ((1 << parameter) - 1);
                if zeros + parameter < 32 {
                    writer.write(low, zeros + 1 + parameter);
                } else {
                    writer.write_zeros(zeros);
                    writer.write(low, 1 + parameter);
                }
            }
            (from, to) = (to, to + length);
        }
    }
}

/// Bits of a parameter.
fn width(most: u8) -> u64 {
    if most > MOST_IN_4_BITS { 5 } else { 4 }
}

/// A number with a sign as one without: 0, −1, 1, −2, 2.
#[inline]
fn folded(value: i32) -> u32 {
    (value << 1 ^ value >> 31) as u32
}

/// The parameter that takes the fewest bits, and about how many.
#[inline]
fn best_parameter(sum: u64, count: usize) -> (u32, u64) {
    let count = count as u64;
    let about = (sum / count.max(1)).checked_ilog2().unwrap_or(0).min(MOST_IN_5_BITS);
    let cost = |parameter: u32| {
        // What is shifted off is half of the parameter's range, on average.
        let off = count * ((1 << parameter) - 1) / 2;
        count * u64::from(parameter + 1) + (sum.saturating_sub(off) >> parameter)
    };
    let lower = about.saturating_sub(1);
    let (low, high) = (cost(lower), cost(about));
    if low < high { (lower, low) } else { (about, high) }
}
