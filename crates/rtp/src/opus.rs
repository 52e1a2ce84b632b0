//! What the first bytes of an Opus packet say.

/// How long an Opus packet lasts, seconds (RFC 6716, 3.1 and 3.2). `None`: it is none.
#[must_use]
pub fn opus_seconds(packet: &[u8]) -> Option<f64> {
    let toc = *packet.first()?;
    let code = usize::from(toc >> 3);
    let frame_ms = match code {
        0..12 => [10.0, 20.0, 40.0, 60.0][code % 4],
        12..16 => [10.0, 20.0][code % 2],
        _ => [2.5, 5.0, 10.0, 20.0][code % 4],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => packet.get(1)? & 0x3f,
    };
    let seconds = frame_ms * f64::from(frames) / 1e3;
    (seconds > 0.0 && seconds <= 0.12).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opus_packet_tells_how_long_it_lasts() {
        // Hybrid and CELT of 20 ms, two frames of CELT of 20 ms, two of SILK of 60 ms, and six of CELT of 2.5 ms.
        let packets = [(&[0x78][..], 20.0), (&[0xfc], 20.0), (&[0xfd], 40.0), (&[0x19], 120.0), (&[0x83, 6], 15.0)];
        for (packet, ms) in packets {
            assert_eq!(opus_seconds(packet), Some(ms / 1e3), "{packet:?}");
        }
    }

    #[test]
    fn what_is_too_short_or_lasts_too_long_is_no_opus_packet() {
        for packet in [&[][..], &[0x83], &[0x83, 0], &[0x1b, 63]] {
            assert_eq!(opus_seconds(packet), None, "{packet:?}");
        }
    }
}
