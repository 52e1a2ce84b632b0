//! Times of what a server sends, as media times of the graph.
//!
//! A track has a clock of its own. Its first frame lies at the time at which it came. The sender's reports name its wall
//! clock at a time of the track, so that it is known how long frames are under way; from then on all frames of a sender
//! lie as far behind its wall clock, whatever their track and their session: as far as those of the first track were that
//! had a report. What is apart moves there little by little, and no time falls.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Instant, UNIX_EPOCH};

use crate::frame::{Kind, Moment};

/// Wall clocks that are apart by less are taken for one, nanoseconds. Frames that are under way for longer are taken for
/// those of a sender whose clock is wrong.
const AGREES_NS: f64 = 0.5e9;

/// How far from its place a track is left, nanoseconds.
const LEAST_NS: f64 = 1e6;

/// A track that is further from its place stays where it is: a report is wrong.
const MOST_NS: f64 = 10e9;

/// By how much of its time a track moves to its place: sound, and pictures.
const SPEEDS: (f64, f64) = (0.05, 0.2);

/// A clock of a track that jumps by more has been set anew.
const JUMP_NS: f64 = 10e9;

/// How long frames of a sender are under way, as its wall clock has it, nanoseconds.
type Delay = Arc<OnceLock<f64>>;

/// The delays of senders whose frames come now, by host; those whose clock agrees with this machine's have no name.
static DELAYS: Mutex<Vec<(String, Weak<OnceLock<f64>>)>> = Mutex::new(Vec::new());

/// Where a track lies.
#[derive(Clone, Copy)]
struct Place {
    /// The graph's time when the track's clock was 0.
    offset_ns: f64,
    rtp_ns: f64,
}

/// The clocks of a session's tracks.
pub(crate) struct Timeline {
    host: String,
    places: [Option<Place>; Kind::ALL.len()],
    /// The latest time of each track, also of those before.
    last_ns: [f64; Kind::ALL.len()],
    delay: Option<Delay>,
}

impl Timeline {
    pub(crate) fn new(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            places: [None; Kind::ALL.len()],
            last_ns: [f64::NEG_INFINITY; Kind::ALL.len()],
            delay: None,
        }
    }

    /// Another session begins.
    pub(crate) fn begin(&mut self) {
        self.places = [None; Kind::ALL.len()];
        self.delay = None;
    }

    /// The media time of a frame, nanoseconds. `now_ns`: the graph's time. `gap`: frames before it are missing, so that it
    /// may lie anywhere behind them.
    pub(crate) fn pts_ns(&mut self, kind: Kind, moment: &Moment, gap: bool, now_ns: f64) -> f64 {
        let came_ns = now_ns - Instant::now().saturating_duration_since(moment.came).as_nanos() as f64;
        let wanted_ns = self.wanted_ns(kind, moment, came_ns);
        let rtp_ns = moment.rtp_ns;
        let last_ns = self.last_ns[kind as usize];
        let begin = Place { offset_ns: came_ns.max(last_ns + 1.0) - rtp_ns, rtp_ns };
        let place = self.places[kind as usize].get_or_insert(begin);
        let passed_ns = rtp_ns - place.rtp_ns;
        if passed_ns.abs() > JUMP_NS || gap && (came_ns - rtp_ns - place.offset_ns).abs() > MOST_NS {
            *place = begin;
        } else if let Some(wanted_ns) = wanted_ns {
            let off_ns = wanted_ns - rtp_ns - place.offset_ns;
            let speed = if kind == Kind::Video { SPEEDS.1 } else { SPEEDS.0 };
            let most_ns = passed_ns.max(0.0) * speed;
            if (LEAST_NS..MOST_NS).contains(&off_ns.abs()) {
                place.offset_ns += off_ns.clamp(-most_ns, most_ns);
            }
        }
        place.rtp_ns = rtp_ns;
        let pts_ns = (place.offset_ns + rtp_ns).round();
        self.last_ns[kind as usize] = last_ns.max(pts_ns);
        pts_ns
    }

    /// Where a frame belongs by the sender's reports.
    fn wanted_ns(&mut self, kind: Kind, moment: &Moment, came_ns: f64) -> Option<f64> {
        let came_wall_ns = moment.came_wall.duration_since(UNIX_EPOCH).ok()?.as_nanos() as f64;
        let under_way_ns = came_wall_ns - moment.sender_ns?;
        let host = if under_way_ns.abs() < AGREES_NS { "" } else { &self.host };
        let delay = self.delay.get_or_insert_with(|| delay_of(host));
        let has_sound = self.places[1..].iter().any(Option::is_some);
        // Sound is not to be moved: pictures go where it is.
        let delay_ns =
            if kind == Kind::Video && has_sound { *delay.get()? } else { *delay.get_or_init(|| under_way_ns) };
        Some(came_ns - under_way_ns + delay_ns)
    }
}

fn delay_of(host: &str) -> Delay {
    let mut delays = DELAYS.lock().unwrap_or_else(PoisonError::into_inner);
    delays.retain(|(_, delay)| delay.strong_count() > 0);
    if let Some(delay) = delays.iter().find_map(|(of, delay)| if of == host { delay.upgrade() } else { None }) {
        return delay;
    }
    let delay = Delay::default();
    delays.push((host.to_owned(), Arc::downgrade(&delay)));
    delay
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    const S: f64 = 1e9;

    /// A frame that has come `wall` seconds after 1970 and was made `late` seconds before by a clock that is `off`.
    fn moment(rtp: f64, wall: f64, sender: Option<f64>) -> Moment {
        let came_wall = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(wall);
        Moment { rtp_ns: rtp * S, sender_ns: sender.map(|sender| sender * S), came: Instant::now(), came_wall }
    }

    fn is_near(pts_ns: f64, seconds: f64) {
        assert!((pts_ns / S - seconds).abs() < 2e-3, "{pts_ns} ns, wanted {seconds} s");
    }

    #[test]
    fn a_track_begins_when_it_came_and_goes_on_by_its_own_clock() {
        let mut timeline = Timeline::new("a");
        is_near(timeline.pts_ns(Kind::Audio, &moment(100.0, 50.0, None), true, 7.0 * S), 7.0);
        is_near(timeline.pts_ns(Kind::Audio, &moment(100.5, 51.0, None), false, 8.0 * S), 7.5);
    }

    #[test]
    fn a_new_session_lies_behind_the_one_before() {
        let mut timeline = Timeline::new("b");
        let before = timeline.pts_ns(Kind::Audio, &moment(100.0, 50.0, None), true, 7.0 * S);
        timeline.begin();
        assert!(timeline.pts_ns(Kind::Audio, &moment(3.0, 50.0, None), true, 6.0 * S) > before);
    }

    #[test]
    fn reports_put_pictures_where_their_sound_is() {
        let mut timeline = Timeline::new("c");
        // Pictures are under way for 0.3 s longer, and the sender's clock is an hour behind.
        for frame in 0..100 {
            let time = f64::from(frame) * 0.04;
            let sound = moment(10.0 + time, 5_000.0 + time, Some(1_400.0 + time));
            is_near(timeline.pts_ns(Kind::Audio, &sound, false, (1.0 + time) * S), 1.0 + time);
            let picture = moment(50.0 + time, 5_000.3 + time, Some(1_400.0 + time));
            let pts_ns = timeline.pts_ns(Kind::Video, &picture, false, (1.3 + time) * S);
            if frame > 50 {
                is_near(pts_ns, 1.0 + time);
            }
        }
    }

    #[test]
    fn sessions_of_one_host_are_aligned() {
        let (mut one, mut other) = (Timeline::new("d"), Timeline::new("d"));
        for frame in 0..100 {
            let time = f64::from(frame) * 0.04;
            let first = one.pts_ns(Kind::Video, &moment(10.0 + time, 9_000.0, Some(80.0)), false, (1.0 + time) * S);
            let late = moment(70.0 + time, 9_000.2, Some(80.0));
            let second = other.pts_ns(Kind::Video, &late, false, (1.2 + time) * S);
            if frame > 50 {
                assert!((first - second).abs() < 2e6, "{first} {second}");
            }
        }
    }

    #[test]
    fn a_clock_that_is_set_anew_begins_again_where_it_came() {
        let mut timeline = Timeline::new("e");
        timeline.pts_ns(Kind::Video, &moment(1_000.0, 50.0, None), true, S);
        is_near(timeline.pts_ns(Kind::Video, &moment(3.0, 50.0, None), true, 2.0 * S), 2.0);
    }
}
