//! What streams of both directions have in common.

use std::ffi::CString;

use pulseaudio::protocol::{ChannelMap, ChannelPosition, Prop, Props, SampleFormat, SampleSpec, stream::BufferAttr};

use super::catalogue::Catalogue;
use super::connection::Connection;
use crate::device::{Direction, Wish};
use crate::link::Format;
use crate::trouble::Trouble;

/// How often the server is asked where it is, nanoseconds: often at first, and then seldom.
const FIRST_LOOKS_NS: f64 = 100e6;
const LATER_LOOKS_NS: f64 = 500e6;
/// Looks at which it is asked often.
const FIRST_LOOKS: u32 = 30;

/// Bytes of a sample of all channels.
pub(crate) fn frame_bytes(format: Format) -> usize {
    format.channels as usize * size_of::<f32>()
}

/// Bytes of so many seconds, in whole samples.
pub(crate) fn bytes_of(seconds: f64, format: Format) -> u32 {
    ((seconds * f64::from(format.rate_hz)).max(1.0) as usize * frame_bytes(format)) as u32
}

/// The stream's samples.
pub(crate) fn sample_spec(format: Format) -> SampleSpec {
    SampleSpec { format: SampleFormat::Float32Le, channels: format.channels as u8, sample_rate: format.rate_hz }
}

/// Where channels belong, in the order of WAV files. The server brings them to the device's.
pub(crate) fn channel_map(channels: u32) -> ChannelMap {
    use ChannelPosition as P;
    let places: &[P] = match channels {
        1 => &[P::Mono],
        3 => &[P::FrontLeft, P::FrontRight, P::FrontCenter],
        4 => &[P::FrontLeft, P::FrontRight, P::RearLeft, P::RearRight],
        5 => &[P::FrontLeft, P::FrontRight, P::FrontCenter, P::RearLeft, P::RearRight],
        6 => &[P::FrontLeft, P::FrontRight, P::FrontCenter, P::Lfe, P::RearLeft, P::RearRight],
        8 => {
            &[P::FrontLeft, P::FrontRight, P::FrontCenter, P::Lfe, P::RearLeft, P::RearRight, P::SideLeft, P::SideRight]
        }
        _ => &[P::FrontLeft, P::FrontRight],
    };
    const REST: [P; 30] = [
        P::Aux0,
        P::Aux1,
        P::Aux2,
        P::Aux3,
        P::Aux4,
        P::Aux5,
        P::Aux6,
        P::Aux7,
        P::Aux8,
        P::Aux9,
        P::Aux10,
        P::Aux11,
        P::Aux12,
        P::Aux13,
        P::Aux14,
        P::Aux15,
        P::Aux16,
        P::Aux17,
        P::Aux18,
        P::Aux19,
        P::Aux20,
        P::Aux21,
        P::Aux22,
        P::Aux23,
        P::Aux24,
        P::Aux25,
        P::Aux26,
        P::Aux27,
        P::Aux28,
        P::Aux29,
    ];
    ChannelMap::new(places.iter().chain(&REST).copied().take(channels as usize))
}

/// What the server shows of a stream.
pub(crate) fn props(name: &str) -> Props {
    let mut props = Props::new();
    props.set(Prop::MediaName, CString::new(name).unwrap_or_default());
    props
}

/// Attributes of which only those that are set matter.
pub(crate) fn no_attributes() -> BufferAttr {
    BufferAttr {
        max_length: u32::MAX,
        target_length: u32::MAX,
        pre_buffering: u32::MAX,
        minimum_request_length: u32::MAX,
        fragment_size: u32::MAX,
    }
}

/// The name by which the server knows the device that a stage wants.
///
/// # Errors
///
/// There is no such device.
pub(crate) fn device_name(
    connection: &mut Connection,
    direction: Direction,
    wish: &Wish,
) -> Result<Option<CString>, Trouble> {
    let catalogue = Catalogue::ask(connection, direction)?;
    let found = catalogue.find(&wish.device)?;
    // Streams of the default device go with it, if another one becomes that.
    Ok(if wish.device.is_empty() { None } else { CString::new(found.name.clone()).ok() })
}

/// When the server is asked where it is.
pub(crate) struct Looks {
    count: u32,
    next_ns: f64,
    /// Number of the request that was not answered, and when it was sent.
    pub(crate) asked: Option<(u32, f64)>,
}

impl Looks {
    pub(crate) fn new() -> Self {
        Self { count: 0, next_ns: 0.0, asked: None }
    }

    /// Whether it is time.
    pub(crate) fn is_due(&self, now_ns: f64) -> bool {
        self.asked.is_none() && now_ns >= self.next_ns
    }

    /// When it is time, at most.
    pub(crate) fn next_ns(&self) -> f64 {
        if self.asked.is_some() { f64::INFINITY } else { self.next_ns }
    }

    /// A request was sent.
    pub(crate) fn sent(&mut self, number: u32, now_ns: f64) {
        self.count += 1;
        self.next_ns = now_ns + if self.count < FIRST_LOOKS { FIRST_LOOKS_NS } else { LATER_LOOKS_NS };
        self.asked = Some((number, now_ns));
    }

    /// An answer has come. `Some`: the time for which it holds, midway between request and answer.
    pub(crate) fn answered(&mut self, number: u32, now_ns: f64) -> Option<f64> {
        let (_, sent_ns) = self.asked.take_if(|(asked, _)| *asked == number)?;
        Some((sent_ns + now_ns) / 2.0)
    }
}
