//! Lanes that share a device, which one of them polls or loses.

use std::thread;

use crate::device::{Fault, Gpu, testing};
use crate::lane::Lane;
use wgpu::*;

const BYTES: usize = ROWS * ROW;
const ROWS: usize = 64;
const ROW: usize = COPY_BYTES_PER_ROW_ALIGNMENT as usize;

/// Sends a level to a texture and back. `None`: the device is lost.
fn round(lane: &Lane, level: u8) -> Option<Vec<u8>> {
    let plane = lane.take_texture((ROW as u32, ROWS as u32, TextureFormat::R8Unorm));
    let (size, layout) =
        (plane.texture.size(), TexelCopyBufferLayout { bytes_per_row: Some(ROW as u32), ..Default::default() });
    let in_texture = || plane.texture.as_image_copy();
    let sent = lane.upload(
        BYTES as u64,
        |to| to.fill(level),
        |encoder, buffer| {
            encoder.copy_buffer_to_texture(TexelCopyBufferInfo { buffer, layout }, in_texture(), size);
        },
    );
    match sent {
        Err(Fault::Refused(why)) => panic!("{why}"),
        Err(Fault::Lost) => return None,
        Ok(()) => {}
    }
    let buffer = lane.read_back(BYTES as u64, |encoder, buffer| {
        encoder.copy_texture_to_buffer(in_texture(), TexelCopyBufferInfo { buffer, layout }, size);
    });
    let mut bytes = Vec::new();
    let is_read = lane.read(buffer, |from| bytes.extend_from_slice(from));
    assert_eq!(lane.gpu.take_error(), None);
    lane.give_textures(std::iter::once(plane));
    assert!(is_read || lane.gpu.is_lost(), "a device that is there has not been read");
    is_read.then_some(bytes)
}

/// Polls as another lane does, and takes its time over what that tells.
fn poll_slowly(gpu: &Gpu) {
    let usage = BufferUsages::MAP_READ | BufferUsages::COPY_DST;
    let buffer = gpu.device.create_buffer(&BufferDescriptor { label: None, size: 4, usage, mapped_at_creation: false });
    buffer.map_async(MapMode::Read, .., |_| (0..20).for_each(|_| thread::yield_now()));
    gpu.attempt(|device| device.poll(PollType::Wait)).unwrap().unwrap();
}

#[test]
fn lanes_read_what_they_have_sent_while_others_poll_the_device() {
    let Some(_alone) = testing::alone() else { return };
    thread::scope(|scope| {
        let lanes = [0, 1].map(|lane| {
            scope.spawn(move || {
                let own = Lane::own().unwrap();
                for number in 0..1000_u16 {
                    let level = (number as u8) << 1 | lane;
                    assert!(round(&own, level).is_some_and(|bytes| bytes == [level; BYTES]));
                }
            })
        });
        let gpu = Gpu::shared().unwrap();
        while lanes.iter().any(|lane| !lane.is_finished()) {
            poll_slowly(&gpu);
        }
    });
}

#[test]
fn lanes_go_on_where_another_one_loses_the_device_again_and_again() {
    let Some(_alone) = testing::alone() else { return };
    thread::scope(|scope| {
        let work = |lane: u8| {
            let (mut losses, mut number) = (0, 0_u8);
            while losses < 12 {
                let own = Lane::own().unwrap();
                number = number.wrapping_add(1);
                let level = number << 2 | lane;
                match round(&own, level) {
                    Some(bytes) => assert_eq!(bytes, [level; BYTES]),
                    None => losses += 1,
                }
            }
        };
        let others = [0, 1].map(|lane| scope.spawn(move || work(lane)));
        while others.iter().any(|other| !other.is_finished()) {
            let own = Lane::own().unwrap();
            for number in 0..3 {
                round(&own, number);
            }
            own.gpu.lose();
        }
        for other in others {
            other.join().unwrap();
        }
    });
}
