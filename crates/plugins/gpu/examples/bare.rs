//! `cargo run --release -p sluice-plugin-gpu --example bare -- FRAMES`: what a program of wgpu alone takes to upload a picture
//! of 1080p, draw it by three shaders and read it back. It prints nanoseconds a picture and one level of the last one.

use std::env;
use std::time::Instant;

use wgpu::*;

const SIZE: Extent3d = Extent3d { width: 1920, height: 1080, depth_or_array_layers: 1 };
const FORMAT: TextureFormat = TextureFormat::Rgba8Unorm;
/// A row of 1,920 pixels is a multiple of what rows of buffers are padded to.
const ROW_BYTES: u32 = 4 * SIZE.width;

const SHADER: &str = "
@group(0) @binding(0) var videoSampler: sampler;
@group(0) @binding(1) var video: texture_2d<f32>;
@vertex fn corners(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  return vec4f(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}
@fragment fn shade(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let colour = textureSampleLevel(video, videoSampler, at.xy / vec2f(1920.0, 1080.0), 0.0);
  return vec4f(1.0 - colour.rgb, colour.a);
}";

fn main() {
    let frames: u32 = env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100);
    let (device, queue) = open();
    let textures: Vec<Texture> = (0..4).map(|_| new_texture(&device)).collect();
    let views: Vec<TextureView> = textures.iter().map(|texture| texture.create_view(&Default::default())).collect();
    let pipeline = new_pipeline(&device);
    let sampler = device.create_sampler(&SamplerDescriptor {
        mag_filter: FilterMode::Linear,
        min_filter: FilterMode::Linear,
        ..Default::default()
    });
    let groups: Vec<BindGroup> = views.iter().take(3).map(|view| bind(&device, &pipeline, &sampler, view)).collect();
    let picture: Vec<u8> = (0..ROW_BYTES * SIZE.height).map(|at| if at % 4 == 3 { 255 } else { 40 }).collect();
    let mut out = vec![0_u8; picture.len()];
    let buffer = device.create_buffer(&BufferDescriptor {
        label: None,
        size: picture.len() as u64,
        usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let begin = Instant::now();
    for _ in 0..frames {
        queue.write_texture(textures[0].as_image_copy(), &picture, layout(), SIZE);
        let mut encoder = device.create_command_encoder(&Default::default());
        for (group, to) in groups.iter().zip(&views[1..]) {
            draw(&mut encoder, &pipeline, group, to);
        }
        let to = TexelCopyBufferInfo { buffer: &buffer, layout: layout() };
        encoder.copy_texture_to_buffer(textures[3].as_image_copy(), to, SIZE);
        queue.submit([encoder.finish()]);
        buffer.map_async(MapMode::Read, .., |done| done.expect("the picture is read back"));
        device.poll(PollType::Wait).expect("the device works");
        out.copy_from_slice(&buffer.get_mapped_range(..));
        buffer.unmap();
    }
    let ns = begin.elapsed().as_nanos() as f64 / f64::from(frames);
    println!("{ns:.0} {}", out[out.len() / 2]);
}

fn layout() -> TexelCopyBufferLayout {
    TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(ROW_BYTES), rows_per_image: None }
}

fn open() -> (Device, Queue) {
    let instance = Instance::new(&InstanceDescriptor { backends: Backends::PRIMARY, ..Default::default() });
    let options = RequestAdapterOptions { power_preference: PowerPreference::HighPerformance, ..Default::default() };
    let adapter = ready(instance.request_adapter(&options)).expect("there is a graphics processor");
    ready(adapter.request_device(&DeviceDescriptor::default())).expect("it gives a device")
}

/// wgpu's futures are ready at once outside of browsers.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("a future of wgpu waits"),
    }
}

fn new_texture(device: &Device) -> Texture {
    device.create_texture(&TextureDescriptor {
        label: None,
        size: SIZE,
        mip_level_count: 1,
        sample_count: 1,
        dimension: TextureDimension::D2,
        format: FORMAT,
        usage: TextureUsages::all() - TextureUsages::STORAGE_BINDING - TextureUsages::STORAGE_ATOMIC,
        view_formats: &[],
    })
}

fn new_pipeline(device: &Device) -> RenderPipeline {
    let module =
        &device.create_shader_module(ShaderModuleDescriptor { label: None, source: ShaderSource::Wgsl(SHADER.into()) });
    let target = ColorTargetState { format: FORMAT, blend: None, write_mask: ColorWrites::ALL };
    device.create_render_pipeline(&RenderPipelineDescriptor {
        label: None,
        layout: None,
        vertex: VertexState { module, entry_point: None, compilation_options: Default::default(), buffers: &[] },
        fragment: Some(FragmentState {
            module,
            entry_point: None,
            compilation_options: Default::default(),
            targets: &[Some(target)],
        }),
        primitive: PrimitiveState::default(),
        depth_stencil: None,
        multisample: MultisampleState::default(),
        multiview: None,
        cache: None,
    })
}

fn bind(device: &Device, pipeline: &RenderPipeline, sampler: &Sampler, view: &TextureView) -> BindGroup {
    device.create_bind_group(&BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[
            BindGroupEntry { binding: 0, resource: BindingResource::Sampler(sampler) },
            BindGroupEntry { binding: 1, resource: BindingResource::TextureView(view) },
        ],
    })
}

fn draw(encoder: &mut CommandEncoder, pipeline: &RenderPipeline, group: &BindGroup, to: &TextureView) {
    let ops = Operations { load: LoadOp::Clear(Color::TRANSPARENT), store: StoreOp::Store };
    let target = RenderPassColorAttachment { view: to, depth_slice: None, resolve_target: None, ops };
    let mut pass =
        encoder.begin_render_pass(&RenderPassDescriptor { color_attachments: &[Some(target)], ..Default::default() });
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, group, &[]);
    pass.draw(0..3, 0..1);
}
