//! Audio through a plugin that is late: a sample leaves with the time at which it came. Of a stream the first samples of the
//! output, as many as the latency, are dropped; behind its last sample silence goes in until as many have come out.

use sluice_stage::abi::SLUICE_DISCONTINUITY;
use sluice_stage::{Acquire, Context, Frame};

use crate::events::Event;
use crate::instance::Instance;

/// Below it a sample counts as silent: -100 dB.
const QUIET: f32 = 1e-5;

/// A pause of an echo lasts this long at most, seconds; a longer silence is the end.
const PAUSE_SECONDS: f64 = 1.0;

/// The stream between the frames of the graph and an active plugin.
pub(crate) struct Stream {
    pub(crate) rate_hz: u32,
    pub(crate) latency: u32,
    block_size: u32,
    /// Samples that have gone in since the plugin was made, for its steady time.
    gone_in: i64,
    /// Samples of the output that are still to be dropped.
    skip: u32,
    /// Samples of silence that are still to go in for what is late.
    owed: u32,
    /// When the last sample that was written ended, and when the last one that came did, nanoseconds.
    out_end_ns: f64,
    pub(crate) in_end_ns: f64,
    /// Flags for the next frame.
    flags: u32,
    /// What the plugin made of the block in hand, a plane a channel.
    made: Vec<Vec<f32>>,
    tail: Option<Tail>,
    events: Vec<Event>,
}

/// What sounds behind the last sample.
struct Tail {
    /// How much more may sound, samples.
    left: u64,
    /// The plugin tells how long it sounds; otherwise it ends with a silence.
    is_told: bool,
    /// Silent samples that were not written, as sound may follow.
    quiet: u64,
    /// Whether a block that sounds waits for a slot.
    waits: bool,
}

impl Stream {
    /// A stream through a plugin that was just activated.
    pub(crate) fn new(instance: &Instance, rate_hz: u32, block_size: u32) -> Self {
        let latency = instance.latency_samples();
        Self {
            rate_hz,
            latency,
            block_size,
            gone_in: 0,
            skip: latency,
            owed: 0,
            out_end_ns: 0.0,
            in_end_ns: f64::NAN,
            flags: 0,
            made: vec![Vec::new(); instance.output().len()],
            tail: None,
            events: Vec::new(),
        }
    }

    /// Begins to let out what is late, before a gap or another rate.
    pub(crate) fn owe(&mut self) {
        self.owed = self.latency;
    }

    /// Marks the next frame.
    pub(crate) fn flag(&mut self, flags: u32) {
        self.flags |= flags;
    }

    /// Begins anew behind a gap: what is late was let out.
    pub(crate) fn cross_gap(&mut self) {
        (self.skip, self.in_end_ns) = (self.latency, f64::NAN);
        self.flags |= SLUICE_DISCONTINUITY;
    }

    /// Has the plugin process a frame, and writes what comes out. The output has room for one.
    pub(crate) fn pass(
        &mut self,
        context: &mut Context,
        instance: &mut Instance,
        frame: Frame,
        (pts_ns, samples): (f64, u32),
        events: &[Event],
    ) -> Result<(), String> {
        let planes = context.columns::<f32>(frame).ok_or("the frame has no samples")?;
        let fill = |input: &mut [Vec<f32>], from: usize, count: usize| {
            for (channel, plane) in input.iter_mut().enumerate() {
                plane[..count].copy_from_slice(&planes.get(channel)[from..from + count]);
            }
        };
        self.process(instance, samples, events, fill)?;
        self.in_end_ns = pts_ns + self.duration_ns(samples);
        context.release(frame);
        let dropped = self.drop_late(samples);
        if dropped == samples {
            return Ok(());
        }
        let late = f64::from(self.latency) - f64::from(dropped);
        let from_ns = pts_ns - late * 1e9 / f64::from(self.rate_hz);
        match self.write(context, dropped, samples, from_ns)? {
            true => Ok(()),
            false => Err("the output had room and has none now".into()),
        }
    }

    /// Lets out what is owed. `false`: the output has no room.
    pub(crate) fn settle(&mut self, context: &mut Context, instance: &mut Instance) -> Result<bool, String> {
        while self.owed > 0 {
            let count = self.owed.min(self.block_size);
            if !context.may_write() {
                return Ok(false);
            }
            self.silence(instance, count)?;
            self.owed -= count;
            let dropped = self.drop_late(count);
            if dropped < count && !self.write(context, dropped, count, self.out_end_ns)? {
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
            waits: false,
        });
        let outcome = self.step_tail(context, instance, &mut tail);
        self.tail = Some(tail);
        outcome
    }

    fn step_tail(&mut self, context: &mut Context, instance: &mut Instance, tail: &mut Tail) -> Result<bool, String> {
        loop {
            while tail.waits {
                if !context.may_write() {
                    return Ok(false);
                }
                let count = tail.quiet.min(u64::from(self.block_size)) as u32;
                if count > 0 {
                    if !self.write_silence(context, count)? {
                        return Ok(false);
                    }
                    tail.quiet -= u64::from(count);
                    continue;
                }
                let samples = self.made.first().map_or(0, Vec::len) as u32;
                if !self.write(context, 0, samples, self.out_end_ns)? {
                    return Ok(false);
                }
                tail.waits = false;
            }
            let is_over = tail.quiet as f64 >= PAUSE_SECONDS * f64::from(self.rate_hz);
            if tail.left == 0 || is_over {
                return Ok(true);
            }
            let count = tail.left.min(u64::from(self.block_size)) as u32;
            self.silence(instance, count)?;
            tail.left -= u64::from(count);
            let is_quiet = self.made.iter().flatten().all(|sample| sample.abs() < QUIET);
            if is_quiet && !tail.is_told {
                tail.quiet += u64::from(count);
            } else {
                tail.waits = true;
            }
        }
    }

    fn silence(&mut self, instance: &mut Instance, samples: u32) -> Result<(), String> {
        self.process(instance, samples, &[], |input, _, count| {
            input.iter_mut().for_each(|plane| plane[..count].fill(0.0));
        })
    }

    /// Has the plugin process samples, in as many blocks as it takes.
    ///
    /// `fill` copies so many samples from a place of the block into the planes of the input.
    fn process(
        &mut self,
        instance: &mut Instance,
        samples: u32,
        events: &[Event],
        fill: impl Fn(&mut [Vec<f32>], usize, usize),
    ) -> Result<(), String> {
        self.made.iter_mut().for_each(Vec::clear);
        let mut events = events;
        let mut from = 0;
        while from < samples {
            let count = self.block_size.min(samples - from);
            let (now, later) = events.split_at(events.partition_point(|event| event.time() < from + count));
            events = later;
            self.events.clear();
            self.events.extend(now.iter().map(|event| event.at(event.time() - from)));
            fill(instance.input(), from as usize, count as usize);
            instance.process(self.gone_in, count, &self.events)?;
            self.gone_in += i64::from(count);
            for (channel, (made, plane)) in self.made.iter_mut().zip(instance.output()).enumerate() {
                let given = &plane[..count as usize];
                if let Some(at) = given.iter().position(|sample| !sample.is_finite()) {
                    let sample = given[at];
                    return Err(format!(
                        "it gives {sample} in channel {channel} at sample {} of a block, wanted finite numbers",
                        from as usize + at
                    ));
                }
                made.extend_from_slice(given);
            }
            from += count;
        }
        Ok(())
    }

    /// Of how many samples of a block nothing is written.
    fn drop_late(&mut self, samples: u32) -> u32 {
        let dropped = self.skip.min(samples);
        self.skip -= dropped;
        dropped
    }

    /// Writes samples of what was made. `false`: no slot is free.
    fn write(&mut self, context: &mut Context, from: u32, to: u32, pts_ns: f64) -> Result<bool, String> {
        let Some(frame) = self.acquire(context, to - from)? else { return Ok(false) };
        let mut planes = context.columns_mut::<f32>(frame).ok_or("the frame has no samples")?;
        for (channel, made) in self.made.iter().enumerate() {
            planes.get(channel).copy_from_slice(&made[from as usize..to as usize]);
        }
        self.hand_over(context, frame, to - from, pts_ns)?;
        Ok(true)
    }

    fn write_silence(&mut self, context: &mut Context, samples: u32) -> Result<bool, String> {
        let Some(frame) = self.acquire(context, samples)? else { return Ok(false) };
        let mut planes = context.columns_mut::<f32>(frame).ok_or("the frame has no samples")?;
        (0..self.made.len()).for_each(|channel| planes.get(channel).fill(0.0));
        self.hand_over(context, frame, samples, self.out_end_ns)?;
        Ok(true)
    }

    fn acquire(&self, context: &mut Context, samples: u32) -> Result<Option<Frame>, String> {
        match context.acquire_audio(0, self.rate_hz, self.made.len() as u32, samples) {
            Ok(frame) => Ok(Some(frame)),
            Err(Acquire::Later) => Ok(None),
            Err(Acquire::Refused(why)) => Err(why),
        }
    }

    fn hand_over(&mut self, context: &mut Context, frame: Frame, samples: u32, pts_ns: f64) -> Result<(), String> {
        let duration_ns = self.duration_ns(samples);
        context.set_times_ns(frame, pts_ns.round(), duration_ns.round())?;
        context.set_flags(frame, std::mem::take(&mut self.flags))?;
        self.out_end_ns = pts_ns + duration_ns;
        context.write(0, frame)
    }

    fn duration_ns(&self, samples: u32) -> f64 {
        f64::from(samples) * 1e9 / f64::from(self.rate_hz)
    }
}
