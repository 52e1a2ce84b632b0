//! When a picture is to be seen, by sound that is heard or by itself.
//!
//! Where sound is heard, a picture is seen with what belongs to it. Else the first picture is seen `latency` after it came,
//! and those behind it as far apart as their media times are.
//!
//! Pictures and sound of sources that have nothing to do with each other do not fit: a picture's sound was heard before the
//! picture entered the graph, which no slowness of the graph explains, or it enters the graph long after the picture, and is
//! heard so late that links cannot hold the pictures back. Such pictures go by themselves until they fit.

/// How long what was said of sound holds.
const SOUND_NS: f64 = 1e9;

/// A step between two pictures that is no duration: the source has jumped, or began anew.
const JUMP_NS: f64 = 1e9;

/// A picture whose sound is heard later than that does not belong to it.
const FAR_NS: f64 = 1e9;

/// Nor does one whose sound is heard later than that, and entered the graph as much later.
const APART_NS: f64 = 2e8;

/// After so long without a picture, a late one is shown too.
const DARK_NS: f64 = 5e8;

/// Media time, and the graph's time at which it is presented.
pub(crate) type Pair = (f64, f64);

/// A picture that waits to be shown.
#[derive(Clone, Copy)]
pub(crate) struct Waiting {
    /// Its number, by which it is known again.
    pub(crate) sequence: f64,
    pub(crate) pts_ns: f64,
    /// When it entered the graph.
    pub(crate) ingress_ns: f64,
    /// How long after it the sound of its time entered the graph; 0 where nobody says.
    pub(crate) sound_after_ns: f64,
    /// Pictures before it are missing.
    pub(crate) jumps: bool,
}

/// Times of pictures.
pub(crate) struct Timing {
    latency_ns: f64,
    late_ns: f64,
    /// By which times are reckoned.
    anchor: Option<Pair>,
    /// The newest picture that was looked at: its number and its media time.
    last: Option<(f64, f64)>,
    /// When a picture was shown last, or the first one came.
    lit_ns: Option<f64>,
    by_sound: bool,
    /// Sound is heard, and pictures do not fit it.
    is_estranged: bool,
}

/// What becomes of a picture that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Show,
    /// It is shown although it is late, since nothing was for some time.
    ShowLate,
    Drop,
}

impl Timing {
    pub(crate) fn new(latency_ns: f64, late_ns: f64) -> Self {
        Self { latency_ns, late_ns, anchor: None, last: None, lit_ns: None, by_sound: false, is_estranged: false }
    }

    /// When a picture is due. `sound`: what is heard.
    pub(crate) fn due_ns(&mut self, now_ns: f64, picture: Waiting, sound: Option<Pair>) -> f64 {
        let Waiting { sequence, pts_ns, jumps, .. } = picture;
        let sound = sound.filter(|&(_, at_ns)| now_ns - at_ns <= SOUND_NS);
        self.is_estranged = sound.is_some_and(|sound| !self.fits(now_ns, picture, sound));
        let leads = sound.is_some() && !self.is_estranged;
        let is_left = std::mem::replace(&mut self.by_sound, leads) && self.is_estranged;
        let is_new = self.last.is_none_or(|(known, _)| known != sequence);
        let strays = self.last.is_none_or(|(_, last_ns)| !(0.0..=JUMP_NS).contains(&(pts_ns - last_ns)));
        if is_new {
            self.last = Some((sequence, pts_ns));
        }
        if leads {
            // Pictures go on by it when the sound ends.
            self.anchor = sound;
        } else if self.anchor.is_none() || is_left || is_new && (jumps || strays) {
            self.anchor = Some((pts_ns, now_ns + self.latency_ns));
        }
        self.lit_ns.get_or_insert(now_ns);
        due_by(self.anchor.unwrap_or((pts_ns, now_ns)), pts_ns)
    }

    /// Whether a picture may belong to what is heard. One that did not fit does so only once its sound is heard after it
    /// entered the graph.
    fn fits(&self, now_ns: f64, picture: Waiting, sound: Pair) -> bool {
        let due_ns = due_by(sound, picture.pts_ns);
        let is_past = due_ns < picture.ingress_ns && (self.is_estranged || self.is_late(now_ns, due_ns));
        let most_ns = if picture.sound_after_ns > APART_NS { APART_NS } else { FAR_NS };
        !is_past && due_ns - now_ns <= most_ns
    }

    /// What becomes of a picture that is due, with no newer one that is.
    pub(crate) fn fate(&mut self, now_ns: f64, pts_ns: f64, due_ns: f64) -> Fate {
        if !self.is_late(now_ns, due_ns) {
            self.lit_ns = Some(now_ns);
            return Fate::Show;
        }
        if self.lit_ns.is_some_and(|lit_ns| now_ns - lit_ns < DARK_NS) {
            return Fate::Drop;
        }
        self.lit_ns = Some(now_ns);
        if !self.by_sound {
            // What comes is later than was thought: it goes on from here.
            self.anchor = Some((pts_ns, now_ns + self.latency_ns));
        }
        Fate::ShowLate
    }

    /// Whether a picture is later than is allowed.
    pub(crate) fn is_late(&self, now_ns: f64, due_ns: f64) -> bool {
        now_ns - due_ns > self.late_ns
    }
}

/// When media time is due by a pair of another one.
pub(crate) fn due_by((pts_ns, at_ns): Pair, picture_ns: f64) -> f64 {
    at_ns + picture_ns - pts_ns
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: f64 = 1e6;

    fn timing() -> Timing {
        Timing::new(40.0 * MS, 20.0 * MS)
    }

    /// A picture that has come when its media time says.
    fn picture(sequence: f64, pts_ns: f64) -> Waiting {
        Waiting { sequence, pts_ns, ingress_ns: pts_ns, sound_after_ns: 0.0, jumps: false }
    }

    #[test]
    fn without_sound_pictures_are_as_far_apart_as_their_times() {
        let mut timing = timing();
        let due = [(100.0, 0.0), (100.0, 33.0), (250.0, 66.0)]
            .map(|(now_ms, pts_ms)| timing.due_ns(now_ms * MS, picture(pts_ms, pts_ms * MS), None) / MS);
        assert_eq!(due, [140.0, 173.0, 206.0]);
    }

    #[test]
    fn a_jump_or_a_missing_picture_begins_anew_and_looking_twice_does_not() {
        let mut timing = timing();
        timing.due_ns(0.0, picture(0.0, 0.0), None);
        let mut due = |now_ms: f64, sequence, pts_ms: f64, jumps| {
            timing.due_ns(now_ms * MS, Waiting { jumps, ..picture(sequence, pts_ms * MS) }, None) / MS
        };
        assert_eq!(due(50.0, 1.0, 5_000.0, false), 90.0);
        assert_eq!(due(80.0, 1.0, 5_000.0, false), 90.0);
        assert_eq!(due(100.0, 2.0, 5_033.0, true), 140.0);
        assert_eq!(due(120.0, 2.0, 5_033.0, true), 140.0);
        assert_eq!(due(130.0, 3.0, 10.0, false), 170.0);
    }

    #[test]
    fn sound_leads_and_pictures_go_on_by_it_when_it_ends() {
        let mut timing = timing();
        let mut due = |now_ms: f64, pts_ms: f64, sound: Option<Pair>| {
            let sound = sound.map(|(pts_ms, at_ms)| (pts_ms * MS, at_ms * MS));
            timing.due_ns(now_ms * MS, picture(pts_ms, pts_ms * MS), sound) / MS
        };
        assert_eq!(due(100.0, 0.0, None), 140.0);
        assert_eq!(due(150.0, 40.0, Some((20.0, 160.0))), 180.0);
        // What was said a second ago holds no longer, but its pace does.
        assert_eq!(due(1_170.0, 900.0, Some((20.0, 160.0))), 1_040.0);
    }

    #[test]
    fn late_pictures_are_dropped_and_one_is_shown_when_it_is_dark_for_long() {
        let mut timing = timing();
        let due_ns = timing.due_ns(0.0, picture(0.0, 0.0), None);
        assert_eq!(timing.fate(due_ns + 20.0 * MS, 0.0, due_ns), Fate::Show);
        assert_eq!(timing.fate(due_ns + 520.0 * MS - 1.0, 0.0, due_ns), Fate::Drop);
        assert_eq!(timing.fate(due_ns + 520.0 * MS, 300.0 * MS, due_ns), Fate::ShowLate);
        // The source is slower than was thought, and what follows is in time.
        assert_eq!(timing.due_ns(600.0 * MS, picture(1.0, 333.0 * MS), None), 633.0 * MS);
    }

    #[test]
    fn where_sound_leads_a_late_picture_does_not_change_the_times() {
        let mut timing = timing();
        let sound = Some((0.0, 0.0));
        let due_ns = timing.due_ns(0.0, picture(0.0, 0.0), sound);
        assert_eq!(timing.fate(600.0 * MS, 0.0, due_ns), Fate::ShowLate);
        assert_eq!(timing.due_ns(600.0 * MS, picture(1.0, 40.0 * MS), sound), 40.0 * MS);
    }
    /// When 30 pictures are due that enter the graph 40 ms apart from `from_ms` on, and are looked at `slow_ms` later, by
    /// sound of media time 0 that is heard at 0; after how long each, milliseconds.
    fn delays(timing: &mut Timing, from_ms: f64, slow_ms: f64) -> Vec<f64> {
        let look = |k: i32| {
            let (now_ms, pts_ms) = (from_ms + 40.0 * f64::from(k), 40.0 * f64::from(k));
            let waiting = Waiting { ingress_ns: now_ms * MS, ..picture(pts_ms, pts_ms * MS) };
            let now_ns = (now_ms + slow_ms) * MS;
            let due_ns = timing.due_ns(now_ns, waiting, Some((now_ns / 2.0, now_ns / 2.0)));
            (due_ns - now_ns) / MS
        };
        (0..30).map(look).collect()
    }

    #[test]
    fn pictures_that_entered_after_their_sound_was_heard_or_long_before_go_by_themselves() {
        assert_eq!(delays(&mut timing(), 300.0, 0.0), [40.0; 30]);
        assert_eq!(delays(&mut timing(), -1_100.0, 0.0), [40.0; 30]);
        // In time, or so soon that they can wait.
        assert_eq!(delays(&mut timing(), 15.0, 0.0), [-15.0; 30]);
        assert_eq!(delays(&mut timing(), -900.0, 0.0), [900.0; 30]);
    }

    #[test]
    fn pictures_wait_a_little_for_sound_that_entered_long_after_them() {
        let due_ms = |pts_ms: f64, sound_after_ms: f64| {
            let waiting = Waiting { sound_after_ns: sound_after_ms * MS, ..picture(0.0, pts_ms * MS) };
            timing().due_ns(0.0, waiting, Some((0.0, 0.0))) / MS
        };
        assert_eq!([due_ms(200.0, 300.0), due_ms(300.0, 300.0), due_ms(300.0, 100.0)], [200.0, 40.0, 300.0]);
    }

    #[test]
    fn where_the_graph_is_slow_pictures_stay_with_their_sound() {
        assert_eq!(delays(&mut timing(), -60.0, 2_000.0), [-1_940.0; 30]);
    }

    #[test]
    fn pictures_that_went_by_themselves_are_led_again_once_they_fit() {
        let mut timing = timing();
        delays(&mut timing, 300.0, 0.0);
        // Not yet by a hair: they would change to and fro.
        assert_eq!(delays(&mut timing, 15.0, 0.0)[0], 40.0);
        assert_eq!(delays(&mut timing, -60.0, 0.0), [60.0; 30]);
    }
}
