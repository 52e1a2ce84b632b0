//! `org.sluice.sensors.acquisition`: counts of an analogue-to-digital converter.

use std::ffi::CStr;

use sluice_stage::abi::SLUICE_I32;
use sluice_stage::{Acquire, Context, Figure, Frame, MOST_COLUMNS, Mode, Next, Port, Stage};

use crate::adc::{Adc, Signal, mix, next_random};
use crate::batch::stamp;
use crate::raw_file::RawFile;
use crate::raw_records::{RawFormat, RawRecords};
use crate::raw_socket::{Found, RawSocket};
use crate::state::{of_bytes, to_bytes};
use sluice_stage::config::{number, text};

/// Batches of one tick at most.
const BATCHES_PER_TICK: u32 = 8;

/// Bytes, by the interface of plugins.
const COLUMN_ALIGN: usize = 64;

/// How long it waits for a socket before it looks again, nanoseconds: half of a batch, within these limits.
const LEAST_LOOK_NS: f64 = 1e6;
const MOST_LOOK_NS: f64 = 20e6;

/// Where counts come from. A driver of a device is another one.
enum Source {
    Simulated(Adc),
    File(RawFile),
    Socket(RawSocket),
}

/// What became of a batch.
enum Step {
    Made,
    /// Its records have not come.
    Later,
    /// There is none.
    Ended,
}

/// Makes batches of counts.
pub struct Acquisition {
    source: Source,
    channels: usize,
    rate_hz: f64,
    batch_size: usize,
    /// Most records for which a slot has room, as far as that is known: from the first batch on.
    most: usize,
    /// Records until the end; infinite without one.
    total: f64,
    /// Records so far, lost ones included.
    made: f64,
    /// When the first record was taken, or would have been.
    start_ns: Option<f64>,
    /// How likely a batch is lost, and the state that decides it.
    drop_out_probability: f64,
    random: u64,
    /// The batch before was lost.
    gap: bool,
    batches: f64,
    drop_outs: f64,
    lost_records: f64,
}

impl Stage for Acquisition {
    const ID: &'static CStr = c"org.sluice.sensors.acquisition";
    const NAME: &'static CStr = c"Acquisition";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Gives the counts of an analogue-to-digital converter.\n\n\
        They are simulated, or come from a file or over a socket. In a live graph batches come when their last \
        record would have been taken, offline as fast as the graph takes them. The simulated converter is given \
        a sine in each channel (`frequencyHz`, and `frequencyStepHz` more with each channel), with noise; equal \
        configurations make equal counts. `dropOutProbability` loses batches, as devices do: the figures \
        `dropOuts` and `lostRecords` count them, times go on, and the batch behind a lost one is flagged as a \
        discontinuity. A live batch size for which a slot has no room is refused.\n\n\
        With `source=socket` it connects to `address` and takes what would stand in the file. The other side \
        sets the pace: a batch goes out once its records have come. Where the graph is slower, a megabyte or two \
        batches wait, and then the sender does. A connection that ends, or cannot be made, is made anew after \
        0.1 s, then after twice as long up to 5 s, for ever; the first failure is logged, and the figure \
        `connects` counts connections. A device that loses its power or its cable does not say that it has gone: \
        over TCP, on Linux, a connection counts as ended once nothing came and the other side's system has not \
        answered for 25 s. With `reconnect=false` the stage ends with its connection. A record that is not \
        whole is dropped; no batch has records of two connections, and the first batch of a new one \
        is flagged as a discontinuity. Times begin at 0 and go on record by record; in a live graph the first \
        batch behind a gap has the time at which it came. A stage that is replaced connects anew.\n\n\
        **Example.** `acquisition channels=4 durationSeconds=1 ! to-voltage ! csv-sink path=volts.csv`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "source": {"type": "string", "enum": ["simulated", "file", "socket"], "default": "simulated",
                "description": "Where counts come from."},
            "path": {"type": "string", "default": "", "x-reaches": "path",
                "description": "The file: whole records after each other, a number for each channel."},
            "fileFormat": {"type": "string", "enum": ["s16le", "s32le"], "default": "s16le",
                "description": "Numbers in the file, or of the socket: integers of 16 or 32 bits, the low byte first."},
            "address": {"type": "string", "default": "", "x-reaches": "host",
                "description": "The socket to connect to, HOST:PORT or unix:PATH, which sends what would be in the file."},
            "reconnect": {"type": "boolean", "default": true,
                "description": "True: it connects to the socket again whenever the other side ends."},
            "channels": {"type": "integer", "minimum": 1, "maximum": 64, "default": 8,
                "description": "Number of channels: the columns ch0, ch1 and so on."},
            "sampleRateHz": {"type": "number", "minimum": 0.001, "maximum": 100000000, "default": 10000,
                "x-unit": "Hz", "description": "Records a second."},
            "batchSize": {"type": "integer", "minimum": 1, "maximum": 65536, "default": 256, "x-live": true,
                "x-unit": "records", "description": "Records in a batch."},
            "durationSeconds": {"type": "number", "minimum": 0, "default": 0, "x-unit": "s",
                "description": "How long it lasts; 0 for ever, or to the end of the file."},
            "bits": {"type": "integer", "minimum": 2, "maximum": 32, "default": 16,
                "description": "Resolution of the simulated converter."},
            "fullScaleVolts": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000000, "default": 10,
                "x-unit": "V", "description": "The simulated converter takes so much, up and down."},
            "amplitudeVolts": {"type": "number", "minimum": 0, "maximum": 1000000, "default": 1, "x-unit": "V",
                "description": "Peak of the sine."},
            "offsetVolts": {"type": "number", "minimum": -1000000, "maximum": 1000000, "default": 0, "x-unit": "V",
                "description": "Added to the sine."},
            "noiseVolts": {"type": "number", "minimum": 0, "maximum": 1000000, "default": 0, "x-unit": "V",
                "description": "Standard deviation of the noise, which is nearly normally distributed."},
            "frequencyHz": {"type": "number", "minimum": 0, "maximum": 50000000, "default": 50, "x-unit": "Hz",
                "description": "Frequency of the sine in the first channel."},
            "frequencyStepHz": {"type": "number", "minimum": 0, "maximum": 50000000, "default": 0, "x-unit": "Hz",
                "description": "How much higher the frequency is with each further channel."},
            "dropOutProbability": {"type": "number", "minimum": 0, "maximum": 1, "default": 0, "x-live": true,
                "description": "How likely a batch is lost."},
            "seed": {"type": "integer", "minimum": 0, "maximum": 9007199254740991, "default": 1,
                "description": "The seed of noise and drop-outs."}
        }}"#,
    );
    const MODE: Mode = Mode::Loop;
    const OUTPUTS: &'static [Port] =
        &[Port::packet(c"packet", c"Counts: an i32 column a channel, ch0, ch1 and so on.")];
    const FIGURES: &'static [Figure] =
        &[Figure::new(c"batches"), Figure::new(c"dropOuts"), Figure::new(c"lostRecords"), Figure::new(c"connects")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let channels = number(context, c"channels")? as usize;
        let rate_hz = number(context, c"sampleRateHz")?;
        let seconds = number(context, c"durationSeconds")?;
        let seed = number(context, c"seed")? as u64;
        Ok(Self {
            source: source(context, channels, rate_hz, seed)?,
            channels: channels.min(MOST_COLUMNS),
            rate_hz,
            batch_size: number(context, c"batchSize")? as usize,
            most: usize::MAX,
            total: if seconds > 0.0 { (seconds * rate_hz).round() } else { f64::INFINITY },
            made: 0.0,
            start_ns: None,
            drop_out_probability: number(context, c"dropOutProbability")?,
            random: mix(seed ^ u64::MAX).max(1),
            gap: false,
            batches: 0.0,
            drop_outs: 0.0,
            lost_records: 0.0,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        for _ in 0..BATCHES_PER_TICK {
            let count = (self.total - self.made).min(self.batch_size as f64) as usize;
            if count == 0 {
                context.finish();
                break;
            }
            if !context.may_write() || self.is_early(context, count) {
                break;
            }
            match self.make(context, count)? {
                Step::Made => {}
                Step::Later => {
                    let half_ns = self.time_ns(count as f64) / 2.0;
                    context.wait_until_ns(context.now_ns() + half_ns.clamp(LEAST_LOOK_NS, MOST_LOOK_NS));
                    break;
                }
                Step::Ended => {
                    context.finish();
                    break;
                }
            }
        }
        context.progress(self.time_ns(self.made), self.time_ns(self.total));
        Ok(Next::WhenFramesCome)
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        let size = number(context, c"batchSize")? as usize;
        if self.most == usize::MAX {
            // No batch has come yet.
            match context.acquire_packet(0, &FIELDS[..self.channels], size as u32, size as u32) {
                Ok(frame) => {
                    self.most = most_records(context, frame, self.channels, size).unwrap_or(usize::MAX);
                    context.release(frame);
                }
                Err(Acquire::Later) => {}
                Err(Acquire::Refused(why)) => {
                    return Err(format!("batchSize is {size}, and {why}; set slotBytes of the output's pool"));
                }
            }
        }
        if size > self.most {
            let most = self.most;
            return Err(format!(
                "batchSize is {size}, and a slot has room for {most}; set slotBytes of the output's pool"
            ));
        }
        self.batch_size = size;
        self.drop_out_probability = number(context, c"dropOutProbability")?;
        Ok(())
    }

    fn snapshot(&mut self) -> Vec<u8> {
        match &self.source {
            Source::Simulated(adc) => to_bytes([self.made].into_iter().chain(adc.phases())),
            // A file is read from its start, and a socket is connected to anew.
            Source::File(_) | Source::Socket(_) => Vec::new(),
        }
    }

    fn restore(&mut self, state: &[u8]) {
        let mut numbers = of_bytes(state);
        if let (Source::Simulated(adc), Some(made)) = (&mut self.source, numbers.next()) {
            self.made = made;
            adc.set_phases(numbers);
        }
    }

    fn figures(&mut self, values: &mut [f64]) {
        let connects = if let Source::Socket(socket) = &self.source { socket.connects() } else { 0 };
        values.copy_from_slice(&[self.batches, self.drop_outs, self.lost_records, connects as f64]);
    }
}

impl Acquisition {
    /// Media time of a record.
    fn time_ns(&self, record: f64) -> f64 {
        record * 1e9 / self.rate_hz
    }

    /// Whether a batch of so many is not there yet: its last record has not been taken.
    fn is_early(&mut self, context: &mut Context, count: usize) -> bool {
        // What sends over a socket has a pace of its own.
        if !context.is_live() || matches!(self.source, Source::Socket(_)) {
            return false;
        }
        let now_ns = context.now_ns();
        let start_ns = *self.start_ns.get_or_insert(now_ns - self.made * 1e9 / self.rate_hz);
        let due_ns = start_ns + self.time_ns(self.made + count as f64);
        if due_ns > now_ns {
            context.wait_until_ns(due_ns);
        }
        due_ns > now_ns
    }

    /// Makes a batch, or loses it.
    fn make(&mut self, context: &mut Context, wanted: usize) -> Result<Step, String> {
        let count = match &mut self.source {
            Source::Simulated(_) => wanted,
            Source::File(file) => file.read(wanted)?,
            Source::Socket(socket) => {
                if let Some(why) = socket.take_trouble() {
                    context.warn(&format!("cannot connect, and tries again: {why}"));
                }
                match socket.read(wanted) {
                    Found::Records { count, gap } => {
                        self.arrived(context, count, gap);
                        count
                    }
                    Found::Later => return Ok(Step::Later),
                    Found::Ended => 0,
                }
            }
        };
        if count == 0 {
            return Ok(Step::Ended);
        }
        if self.is_lost() {
            if let Source::Simulated(adc) = &mut self.source {
                adc.skip(count);
            }
            self.drop_outs += 1.0;
            self.lost_records += count as f64;
        } else {
            self.write(context, count)?;
            self.batches += 1.0;
        }
        self.made += count as f64;
        Ok(Step::Made)
    }

    /// Records have come over the socket. In a live graph those behind a gap have the time at which they come.
    fn arrived(&mut self, context: &Context, count: usize, gap: bool) {
        self.gap |= gap;
        if !context.is_live() {
            return;
        }
        let now_ns = context.now_ns() - self.time_ns(count as f64);
        let start_ns = *self.start_ns.get_or_insert(now_ns);
        if gap {
            self.made = self.made.max(((now_ns - start_ns) * self.rate_hz / 1e9).round());
        }
    }

    fn is_lost(&mut self) -> bool {
        if self.drop_out_probability == 0.0 {
            return false;
        }
        self.random = next_random(self.random);
        let lost = (self.random >> 11) as f64 / (1_u64 << 53) as f64 <= self.drop_out_probability;
        self.gap |= lost;
        lost
    }

    fn write(&mut self, context: &mut Context, count: usize) -> Result<(), String> {
        let frame = acquire(context, self.channels, count)?;
        if self.most == usize::MAX {
            self.most = most_records(context, frame, self.channels, count).unwrap_or(usize::MAX);
        }
        let mut columns = context.columns_mut::<i32>(frame).ok_or("a new batch has no columns")?;
        for channel in 0..self.channels {
            let column = columns.get(channel);
            match &mut self.source {
                Source::Simulated(adc) => adc.fill(channel, column),
                Source::File(file) => file.records.channel(channel, column),
                Source::Socket(socket) => socket.records.channel(channel, column),
            }
        }
        let (from_ns, to_ns) = (self.time_ns(self.made).round(), self.time_ns(self.made + count as f64).round());
        stamp(context, frame, from_ns, to_ns - from_ns, std::mem::take(&mut self.gap))?;
        context.write(0, frame)
    }
}

fn source(context: &Context, channels: usize, rate_hz: f64, seed: u64) -> Result<Source, String> {
    let records = RawRecords::new(RawFormat::named(text(context, c"fileFormat")?)?, channels);
    match text(context, c"source")? {
        "file" => return Ok(Source::File(RawFile::open(text(context, c"path")?, records)?)),
        "socket" => {
            let (address, again) = (text(context, c"address")?, number(context, c"reconnect")? != 0.0);
            return Ok(Source::Socket(RawSocket::open(address, again, records)?));
        }
        _ => {}
    }
    let signal = Signal {
        amplitude_volts: number(context, c"amplitudeVolts")?,
        offset_volts: number(context, c"offsetVolts")?,
        noise_volts: number(context, c"noiseVolts")?,
        frequency_hz: number(context, c"frequencyHz")?,
        frequency_step_hz: number(context, c"frequencyStepHz")?,
    };
    let bits = number(context, c"bits")? as u32;
    Ok(Source::Simulated(Adc::new(channels, rate_hz, bits, number(context, c"fullScaleVolts")?, signal, seed)))
}

fn acquire(context: &mut Context, channels: usize, count: usize) -> Result<Frame, String> {
    match context.acquire_packet(0, &FIELDS[..channels], count as u32, count as u32) {
        Ok(frame) => Ok(frame),
        Err(Acquire::Later) => Err("no slot is free, although the host said that there was one".into()),
        Err(Acquire::Refused(why)) => Err(why),
    }
}

/// For how many records a slot has room, by a batch of so many in it: columns begin at multiples of [`COLUMN_ALIGN`].
fn most_records(context: &Context, frame: Frame, channels: usize, count: usize) -> Option<usize> {
    let info = context.info(frame)?;
    let columns = channels * (count * size_of::<i32>()).next_multiple_of(COLUMN_ALIGN);
    let description = (info.payload_bytes as usize).checked_sub(columns)?;
    let column = (info.slot_bytes as usize).checked_sub(description)? / channels / COLUMN_ALIGN * COLUMN_ALIGN;
    Some(column / size_of::<i32>())
}

/// `ch0` to `ch63`.
const FIELDS: [(&CStr, u32); MOST_COLUMNS] = {
    let mut fields = [(c"", SLUICE_I32); MOST_COLUMNS];
    let mut k = 0;
    while k < MOST_COLUMNS {
        fields[k].0 = match CStr::from_bytes_until_nul(&NAMES[k]) {
            Ok(name) => name,
            Err(_) => c"",
        };
        k += 1;
    }
    fields
};

static NAMES: [[u8; 5]; MOST_COLUMNS] = {
    let mut names = [*b"ch\0\0\0"; MOST_COLUMNS];
    let mut k = 0;
    while k < MOST_COLUMNS {
        let (tens, ones) = (b'0' + (k / 10) as u8, b'0' + (k % 10) as u8);
        (names[k][2], names[k][3]) = if k < 10 { (ones, 0) } else { (tens, ones) };
        k += 1;
    }
    names
};
