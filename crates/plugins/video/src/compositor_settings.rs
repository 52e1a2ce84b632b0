//! What the compositor is told: its schema, and what it makes of it.

use std::ffi::{CStr, CString};

use sluice_stage::Context;

use crate::exchange::colour;
use crate::layer::Place;
use sluice_stage::config::{number, text};

/// Inputs of the stage.
pub(crate) const INPUTS: usize = 8;

/// The schema of the configuration, with the keys of each input.
macro_rules! schema {
    ($($input:literal)+) => {
        concat!(
            r##"{"properties": {
            "width": {"type": "integer", "minimum": 1, "maximum": 8192, "default": 1280, "x-unit": "pixels",
                "description": "Pixels in a row that comes out."},
            "height": {"type": "integer", "minimum": 1, "maximum": 8192, "default": 720, "x-unit": "pixels",
                "description": "Rows that come out."},
            "frameRate": {"type": "number", "minimum": 0.1, "maximum": 1000, "default": 30, "x-unit": "Hz",
                "description": "Pictures a second that come out, unless there is a master."},
            "master": {"type": "integer", "minimum": -1, "maximum": 7, "default": -1,
                "description": "The input that gives the times of what comes out, a picture for each of its pictures, and ends it; -1: none, and times keep to frameRate."},
            "end": {"type": "string", "enum": ["all", "any"], "default": "all",
                "description": "When it ends: with the last of the linked inputs, or with the first."},
            "atEnd": {"type": "string", "enum": ["hold", "hide"], "default": "hold", "x-live": true,
                "description": "The picture of an input that has ended: its last one, or none."},
            "waitMs": {"type": "number", "minimum": 0, "maximum": 10000, "default": 100, "x-unit": "ms", "x-live": true,
                "description": "Live graphs: how long inputs are waited for, from when the first of them has a picture of that time. Offline graphs wait until all have."},
            "background": {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$", "default": "#000000", "x-live": true,
                "description": "The colour where no input is: red, green and blue in hexadecimal digits."}"##,
            $(
            r#", "x_"#, $input, r#"": {"type": "integer", "minimum": -32768, "maximum": 32768, "default": 0,
                "x-unit": "pixels", "x-live": true, "description": "Where the left edge of input "#, $input, r#" is."},
            "y_"#, $input, r#"": {"type": "integer", "minimum": -32768, "maximum": 32768, "default": 0,
                "x-unit": "pixels", "x-live": true, "description": "Where the upper edge of input "#, $input, r#" is."},
            "width_"#, $input, r#"": {"type": "integer", "minimum": 0, "maximum": 8192, "default": 0,
                "x-unit": "pixels", "x-live": true, "description": "How wide input "#, $input, r#" is drawn; 0 keeps its shape."},
            "height_"#, $input, r#"": {"type": "integer", "minimum": 0, "maximum": 8192, "default": 0,
                "x-unit": "pixels", "x-live": true, "description": "How high input "#, $input, r#" is drawn; 0 keeps its shape."},
            "opacity_"#, $input, r#"": {"type": "number", "minimum": 0, "maximum": 1, "default": 1, "x-live": true,
                "description": "How opaque input "#, $input, r#" is, besides its own alpha."},
            "order_"#, $input, r#"": {"type": "integer", "minimum": -1000, "maximum": 1000, "default": "#, $input, r#",
                "x-live": true, "description": "Input "#, $input, r#" is drawn over those of a lower order."},
            "visible_"#, $input, r#"": {"type": "boolean", "default": true, "x-live": true,
                "description": "True: input "#, $input, r#" is drawn."}"#,
            )+
            "}}\0"
        )
    };
}

pub(crate) const SCHEMA: &CStr = match CStr::from_bytes_with_nul(schema!(0 1 2 3 4 5 6 7).as_bytes()) {
    Ok(schema) => schema,
    Err(_) => panic!("the schema has a zero byte"),
};

/// How pictures are composed, besides where inputs stand.
pub(crate) struct Settings {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// From one picture of a steady rate to the next.
    pub(crate) period_ns: f64,
    /// The input that gives the times.
    pub(crate) master: Option<usize>,
    /// The stage ends with the first of its inputs.
    pub(crate) ends_with_any: bool,
    /// An input that has ended shows its last picture on.
    pub(crate) holds: bool,
    /// How long a live graph waits for inputs that are late.
    pub(crate) wait_ns: f64,
    pub(crate) background: [u8; 4],
}

pub(crate) fn settings(context: &Context) -> Result<Settings, String> {
    Ok(Settings {
        width: number(context, c"width")? as u32,
        height: number(context, c"height")? as u32,
        period_ns: 1e9 / number(context, c"frameRate")?,
        master: Some(number(context, c"master")?).filter(|&master| master >= 0.0).map(|master| master as usize),
        ends_with_any: text(context, c"end")? == "any",
        holds: text(context, c"atEnd")? == "hold",
        wait_ns: number(context, c"waitMs")? * 1e6,
        background: colour("background", text(context, c"background")?)?,
    })
}

/// Where an input stands.
pub(crate) fn place(context: &Context, input: usize) -> Result<Place, String> {
    let value = |key: &str| {
        let key = CString::new(format!("{key}_{input}")).map_err(|error| error.to_string())?;
        number(context, &key)
    };
    Ok(Place {
        x: value("x")? as i64,
        y: value("y")? as i64,
        size: [value("width")? as u32, value("height")? as u32],
        opacity: (value("opacity")? * 255.0).round() as u8,
        order: value("order")? as i64,
        visible: value("visible")? != 0.0,
    })
}
