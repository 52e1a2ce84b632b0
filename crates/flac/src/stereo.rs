//! Two channels: what of them is coded.

use crate::header::Coding;
use crate::subframe::Signal;

/// What two channels have in common, and what makes them differ.
pub struct Pair {
    /// Half of their sum, rounded down.
    pub mid: Signal,
    /// Left minus right.
    pub side: Signal,
}

impl Pair {
    /// `None`: the difference of two such channels would not fit in 32 bits.
    pub fn new(bits: u32) -> Option<Self> {
        (bits < 32).then(|| Self { mid: Signal::new(bits), side: Signal::new(bits + 1) })
    }

    /// Chooses by what the predictor of order 2 leaves of each signal.
    pub fn choose(&mut self, channels: &[Signal]) -> Coding {
        let [left, right] = channels else { return Coding::Independent };
        let both = || left.samples().iter().zip(right.samples());
        self.mid.fill(both().map(|(left, right)| (left + right) >> 1));
        self.side.fill(both().map(|(left, right)| left - right));
        let (left, right, mid, side) = (left.cost(), right.cost(), self.mid.cost(), self.side.cost());
        let ways = [
            (Coding::Independent, left + right),
            (Coding::LeftSide, left + side),
            (Coding::SideRight, side + right),
            (Coding::MidSide, mid + side),
        ];
        ways.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(Coding::Independent, |(coding, _)| coding)
    }
}
