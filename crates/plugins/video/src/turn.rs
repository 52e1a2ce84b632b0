//! Planes turned by quarters and mirrored.

use sluice_stage::PlaneRowsMut;

/// How a picture is turned: a pixel that comes out is found in the source by swapping its coordinates first, if
/// `transpose`, and then counting from the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    transpose: bool,
    from_right: bool,
    from_bottom: bool,
}

impl Turn {
    /// Clockwise by 0, 90, 180 or 270 degrees, then mirrored.
    pub(crate) fn new(degrees: u32, flip: &str) -> Self {
        let (transpose, from_right, from_bottom) = match degrees {
            90 => (true, false, true),
            180 => (false, true, true),
            270 => (true, true, false),
            _ => (false, false, false),
        };
        // Mirroring what comes out counts from the other side of the source's axis that its axis is.
        let (across, down) = (flip == "horizontal", flip == "vertical");
        let (right, bottom) = if transpose { (down, across) } else { (across, down) };
        Self { transpose, from_right: from_right ^ right, from_bottom: from_bottom ^ bottom }
    }

    pub(crate) fn is_none(self) -> bool {
        !self.transpose && !self.from_right && !self.from_bottom
    }

    /// Whether width and height are swapped.
    pub(crate) fn is_quarter(self) -> bool {
        self.transpose
    }
}

/// Turns rows without padding into a plane.
pub(crate) fn turn(source: &[u8], size: (usize, usize), pixel: usize, how: Turn, target: &mut PlaneRowsMut<'_>) {
    match pixel {
        4 => turn_pixels::<4>(source, size, how, target),
        2 => turn_pixels::<2>(source, size, how, target),
        _ => turn_pixels::<1>(source, size, how, target),
    }
}

fn turn_pixels<const N: usize>(
    source: &[u8],
    (width, height): (usize, usize),
    how: Turn,
    target: &mut PlaneRowsMut<'_>,
) {
    for row in 0..target.rows {
        for (column, place) in target.row(row).chunks_exact_mut(N).enumerate() {
            let (x, y) = if how.transpose { (row, column) } else { (column, row) };
            let x = if how.from_right { width - 1 - x } else { x };
            let y = if how.from_bottom { height - 1 - y } else { y };
            place.copy_from_slice(&source[(y * width + x) * N..][..N]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of 1 2 3 over 4 5 6, turned.
    fn turned(degrees: u32, flip: &str) -> Vec<u8> {
        let how = Turn::new(degrees, flip);
        let (width, rows) = if how.is_quarter() { (2, 3) } else { (3, 2) };
        let mut bytes = vec![0; width * rows];
        let mut plane = PlaneRowsMut { bytes: &mut bytes, stride: width, row_bytes: width, rows };
        turn(&[1, 2, 3, 4, 5, 6], (3, 2), 1, how, &mut plane);
        bytes
    }

    #[test]
    fn quarters_go_clockwise_and_mirrors_come_after() {
        assert_eq!(turned(0, "none"), [1, 2, 3, 4, 5, 6]);
        assert_eq!(turned(90, "none"), [4, 1, 5, 2, 6, 3]);
        assert_eq!(turned(180, "none"), [6, 5, 4, 3, 2, 1]);
        assert_eq!(turned(270, "none"), [3, 6, 2, 5, 1, 4]);
        assert_eq!(turned(0, "horizontal"), [3, 2, 1, 6, 5, 4]);
        assert_eq!(turned(0, "vertical"), [4, 5, 6, 1, 2, 3]);
        assert_eq!(turned(90, "horizontal"), [1, 4, 2, 5, 3, 6]);
        assert_eq!(turned(270, "vertical"), [1, 4, 2, 5, 3, 6]);
    }
}
