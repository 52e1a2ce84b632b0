//! Audio through a plugin, which gets blocks of one length, whatever the length of frames: many plugins count on that. Samples
//! wait until a block is full; behind the last one silence fills it.
//!
//! A sample leaves with the time at which it came. Of a stream the first samples of the output, as many as the plugin is
//! late, are dropped; behind its last sample silence goes in until as many have come out.

use sluice_stage::abi::SLUICE_DISCONTINUITY;
use sluice_stage::{Acquire, Context, Frame};

use crate::events::Event;
use crate::instance::Instance;
use crate::side_input::SideInput;

/// Below it a sample counts as silent: -100 dB.
const QUIET: f32 = 1e-5;

/// A pause of an echo lasts this long at most, seconds; a longer silence is the end.
const PAUSE_SECONDS: f64 = 1.0;

/// The stream between the frames of the graph and an active plugin.
pub(crate) struct Stream {
    pub(crate) rate_hz: u32,
    pub(crate) latency: u32,
    /// Samples that the plugin processes at once.
    block_size: u32,
    /// How many inputs the stage fills in.
    inputs: usize,
    /// Samples of the next block that have come, and what is to happen in it.
    filled: u32,
    events: Vec<Event>,
    /// Samples that have gone in since the plugin was made, for its steady time.
    gone_in: i64,
    /// Samples of the output that are still to be dropped.
    skip: u32,
    /// Samples of the output that are still to come for what has gone in.
    owed: u32,
    /// Most samples of a frame so far: none that is written has more.
    longest: u32,
    /// The time of the next sample of the output, and when the last one that came ended, nanoseconds.
    next_ns: f64,
    pub(crate) in_end_ns: f64,
    /// Flags for the next frame.
    flags: u32,
    /// What the plugin has made, and nobody was given: of each output of the stage, a plane a channel.
    made: Vec<Vec<Vec<f32>>>,
    /// The frames that are written at once, each with its output.
    frames: Vec<(usize, Frame)>,
    tail: Option<Tail>,
}

/// What sounds behind the last sample.
struct Tail {
    /// How much more may sound, samples.
    left: u64,
    /// The plugin tells how long it sounds; otherwise it ends with a silence.
    is_told: bool,
    /// Silent samples that were not written, as sound may follow.
    quiet: u64,
    /// Samples that sound and wait for slots.
    waits: u32,
}

impl Stream {
    /// A stream through a plugin that was just activated, between so many inputs and outputs of the stage.
    pub(crate) fn new(instance: &Instance, rate_hz: u32, block_size: u32, (inputs, outputs): (usize, usize)) -> Self {
        let latency = instance.latency_samples();
        Self {
            rate_hz,
            latency,
            block_size,
            inputs,
            filled: 0,
            events: Vec::new(),
            gone_in: 0,
            skip: latency,
            owed: 0,
            longest: 0,
            next_ns: 0.0,
            in_end_ns: f64::NAN,
            flags: 0,
            made: (0..outputs).map(|output| vec![Vec::new(); instance.output(output).len()]).collect(),
            frames: Vec::new(),
            tail: None,
        }
    }

    /// Begins to let out what has gone in, before a gap, another rate or the end.
    pub(crate) fn owe(&mut self) {
        self.owed = self.ready() + self.filled + self.latency;
    }

    /// Marks the next frame.
    pub(crate) fn flag(&mut self, flags: u32) {
        self.flags |= flags;
    }

    /// Begins anew behind a gap: what has gone in was let out.
    pub(crate) fn cross_gap(&mut self) {
        self.take_made(self.ready());
        (self.skip, self.in_end_ns) = (self.latency, f64::NAN);
        self.flags |= SLUICE_DISCONTINUITY;
    }

    /// Has the plugin process a frame, as far as blocks are full, and writes as many samples at most. The output has room
    /// for a frame.
    pub(crate) fn pass(
        &mut self,
        context: &mut Context,
        instance: &mut Instance,
        frame: Frame,
        (pts_ns, samples): (f64, u32),
        (events, sides): (&[Event], &[SideInput]),
    ) -> Result<(), String> {
        let planes = context.columns::<f32>(frame).ok_or("the frame has no samples")?;
        let before = f64::from(self.ready()) + f64::from(self.filled) + f64::from(self.latency);
        self.next_ns = pts_ns - before * 1e9 / f64::from(self.rate_hz);
        self.longest = self.longest.max(samples);
        let mut events = events;
        let mut from = 0;
        while from < samples {
            let count = (self.block_size - self.filled).min(samples - from);
            let (now, later) = events.split_at(events.partition_point(|event| event.time() < from + count));
            events = later;
            self.events.extend(now.iter().map(|event| event.at(event.time() - from + self.filled)));
            let (start, end) = (self.filled as usize, (self.filled + count) as usize);
            let taken = from as usize..(from + count) as usize;
            for (channel, plane) in instance.input(0).iter_mut().enumerate() {
                plane[start..end].copy_from_slice(&planes.get(channel)[taken.clone()]);
            }
            for (index, side) in sides.iter().enumerate() {
                for (plane, block) in instance.input(index + 1).iter_mut().zip(side.planes()) {
                    plane[start..end].copy_from_slice(&block[taken.clone()]);
                }
            }
            self.filled += count;
            from += count;
            if self.filled == self.block_size {
                self.process(instance)?;
            }
        }
        self.in_end_ns = pts_ns + self.duration_ns(samples);
        context.release(frame);
        self.drop_late(self.ready());
        let count = self.ready().min(samples);
        if count > 0 && !self.write(context, count)? {
            return Err("the output had room and has none now".into());
        }
        Ok(())
    }

    /// Lets out what is owed. `false`: the output has no room.
    pub(crate) fn settle(&mut self, context: &mut Context, instance: &mut Instance) -> Result<bool, String> {
        while self.owed > 0 {
            if !context.may_write() {
                return Ok(false);
            }
            if self.ready() == 0 {
                self.process_silence(instance)?;
            }
            let dropped = self.drop_late(self.ready().min(self.owed));
            self.owed -= dropped;
            let count = self.ready().min(self.owed).min(self.longest);
            self.owed -= count;
            if count > 0 && !self.write(context, count)? {
                return Err("the output had room and has none now".into());
            }
        }
        Ok(true)
    }

    /// Lets out what sounds behind the last sample, for so long at most. `false`: the output has no room.
    pub(crate) fn let_out_tail(
        &mut self,
        context: &mut Context,
        instance: &mut Instance,
        most_seconds: f64,
    ) -> Result<bool, String> {
        let most = (most_seconds * f64::from(self.rate_hz)) as u64;
        let told = instance.tail_samples();
        let mut tail = self.tail.take().unwrap_or(Tail {
            left: told.map_or(most, |told| most.min(u64::from(told))),
            is_told: told.is_some_and(|told| told < i32::MAX as u32),
            quiet: 0,
            waits: 0,
        });
        let outcome = self.step_tail(context, instance, &mut tail);
        self.tail = Some(tail);
        outcome
    }

    fn step_tail(&mut self, context: &mut Context, instance: &mut Instance, tail: &mut Tail) -> Result<bool, String> {
        loop {
            while tail.waits > 0 {
                if !context.may_write() {
                    return Ok(false);
                }
                let silent = tail.quiet.min(u64::from(self.longest)) as u32;
                let is_written = if silent > 0 {
                    self.write_silence(context, silent)?
                } else {
                    self.write(context, tail.waits.min(self.longest))?
                };
                if !is_written {
                    return Ok(false);
                }
                tail.quiet -= u64::from(silent);
                if silent == 0 {
                    tail.waits -= tail.waits.min(self.longest);
                }
            }
            let is_over = tail.quiet as f64 >= PAUSE_SECONDS * f64::from(self.rate_hz);
            if tail.left == 0 || is_over {
                return Ok(true);
            }
            if self.ready() == 0 {
                self.process_silence(instance)?;
            }
            let count = tail.left.min(u64::from(self.ready())) as u32;
            tail.left -= u64::from(count);
            let is_quiet = |plane: &Vec<f32>| plane[..count as usize].iter().all(|sample| sample.abs() < QUIET);
            if !tail.is_told && self.made.iter().flatten().all(is_quiet) {
                self.take_made(count);
                tail.quiet += u64::from(count);
            } else {
                tail.waits = count;
            }
        }
    }

    /// Fills the block in hand with silence, and has the plugin process it.
    fn process_silence(&mut self, instance: &mut Instance) -> Result<(), String> {
        for input in 0..self.inputs {
            let rest = self.filled as usize..self.block_size as usize;
            instance.input(input).iter_mut().for_each(|plane| plane[rest.clone()].fill(0.0));
        }
        self.process(instance)
    }

    /// Has the plugin process the block, which is full.
    fn process(&mut self, instance: &mut Instance) -> Result<(), String> {
        instance.process(self.gone_in, self.block_size, &self.events)?;
        self.events.clear();
        self.filled = 0;
        self.gone_in += i64::from(self.block_size);
        for (output, planes) in self.made.iter_mut().enumerate() {
            if let Some(fault) = find_no_number(instance, output) {
                return Err(fault);
            }
            for (made, plane) in planes.iter_mut().zip(instance.output(output)) {
                made.extend_from_slice(plane);
            }
        }
        Ok(())
    }

    /// How many samples nobody was given yet.
    fn ready(&self) -> u32 {
        self.made.first().and_then(|main| main.first()).map_or(0, Vec::len) as u32
    }

    /// Drops samples of what was made, of so many at most, as long as the plugin is late. Returns how many.
    fn drop_late(&mut self, most: u32) -> u32 {
        let dropped = self.skip.min(most);
        self.skip -= dropped;
        self.next_ns += self.duration_ns(dropped);
        self.take_made(dropped);
        dropped
    }

    fn take_made(&mut self, count: u32) {
        self.made.iter_mut().flatten().for_each(|plane| drop(plane.drain(..count as usize)));
    }

    /// Writes the first samples of what was made. `false`: no slot is free.
    fn write(&mut self, context: &mut Context, count: u32) -> Result<bool, String> {
        let is_written =
            self.write_all(context, count, |made, plane| plane.copy_from_slice(&made[..count as usize]))?;
        if is_written {
            self.take_made(count);
        }
        Ok(is_written)
    }

    fn write_silence(&mut self, context: &mut Context, samples: u32) -> Result<bool, String> {
        self.write_all(context, samples, |_, plane| plane.fill(0.0))
    }

    /// Writes a frame to the main output and to each other one that is linked. `fill` is given a plane of what was made and
    /// one of the frame. `false`: no slot is free, and nothing was written.
    fn write_all(
        &mut self,
        context: &mut Context,
        samples: u32,
        fill: impl Fn(&[f32], &mut [f32]),
    ) -> Result<bool, String> {
        for (output, made) in self.made.iter().enumerate() {
            if output > 0 && !context.is_linked(output as u32) {
                continue;
            }
            match context.acquire_audio(output as u32, self.rate_hz, made.len() as u32, samples) {
                Ok(frame) => self.frames.push((output, frame)),
                Err(Acquire::Later) => {
                    self.frames.drain(..).for_each(|(_, frame)| context.release(frame));
                    return Ok(false);
                }
                Err(Acquire::Refused(why)) => return Err(why),
            }
        }
        let flags = std::mem::take(&mut self.flags);
        let duration_ns = self.duration_ns(samples);
        for (output, frame) in self.frames.drain(..) {
            let mut planes = context.columns_mut::<f32>(frame).ok_or("the frame has no samples")?;
            for (channel, made) in self.made[output].iter().enumerate() {
                fill(made, planes.get(channel));
            }
            context.set_times_ns(frame, self.next_ns.round(), duration_ns.round())?;
            context.set_flags(frame, flags)?;
            context.write(output as u32, frame)?;
        }
        self.next_ns += duration_ns;
        Ok(true)
    }

    fn duration_ns(&self, samples: u32) -> f64 {
        f64::from(samples) * 1e9 / f64::from(self.rate_hz)
    }
}

/// What is wrong with samples that a plugin gave, and whose fault it is.
fn find_no_number(instance: &mut Instance, output: usize) -> Option<String> {
    let in_plane = |plane: &Vec<f32>| plane.iter().position(|sample| !sample.is_finite());
    let given = instance.output(output);
    let (channel, at) = given.iter().enumerate().find_map(|(channel, plane)| Some((channel, in_plane(plane)?)))?;
    let sample = given[channel][at];
    let came = instance.input(0).iter().find_map(|plane| Some(plane[in_plane(plane)?]));
    Some(came.map_or_else(
        || format!("it gives {sample} in channel {channel} at sample {at} of a block, wanted finite numbers"),
        |sample| format!("audioIn has {sample} among its samples, wanted finite numbers"),
    ))
}
