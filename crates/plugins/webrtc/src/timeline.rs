//! Times of what a peer sends, as media times of the graph.
//!
//! A track has a clock of its own. Its first frame lies at the time at which it came; the reports of the sender, which name
//! its wall clock, put the picture where its sound is.

use std::time::SystemTime;

use crate::media::Kind;

/// Steps in which the place of pictures beside the sound is corrected, nanoseconds: what is less is left.
const LEAST_STEP_NS: f64 = 2e6;

/// Pictures and sound of one sender are never so far apart: its reports are wrong.
const MOST_APART_NS: f64 = 10e9;

/// A track: what its clock says, and the graph's time then, nanoseconds.
#[derive(Clone, Copy)]
struct Track {
    rtp_ns: f64,
    at_ns: f64,
    /// The sender's wall clock when the track's clock is 0, nanoseconds since 1970.
    wall_ns: Option<f64>,
    last_ns: f64,
}

/// The clocks of a sender's tracks.
#[derive(Default)]
pub(crate) struct Timeline {
    tracks: [Option<Track>; 2],
}

impl Timeline {
    /// The media time of a frame that came at `now_ns` of the graph. Times of a track do not fall.
    pub(crate) fn pts_ns(
        &mut self,
        kind: Kind,
        rtp_seconds: f64,
        report: Option<(SystemTime, f64)>,
        now_ns: f64,
    ) -> f64 {
        let rtp_ns = rtp_seconds * 1e9;
        let wall_ns = report.and_then(|(wall, rtp_seconds)| {
            Some(wall.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_nanos() as f64 - rtp_seconds * 1e9)
        });
        let start = Track { rtp_ns, at_ns: now_ns, wall_ns: None, last_ns: f64::NEG_INFINITY };
        let track = self.tracks[kind as usize].get_or_insert(start);
        track.wall_ns = wall_ns.or(track.wall_ns);
        if kind == Kind::Video {
            self.follow_sound();
        }
        let track = self.tracks[kind as usize].as_mut().unwrap_or_else(|| unreachable!("it was put there"));
        let pts_ns = (track.at_ns + rtp_ns - track.rtp_ns).round().max(track.last_ns);
        track.last_ns = pts_ns;
        pts_ns
    }

    /// Puts pictures where the sound is that the sender had at the same time.
    fn follow_sound(&mut self) {
        let [Some(video), Some(audio)] = &mut self.tracks else { return };
        let (Some(video_wall), Some(audio_wall)) = (video.wall_ns, audio.wall_ns) else { return };
        let wanted_ns = audio.at_ns + (video_wall + video.rtp_ns) - (audio_wall + audio.rtp_ns);
        let off_ns = (wanted_ns - video.at_ns).abs();
        if (LEAST_STEP_NS..MOST_APART_NS).contains(&off_ns) {
            video.at_ns = wanted_ns;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const S: f64 = 1e9;

    fn at(seconds: f64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_track_begins_when_it_came_and_goes_on_by_its_own_clock() {
        let mut timeline = Timeline::default();
        let pts = [(100.0, 7.0), (100.5, 7.8), (100.4, 7.9)]
            .map(|(rtp, now)| timeline.pts_ns(Kind::Audio, rtp, None, now * S) / S);
        assert_eq!(pts, [7.0, 7.5, 7.5]);
    }

    #[test]
    fn reports_put_pictures_to_their_sound() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.pts_ns(Kind::Audio, 10.0, None, S), S);
        // The picture of the same moment comes 0.3 s later.
        assert_eq!(timeline.pts_ns(Kind::Video, 50.0, None, 1.3 * S), 1.3 * S);
        timeline.pts_ns(Kind::Audio, 10.5, Some((at(1_000.0), 10.0)), 1.5 * S);
        let pts_ns = timeline.pts_ns(Kind::Video, 51.0, Some((at(1_000.0), 50.0)), 2.3 * S);
        assert!((pts_ns - 2.0 * S).abs() < 1e3, "{pts_ns}");
    }

    #[test]
    fn a_report_that_is_far_off_is_left() {
        let mut timeline = Timeline::default();
        timeline.pts_ns(Kind::Audio, 0.0, Some((at(1_000.0), 0.0)), S);
        assert_eq!(timeline.pts_ns(Kind::Video, 0.0, Some((at(9_000.0), 0.0)), S), S);
    }
}
