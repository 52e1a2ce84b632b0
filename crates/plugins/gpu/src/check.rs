//! Whether code in WGSL may be given to a device: what drivers refuse, or crash by, is refused here, with its line.

use std::iter;

use wgpu::naga::common::wgsl::TypeContext;
use wgpu::naga::front::wgsl::parse_str;
use wgpu::naga::valid::{Capabilities, ValidationFlags, Validator};
use wgpu::naga::{AddressSpace, ArraySize, Expression, Function, Handle, Module, Span, Type, TypeInner};

use crate::fault;
use crate::source::{Source, place_of_function, wrong_at};

/// What code may name.
const NAMES: &str = "
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
";

/// The same of code that has `Uniforms`.
const UNIFORMS: &str = "@group(0) @binding(6) var<uniform> uniforms: Uniforms;\n";

/// What calls it.
const ENTRY_POINTS: &str = "
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

/// Most bytes of the variables of a function, and of those outside of functions: WGSL promises no more.
const MOST_BYTES: u32 = 8_192;

/// Most elements of an array, likewise. Drivers take minutes over larger values.
const MOST_ELEMENTS: u32 = 2_047;

/// Code that is made of what the node takes; its types are not checked.
pub(crate) struct Draft<'a> {
    source: Source<'a>,
    pub(crate) module: Module,
    /// The type of its `Uniforms`.
    pub(crate) uniforms: Option<Handle<Type>>,
}

impl<'a> Draft<'a> {
    /// # Errors
    ///
    /// What is wrong with code, and where.
    pub(crate) fn new(code: &'a str) -> Result<Self, String> {
        let (source, alone, names) = parse_alone(code)?;
        check_variables(&source, &alone)?;
        if let Some(entry) = alone.entry_points.first() {
            let text = format!("\"{}\" is an entry point; the node has its own, which calls shade", entry.name);
            return Err(wrong_at(code, place_of_function(code, &entry.name).unwrap_or(0), &text));
        }
        check_shade(&source, &alone)?;
        check_sizes(&source, &alone)?;
        let source = Source::new(code, &[&names[..], &[ENTRY_POINTS]].concat());
        let module = parse_str(&source.whole).map_err(|error| fault::refused(&source, &error))?;
        let uniforms = module.global_variables.iter().find(|(_, each)| each.name.as_deref() == Some("uniforms"));
        let uniforms = uniforms.map(|(_, each)| each.ty);
        Ok(Self { source, module, uniforms })
    }

    /// The code with its surroundings, once its types are checked.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub(crate) fn finish(self) -> Result<String, String> {
        let checked = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&self.module);
        checked.map_err(|error| fault::invalid(&self.source, &self.module, &error))?;
        Ok(self.source.whole)
    }

    /// What is wrong with a type.
    pub(crate) fn wrong(&self, ty: Handle<Type>, text: &str) -> String {
        self.source.wrong(Some(self.module.types.get_span(ty)), text)
    }
}

/// Code with the names that it may use, and the texts that declare these.
fn parse_alone(code: &str) -> Result<(Source<'_>, Module, Vec<&'static str>), String> {
    let names = vec![NAMES, UNIFORMS];
    let source = Source::new(code, &names);
    let error = match parse_str(&source.whole) {
        Ok(module) => return Ok((source, module, names)),
        Err(error) => error,
    };
    if fault::first_span(&error).is_none_or(|span| source.is_own(span)) {
        return Err(fault::refused(&source, &error));
    }
    // The surroundings miss `Uniforms` alone.
    let names = vec![NAMES];
    let source = Source::new(code, &names);
    match parse_str(&source.whole) {
        Ok(module) => Ok((source, module, names)),
        Err(error) => Err(fault::refused(&source, &error)),
    }
}

fn check_variables(source: &Source<'_>, module: &Module) -> Result<(), String> {
    if let Some((handle, each)) = module.overrides.iter().next() {
        let name = each.name.as_deref().unwrap_or_default();
        let text =
            format!("\"{name}\" is an override, which nothing sets; make it a const or a field of struct Uniforms");
        return Err(source.wrong(Some(module.overrides.get_span(handle)), &text));
    }
    for (handle, each) in module.global_variables.iter() {
        let span = module.global_variables.get_span(handle);
        if !source.is_own(span) || each.space == AddressSpace::Private {
            continue;
        }
        let name = each.name.as_deref().unwrap_or_default();
        let text = if each.space == AddressSpace::WorkGroup {
            format!("\"{name}\" belongs to a workgroup, which compute shaders have alone; make it var<private>")
        } else {
            format!("\"{name}\" is bound to nothing; values come by struct Uniforms, pictures by video to video4")
        };
        return Err(source.wrong(Some(span), &text));
    }
    Ok(())
}

fn check_shade(source: &Source<'_>, module: &Module) -> Result<(), String> {
    let found = module.functions.iter().find(|(_, each)| each.name.as_deref() == Some("shade"));
    let Some((handle, shade)) = found else {
        return Err("the shader has no function \"shade\"; write \
            fn shade(uv: vec2f) -> vec4f { return textureSample(video, videoSampler, uv); }"
            .into());
    };
    let type_name = |ty| module.to_ctx().type_to_string(ty);
    let takes: Vec<String> = shade.arguments.iter().map(|each| type_name(each.ty)).collect();
    let gives = shade.result.as_ref().map(|each| type_name(each.ty));
    if takes == ["vec2<f32>"] && gives.as_deref() == Some("vec4<f32>") {
        return Ok(());
    }
    let gives = gives.map_or(String::new(), |gives| format!(" -> {gives}"));
    let text =
        format!("shade is called as shade(uv: vec2f) -> vec4f, and declared as shade({}){gives}", takes.join(", "));
    Err(source.wrong(Some(module.functions.get_span(handle)), &text))
}

fn check_sizes(source: &Source<'_>, module: &Module) -> Result<(), String> {
    for (handle, each) in module.types.iter() {
        let TypeInner::Array { size: ArraySize::Constant(count), .. } = each.inner else { continue };
        if count.get() > MOST_ELEMENTS {
            let text = format!("an array has {count} elements, wanted {MOST_ELEMENTS} at most");
            return Err(source.wrong(place_of_type(module, handle), &text));
        }
    }
    let size = |ty: Handle<Type>| module.types[ty].inner.size(module.to_ctx());
    let sum = |bytes: u32, ty: Handle<Type>| bytes.saturating_add(size(ty));
    let too_large = |span, bytes: u32, whose: &str| {
        Err(source.wrong(
            Some(span),
            &format!("the variables {whose} have {bytes} bytes together, wanted {MOST_BYTES} at most"),
        ))
    };
    let mut bytes = 0;
    for (handle, each) in module.global_variables.iter().filter(|(_, each)| each.space == AddressSpace::Private) {
        bytes = sum(bytes, each.ty);
        if bytes > MOST_BYTES {
            return too_large(module.global_variables.get_span(handle), bytes, "outside of functions");
        }
    }
    for (handle, each) in module.functions.iter() {
        let Function { local_variables, name, .. } = each;
        let bytes = local_variables.iter().fold(0, |bytes, (_, each)| sum(bytes, each.ty));
        if bytes > MOST_BYTES {
            let whose = format!("of \"{}\"", name.as_deref().unwrap_or_default());
            return too_large(module.functions.get_span(handle), bytes, &whose);
        }
    }
    Ok(())
}

/// Where a type is written, or a value of it, if its name is not.
fn place_of_type(module: &Module, ty: Handle<Type>) -> Option<Span> {
    let constants = module.constants.iter().filter(|(_, each)| each.ty == ty);
    let values = module.functions.iter().flat_map(|(_, function)| {
        let is_of_type = |value: &Expression| match value {
            Expression::ZeroValue(own) | Expression::Compose { ty: own, .. } => *own == ty,
            _ => false,
        };
        let found = function.expressions.iter().filter(move |(_, value)| is_of_type(value));
        found.map(|(handle, _)| function.expressions.get_span(handle))
    });
    iter::once(module.types.get_span(ty))
        .chain(constants.map(|(handle, _)| module.constants.get_span(handle)))
        .chain(values)
        .find(Span::is_defined)
}
