//! A stream from a source of the server, or from the monitor of a sink.

use std::time::Duration;

use pulseaudio::protocol::{
    Command, CreateRecordStreamReply, LatencyParams, RecordLatency, RecordStreamParams, stream::BufferAttr,
    stream::StreamFlags,
};

use super::connection::{Connection, Message, refusal};
use super::stream::{Looks, bytes_of, channel_map, device_name, no_attributes, props, sample_spec};
use crate::bell::LONGEST_WAIT;
use crate::device::{Direction, Wish};
use crate::intake::Intake;
use crate::link::{Link, News};
use crate::trouble::Trouble;

/// Seconds that the server keeps of what is not read.
const SERVER_SECONDS: f64 = 1.0;

/// Records until the stage has gone.
///
/// # Errors
///
/// Why the stream could not be opened, or has ended.
pub(crate) fn record(wish: &Wish, intake: &mut Intake, link: &Link) -> Result<(), Trouble> {
    let mut connection = Connection::open("microphone")?;
    let source_name = device_name(&mut connection, Direction::Capture, wish)?;
    let format = wish.format;
    let fragment = (wish.latency / 2.0).min(wish.block).max(0.000_5);
    let params = RecordStreamParams {
        sample_spec: sample_spec(format),
        channel_map: channel_map(format.channels),
        source_name,
        buffer_attr: BufferAttr {
            max_length: bytes_of(SERVER_SECONDS.max(2.0 * wish.latency), format),
            fragment_size: bytes_of(fragment, format),
            ..no_attributes()
        },
        props: props("microphone"),
        flags: StreamFlags { adjust_latency: true, ..StreamFlags::default() },
        ..RecordStreamParams::default()
    };
    let reply: CreateRecordStreamReply = connection.ask(&Command::CreateRecordStream(params))?;
    link.opened(format, 0.0, 0);
    let rate = f64::from(format.rate_hz);
    let (mut looks, mut ahead, mut samples) = (Looks::new(), Ahead::default(), Vec::new());
    while !link.is_stopped() {
        let now_ns = link.clock.now_ns();
        if looks.is_due(now_ns) {
            let params = LatencyParams { channel: reply.channel, now: std::time::SystemTime::now() };
            looks.sent(connection.send(&Command::GetRecordLatency(params))?, now_ns);
        }
        let left_ns = (looks.next_ns() - now_ns).clamp(0.0, LONGEST_WAIT.as_nanos() as f64);
        connection.wait(Some(&link.bell), Duration::from_nanos(left_ns as u64))?;
        let now_ns = link.clock.now_ns();
        while let Some(message) = connection.next()? {
            match message {
                Message::Sound => {
                    let words = connection.sound().chunks_exact(size_of::<f32>());
                    samples.clear();
                    samples.extend(words.map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]])));
                    intake.put(&samples, now_ns, ahead.least());
                }
                Message::Answer(number, bytes) => {
                    if looks.answered(number, now_ns).is_some() {
                        let latency: RecordLatency = connection.parse(&bytes)?;
                        ahead.note(latency.source_usec as f64 / 1e6 * rate);
                    }
                }
                Message::Refusal(number, error) => {
                    if looks.answered(number, now_ns).is_none() {
                        return Err(refusal(error));
                    }
                }
                Message::Event(event) => heed(*event, intake, link)?,
            }
        }
    }
    Ok(())
}

/// What a device has captured and not yet given to the server: more from moment to moment, and least just after it has
/// given, which is when sound comes.
#[derive(Default)]
struct Ahead {
    newest: [Option<f64>; 16],
    next: usize,
}

impl Ahead {
    fn note(&mut self, samples: f64) {
        self.newest[self.next] = Some(samples);
        self.next = (self.next + 1) % self.newest.len();
    }

    /// `None`: the server has not told yet.
    fn least(&self) -> Option<f64> {
        self.newest.iter().flatten().copied().reduce(f64::min)
    }
}

fn heed(event: Command, intake: &mut Intake, link: &Link) -> Result<(), Trouble> {
    match event {
        // How much the server dropped is not told.
        Command::Overflow(_) => intake.lost(0),
        Command::RecordStreamKilled(_) => {
            return Err(Trouble::Gone("the sound server has ended the stream, as the device has gone".into()));
        }
        Command::RecordStreamMoved(moved) => {
            let name = moved.device_name.to_string_lossy().into_owned();
            link.tell(News::Moved(name));
            link.report().breaks += 1;
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_the_newest_looks_counts() {
        let mut ahead = Ahead::default();
        assert_eq!(ahead.least(), None);
        for samples in [40.0, 480.0, 13.0] {
            ahead.note(samples);
        }
        assert_eq!(ahead.least(), Some(13.0));
        (0..16).for_each(|_| ahead.note(100.0));
        assert_eq!(ahead.least(), Some(100.0));
    }
}
