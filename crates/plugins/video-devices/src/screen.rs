//! `org.sluice.video-devices.screen`: pictures of a screen or of a window.

use std::ffi::CStr;

use sluice_stage::abi::SLUICE_BGRA8;
use sluice_stage::{Context, Figure, Mode, Next, Port, Stage};

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
use self::absent::Running;
#[cfg(target_os = "macos")]
use self::mac::Running;
#[cfg(target_os = "linux")]
use self::running::Running;

/// Captures a screen.
pub struct Screen(Running);

impl Stage for Screen {
    const ID: &'static CStr = c"org.sluice.video-devices.screen";
    const NAME: &'static CStr = c"Screen";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Captures a screen, a window or a part of one, from an X server.\n\n\
        The pictures are in BGRA, opaque, and stamped with the clock's time at which they were taken. Every \
        `1 / frameRate` seconds there is one, also if nothing has changed; with `onlyChanges` only if something has, the \
        first one excepted. Rows that have not changed are not fetched again (DAMAGE, MIT-SHM). `late` counts the pictures \
        that were due and not taken, since the graph or the server was slower.\n\n\
        A window is named by its title, by a part of that, or by its number. Its pictures show it as it is, without what \
        lies over it, also beyond the edges of the screen. When its size changes, so does that of the pictures. While \
        it is not shown, none come. When it has been closed, the stage waits for a window of that title, or ends with \
        `whenClosed=end`; a window that was named by its number is not waited for. `x`, `y`, `width` and `height` are \
        those of a part of it, inside of its border.\n\n\
        If the server goes away, the stage tries to connect after 0.1 s, then after twice as long up to 5 s; the next \
        picture is flagged as a discontinuity, and `reconnects` counts. The events `unavailable`, with a `reason`, and \
        `available` tell when no pictures come and when they come again. Under Wayland, XWayland shows the windows of X11 \
        programs alone. [Devices](../devices.md#screen) has more.\n\n\
        **Example.** `screen frameRate=30 ! convert pixelFormat=i420 ! h264-encode ! media-sink path=screen.mp4`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "display": {"type": "string", "default": "", "x-reaches": "host",
                "description": "The X server, such as :0 or host:0; empty for that of DISPLAY."},
            "window": {"type": "string", "default": "",
                "description": "The window: its title, a part of that, or its number, such as 0x1a00003; empty for the whole screen."},
            "x": {"type": "integer", "minimum": 0, "maximum": 32767, "default": 0, "x-unit": "pixels",
                "description": "Left edge of the part that is captured."},
            "y": {"type": "integer", "minimum": 0, "maximum": 32767, "default": 0, "x-unit": "pixels",
                "description": "Upper edge of the part that is captured."},
            "width": {"type": "integer", "minimum": 0, "maximum": 32767, "default": 0, "x-unit": "pixels",
                "description": "Width of the part; 0 to the right edge."},
            "height": {"type": "integer", "minimum": 0, "maximum": 32767, "default": 0, "x-unit": "pixels",
                "description": "Height of the part; 0 to the lower edge."},
            "cursor": {"type": "boolean", "default": true,
                "description": "True: the pointer is in the pictures."},
            "frameRate": {"type": "number", "minimum": 0.01, "maximum": 240, "default": 30, "x-unit": "Hz",
                "description": "Pictures a second; with onlyChanges the most of them."},
            "onlyChanges": {"type": "boolean", "default": false,
                "description": "True: a picture comes only if something has changed."},
            "whenClosed": {"type": "string", "enum": ["wait", "end"], "default": "wait",
                "description": "When the window has been closed: wait for one of that title, or end the stage."}
        }}"#,
    );
    const MODE: Mode = Mode::External;
    const OUTPUTS: &'static [Port] = &[Port::video(c"video", c"Pictures in BGRA.").accepting(&[SLUICE_BGRA8])];
    const FIGURES: &'static [Figure] =
        &[Figure::new(c"frames"), Figure::new(c"unchanged"), Figure::new(c"late"), Figure::new(c"reconnects")];
    #[cfg(target_os = "linux")]
    const DEVICES: Option<fn() -> String> = Some(crate::x11::screens);
    #[cfg(target_os = "macos")]
    const DEVICES: Option<fn() -> String> =
        Some(|| sluice_apple::listed::to_json(&sluice_apple::mac::screen::listed()));

    fn create(context: &mut Context) -> Result<Self, String> {
        Running::create(context).map(Self)
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        self.0.process(context)
    }

    fn figures(&mut self, values: &mut [f64]) {
        self.0.figures(values);
    }
}

#[cfg(target_os = "linux")]
mod running {
    use std::time::{Duration, Instant};

    use sluice_stage::abi::SLUICE_BGRA8;
    use sluice_stage::{Context, Next};

    use crate::config::{acquire, is_set, tell_available, tell_unavailable};
    use crate::pace::{Moment, Pace};
    use crate::shot::Shot;
    use crate::shots::{News, Plan, Shots, Wish};
    use crate::x11::{Area, Store, Subject, Wanted};
    use sluice_stage::config::{number, text};

    /// The stage where there is an X server.
    pub(super) struct Running {
        shots: Shots,
        pace: Pace,
        /// When the picture that is awaited was wished for.
        wished: Option<Moment>,
        /// A picture for which there was no slot.
        waiting: Option<Shot<Store>>,
        frames: u64,
    }

    impl Running {
        pub(super) fn create(context: &mut Context) -> Result<Self, String> {
            let only_changes = is_set(context, c"onlyChanges")?;
            let period_ns = 1e9 / number(context, c"frameRate")?;
            let pixels = |key| number(context, key).map(|value| value as u32);
            let area =
                Area { x: pixels(c"x")?, y: pixels(c"y")?, width: pixels(c"width")?, height: pixels(c"height")? };
            let subject = Subject {
                server: text(context, c"display")?.to_owned(),
                window: Wanted::parse(text(context, c"window")?),
                area,
                cursor: is_set(context, c"cursor")?,
            };
            let period = Duration::from_nanos(period_ns as u64);
            let waits_for_window = text(context, c"whenClosed")? == "wait";
            let waker = context.waker().ok_or("the host gives no waker")?;
            let shots = Shots::start(Plan { subject, period, only_changes, waits_for_window }, waker)?;
            let pace = Pace::new(period_ns, !only_changes);
            Ok(Self { shots, pace, wished: None, waiting: None, frames: 0 })
        }

        pub(super) fn process(&mut self, context: &mut Context) -> Result<Next, String> {
            while let Some(news) = self.shots.take_news() {
                match news {
                    News::Warning(text) => context.warn(&text),
                    News::Unavailable(why) => tell_unavailable(context, &why)?,
                    News::Available(text) => tell_available(context, &text)?,
                    News::Ended(why) => {
                        context.log(&why);
                        context.finish();
                    }
                }
            }
            let now = Moment { ns: context.now_ns(), instant: Instant::now() };
            let Some(wished) = self.wished else {
                self.wish(now, now.instant, true, None);
                return Ok(Next::WhenFramesCome);
            };
            let Some(shot) = self.waiting.take().or_else(|| self.shots.take()) else { return Ok(Next::WhenFramesCome) };
            if now.was_paused_since(wished) {
                self.pace.resume(now.ns);
                self.wish(now, now.instant, true, Some(shot));
                return Ok(Next::WhenFramesCome);
            }
            let Some(frame) = acquire(context, 0, SLUICE_BGRA8, (shot.width, shot.height))? else {
                self.waiting = Some(shot);
                return Ok(Next::Again);
            };
            let mut picture = context.picture_mut(frame).ok_or("a new picture has no planes")?;
            for row in 0..picture.planes[0].rows {
                shot.write_row(row, picture.planes[0].row(row));
            }
            context.set_times_ns(frame, now.ns_of(shot.taken), self.pace.period_ns())?;
            if shot.gap {
                context.set_discontinuity(frame)?;
                self.pace.resume(now.ns);
            }
            context.write(0, frame)?;
            self.frames += 1;
            let due_ns = self.pace.next(context.now_ns());
            self.wish(now, now.instant_of(due_ns), false, Some(shot));
            Ok(Next::WhenFramesCome)
        }

        fn wish(&mut self, now: Moment, at: Instant, any: bool, last: Option<Shot<Store>>) {
            self.wished = Some(now);
            self.shots.wish(Wish { at, any }, last);
        }

        pub(super) fn figures(&mut self, values: &mut [f64]) {
            let counts = [self.frames, self.shots.unchanged(), self.pace.late(), self.shots.reconnects()];
            values.copy_from_slice(&counts.map(|count| count as f64));
        }
    }
}

#[cfg(target_os = "macos")]
mod mac {
    use sluice_apple::mac::screen::Screen;
    use sluice_apple::stages::{Capture, Counts, Device};
    use sluice_stage::{Context, Next};

    /// The stage where there is ScreenCaptureKit.
    pub(super) struct Running(Capture<Device<Screen>>);

    impl Running {
        pub(super) fn create(context: &mut Context) -> Result<Self, String> {
            Capture::create(context).map(Self)
        }

        pub(super) fn process(&mut self, context: &mut Context) -> Result<Next, String> {
            self.0.process(context)
        }

        pub(super) fn figures(&mut self, values: &mut [f64]) {
            let Counts { frames, unchanged, late, reconnects } = self.0.counts();
            values.copy_from_slice(&[frames, unchanged, late, reconnects]);
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod absent {
    use sluice_stage::{Context, Next};

    /// There is none.
    pub(super) enum Running {}

    impl Running {
        pub(super) fn create(_context: &mut Context) -> Result<Self, String> {
            Err("a screen is captured on Linux, from an X server, and on macOS; run the graph there".into())
        }

        pub(super) fn process(&mut self, _context: &mut Context) -> Result<Next, String> {
            match *self {}
        }

        pub(super) fn figures(&mut self, _values: &mut [f64]) {
            match *self {}
        }
    }
}
