//! What a session's description (SDP, RFC 8866) says of a format.

/// The parameters (`a=fmtp`) of the first format of this medium and payload type.
pub(crate) fn format_parameters<'a>(sdp: &'a str, media: &str, payload_type: u8) -> Option<&'a str> {
    let payload_type = payload_type.to_string();
    let mut is_of_it = false;
    for line in sdp.lines() {
        if let Some(described) = line.strip_prefix("m=") {
            let mut words = described.split_ascii_whitespace();
            is_of_it = words.next() == Some(media) && words.nth(2) == Some(payload_type.as_str());
        } else if let (true, Some(parameters)) = (is_of_it, line.strip_prefix("a=fmtp:")) {
            match parameters.split_once(' ') {
                Some((of, parameters)) if of == payload_type => return Some(parameters.trim()),
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "v=0\r\nm=audio 0 RTP/AVP 97\r\na=fmtp:97 mode=AAC-hbr\r\nm=video 0 RTP/AVP 96\r\n\
        a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0I=,aM4=\r\n";

    #[test]
    fn parameters_are_those_of_the_medium() {
        let of = |media, payload_type| format_parameters(SDP, media, payload_type);
        assert_eq!(of("video", 96), Some("packetization-mode=1;sprop-parameter-sets=Z0I=,aM4="));
        assert_eq!(of("audio", 97), Some("mode=AAC-hbr"));
        assert_eq!(of("video", 97), None);
    }
}
