//! The queue of a camera or a screen, and the delegate by which both get their pictures.

use std::time::Duration;

use dispatch2::{DispatchQueue, DispatchRetained, DispatchTime};
use objc2::rc::{Retained, autoreleasepool};
use objc2::runtime::{NSObject, NSObjectProtocol};
use objc2::{AnyThread, DefinedClass, define_class, msg_send};
use objc2_av_foundation::{AVCaptureConnection, AVCaptureOutput, AVCaptureVideoDataOutputSampleBufferDelegate};
use objc2_core_media::{CMClock, CMSampleBuffer};
use objc2_foundation::NSError;
use objc2_screen_capture_kit::{SCStream, SCStreamDelegate, SCStreamOutput, SCStreamOutputType};

use super::clock::instant_of;
use super::core::guarded;
use super::permissions::ask;
use super::pixels::Pixels;
use crate::permission::{Answer, Permission};
use crate::stages::{CaptureSource, Opened, Queue, Work};

/// A queue of Grand Central Dispatch.
pub struct Serial(pub(super) DispatchRetained<DispatchQueue>);

impl Queue for Serial {
    fn new() -> Self {
        Self(DispatchQueue::new("org.sluice.capture", None))
    }

    fn later(&self, work: Work) {
        self.0.exec_async(move || guarded(|| autoreleasepool(|_| work())));
    }

    fn after(&self, delay: Duration, work: Work) {
        let when = DispatchTime::NOW.time(delay.as_nanos() as i64);
        // It refuses a time that cannot be said, and this one can.
        _ = self.0.after(when, move || guarded(|| autoreleasepool(|_| work())));
    }

    fn ask(&self, permission: Permission, then: Answer) {
        ask(permission, then);
    }
}

/// Leaves the picture of a sample for the stage.
pub(super) fn put<S: CaptureSource<Picture = Pixels>>(
    to: &Opened<S>,
    sample: &CMSampleBuffer,
    clock: Option<&CMClock>,
) {
    // SAFETY: the sample lives.
    let (picture, stamp) = unsafe { (sample.image_buffer(), sample.presentation_time_stamp()) };
    if let Some(picture) = picture {
        to.put(Pixels::keep(&picture), instant_of(stamp, clock));
    }
}

/// What a delegate is called with.
pub(super) struct Calls {
    pub(super) sample: Box<dyn Fn(&CMSampleBuffer)>,
    pub(super) stopped: Box<dyn Fn(&NSError)>,
}

define_class!(
    /// Gets pictures, on the queue, and the end of a stream, on any thread.
    // SAFETY: NSObject may be subclassed, and this has no `Drop` of its own.
    #[unsafe(super(NSObject))]
    #[name = "SluiceCaptureDelegate"]
    #[ivars = Calls]
    pub(super) struct Delegate;

    // SAFETY: it is an NSObject.
    unsafe impl NSObjectProtocol for Delegate {}

    // SAFETY: the signature is that of the protocol.
    unsafe impl AVCaptureVideoDataOutputSampleBufferDelegate for Delegate {
        #[unsafe(method(captureOutput:didOutputSampleBuffer:fromConnection:))]
        fn from_camera(&self, _output: &AVCaptureOutput, sample: &CMSampleBuffer, _from: &AVCaptureConnection) {
            guarded(|| (self.ivars().sample)(sample));
        }
    }

    // SAFETY: the signature is that of the protocol.
    unsafe impl SCStreamOutput for Delegate {
        #[unsafe(method(stream:didOutputSampleBuffer:ofType:))]
        fn from_screen(&self, _stream: &SCStream, sample: &CMSampleBuffer, kind: SCStreamOutputType) {
            if kind == SCStreamOutputType::Screen {
                guarded(|| (self.ivars().sample)(sample));
            }
        }
    }

    // SAFETY: the signature is that of the protocol.
    unsafe impl SCStreamDelegate for Delegate {
        #[unsafe(method(stream:didStopWithError:))]
        fn stopped(&self, _stream: &SCStream, error: &NSError) {
            guarded(|| (self.ivars().stopped)(error));
        }
    }
);

impl Delegate {
    pub(super) fn new(calls: Calls) -> Retained<Self> {
        let this = Self::alloc().set_ivars(calls);
        // SAFETY: NSObject's initializer.
        unsafe { msg_send![super(this), init] }
    }
}
