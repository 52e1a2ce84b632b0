//! A track of a session: its packets become frames.

use std::num::NonZeroU16;
use std::time::{Instant, SystemTime};

use retina::codec::{CodecItem, Depacketizer, ParametersRef};
use retina::rtp::ReceivedPacket;
use retina::{ConnectionContext, StreamContext};
use sluice_rtp::{Moment, opus_seconds};
use sluice_stage::abi::{SLUICE_AAC, SLUICE_H264, SLUICE_HEVC, SLUICE_JPEG, SLUICE_OPUS};

use crate::counts::Counts;
use crate::frame::{Content, Incoming, Kind};
use crate::law::{a_law, linear, mu_law};
use crate::units::{Adts, Nal};

/// The most bytes that packets of one frame may have.
const MOST_BYTES: usize = 32 << 20;

/// What a description says of a stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Described {
    /// `video`, `audio`, …
    pub(crate) media: String,
    /// In small letters.
    pub(crate) encoding: String,
    pub(crate) rate_hz: u32,
    pub(crate) channels: Option<NonZeroU16>,
    pub(crate) parameters: Option<String>,
}

/// How packets are read.
#[derive(Clone, Copy)]
enum Codec {
    Units(Nal),
    Jpeg,
    Aac(Adts),
    Opus,
    /// Samples of so many bytes.
    Samples(usize, fn(&[u8]) -> f32),
}

/// A track.
pub(crate) struct Track {
    pub(crate) kind: Kind,
    described: Described,
    codec: Codec,
    /// For what comes in several packets, or with others in one.
    depacketizer: Option<Depacketizer>,
    /// Bytes that the depacketizer may hold.
    held_bytes: usize,
    /// The next frame is flagged.
    gap: bool,
    /// Pictures are left out up to a key frame.
    awaits_key: bool,
    /// The sender's wall clock when the track's clock was 0, nanoseconds since 1970, as the newest report has it.
    sender_epoch_ns: Option<f64>,
}

impl Track {
    /// The track of a stream, if the output carries its codec.
    pub(crate) fn open(kind: Kind, described: &Described) -> Option<Self> {
        let encoding = (described.media.as_str(), described.encoding.as_str());
        let sample = |bytes: &[u8]| linear([bytes[0], bytes[1]]);
        let codec = match (kind, encoding) {
            (Kind::Video, ("video", "h264")) => Codec::Units(Nal::H264),
            (Kind::Video, ("video", "h265")) => Codec::Units(Nal::H265),
            (Kind::Video, ("video" | "image", "jpeg")) => Codec::Jpeg,
            (Kind::Audio, ("audio", "mpeg4-generic")) => Codec::Aac(adts(&depacketizer(described)?)?),
            (Kind::Audio, ("audio", "opus")) => Codec::Opus,
            (Kind::Pcm, ("audio", "pcmu")) => Codec::Samples(1, |bytes| mu_law(bytes[0])),
            (Kind::Pcm, ("audio", "pcma")) => Codec::Samples(1, |bytes| a_law(bytes[0])),
            (Kind::Pcm, ("audio", "l16")) => Codec::Samples(2, sample),
            _ => return None,
        };
        let mut track = Self {
            kind,
            described: described.clone(),
            codec,
            depacketizer: None,
            held_bytes: 0,
            gap: true,
            awaits_key: kind == Kind::Video,
            sender_epoch_ns: None,
        };
        track.begin_anew().then_some(track)
    }

    /// The name of what it carries.
    pub(crate) fn codec_name(&self) -> String {
        self.described.encoding.to_uppercase()
    }

    /// Frames before the next one are missing.
    pub(crate) fn lose(&mut self) {
        self.gap = true;
        self.awaits_key = self.kind == Kind::Video;
    }

    /// Takes a report of the sender: its wall clock, nanoseconds since 1970, at a time of the track.
    pub(crate) fn report(&mut self, sender_ns: f64, rtp_ns: f64) {
        self.sender_epoch_ns = Some(sender_ns - rtp_ns);
    }

    /// Reads a packet and hands the frames on that are complete.
    pub(crate) fn take(&mut self, packet: ReceivedPacket, counts: &Counts, hand: &mut dyn FnMut(Incoming) -> bool) {
        if packet.loss() > 0 {
            counts.packets_lost.add(packet.loss().into());
            self.lose();
        }
        let Some(depacketizer) = &mut self.depacketizer else {
            let rtp_ns = nanoseconds(packet.timestamp());
            return match self.content(packet.payload()) {
                Some((content, duration_ns)) => self.hand_on(content, true, rtp_ns, duration_ns, counts, hand),
                None => self.damage(counts),
            };
        };
        self.held_bytes += packet.payload().len();
        if self.held_bytes > MOST_BYTES || depacketizer.push(packet).is_err() {
            return self.damage(counts);
        }
        loop {
            let Some(depacketizer) = &mut self.depacketizer else { return };
            match depacketizer.pull(&ConnectionContext::dummy(), &StreamContext::dummy()) {
                Ok(None) => return,
                Ok(Some(item)) => {
                    self.held_bytes = 0;
                    self.complete(item, counts, hand);
                }
                Err(_) => return self.damage(counts),
            }
        }
    }

    /// Makes a frame of what the depacketizer has put together.
    fn complete(&mut self, item: CodecItem, counts: &Counts, hand: &mut dyn FnMut(Incoming) -> bool) {
        let made = match (item, self.codec) {
            (CodecItem::VideoFrame(frame), codec) => {
                let rtp_ns = nanoseconds(frame.timestamp());
                let Some(ParametersRef::Video(parameters)) =
                    self.depacketizer.as_ref().and_then(|depacketizer| depacketizer.parameters())
                else {
                    // Its sets of parameters are yet to come.
                    return counts.left_out.add(1);
                };
                let size = parameters.pixel_dimensions();
                let coded = match codec {
                    Codec::Units(nal) => {
                        let sets = nal.parameter_sets(parameters.extra_data()).unwrap_or_default();
                        let format = if nal == Nal::H264 { SLUICE_H264 } else { SLUICE_HEVC };
                        nal.byte_stream(frame.into_data(), &sets).map(|(stream, is_key)| (format, stream, is_key))
                    }
                    _ => Some((SLUICE_JPEG, frame.into_data(), true)),
                };
                coded.map(|(format, bytes, is_key)| (Content::Encoded(format, size, bytes), is_key, rtp_ns, 0.0))
            }
            (CodecItem::AudioFrame(frame), Codec::Aac(adts)) => adts.frame(frame.data()).map(|bytes| {
                let (rtp_ns, rate_hz) = (nanoseconds(frame.timestamp()), adts.measures().1);
                let duration_ns = f64::from(frame.frame_length().get()) * 1e9 / f64::from(rate_hz);
                (Content::Encoded(SLUICE_AAC, adts.measures(), bytes), true, rtp_ns, duration_ns)
            }),
            _ => None,
        };
        match made {
            Some((content, is_key, rtp_ns, duration_ns)) => {
                self.hand_on(content, is_key, rtp_ns, duration_ns, counts, hand);
            }
            None => self.damage(counts),
        }
    }

    /// What a packet holds that is a frame by itself, and how long it lasts, nanoseconds.
    fn content(&self, payload: &[u8]) -> Option<(Content, f64)> {
        match self.codec {
            // In RTP it always says two channels and 48 kHz of itself (RFC 7587).
            Codec::Opus => {
                let content = Content::Encoded(SLUICE_OPUS, (2, 48_000), payload.to_vec());
                Some((content, opus_seconds(payload)? * 1e9))
            }
            Codec::Samples(bytes, read) => {
                let channels = self.described.channels.map_or(1, |channels| channels.get());
                let block = bytes * usize::from(channels);
                if payload.is_empty() || payload.len() % block != 0 {
                    return None;
                }
                let samples: Vec<f32> = payload.chunks_exact(bytes).map(read).collect();
                let duration_ns = (payload.len() / block) as f64 * 1e9 / f64::from(self.described.rate_hz);
                Some((Content::Samples(self.described.rate_hz, channels.into(), samples), duration_ns))
            }
            Codec::Units(_) | Codec::Jpeg | Codec::Aac(_) => None,
        }
    }

    fn hand_on(
        &mut self,
        content: Content,
        key_frame: bool,
        rtp_ns: f64,
        duration_ns: f64,
        counts: &Counts,
        hand: &mut dyn FnMut(Incoming) -> bool,
    ) {
        if self.awaits_key && !key_frame {
            return counts.left_out.add(1);
        }
        let moment = Moment {
            rtp_ns,
            sender_ns: self.sender_epoch_ns.map(|epoch_ns| epoch_ns + rtp_ns),
            came: Instant::now(),
            came_wall: SystemTime::now(),
        };
        if let Content::Encoded(.., bytes) = &content {
            counts.bytes.add(bytes.len() as u64);
        }
        if hand(Incoming { kind: self.kind, content, duration_ns, moment, key_frame, gap: self.gap }) {
            counts.frames.add(1);
            counts.gaps.add(self.gap.into());
            (self.gap, self.awaits_key) = (false, false);
        } else {
            counts.left_out.add(1);
            self.lose();
        }
    }

    /// Goes on behind a packet that cannot be read.
    fn damage(&mut self, counts: &Counts) {
        counts.damaged.add(1);
        self.lose();
        self.begin_anew();
    }

    fn begin_anew(&mut self) -> bool {
        self.held_bytes = 0;
        if matches!(self.codec, Codec::Opus | Codec::Samples(..)) {
            return true;
        }
        self.depacketizer = depacketizer(&self.described);
        self.depacketizer.is_some()
    }
}

/// Nanoseconds on the clock of a track.
pub(crate) fn nanoseconds(timestamp: retina::Timestamp) -> f64 {
    timestamp.timestamp() as f64 * 1e9 / f64::from(timestamp.clock_rate().get())
}

fn depacketizer(Described { media, encoding, rate_hz, channels, parameters }: &Described) -> Option<Depacketizer> {
    Depacketizer::new(media, encoding, *rate_hz, *channels, parameters.as_deref()).ok()
}

fn adts(depacketizer: &Depacketizer) -> Option<Adts> {
    match depacketizer.parameters() {
        Some(ParametersRef::Audio(parameters)) => Adts::read(parameters.extra_data()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use retina::rtp::ReceivedPacketBuilder;
    use retina::{PacketContext, Timestamp};

    use super::*;

    const AAC: &str = "mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190";
    const H264: &str = "sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==";

    fn track(kind: Kind, media: &str, encoding: &str, rate_hz: u32, parameters: &str) -> Track {
        let parameters = (!parameters.is_empty()).then(|| parameters.to_owned());
        let described =
            Described { media: media.into(), encoding: encoding.into(), rate_hz, channels: None, parameters };
        Track::open(kind, &described).expect("its codec is carried")
    }

    fn packet(track: &Track, at: u16, mark: bool, loss: u16, payload: &[u8]) -> ReceivedPacket {
        let rate_hz = NonZeroU32::new(track.described.rate_hz).unwrap();
        let timestamp = Timestamp::new(i64::from(at) * 100, rate_hz, 0).unwrap();
        let ctx = PacketContext::dummy();
        let builder = ReceivedPacketBuilder {
            ctx,
            stream_id: 0,
            sequence_number: at,
            timestamp,
            payload_type: 96,
            ssrc: 1,
            mark,
            loss,
        };
        builder.build(payload.iter().copied()).unwrap()
    }

    fn take(track: &mut Track, packet: ReceivedPacket, counts: &Counts) -> Vec<Incoming> {
        let mut frames = Vec::new();
        track.take(packet, counts, &mut |frame| {
            frames.push(frame);
            true
        });
        frames
    }

    #[test]
    fn pictures_behind_a_loss_are_left_out_up_to_a_key_frame() {
        let (mut track, counts) = (track(Kind::Video, "video", "h264", 90_000, H264), Counts::default());
        let mut seen = Vec::new();
        for (at, (header, loss)) in
            [(0x41, 0), (0x65, 0), (0x41, 0), (0x41, 2), (0x41, 0), (0x65, 0)].into_iter().enumerate()
        {
            let packet = packet(&track, at as u16, true, loss, &[header, 1, 2]);
            seen.extend(take(&mut track, packet, &counts).iter().map(|frame| (at, frame.key_frame, frame.gap)));
        }
        assert_eq!(seen, [(1, true, true), (2, false, false), (5, true, true)]);
        assert_eq!([&counts.left_out, &counts.packets_lost, &counts.gaps].map(|count| count.get()), [3.0, 2.0, 2.0]);
    }

    #[test]
    fn what_the_stage_does_not_take_is_a_gap() {
        let (mut track, counts) = (track(Kind::Pcm, "audio", "pcmu", 8_000, ""), Counts::default());
        let first = packet(&track, 0, true, 0, &[0xff; 4]);
        track.take(first, &counts, &mut |_| false);
        let second = packet(&track, 1, true, 0, &[0xff; 4]);
        let frames = take(&mut track, second, &counts);
        assert!(frames[0].gap && frames[0].duration_ns == 0.5e6);
        assert_eq!(frames[0].content, Content::Samples(8_000, 1, vec![0.0; 4]));
        assert_eq!(counts.left_out.get(), 1.0);
    }

    #[test]
    fn packets_of_any_bytes_are_counted_and_passed_by() {
        let seeds: [(Track, &[&[u8]]); 7] = [
            (
                track(Kind::Video, "video", "h264", 90_000, H264),
                &[
                    &[0x65, 1, 2],
                    &[0x7c, 0x85, 9, 9],
                    &[0x7c, 5, 9],
                    &[0x7c, 0x45, 9],
                    &[0x18, 0, 2, 0x67, 1, 0, 1, 0x41],
                ],
            ),
            (
                track(Kind::Video, "video", "h265", 90_000, ""),
                &[
                    &[0x26, 1, 2],
                    &[0x62, 1, 0x93, 9],
                    &[0x62, 1, 0x13, 9],
                    &[0x62, 1, 0x53, 9],
                    &[0x60, 1, 0, 2, 0x40, 1],
                ],
            ),
            (
                track(Kind::Video, "video", "jpeg", 90_000, ""),
                &[
                    &[0, 0, 0, 0, 1, 60, 4, 4, 1, 2, 3],
                    &[0, 0, 0, 3, 1, 60, 4, 4, 9],
                    &[0, 0, 0, 0, 65, 255, 4, 4, 0, 1, 0, 1, 0],
                ],
            ),
            (
                track(Kind::Audio, "audio", "mpeg4-generic", 48_000, AAC),
                &[&[0, 16, 0, 24, 1, 2, 3], &[0, 32, 0, 8, 0, 8, 1, 2]],
            ),
            (track(Kind::Audio, "audio", "opus", 48_000, ""), &[&[0xfc, 1, 2], &[0xff, 9]]),
            (track(Kind::Pcm, "audio", "pcma", 8_000, ""), &[&[0xd5; 8]]),
            (track(Kind::Pcm, "audio", "l16", 44_100, ""), &[&[1, 2, 3, 4]]),
        ];
        let mut state = 1_u32;
        let mut next = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        for (mut track, seeds) in seeds {
            let counts = Counts::default();
            for at in 0..10_000_u16 {
                let mut bytes = seeds[next(seeds.len())].to_vec();
                for _ in 0..next(4) {
                    let place = next(bytes.len());
                    bytes[place] = next(256) as u8;
                }
                bytes.truncate(next(bytes.len() * 2));
                let packet = packet(&track, at / (1 + next(3) as u16), next(2) == 0, (next(50) == 0).into(), &bytes);
                take(&mut track, packet, &counts);
                assert!(track.held_bytes <= 32 * 10_000);
            }
            assert!(counts.damaged.get() > 0.0, "{}", track.codec_name());
        }
    }
}
