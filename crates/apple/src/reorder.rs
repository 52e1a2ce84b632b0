//! Decoders give pictures in the order of decoding; graphs have them in the order of presentation.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Puts pictures in order by the decoding times of the units that follow. A unit that is decoded at a time is not
/// presented before it, and later units are decoded later: so what is presented by the decoding time of the newest unit
/// can be given. Where decoding times are those of presentation every picture is given at once.
pub struct Reorder<T> {
    held: BinaryHeap<Reverse<Held<T>>>,
    /// The decoding time of the newest unit, nanoseconds.
    decoded_ns: f64,
    /// How many pictures have come, which orders those of one time.
    count: u64,
}

struct Held<T> {
    pts_ns: f64,
    number: u64,
    picture: T,
}

impl<T> Reorder<T> {
    /// Nothing is held.
    #[must_use]
    pub fn new() -> Self {
        Self { held: BinaryHeap::new(), decoded_ns: f64::NEG_INFINITY, count: 0 }
    }

    /// Takes the decoding time of a unit without a picture, nanoseconds.
    pub fn advance(&mut self, dts_ns: f64) {
        self.decoded_ns = self.decoded_ns.max(dts_ns);
    }

    /// Takes a picture and the decoding time of its unit, nanoseconds.
    pub fn push(&mut self, pts_ns: f64, dts_ns: f64, picture: T) {
        self.advance(dts_ns);
        self.count += 1;
        self.held.push(Reverse(Held { pts_ns, number: self.count, picture }));
    }

    /// The next picture that no later one can precede.
    pub fn pop(&mut self) -> Option<T> {
        let Reverse(first) = self.held.peek()?;
        if first.pts_ns <= self.decoded_ns { self.pop_rest() } else { None }
    }

    /// The next picture at the end of a stream.
    pub fn pop_rest(&mut self) -> Option<T> {
        self.held.pop().map(|Reverse(held)| held.picture)
    }

    /// Where a stream begins anew, later units may have earlier times. What is held is given by [`Reorder::pop_rest`] first.
    pub fn restart(&mut self) {
        self.decoded_ns = f64::NEG_INFINITY;
    }

    /// How many pictures are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether no picture is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

impl<T> Default for Reorder<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> PartialEq for Held<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Held<T> {}

impl<T> PartialOrd for Held<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Held<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.pts_ns.total_cmp(&other.pts_ns).then(self.number.cmp(&other.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is given after each unit of `(pts, dts)`, and at the end.
    fn given(units: &[(i32, i32)]) -> Vec<Vec<i32>> {
        let mut reorder = Reorder::new();
        let mut steps: Vec<Vec<i32>> = Vec::new();
        for &(pts, dts) in units {
            reorder.push(pts.into(), dts.into(), pts);
            steps.push(std::iter::from_fn(|| reorder.pop()).collect());
        }
        steps.push(std::iter::from_fn(|| reorder.pop_rest()).collect());
        assert!(reorder.is_empty());
        steps
    }

    #[test]
    fn pictures_that_are_in_order_are_given_at_once() {
        assert_eq!(given(&[(0, 0), (1, 1), (2, 2)]), [vec![0], vec![1], vec![2], vec![]]);
    }

    #[test]
    fn pictures_between_others_are_put_in_order_with_the_least_delay() {
        // I P B B P B B, with decoding times two pictures earlier.
        let units = [(0, -2), (3, -1), (1, 0), (2, 1), (6, 2), (4, 3), (5, 4)];
        assert_eq!(given(&units), [vec![], vec![], vec![0], vec![1], vec![2], vec![3], vec![4], vec![5, 6]]);
    }

    #[test]
    fn all_orders_of_decoding_come_out_in_the_order_of_presentation() {
        let mut order = [0, 1, 2, 3, 4, 5];
        // Heap's algorithm: each order once.
        let mut counters = [0; 6];
        let mut at = 0;
        loop {
            // The decoding times are as late as the order allows.
            let units: Vec<_> =
                order.iter().enumerate().map(|(k, &pts)| (pts, *order[k..].iter().min().unwrap())).collect();
            assert_eq!(given(&units).concat(), [0, 1, 2, 3, 4, 5], "{units:?}");
            while at < 6 && counters[at] >= at {
                counters[at] = 0;
                at += 1;
            }
            if at == 6 {
                break;
            }
            order.swap(if at % 2 == 0 { 0 } else { counters[at] }, at);
            counters[at] += 1;
            at = 0;
        }
    }

    #[test]
    fn pictures_of_one_time_keep_their_order() {
        let mut reorder = Reorder::new();
        for name in ["a", "b", "c"] {
            reorder.push(5.0, 5.0, name);
        }
        assert_eq!([reorder.pop(), reorder.pop(), reorder.pop()], [Some("a"), Some("b"), Some("c")]);
    }

    #[test]
    fn a_unit_without_a_picture_lets_those_before_it_go() {
        let mut reorder = Reorder::new();
        reorder.push(2.0, 0.0, "kept");
        assert_eq!(reorder.pop(), None);
        reorder.advance(2.0);
        assert_eq!(reorder.pop(), Some("kept"));
    }

    #[test]
    fn a_stream_that_begins_anew_is_ordered_by_its_own_times() {
        let mut reorder = Reorder::new();
        reorder.push(100.0, 100.0, 100);
        assert_eq!(reorder.pop(), Some(100));
        reorder.restart();
        reorder.push(3.0, 0.0, 3);
        assert_eq!((reorder.pop(), reorder.len()), (None, 1));
        assert_eq!(reorder.pop_rest(), Some(3));
    }
}
