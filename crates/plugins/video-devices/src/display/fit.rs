//! Where a picture lies in a window.

/// How a picture is brought to the size of its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scaling {
    /// All of it is seen, with bars beside it.
    Fit,
    /// All of the window is covered, and what sticks out is cut.
    Fill,
    /// It takes the shape of the window.
    Stretch,
    /// It keeps its size, in the middle.
    None,
}

impl Scaling {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "fill" => Self::Fill,
            "stretch" => Self::Stretch,
            "none" => Self::None,
            _ => Self::Fit,
        }
    }
}

/// A part of the picture, and the place in the window where it is seen; pixels of each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placement {
    /// Left, top, width and height in the picture.
    pub(crate) from: [f64; 4],
    /// The same in the window.
    pub(crate) to: [usize; 4],
}

/// The size at which a picture is seen, whose pixels are as `SluiceFrameInfo::pixel_aspect` says. One side is made longer,
/// so that no detail is lost.
pub(crate) fn shown_size(width: u32, height: u32, pixel_aspect: u32) -> (f64, f64) {
    let (across, down) = (f64::from(pixel_aspect >> 16), f64::from(pixel_aspect & 0xffff));
    let (width, height) = (f64::from(width), f64::from(height));
    if across == 0.0 || down == 0.0 {
        return (width, height);
    }
    if across > down { ((width * across / down).round(), height) } else { (width, (height * down / across).round()) }
}

/// Where a picture of a size, seen at another size, lies in a window.
pub(crate) fn place(scaling: Scaling, picture: (u32, u32), shown: (f64, f64), window: (u32, u32)) -> Placement {
    let (width, height) = (f64::from(picture.0), f64::from(picture.1));
    let (wide, high) = (f64::from(window.0), f64::from(window.1));
    let (across, down) = (wide / shown.0, high / shown.1);
    let (x, y) = match scaling {
        Scaling::Fit => (across.min(down), across.min(down)),
        Scaling::Fill => (across.max(down), across.max(down)),
        Scaling::Stretch => (across, down),
        Scaling::None => (1.0, 1.0),
    };
    let [left, from_left, seen_wide] = side(shown.0 * x, wide, width);
    let [top, from_top, seen_high] = side(shown.1 * y, high, height);
    let size = |all: f64, whole: f64| all.round().clamp(1.0, whole) as usize;
    Placement {
        from: [from_left, from_top, seen_wide, seen_high],
        to: [left as usize, top as usize, size(shown.0 * x, wide), size(shown.1 * y, high)],
    }
}

/// Of a side that takes `all` pixels of a window, and of a picture has `pixels`: where it begins in the window, and the
/// first pixel and the number of those that are seen.
fn side(all: f64, window: f64, pixels: f64) -> [f64; 3] {
    if all <= window {
        return [((window - all.round()) / 2.0).floor().max(0.0), 0.0, pixels];
    }
    let seen = pixels * window / all;
    // On whole pixels where one of the picture is one of the window.
    let from = (pixels - seen) / 2.0;
    [0.0, if all == pixels { from.floor() } else { from }, seen]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(scaling: Scaling, picture: (u32, u32), window: (u32, u32)) -> Placement {
        place(scaling, picture, (f64::from(picture.0), f64::from(picture.1)), window)
    }

    #[test]
    fn a_picture_fits_with_bars_beside_it() {
        let whole = [0.0, 0.0, 40.0, 20.0];
        assert_eq!(placed(Scaling::Fit, (40, 20), (80, 60)), Placement { from: whole, to: [0, 10, 80, 40] });
        assert_eq!(placed(Scaling::Fit, (40, 20), (100, 20)), Placement { from: whole, to: [30, 0, 40, 20] });
    }

    #[test]
    fn a_picture_fills_a_window_and_is_cut() {
        let cut = placed(Scaling::Fill, (40, 20), (60, 60));
        assert_eq!(cut, Placement { from: [10.0, 0.0, 20.0, 20.0], to: [0, 0, 60, 60] });
        assert_eq!(placed(Scaling::Fill, (40, 20), (80, 40)).from, [0.0, 0.0, 40.0, 20.0]);
    }

    #[test]
    fn a_picture_is_stretched_or_keeps_its_size() {
        assert_eq!(placed(Scaling::Stretch, (40, 20), (7, 90)).to, [0, 0, 7, 90]);
        assert_eq!(placed(Scaling::None, (40, 20), (80, 60)).to, [20, 20, 40, 20]);
        let cut = Placement { from: [7.0, 5.0, 25.0, 10.0], to: [0, 0, 25, 10] };
        assert_eq!(placed(Scaling::None, (40, 20), (25, 10)), cut);
    }

    #[test]
    fn pixels_may_be_wider_than_high() {
        assert_eq!(shown_size(720, 576, 16 << 16 | 15), (768.0, 576.0));
        assert_eq!(shown_size(720, 480, 8 << 16 | 9), (720.0, 540.0));
        assert_eq!(shown_size(720, 576, 0), (720.0, 576.0));
        assert_eq!(place(Scaling::Fit, (720, 576), (768.0, 576.0), (384, 400)).to, [0, 56, 384, 288]);
    }
}
