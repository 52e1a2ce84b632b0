//! `org.sluice.video.overlay`: text on pictures: words, clocks and figures of the graph; and an image.

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_DISCONTINUITY, SLUICE_RGBA8};
use sluice_stage::{Context, Figure, Frame, Next, PictureMut, Port, Stage};

use crate::crawl::Crawl;
use crate::exchange::colour;
use crate::letters::Letters;
use crate::paint::{Canvas, Rect};
use crate::stamp::{Spot, Stamp};
use crate::words::{Facts, Words};
use sluice_stage::config::{number, text};

/// Where the text or the image stands: from 0 at the left and at the top to 1, or its left and upper edges in pixels.
#[derive(Clone, Copy, Default)]
struct Place {
    across: f64,
    down: f64,
    x: Option<usize>,
    y: Option<usize>,
}

/// The image, if there is one.
#[derive(Default)]
struct Image {
    path: String,
    /// The width that was asked for.
    width: u32,
    stamp: Option<Stamp>,
    place: Place,
    /// 0 to 255.
    opacity: u8,
}

/// Writes on pictures.
pub struct Overlay {
    words: Words,
    place: Place,
    /// Pixels of a line; 0: a twentieth of the picture.
    size: u32,
    opacity: f32,
    colour: [u8; 4],
    crawl: Crawl,
    image: Image,
    letters: Letters,
    /// The letters of this picture.
    ink: Stamp,
    facts: Facts,
    /// The text of this picture.
    text: String,
}

impl Stage for Overlay {
    const ID: &'static CStr = c"org.sluice.video.overlay";
    const NAME: &'static CStr = c"Overlay";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Writes text, and draws an image, on pictures of any format.\n\n\
        The text stands on a dark ground at `position`: a corner, the middle of an edge, or the centre, where lines \
        are centred; an empty one writes nothing. Where `x` or `y` is given, that edge stands there instead. In braces \
        stand what changes: `{time}` is the time of the picture, `{clock}` the time of day in UTC, `{frame}` its \
        number, `{rate}` the pictures a second that came in the last second, `{age}` the milliseconds since it \
        entered the graph, `{drops}` how often pictures were missing, `{size}` its width and height. Others stay \
        as they are.\n\n\
        With a `crawl` the text moves over the picture at so many pixels a second, over a ground as wide as the \
        picture: it comes in at the right edge at the first picture, and in at that edge again once all of it has left \
        at the other, or with `crawlLoop` false not before `text` changes. Where it stands depends on the times of \
        pictures alone, in YUV at even places. Another text or speed goes on from where the text is.\n\n\
        The image is a PNG or JPEG file, by a path relative to the working directory. It stands elsewhere, half \
        a line of text from the edges, by its own alpha; in YUV at even places, with its colours by BT.709 in \
        limited range. The file is read when its path or width is set; one that cannot be read is refused by its \
        path, and the image before stays. Only the chunks of PNG that pixels need are read, so that no text or \
        profile in it takes memory. Moving or changing pictures are drawn by `compositor`, with an \
        `image-source` or any other source before it.\n\n\
        **Example.** `pattern-source durationSeconds=2 ! overlay text=\"{time} {drops}\" position=top-left ! \
        image-sink path=pattern-%d.png`";
    const CONFIG: Option<&'static CStr> = Some(
        cr##"{"properties": {
            "text": {"type": "string", "maxLength": 1000, "default": "{time}  {frame}", "x-live": true,
                "description": "The text, with what stands in braces filled in; \\n starts another line."},
            "position": {"type": "string", "enum": ["top-left", "top", "top-right", "left", "centre", "right",
                "bottom-left", "bottom", "bottom-right"], "default": "bottom-left", "x-live": true,
                "description": "Where the text stands."},
            "x": {"type": "integer", "minimum": -1, "maximum": 32768, "default": -1, "x-unit": "pixels",
                "x-live": true, "description": "Where its left edge is; -1: by the position."},
            "y": {"type": "integer", "minimum": -1, "maximum": 32768, "default": -1, "x-unit": "pixels",
                "x-live": true, "description": "Where its upper edge is; -1: by the position."},
            "colour": {"type": "string", "maxLength": 7, "default": "#ffffff", "x-live": true,
                "description": "The colour of the letters: red, green and blue in hexadecimal digits."},
            "size": {"type": "integer", "minimum": 0, "maximum": 500, "default": 0, "x-unit": "pixels", "x-live": true,
                "description": "Height of a line; 0 for a twentieth of the picture."},
            "opacity": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.6, "x-live": true,
                "description": "How dark the ground is."},
            "crawl": {"type": "number", "minimum": -20000, "maximum": 20000, "default": 0, "x-unit": "pixels/s",
                "x-live": true, "description": "How fast the text moves to the left, below 0 to the right; 0: it stands."},
            "crawlLoop": {"type": "boolean", "default": true, "x-live": true,
                "description": "Whether a text that moves comes in again once it has left."},
            "image": {"type": "string", "maxLength": 4000, "default": "", "x-live": true, "x-reaches": "path",
                "description": "The path of a PNG or JPEG file that is drawn, too; empty for none."},
            "imagePosition": {"type": "string", "enum": ["top-left", "top", "top-right", "left", "centre", "right",
                "bottom-left", "bottom", "bottom-right"], "default": "top-right", "x-live": true,
                "description": "Where the image stands."},
            "imageX": {"type": "integer", "minimum": -1, "maximum": 32768, "default": -1, "x-unit": "pixels",
                "x-live": true, "description": "Where its left edge is; -1: by its position."},
            "imageY": {"type": "integer", "minimum": -1, "maximum": 32768, "default": -1, "x-unit": "pixels",
                "x-live": true, "description": "Where its upper edge is; -1: by its position."},
            "imageWidth": {"type": "integer", "minimum": 0, "maximum": 8192, "default": 0, "x-unit": "pixels",
                "x-live": true, "description": "How wide the image is drawn, in its shape; 0 for its own width."},
            "imageOpacity": {"type": "number", "minimum": 0, "maximum": 1, "default": 1, "x-live": true,
                "description": "How opaque the image is, besides its own alpha."}
        }}"##,
    );
    const INPUTS: &'static [Port] = &[Port::video(c"videoIn", c"Pictures of any format.")];
    const OUTPUTS: &'static [Port] = &[Port::video(c"videoOut", c"The same with the text and the image.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"frames"), Figure::new(c"passes")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let mut made = Self {
            words: Words::default(),
            place: Place::default(),
            size: 0,
            opacity: 0.0,
            colour: [255; 4],
            crawl: Crawl::default(),
            image: Image::default(),
            letters: Letters::new()?,
            ink: Stamp::default(),
            facts: Facts::default(),
            text: String::new(),
        };
        made.configure(context)?;
        Ok(made)
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(frame) = context.read(0) {
            let own = context.writable(frame).ok_or("no slot is free for a copy of a picture")?;
            self.write(context, own)?;
            context.write(0, own)?;
        }
        Ok(Next::WhenFramesCome)
    }

    fn control(&mut self, context: &mut Context, key: &str) -> Result<(), String> {
        self.configure(context)?;
        if key == "text" {
            self.crawl.renew();
        }
        Ok(())
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.facts.frames as f64, self.crawl.passes]);
    }
}

impl Overlay {
    fn configure(&mut self, context: &Context) -> Result<(), String> {
        // What can be refused comes first.
        let letters = colour("colour", text(context, c"colour")?)?;
        self.image.configure(context)?;
        self.colour = letters;
        self.words = Words::new(text(context, c"text")?);
        self.place = Place::of(context, (c"position", c"x", c"y"))?;
        self.size = number(context, c"size")? as u32;
        self.opacity = number(context, c"opacity")? as f32;
        self.crawl.configure(number(context, c"crawl")?, number(context, c"crawlLoop")? != 0.0);
        Ok(())
    }

    fn write(&mut self, context: &mut Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a picture says nothing of itself")?;
        self.facts.count(info.flags & SLUICE_DISCONTINUITY != 0, context.now_ns());
        self.text.clear();
        self.words.write(&self.facts, &info, context.now_ns(), &mut self.text);
        let mut picture = context.picture_mut(frame).ok_or("a picture has no planes")?;
        // A twentieth of the picture, and half of that from its edges.
        let line = (info.height / 20).max(8);
        self.image.draw(&mut picture, line as usize / 2);
        if !self.text.is_empty() {
            self.write_text(&mut picture, if self.size > 0 { self.size } else { line }, info.pts_ns);
        }
        self.facts.frames += 1;
        Ok(())
    }

    fn write_text(&mut self, picture: &mut PictureMut<'_>, size: u32, pts_ns: f64) {
        let (width, height) = self.letters.measure(&self.text, size);
        let (mut x, y) = self.place.start(picture, (width, height), size as usize / 2);
        let pad = size as usize / 4;
        let mut ground = Rect {
            x: x.saturating_sub(pad),
            y: y.saturating_sub(pad),
            width: width + 2 * pad,
            height: height + 2 * pad,
        };
        // Columns of the text that lie in the picture.
        let mut columns = 0..width;
        if self.crawl.moves() {
            let across = picture.width as usize;
            let Some(left) = self.crawl.left(pts_ns, across, width) else { return };
            // Stamps begin at even places in YUV.
            let left = if matches!(picture.format, SLUICE_RGBA8 | SLUICE_BGRA8) { left } else { left & !1 };
            x = left.max(0) as usize;
            let first = left.min(0).unsigned_abs() as usize;
            columns = first.min(width)..width.min(first + across.saturating_sub(x));
            (ground.x, ground.width) = (0, across);
        }
        Canvas::new(picture).darken(ground, self.opacity);
        self.ink.clear((columns.len(), height), self.colour);
        self.letters.draw(&self.text, size, self.place.across, |at_x, at_y, glyph_width, coverage| {
            let cut = columns.start.saturating_sub(at_x);
            if cut < glyph_width {
                self.ink.cover(at_x + cut - columns.start, at_y, glyph_width - cut, &coverage[cut..]);
            }
        });
        self.ink.draw(picture, Spot { x, y, opacity: 255 });
    }
}

impl Place {
    /// By the values of three keys.
    fn of(context: &Context, (position, x, y): (&CStr, &CStr, &CStr)) -> Result<Self, String> {
        let pixels = |key| number(context, key).map(|value| (value >= 0.0).then_some(value as usize));
        Ok(Self { x: pixels(x)?, y: pixels(y)?, ..Self::named(text(context, position)?) })
    }

    fn named(position: &str) -> Self {
        let part = |first, last| match position {
            _ if position.contains(first) => 0.0,
            _ if position.contains(last) => 1.0,
            _ => 0.5,
        };
        Self { across: part("left", "right"), down: part("top", "bottom"), x: None, y: None }
    }

    /// Where something of a size begins in a picture, so far from its edges.
    fn start(self, picture: &PictureMut<'_>, (width, height): (usize, usize), margin: usize) -> (usize, usize) {
        let start = |share: f64, whole: u32, part: usize| {
            // Between the first and the last place that keep the margin.
            let (first, last) = (margin, (whole as usize).saturating_sub(part + margin));
            if share == 0.0 { first } else { (last as f64 * share + first as f64 * (1.0 - share)) as usize }
        };
        (
            self.x.unwrap_or_else(|| start(self.across, picture.width, width)),
            self.y.unwrap_or_else(|| start(self.down, picture.height, height)),
        )
    }
}

impl Image {
    fn configure(&mut self, context: &Context) -> Result<(), String> {
        let (path, width) = (text(context, c"image")?, number(context, c"imageWidth")? as u32);
        if (path, width) != (self.path.as_str(), self.width) {
            self.stamp = if path.is_empty() { None } else { Some(Stamp::read(path, width)?) };
            (self.path, self.width) = (path.to_owned(), width);
        }
        self.place = Place::of(context, (c"imagePosition", c"imageX", c"imageY"))?;
        self.opacity = (number(context, c"imageOpacity")? * 255.0).round() as u8;
        Ok(())
    }

    fn draw(&mut self, picture: &mut PictureMut<'_>, margin: usize) {
        let Some(stamp) = &mut self.stamp else { return };
        let (x, y) = self.place.start(picture, (stamp.width, stamp.height), margin);
        stamp.draw(picture, Spot { x, y, opacity: self.opacity });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_one_of_nine_or_its_edges() {
        let named = |position| {
            let Place { across, down, .. } = Place::named(position);
            (across, down)
        };
        let nine = [
            ("top-left", (0.0, 0.0)),
            ("top", (0.5, 0.0)),
            ("top-right", (1.0, 0.0)),
            ("left", (0.0, 0.5)),
            ("centre", (0.5, 0.5)),
            ("right", (1.0, 0.5)),
            ("bottom-left", (0.0, 1.0)),
            ("bottom", (0.5, 1.0)),
            ("bottom-right", (1.0, 1.0)),
        ];
        for (position, wanted) in nine {
            assert_eq!(named(position), wanted, "{position}");
        }
    }
}
