//! A session: from the connection to what ends it.

use std::convert::Infallible;
use std::sync::Arc;
use std::thread;

use futures::{FutureExt, StreamExt};
use retina::client::{
    InitialSequenceNumberPolicy, InitialTimestampPolicy, PacketItem, PlayOptions, Playing, Session, SessionGroup,
    SessionOptions, SetupOptions, Transport,
};
use retina::rtcp::ReceivedCompoundPacket;
use tokio::task::{unconstrained, yield_now};
use tokio::time::{Duration, Instant, timeout, timeout_at};

use crate::counts::Counts;
use crate::frame::{Incoming, Kind};
use crate::sdp::format_parameters;
use crate::settings::Settings;
use crate::track::{Described, Track, nanoseconds};
use crate::trouble::Trouble;

/// Frames for which the stage is not woken at most: half of what may wait for it.
const MOST_UNTOLD: usize = 128;

/// How long packets are left to the system where frames are collected: its buffers hold what a camera sends meanwhile.
const REST: Duration = Duration::from_millis(50);

/// What a session tells.
pub(crate) enum News {
    /// It has begun, with these tracks.
    Plays(String),
    /// An output that is linked gets nothing, and why.
    Lacks(String),
    Frame(Incoming),
    /// It has ended, or could not begin.
    Ended(Trouble),
}

/// Plays what the outputs of `wanted` carry. Calls `wake` where frames were told that the stage is to take.
///
/// # Errors
///
/// What ended it. It has no other end.
pub(crate) async fn play(
    settings: &Settings,
    wanted: u8,
    group: &Arc<SessionGroup>,
    counts: &Counts,
    tell: &mut dyn FnMut(News) -> bool,
    wake: &dyn Fn(),
) -> Result<Infallible, Trouble> {
    let (mut session, mut tracks) =
        timeout(settings.patience, begin(settings, wanted, group, tell)).await.unwrap_or(Err(Trouble::NoAnswer))?;
    let mut deadline = Instant::now() + settings.patience;
    let mut pace = Pace::new(settings);
    loop {
        let there = if pace.is_due() { None } else { unconstrained(session.next()).now_or_never() };
        let item = match there {
            Some(item) => item,
            None => {
                pace.rest(wake).await;
                timeout_at(deadline, session.next()).await.map_err(|_| Trouble::Stopped)?
            }
        };
        match item.ok_or(Trouble::Ended)?? {
            PacketItem::Rtp(packet) => {
                deadline = Instant::now() + settings.patience;
                if let Some(Some(track)) = tracks.get_mut(packet.stream_id()) {
                    track.take(packet, counts, &mut |frame| {
                        pace.untold += 1;
                        tell(News::Frame(frame))
                    });
                }
            }
            PacketItem::Rtcp(packet) => {
                if let Some(Some(track)) = tracks.get_mut(packet.stream_id()) {
                    if let Some((sender_ns, rtp_ns)) = read_report(&packet) {
                        track.report(sender_ns, rtp_ns);
                    }
                }
            }
            _ => {}
        }
    }
}

/// When the stage is woken to take frames: once for all that are there, and with a batch once for all that come in its time.
struct Pace {
    batch: Duration,
    /// Whether packets may be left to the system: it keeps those of a connection, and loses datagrams.
    may_rest: bool,
    /// Frames for which the stage was not woken.
    untold: usize,
    woken: Instant,
}

impl Pace {
    fn new(settings: &Settings) -> Self {
        let may_rest = !settings.batch.is_zero() && matches!(settings.transport, Transport::Tcp(_));
        Self { batch: settings.batch, may_rest, untold: 0, woken: Instant::now() }
    }

    /// So many frames are there that the stage has to take some.
    fn is_due(&self) -> bool {
        self.untold >= MOST_UNTOLD
    }

    /// Wakes the stage, if it is time, and lets others of the thread run.
    async fn rest(&mut self, wake: &dyn Fn()) {
        let is_crowded = self.is_due();
        if is_crowded || self.untold > 0 && self.woken.elapsed() >= self.batch {
            wake();
            (self.untold, self.woken) = (0, Instant::now());
        }
        if self.may_rest && !is_crowded {
            // A timer of the event loop would be woken by each packet.
            thread::sleep(REST);
        }
        yield_now().await;
    }
}

/// A session, and the tracks by their streams.
type Begun = (Session<Playing>, Vec<Option<Track>>);

async fn begin(
    settings: &Settings,
    wanted: u8,
    group: &Arc<SessionGroup>,
    tell: &mut dyn FnMut(News) -> bool,
) -> Result<Begun, Trouble> {
    let options = SessionOptions::default()
        .creds(settings.credentials.clone())
        .user_agent("sluice".into())
        .session_group(Arc::clone(group));
    let mut session = Session::describe(settings.url.clone(), options).await?;
    let described = describe(&session);
    let mut tracks: Vec<Option<Track>> = described.iter().map(|_| None).collect();
    let mut lacking = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| wanted & kind.bit() != 0) {
        let found = described.iter().zip(&mut tracks).find_map(|(described, place)| {
            let track = if place.is_none() { Track::open(kind, described) } else { None };
            track.map(|track| (place, track))
        });
        match found {
            Some((place, track)) => *place = Some(track),
            None => lacking.push(format!("\"{}\" carries {}", kind.name(), carried(kind))),
        }
    }
    let lacks = (!lacking.is_empty()).then(|| format!("{}; the server has {}", lacking.join(", "), list(&described)));
    if tracks.iter().all(Option::is_none) {
        return Err(Trouble::NotCarried(lacks.unwrap_or_default()));
    }
    for (stream, _) in tracks.iter().enumerate().filter(|(_, track)| track.is_some()) {
        session.setup(stream, SetupOptions::default().transport(settings.transport.clone())).await?;
    }
    let options = PlayOptions::default()
        .initial_timestamp(InitialTimestampPolicy::Ignore)
        .initial_seq(InitialSequenceNumberPolicy::Ignore);
    let playing = session.play(options).await?;
    let names = tracks.iter().flatten().map(|track| format!("{} {}", track.kind.name(), track.codec_name()));
    tell(News::Plays(names.collect::<Vec<_>>().join(", ")));
    if let Some(lacks) = lacks {
        tell(News::Lacks(lacks));
    }
    Ok((playing, tracks))
}

fn describe(session: &Session<retina::client::Described>) -> Vec<Described> {
    let sdp = String::from_utf8_lossy(session.sdp());
    let of_stream = |stream: &retina::client::Stream| Described {
        media: stream.media().to_owned(),
        encoding: stream.encoding_name().to_ascii_lowercase(),
        rate_hz: stream.clock_rate_hz(),
        channels: stream.channels(),
        parameters: format_parameters(&sdp, stream.media(), stream.rtp_payload_type()).map(str::to_owned),
    };
    session.streams().iter().map(of_stream).collect()
}

fn carried(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "H.264, H.265 and JPEG",
        Kind::Audio => "AAC and Opus",
        Kind::Pcm => "PCMU, PCMA and L16",
    }
}

/// Media and encodings of streams.
fn list(described: &[Described]) -> String {
    let name = |each: &Described| format!("{} {}", each.media, each.encoding.to_uppercase());
    if described.is_empty() { "no stream".into() } else { described.iter().map(name).collect::<Vec<_>>().join(", ") }
}

/// The sender's wall clock, nanoseconds since 1970, and the time of the track at that moment, nanoseconds.
fn read_report(packet: &ReceivedCompoundPacket) -> Option<(f64, f64)> {
    let rtp = packet.rtp_timestamp()?;
    let report = packet.pkts().next()?.as_sender_report().ok()??;
    let since_1970 = report.ntp_timestamp().0.checked_sub(retina::UNIX_EPOCH.0)?;
    Some((since_1970 as f64 * 1e9 / 2f64.powi(32), nanoseconds(rtp)))
}
