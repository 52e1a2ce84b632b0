//! Which samples of the packets of a stream are heard, and when: what the decoders of audio share.

use sluice_stage::abi::{SLUICE_DECODE_ONLY, SLUICE_DISCONTINUITY, SluiceFrameInfo};

/// How far the time of a packet may be off before it counts: files round times to milliseconds.
const MOST_OFF_NS: f64 = 2e6;

/// The longest packet of Opus.
const LONGEST_NS: f64 = 120e6;

/// What of a packet is heard: samples of what it decodes to.
#[derive(Clone, Copy)]
pub(crate) struct Heard {
    pub(crate) first: usize,
    pub(crate) end: usize,
    /// When the first of all samples of the packet would be heard.
    pub(crate) pts_ns: f64,
    /// Something is missing before it.
    pub(crate) gap: bool,
}

/// How exactly packets tell how long they last.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Durations {
    /// To the sample.
    Exact,
    /// Whole milliseconds may be rounded.
    Rounded,
}

/// What was heard of a stream so far.
pub(crate) struct Timeline {
    /// When the last sample that was heard ended.
    end_ns: Option<f64>,
    /// A packet since then does not go on where the one before it ended.
    jump: bool,
    /// What is heard begins with the next packet: only its start can be left out.
    begins: bool,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { end_ns: None, jump: false, begins: true }
    }
}

impl Timeline {
    /// Takes note of a packet before it is decoded. The answer is whether another stream begins with it, or another
    /// place of the stream, so that nothing of the packets before it is to be heard in it; packets that are missing leave a
    /// gap in time instead.
    pub(crate) fn begins_anew(&mut self, info: &SluiceFrameInfo) -> bool {
        let jumps = info.flags & SLUICE_DISCONTINUITY != 0;
        self.jump |= jumps;
        jumps && (is_led_up_to(info) || self.end_ns.is_none_or(|end_ns| info.pts_ns < end_ns + MOST_OFF_NS))
    }

    /// Which samples of a packet are heard, and when: none of one that is only decoded for the next, else not those before
    /// its time, which come from its time of decoding on, not those before the time 0, and not those beyond its duration.
    pub(crate) fn place(
        &mut self,
        samples: usize,
        rate_hz: u32,
        info: &SluiceFrameInfo,
        durations: Durations,
    ) -> Option<Heard> {
        let begins = self.begins || info.flags & SLUICE_DISCONTINUITY != 0;
        self.begins = info.flags & SLUICE_DECODE_ONLY != 0;
        if self.begins {
            return None;
        }
        let count = |ns: f64| (ns * f64::from(rate_hz) / 1e9).round().max(0.0) as usize;
        let lead = if begins { count(lead_ns(info, time_ns(samples, rate_hz))).min(samples) } else { 0 };
        let expected = self.end_ns.filter(|end_ns| (end_ns - info.pts_ns).abs() < MOST_OFF_NS);
        let pts_ns = expected.unwrap_or(info.pts_ns) - time_ns(lead, rate_hz);
        let lasting = count(info.duration_ns);
        let is_rounded = durations == Durations::Rounded && info.duration_ns % 1e6 == 0.0;
        let most_off = if is_rounded { count(MOST_OFF_NS) } else { 1 };
        let is_cut = lasting > 0 && lead + lasting + most_off <= samples;
        let end = if is_cut { lead + lasting } else { samples };
        let first = lead.max(count(-pts_ns)).min(end);
        if first == end {
            return None;
        }
        self.end_ns = Some(pts_ns + time_ns(end, rate_hz));
        let gap = std::mem::take(&mut self.jump) && expected.is_none();
        Some(Heard { first, end, pts_ns, gap })
    }
}

/// Whether what comes before a packet, or its start, is decoded and not heard.
pub(crate) fn is_led_up_to(info: &SluiceFrameInfo) -> bool {
    info.flags & SLUICE_DECODE_ONLY != 0 || lead_ns(info, LONGEST_NS) > 0.0
}

/// How much at the start of a packet that lasts so long is not heard. A time of decoding that was never set lies farther
/// back.
fn lead_ns(info: &SluiceFrameInfo, lasting_ns: f64) -> f64 {
    Some(info.pts_ns - info.dts_ns).filter(|lead_ns| *lead_ns < lasting_ns).unwrap_or(0.0).max(0.0)
}

/// How long so many samples last.
pub(crate) fn time_ns(samples: usize, rate_hz: u32) -> f64 {
    samples as f64 * 1e9 / f64::from(rate_hz)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(dts_ms: f64, pts_ms: f64, duration_ms: f64, flags: u32) -> SluiceFrameInfo {
        // SAFETY: all of its fields are numbers, for which 0 is a value.
        let none: SluiceFrameInfo = unsafe { std::mem::zeroed() };
        SluiceFrameInfo { dts_ns: dts_ms * 1e6, pts_ns: pts_ms * 1e6, duration_ns: duration_ms * 1e6, flags, ..none }
    }

    fn heard(line: &mut Timeline, info: &SluiceFrameInfo) -> Option<(usize, usize, f64, bool)> {
        line.begins_anew(info);
        let heard = line.place(960, 48_000, info, Durations::Exact)?;
        Some((heard.first, heard.end, heard.pts_ns / 1e6, heard.gap))
    }

    #[test]
    fn what_lies_before_the_time_of_a_packet_or_beyond_its_duration_is_not_heard() {
        let mut line = Timeline::default();
        assert_eq!(heard(&mut line, &packet(-6.5, -6.5, 20.0, 0)), Some((312, 960, -6.5, false)));
        assert_eq!(heard(&mut line, &packet(13.5, 13.5, 20.0, 0)), Some((0, 960, 13.5, false)));
        assert_eq!(heard(&mut line, &packet(33.5, 33.5, 6.5, 0)), Some((0, 312, 33.5, false)));
        // Another round of it.
        let first = packet(33.5, 40.0, 13.5, SLUICE_DISCONTINUITY);
        assert!(line.begins_anew(&first));
        assert_eq!(heard(&mut line, &first), Some((312, 960, 33.5, false)));
        assert_eq!(heard(&mut line, &packet(43.0, 53.5, 5.0, SLUICE_DISCONTINUITY)), Some((504, 744, 43.0, false)));
    }

    #[test]
    fn packets_that_are_missing_leave_a_gap_and_the_decoder_goes_on() {
        let mut line = Timeline::default();
        assert_eq!(heard(&mut line, &packet(0.0, 0.0, 20.0, 0)), Some((0, 960, 0.0, false)));
        let late = packet(60.0, 60.0, 20.0, SLUICE_DISCONTINUITY);
        assert!(!line.begins_anew(&late));
        assert_eq!(heard(&mut line, &late), Some((0, 960, 60.0, true)));
        let led_up_to = packet(120.0, 120.0, 20.0, SLUICE_DISCONTINUITY | SLUICE_DECODE_ONLY);
        assert!(line.begins_anew(&led_up_to));
        assert_eq!(heard(&mut line, &led_up_to), None);
        assert_eq!(heard(&mut line, &packet(140.0, 150.0, 10.0, 0)), Some((480, 960, 140.0, true)));
    }

    #[test]
    fn a_time_of_decoding_that_was_never_set_cuts_nothing() {
        let mut line = Timeline::default();
        for pts_ms in [-6.5, 13.5, 33.5] {
            let first = if pts_ms < 0.0 { 312 } else { 0 };
            assert_eq!(heard(&mut line, &packet(0.0, pts_ms, 20.0, 0)), Some((first, 960, pts_ms, false)));
        }
    }

    #[test]
    fn durations_in_whole_milliseconds_may_be_rounded() {
        let mut line = Timeline::default();
        for (duration_ms, durations, end) in [
            (19.0, Durations::Rounded, 960),
            (19.0, Durations::Exact, 912),
            (19.5, Durations::Rounded, 936),
            (17.0, Durations::Rounded, 816),
        ] {
            let info = packet(0.0, 0.0, duration_ms, 0);
            assert_eq!(line.place(960, 48_000, &info, durations).map(|heard| heard.end), Some(end));
        }
    }
}
