//! A pass: a fragment shader that draws one texture from up to four others. The stages' own shaders and those of users have
//! the same surroundings, which are appended to the code, so that its lines keep their numbers.

use std::num::NonZeroU64;

use wgpu::*;

use crate::device::Gpu;
use crate::program::Program;

/// Most pictures that a pass reads.
pub(crate) const MOST_INPUTS: usize = 4;

/// Bytes of what every pass is told: resolution, size of a pixel, time and number of the picture.
pub(crate) const FRAME_BYTES: usize = 24;

/// What a uniform block is padded to, so that it may start anywhere in a buffer of them.
pub(crate) const UNIFORM_STEP: usize = 256;

/// What all passes of a device share.
pub(crate) struct Common {
    layout: BindGroupLayout,
    pipeline_layout: PipelineLayout,
    linear: Sampler,
    /// One transparent black pixel: an input without a picture.
    blank: TextureView,
}

impl Common {
    pub(crate) fn new(device: &Device) -> Self {
        let entry = |binding, ty| BindGroupLayoutEntry { binding, visibility: ShaderStages::FRAGMENT, ty, count: None };
        let uniform = |binding| {
            let ty = BufferBindingType::Uniform;
            entry(binding, BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None })
        };
        let texture = |at| {
            let sample_type = TextureSampleType::Float { filterable: true };
            let view_dimension = TextureViewDimension::D2;
            entry(1 + at, BindingType::Texture { sample_type, view_dimension, multisampled: false })
        };
        let mut entries = vec![entry(0, BindingType::Sampler(SamplerBindingType::Filtering))];
        entries.extend((0..MOST_INPUTS as u32).map(texture));
        entries.extend([uniform(5), uniform(6)]);
        let layout = device.create_bind_group_layout(&BindGroupLayoutDescriptor { label: None, entries: &entries });
        let pipeline_layout = device.create_pipeline_layout(&PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[&layout],
            push_constant_ranges: &[],
        });
        let (mag_filter, min_filter) = (FilterMode::Linear, FilterMode::Linear);
        let linear = device.create_sampler(&SamplerDescriptor { mag_filter, min_filter, ..Default::default() });
        let blank = device.create_texture(&TextureDescriptor {
            label: None,
            size: Extent3d { width: 1, height: 1, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: TextureDimension::D2,
            format: TextureFormat::Rgba8Unorm,
            usage: TextureUsages::TEXTURE_BINDING,
            view_formats: &[],
        });
        let blank = blank.create_view(&TextureViewDescriptor::default());
        Self { layout, pipeline_layout, linear, blank }
    }

    /// What stands for a picture that is not there.
    pub(crate) fn blank(&self) -> &TextureView {
        &self.blank
    }

    /// Binds pictures, and two pieces of a buffer of uniforms.
    pub(crate) fn bind(
        &self,
        device: &Device,
        inputs: &[&TextureView],
        buffer: &Buffer,
        (offset, bytes): (u64, u64),
    ) -> BindGroup {
        let piece =
            |offset, bytes| BindingResource::Buffer(BufferBinding { buffer, offset, size: NonZeroU64::new(bytes) });
        let mut entries = vec![BindGroupEntry { binding: 0, resource: BindingResource::Sampler(&self.linear) }];
        for at in 0..MOST_INPUTS {
            let view = inputs.get(at).copied().unwrap_or(&self.blank);
            entries.push(BindGroupEntry { binding: 1 + at as u32, resource: BindingResource::TextureView(view) });
        }
        entries.push(BindGroupEntry { binding: 5, resource: piece(offset, FRAME_BYTES as u64) });
        entries.push(BindGroupEntry { binding: 6, resource: piece(offset + UNIFORM_STEP as u64, bytes) });
        device.create_bind_group(&BindGroupDescriptor { label: None, layout: &self.layout, entries: &entries })
    }
}

/// A program, compiled for the formats that it has drawn so far.
pub(crate) struct Pass {
    pub(crate) program: Program,
    compiled: Option<Compiled>,
}

struct Compiled {
    serial: u64,
    module: ShaderModule,
    pipelines: Vec<(TextureFormat, RenderPipeline)>,
}

impl Pass {
    pub(crate) fn new(program: Program) -> Self {
        Self { program, compiled: None }
    }

    /// One of the stages' own, which is known to be right.
    ///
    /// # Errors
    ///
    /// The code is wrong.
    pub(crate) fn own(code: &str) -> Result<Self, String> {
        Program::new(code).map(Self::new)
    }

    /// Compiles it for the formats that another one draws, or for RGBA, before anything depends on it.
    ///
    /// # Errors
    ///
    /// The device refuses it.
    pub(crate) fn compile_as(&mut self, gpu: &Gpu, other: Option<&Self>) -> Result<(), String> {
        let formats = match other.and_then(|other| other.compiled.as_ref()) {
            Some(compiled) => compiled.pipelines.iter().map(|(format, _)| *format).collect(),
            None => vec![TextureFormat::Rgba8Unorm],
        };
        formats.into_iter().try_for_each(|format| self.pipeline(gpu, format).map(drop))
    }

    /// The pipeline that draws to a format on a device.
    ///
    /// # Errors
    ///
    /// The device refuses it.
    pub(crate) fn pipeline(&mut self, gpu: &Gpu, format: TextureFormat) -> Result<RenderPipeline, String> {
        let program = &self.program;
        let is_here = self.compiled.as_ref().is_some_and(|compiled| compiled.serial == gpu.serial);
        if !is_here {
            let source = ShaderSource::Wgsl(program.whole.as_str().into());
            let module =
                checked(gpu, || gpu.device.create_shader_module(ShaderModuleDescriptor { label: None, source }))?;
            self.compiled = Some(Compiled { serial: gpu.serial, module, pipelines: Vec::new() });
        }
        let Some(Compiled { module, pipelines, .. }) = &mut self.compiled else { return Err("unreachable".into()) };
        if let Some((_, pipeline)) = pipelines.iter().find(|(own, _)| *own == format) {
            return Ok(pipeline.clone());
        }
        let pipeline = checked(gpu, || make_pipeline(gpu, module, format))?;
        pipelines.push((format, pipeline.clone()));
        Ok(pipeline)
    }
}

fn make_pipeline(gpu: &Gpu, module: &ShaderModule, format: TextureFormat) -> RenderPipeline {
    let target = ColorTargetState { format, blend: None, write_mask: ColorWrites::ALL };
    let compilation_options = PipelineCompilationOptions::default();
    gpu.device.create_render_pipeline(&RenderPipelineDescriptor {
        label: None,
        layout: Some(&gpu.common.pipeline_layout),
        vertex: VertexState {
            module,
            entry_point: Some("sluiceVertex"),
            compilation_options: compilation_options.clone(),
            buffers: &[],
        },
        fragment: Some(FragmentState {
            module,
            entry_point: Some("sluiceFragment"),
            compilation_options,
            targets: &[Some(target)],
        }),
        primitive: PrimitiveState::default(),
        depth_stencil: None,
        multisample: MultisampleState::default(),
        multiview: None,
        cache: None,
    })
}

/// Makes something, and tells why the device refuses it. A device that is lost refuses nothing: what it makes is of no use.
fn checked<T>(gpu: &Gpu, make: impl FnOnce() -> T) -> Result<T, String> {
    gpu.checked(make).map_err(|error| format!("\"{}\" refuses the shader: {error}", gpu.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::testing;

    #[test]
    fn compile_as_tells_what_the_device_refuses() {
        let Some(_alone) = testing::alone() else { return };
        let gpu = Gpu::shared().unwrap();
        let shade = |body: &str| Program::new(&format!("fn shade(uv: vec2f) -> vec4f {{ {body} }}")).unwrap();
        let mut right = Pass::new(shade("return vec4f(uv, 0.0, 1.0);"));
        right.compile_as(&gpu, None).unwrap();
        let mut program = shade("return vec4f(time);");
        program.whole = program.whole.replace("@group(0) @binding(5)", "@group(1) @binding(5)");
        let refusal = Pass::new(program).compile_as(&gpu, Some(&right)).unwrap_err();
        assert!(refusal.contains("refuses the shader"), "{refusal}");
        assert_eq!(gpu.take_error(), None);
    }
}
