//! `org.sluice.video-devices.camera`: pictures of a camera.

#[cfg(target_os = "linux")]
mod mjpeg;
#[cfg(target_os = "linux")]
mod picture;
#[cfg(target_os = "linux")]
mod running;
#[cfg(target_os = "linux")]
mod thread;

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_I420, SLUICE_JPEG, SLUICE_NV12, SLUICE_RGBA8};
use sluice_stage::{Context, Figure, Mode, Next, Port, Stage};

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
use self::absent::Running;
#[cfg(target_os = "macos")]
use self::mac::Running;
#[cfg(target_os = "linux")]
use self::running::Running;

/// Captures from a camera.
pub struct Camera(Running);

impl Stage for Camera {
    const ID: &'static CStr = c"org.sluice.video-devices.camera";
    const NAME: &'static CStr = c"Camera";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Captures pictures from a camera (Video4Linux 2).\n\n\
        The camera is named by its path, such as `/dev/video0`, or by a part of its name; without a name it is the first \
        one. Of what it lists the stage takes a mode of the size and format that are asked for, with the rate that is \
        nearest to `frameRate`; without a size the largest up to 1280 × 720 that reaches the rate; of several formats the \
        one that costs least. If the camera has none of that kind, the error lists what it has.\n\n\
        `video` has pictures in NV12 as they come, in I420 from I420, YV12, YUYV, UYVY and grey, and in RGBA from RGB, BGR \
        and MJPEG, which is decoded only if something is linked to `video`. Rows of chroma of YUYV and UYVY are averaged \
        in pairs. `encoded` has MJPEG as it comes, with the Huffman tables that cameras leave out. Pictures are stamped \
        with the clock's time at which the driver has them captured.\n\n\
        A camera that is disconnected is looked for after 0.1 s, then after twice as long up to 2 s, under any path if it \
        was not named by one; the next picture is flagged as a discontinuity, and `reconnects` counts. The events \
        `unavailable`, with a `reason`, and `available` tell of it. `lost` counts pictures that the driver did not give, \
        `late` those that the graph was too slow for, `damaged` those that cannot be read. [Devices](../devices.md#camera) \
        has more.\n\n\
        **Example.** `camera width=1280 height=720 ! display`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "device": {"type": "string", "default": "", "x-reaches": "path",
                "description": "The camera: its path, or a part of its name; empty for the first one."},
            "width": {"type": "integer", "minimum": 0, "maximum": 16384, "default": 0, "x-unit": "pixels",
                "description": "Pixels in a row; 0 for any."},
            "height": {"type": "integer", "minimum": 0, "maximum": 16384, "default": 0, "x-unit": "pixels",
                "description": "Rows; 0 for any."},
            "frameRate": {"type": "number", "minimum": 0.1, "maximum": 1000, "default": 30, "x-unit": "Hz",
                "description": "Pictures a second that the camera is asked for: it gives the rate that is nearest."},
            "format": {"type": "string", "default": "auto",
                "enum": ["auto", "mjpeg", "nv12", "i420", "yv12", "yuyv", "uyvy", "rgb24", "bgr24", "grey"],
                "description": "What the camera is asked for: coded as JPEG, or pixels of a layout; auto for what reaches the rate and costs least."}
        }}"#,
    );
    const MODE: Mode = Mode::External;
    const OUTPUTS: &'static [Port] = &[
        Port::video(c"video", c"Pictures in NV12, I420 or RGBA, by the camera's format.")
            .accepting(&[SLUICE_NV12, SLUICE_I420, SLUICE_RGBA8])
            .optional(),
        Port::encoded(c"encoded", c"MJPEG as the camera gives it, a picture a frame; nothing in other formats.")
            .accepting(&[SLUICE_JPEG])
            .optional(),
    ];
    const FIGURES: &'static [Figure] = &[
        Figure::new(c"frames"),
        Figure::new(c"lost"),
        Figure::new(c"late"),
        Figure::new(c"damaged"),
        Figure::new(c"reconnects"),
    ];
    #[cfg(target_os = "linux")]
    const DEVICES: Option<fn() -> String> = Some(|| crate::v4l2::list(&crate::v4l2::Kernel));
    #[cfg(target_os = "macos")]
    const DEVICES: Option<fn() -> String> =
        Some(|| sluice_apple::listed::to_json(&sluice_apple::mac::camera::listed()));

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

#[cfg(target_os = "macos")]
mod mac {
    use sluice_apple::mac::camera::Camera;
    use sluice_apple::stages::{Capture, Counts, Device};
    use sluice_stage::{Context, Next};

    /// The stage where there is AVFoundation.
    pub(super) struct Running(Capture<Device<Camera>>);

    impl Running {
        pub(super) fn create(context: &mut Context) -> Result<Self, String> {
            Capture::create(context).map(Self)
        }

        pub(super) fn process(&mut self, context: &mut Context) -> Result<Next, String> {
            self.0.process(context)
        }

        pub(super) fn figures(&mut self, values: &mut [f64]) {
            let Counts { frames, late, reconnects, .. } = self.0.counts();
            values.copy_from_slice(&[frames, 0.0, late, 0.0, reconnects]);
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
            Err("a camera is captured on Linux, by Video4Linux, and on macOS; run the graph there".into())
        }

        pub(super) fn process(&mut self, _context: &mut Context) -> Result<Next, String> {
            match *self {}
        }

        pub(super) fn figures(&mut self, _values: &mut [f64]) {
            match *self {}
        }
    }
}
