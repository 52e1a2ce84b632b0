//! A stream to a sink of the server.
//!
//! The server asks for sound as it plays, up to the length that it was told to keep. What the outlet has is sent as it
//! comes, so that nearly all that is kept is kept there. Shortly before the server would run dry, the outlet fades out.

use std::time::Duration;

use pulseaudio::protocol::{
    Command, CreatePlaybackStreamReply, LatencyParams, PlaybackLatency, PlaybackStreamParams, stream::BufferAttr,
    stream::StreamFlags,
};

use super::connection::{Connection, Message, refusal};
use super::stream::{Looks, bytes_of, channel_map, device_name, frame_bytes, no_attributes, props, sample_spec};
use crate::bell::LONGEST_WAIT;
use crate::device::{Direction, Wish};
use crate::link::{Link, Moment, News};
use crate::outlet::Outlet;
use crate::trouble::Trouble;

/// How long before the server is expected to ask anew a fade-out is sent, nanoseconds.
const MARGIN_NS: f64 = 3e6;

/// The stream.
struct Stream<'a> {
    connection: Connection,
    link: &'a Link,
    channel: u32,
    bytes: usize,
    rate: f64,
    /// Bytes that the server keeps, and that it wants.
    length: usize,
    wanted: usize,
    /// The most that it wanted at once, and when it did last.
    chunk: usize,
    asked_ns: f64,
    looks: Looks,
    /// Samples sent when the newest look was.
    given_then: u64,
    /// The request that ends the stream.
    draining: Option<u32>,
    buffer: Vec<f32>,
}

/// Plays until the stage has gone.
///
/// # Errors
///
/// Why the stream could not be opened, or has ended.
pub(crate) fn play(wish: &Wish, outlet: &mut Outlet, link: &Link) -> Result<(), Trouble> {
    let mut stream = Stream::open(wish, link, outlet.given())?;
    while !link.is_stopped() {
        stream.feed(outlet)?;
        stream.look(outlet)?;
        let until_ns = stream.looks.next_ns().min(stream.deadline_ns(outlet));
        let left_ns = (until_ns - link.clock.now_ns()).clamp(0.0, LONGEST_WAIT.as_nanos() as f64);
        stream.connection.wait(Some(&link.bell), Duration::from_nanos(left_ns as u64))?;
        while let Some(message) = stream.connection.next()? {
            stream.heed(message, outlet)?;
        }
    }
    Ok(())
}

impl<'a> Stream<'a> {
    fn open(wish: &Wish, link: &'a Link, given: u64) -> Result<Self, Trouble> {
        let mut connection = Connection::open("speaker")?;
        let sink_name = device_name(&mut connection, Direction::Playback, wish)?;
        let format = wish.format;
        let buffer_attr = BufferAttr {
            target_length: bytes_of(wish.latency, format),
            // It plays what there is: how much is gathered first is the outlet's matter.
            pre_buffering: frame_bytes(format) as u32,
            minimum_request_length: bytes_of(wish.latency / 4.0, format),
            ..no_attributes()
        };
        let params = PlaybackStreamParams {
            sample_spec: sample_spec(format),
            channel_map: channel_map(format.channels),
            sink_name,
            buffer_attr,
            props: props("speaker"),
            flags: StreamFlags { adjust_latency: true, ..StreamFlags::default() },
            ..PlaybackStreamParams::default()
        };
        let reply: CreatePlaybackStreamReply = connection.ask(&Command::CreatePlaybackStream(params))?;
        let bytes = frame_bytes(format);
        let length = reply.buffer_attr.target_length as usize;
        let rate = f64::from(format.rate_hz);
        let stream = Self {
            connection,
            link,
            channel: reply.channel,
            bytes,
            rate,
            length,
            wanted: reply.requested_bytes as usize,
            chunk: bytes,
            asked_ns: link.clock.now_ns(),
            looks: Looks::new(),
            given_then: 0,
            draining: None,
            buffer: Vec::new(),
        };
        link.opened(format, stream.keeps(reply.stream_latency), given);
        Ok(stream)
    }

    /// Samples that the server keeps: for the stream, and in the device.
    fn keeps(&self, latency_us: u64) -> f64 {
        (self.length / self.bytes) as f64 + latency_us as f64 / 1e6 * self.rate
    }

    /// Sends what the server wants and the outlet has.
    fn feed(&mut self, outlet: &mut Outlet) -> Result<(), Trouble> {
        if self.draining.is_some() {
            return Ok(());
        }
        let mut room = self.wanted / self.bytes;
        if room > 0 {
            room -= self.give(outlet, room, false)?;
        }
        // While the server has enough, samples that come wait until it asks again.
        let is_low = self.length.saturating_sub(self.wanted) < self.length / 2;
        if room > 0 && (is_low || !outlet.is_playing()) {
            self.link.want_samples();
            // What has come before that was said.
            room -= self.give(outlet, room, false)?;
        }
        let is_late = self.deadline_ns(outlet) <= self.link.clock.now_ns();
        if is_late && room > 0 && !outlet.is_finished() {
            self.give(outlet, outlet.fade(), true)?;
        }
        if outlet.is_finished() {
            self.draining = Some(self.connection.send(&Command::DrainPlaybackStream(self.channel))?);
        }
        Ok(())
    }

    /// Sends so many samples at most. Returns how many.
    fn give(&mut self, outlet: &mut Outlet, count: usize, must: bool) -> Result<usize, Trouble> {
        let channels = self.bytes / size_of::<f32>();
        self.buffer.resize(count * channels, 0.0);
        let taken = outlet.take(&mut self.buffer, must);
        if taken > 0 {
            self.connection.send_sound(self.channel, &self.buffer[..taken])?;
            self.wanted = self.wanted.saturating_sub(taken * size_of::<f32>());
        }
        Ok(taken / channels)
    }

    /// When the server will run dry, less a margin, if it will when it next plays.
    fn deadline_ns(&self, outlet: &Outlet) -> f64 {
        let kept = self.length.saturating_sub(self.wanted);
        if !outlet.is_playing() || self.draining.is_some() || kept >= self.chunk {
            return f64::INFINITY;
        }
        let until_next_ns = (self.chunk / self.bytes) as f64 / self.rate * 1e9 - MARGIN_NS;
        self.asked_ns + until_next_ns.max(0.0)
    }

    /// Asks the server where it is.
    fn look(&mut self, outlet: &Outlet) -> Result<(), Trouble> {
        let now_ns = self.link.clock.now_ns();
        if !self.looks.is_due(now_ns) {
            return Ok(());
        }
        let params = LatencyParams { channel: self.channel, now: std::time::SystemTime::now() };
        let number = self.connection.send(&Command::GetPlaybackLatency(params))?;
        self.looks.sent(number, now_ns);
        self.given_then = outlet.given();
        Ok(())
    }

    fn heed(&mut self, message: Message, outlet: &mut Outlet) -> Result<(), Trouble> {
        let now_ns = self.link.clock.now_ns();
        match message {
            Message::Answer(number, _) if Some(number) == self.draining => self.link.set_drained(),
            Message::Answer(number, bytes) => {
                if let Some(at_ns) = self.looks.answered(number, now_ns) {
                    self.note(at_ns, &self.connection.parse(&bytes)?);
                }
            }
            Message::Refusal(number, error) => {
                // A stream that is asked for its position before it plays has none.
                if self.looks.answered(number, now_ns).is_none() {
                    return Err(refusal(error));
                }
            }
            Message::Sound => {}
            Message::Event(event) => self.heed_event(*event, outlet, now_ns)?,
        }
        Ok(())
    }

    fn heed_event(&mut self, event: Command, outlet: &mut Outlet, now_ns: f64) -> Result<(), Trouble> {
        match event {
            Command::Request(request) if request.channel == self.channel => {
                self.wanted += request.length as usize;
                self.chunk = self.chunk.max(request.length as usize).min(self.length);
                self.asked_ns = now_ns;
            }
            // Sound that was due did not come, or not in time, and the outlet has not seen it coming.
            Command::Underflow(_) if self.draining.is_none() => outlet.ran_dry(),
            Command::PlaybackStreamKilled(_) => {
                return Err(Trouble::Gone("the sound server has ended the stream, as the device has gone".into()));
            }
            Command::PlaybackStreamMoved(moved) => {
                let name = moved.device_name.to_string_lossy().into_owned();
                self.link.tell(News::Moved(name));
                self.link.report().breaks += 1;
            }
            Command::PlaybackBufferAttrChanged(changed) => {
                self.length = changed.buffer_attr.target_length as usize;
                let keeps = self.keeps(changed.sink_input_latency);
                self.link.report().keeps = keeps;
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes where the device was. What was sent since the request is not part of the answer.
    fn note(&mut self, at_ns: f64, latency: &PlaybackLatency) {
        let queued = (latency.write_offset - latency.read_offset).max(0) as f64 / self.bytes as f64;
        // One that does not play yet has a queue; one that has run dry has played all.
        if !latency.playing && queued > 0.0 {
            return;
        }
        let position = self.given_then as f64 - queued - latency.sink_usec as f64 / 1e6 * self.rate;
        self.link.note(Moment { at_ns, position });
    }
}
