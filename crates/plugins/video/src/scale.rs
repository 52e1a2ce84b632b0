//! `org.sluice.video.scale`: pictures cut out, scaled, turned and mirrored.

use std::ffi::CStr;

use sluice_stage::abi::SluiceFrameInfo;
use sluice_stage::{Context, Figure, Next, Picture, PictureMut, Port, Stage};

use crate::exchange::{Exchange, Found, Measures, assert_room, exchange};
use crate::live_settings::LiveSettings;
use crate::resize::{Filter, Part, Resizing, Target, pixel_bytes};
use crate::shape::{shown_size, sized, turned_aspect};
use crate::turn::{Turn, turn};
use sluice_stage::config::{number, text};

/// Scales pictures.
pub struct Scale {
    settings: LiveSettings<Settings>,
    /// The last picture that came.
    last: Option<SluiceFrameInfo>,
    resizing: Resizing,
    /// A plane that is scaled and not turned yet.
    between: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Settings {
    /// Left, top, width, height; a width or height of 0 goes to the edge.
    crop: [u32; 4],
    /// Width and height that come out; 0 keeps the shape.
    size: [u32; 2],
    square: bool,
    turn: Turn,
    filter: Filter,
}

/// What is done with a picture.
struct Plan {
    part: Part,
    /// Width and height that come out, and what their pixels are like.
    size: (u32, u32),
    pixel_aspect: u32,
}

impl Stage for Scale {
    const ID: &'static CStr = c"org.sluice.video.scale";
    const NAME: &'static CStr = c"Video scale";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Cuts a part out of pictures, scales, turns and mirrors them.\n\n\
        It does so in this order, in any pixel format, and pictures of another size are scaled to the same. A picture \
        that has its size already passes unchanged. All of it may change while it runs. A change that the pictures which come cannot have, as a crop beyond them \
        or a size that no slot takes, is refused at once. Pictures of another size that come later, and that \
        have no such part, are made by the values before the last change; the log says so once, and the figure \
        `misfits` counts them.\n\n\
        Pictures whose pixels are wider than high, or higher than wide, keep that as long as no size is given. A size is \
        one of square pixels, and a side of 0 follows the shape in which pictures are shown: `width=640` makes 640 × 480 \
        of 720 × 576 pixels of 16:15. `squarePixels` makes them square at their full size: 768 × 576.\n\n\
        **Example.** `media-source path=film.mp4 ! h264-decode ! scale width=640 ! h264-encode ! media-sink \
        path=small.mp4`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["width", "height"], "properties": {
            "width": {"type": "integer", "minimum": 0, "maximum": 32768, "default": 0, "x-live": true,
                "x-unit": "pixels", "description": "Pixels in a row that comes out; 0 keeps the shape of the part."},
            "height": {"type": "integer", "minimum": 0, "maximum": 32768, "default": 0, "x-live": true,
                "x-unit": "pixels", "description": "Rows that come out; 0 keeps the shape of the part."},
            "squarePixels": {"type": "boolean", "default": false, "x-live": true,
                "description": "Makes pixels as wide as high, as they are wherever a size is given."},
            "cropLeft": {"type": "integer", "minimum": 0, "maximum": 32768, "default": 0, "x-live": true,
                "x-unit": "pixels", "description": "Where the part starts."},
            "cropTop": {"type": "integer", "minimum": 0, "maximum": 32768, "default": 0, "x-live": true,
                "x-unit": "pixels", "description": "Where the part starts."},
            "cropWidth": {"type": "integer", "minimum": 0, "maximum": 32768, "default": 0, "x-live": true,
                "x-unit": "pixels", "description": "Pixels in a row of the part; 0 goes to the right edge."},
            "cropHeight": {"type": "integer", "minimum": 0, "maximum": 32768, "default": 0, "x-live": true,
                "x-unit": "pixels", "description": "Rows of the part; 0 goes to the lower edge."},
            "rotate": {"type": "integer", "minimum": 0, "maximum": 270, "multipleOf": 90, "default": 0, "x-live": true,
                "x-unit": "°", "description": "How far pictures are turned clockwise."},
            "flip": {"type": "string", "enum": ["none", "horizontal", "vertical"], "default": "none", "x-live": true,
                "description": "Mirrors what was turned: left and right, or top and bottom."},
            "filter": {"type": "string", "enum": ["nearest", "bilinear", "bicubic", "lanczos"], "default": "bilinear",
                "x-live": true, "description": "How pixels are made; the later in the list the better and slower."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::video(c"videoIn", c"Pictures of any format and size.")];
    const OUTPUTS: &'static [Port] = &[Port::video(c"videoOut", c"The same in another size.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"misfits")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let settings = LiveSettings::new(settings(context)?);
        Ok(Self { settings, last: None, resizing: Resizing::default(), between: Vec::new() })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        loop {
            let last = &mut self.last;
            let take = |context: &mut Context, settings: &Settings| {
                exchange(context, |info| settings.wanted(last.insert(*info)))
            };
            let is_use = |found: &Found| matches!(found, Found::Pair(_) | Found::Passed);
            let (found, settings) = self.settings.try_both(context, take, is_use)?;
            match found {
                Found::Pair(pair) => self.scale(context, &pair, settings)?,
                Found::Passed => {}
                Found::Nothing => return Ok(Next::WhenFramesCome),
                Found::NoSlot => return Ok(Next::Again),
            }
        }
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        let settings = settings(context)?;
        if let Some(info) = context.peek(0).or(self.last) {
            if let Some(measures) = settings.wanted(&info)? {
                assert_room(context, 0, measures)?;
            }
        }
        self.settings.change(settings);
        Ok(())
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.settings.misfits]);
    }
}

impl Scale {
    fn scale(&mut self, context: &mut Context, pair: &Exchange, settings: Settings) -> Result<(), String> {
        let (from, mut to) = context.pictures_between(pair.from, pair.to).ok_or("a picture has no planes")?;
        let plan = settings.plan((from.width, from.height), pair.pixel_aspect)?;
        for plane in 0..planes_of(&from) {
            self.scale_plane(settings, &plan, &from, &mut to, plane)?;
        }
        context.release(pair.from);
        context.write(0, pair.to)
    }

    fn scale_plane(
        &mut self,
        Settings { filter, turn: how, .. }: Settings,
        plan: &Plan,
        from: &Picture<'_>,
        to: &mut PictureMut<'_>,
        plane: usize,
    ) -> Result<(), String> {
        let pixel = pixel_bytes(from.format, plane);
        let part = if plane == 0 { plan.part } else { plan.part.halved() };
        let (source, target) = (&from.planes[plane], &mut to.planes[plane]);
        let (across, down) = (target.row_bytes / pixel, target.rows);
        if how.is_none() {
            let rows = Target { bytes: &mut *target.bytes, stride: target.stride, width: across, height: down };
            return self.resizing.run(source, part, filter, pixel, rows);
        }
        let (width, height) = if how.is_quarter() { (down, across) } else { (across, down) };
        self.between.resize(width * pixel * height, 0);
        let rows = Target { bytes: &mut self.between, stride: width * pixel, width, height };
        self.resizing.run(source, part, filter, pixel, rows)?;
        turn(&self.between, (width, height), pixel, how, target);
        Ok(())
    }
}

impl Settings {
    /// The measures of what comes out; `None`: the picture stays as it is.
    fn wanted(&self, info: &SluiceFrameInfo) -> Result<Option<Measures>, String> {
        let Plan { part, size: (width, height), pixel_aspect } =
            self.plan((info.width, info.height), info.pixel_aspect)?;
        let measures = Measures { format: info.format, width, height, pixel_aspect };
        let is_whole = (part.width, part.height) == (f64::from(info.width), f64::from(info.height));
        Ok((!is_whole || !self.turn.is_none() || measures != Measures::of(info)).then_some(measures))
    }

    /// A size that is given is one of square pixels.
    fn plan(&self, (width, height): (u32, u32), pixel_aspect: u32) -> Result<Plan, String> {
        let [left, top, ..] = self.crop;
        let [part_width, part_height] = [(2, width, left), (3, height, top)]
            .map(|(at, whole, start)| if self.crop[at] == 0 { whole.saturating_sub(start) } else { self.crop[at] });
        if part_width == 0 || part_height == 0 || left + part_width > width || top + part_height > height {
            return Err(format!(
                "a picture of {width} × {height} has no part of {part_width} × {part_height} at {left}, {top}"
            ));
        }
        let [x, y, width, height] = [left, top, part_width, part_height].map(f64::from);
        let (shape, pixel_aspect) = if self.turn.is_quarter() {
            ((part_height, part_width), turned_aspect(pixel_aspect))
        } else {
            ((part_width, part_height), pixel_aspect)
        };
        let part = Part { left: x, top: y, width, height };
        if self.square || self.size != [0, 0] {
            return Ok(Plan { part, size: sized(self.size, shown_size(shape, pixel_aspect)), pixel_aspect: 0 });
        }
        Ok(Plan { part, size: shape, pixel_aspect })
    }
}

fn planes_of(picture: &Picture<'_>) -> usize {
    picture.planes.iter().filter(|plane| plane.rows > 0).count()
}

fn settings(context: &Context) -> Result<Settings, String> {
    let whole = |key: &CStr| number(context, key).map(|value| value as u32);
    Ok(Settings {
        crop: [whole(c"cropLeft")?, whole(c"cropTop")?, whole(c"cropWidth")?, whole(c"cropHeight")?],
        size: [whole(c"width")?, whole(c"height")?],
        square: number(context, c"squarePixels")? != 0.0,
        turn: Turn::new(whole(c"rotate")?, text(context, c"flip")?),
        filter: Filter::named(text(context, c"filter")?),
    })
}
