//! A connection to a peer: `str0m` with what it sends and receives.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use str0m::bwe::{Bitrate, BweKind};
use str0m::change::SdpOffer;
use str0m::channel::ChannelId;
use str0m::format::{Codec, PayloadParams};
use str0m::media::{KeyframeRequestKind, MediaData, MediaKind, MediaTime, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig};

use crate::counts::Counts;
use crate::media::{Incoming, Kind, Outgoing};
use crate::message::{MOST_BYTES, Message};
use crate::settings::Settings;
use crate::trials::Trials;

/// How long a peer may take until it is connected.
const CONNECT_TIME: Duration = Duration::from_secs(15);

/// The least time between two requests for a key frame.
const REQUEST_INTERVAL: Duration = Duration::from_millis(300);

/// After so many faults in a row a connection is of no use.
const MOST_FAULTS: u32 = 100;

/// How long a connection with a fault is left alone.
const FAULT_PAUSE: Duration = Duration::from_millis(10);

/// Bytes of messages that wait for the way to a peer at most.
const MOST_BUFFERED: usize = 4 * MOST_BYTES;

/// How often `str0m` reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// Which way media goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Sends,
    Receives,
}

/// What became of a connection.
pub(crate) enum Happening {
    Connected,
    KeyFrameWanted,
    Frame(Incoming),
    Message(Message),
}

/// A connection.
pub(crate) struct Peer {
    pub(crate) id: String,
    role: Role,
    rtc: Rtc,
    tracks: [Option<Mid>; 2],
    /// The data channel that the peer has opened last.
    channel: Option<ChannelId>,
    /// A message had no room, and it was told.
    has_lost_message: bool,
    since: Instant,
    pub(crate) connected: bool,
    /// Pictures are of no use before the next key frame.
    needs_key_frame: bool,
    /// Pictures of the peer were left out before the next that is handed on.
    has_left_out: bool,
    /// When a key frame was asked for last, by the peer or of it.
    asked: Option<Instant>,
    /// The next time at which it has something to do.
    pub(crate) due: Instant,
    /// What the way to it carries, bits a second.
    pub(crate) estimate: Option<f64>,
    trials: Trials,
    /// Faults in a row.
    faults: u32,
    /// Requests that are counted already.
    nacks: [u64; 2],
}

impl Peer {
    /// Takes an offer. The answer is an SDP. `mapped`: how a STUN server sees the socket.
    ///
    /// # Errors
    ///
    /// Why the offer is refused.
    pub(crate) fn accept(
        id: String,
        offer: &str,
        role: Role,
        settings: &Settings,
        local: SocketAddr,
        mapped: Option<SocketAddr>,
    ) -> Result<(Self, String), String> {
        let offer = SdpOffer::from_sdp_string(offer).map_err(|_| "the offer is no SDP".to_owned())?;
        let now = Instant::now();
        let mut config = RtcConfig::new()
            .clear_codecs()
            .enable_h264(true)
            .enable_opus(true, false)
            .set_stats_interval(Some(REPORT_INTERVAL))
            .set_sctp_max_buffered_amount(MOST_BUFFERED)
            .set_reordering_timeout_audio(Some(settings.patience))
            .set_reordering_timeout_video(Some(settings.patience));
        if role == Role::Sends && settings.most_bits > 0.0 {
            config = config.enable_bwe(Some(Bitrate::bps(settings.most_bits as u64 / 2)));
        }
        let mut rtc = config.build(now);
        let host =
            Candidate::host(local, "udp").map_err(|error| format!("{local} is no address for peers: {error}"))?;
        rtc.add_local_candidate(host);
        let public = settings.public.map(|ip| SocketAddr::new(ip, local.port()));
        // Equal ones are of no use.
        let outside = [public, mapped.filter(|mapped| public != Some(*mapped) && local != *mapped)];
        for public in outside.into_iter().flatten() {
            let mapped = Candidate::server_reflexive(public, local, "udp")
                .map_err(|error| format!("{public} is no address for peers: {error}"))?;
            rtc.add_local_candidate(mapped);
        }
        let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| format!("the offer is refused: {error}"))?;
        let answer = answer.to_sdp_string();
        if !has_media(&answer) {
            return Err("the offer has no media that is carried here: wanted H.264, Opus or a data channel".into());
        }
        if role == Role::Sends && settings.most_bits > 0.0 {
            rtc.bwe().set_desired_bitrate(Bitrate::bps(settings.most_bits as u64));
        }
        let peer = Self {
            id,
            role,
            rtc,
            tracks: [None; 2],
            channel: None,
            has_lost_message: false,
            since: now,
            connected: false,
            needs_key_frame: true,
            has_left_out: false,
            asked: None,
            due: now,
            estimate: None,
            trials: Trials::new(settings.most_bits),
            faults: 0,
            nacks: [0; 2],
        };
        Ok((peer, answer))
    }

    /// Whether it is, or may yet be, connected.
    pub(crate) fn is_alive(&self, now: Instant) -> bool {
        self.rtc.is_alive() && !self.is_late(now)
    }

    /// Whether it has had its time to connect.
    pub(crate) fn is_late(&self, now: Instant) -> bool {
        !self.connected && now.duration_since(self.since) >= CONNECT_TIME
    }

    /// Adds an address of the peer, as SDP has it.
    ///
    /// # Errors
    ///
    /// It is none.
    pub(crate) fn add_candidate(&mut self, text: &str) -> Result<(), String> {
        let text = text.strip_prefix("a=").unwrap_or(text);
        let candidate = Candidate::from_sdp_string(text).map_err(|error| format!("\"{text}\": {error}"))?;
        self.rtc.add_remote_candidate(candidate);
        Ok(())
    }

    /// Whether a datagram is for it.
    pub(crate) fn accepts(&self, input: &Input<'_>) -> bool {
        self.rtc.accepts(input)
    }

    /// Takes a datagram, or the time. Anybody may have sent the datagram: one that is wrong changes nothing.
    pub(crate) fn take(&mut self, input: Input<'_>) {
        let _ = self.rtc.handle_input(input);
    }

    /// Ends the connection, so that the peer hears of it.
    pub(crate) fn close(&mut self) {
        if self.rtc.close().is_err() {
            self.rtc.disconnect();
        }
    }

    /// Ends the connection without a word.
    pub(crate) fn abandon(&mut self) {
        self.rtc.disconnect();
    }

    /// Lets the way to it be tried for more, where that is due.
    pub(crate) fn try_for_more(&mut self, now: Instant) {
        let Some(estimate) = self.estimate else { return };
        if self.trials.is_due(estimate, now) {
            self.rtc.bwe().reset(Bitrate::bps(estimate as u64));
        }
    }

    /// Sends what there is to send, and tells what happened.
    pub(crate) fn drain(&mut self, socket: &UdpSocket, counts: &Counts, mut tell: impl FnMut(Happening)) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(due)) => {
                    (self.due, self.faults) = (due, 0);
                    return;
                }
                Err(_) => {
                    self.faults += 1;
                    self.due = Instant::now() + FAULT_PAUSE;
                    if self.faults >= MOST_FAULTS {
                        self.rtc.disconnect();
                    }
                    return;
                }
                // A way that is not there is found out by what does not come back.
                Ok(Output::Transmit(packet)) => drop(socket.send_to(&packet.contents, packet.destination)),
                Ok(Output::Event(event)) => self.on(event, counts, &mut tell),
            }
        }
    }

    fn on(&mut self, event: Event, counts: &Counts, tell: &mut impl FnMut(Happening)) {
        match event {
            Event::MediaAdded(added) => self.tracks[kind_of(added.kind) as usize] = Some(added.mid),
            Event::Connected => {
                self.connected = true;
                tell(Happening::Connected);
                if self.role == Role::Sends {
                    tell(Happening::KeyFrameWanted);
                }
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => self.rtc.disconnect(),
            Event::KeyframeRequest(_) if self.may_ask() => {
                counts.key_frame_requests.add(1);
                tell(Happening::KeyFrameWanted);
            }
            Event::MediaData(data) if self.role == Role::Receives => {
                if let Some(frame) = self.receive(data, counts) {
                    tell(Happening::Frame(frame));
                }
            }
            Event::ChannelOpen(id, _) => self.channel = Some(id),
            Event::ChannelClose(id) if self.channel == Some(id) => self.channel = None,
            // What players send goes nowhere.
            Event::ChannelData(data) if self.role == Role::Receives => {
                tell(Happening::Message(Message { is_binary: data.binary, bytes: data.data }));
            }
            Event::EgressBitrateEstimate(BweKind::Twcc { estimate, .. } | BweKind::Remb { estimate, .. }) => {
                self.estimate = Some(estimate.as_f64());
            }
            Event::PeerStats(stats) => {
                if let Some(trip) = stats.rtt {
                    counts.round_trip_us.set(trip.as_micros() as u64);
                }
            }
            Event::MediaEgressStats(stats) => self.count_nacks(stats.mid, stats.nacks, counts),
            Event::MediaIngressStats(stats) => self.count_nacks(stats.mid, stats.nacks, counts),
            _ => {}
        }
    }

    fn count_nacks(&mut self, mid: Mid, nacks: u64, counts: &Counts) {
        for (track, counted) in self.tracks.iter().zip(&mut self.nacks) {
            if *track == Some(mid) {
                counts.nacks.add(nacks.saturating_sub(*counted));
                *counted = nacks;
            }
        }
    }

    /// Takes a frame of the peer. `None`: it cannot be decoded.
    fn receive(&mut self, data: MediaData, counts: &Counts) -> Option<Incoming> {
        let kind = if data.params.spec().codec == Codec::H264 { Kind::Video } else { Kind::Audio };
        let mut gap = !data.contiguous;
        if gap {
            counts.gaps.add(1);
        }
        let key_frame = data.is_keyframe();
        if kind == Kind::Video {
            self.needs_key_frame = (self.needs_key_frame || gap) && !key_frame;
            if self.needs_key_frame {
                counts.left_out.add(1);
                self.has_left_out = true;
                self.ask_for_key_frame(data.mid, counts);
                return None;
            }
            gap |= std::mem::take(&mut self.has_left_out);
        }
        Some(Incoming {
            kind,
            rtp_seconds: data.time.as_seconds(),
            arrived: data.network_time,
            report: data.last_sender_info.map(|info| (info.ntp_time, info.rtp_time.as_seconds())),
            key_frame,
            gap,
            bytes: data.data,
        })
    }

    /// What follows of its pictures is of no use before a key frame.
    pub(crate) fn lose_picture(&mut self) {
        (self.needs_key_frame, self.has_left_out) = (true, true);
    }

    fn ask_for_key_frame(&mut self, mid: Mid, counts: &Counts) {
        if !self.may_ask() {
            return;
        }
        let asked = self.rtc.writer(mid).is_some_and(|mut writer| {
            let kinds = [KeyframeRequestKind::Pli, KeyframeRequestKind::Fir];
            let kind = kinds.into_iter().find(|kind| writer.is_request_keyframe_possible(*kind));
            kind.is_some_and(|kind| writer.request_keyframe(None, kind).is_ok())
        });
        counts.key_frame_requests.add(u64::from(asked));
    }

    fn may_ask(&mut self) -> bool {
        let now = Instant::now();
        let may = self.asked.is_none_or(|asked| now.duration_since(asked) >= REQUEST_INTERVAL);
        if may {
            self.asked = Some(now);
        }
        may
    }

    /// Sends a frame. `wall`: when its media time was.
    pub(crate) fn send(&mut self, frame: &Outgoing, wall: Instant, counts: &Counts) {
        let Some(mid) = self.tracks[frame.kind as usize].filter(|_| self.connected) else { return };
        if frame.kind == Kind::Video && self.needs_key_frame && !frame.key_frame {
            return counts.left_out.add(1);
        }
        let Some(payload) = self.payload(frame.kind, &frame.bytes) else { return };
        let rate = payload.spec().clock_rate;
        let ticks = (frame.pts_ns.max(0.0) * f64::from(rate.get()) / 1e9).round() as u64;
        let pt: Pt = payload.pt();
        let Some(writer) = self.rtc.writer(mid) else { return };
        let sent = writer.write(pt, wall, MediaTime::new(ticks, rate), std::sync::Arc::clone(&frame.bytes)).is_ok();
        if frame.kind == Kind::Video {
            self.needs_key_frame = !sent;
        }
        let count = if sent { &counts.frames } else { &counts.left_out };
        count.add(1);
        counts.bytes.add(if sent { frame.bytes.len() as u64 } else { 0 });
    }

    /// Sends a message, if the peer has a channel open. `true`: it is the first that has no room.
    pub(crate) fn send_message(&mut self, message: &Message, counts: &Counts) -> bool {
        let Some(mut channel) = self.channel.and_then(|id| self.rtc.channel(id)) else { return false };
        // One that is longer than the peer takes is refused.
        let is_sent = channel.write(message.is_binary, &message.bytes).unwrap_or(false);
        let count = if is_sent { &counts.messages } else { &counts.messages_lost };
        count.add(1);
        !is_sent && !std::mem::replace(&mut self.has_lost_message, true)
    }

    /// How a frame travels: as the profile that it tells, if the peer names that.
    fn payload(&mut self, kind: Kind, unit: &[u8]) -> Option<PayloadParams> {
        let mid = self.tracks[kind as usize]?;
        let profile = profile_of(unit);
        let writer = self.rtc.writer(mid)?;
        let fits = |params: &&PayloadParams| match kind {
            Kind::Video => {
                // One NAL unit a packet leaves no room for a key frame.
                params.spec().codec == Codec::H264 && params.spec().format.packetization_mode == Some(1)
            }
            Kind::Audio => params.spec().codec == Codec::Opus,
        };
        let named = |params: &&PayloadParams| params.spec().format.profile_level_id.map(|id| (id >> 16) as u8);
        let mut all = writer.payload_params().filter(fits);
        let first = all.next()?;
        let same = std::iter::once(first).chain(all).find(|params| profile.is_some() && named(params) == profile);
        Some(*same.unwrap_or(first))
    }
}

/// What a datagram is for `str0m`. `None`: it is nothing of WebRTC.
pub(crate) fn datagram(bytes: &[u8], source: SocketAddr, destination: SocketAddr) -> Option<Input<'_>> {
    let contents = bytes.try_into().ok()?;
    Some(Input::Receive(Instant::now(), Receive { proto: Protocol::Udp, source, destination, contents }))
}

/// Whether an answer takes a track or data channels: what is refused has the port 0 (RFC 3264, 6).
fn has_media(answer: &str) -> bool {
    answer.lines().any(|line| {
        let kinds = ["m=audio ", "m=video ", "m=application "];
        let taken = kinds.iter().find_map(|kind| line.strip_prefix(kind));
        taken.is_some_and(|rest| !rest.starts_with("0 "))
    })
}

fn kind_of(kind: MediaKind) -> Kind {
    match kind {
        MediaKind::Audio => Kind::Audio,
        MediaKind::Video => Kind::Video,
    }
}

/// The profile that the first parameter set of an access unit names.
fn profile_of(unit: &[u8]) -> Option<u8> {
    let at = unit.windows(4).take(64).position(|four| four[..3] == [0, 0, 1] && four[3] & 0x1f == 7)?;
    unit.get(at + 4).copied()
}
