//! Times of what a sender sends by RTP, as media times of the graph.
//!
//! A track has a clock of its own. Its first frame lies at the time at which it came. The sender's reports name its wall
//! clock at a time of the track, so that it is known how long frames are under way; from then on all frames of a sender
//! lie as far behind its wall clock, whatever their track and their session: as far as those of the first track were that
//! had a report. What is apart moves there little by little, and no time falls.
//!
//! No clock of a sender goes exactly as fast as the graph's. A track, or with reports a sender, whose frames come ever
//! earlier or later than they lie follows its [`Drift`]: it stays within some 10 ms of where it began beside the time at
//! which its frames come, so that sound of a fast clock does not pile up and sound of a slow one does not run dry.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::drift::Drift;

/// Wall clocks that are apart by less are taken for one, nanoseconds. Frames that are under way for longer are taken for
/// those of a sender whose clock is wrong.
const AGREES_NS: f64 = 0.5e9;

/// How far from its place a track is left, nanoseconds.
const LEAST_NS: f64 = 1e6;

/// A track that is further from its place stays where it is: a report is wrong.
const MOST_NS: f64 = 10e9;

/// A clock of a track that jumps by more has been set anew.
const JUMP_NS: f64 = 10e9;

/// A sender whose wall clock leaves those of the others by more, nanoseconds, is aligned with them no longer.
const LEAVES_NS: f64 = 0.1e9;

/// How long frames of a sender are under way, as its wall clock has it, nanoseconds; `None`: no report has told.
type Delay = Mutex<Option<f64>>;

/// The delays of senders whose frames come now, by host; those whose clock agrees with this machine's have no name.
static DELAYS: Mutex<Vec<(String, Weak<Delay>)>> = Mutex::new(Vec::new());

/// What a track carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Pictures, which go where the sound is.
    Pictures,
    /// Sound, which is moved least.
    Sound,
}

impl Medium {
    /// By how much of its time a track moves to its place.
    fn speed(self) -> f64 {
        match self {
            Self::Pictures => 0.2,
            Self::Sound => 0.05,
        }
    }
}

/// What is known of the time of a frame.
#[derive(Clone, Copy)]
pub struct Moment {
    /// On the clock of its track, nanoseconds.
    pub rtp_ns: f64,
    /// On the sender's wall clock, nanoseconds since 1970, if a report has told.
    pub sender_ns: Option<f64>,
    /// When its last packet came.
    pub came: Instant,
    /// The same, on this machine's wall clock.
    pub came_wall: SystemTime,
}

/// Where a track lies.
#[derive(Clone, Copy)]
struct Place {
    /// The graph's time when the track's clock was 0.
    offset_ns: f64,
    /// Where it moves, if no report tells.
    goal_ns: f64,
    /// The newest time on its clock.
    rtp_ns: f64,
    drift: Drift,
    is_reported: bool,
}

/// The clocks of a sender's tracks.
pub struct Timeline<const TRACKS: usize> {
    media: [Medium; TRACKS],
    host: Option<String>,
    places: [Option<Place>; TRACKS],
    /// The latest time of each track, also of those before.
    last_ns: [f64; TRACKS],
    delay: Option<Arc<Delay>>,
}

impl<const TRACKS: usize> Timeline<TRACKS> {
    /// The timeline of a sender with these tracks. It is aligned with the other senders of `host`, and with all whose clock
    /// agrees with this machine's; without a host only its own tracks are aligned.
    #[must_use]
    pub fn new(media: [Medium; TRACKS], host: Option<&str>) -> Self {
        Self {
            media,
            host: host.map(str::to_owned),
            places: [None; TRACKS],
            last_ns: [f64::NEG_INFINITY; TRACKS],
            delay: None,
        }
    }

    /// Another session begins.
    pub fn begin(&mut self) {
        self.places = [None; TRACKS];
        self.delay = None;
    }

    /// The media time of a frame, nanoseconds. `now_ns`: the graph's time. `gap`: frames before it are missing, so that it
    /// may lie anywhere behind them.
    pub fn pts_ns(&mut self, track: usize, moment: &Moment, gap: bool, now_ns: f64) -> f64 {
        let came_ns = now_ns - Instant::now().saturating_duration_since(moment.came).as_nanos() as f64;
        let (rtp_ns, last_ns) = (moment.rtp_ns, self.last_ns[track]);
        let here_ns = came_ns - rtp_ns;
        let begin = Place {
            offset_ns: here_ns.max(last_ns + 1.0 - rtp_ns),
            goal_ns: here_ns,
            rtp_ns,
            drift: Drift::default(),
            is_reported: false,
        };
        let place = *self.places[track].get_or_insert(begin);
        let passed_ns = rtp_ns - place.rtp_ns;
        if passed_ns.abs() > JUMP_NS || gap && (here_ns - place.offset_ns).abs() > MOST_NS {
            self.places[track] = Some(begin);
        } else {
            let goal_ns = self.reported_goal(track, moment, came_ns);
            let Some(place) = &mut self.places[track] else { unreachable!("it was put there") };
            let goal_ns = goal_ns.unwrap_or_else(|| {
                place.goal_ns += place.drift.take(here_ns - place.goal_ns, came_ns);
                place.goal_ns
            });
            let off_ns = goal_ns - place.offset_ns;
            let most_ns = passed_ns.max(0.0) * self.media[track].speed();
            if (LEAST_NS..MOST_NS).contains(&off_ns.abs()) {
                place.offset_ns += off_ns.clamp(-most_ns, most_ns);
            }
            place.rtp_ns = rtp_ns;
        }
        let offset_ns = self.places[track].map_or(begin.offset_ns, |place| place.offset_ns);
        let pts_ns = (offset_ns + rtp_ns).round();
        self.last_ns[track] = last_ns.max(pts_ns);
        pts_ns
    }

    /// Where a track belongs by the sender's reports: the graph's time when its clock was 0.
    fn reported_goal(&mut self, track: usize, moment: &Moment, came_ns: f64) -> Option<f64> {
        let came_wall_ns = moment.came_wall.duration_since(UNIX_EPOCH).ok()?.as_nanos() as f64;
        let under_way_ns = came_wall_ns - moment.sender_ns?;
        let leads = self.leader() == track;
        let shared = self.delay.get_or_insert_with(|| match &self.host {
            Some(_) if under_way_ns.abs() < AGREES_NS => delay_of(""),
            Some(host) => delay_of(host),
            None => Arc::default(),
        });
        let mut delay = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if leads || self.media[track] == Medium::Sound {
            delay.get_or_insert(under_way_ns);
        }
        let mut delay_ns = (*delay)?;
        if let (true, Some(place)) = (leads, &mut self.places[track]) {
            if !std::mem::replace(&mut place.is_reported, true) {
                place.drift = Drift::default();
            }
            let moves_ns = place.drift.take(under_way_ns - delay_ns, came_ns);
            delay_ns += moves_ns;
            if moves_ns.abs() < LEAVES_NS {
                *delay = Some(delay_ns);
            } else {
                drop(delay);
                *shared = Arc::new(Mutex::new(Some(delay_ns)));
            }
        }
        Some(came_ns - under_way_ns + delay_ns - moment.rtp_ns)
    }

    /// The track that says how long frames are under way: sound, which is not to be moved, where there is some.
    fn leader(&self) -> usize {
        let is_sound = |track: &usize| self.media[*track] == Medium::Sound && self.places[*track].is_some();
        (0..TRACKS).find(is_sound).unwrap_or(0)
    }
}

fn delay_of(host: &str) -> Arc<Delay> {
    let mut delays = DELAYS.lock().unwrap_or_else(PoisonError::into_inner);
    delays.retain(|(_, delay)| delay.strong_count() > 0);
    if let Some(delay) = delays.iter().find_map(|(of, delay)| if of == host { delay.upgrade() } else { None }) {
        return delay;
    }
    let delay = Arc::<Delay>::default();
    delays.push((host.to_owned(), Arc::downgrade(&delay)));
    delay
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const S: f64 = 1e9;
    const MEDIA: [Medium; 2] = [Medium::Pictures, Medium::Sound];
    const VIDEO: usize = 0;
    const AUDIO: usize = 1;

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
        let mut timeline = Timeline::new(MEDIA, Some("a"));
        is_near(timeline.pts_ns(AUDIO, &moment(100.0, 50.0, None), true, 7.0 * S), 7.0);
        is_near(timeline.pts_ns(AUDIO, &moment(100.5, 51.0, None), false, 8.0 * S), 7.5);
    }

    #[test]
    fn a_new_session_lies_behind_the_one_before() {
        let mut timeline = Timeline::new(MEDIA, Some("b"));
        let before = timeline.pts_ns(AUDIO, &moment(100.0, 50.0, None), true, 7.0 * S);
        timeline.begin();
        assert!(timeline.pts_ns(AUDIO, &moment(3.0, 50.0, None), true, 6.0 * S) > before);
    }

    #[test]
    fn reports_put_pictures_where_their_sound_is() {
        let mut timeline = Timeline::new(MEDIA, Some("c"));
        // Pictures are under way for 0.3 s longer, and the sender's clock is an hour behind.
        for frame in 0..100 {
            let time = f64::from(frame) * 0.04;
            let sound = moment(10.0 + time, 5_000.0 + time, Some(1_400.0 + time));
            is_near(timeline.pts_ns(AUDIO, &sound, false, (1.0 + time) * S), 1.0 + time);
            let picture = moment(50.0 + time, 5_000.3 + time, Some(1_400.0 + time));
            let pts_ns = timeline.pts_ns(VIDEO, &picture, false, (1.3 + time) * S);
            if frame > 50 {
                is_near(pts_ns, 1.0 + time);
            }
        }
    }

    #[test]
    fn sessions_of_one_host_are_aligned() {
        let (mut one, mut other) = (Timeline::new(MEDIA, Some("d")), Timeline::new(MEDIA, Some("d")));
        for frame in 0..100 {
            let time = f64::from(frame) * 0.04;
            let first = one.pts_ns(VIDEO, &moment(10.0 + time, 9_000.0, Some(80.0)), false, (1.0 + time) * S);
            let late = moment(70.0 + time, 9_000.2, Some(80.0));
            let second = other.pts_ns(VIDEO, &late, false, (1.2 + time) * S);
            if frame > 50 {
                assert!((first - second).abs() < 2e6, "{first} {second}");
            }
        }
    }

    #[test]
    fn a_clock_that_is_set_anew_begins_again_where_it_came() {
        let mut timeline = Timeline::new(MEDIA, Some("e"));
        timeline.pts_ns(VIDEO, &moment(1_000.0, 50.0, None), true, S);
        is_near(timeline.pts_ns(VIDEO, &moment(3.0, 50.0, None), true, 2.0 * S), 2.0);
    }

    /// Frames of 20 ms that a clock makes which is fast by `rate`, over `seconds`: how late the last one came. Packets of
    /// each second one wait for up to 30 ms.
    fn lateness_ms(timeline: &mut Timeline<2>, rate: f64, seconds: u32, has_reports: bool) -> f64 {
        let mut late_ns = 0.0;
        for frame in 0..seconds * 50 {
            let (time, wait) = (f64::from(frame) * 0.02, f64::from(frame % 2 * (frame % 31)) * 1e-3);
            let sent = time * (1.0 + rate);
            let sound = moment(100.0 + sent, 5_000.0 + time + wait, has_reports.then_some(5_000.0 + sent));
            let pts_ns = timeline.pts_ns(AUDIO, &sound, false, (1.0 + time + wait) * S);
            late_ns = (1.0 + time) * S - pts_ns;
        }
        late_ns / 1e6
    }

    #[test]
    fn sound_of_a_clock_that_is_not_exact_neither_piles_up_nor_runs_dry() {
        for has_reports in [false, true] {
            for rate in [200e-6, -200e-6] {
                // Without a servo: an hour of 200 ppm, 720 ms.
                let ms = lateness_ms(&mut Timeline::new(MEDIA, None), rate, 3_600, has_reports);
                assert!(ms.abs() < 15.0, "{rate}, reports {has_reports}: {ms} ms");
            }
        }
    }

    #[test]
    fn a_clock_that_is_fast_takes_its_pictures_along() {
        let mut timeline = Timeline::new(MEDIA, None);
        lateness_ms(&mut timeline, 200e-6, 1_200, true);
        let mut apart_ns = f64::INFINITY;
        for frame in 0..100 {
            let time = 1_200.0 + f64::from(frame) * 0.04;
            let sent = Some(5_000.0 + time * 1.0002);
            let sound = moment(100.0 + time * 1.0002, 5_000.0 + time, sent);
            let picture = moment(7.0 + time * 1.0002, 5_000.2 + time, sent);
            let sound_ns = timeline.pts_ns(AUDIO, &sound, false, (1.0 + time) * S);
            apart_ns = timeline.pts_ns(VIDEO, &picture, false, (1.2 + time) * S) - sound_ns;
        }
        assert!(apart_ns.abs() < 2e6, "{apart_ns} ns");
    }

    #[test]
    fn senders_whose_clocks_drift_apart_are_aligned_no_longer() {
        let mut senders = [0.0, 200e-6].map(|rate| (Timeline::new(MEDIA, Some("f")), rate));
        let mut late_ms = [0.0; 2];
        for frame in 0..200_000 {
            let time = f64::from(frame) * 0.02;
            late_ms = senders.each_mut().map(|(timeline, rate)| {
                let sent = time * (1.0 + *rate);
                let sound = moment(sent, 9_000.0 + time, Some(8_999.95 + sent));
                (1.0 + time) * 1e3 - timeline.pts_ns(AUDIO, &sound, false, (1.0 + time) * S) / 1e6
            });
        }
        assert!(late_ms.iter().all(|late| late.abs() < 15.0), "{late_ms:?}");
    }
}
