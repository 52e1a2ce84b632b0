//! `org.sluice.sensors.downsample`: lowers the rate by a whole factor.

use std::ffi::CStr;

use sluice_stage::{Acquire, Context, Next, Port, Stage};

use crate::batch::{Batch, Names, WANTS_F32, is_same_rate, no_slot, stamp};
use crate::decimator::{Channel, Decimator};
use crate::timeline::{Joint, Timeline};
use sluice_stage::config::number;

/// Lowers the rate behind a filter.
pub struct Downsample {
    decimator: Decimator,
    channels: Vec<Channel>,
    names: Names,
    /// Records a second that come in; 0: none have.
    rate_hz: f64,
    joint: Joint,
    /// Of the samples that came in, from that of the next output on.
    times: Timeline,
    gap: bool,
    /// What is left was written.
    flushed: bool,
}

impl Stage for Downsample {
    const ID: &'static CStr = c"org.sluice.sensors.downsample";
    const NAME: &'static CStr = c"Downsample";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Keeps one sample of so many, behind a filter.\n\n\
        The filter is of linear phase and weakens what would be folded onto what is kept. Its delay is taken \
        off, so a sample keeps its time; it comes later by the filter's length. A batch comes out for each that \
        comes in, if it completes a sample: 16:1 makes 16 records of 256. After a gap it begins anew; what has \
        not all the samples that its filter needs before the gap is not written.\n\n\
        **Example.** `acquisition durationSeconds=1 ! to-voltage ! downsample factor=10 ! csv-sink \
        path=volts.csv`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "factor": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 16,
                "description": "One sample of so many is kept."},
            "passBand": {"type": "number", "minimum": 0.1, "maximum": 0.95, "default": 0.8,
                "description": "The part of the new band, from 0 to half the new rate, that passes unchanged."},
            "stopBandDb": {"type": "number", "minimum": 40, "maximum": 120, "default": 80, "x-unit": "dB",
                "description": "By how much what would be folded is weakened at least."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::packet(c"packetIn", c"Samples: f32 columns.")];
    const OUTPUTS: &'static [Port] = &[Port::packet(c"packetOut", c"Fewer samples, in columns of the same names.")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let factor = number(context, c"factor")? as usize;
        Ok(Self {
            decimator: Decimator::new(factor, number(context, c"passBand")?, number(context, c"stopBandDb")?),
            channels: Vec::new(),
            names: Names::default(),
            rate_hz: 0.0,
            joint: Joint::default(),
            times: Timeline::default(),
            gap: false,
            flushed: false,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(batch) = Batch::read_joined(context, &mut self.joint)? {
            if batch.records > 0 {
                self.fit(context, &batch)?;
                self.times.add(batch.pts_ns, batch.duration_ns, batch.records);
                let columns = context.columns::<f32>(batch.frame).ok_or(WANTS_F32)?;
                for (k, channel) in self.channels.iter_mut().enumerate() {
                    self.decimator.push(channel, columns.get(k));
                }
                self.write(context)?.map_or(Ok(()), |why| Err(no_slot(why)))?;
            }
            context.release(batch.frame);
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        if !std::mem::replace(&mut self.flushed, true) {
            for channel in &mut self.channels {
                self.decimator.finish(channel);
            }
        }
        match self.write(context)? {
            None => Ok(Next::WhenFramesCome),
            Some(Acquire::Later) => Ok(Next::Again),
            Some(Acquire::Refused(why)) => Err(why),
        }
    }
}

impl Downsample {
    /// Fits names and channels to a batch, and begins anew after a gap.
    fn fit(&mut self, context: &Context, batch: &Batch) -> Result<(), String> {
        self.names.follow(context, batch)?;
        let rate_hz = batch.rate_hz()?;
        let goes_on = self.channels.len() == batch.channels && is_same_rate(rate_hz, self.rate_hz);
        if goes_on && !batch.gap {
            return Ok(());
        }
        self.gap = batch.gap;
        self.channels.resize_with(batch.channels, || self.decimator.channel());
        self.channels.iter_mut().for_each(|channel| self.decimator.reset(channel));
        self.times.clear();
        self.rate_hz = rate_hz;
        Ok(())
    }

    /// Writes the outputs that are complete. Gives why not, if there is no slot for them.
    fn write(&mut self, context: &mut Context) -> Result<Option<Acquire>, String> {
        let count = self.channels.first().map_or(0, |channel| channel.out().len());
        if count == 0 {
            return Ok(None);
        }
        let frame = match self.names.acquire(context, count) {
            Ok(frame) => frame,
            Err(why) => return Ok(Some(why)),
        };
        let mut columns = context.columns_mut::<f32>(frame).ok_or("a new batch has no columns")?;
        for (k, channel) in self.channels.iter_mut().enumerate() {
            columns.get(k).copy_from_slice(channel.out());
            channel.take_out();
        }
        let taken = count * self.decimator.factor();
        let from_ns = self.times.time_ns(0);
        let to_ns = from_ns + self.times.length_ns(taken);
        self.times.forget(taken);
        stamp(context, frame, from_ns, to_ns.round() - from_ns.round(), std::mem::take(&mut self.gap))?;
        context.write(0, frame)?;
        Ok(None)
    }
}
