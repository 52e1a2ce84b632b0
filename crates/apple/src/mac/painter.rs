//! Draws pictures into the layer of a window, by Metal, on a serial queue of its own: waiting for the display holds nobody
//! up.

use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Instant;

use block2::RcBlock;
use objc2::rc::Retained;
use objc2::runtime::ProtocolObject;
use objc2_core_foundation::{CFRetained, CGSize};
use objc2_core_video::{CVMetalTexture, CVMetalTextureCache, CVMetalTextureGetTexture};
use objc2_foundation::NSString;
use objc2_metal::*;
use objc2_quartz_core::{CAMetalDrawable, CAMetalLayer};

use super::clock::host_seconds;
use super::core::{guarded, made_by, tell};
use super::pixels::Pixels;
use super::window::WindowNews;
use crate::four_cc::{BGRA, I420_FULL, I420_LIMITED, NV12_FULL, NV12_LIMITED};
use crate::paint::{Paint, Planes, SHADER, Scale};
use crate::stages::{Colours, Mailbox, OnQueue, SystemPicture};
use crate::time::instant_at;

/// A plane of a picture, and the same for Metal.
type Texture = (CFRetained<CVMetalTexture>, Retained<ProtocolObject<dyn MTLTexture>>);

/// A picture that is due.
pub struct Shot {
    /// The picture. Its pixels count as `rgba`, where that is set and they are in one plane.
    pub pixels: Pixels,
    /// Red comes first.
    pub rgba: bool,
    /// How wide a pixel is, in parts of its height.
    pub pixel_aspect: f64,
    /// How luma and chroma are to be read.
    pub colours: Colours,
    /// Its time stamp, which [`WindowNews::Shown`] tells again.
    pub pts_ns: f64,
    /// When it is to be seen.
    pub due: Instant,
}

/// What draws.
pub(super) struct Painter {
    pub(super) layer: Retained<CAMetalLayer>,
    queue: Retained<ProtocolObject<dyn MTLCommandQueue>>,
    pipeline: Retained<ProtocolObject<dyn MTLRenderPipelineState>>,
    textures: CFRetained<CVMetalTextureCache>,
    pub(super) scale: Scale,
}

impl Painter {
    /// With a layer, which a window is to have.
    pub(super) fn new(scale: Scale) -> Result<Self, String> {
        let device = MTLCreateSystemDefaultDevice().ok_or("this Mac has no GPU that Metal can use")?;
        let queue = device.newCommandQueue().ok_or("the GPU takes no commands")?;
        let library = device.newLibraryWithSource_options_error(&NSString::from_str(SHADER), None);
        let library = library.map_err(|error| tell(&error))?;
        let function = |name| library.newFunctionWithName(&NSString::from_str(name));
        let descriptor = MTLRenderPipelineDescriptor::new();
        descriptor.setVertexFunction(function("place").as_deref());
        descriptor.setFragmentFunction(function("colour").as_deref());
        // SAFETY: the first of its attachments.
        unsafe { descriptor.colorAttachments().objectAtIndexedSubscript(0) }.setPixelFormat(MTLPixelFormat::BGRA8Unorm);
        let pipeline = device.newRenderPipelineStateWithDescriptor_error(&descriptor).map_err(|error| tell(&error))?;
        // SAFETY: the function stores a cache for the caller.
        let textures = unsafe {
            made_by("make a cache of textures", |place| CVMetalTextureCache::create(None, None, &device, None, place))
        }?;
        let layer = CAMetalLayer::new();
        layer.setDevice(Some(&device));
        layer.setPixelFormat(MTLPixelFormat::BGRA8Unorm);
        Ok(Self { layer, queue, pipeline, textures, scale })
    }

    /// Draws a picture into a window of that size, pixels, and tells when it is seen.
    pub(super) fn draw(&self, shot: Shot, window: (u32, u32), news: &Arc<Mailbox<WindowNews>>) -> Result<(), String> {
        self.layer.setDrawableSize(CGSize { width: window.0.into(), height: window.1.into() });
        let (planes, textures) = self.textures_of(&shot)?;
        // A window that is not seen has none.
        let drawable = self.layer.nextDrawable().ok_or("the window takes no picture for now")?;
        let pass = MTLRenderPassDescriptor::renderPassDescriptor();
        // SAFETY: the first of its attachments.
        let attachment = unsafe { pass.colorAttachments().objectAtIndexedSubscript(0) };
        attachment.setTexture(Some(&drawable.texture()));
        attachment.setLoadAction(MTLLoadAction::Clear);
        attachment.setStoreAction(MTLStoreAction::Store);
        attachment.setClearColor(MTLClearColor { red: 0.0, green: 0.0, blue: 0.0, alpha: 1.0 });
        let commands = self.queue.commandBuffer().ok_or("the GPU takes no commands")?;
        let encoder = commands.renderCommandEncoderWithDescriptor(&pass).ok_or("the GPU takes no commands")?;
        let extent = self.scale.extent(shot.pixels.size(), shot.pixel_aspect, window);
        let paint = Paint::new(planes, shot.colours);
        encoder.setRenderPipelineState(&self.pipeline);
        // SAFETY: the bytes are copied, and are what the shader wants; so are the textures, which the commands keep.
        unsafe {
            encoder.setVertexBytes_length_atIndex(NonNull::from(&extent).cast(), size_of_val(&extent), 0);
            encoder.setFragmentBytes_length_atIndex(NonNull::from(&paint).cast(), size_of_val(&paint), 0);
            for (index, (_, texture)) in textures.iter().enumerate() {
                encoder.setFragmentTexture_atIndex(Some(texture), index);
            }
            encoder.drawPrimitives_vertexStart_vertexCount(MTLPrimitiveType::TriangleStrip, 0, 4);
        }
        encoder.endEncoding();
        let (news, pts_ns) = (Arc::clone(news), shot.pts_ns);
        let seen = RcBlock::new(move |drawable: NonNull<ProtocolObject<dyn MTLDrawable>>| {
            guarded(|| {
                // SAFETY: it lives during the call.
                let seconds = unsafe { drawable.as_ref() }.presentedTime();
                let at = (seconds > 0.0).then(|| instant_at(Instant::now(), (seconds - host_seconds()) * 1e9));
                news.put(WindowNews::Shown { pts_ns, at });
            });
        });
        let drawable: &ProtocolObject<dyn MTLDrawable> = ProtocolObject::from_ref(&*drawable);
        // SAFETY: the block may be called on any thread; the drawable keeps it.
        unsafe { drawable.addPresentedHandler(RcBlock::as_ptr(&seen)) };
        // The picture and its textures live until the GPU has read them.
        let kept = OnQueue((shot.pixels, textures));
        let done = RcBlock::new(move |_: NonNull<ProtocolObject<dyn MTLCommandBuffer>>| _ = &kept);
        // SAFETY: as above.
        unsafe { commands.addCompletedHandler(RcBlock::as_ptr(&done)) };
        let wait = shot.due.saturating_duration_since(Instant::now());
        commands.presentDrawable_atTime(drawable, host_seconds() + wait.as_secs_f64());
        commands.commit();
        Ok(())
    }

    /// The planes of a picture as textures, without a copy.
    fn textures_of(&self, shot: &Shot) -> Result<(Planes, Vec<Texture>), String> {
        let (one, two) = (MTLPixelFormat::R8Unorm, MTLPixelFormat::RG8Unorm);
        let (planes, formats): (_, &[_]) = match shot.pixels.code() {
            BGRA if shot.rgba => (Planes::Rgba, &[MTLPixelFormat::BGRA8Unorm]),
            BGRA => (Planes::Bgra, &[MTLPixelFormat::BGRA8Unorm]),
            NV12_LIMITED | NV12_FULL => (Planes::Nv12, &[one, two]),
            I420_LIMITED | I420_FULL => (Planes::I420, &[one, one, one]),
            code => return Err(format!("no window shows pixels of {}", crate::four_cc::spell(code))),
        };
        let (wide, high) = shot.pixels.size();
        let texture = |(plane, format): (usize, &MTLPixelFormat)| {
            let half = if plane == 0 { 1 } else { 2 };
            let (width, height) = (wide.div_ceil(half) as usize, high.div_ceil(half) as usize);
            // SAFETY: a plane of the picture, of the format and the size that it has.
            let made = unsafe {
                made_by("show a picture as a texture", |place| {
                    let (cache, picture) = (&self.textures, shot.pixels.buffer());
                    CVMetalTextureCache::create_texture_from_image(
                        None, cache, picture, None, *format, width, height, plane, place,
                    )
                })
            }?;
            let texture = CVMetalTextureGetTexture(&made).ok_or("a picture has no texture")?;
            Ok((made, texture))
        };
        let textures = formats.iter().enumerate().map(texture).collect::<Result<_, String>>()?;
        Ok((planes, textures))
    }
}
