//! How far a sender's clock has drifted from the graph's.
//!
//! Frames come late by what the network takes, which changes from one to the next; the least lateness of some seconds
//! changes little. Where it moves away from what it was at first, the clocks do not go equally fast.

/// How long the least lateness is looked for, nanoseconds.
const WINDOW_NS: f64 = 10e9;

/// Changes that are smaller are those of the network, nanoseconds.
const BAND_NS: f64 = 10e6;

/// The lateness of a sender's frames.
#[derive(Clone, Copy, Default)]
pub(crate) struct Drift {
    /// When the window began, and the least lateness in it.
    window: Option<(f64, f64)>,
    /// The least lateness of the first window.
    usual_ns: Option<f64>,
}

impl Drift {
    /// Takes a frame that came `late_ns` after its place, at `came_ns`. Returns, once a window, by how much the places of
    /// all frames have to move so that they come as late as at first; 0 within the band.
    pub(crate) fn take(&mut self, late_ns: f64, came_ns: f64) -> f64 {
        let (begin_ns, least_ns) = self.window.get_or_insert((came_ns, late_ns));
        *least_ns = least_ns.min(late_ns);
        if came_ns - *begin_ns < WINDOW_NS {
            return 0.0;
        }
        let off_ns = *least_ns - *self.usual_ns.get_or_insert(*least_ns);
        self.window = None;
        off_ns - off_ns.clamp(-BAND_NS, BAND_NS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least and the most lateness of each window, with a clock that is fast by `rate` and the moves applied.
    fn lateness(rate: f64) -> Vec<f64> {
        let (mut drift, mut moved_ns) = (Drift::default(), 0.0);
        let late = (0..60_000).map(|frame| {
            let came_ns = f64::from(frame) * 20e6;
            // Every seventh frame waits for nothing.
            let late_ns = f64::from(frame % 7) * 5e6 - came_ns * rate - moved_ns;
            moved_ns += drift.take(late_ns, came_ns);
            late_ns
        });
        late.step_by(7).collect()
    }

    #[test]
    fn frames_stay_as_late_as_they_were_whatever_the_clock() {
        for rate in [200e-6, -200e-6] {
            let worst_ns = lateness(rate).into_iter().fold(0.0, |worst: f64, late| worst.max(late.abs()));
            // The first window, and the one before a move, drift as well.
            assert!(worst_ns < BAND_NS + 2.5 * rate.abs() * WINDOW_NS, "{rate}: {worst_ns} ns");
        }
    }

    #[test]
    fn what_the_network_changes_moves_nothing() {
        let mut drift = Drift::default();
        for frame in 0..5_000 {
            let came_ns = f64::from(frame) * 20e6;
            let late_ns = f64::from(frame * 13 % 17) * 10e6 + (came_ns / 20e9).sin() * 4e6;
            assert_eq!(drift.take(late_ns, came_ns), 0.0);
        }
    }
}
