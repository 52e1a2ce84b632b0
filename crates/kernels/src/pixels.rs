//! Pictures of red, green and blue, and of luma with chroma of half the size (4:2:0), in the limited range of video.
//!
//! Factors have 16 binary places, so that results are those of real arithmetic, rounded, within one step.

/// Chroma samples that are computed at a time.
const BLOCK: usize = 64;
const ROUND: i32 = 1 << 15;

/// The colours that luma and chroma stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matrix {
    /// ITU-R BT.601: standard definition.
    Bt601,
    /// ITU-R BT.709: high definition.
    Bt709,
}

/// Factors of one matrix, times 2^16.
struct Factors {
    /// Of red, green and blue in luma.
    y: [i32; 3],
    u: [i32; 3],
    v: [i32; 3],
    /// Of luma in all three, of V in red, of U and V in green, of U in blue.
    luma: i32,
    red_v: i32,
    green_u: i32,
    green_v: i32,
    blue_u: i32,
}

const BT601: Factors = Factors {
    y: [16829, 33039, 6416],
    u: [-9714, -19070, 28784],
    v: [28784, -24103, -4681],
    luma: 76309,
    red_v: 104597,
    green_u: -25675,
    green_v: -53279,
    blue_u: 132201,
};
const BT709: Factors = Factors {
    y: [11966, 40254, 4064],
    u: [-6596, -22188, 28784],
    v: [28784, -26145, -2639],
    luma: 76309,
    red_v: 117489,
    green_u: -13975,
    green_v: -34925,
    blue_u: 138438,
};

fn factors(matrix: Matrix) -> &'static Factors {
    match matrix {
        Matrix::Bt601 => &BT601,
        Matrix::Bt709 => &BT709,
    }
}

/// Where a picture lies: rows of four bytes a pixel, and of one byte a luma sample.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bytes from row to row of red, green and blue.
    pub rgb_stride: usize,
    /// The same of luma.
    pub luma_stride: usize,
    /// The same of chroma.
    pub chroma_stride: usize,
    /// Whether blue comes first.
    pub bgr: bool,
    /// What the colours are.
    pub matrix: Matrix,
}

impl Shape {
    /// Whether every row lies in its plane. Without V, U holds both in turn.
    pub(crate) fn fits(&self, rgb: &[u8], luma: &[u8], u: &[u8], v: &[u8]) -> bool {
        let both = if v.is_empty() { 2 } else { 1 };
        let (columns, rows) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let holds = |plane: &[u8], stride: usize, bytes: usize, rows: usize| {
            rows == 0 || (bytes <= stride && (rows - 1).checked_mul(stride).is_some_and(|at| at + bytes <= plane.len()))
        };
        self.width > 0
            && holds(rgb, self.rgb_stride, 4 * self.width, self.height)
            && holds(luma, self.luma_stride, self.width, self.height)
            && holds(u, self.chroma_stride, both * columns, rows)
            && (v.is_empty() || holds(v, self.chroma_stride, columns, rows))
    }

    /// Where red and blue are in the number that the four bytes of a pixel make, in bits.
    fn order(&self) -> (u32, u32) {
        if self.bgr { (16, 0) } else { (0, 16) }
    }
}

/// The four bytes of a pixel as one number: so the compiler finds vectors of pixels.
#[inline(always)]
fn pixel(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

#[inline(always)]
fn part(pixel: u32, bits: u32) -> i32 {
    (pixel >> bits & 0xff) as i32
}

#[inline(always)]
fn weigh([a, b, c]: [i32; 3], red: i32, green: i32, blue: i32, zero: i32) -> u8 {
    ((a * red + b * green + c * blue + (zero << 16) + ROUND) >> 16) as u8
}

/// Fills luma and chroma, which is that of the mean of each square of four pixels. All must [fit](Shape::fits).
#[inline(always)]
pub(crate) fn to_yuv(shape: Shape, rgb: &[u8], luma: &mut [u8], u: &mut [u8], v: &mut [u8]) {
    let Shape { width, height, rgb_stride, luma_stride, chroma_stride, matrix, .. } = shape;
    let f = factors(matrix);
    let (r, b) = shape.order();
    for y in 0..height {
        let pixels = rgb[y * rgb_stride..][..4 * width].chunks_exact(4);
        for (sample, p) in luma[y * luma_stride..][..width].iter_mut().zip(pixels) {
            let p = pixel(p);
            *sample = weigh(f.y, part(p, r), part(p, 8), part(p, b), 16);
        }
    }
    let columns = width.div_ceil(2);
    for row in 0..height.div_ceil(2) {
        let top = &rgb[2 * row * rgb_stride..][..4 * width];
        // The last row of an odd height stands for the one below it too.
        let low = &rgb[(2 * row + 1).min(height - 1) * rgb_stride..][..4 * width];
        let mut at = 0;
        while at < columns {
            let count = BLOCK.min(columns - at);
            let (mut us, mut vs) = ([0u8; BLOCK], [0u8; BLOCK]);
            let whole = count.min((width - 2 * at) / 2);
            let squares = top[8 * at..].chunks_exact(8).zip(low[8 * at..].chunks_exact(8));
            for ((a, c), (us, vs)) in squares.take(whole).zip(us.iter_mut().zip(&mut vs)) {
                let square = [pixel(a), pixel(&a[4..]), pixel(c), pixel(&c[4..])];
                let mean = |bits: u32| (square.iter().map(|p| part(*p, bits)).sum::<i32>() + 2) >> 2;
                let (red, green, blue) = (mean(r), mean(8), mean(b));
                (*us, *vs) = (weigh(f.u, red, green, blue, 128), weigh(f.v, red, green, blue, 128));
            }
            if whole < count {
                let (a, c) = (pixel(&top[4 * (width - 1)..]), pixel(&low[4 * (width - 1)..]));
                let mean = |bits: u32| (2 * part(a, bits) + 2 * part(c, bits) + 2) >> 2;
                let (red, green, blue) = (mean(r), mean(8), mean(b));
                (us[whole], vs[whole]) = (weigh(f.u, red, green, blue, 128), weigh(f.v, red, green, blue, 128));
            }
            if v.is_empty() {
                let target = &mut u[row * chroma_stride + 2 * at..][..2 * count];
                for (pair, (u, v)) in target.chunks_exact_mut(2).zip(us.iter().zip(&vs)) {
                    (pair[0], pair[1]) = (*u, *v);
                }
            } else {
                u[row * chroma_stride + at..][..count].copy_from_slice(&us[..count]);
                v[row * chroma_stride + at..][..count].copy_from_slice(&vs[..count]);
            }
            at += count;
        }
    }
}

/// Fills pixels, opaque; each chroma sample counts for its square of four. All must [fit](Shape::fits).
#[inline(always)]
pub(crate) fn to_rgb(shape: Shape, luma: &[u8], u: &[u8], v: &[u8], rgb: &mut [u8]) {
    let Shape { width, height, rgb_stride, luma_stride, chroma_stride, matrix, .. } = shape;
    let f = factors(matrix);
    let (r, b) = shape.order();
    let columns = width.div_ceil(2);
    for y in 0..height {
        let luma = &luma[y * luma_stride..][..width];
        let pixels = &mut rgb[y * rgb_stride..][..4 * width];
        let chroma = (y / 2) * chroma_stride;
        let mut at = 0;
        while at < columns {
            let count = BLOCK.min(columns - at);
            // Each chroma sample twice, for both pixels of its row.
            let (mut us, mut vs) = ([0i32; 2 * BLOCK], [0i32; 2 * BLOCK]);
            let mut add = |k: usize, u: u8, v: u8| {
                let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
                (us[2 * k], us[2 * k + 1], vs[2 * k], vs[2 * k + 1]) = (u, u, v, v);
            };
            if v.is_empty() {
                for (k, pair) in u[chroma + 2 * at..][..2 * count].chunks_exact(2).enumerate() {
                    add(k, pair[0], pair[1]);
                }
            } else {
                let pairs = u[chroma + at..][..count].iter().zip(&v[chroma + at..][..count]);
                for (k, (u, v)) in pairs.enumerate() {
                    add(k, *u, *v);
                }
            }
            let end = width.min(2 * (at + count));
            let block = pixels[8 * at..4 * end].chunks_exact_mut(4).zip(&luma[2 * at..end]);
            for ((p, y), (u, v)) in block.zip(us.iter().zip(&vs)) {
                let y = f.luma * (i32::from(*y) - 16) + ROUND;
                let red = ((y + f.red_v * v) >> 16).clamp(0, 255) as u32;
                let green = ((y + f.green_u * u + f.green_v * v) >> 16).clamp(0, 255) as u32;
                let blue = ((y + f.blue_u * u) >> 16).clamp(0, 255) as u32;
                p.copy_from_slice(&(red << r | green << 8 | blue << b | 0xff00_0000).to_le_bytes());
            }
            at += count;
        }
    }
}
