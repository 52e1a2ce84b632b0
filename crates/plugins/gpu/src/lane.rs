//! What the stages of one lane share: the commands that they have recorded and not submitted, and the textures and buffers
//! that they use again. Commands are submitted once a picture is read back or many wait, so that a row of stages submits
//! once, for all pictures that have come. A texture that a stage gives back may be used by what is recorded later, since
//! one lane's commands run in their order: that is why lanes do not share textures.
//!
//! Only [`Lane::submit`] at a full queue and [`Lane::read`] block. All locks are one thread's, but for a lane's end.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, mpsc};

use wgpu::*;

use crate::device::{Fault, Gpu};
use crate::pass::{FRAME_BYTES, UNIFORM_STEP};

/// Most bytes of uniforms of one submission.
const MOST_UNIFORMS: usize = 256 << 10;

/// Most draws of one submission.
const MOST_DRAWS: u32 = 128;

/// Most bytes of textures that wait for their next use, and most buffers of each kind.
const MOST_TEXTURE_BYTES: u64 = 256 << 20;
const MOST_BUFFERS: usize = 8;

/// Size and format of a texture.
pub(crate) type TextureKey = (u32, u32, TextureFormat);

/// A texture and its view.
pub(crate) struct Plane {
    pub(crate) key: TextureKey,
    pub(crate) texture: Texture,
    pub(crate) view: TextureView,
}

/// A lane's part of a device.
pub(crate) struct Lane {
    pub(crate) gpu: Arc<Gpu>,
    work: Mutex<Work>,
}

#[derive(Default)]
struct Work {
    encoder: Option<CommandEncoder>,
    draws: u32,
    uniforms: Vec<u8>,
    uniform_buffer: Option<Buffer>,
    /// Uploads that the recorded commands read.
    uploading: Vec<Upload>,
    uploads: Vec<Upload>,
    read_backs: Vec<Buffer>,
    textures: Vec<Plane>,
    last: Option<SubmissionIndex>,
    submissions: u32,
}

/// A buffer that is written by the processor and read by the device, in turns.
struct Upload {
    buffer: Buffer,
    state: Arc<AtomicU32>,
}

/// States of [`Upload`]: the device may still read it; it is mapped; it cannot be mapped. Stored by a callback, by whichever
/// thread polls, with release; the acquire is where an upload is chosen.
const BUSY: u32 = 0;
const MAPPED: u32 = 1;
const BROKEN: u32 = 2;

/// What a pass is told of its picture.
#[derive(Clone, Copy)]
pub(crate) struct FrameFacts {
    pub(crate) time_seconds: f32,
    pub(crate) number: u32,
}

thread_local! {
    static OWN: RefCell<Weak<Lane>> = const { RefCell::new(Weak::new()) };
}

impl Lane {
    /// That of this thread; a new one if its device is lost.
    ///
    /// # Errors
    ///
    /// There is no device.
    pub(crate) fn own() -> Result<Arc<Self>, String> {
        if let Some(lane) = OWN.with_borrow(Weak::upgrade).filter(|lane| !lane.gpu.is_lost()) {
            return Ok(lane);
        }
        let lane = Arc::new(Self { gpu: Gpu::shared()?, work: Mutex::default() });
        OWN.set(Arc::downgrade(&lane));
        Ok(lane)
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often commands were submitted.
    pub(crate) fn submissions(&self) -> u32 {
        self.work().submissions
    }

    /// A texture with what it had before.
    pub(crate) fn take_texture(&self, key: TextureKey) -> Plane {
        let mut work = self.work();
        if let Some(at) = work.textures.iter().position(|plane| plane.key == key) {
            return work.textures.swap_remove(at);
        }
        let (width, height, format) = key;
        let texture = self.gpu.device.create_texture(&TextureDescriptor {
            label: None,
            size: Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: TextureDimension::D2,
            format,
            usage: TextureUsages::TEXTURE_BINDING
                | TextureUsages::RENDER_ATTACHMENT
                | TextureUsages::COPY_SRC
                | TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let view = texture.create_view(&TextureViewDescriptor::default());
        Plane { key, texture, view }
    }

    /// Keeps textures for their next use; the oldest make way.
    pub(crate) fn give_textures(&self, planes: impl Iterator<Item = Plane>) {
        let mut work = self.work();
        work.textures.extend(planes);
        let mut bytes: u64 = work.textures.iter().map(Plane::bytes).sum();
        while bytes > MOST_TEXTURE_BYTES {
            bytes -= work.textures.remove(0).bytes();
        }
    }

    /// Records a draw of a texture from others.
    pub(crate) fn draw(
        &self,
        pipeline: &RenderPipeline,
        inputs: &[&TextureView],
        to: &Plane,
        facts: FrameFacts,
        uniforms: &[u8],
    ) {
        let bytes = UNIFORM_STEP + uniforms.len().next_multiple_of(UNIFORM_STEP);
        let mut work = self.work();
        if work.draws >= MOST_DRAWS || work.uniforms.len() + bytes > MOST_UNIFORMS {
            work.submit(&self.gpu);
        }
        let offset = work.uniforms.len();
        let (width, height, _) = to.key;
        let (width, height) = (width as f32, height as f32);
        let frame = [width, height, 1.0 / width, 1.0 / height, facts.time_seconds].map(f32::to_le_bytes);
        work.uniforms.extend(frame.iter().flatten());
        work.uniforms.extend(facts.number.to_le_bytes());
        debug_assert_eq!(work.uniforms.len(), offset + FRAME_BYTES);
        work.uniforms.resize(offset + UNIFORM_STEP, 0);
        work.uniforms.extend(uniforms);
        work.uniforms.resize(offset + bytes, 0);
        work.draws += 1;
        let Work { encoder, uniform_buffer, .. } = &mut *work;
        let buffer = uniform_buffer.get_or_insert_with(|| {
            let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
            new_buffer(&self.gpu.device, MOST_UNIFORMS as u64, usage)
        });
        let piece = (offset as u64, uniforms.len() as u64);
        let bound = self.gpu.common.bind(&self.gpu.device, inputs, buffer, piece);
        let operations = Operations { load: LoadOp::Clear(Color::TRANSPARENT), store: StoreOp::Store };
        let encoder = encoder.get_or_insert_with(|| new_encoder(&self.gpu));
        let mut pass = encoder.begin_render_pass(&RenderPassDescriptor {
            color_attachments: &[Some(RenderPassColorAttachment {
                view: &to.view,
                depth_slice: None,
                resolve_target: None,
                ops: operations,
            })],
            ..Default::default()
        });
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &bound, &[]);
        pass.draw(0..3, 0..1);
    }

    /// Records an upload of so many bytes, which `fill` writes, and which `record` copies.
    ///
    /// # Errors
    ///
    /// The device gives no memory for it, or is lost.
    pub(crate) fn upload(
        &self,
        bytes: u64,
        fill: impl FnOnce(&mut [u8]),
        record: impl FnOnce(&mut CommandEncoder, &Buffer),
    ) -> Result<(), Fault> {
        let mut work = self.work();
        let upload = work.take_upload(&self.gpu, bytes)?;
        self.gpu.attempt(|_| fill(&mut upload.buffer.get_mapped_range_mut(..)))?;
        upload.buffer.unmap();
        upload.state.store(BUSY, Ordering::Relaxed);
        record(work.encoder.get_or_insert_with(|| new_encoder(&self.gpu)), &upload.buffer);
        work.uploading.push(upload);
        Ok(())
    }

    /// Records a read-back to a buffer of so many bytes, which `record` fills.
    pub(crate) fn read_back(&self, bytes: u64, record: impl FnOnce(&mut CommandEncoder, &Buffer)) -> Buffer {
        let mut work = self.work();
        let found = work.read_backs.iter().position(|buffer| buffer.size() == bytes);
        let buffer = found
            .map(|at| work.read_backs.swap_remove(at))
            .unwrap_or_else(|| new_buffer(&self.gpu.device, bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST));
        record(work.encoder.get_or_insert_with(|| new_encoder(&self.gpu)), &buffer);
        buffer
    }

    /// Keeps a buffer that was read for its next use.
    pub(crate) fn give_read_back(&self, buffer: Buffer) {
        let mut work = self.work();
        work.read_backs.push(buffer);
        let most = work.read_backs.len().saturating_sub(MOST_BUFFERS);
        work.read_backs.drain(..most);
    }

    /// Submits what is recorded.
    pub(crate) fn submit(&self) {
        self.work().submit(&self.gpu);
    }

    /// Submits what is recorded, waits until a buffer that it fills can be read, and calls `take` with its bytes; the buffer
    /// is kept for its next use. `false`: the device has not filled it.
    pub(crate) fn read(&self, buffer: Buffer, take: impl FnOnce(&[u8])) -> bool {
        self.submit();
        // What was refused cannot be waited for.
        if !self.gpu.works() {
            return false;
        }
        let (tell, told) = mpsc::sync_channel(1);
        buffer.map_async(MapMode::Read, .., move |done| {
            let _ = tell.send(done.is_ok());
        });
        let last = self.work().last.clone();
        let kind = last.map_or(PollType::Wait, PollType::WaitForSubmissionIndex);
        let is_done = self.gpu.attempt(|device| device.poll(kind)).is_ok_and(|polled| polled.is_ok());
        // Another lane's poll may have taken what tells that the buffer is mapped, and not have run it yet. It runs it or,
        // if that lane panics, drops it.
        if !is_done || told.recv() != Ok(true) {
            return false;
        }
        let is_read = self.gpu.attempt(|_| take(&buffer.get_mapped_range(..))).is_ok();
        if is_read {
            buffer.unmap();
            self.give_read_back(buffer);
        }
        is_read
    }
}

impl Work {
    fn submit(&mut self, gpu: &Gpu) {
        let Some(encoder) = self.encoder.take() else { return };
        if let Some(buffer) = self.uniform_buffer.as_ref().filter(|_| !self.uniforms.is_empty()) {
            gpu.queue.write_buffer(buffer, 0, &self.uniforms);
        }
        self.last = Some(gpu.queue.submit([encoder.finish()]));
        self.submissions = self.submissions.wrapping_add(1);
        self.uniforms.clear();
        self.draws = 0;
        for upload in self.uploading.drain(..) {
            let state = Arc::clone(&upload.state);
            upload.buffer.map_async(MapMode::Write, .., move |done| {
                state.store(if done.is_ok() { MAPPED } else { BROKEN }, Ordering::Release);
            });
            self.uploads.push(upload);
        }
    }

    /// A buffer of that size that is mapped.
    fn take_upload(&mut self, gpu: &Gpu, bytes: u64) -> Result<Upload, Fault> {
        if self.uploading.len() >= MOST_BUFFERS {
            self.submit(gpu);
        }
        for kind in [PollType::Poll, PollType::Wait] {
            let _ = gpu.attempt(|device| device.poll(kind))?;
            self.uploads.retain(|upload| upload.state.load(Ordering::Acquire) != BROKEN);
            let is_ready =
                |upload: &Upload| upload.buffer.size() == bytes && upload.state.load(Ordering::Acquire) == MAPPED;
            if let Some(at) = self.uploads.iter().position(is_ready) {
                return Ok(self.uploads.swap_remove(at));
            }
            if self.uploads.len() < MOST_BUFFERS {
                break;
            }
        }
        // Those of another size make way.
        if self.uploads.len() >= MOST_BUFFERS {
            self.uploads.remove(0);
        }
        if bytes > gpu.device.limits().max_buffer_size {
            return Err(Fault::Refused(format!("\"{}\" takes no picture of {bytes} bytes", gpu.name)));
        }
        let usage = BufferUsages::MAP_WRITE | BufferUsages::COPY_SRC;
        let wanted = BufferDescriptor { label: None, size: bytes, usage, mapped_at_creation: true };
        let buffer = gpu.checked(|| gpu.device.create_buffer(&wanted)).map_err(|error| {
            Fault::Refused(format!("\"{}\" gives no memory for a picture of {bytes} bytes: {error}", gpu.name))
        })?;
        Ok(Upload { buffer, state: Arc::new(AtomicU32::new(MAPPED)) })
    }
}

fn new_buffer(device: &Device, size: u64, usage: BufferUsages) -> Buffer {
    device.create_buffer(&BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
}

fn new_encoder(gpu: &Gpu) -> CommandEncoder {
    gpu.device.create_command_encoder(&CommandEncoderDescriptor::default())
}
