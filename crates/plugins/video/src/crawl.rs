//! A crawl: text that moves over the picture, from one edge to the other. Where it stands depends on times of pictures
//! alone, so that it is the same at each run.

/// The text's way so far.
#[derive(Default)]
pub(crate) struct Crawl {
    /// Pixels a second: to the left, or below 0 to the right; 0: the text stands.
    speed: f64,
    /// The text comes in again once it has left.
    loops: bool,
    /// The text has left, and does not come in again.
    is_over: bool,
    /// The time from which the way is measured, nanoseconds; `None` before the first picture.
    start: Option<f64>,
    /// Pixels that were gone at the start, less those of passes that are over.
    base: f64,
    /// Pixels that were gone at the newest picture, in this pass.
    gone: f64,
    /// How often the text has passed.
    pub(crate) passes: f64,
}

impl Crawl {
    /// Takes values. A crawl of another speed goes on from where it is; one that stood, or is over, begins at its edge.
    pub(crate) fn configure(&mut self, speed: f64, loops: bool) {
        if speed != self.speed {
            self.base = if speed * self.speed > 0.0 { self.gone } else { 0.0 };
            self.start = None;
        }
        (self.speed, self.loops) = (speed, loops);
        if self.is_over && loops {
            self.begin();
        }
    }

    /// Takes note of another text: one that moves goes on, one that is over begins again.
    pub(crate) fn renew(&mut self) {
        if self.is_over {
            self.begin();
        }
    }

    /// Whether the text moves, or has moved out of the picture.
    pub(crate) fn moves(&self) -> bool {
        self.speed != 0.0
    }

    /// Where the left edge of a text so wide stands in a picture so wide at a time, in pixels, which may be below 0;
    /// `None` once it is over.
    pub(crate) fn left(&mut self, pts_ns: f64, width: usize, text: usize) -> Option<i64> {
        // A stream that goes back, as at its second round, begins anew.
        if self.start.is_some_and(|start| pts_ns < start) {
            self.begin();
        }
        if self.is_over {
            return None;
        }
        let way = (width + text) as f64;
        let mut gone = self.base + self.speed.abs() * (pts_ns - *self.start.get_or_insert(pts_ns)) / 1e9;
        // Whole pixels may come out just below, since times are exact to the nearest nanosecond.
        let passes = ((gone + 0.5) / way).floor().min(if self.loops { f64::INFINITY } else { 1.0 });
        self.passes += passes;
        self.base -= passes * way;
        gone -= passes * way;
        self.gone = gone;
        self.is_over = passes > 0.0 && !self.loops;
        let pixels = gone.round() as i64;
        let left = if self.speed > 0.0 { width as i64 - pixels } else { pixels - text as i64 };
        (!self.is_over).then_some(left)
    }

    fn begin(&mut self) {
        (self.start, self.base, self.gone, self.is_over) = (None, 0.0, 0.0, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a text of 40 pixels stands in a picture of 100 at times in seconds.
    fn places(crawl: &mut Crawl, times: &[f64]) -> Vec<Option<i64>> {
        times.iter().map(|at| crawl.left((at * 1e9f64).round(), 100, 40)).collect()
    }

    fn crawl(speed: f64, loops: bool) -> Crawl {
        let mut made = Crawl::default();
        made.configure(speed, loops);
        made
    }

    #[test]
    fn a_text_comes_in_at_the_right_and_again_once_it_has_left() {
        let mut moving = crawl(60.0, true);
        let thirds = [7.0, 7.0 + 1.0 / 30.0, 7.0 + 2.0 / 30.0, 8.0, 9.0, 7.0 + 140.0 / 60.0, 7.0 + 290.0 / 60.0];
        assert_eq!(
            places(&mut moving, &thirds),
            [Some(100), Some(98), Some(96), Some(40), Some(-20), Some(100), Some(90)]
        );
        assert_eq!(moving.passes, 2.0);
    }

    #[test]
    fn a_text_that_moves_to_the_right_comes_in_at_the_left() {
        assert_eq!(places(&mut crawl(-60.0, true), &[0.0, 1.0, 2.0]), [Some(-40), Some(20), Some(80)]);
    }

    #[test]
    fn a_text_that_passes_once_has_left_then() {
        let mut once = crawl(100.0, false);
        assert_eq!(places(&mut once, &[0.0, 1.39, 1.4, 9.0]), [Some(100), Some(-39), None, None]);
        assert_eq!(once.passes, 1.0);
        once.renew();
        assert_eq!(places(&mut once, &[10.0, 10.5]), [Some(100), Some(50)]);
    }

    #[test]
    fn another_speed_goes_on_from_where_the_text_is() {
        let mut changed = crawl(100.0, true);
        assert_eq!(places(&mut changed, &[0.0, 0.5]), [Some(100), Some(50)]);
        changed.configure(10.0, true);
        assert_eq!(places(&mut changed, &[0.6, 1.6]), [Some(50), Some(40)]);
        changed.configure(0.0, true);
        changed.configure(10.0, true);
        assert_eq!(places(&mut changed, &[2.0, 3.0]), [Some(100), Some(90)]);
    }

    #[test]
    fn times_that_go_back_begin_anew() {
        assert_eq!(places(&mut crawl(50.0, true), &[3.0, 4.0, 0.0, 1.0]), [Some(100), Some(50), Some(100), Some(50)]);
    }
}
