//! A further input of a plugin, such as the side chain of a compressor: its audio at the times of the blocks of the main one.

use sluice_stage::{Context, InputState};

use crate::messages::Block;

/// A further input.
pub(crate) struct SideInput {
    /// Its number among those of the stage, and its name there.
    input: u32,
    name: String,
    channels: u32,
    /// The block in hand, a plane a channel: silence where nothing has come.
    block: Vec<Vec<f32>>,
    /// What has come of later blocks, and the time at which it begins.
    held: Vec<Vec<f32>>,
    held_ns: f64,
    /// Where the frame that came last has ended, nanoseconds.
    end_ns: f64,
    is_begun: bool,
}

impl SideInput {
    /// The input `input` of the stage, for a port of the plugin with so many channels.
    pub(crate) fn new(input: u32, name: String, channels: u32) -> Self {
        let planes = || vec![Vec::new(); channels as usize];
        let (block, held) = (planes(), planes());
        Self { input, name, channels, block, held, held_ns: 0.0, end_ns: f64::NEG_INFINITY, is_begun: false }
    }

    /// The planes of the block in hand.
    pub(crate) fn planes(&self) -> &[Vec<f32>] {
        &self.block
    }

    /// Ends the block in hand.
    pub(crate) fn end_block(&mut self) {
        self.is_begun = false;
    }

    /// Takes what has come for a block. `false`: more of it may come.
    ///
    /// # Errors
    ///
    /// What comes does not fit the plugin or the block.
    pub(crate) fn gather(&mut self, context: &mut Context, block: &Block) -> Result<bool, String> {
        if !std::mem::replace(&mut self.is_begun, true) {
            for plane in &mut self.block {
                plane.clear();
                plane.resize(block.samples as usize, 0.0);
            }
            self.lay(block);
        }
        let end = f64::from(block.samples);
        // What is held is of later blocks.
        while self.held.first().is_none_or(Vec::is_empty) && block.place_ns(self.end_ns) < end {
            let Some(info) = context.peek(self.input) else {
                return Ok(context.input_state(self.input) != InputState::Open);
            };
            if info.count > 0 {
                self.check(info.width, f64::from(info.height), block)?;
                if block.place_ns(info.pts_ns) >= end {
                    break;
                }
            }
            let Some(frame) = context.read(self.input) else { break };
            let planes = context.columns::<f32>(frame).ok_or("the frame has no samples")?;
            for (channel, held) in self.held.iter_mut().enumerate() {
                held.extend_from_slice(&planes.get(channel)[..info.count as usize]);
            }
            context.release(frame);
            self.held_ns = if info.pts_ns.is_finite() { info.pts_ns } else { self.end_ns };
            self.end_ns = self.held_ns + f64::from(info.count) * 1e9 / block.rate_hz;
            self.lay(block);
        }
        Ok(true)
    }

    /// Puts what is held into the block, and keeps what is behind it.
    fn lay(&mut self, block: &Block) {
        let held = self.held.first().map_or(0, Vec::len) as i64;
        if held == 0 {
            return;
        }
        let samples = i64::from(block.samples);
        // Without a time it follows what came before, or belongs to this block.
        let at = if self.held_ns.is_finite() { block.place_ns(self.held_ns) as i64 } else { 0 };
        let past = samples.saturating_sub(at).clamp(0, held);
        let (from, to) = (at.clamp(0, samples), at.saturating_add(held).clamp(0, samples));
        for (plane, held) in self.block.iter_mut().zip(&mut self.held) {
            if from < to {
                plane[from as usize..to as usize].copy_from_slice(&held[(from - at) as usize..(to - at) as usize]);
            }
            held.drain(..past as usize);
        }
        self.held_ns += past as f64 * 1e9 / block.rate_hz;
    }

    fn check(&self, channels: u32, rate_hz: f64, block: &Block) -> Result<(), String> {
        let Self { name, channels: wanted, .. } = self;
        if channels != *wanted {
            return Err(format!("{name} has {channels} channels, wanted {wanted}; put a channel-mapper before it"));
        }
        if rate_hz != block.rate_hz {
            let wanted = block.rate_hz;
            return Err(format!("{name} has {rate_hz} Hz, and audioIn {wanted} Hz; put a resampler before it"));
        }
        Ok(())
    }
}
