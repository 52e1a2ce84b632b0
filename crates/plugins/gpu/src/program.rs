//! The code of a pass in WGSL and the fields of its `Uniforms`.

use serde_json::{Map, Value};
use wgpu::naga::{Handle, Module, ScalarKind, Type, TypeInner, VectorSize};

use crate::check::Draft;

/// Most bytes of `Uniforms`.
const MOST_BYTES: u32 = 4_096;

/// Code that a device may be given.
#[derive(Debug)]
pub(crate) struct Program {
    code: String,
    /// With its surroundings.
    pub(crate) whole: String,
    /// The fields of `Uniforms`.
    fields: Vec<Field>,
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
        let draft = Draft::new(code)?;
        let (fields, bytes) = match draft.uniforms {
            Some(ty) => fields_of(&draft.module, ty).map_err(|why| draft.wrong(ty, &why))?,
            None => (Vec::new(), 16),
        };
        Ok(Self { code: code.to_owned(), whole: draft.finish()?, fields, bytes })
    }

    /// Without its surroundings.
    pub(crate) fn code(&self) -> &str {
        &self.code
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

    /// As [`Self::pack`], without the values that no field takes, whose names come with it.
    pub(crate) fn pack_known<'a>(&self, values: &'a Map<String, Value>) -> (Vec<u8>, Vec<&'a str>) {
        let mut bytes = vec![0; self.bytes as usize];
        let is_unknown = |(name, value): &(&'a String, &Value)| {
            let field = self.fields.iter().find(|field| field.name == **name);
            field.is_none_or(|field| field.pack(value, &mut bytes).is_none())
        };
        let unknown = values.iter().filter(is_unknown).map(|(name, _)| name.as_str()).collect();
        (bytes, unknown)
    }

    /// The fields that have no value.
    pub(crate) fn without_value(&self, values: &Map<String, Value>) -> Vec<&str> {
        self.fields.iter().map(|field| field.name.as_str()).filter(|name| !values.contains_key(*name)).collect()
    }

    /// The names of the fields and their types in WGSL, as JSON.
    pub(crate) fn fields_json(&self) -> String {
        let all = self.fields.iter().map(|field| (field.name.clone(), Value::String(field.type_name())));
        Value::Object(all.collect()).to_string()
    }

    pub(crate) fn available(&self) -> String {
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

fn fields_of(module: &Module, ty: Handle<Type>) -> Result<(Vec<Field>, u32), String> {
    let TypeInner::Struct { members, span } = &module.types[ty].inner else {
        return Err("Uniforms is no struct; write struct Uniforms { gain: f32 }".into());
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
    fn pack_known_leaves_out_what_no_field_takes() {
        let program = program("gain: f32, level: f32");
        let given = values(r#"{"gain": 0.5, "level": [1], "tint": 1}"#);
        let (bytes, unknown) = program.pack_known(&given);
        assert_eq!((&bytes[..4], unknown), (&0.5_f32.to_le_bytes()[..], vec!["level", "tint"]));
        assert_eq!(program.without_value(&values(r#"{"gain": 0}"#)), ["level"]);
    }

    fn fault(code: &str) -> String {
        Program::new(code).unwrap_err()
    }

    #[test]
    fn new_tells_the_line_and_column_of_a_fault() {
        let text = fault("fn shade(uv: vec2f) -> vec4f {\n  return vec4f(uvw, 0.0, 1.0);\n}");
        assert_eq!(text, "the shader is wrong at line 2, column 16: no definition in scope for identifier: `uvw`");
        let cases = [
            (
                "if uv.x > 0.5 { return uv; }",
                "line 4, column 19: what is returned is not of the type vec4<f32>, as is declared",
            ),
            ("return vec3f(1.0);", "line 4, column 3: what is returned is not of the type vec4<f32>, as is declared"),
            (
                "return vec4f(uv + vec3f(1.0), 1.0);",
                "line 4, column 16: the operation Add does not take vec2<f32> and vec3<f32>",
            ),
            ("if uv.x { return vec4f(); }", "line 4, column 6: The `if` condition is not a boolean scalar"),
        ];
        for (line, wanted) in cases {
            let text = fault(&format!(
                "// A shader.\n\nfn shade(uv: vec2f) -> vec4f {{\n  {line}\n  return vec4f(uv, 0.0, 1.0);\n}}"
            ));
            assert_eq!(text, format!("the shader is wrong at {wanted}"));
        }
        let matrix = "\nstruct Uniforms { turn: mat2x2f }\nfn shade(uv: vec2f) -> vec4f { return vec4f(uniforms.turn * uv, 0.0, 1.0); }";
        assert!(fault(matrix).contains("line 2, column 1: the field \"turn\" of struct Uniforms"), "{}", fault(matrix));
    }

    #[test]
    fn new_knows_shade_and_uniforms_by_what_they_are() {
        const SAME: &str = "fn shade(uv: vec2f) -> vec4f { return vec4f(uv, time, 1.0); }";
        Program::new(&format!("// no struct Uniforms yet\n{SAME} /* struct Uniforms")).unwrap();
        Program::new(&format!("diagnostic(off, derivative_uniformity);\n{SAME}")).unwrap();
        Program::new(&format!("alias Uniforms = Own;\nstruct Own {{ gain: f32 }}\n{SAME}")).unwrap();
        assert!(fault("fn main() {} // fn shade").contains("no function \"shade\""));
        let cases = [
            (
                "fn shade() -> vec4f { return vec4f(); }",
                "line 1, column 1: shade is called as shade(uv: vec2f) -> vec4f, and declared as shade() -> vec4<f32>",
            ),
            ("\nfn shade(uv: vec2f) -> vec4f {\n  return vec4f(uv, 0.0, 1.0);", "line 3, column 30: expected "),
            (
                "\nfn shade(uv: vec2f) -> vec4f {\n  return vec4f(uniforms.gain);\n}",
                "line 3, column 16: no definition in scope for identifier: `uniforms`",
            ),
            ("\nvar<private> time: f32;", "line 2, column 14: redefinition of `time`"),
        ];
        for (code, wanted) in cases {
            let text = fault(code);
            assert!(text.starts_with(&format!("the shader is wrong at {wanted}")), "{text}");
        }
    }

    #[test]
    fn new_refuses_what_devices_refuse_or_crash_by() {
        let cases = [
            ("@group(0) @binding(0) var<uniform> gain: f32;", "\"gain\" is bound to nothing"),
            ("@group(1) @binding(0) var other: texture_2d<f32>;", "\"other\" is bound to nothing"),
            ("@group(0) @binding(7) var<storage, read_write> all: array<f32>;", "\"all\" is bound to nothing"),
            ("var<push_constant> gain: f32;", "\"gain\" is bound to nothing"),
            ("var<workgroup> w: array<f32, 4>;", "\"w\" belongs to a workgroup"),
            ("override gain: f32;", "\"gain\" is an override"),
            ("@compute @workgroup_size(1) fn main() {}", "\"main\" is an entry point"),
            ("var<private> all: array<vec4f, 2000>;", "the variables outside of functions have 32016 bytes"),
            ("const ALL = array<f32, 3000>();", "an array has 3000 elements"),
            ("fn all() -> f32 { let all = array<f32, 3000>(); return all[1]; }", "an array has 3000 elements"),
        ];
        for (line, wanted) in cases {
            let text =
                fault(&format!("// main\n{line}\nfn shade(uv: vec2f) -> vec4f {{ return vec4f(uv, 0.0, 1.0); }}"));
            assert!(text.starts_with("the shader is wrong at line 2, column ") && text.contains(wanted), "{text}");
        }
        let text = fault("fn shade(uv: vec2f) -> vec4f {\n var all: array<vec4f, 2000>;\n return all[u32(uv.x)];\n}");
        assert!(text.contains("the variables of \"shade\" have 32000 bytes"), "{text}");
        Program::new("const A = 1.0;\nvar<private> b: f32 = A;\nfn shade(uv: vec2f) -> vec4f { return vec4f(b); }")
            .unwrap();
    }
}
