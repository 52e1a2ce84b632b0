//! `org.sluice.video.overlay`: text on pictures: words, clocks and figures of the graph.

use std::ffi::CStr;

use sluice_stage::abi::SLUICE_DISCONTINUITY;
use sluice_stage::{Context, Figure, Frame, Next, Port, Stage};

use crate::exchange::{number, text};
use crate::letters::Letters;
use crate::paint::{Canvas, Rect};
use crate::words::{Facts, Words};

/// Where the text stands.
#[derive(Clone, Copy)]
struct Place {
    right: bool,
    bottom: bool,
}

/// Writes on pictures.
pub struct Overlay {
    words: Words,
    place: Place,
    /// Pixels of a line; 0: a twentieth of the picture.
    size: u32,
    opacity: f32,
    letters: Letters,
    facts: Facts,
    /// The text of this picture.
    text: String,
}

impl Stage for Overlay {
    const ID: &'static CStr = c"org.sluice.video.overlay";
    const NAME: &'static CStr = c"Overlay";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Writes white text on a dark ground in a corner of pictures of any format. In braces \
        stand what changes: {time} is the time of the picture, {clock} the time of day in UTC, {frame} its number, {rate} \
        the pictures a second that came in the last second, {age} the milliseconds since it entered the graph, {drops} \
        how often pictures were missing, {size} its width and height. Others stay as they are.";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "text": {"type": "string", "maxLength": 1000, "default": "{time}  {frame}", "x-live": true,
                "description": "The text, with what stands in braces filled in; \\n starts another line."},
            "position": {"type": "string", "enum": ["top-left", "top-right", "bottom-left", "bottom-right"],
                "default": "bottom-left", "x-live": true, "description": "The corner."},
            "size": {"type": "integer", "minimum": 0, "maximum": 500, "default": 0, "x-unit": "pixels", "x-live": true,
                "description": "Height of a line; 0 for a twentieth of the picture."},
            "opacity": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.6, "x-live": true,
                "description": "How dark the ground is."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::video(c"videoIn", c"Pictures of any format.")];
    const OUTPUTS: &'static [Port] = &[Port::video(c"videoOut", c"The same with the text.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"frames")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let mut made = Self {
            words: Words::default(),
            place: Place { right: false, bottom: true },
            size: 0,
            opacity: 0.0,
            letters: Letters::new()?,
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

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        self.configure(context)
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.facts.frames as f64]);
    }
}

impl Overlay {
    fn configure(&mut self, context: &Context) -> Result<(), String> {
        self.words = Words::new(text(context, c"text")?);
        let position = text(context, c"position")?;
        self.place = Place { right: position.ends_with("right"), bottom: position.starts_with("bottom") };
        self.size = number(context, c"size")? as u32;
        self.opacity = number(context, c"opacity")? as f32;
        Ok(())
    }

    fn write(&mut self, context: &mut Context, frame: Frame) -> Result<(), String> {
        let info = context.info(frame).ok_or("a picture says nothing of itself")?;
        self.facts.count(info.flags & SLUICE_DISCONTINUITY != 0, context.now_ns());
        self.text.clear();
        self.words.write(&self.facts, &info, context.now_ns(), &mut self.text);
        let size = if self.size > 0 { self.size } else { (info.height / 20).max(8) };
        let (width, height) = self.letters.measure(&self.text, size);
        let mut picture = context.picture_mut(frame).ok_or("a picture has no planes")?;
        let mut canvas = Canvas::new(&mut picture);
        let margin = size as usize / 2;
        let start = |far: bool, whole: usize, part: usize| {
            if far { whole.saturating_sub(part + margin) } else { margin }
        };
        let x = start(self.place.right, info.width as usize, width);
        let y = start(self.place.bottom, info.height as usize, height);
        let pad = size as usize / 4;
        let ground = Rect {
            x: x.saturating_sub(pad),
            y: y.saturating_sub(pad),
            width: width + 2 * pad,
            height: height + 2 * pad,
        };
        canvas.darken(ground, self.opacity);
        self.letters.draw(&self.text, size, |at_x, at_y, glyph_width, coverage| {
            canvas.whiten(x + at_x, y + at_y, glyph_width, coverage);
        });
        self.facts.frames += 1;
        Ok(())
    }
}
