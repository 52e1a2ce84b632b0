//! Which part of a screen or a window is captured, and how large its pictures are.

/// A part, in pixels, from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Region {
    /// Its left edge.
    pub x: u32,
    /// Its upper edge.
    pub y: u32,
    /// Its width; 0: to the right edge.
    pub width: u32,
    /// Its height; 0: to the lower edge.
    pub height: u32,
}

impl Region {
    /// The part as far as it lies in a picture of that size, and of even size, as most encoders want.
    ///
    /// # Errors
    ///
    /// Nothing of it does.
    pub fn within(self, (width, height): (u32, u32)) -> Result<Self, String> {
        let Self { x, y, .. } = self;
        let cut = |start: u32, length: u32, whole: u32| {
            let left = whole.saturating_sub(start);
            (if length == 0 { left } else { length.min(left) }) & !1
        };
        let part = Self { x, y, width: cut(x, self.width, width), height: cut(y, self.height, height) };
        if part.width == 0 || part.height == 0 {
            return Err(format!(
                "the part at {x}, {y} lies outside of the picture, which is {width} × {height} pixels; lower \"x\" and \"y\""
            ));
        }
        Ok(part)
    }

    /// The part in points, where each has so many pixels.
    #[must_use]
    pub fn in_points(self, scale: f64) -> [f64; 4] {
        [self.x, self.y, self.width, self.height].map(|pixels| f64::from(pixels) / scale)
    }
}

#[cfg(test)]
mod tests {
    use super::Region;

    fn within(x: u32, y: u32, width: u32, height: u32) -> Result<(u32, u32), String> {
        Region { x, y, width, height }.within((1441, 900)).map(|part| (part.width, part.height))
    }

    #[test]
    fn a_part_reaches_to_the_edges_and_has_an_even_size() {
        assert_eq!(within(0, 0, 0, 0), Ok((1440, 900)));
        assert_eq!(within(10, 20, 101, 50), Ok((100, 50)));
        assert_eq!(within(1341, 800, 500, 500), Ok((100, 100)));
    }

    #[test]
    fn a_part_outside_is_refused() {
        assert_eq!(
            within(1441, 0, 0, 0).unwrap_err(),
            "the part at 1441, 0 lies outside of the picture, which is 1441 × 900 pixels; lower \"x\" and \"y\""
        );
        assert!(within(0, 899, 0, 0).is_err() && within(2000, 2000, 1, 1).is_err());
    }

    #[test]
    fn in_points_divides_by_the_scale() {
        assert_eq!(Region { x: 10, y: 20, width: 300, height: 400 }.in_points(2.0), [5.0, 10.0, 150.0, 200.0]);
    }
}
