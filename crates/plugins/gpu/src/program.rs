//! The code of a pass in WGSL, checked before any device sees it, and the fields of its `Uniforms`.

use serde_json::{Map, Value};
use wgpu::naga;
use wgpu::naga::front::wgsl::ParseError;
use wgpu::naga::valid::{Capabilities, ValidationFlags, Validator};
use wgpu::naga::{Module, ScalarKind, SourceLocation, TypeInner, VectorSize};

/// What surrounds the code of a pass.
const SURROUNDINGS: &str = "
struct SluiceFrame { resolution: vec2f, pixel: vec2f, time: f32, frame: u32 }
@group(0) @binding(0) var videoSampler: sampler;
@group(0) @binding(1) var video: texture_2d<f32>;
@group(0) @binding(2) var video2: texture_2d<f32>;
@group(0) @binding(3) var video3: texture_2d<f32>;
@group(0) @binding(4) var video4: texture_2d<f32>;
@group(0) @binding(5) var<uniform> sluiceFrame: SluiceFrame;
var<private> time: f32;
var<private> resolution: vec2f;
var<private> frame: u32;

@vertex fn sluiceVertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
    return vec4f(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

@fragment fn sluiceFragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
    time = sluiceFrame.time;
    resolution = sluiceFrame.resolution;
    frame = sluiceFrame.frame;
    return shade(at.xy * sluiceFrame.pixel);
}
";

/// The same of code that has `Uniforms`.
const UNIFORMS: &str = "@group(0) @binding(6) var<uniform> uniforms: Uniforms;\n";

/// Most bytes of `Uniforms`.
const MOST_BYTES: u32 = 4_096;

/// Code that a device may be given.
#[derive(Debug)]
pub(crate) struct Program {
    /// With its surroundings.
    pub(crate) whole: String,
    /// The fields of `Uniforms`.
    fields: Vec<Field>,
    /// Bytes of the code alone, at the start of the whole.
    own: usize,
    /// Bytes of `Uniforms`; 16 where there are none.
    bytes: u32,
}

/// A field of `Uniforms`.
#[derive(Debug)]
pub(crate) struct Field {
    name: String,
    offset: u32,
    kind: ScalarKind,
    /// 1, or 2 to 4 of a vector.
    count: u32,
}

impl Program {
    /// Checks code.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub(crate) fn new(code: &str) -> Result<Self, String> {
        let has_uniforms = words(code).any(|pair| pair == ("struct", "Uniforms"));
        if !words(code).any(|pair| pair == ("fn", "shade")) {
            return Err("the shader has no function \"shade\"; write \
                        fn shade(uv: vec2f) -> vec4f { return textureSample(video, videoSampler, uv); }"
                .into());
        }
        let whole = format!("{code}\n{SURROUNDINGS}{}", if has_uniforms { UNIFORMS } else { "" });
        let refused = |error: ParseError| fault(error.location(&whole), error.message(), code);
        let module = naga::front::wgsl::parse_str(&whole).map_err(refused)?;
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
        if let Err(error) = validator.validate(&module) {
            let mut text = error.as_inner().to_string();
            let mut source = std::error::Error::source(error.as_inner());
            while let Some(each) = source {
                text = format!("{text}: {each}");
                source = each.source();
            }
            return Err(fault(error.location(&whole), &text, code));
        }
        let (fields, bytes) = fields_of(&module)?;
        Ok(Self { whole, fields, own: code.len(), bytes })
    }

    /// Without its surroundings.
    pub(crate) fn code(&self) -> &str {
        &self.whole[..self.own]
    }

    /// The bytes of `Uniforms` with values by name; fields without one are 0.
    ///
    /// # Errors
    ///
    /// A name is not known, or a value is not of its field's type.
    pub(crate) fn pack(&self, values: &Map<String, Value>) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; self.bytes as usize];
        for (name, value) in values {
            let Some(field) = self.fields.iter().find(|field| field.name == *name) else {
                return Err(format!("the shader has no uniform \"{name}\"; {}", self.available()));
            };
            field.pack(value, &mut bytes).ok_or_else(|| {
                format!("the uniform \"{name}\" is {value}, wanted {}; {}", field.type_name(), self.available())
            })?;
        }
        Ok(bytes)
    }

    /// The names of the fields and their types in WGSL, as JSON.
    pub(crate) fn fields_json(&self) -> String {
        let all = self.fields.iter().map(|field| (field.name.clone(), Value::String(field.type_name())));
        Value::Object(all.collect()).to_string()
    }

    fn available(&self) -> String {
        if self.fields.is_empty() {
            return "it has no struct Uniforms".into();
        }
        let all: Vec<String> =
            self.fields.iter().map(|field| format!("{}: {}", field.name, field.type_name())).collect();
        format!("available: {}", all.join(", "))
    }
}

impl Field {
    fn type_name(&self) -> String {
        let scalar = match self.kind {
            ScalarKind::Sint => "i32",
            ScalarKind::Uint => "u32",
            _ => "f32",
        };
        if self.count == 1 { scalar.into() } else { format!("vec{}<{scalar}>", self.count) }
    }

    /// `None`: the value is not of the field's type.
    fn pack(&self, value: &Value, bytes: &mut [u8]) -> Option<()> {
        let one = std::slice::from_ref(value);
        let values = if self.count == 1 { one } else { value.as_array()?.as_slice() };
        if values.len() != self.count as usize {
            return None;
        }
        for (place, value) in bytes[self.offset as usize..].chunks_exact_mut(4).zip(values) {
            let number = value.as_f64()?;
            let is_whole = number.fract() == 0.0;
            let word = match self.kind {
                ScalarKind::Sint if is_whole && number.abs() <= 2_147_483_647.0 => (number as i32).to_le_bytes(),
                ScalarKind::Uint if is_whole && (0.0..=4_294_967_295.0).contains(&number) => {
                    (number as u32).to_le_bytes()
                }
                ScalarKind::Float => (number as f32).to_le_bytes(),
                _ => return None,
            };
            place.copy_from_slice(&word);
        }
        Some(())
    }
}

fn fields_of(module: &Module) -> Result<(Vec<Field>, u32), String> {
    let found = module.types.iter().find(|(_, each)| each.name.as_deref() == Some("Uniforms"));
    let Some((_, TypeInner::Struct { members, span })) = found.map(|(handle, each)| (handle, &each.inner)) else {
        return Ok((Vec::new(), 16));
    };
    if *span > MOST_BYTES {
        return Err(format!("struct Uniforms has {span} bytes, of which {MOST_BYTES} at most are taken"));
    }
    let mut fields = Vec::new();
    for member in members {
        let name = member.name.clone().unwrap_or_default();
        let (scalar, count) = match module.types[member.ty].inner {
            TypeInner::Scalar(scalar) => (scalar, 1),
            TypeInner::Vector { size, scalar } => (scalar, size_of(size)),
            _ => return Err(unknown_type(&name)),
        };
        let is_known =
            scalar.width == 4 && matches!(scalar.kind, ScalarKind::Sint | ScalarKind::Uint | ScalarKind::Float);
        if !is_known {
            return Err(unknown_type(&name));
        }
        fields.push(Field { name, offset: member.offset, kind: scalar.kind, count });
    }
    Ok((fields, (*span).max(16)))
}

fn size_of(size: VectorSize) -> u32 {
    size as u32
}

fn unknown_type(name: &str) -> String {
    format!(
        "the field \"{name}\" of struct Uniforms has a type that no live value is of; wanted f32, i32, u32, or a vector of them"
    )
}

fn fault(at: Option<SourceLocation>, text: &str, code: &str) -> String {
    match at {
        Some(at) if (at.offset as usize) < code.len() => {
            format!("the shader is wrong at line {}, column {}: {text}", at.line_number, at.line_position)
        }
        // The surroundings meet something that the code has made different.
        _ => format!(
            "the shader is wrong: {text}; shade is called as shade(uv: vec2f) -> vec4f, and names of the surroundings \
             (video, videoSampler, time, resolution, frame, uniforms) cannot be declared again"
        ),
    }
}

/// Each word of code with the one after it; comments count as code, which at worst declares a binding too many.
fn words(code: &str) -> impl Iterator<Item = (&str, &str)> {
    let split =
        || code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty());
    split().zip(split().skip(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHADE: &str = "fn shade(uv: vec2f) -> vec4f { return vec4f(uniforms.gain * uv.x); }";

    fn program(fields: &str) -> Program {
        Program::new(&format!("struct Uniforms {{ {fields} }}\n{SHADE}")).unwrap()
    }

    fn values(json: &str) -> Map<String, Value> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn pack_puts_fields_where_wgsl_has_them() {
        let program = program("gain: f32, at: vec3<i32>, most: u32");
        let bytes = program.pack(&values(r#"{"gain": 0.5, "at": [1, -2, 3], "most": 7}"#)).unwrap();
        let word = |at: usize| <[u8; 4]>::try_from(&bytes[4 * at..][..4]).unwrap();
        assert_eq!(f32::from_le_bytes(word(0)), 0.5);
        assert_eq!([4, 5, 6, 7].map(|at| i32::from_le_bytes(word(at))), [1, -2, 3, 7]);
        assert_eq!(bytes.len(), 32);
    }

    #[test]
    fn pack_refuses_unknown_names_and_other_types_and_lists_the_fields() {
        let program = program("gain: f32, most: vec2<u32>");
        let refusal = |json: &str| program.pack(&values(json)).unwrap_err();
        assert_eq!(
            refusal(r#"{"gian": 1}"#),
            "the shader has no uniform \"gian\"; available: gain: f32, most: vec2<u32>"
        );
        for wrong in ["[1]", "[1, 2, 3]", "[1, -1]", "[1, 1.5]", "3", "\"a\""] {
            let text = refusal(&format!("{{\"most\": {wrong}}}"));
            assert!(text.contains("wanted vec2<u32>; available"), "{text}");
        }
    }

    #[test]
    fn new_tells_the_line_and_column_of_a_fault() {
        let fault = |code: &str| Program::new(code).unwrap_err();
        let text = fault("fn shade(uv: vec2f) -> vec4f {\n  return vec4f(uvw, 0.0, 1.0);\n}");
        assert_eq!(text, "the shader is wrong at line 2, column 16: no definition in scope for identifier: `uvw`");
        assert!(fault("fn shade(uv: vec2f) -> vec4f {\n  return uv;\n}").contains(" at line "));
        assert!(fault("fn main() {}").contains("no function \"shade\""));
        assert!(fault("fn shade() -> vec4f { return vec4f(); }").contains("shade is called as"));
        let matrix = "struct Uniforms { turn: mat2x2f }\nfn shade(uv: vec2f) -> vec4f { return vec4f(uniforms.turn * uv, 0.0, 1.0); }";
        assert!(fault(matrix).contains("\"turn\" of struct Uniforms"));
    }
}
