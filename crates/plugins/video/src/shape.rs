//! The shapes in which pictures are shown: pixels may be wider than high, or higher than wide, as those of DVD are.

/// Most pixels of a side.
const MOST: u32 = 32_768;

/// Width and height in square pixels, of a picture whose pixels are as `SluiceFrameInfo::pixel_aspect` says. One side is
/// made longer, so that no detail is lost.
pub(crate) fn shown_size((width, height): (u32, u32), pixel_aspect: u32) -> (u32, u32) {
    let (across, down) = (pixel_aspect >> 16, pixel_aspect & 0xffff);
    let longer = |side: u32, by: u32, of: u32| {
        let pixels = (f64::from(side) * f64::from(by) / f64::from(of)).round();
        (pixels.min(f64::from(MOST)) as u32).max(1)
    };
    match across.cmp(&down) {
        _ if across == 0 || down == 0 => (width, height),
        std::cmp::Ordering::Equal => (width, height),
        std::cmp::Ordering::Greater => (longer(width, across, down), height),
        std::cmp::Ordering::Less => (width, longer(height, down, across)),
    }
}

/// The pixels of a picture that was turned by a quarter.
pub(crate) fn turned_aspect(pixel_aspect: u32) -> u32 {
    pixel_aspect.rotate_left(16)
}

/// The size that comes out: a 0 keeps the shape of a picture of a size.
pub(crate) fn sized([width, height]: [u32; 2], (shape_width, shape_height): (u32, u32)) -> (u32, u32) {
    let like = |given: u32, side: u32, other: u32| {
        ((f64::from(given) * f64::from(other) / f64::from(side)).round() as u32).clamp(1, MOST)
    };
    match (width, height) {
        (0, 0) => (shape_width, shape_height),
        (0, _) => (like(height, shape_height, shape_width), height),
        (_, 0) => (width, like(width, shape_width, shape_height)),
        both => both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_of_0_keeps_the_shape() {
        assert_eq!(sized([0, 0], (640, 480)), (640, 480));
        assert_eq!(sized([320, 0], (640, 480)), (320, 240));
        assert_eq!(sized([0, 100], (640, 480)), (133, 100));
        assert_eq!(sized([7, 9], (640, 480)), (7, 9));
    }

    #[test]
    fn pictures_are_shown_wider_or_higher_and_never_smaller() {
        assert_eq!(shown_size((720, 576), 16 << 16 | 15), (768, 576));
        assert_eq!(shown_size((720, 480), 8 << 16 | 9), (720, 540));
        assert_eq!(shown_size((720, 576), 0), (720, 576));
        assert_eq!(shown_size((30_000, 2), 65_535 << 16 | 1), (32_768, 2));
        assert_eq!(turned_aspect(16 << 16 | 15), 15 << 16 | 16);
    }
}
