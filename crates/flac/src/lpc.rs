//! Linear prediction (RFC 9639, 9.2.6): its coefficients by autocorrelation and the recursion of Levinson and Durbin.

/// The highest order.
pub const MOST_ORDER: usize = 12;
/// Bits of a coefficient.
pub const PRECISION: u32 = 15;
/// What the rounding of samples leaves of each, squared, whatever the predictor.
const ROUNDING: f64 = 1.0 / 12.0;
/// Samples that are predicted side by side.
const LANES: usize = 8;
/// A float whose lowest bit is worth 1, as of all that are near.
const UNIT: f64 = 6_755_399_441_055_744.0;
/// The most of a residual (RFC 9639, 9.2.7.3).
const MOST_RESIDUAL: f64 = 2_147_483_647.0;
/// The highest shift that a subframe can say.
const MOST_SHIFT: i32 = 15;

/// A predictor of whole numbers: the sum of the `order` samples before, each times its coefficient, shifted down.
#[derive(Clone, Copy, Default)]
pub struct Predictor {
    /// The newest sample's first.
    coefficients: [i32; MOST_ORDER],
    pub order: usize,
    pub shift: u32,
}

/// Finds predictors.
pub struct Analysis {
    /// What each sample counts: a parabola (the window of Welch), for blocks of the last length.
    window: Vec<f64>,
    /// Samples as they count, and zeros behind them.
    windowed: Vec<f64>,
}

impl Analysis {
    pub fn new() -> Self {
        Self { window: Vec::new(), windowed: Vec::new() }
    }

    /// The predictor whose residual is expected to take the fewest bits. `None`: the samples have none.
    ///
    /// @param bits of a sample
    pub fn predictor(&mut self, samples: &[f64], bits: u32) -> Option<Predictor> {
        let correlation = self.correlation(samples);
        let (rows, errors) = levinson(&correlation)?;
        let count = samples.len() as f64;
        let cost = |order: usize| {
            // Of samples that are spread as Laplace has it, a bit for each halving of the deviation.
            let each = 0.5 * (errors[order - 1] / count + ROUNDING).log2();
            each * (count - order as f64) + order as f64 * f64::from(PRECISION + bits)
        };
        let order = (1..=MOST_ORDER).min_by(|a, b| cost(*a).total_cmp(&cost(*b)))?;
        quantised(&rows[order - 1][..order])
    }

    fn correlation(&mut self, samples: &[f64]) -> [f64; MOST_ORDER + 1] {
        let count = samples.len();
        if self.window.len() != count {
            let half = (count as f64 - 1.0) / 2.0;
            self.window.clear();
            self.window.extend((0..count).map(|at| 1.0 - ((at as f64 - half) / (half + 1.0)).powi(2)));
        }
        self.windowed.clear();
        self.windowed.extend(samples.iter().zip(&self.window).map(|(sample, weight)| sample * weight));
        self.windowed.resize(count + MOST_ORDER, 0.0);
        let mut sums = [0.0; MOST_ORDER + 1];
        for run in self.windowed.windows(MOST_ORDER + 1) {
            let first = run[0];
            for (sum, value) in sums.iter_mut().zip(run) {
                *sum += first * value;
            }
        }
        sums
    }
}

type Rows = [[f64; MOST_ORDER]; MOST_ORDER];

/// The coefficients of each order from 1 on, and how much each leaves of the energy. `None`: there is none.
fn levinson(correlation: &[f64; MOST_ORDER + 1]) -> Option<(Rows, [f64; MOST_ORDER])> {
    let mut rows = [[0.0; MOST_ORDER]; MOST_ORDER];
    let mut errors = [0.0; MOST_ORDER];
    let mut row = [0.0; MOST_ORDER];
    let mut error = correlation[0];
    for order in 0..MOST_ORDER {
        if error.is_nan() || error <= 0.0 {
            // What is left is a matter of rounding: higher orders gain nothing.
            (rows[order], errors[order]) = (row, f64::INFINITY);
            continue;
        }
        let sum: f64 = (0..order).map(|at| row[at] * correlation[order - at]).sum();
        let reflection = (correlation[order + 1] - sum) / error;
        let before = row;
        row[order] = reflection;
        for at in 0..order {
            row[at] = before[at] - reflection * before[order - 1 - at];
        }
        error *= 1.0 - reflection * reflection;
        (rows[order], errors[order]) = (row, error.max(0.0));
    }
    (correlation[0] > 0.0).then_some((rows, errors))
}

/// The coefficients as whole numbers, each with what the rounding of those before it left.
fn quantised(row: &[f64]) -> Option<Predictor> {
    let most = row.iter().fold(0.0_f64, |most, each| most.max(each.abs()));
    if !most.is_finite() || most == 0.0 {
        return None;
    }
    let limit = f64::from(1 << (PRECISION - 1));
    let shift = ((limit / most).log2().floor() as i32).min(MOST_SHIFT);
    if shift < 0 {
        return None;
    }
    let mut predictor = Predictor { order: row.len(), shift: shift as u32, ..Predictor::default() };
    let mut left = 0.0;
    for (coefficient, each) in predictor.coefficients.iter_mut().zip(row) {
        left += each * f64::from(1 << shift);
        let whole = left.round().clamp(-limit, limit - 1.0);
        left -= whole;
        *coefficient = whole as i32;
    }
    Some(predictor)
}

impl Predictor {
    /// The newest sample's first.
    pub fn coefficients(&self) -> &[i32] {
        &self.coefficients[..self.order]
    }

    /// Writes the residual of the samples after the first `order` ones. `false`: a residual does not fit in 32 bits.
    ///
    /// The sums are whole numbers below 2^53, which floats hold exactly, and processors have more room for.
    pub fn residual(&self, samples: &[f64], into: &mut Vec<i32>) -> bool {
        into.clear();
        into.resize(samples.len() - self.order, 0);
        match self.order {
            1 => self.fill::<1>(samples, into),
            2 => self.fill::<2>(samples, into),
            3 => self.fill::<3>(samples, into),
            4 => self.fill::<4>(samples, into),
            5 => self.fill::<5>(samples, into),
            6 => self.fill::<6>(samples, into),
            7 => self.fill::<7>(samples, into),
            8 => self.fill::<8>(samples, into),
            9 => self.fill::<9>(samples, into),
            10 => self.fill::<10>(samples, into),
            11 => self.fill::<11>(samples, into),
            _ => self.fill::<12>(samples, into),
        }
    }

    fn fill<const N: usize>(&self, samples: &[f64], into: &mut [i32]) -> bool {
        let scale = 1.0 / f64::from(1 << self.shift);
        let oldest_first: [f64; N] = std::array::from_fn(|at| f64::from(self.coefficients[N - 1 - at]) * scale);
        let mut most = 0.0_f64;
        let mut at = 0;
        while at + LANES <= into.len() {
            let mut sums = [0.0; LANES];
            for (tap, coefficient) in oldest_first.iter().enumerate() {
                let run = &samples[at + tap..at + tap + LANES];
                sums.iter_mut().zip(run).for_each(|(sum, sample)| *sum += sample * coefficient);
            }
            let run = &samples[at + N..at + N + LANES];
            for ((place, sum), sample) in into[at..at + LANES].iter_mut().zip(sums).zip(run) {
                let left = sample - floor(sum);
                most = most.max(left.abs());
                *place = whole(left);
            }
            at += LANES;
        }
        for (at, place) in into.iter_mut().enumerate().skip(at) {
            let sum: f64 = samples[at..at + N].iter().zip(&oldest_first).map(|(sample, each)| sample * each).sum();
            let left = samples[at + N] - floor(sum);
            most = most.max(left.abs());
            *place = whole(left);
        }
        most <= MOST_RESIDUAL
    }
}

/// Rounds down a number with at most 15 bits behind the point. From 2^35 on it may be off by one.
#[inline]
fn floor(value: f64) -> f64 {
    // Adding the float whose lowest bit is worth 1 rounds to the nearest, and nothing lies half-way between two.
    (value + (1.0 / 131_072.0 - 0.5)) + UNIT - UNIT
}

/// The low 32 bits of a whole number.
#[inline]
fn whole(value: f64) -> i32 {
    (value + UNIT).to_bits() as i32
}
