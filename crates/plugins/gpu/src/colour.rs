//! What YUV means: ITU-R BT.601, BT.709 and BT.2020, in limited or full range, as affine maps of levels of 0 to 1.

/// Red, green and blue to Y, Cb and Cr, or back: a row of three factors and a summand for each that comes out.
pub(crate) type Map = [[f32; 4]; 3];

/// The weights of red and blue in luma, by the name of a matrix.
fn weights(matrix: &str) -> (f32, f32) {
    match matrix {
        "bt601" => (0.299, 0.114),
        "bt2020" => (0.2627, 0.0593),
        _ => (0.2126, 0.0722),
    }
}

/// How far luma and chroma reach, and where luma is black and chroma is 0.
fn levels(is_full: bool) -> (f32, f32, f32, f32) {
    if is_full { (1.0, 1.0, 0.0, 128.0 / 255.0) } else { (219.0 / 255.0, 224.0 / 255.0, 16.0 / 255.0, 128.0 / 255.0) }
}

/// From RGB to YUV.
pub(crate) fn to_yuv(matrix: &str, is_full: bool) -> Map {
    let ((red, blue), (luma, chroma, black, zero)) = (weights(matrix), levels(is_full));
    let green = 1.0 - red - blue;
    let (cb, cr) = (chroma / (2.0 * (1.0 - blue)), chroma / (2.0 * (1.0 - red)));
    [
        [luma * red, luma * green, luma * blue, black],
        [-cb * red, -cb * green, cb * (1.0 - blue), zero],
        [cr * (1.0 - red), -cr * green, -cr * blue, zero],
    ]
}

/// From YUV to RGB.
pub(crate) fn to_rgb(matrix: &str, is_full: bool) -> Map {
    let ((red, blue), (luma, chroma, black, zero)) = (weights(matrix), levels(is_full));
    let green = 1.0 - red - blue;
    let (cb, cr) = (2.0 * (1.0 - blue) / chroma, 2.0 * (1.0 - red) / chroma);
    let row = |u: f32, v: f32| [1.0 / luma, u, v, -black / luma - zero * (u + v)];
    [row(0.0, cr), row(-cb * blue / green, -cr * red / green), row(cb, 0.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(map: Map, levels: [f32; 3]) -> [f32; 3] {
        map.map(|[a, b, c, d]| a * levels[0] + b * levels[1] + c * levels[2] + d)
    }

    #[test]
    fn there_and_back_is_the_same() {
        for matrix in ["bt601", "bt709", "bt2020"] {
            for is_full in [false, true] {
                for rgb in [[1.0, 0.5, 0.0], [0.0, 0.0, 0.0], [0.2, 1.0, 0.9]] {
                    let back = apply(to_rgb(matrix, is_full), apply(to_yuv(matrix, is_full), rgb));
                    assert!(back.iter().zip(rgb).all(|(found, wanted)| (found - wanted).abs() < 1e-5), "{back:?}");
                }
            }
        }
    }

    #[test]
    fn white_and_red_have_the_levels_of_the_standards() {
        let levels = |map, rgb| apply(map, rgb).map(|level| (level * 255.0).round());
        assert_eq!(levels(to_yuv("bt709", false), [1.0; 3]), [235.0, 128.0, 128.0]);
        assert_eq!(levels(to_yuv("bt601", false), [1.0, 0.0, 0.0]), [81.0, 90.0, 240.0]);
    }
}
