//! `org.sluice.gpu.shader`: pictures drawn by a program of the user's.

use std::ffi::CStr;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Map, Value};
use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_RGBA8};
use sluice_stage::config::text;
use sluice_stage::{Context, Port};

use crate::device::Gpu;
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
    /// The values that they were made of, with those that fields had which have gone.
    values: Map<String, Value>,
    /// Where it was read; empty: it is the value of `code`.
    file: String,
    /// When the file was written, and when that was looked at.
    written: Option<SystemTime>,
    looked: Instant,
    /// What was read last is refused, and the shader before goes on.
    is_refused: bool,
    /// The log has yet to say which fields have no value.
    is_untold: bool,
}

impl Effect for Shader {
    const ID: &'static CStr = c"org.sluice.gpu.shader";
    const NAME: &'static CStr = c"Shader";
    const DOC: &'static CStr = c"Draws pictures by a shader in WGSL, of up to four others.\n\n\
        The shader is the function `shade(uv: vec2f) -> vec4f` of `code`, or of a file. It gives the colour at a place, \
        from 0, 0 in the left upper corner to 1, 1; colours are 0 to 1. There are, without being declared: the pictures \
        `video` (of `videoIn`), `video2`, `video3` and `video4`, each a `texture_2d<f32>`; `videoSampler`, which is \
        bilinear and clamps to the edge; `time: f32`, the seconds since the first picture that the node drew, whichever \
        code drew it; `resolution: vec2f`, the size that comes out, pixels; `frame: u32`, how many pictures came before. Within branches call `textureSampleLevel` in \
        place of `textureSample`.\n\n\
        A `struct Uniforms` in the shader makes its fields live values: `uniforms.gain` in the shader is the value `gain` \
        of the key `uniforms`. Fields are `f32`, `i32`, `u32`, or vectors of them, whose values are lists. A new value of \
        `uniforms` takes the place of all values before; a field without a value is 0, as the log says. The command \
        `uniforms` tells the fields. Variables of a shader's own outside of functions are `var<private>` or `const`.\n\n\
        A file is read again once it has changed, and `code` and `file` may change while it runs. A shader that is wrong is \
        refused with line and column, and the one before goes on; the log says so where a file is wrong. Values that \
        were set for fields which have gone are left out, and the log names them.\n\n\
        Pictures come out at the times and in the size of those of `videoIn`. The other inputs show the newest of their \
        pictures that is not after it; one without a picture is transparent. An offline graph waits for them.\n\n\
        **Example.** `pattern-source durationSeconds=2 ! shader code=\"fn shade(uv: vec2f) -> vec4f { return \
        textureSample(video, videoSampler, vec2f(1.0 - uv.x, uv.y)); }\" ! media-sink path=mirror.mkv`";
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
        let (file, values) = (text(context, c"file")?.to_owned(), object(text(context, c"uniforms")?)?);
        let (written, pass) = load(&file, text(context, c"code")?, None)?;
        let uniforms = pass.program.pack(&values)?;
        let looked = Instant::now();
        Ok(Self { pass, uniforms, values, file, written, looked, is_refused: false, is_untold: true })
    }

    fn configure(&mut self, context: &mut Context) -> Result<(), String> {
        let (file, code) = (text(context, c"file")?.to_owned(), text(context, c"code")?);
        let values = object(text(context, c"uniforms")?)?;
        let is_same = file == self.file && (!file.is_empty() || self.pass.program.code() == code);
        if is_same && !self.is_refused {
            if values == self.values {
                return Ok(());
            }
            (self.uniforms, _) = self.pack(&self.pass.program, &values)?;
        } else {
            match load(&file, code, Some(&self.pass)) {
                Ok((written, pass)) => {
                    let packed = self.pack(&pass.program, &values)?;
                    self.take(context, written, pass, packed);
                }
                // The file is as wrong as it was: the values are those of the shader that goes on.
                Err(why) if is_same => {
                    let packed = self.pack(&self.pass.program, &values);
                    (self.uniforms, _) = packed.map_err(|other| format!("{other}; {why}"))?;
                }
                Err(why) => return Err(why),
            }
            self.file = file;
        }
        self.values = values;
        self.is_untold = true;
        Ok(())
    }

    fn tick(&mut self, context: &mut Context) {
        if !self.file.is_empty() && self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            let written = written(&self.file);
            if written.is_some() && written != self.written {
                self.read_again(context, written);
            }
        }
        if std::mem::take(&mut self.is_untold) {
            self.tell_zeros(context);
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

impl Shader {
    /// Takes the file as it is now, if it is right.
    fn read_again(&mut self, context: &mut Context, written: Option<SystemTime>) {
        let loaded = load(&self.file, "", Some(&self.pass));
        match loaded.and_then(|(written, pass)| Ok((written, self.pack(&pass.program, &self.values)?, pass))) {
            Ok((written, packed, pass)) => self.take(context, written, pass, packed),
            Err(why) => {
                (self.written, self.is_refused) = (written, true);
                context.warn(&format!("{why}; the shader before goes on"));
            }
        }
    }

    fn take(&mut self, context: &mut Context, written: Option<SystemTime>, pass: Pass, packed: (Vec<u8>, Vec<String>)) {
        let (uniforms, gone) = packed;
        if !gone.is_empty() {
            let (gone, available) = (gone.join(", "), pass.program.available());
            context.warn(&format!(
                "the shader no longer takes the values of {gone} in \"uniforms\", which are left out; {available}"
            ));
        }
        (self.written, self.pass, self.uniforms) = (written, pass, uniforms);
        (self.is_refused, self.is_untold) = (false, true);
    }

    /// Values as a program has them, and the names of those that it does not take: these were set before, for fields that
    /// have gone.
    fn pack(&self, program: &Program, values: &Map<String, Value>) -> Result<(Vec<u8>, Vec<String>), String> {
        let (bytes, unknown) = program.pack_known(values);
        let is_old = |name: &str| self.values.get(name) == values.get(name);
        if unknown.iter().all(|name| is_old(name)) {
            return Ok((bytes, unknown.into_iter().map(str::to_owned).collect()));
        }
        let is_gone = |name: &str| unknown.contains(&name) && is_old(name);
        let given = values.iter().filter(|(name, _)| !is_gone(name)).map(|(name, value)| (name.clone(), value.clone()));
        program.pack(&given.collect()).map(|bytes| (bytes, Vec::new()))
    }

    fn tell_zeros(&self, context: &mut Context) {
        let zeros = self.pass.program.without_value(&self.values);
        if !zeros.is_empty() {
            context.warn(&format!("\"uniforms\" has no value for {}; without one a field is 0", zeros.join(", ")));
        }
    }
}

/// The shader of a file, or the code where there is none, compiled for what another one draws.
fn load(file: &str, code: &str, other: Option<&Pass>) -> Result<(Option<SystemTime>, Pass), String> {
    // Before it is read, so that a change meanwhile is seen.
    let written = written(file);
    let read = match (file.is_empty(), code.is_empty()) {
        (true, true) => return Err("there is no shader; set \"code\" or \"file\"".into()),
        (false, false) => {
            return Err("there are two shaders; set \"code\" or \"file\", and leave the other empty".into());
        }
        (true, false) => code.to_owned(),
        (false, true) => {
            let read =
                fs::read_to_string(file).map_err(|error| format!("the file \"{file}\" cannot be read: {error}"))?;
            // Some editors begin a file with a byte-order mark.
            read.trim_start_matches('\u{feff}').to_owned()
        }
    };
    let named = |why: String| if file.is_empty() { why } else { format!("\"{file}\": {why}") };
    let mut pass = Program::new(&read).map(Pass::new).map_err(named)?;
    pass.compile_as(&*Gpu::shared()?, other).map_err(named)?;
    Ok((written, pass))
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
