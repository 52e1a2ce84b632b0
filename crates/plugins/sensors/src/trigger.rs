//! `org.sluice.sensors.trigger`: passes on what surrounds the crossing of a level, as an oscilloscope does.

use std::ffi::CStr;

use sluice_stage::{Acquire, Context, Figure, Next, Port, Stage};

use crate::batch::{Batch, Names, stamp};
use crate::history::History;
use crate::timeline::Joint;
use sluice_stage::config::{number, text};

/// Which way a level is crossed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Rising,
    Falling,
    Either,
}

/// Looks for crossings in one channel, and passes on pieces of all.
pub struct Trigger {
    channel: usize,
    level: f32,
    edge: Edge,
    hysteresis: f32,
    /// Samples of a piece before its crossing, and from it on.
    before: usize,
    after: usize,
    hold_off_seconds: f64,
    joint: Joint,
    history: History,
    names: Names,
    /// Samples of the history that were looked at.
    seen: usize,
    /// Whether the signal was low enough for a rising crossing since the last one, and high enough for a falling one.
    armed: [bool; 2],
    /// The crossing whose piece comes next, by its place in the history.
    crossing: Option<usize>,
    /// No crossing counts before this time.
    not_before_ns: f64,
    triggers: f64,
    short_pieces: f64,
}

impl Stage for Trigger {
    const ID: &'static CStr = c"org.sluice.sensors.trigger";
    const NAME: &'static CStr = c"Trigger";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Passes on pieces of all channels around the crossings of a level.\n\n\
        One channel is looked at. A batch comes for each crossing: samples from before it and from it on. A \
        crossing counts once the signal was beyond the hysteresis on the other side, which keeps noise from \
        crossing twice, and not while a piece is taken or held off. Samples before a gap are not joined to those \
        behind it: a piece that a gap or the end of the stream cuts off comes as far as it goes, and the figure \
        `shortPieces` counts it among the `triggers`.\n\n\
        **Example.** `acquisition durationSeconds=1 ! to-voltage ! trigger levelVolts=0.5 afterSamples=500 ! \
        csv-sink path=pieces.csv`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "channel": {"type": "integer", "minimum": 0, "maximum": 63, "default": 0,
                "description": "The column that is looked at, from 0."},
            "levelVolts": {"type": "number", "minimum": -1000000, "maximum": 1000000, "default": 0, "x-unit": "V",
                "x-live": true, "description": "The level."},
            "edge": {"type": "string", "enum": ["rising", "falling", "either"], "default": "rising",
                "description": "The crossings that count."},
            "hysteresisVolts": {"type": "number", "minimum": 0, "maximum": 1000000, "default": 0, "x-unit": "V",
                "x-live": true, "description": "How far beyond the level the signal must have been before."},
            "beforeSamples": {"type": "integer", "minimum": 0, "maximum": 65536, "default": 64,
                "x-unit": "samples", "description": "Samples of a piece before its crossing; fewer where there are none."},
            "afterSamples": {"type": "integer", "minimum": 1, "maximum": 65536, "default": 192,
                "x-unit": "samples", "description": "Samples of a piece from its crossing on; fewer before a gap and at the end."},
            "holdOffSeconds": {"type": "number", "minimum": 0, "maximum": 86400, "default": 0, "x-unit": "s",
                "description": "How long after the end of a piece no crossing counts."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::packet(c"packetIn", c"Samples: f32 columns.")];
    const OUTPUTS: &'static [Port] = &[Port::packet(c"packetOut", c"Pieces around crossings.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"triggers"), Figure::new(c"shortPieces")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self {
            channel: number(context, c"channel")? as usize,
            level: number(context, c"levelVolts")? as f32,
            edge: match text(context, c"edge")? {
                "falling" => Edge::Falling,
                "either" => Edge::Either,
                _ => Edge::Rising,
            },
            hysteresis: number(context, c"hysteresisVolts")? as f32,
            before: number(context, c"beforeSamples")? as usize,
            after: number(context, c"afterSamples")? as usize,
            hold_off_seconds: number(context, c"holdOffSeconds")?,
            joint: Joint::default(),
            history: History::default(),
            names: Names::default(),
            seen: 0,
            armed: [false; 2],
            crossing: None,
            not_before_ns: f64::NEG_INFINITY,
            triggers: 0.0,
            short_pieces: 0.0,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        loop {
            while self.is_due() {
                if !context.may_write() || !self.write(context)? {
                    return Ok(Next::Again);
                }
            }
            let Some(batch) = Batch::read_joined(context, &mut self.joint)? else { return Ok(Next::WhenFramesCome) };
            if self.channel >= batch.channels {
                let (wanted, found) = (self.channel, batch.channels);
                return Err(format!("channel {wanted} is to be looked at, and a batch has {found}, from 0"));
            }
            if batch.records > 0 {
                if !self.history.is_joined_by(&batch)? {
                    self.begin_anew(context)?;
                }
                self.names.follow(context, &batch)?;
                self.history.add(context, &batch)?;
            }
            context.release(batch.frame);
        }
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        // The piece of the last crossing is as long as there are samples for it.
        Ok(if self.write(context)? { Next::WhenFramesCome } else { Next::Again })
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        self.level = number(context, c"levelVolts")? as f32;
        self.hysteresis = number(context, c"hysteresisVolts")? as f32;
        Ok(())
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.triggers, self.short_pieces]);
    }
}

impl Trigger {
    /// Whether the piece of a crossing is complete. Looks for one, and forgets what no piece will need.
    fn is_due(&mut self) -> bool {
        if self.crossing.is_none() {
            self.crossing = self.find();
        }
        let count = self.history.count();
        if let Some(crossing) = self.crossing {
            return count >= crossing + self.after;
        }
        let unneeded = count.saturating_sub(self.before);
        self.history.forget(unneeded);
        self.seen -= unneeded;
        false
    }

    /// The next crossing of what was not looked at.
    fn find(&mut self) -> Option<usize> {
        let samples = self.history.channel(self.channel);
        while let Some(&sample) = samples.get(self.seen) {
            let at = self.seen;
            self.seen += 1;
            let [low, high] = self.armed;
            let (rose, fell) = (low && sample >= self.level, high && sample <= self.level);
            self.armed = [
                low && !rose || sample < self.level - self.hysteresis,
                high && !fell || sample > self.level + self.hysteresis,
            ];
            let counts = (rose && self.edge != Edge::Falling) || (fell && self.edge != Edge::Rising);
            if counts && self.history.time_ns(at) >= self.not_before_ns {
                return Some(at);
            }
        }
        None
    }

    /// Looks at what follows a gap as if nothing had been before. A piece that the gap has cut off is written as it is.
    fn begin_anew(&mut self, context: &mut Context) -> Result<(), String> {
        if !self.write(context)? {
            return Err("no slot is free".into());
        }
        (self.seen, self.armed) = (0, [false; 2]);
        Ok(())
    }

    /// Writes the piece of the crossing, up to the newest sample if it is not complete. `false`: no slot is free.
    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let Some(crossing) = self.crossing else { return Ok(true) };
        let (from, wanted) = (crossing.saturating_sub(self.before), crossing + self.after);
        let to = wanted.min(self.history.count());
        let frame = match self.names.acquire(context, to - from) {
            Ok(frame) => frame,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => return Err(why),
        };
        let mut columns = context.columns_mut::<f32>(frame).ok_or("a new batch has no columns")?;
        for channel in 0..self.history.channels() {
            columns.get(channel).copy_from_slice(&self.history.channel(channel)[from..to]);
        }
        stamp(context, frame, self.history.time_ns(from), self.history.length_ns(to - from), false)?;
        context.write(0, frame)?;
        self.triggers += 1.0;
        self.short_pieces += f64::from(u8::from(to < wanted));
        self.crossing = None;
        self.not_before_ns = self.history.time_ns(to) + self.hold_off_seconds * 1e9;
        Ok(true)
    }
}
