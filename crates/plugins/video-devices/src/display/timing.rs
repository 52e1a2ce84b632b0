//! When a picture is to be seen, by sound that is heard or by itself.
//!
//! Where sound is heard, a picture is seen with what belongs to it. Else the first picture is seen `latency` after it came,
//! and those behind it as far apart as their media times are.

/// How long what was said of sound holds.
const SOUND_NS: f64 = 1e9;

/// A step between two pictures that is no duration: the source has jumped, or began anew.
const JUMP_NS: f64 = 1e9;

/// After so long without a picture, a late one is shown too.
const DARK_NS: f64 = 5e8;

/// Media time, and the graph's time at which it is presented.
pub(crate) type Pair = (f64, f64);

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
        Self { latency_ns, late_ns, anchor: None, last: None, lit_ns: None, by_sound: false }
    }

    /// When a picture is due. `sequence`: its number, by which it is known again; `jumps`: pictures before it are missing;
    /// `sound`: what is heard.
    pub(crate) fn due_ns(&mut self, now_ns: f64, sequence: f64, pts_ns: f64, jumps: bool, sound: Option<Pair>) -> f64 {
        let sound = sound.filter(|&(_, at_ns)| now_ns - at_ns <= SOUND_NS);
        self.by_sound = sound.is_some();
        let is_new = self.last.is_none_or(|(known, _)| known != sequence);
        let strays = self.last.is_none_or(|(_, last_ns)| !(0.0..=JUMP_NS).contains(&(pts_ns - last_ns)));
        if is_new {
            self.last = Some((sequence, pts_ns));
        }
        if sound.is_some() {
            // Pictures go on by it when the sound ends.
            self.anchor = sound;
        } else if self.anchor.is_none() || is_new && (jumps || strays) {
            self.anchor = Some((pts_ns, now_ns + self.latency_ns));
        }
        self.lit_ns.get_or_insert(now_ns);
        let (anchor_pts_ns, at_ns) = self.anchor.unwrap_or((pts_ns, now_ns));
        at_ns + pts_ns - anchor_pts_ns
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

#[cfg(test)]
mod tests {
    use super::*;

    const MS: f64 = 1e6;

    fn timing() -> Timing {
        Timing::new(40.0 * MS, 20.0 * MS)
    }

    #[test]
    fn without_sound_pictures_are_as_far_apart_as_their_times() {
        let mut timing = timing();
        let due = [(100.0, 0.0), (100.0, 33.0), (250.0, 66.0)]
            .map(|(now_ms, pts_ms)| timing.due_ns(now_ms * MS, pts_ms, pts_ms * MS, false, None) / MS);
        assert_eq!(due, [140.0, 173.0, 206.0]);
    }

    #[test]
    fn a_jump_or_a_missing_picture_begins_anew_and_looking_twice_does_not() {
        let mut timing = timing();
        timing.due_ns(0.0, 0.0, 0.0, false, None);
        let mut due = |now_ms: f64, sequence, pts_ms: f64, jumps| {
            timing.due_ns(now_ms * MS, sequence, pts_ms * MS, jumps, None) / MS
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
            timing.due_ns(now_ms * MS, pts_ms, pts_ms * MS, false, sound) / MS
        };
        assert_eq!(due(100.0, 0.0, None), 140.0);
        assert_eq!(due(150.0, 40.0, Some((20.0, 160.0))), 180.0);
        // What was said a second ago holds no longer, but its pace does.
        assert_eq!(due(1_170.0, 900.0, Some((20.0, 160.0))), 1_040.0);
    }

    #[test]
    fn late_pictures_are_dropped_and_one_is_shown_when_it_is_dark_for_long() {
        let mut timing = timing();
        let due_ns = timing.due_ns(0.0, 0.0, 0.0, false, None);
        assert_eq!(timing.fate(due_ns + 20.0 * MS, 0.0, due_ns), Fate::Show);
        assert_eq!(timing.fate(due_ns + 520.0 * MS - 1.0, 0.0, due_ns), Fate::Drop);
        assert_eq!(timing.fate(due_ns + 520.0 * MS, 300.0 * MS, due_ns), Fate::ShowLate);
        // The source is slower than was thought, and what follows is in time.
        assert_eq!(timing.due_ns(600.0 * MS, 1.0, 333.0 * MS, false, None), 633.0 * MS);
    }

    #[test]
    fn where_sound_leads_a_late_picture_does_not_change_the_times() {
        let mut timing = timing();
        let sound = Some((0.0, 0.0));
        let due_ns = timing.due_ns(0.0, 0.0, 0.0, false, sound);
        assert_eq!(timing.fate(600.0 * MS, 0.0, due_ns), Fate::ShowLate);
        assert_eq!(timing.due_ns(600.0 * MS, 1.0, 40.0 * MS, false, sound), 40.0 * MS);
    }
}
