//! `org.sluice.video-devices.display`: pictures in a window.

#[cfg(target_os = "linux")]
mod fit;
#[cfg(target_os = "linux")]
mod held;
#[cfg(target_os = "macos")]
mod mac;
#[cfg(target_os = "linux")]
mod mailbox;
#[cfg(target_os = "linux")]
mod paint;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod running;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod timing;
#[cfg(target_os = "linux")]
mod window_thread;

#[cfg(target_os = "macos")]
use self::{mac as mailbox, mac as paint, mac as window_thread};

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_I420, SLUICE_NV12, SLUICE_RGBA8};
use sluice_stage::{Context, Figure, Next, Port, Stage};

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
use self::absent::Running;
#[cfg(any(target_os = "linux", target_os = "macos"))]
use self::running::Running;

/// Shows pictures.
pub struct Display(Running);

impl Stage for Display {
    const ID: &'static CStr = c"org.sluice.video-devices.display";
    const NAME: &'static CStr = c"Display";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Shows pictures in a window of an X server, each at its time.\n\n\
        Where a node of the same `syncGroup` plays sound, a picture is shown when the sound of its time is heard. Else, \
        and where that was heard before the picture entered the graph or is heard more than a second later, the first \
        picture is shown `latencyMs` after it came, and those behind it as far apart as their times are; a source that \
        jumps, or goes back, begins anew. A picture that is due more than `lateMs` ago is dropped, and `late` \
        counts it; where nothing was shown for half a second, one is shown all the same, so that a slow graph is seen. Of \
        pictures that are due at once the newest is shown, and `skipped` counts the others. An offline graph shows each \
        picture as soon as the window takes it.\n\n\
        The window has the size of the first picture, or `width` and `height`; one of them alone keeps the shape. The \
        user may change its size. When the user closes it, the event `closed` is published, and the stage ends, or with \
        `whenClosed=ignore` goes on. If the server goes away, the stage tries to connect after 0.1 s, then after twice as \
        long up to 5 s, and shows the last picture again; the events `unavailable`, with a `reason`, and `available` tell \
        of it.\n\n\
        `shown` counts the pictures that were shown. `skewMs` is how much the picture is ahead of the sound, and \
        `latencyMs` how long ago the picture that is shown entered the graph when it was shown. \
        [Devices](../devices.md#display) has more.\n\n\
        **Example.** `pattern-source durationSeconds=5 ! display title=Pattern`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "title": {"type": "string", "default": "Sluice",
                "description": "The title of the window."},
            "width": {"type": "integer", "minimum": 0, "maximum": 16384, "default": 0, "x-unit": "pixels",
                "description": "Width of the window at the start; 0 for that of the picture."},
            "height": {"type": "integer", "minimum": 0, "maximum": 16384, "default": 0, "x-unit": "pixels",
                "description": "Height of the window at the start; 0 for that of the picture."},
            "scale": {"type": "string", "enum": ["fit", "fill", "stretch", "none"], "default": "fit",
                "description": "How a picture of another size than the window is shown: fit shows all of it, with bars; fill covers the window and cuts the picture; stretch changes its shape; none keeps its size, in the middle."},
            "fullScreen": {"type": "boolean", "default": false, "x-live": true,
                "description": "True: the window has the whole screen."},
            "syncGroup": {"type": "string", "default": "main",
                "description": "Pictures and sound of nodes of one group are presented together; empty for none."},
            "latencyMs": {"type": "number", "minimum": 0, "maximum": 10000, "default": 40, "x-unit": "ms",
                "description": "How long after it came the first picture is shown, where no sound leads: what later ones may be delayed by."},
            "lateMs": {"type": "number", "minimum": 0, "maximum": 10000, "default": 20, "x-unit": "ms",
                "description": "A picture that is later than that is dropped."},
            "matrix": {"type": "string", "enum": ["bt601", "bt709", "bt2020"], "default": "bt709",
                "description": "How RGB follows from YUV: ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance)."},
            "range": {"type": "string", "enum": ["limited", "full"], "default": "limited",
                "description": "Levels of YUV: luma of 16 to 235, or of 0 to 255."},
            "whenClosed": {"type": "string", "enum": ["end", "ignore"], "default": "end",
                "description": "When the user closes the window: end the stage, or leave the window open."},
            "server": {"type": "object", "additionalProperties": false, "default": {},
                "description": "Where the window is, on systems with X11.",
                "properties": {
                    "display": {"type": "string", "default": "", "x-reaches": "host",
                        "description": "The X server, such as :0 or host:0; empty for that of DISPLAY."}
                }}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::video(c"video", c"Pictures in RGBA, BGRA, NV12 or I420.").accepting(&[
        SLUICE_RGBA8,
        SLUICE_BGRA8,
        SLUICE_NV12,
        SLUICE_I420,
    ])];
    const FIGURES: &'static [Figure] = &[
        Figure::new(c"shown"),
        Figure::new(c"late"),
        Figure::new(c"skipped"),
        Figure::new(c"skewMs"),
        Figure::new(c"latencyMs"),
    ];
    #[cfg(target_os = "linux")]
    const DEVICES: Option<fn() -> String> = Some(crate::x11::servers);

    fn create(context: &mut Context) -> Result<Self, String> {
        Running::create(context).map(Self)
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        self.0.process(context)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        self.0.flush(context)
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        self.0.control(context)
    }

    fn figures(&mut self, values: &mut [f64]) {
        self.0.figures(values);
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod absent {
    use sluice_stage::{Context, Next};

    /// There is none.
    pub(super) enum Running {}

    impl Running {
        pub(super) fn create(_context: &mut Context) -> Result<Self, String> {
            Err("pictures are shown on Linux, by an X server, and on macOS; run the graph there".into())
        }

        pub(super) fn process(&mut self, _context: &mut Context) -> Result<Next, String> {
            match *self {}
        }

        pub(super) fn flush(&mut self, _context: &mut Context) -> Result<Next, String> {
            match *self {}
        }

        pub(super) fn control(&mut self, _context: &mut Context) -> Result<(), String> {
            match *self {}
        }

        pub(super) fn figures(&mut self, _values: &mut [f64]) {
            match *self {}
        }
    }
}
