//! `org.sluice.gpu.shader`: pictures drawn by a program of the user's.

use std::ffi::CStr;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Map, Value};
use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_RGBA8};
use sluice_stage::config::text;
use sluice_stage::{Context, Port};

use crate::lane::{FrameFacts, Lane};
use crate::node::Effect;
use crate::pass::Pass;
use crate::picture::Picture;
use crate::program::Program;

/// How often the time of a file is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// The formats of pictures that are drawn with colours: no YUV.
pub(crate) const COLOURS: &[u32] = &[SLUICE_RGBA8, SLUICE_BGRA8];

/// A program of the user's.
pub struct Shader {
    pass: Pass,
    uniforms: Vec<u8>,
    /// Where it was read; empty: it is the value of `code`.
    file: String,
    /// When the file was written, and when that was looked at.
    written: Option<SystemTime>,
    looked: Instant,
}

impl Effect for Shader {
    const ID: &'static CStr = c"org.sluice.gpu.shader";
    const NAME: &'static CStr = c"Shader";
    const DOC: &'static CStr = c"Draws pictures by a shader in WGSL, of up to four others.\n\n\
        The shader is the function `shade(uv: vec2f) -> vec4f` of `code`, or of a file. It gives the colour at a place, \
        from 0, 0 in the left upper corner to 1, 1; colours are 0 to 1. There are, without being declared: the pictures \
        `video` (of `videoIn`), `video2`, `video3` and `video4`, each a `texture_2d<f32>`; `videoSampler`, which is \
        bilinear and repeats the edges; `time: f32`, the time of the picture in seconds; `resolution: vec2f`, the size \
        that comes out, pixels; `frame: u32`, how many pictures came before. Within branches call `textureSampleLevel` in \
        place of `textureSample`.\n\n\
        A `struct Uniforms` in the shader makes its fields live values: `uniforms.gain` in the shader is the value `gain` \
        of the key `uniforms`. Fields are `f32`, `i32`, `u32`, or vectors of them, whose values are lists; without a value \
        they are 0. The command `uniforms` tells them.\n\n\
        A file is read again once it has changed, and `code` and `file` may change while it runs. A shader that is wrong is \
        refused with line and column, and the one before goes on; the log says so where a file is wrong.\n\n\
        Pictures come out at the times and in the size of those of `videoIn`. The other inputs show the newest of their \
        pictures that is not after it; one without a picture is transparent. An offline graph waits for them.\n\n\
        **Example.** `pattern-source durationSeconds=2 ! shader code=\"fn shade(uv: vec2f) -> vec4f { return \
        textureSample(video, videoSampler, vec2f(1.0 - uv.x, uv.y)); }\" ! jpeg-encode ! media-sink path=mirror.mkv`";
    const CONFIG: &'static CStr = cr#"{"x-commands": {
            "uniforms": "Answers the fields of Uniforms, each with its type.",
            "loseDevice": "For tests and diagnosis: gives the graphics processor up, as a driver does that crashes."
        }, "properties": {
            "code": {"type": "string", "default": "", "x-live": true, "description": "The shader in WGSL."},
            "file": {"type": "string", "default": "", "x-live": true, "x-reaches": "path",
                "description": "The path of a file with it, in place of code."},
            "uniforms": {"type": "object", "default": {}, "x-live": true,
                "additionalProperties": {"anyOf": [{"type": "number"},
                    {"type": "array", "items": {"type": "number"}}]},
                "description": "The values of the fields of Uniforms, by name."}
        }}"#;
    const INPUTS: &'static [Port] = &[
        Port::video(c"videoIn", c"The pictures by whose times and sizes others come out.").accepting(COLOURS),
        Port::video(c"videoIn2", c"Pictures of any size: video2.").accepting(COLOURS).optional(),
        Port::video(c"videoIn3", c"Pictures of any size: video3.").accepting(COLOURS).optional(),
        Port::video(c"videoIn4", c"Pictures of any size: video4.").accepting(COLOURS).optional(),
    ];
    const OUTPUTS: &'static [Port] = &[Port::video(c"videoOut", c"What is drawn.").accepting(COLOURS)];

    fn create(context: &mut Context) -> Result<Self, String> {
        let (file, code) = (text(context, c"file")?.to_owned(), text(context, c"code")?);
        let (written, pass, uniforms) = load(&file, code, text(context, c"uniforms")?)?;
        Ok(Self { pass, uniforms, file, written, looked: Instant::now() })
    }

    fn configure(&mut self, context: &mut Context) -> Result<(), String> {
        let (file, code) = (text(context, c"file")?, text(context, c"code")?);
        let values = text(context, c"uniforms")?;
        // Other values alone need no other pipeline.
        if file == self.file && (!file.is_empty() || self.pass.program.code() == code) {
            self.uniforms = self.pass.program.pack(&object(values)?)?;
            return Ok(());
        }
        (self.written, self.pass, self.uniforms) = load(file, code, values)?;
        file.clone_into(&mut self.file);
        Ok(())
    }

    fn tick(&mut self, context: &mut Context) {
        if self.file.is_empty() || self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        let written = written(&self.file);
        if written.is_none() || written == self.written {
            return;
        }
        self.written = written;
        let loaded = text(context, c"uniforms").and_then(|values| load(&self.file, "", values));
        match loaded {
            Ok((_, pass, uniforms)) => (self.pass, self.uniforms) = (pass, uniforms),
            Err(why) => context.warn(&format!("{why}; the shader before goes on")),
        }
    }

    fn draw(
        &mut self,
        lane: &Arc<Lane>,
        from: &[Option<Arc<Picture>>],
        to: &Picture,
        facts: FrameFacts,
    ) -> Result<(), String> {
        let to = &to.planes[0];
        let pipeline = self.pass.pipeline(&lane.gpu, to.key.2)?;
        let blank = lane.gpu.common.blank();
        let views: Vec<_> =
            from.iter().map(|picture| picture.as_ref().map_or(blank, |picture| &picture.planes[0].view)).collect();
        lane.draw(&pipeline, &views, to, facts, &self.uniforms);
        Ok(())
    }

    fn command(&mut self, lane: &Lane, name: &str) -> Result<String, String> {
        match name {
            "uniforms" => Ok(self.pass.program.fields_json()),
            "loseDevice" => {
                lane.gpu.lose();
                Ok("null".into())
            }
            _ => Err(format!("there is no command \"{name}\"; available: uniforms, loseDevice")),
        }
    }
}

/// The shader of a file, or the code where there is none, with its uniforms.
fn load(file: &str, code: &str, values: &str) -> Result<(Option<SystemTime>, Pass, Vec<u8>), String> {
    // Before it is read, so that a change meanwhile is seen.
    let written = written(file);
    let read = match (file.is_empty(), code.is_empty()) {
        (true, true) => return Err("there is no shader; set \"code\" or \"file\"".into()),
        (false, false) => {
            return Err("there are two shaders; set \"code\" or \"file\", and leave the other empty".into());
        }
        (true, false) => code.to_owned(),
        (false, true) => {
            fs::read_to_string(file).map_err(|error| format!("the file \"{file}\" cannot be read: {error}"))?
        }
    };
    let named = |why: String| if file.is_empty() { why } else { format!("\"{file}\": {why}") };
    let program = Program::new(&read).map_err(named)?;
    let uniforms = program.pack(&object(values)?)?;
    Ok((written, Pass::new(program), uniforms))
}

fn written(file: &str) -> Option<SystemTime> {
    fs::metadata(file).and_then(|found| found.modified()).ok()
}

fn object(json: &str) -> Result<Map<String, Value>, String> {
    if json.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(json).map_err(|error| format!("\"uniforms\" is no object: {error}"))
}
