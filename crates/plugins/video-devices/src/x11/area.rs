//! Which part of a screen or window is wanted, and which rows of it have changed.

/// Rows between two bands that are fetched with them, since a request of their own would cost more.
const NEAR: u32 = 32;

/// A part, pixels: a width or height of 0 reaches to the edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Area {
    /// What of it lies in a whole of that size. `None`: nothing.
    pub(crate) fn within(self, width: u32, height: u32) -> Option<Self> {
        let side = |from: u32, wanted: u32, whole: u32| {
            let left = whole.checked_sub(from).filter(|&left| left > 0)?;
            Some(if wanted == 0 { left } else { wanted.min(left) })
        };
        Some(Self { width: side(self.x, self.width, width)?, height: side(self.y, self.height, height)?, ..self })
    }

    /// Whether a whole of that size has all of it.
    pub(crate) fn fits(self, width: u32, height: u32) -> bool {
        self.within(width, height).is_some_and(|found| {
            [(self.width, found.width), (self.height, found.height)]
                .iter()
                .all(|&(wanted, got)| wanted == 0 || wanted == got)
        })
    }

    /// The rows of it, from and to, that rectangles of the whole reach (their left, top, width and height), in few bands.
    pub(crate) fn bands(self, rectangles: impl Iterator<Item = (i32, i32, u32, u32)>) -> Vec<(u32, u32)> {
        let (left, top) = (i64::from(self.x), i64::from(self.y));
        let (right, bottom) = (left + i64::from(self.width), top + i64::from(self.height));
        let mut rows: Vec<(u32, u32)> = rectangles
            .filter_map(|(x, y, width, height)| {
                let (x, y) = (i64::from(x), i64::from(y));
                let (from, to) = (y.max(top), (y + i64::from(height)).min(bottom));
                let touches = x < right && x + i64::from(width) > left && from < to;
                touches.then(|| ((from - top) as u32, (to - top) as u32))
            })
            .collect();
        rows.sort_unstable();
        let mut bands: Vec<(u32, u32)> = Vec::new();
        for (from, to) in rows {
            match bands.last_mut() {
                Some(last) if from <= last.1 + NEAR => last.1 = last.1.max(to),
                _ => bands.push((from, to)),
            }
        }
        bands
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_without_a_size_reaches_to_the_edge_and_is_cut_there() {
        let area = Area { x: 10, y: 20, width: 0, height: 30 };
        assert_eq!(area.within(100, 100), Some(Area { width: 90, ..area }));
        assert_eq!(area.within(100, 40), Some(Area { width: 90, height: 20, ..area }));
        assert_eq!(area.within(10, 100), None);
        assert!(area.fits(100, 50) && !area.fits(100, 49) && !area.fits(10, 100));
    }

    #[test]
    fn bands_hold_the_changed_rows_of_the_area_alone() {
        let area = Area { x: 10, y: 100, width: 50, height: 400 };
        let of = |rectangles: &[(i32, i32, u32, u32)]| area.bands(rectangles.iter().copied());
        assert_eq!(of(&[(0, 90, 100, 20), (0, 480, 11, 100)]), [(0, 10), (380, 400)]);
        // Left of it, right of it, above, below.
        assert_eq!(of(&[(0, 200, 10, 5), (60, 200, 5, 5), (20, 0, 5, 100), (20, 500, 5, 5)]), []);
        assert_eq!(of(&[(20, 300, 1, 10), (20, 200, 1, 10), (20, 235, 1, 2)]), [(100, 137), (200, 210)]);
    }
}
