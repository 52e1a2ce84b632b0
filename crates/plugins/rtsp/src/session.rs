//! A session: from the connection to what ends it.

use std::convert::Infallible;
use std::sync::Arc;

use futures::StreamExt;
use retina::client::{
    InitialSequenceNumberPolicy, InitialTimestampPolicy, PacketItem, PlayOptions, Playing, Session, SessionGroup,
    SessionOptions, SetupOptions,
};
use retina::rtcp::ReceivedCompoundPacket;
use tokio::time::{Instant, timeout, timeout_at};

use crate::counts::Counts;
use crate::frame::{Incoming, Kind};
use crate::sdp::format_parameters;
use crate::settings::Settings;
use crate::track::{Described, Track, nanoseconds};
use crate::trouble::Trouble;

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

/// Plays what the outputs of `wanted` carry.
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
) -> Result<Infallible, Trouble> {
    let (mut session, mut tracks) =
        timeout(settings.patience, begin(settings, wanted, group, tell)).await.unwrap_or(Err(Trouble::NoAnswer))?;
    let mut deadline = Instant::now() + settings.patience;
    loop {
        let item = timeout_at(deadline, session.next()).await.map_err(|_| Trouble::Stopped)?;
        match item.ok_or(Trouble::Ended)?? {
            PacketItem::Rtp(packet) => {
                deadline = Instant::now() + settings.patience;
                if let Some(Some(track)) = tracks.get_mut(packet.stream_id()) {
                    track.take(packet, counts, &mut |frame| tell(News::Frame(frame)));
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
