//! Cameras, by AVFoundation. Everything happens on a serial queue of the camera's; pictures come on it, too.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use block2::RcBlock;
use dispatch2::{DispatchQueue, DispatchRetained};
use objc2::rc::{Retained, autoreleasepool};
use objc2::runtime::{AnyObject, NSObject, NSObjectProtocol, ProtocolObject};
use objc2::{AnyThread, DefinedClass, define_class, msg_send};
use objc2_av_foundation::*;
use objc2_core_media::{CMSampleBuffer, CMTime, CMVideoFormatDescriptionGetDimensions};
use objc2_core_video::kCVPixelBufferPixelFormatTypeKey;
use objc2_foundation::{
    NSArray, NSDictionary, NSNotification, NSNotificationCenter, NSNotificationName, NSNumber, NSString,
};
use sluice_stage::Context;

use super::clock::instant_of;
use super::core::guarded;
use super::mp4_writer::tell;
use super::on_queue::{OnQueue, after, later};
use super::permissions::ask;
use super::pixels::Pixels;
use crate::capture_format::{CaptureFormat, Chosen, Wanted, choose, delivered, describe};
use crate::listed::{Listed, find};
use crate::permission::{Permission, Standing};
use crate::stages::{CaptureDevice, Mailbox, News, Pace, number, text};

/// How long until a camera that has failed is tried again.
const RETRY_NS: i64 = 1_000_000_000;

/// A camera that is open, or will be.
pub struct Camera(Arc<State>);

/// What is asked of a camera.
pub struct CameraWanted {
    /// Its identifier or its name, or a part of that; empty: the default one.
    pub device: String,
    /// The size and the rate.
    pub format: Wanted,
}

type Inbox = Mailbox<News<Pixels>>;

struct State {
    wanted: CameraWanted,
    mailbox: Arc<Inbox>,
    queue: DispatchRetained<DispatchQueue>,
    /// Touched on the queue alone.
    session: Mutex<Option<OnQueue<Session>>>,
    /// The stage has gone.
    closed: AtomicBool,
}

/// A session that runs.
struct Session {
    session: Retained<AVCaptureSession>,
    /// The output has a weak reference to it.
    _delegate: Retained<Delegate>,
    watches: Vec<Retained<ProtocolObject<dyn NSObjectProtocol>>>,
}

impl CaptureDevice for Camera {
    type Picture = Pixels;
    type Wanted = CameraWanted;

    fn read(context: &Context) -> Result<(CameraWanted, Pace), String> {
        let (width, height) = (number(context, c"width")? as u32, number(context, c"height")? as u32);
        let rate_hz = number(context, c"frameRate")?;
        let wanted =
            CameraWanted { device: text(context, c"device")?.into(), format: Wanted { width, height, rate_hz } };
        Ok((wanted, Pace { rate_hz, repeats: false }))
    }

    fn open(wanted: CameraWanted, mailbox: &Arc<Inbox>) -> Result<Self, String> {
        let state = Arc::new(State {
            wanted,
            mailbox: Arc::clone(mailbox),
            queue: DispatchQueue::new("org.sluice.camera", None),
            session: Mutex::new(None),
            closed: AtomicBool::new(false),
        });
        let asked = Arc::clone(&state);
        ask(Permission::Camera, move |standing| {
            let state = Arc::clone(&asked);
            match standing {
                Standing::Granted => later(&asked.queue, move || state.start()),
                _ => state.mailbox.put(News::Failed(Permission::Camera.refusal(standing, &state.called()))),
            }
        });
        Ok(Self(state))
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        let state = Arc::clone(&self.0);
        state.closed.store(true, Ordering::Release);
        // To stop a camera takes a while, for which nobody waits.
        later(&self.0.queue, move || state.stop());
    }
}

impl State {
    fn called(&self) -> String {
        if self.wanted.device.is_empty() {
            "the default camera".into()
        } else {
            format!("camera \"{}\"", self.wanted.device)
        }
    }

    /// Opens the camera, on the queue. One that fails is tried again: it may be unplugged, or others may use it.
    fn start(self: &Arc<Self>) {
        if self.closed.load(Ordering::Acquire) || self.lock().is_some() {
            return;
        }
        match autoreleasepool(|_| self.open()) {
            Ok((session, what)) => {
                *self.lock() = Some(OnQueue(session));
                self.mailbox.put(News::Available(what));
            }
            Err(why) => {
                self.mailbox.put(News::Unavailable(format!("cannot use {}: {why}", self.called())));
                self.retry();
            }
        }
    }

    fn retry(self: &Arc<Self>) {
        let state = Arc::clone(self);
        after(&self.queue, RETRY_NS, move || state.start());
    }

    fn open(self: &Arc<Self>) -> Result<(Session, String), String> {
        let devices = listed();
        let found = find(&devices, &self.wanted.device, "camera")?;
        // SAFETY: an identifier that the framework has given.
        let device = unsafe { AVCaptureDevice::deviceWithUniqueID(&NSString::from_str(&found.name)) }
            .ok_or("it was unplugged just now")?;
        let chosen = choose(&formats(&device), self.wanted.format)?;
        // SAFETY: a camera, which the user has allowed.
        let input =
            unsafe { AVCaptureDeviceInput::deviceInputWithDevice_error(&device) }.map_err(|error| tell(&error))?;
        // SAFETY: a new session, which is this function's; what cannot be added is not.
        unsafe {
            let session = AVCaptureSession::new();
            let output = AVCaptureVideoDataOutput::new();
            let delegate = Delegate::new(Arc::clone(self), session.clone());
            session.beginConfiguration();
            if !session.canAddInput(&input) || !session.canAddOutput(&output) {
                session.commitConfiguration();
                return Err("it gives no pictures, or another program has it to itself; close that".into());
            }
            session.addInput(&input);
            session.addOutput(&output);
            output.setVideoSettings(Some(&settings(delivered(chosen.format.code))));
            output.setAlwaysDiscardsLateVideoFrames(true);
            output.setSampleBufferDelegate_queue(Some(ProtocolObject::from_ref(&*delegate)), Some(&self.queue));
            session.commitConfiguration();
            device.lockForConfiguration().map_err(|error| tell(&error))?;
            set_format(&device, &chosen);
            // As long as the device is locked the session does not choose another format by its own.
            session.startRunning();
            device.unlockForConfiguration();
            if !session.isRunning() {
                return Err("its session does not start".into());
            }
            let what = format!("camera \"{}\", {}", found.label, describe(&chosen.format));
            Ok((Session { watches: self.watch(&session, &device), session, _delegate: delegate }, what))
        }
    }

    /// Tells when the camera is unplugged, and when its session fails.
    fn watch(
        self: &Arc<Self>,
        session: &AVCaptureSession,
        device: &AVCaptureDevice,
    ) -> Vec<Retained<ProtocolObject<dyn NSObjectProtocol>>> {
        let watch = |name: &NSNotificationName, of: &AnyObject, why: &'static str| {
            let state = Arc::clone(self);
            let block = RcBlock::new(move |_: NonNull<NSNotification>| {
                let (queue, state) = (state.queue.clone(), Arc::clone(&state));
                later(&queue, move || state.fail(why));
            });
            // SAFETY: the block may be called on any thread; the watch is taken off in `stop`.
            unsafe {
                NSNotificationCenter::defaultCenter().addObserverForName_object_queue_usingBlock(
                    Some(name),
                    Some(of),
                    None,
                    &block,
                )
            }
        };
        // SAFETY: constants of the framework.
        let (unplugged, broken) =
            unsafe { (AVCaptureDeviceWasDisconnectedNotification, AVCaptureSessionRuntimeErrorNotification) };
        vec![watch(unplugged, device, "it was unplugged"), watch(broken, session, "its session has failed")]
    }

    fn fail(self: &Arc<Self>, why: &str) {
        if self.lock().is_some() && !self.closed.load(Ordering::Acquire) {
            self.stop();
            self.mailbox.put(News::Unavailable(format!("cannot use {}: {why}", self.called())));
            self.retry();
        }
    }

    /// Closes the camera, on the queue.
    fn stop(&self) {
        let Some(OnQueue(Session { session, watches, .. })) = self.lock().take() else { return };
        for watch in watches {
            // SAFETY: the center has given it, and it is taken off once.
            unsafe { NSNotificationCenter::defaultCenter().removeObserver((*watch).as_ref()) };
        }
        // SAFETY: it runs. No picture comes once this has returned.
        unsafe { session.stopRunning() };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<OnQueue<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Ivars {
    state: Arc<State>,
    session: Retained<AVCaptureSession>,
}

define_class!(
    /// Gets the pictures, on the camera's queue.
    // SAFETY: NSObject may be subclassed, and this has no `Drop` of its own.
    #[unsafe(super(NSObject))]
    #[name = "SluiceCameraDelegate"]
    #[ivars = Ivars]
    struct Delegate;

    // SAFETY: it is an NSObject.
    unsafe impl NSObjectProtocol for Delegate {}

    // SAFETY: the signatures are those of the protocol.
    unsafe impl AVCaptureVideoDataOutputSampleBufferDelegate for Delegate {
        #[unsafe(method(captureOutput:didOutputSampleBuffer:fromConnection:))]
        fn take(&self, _output: &AVCaptureOutput, sample: &CMSampleBuffer, _connection: &AVCaptureConnection) {
            guarded(|| {
                let Ivars { state, session } = self.ivars();
                // SAFETY: the sample and the session live.
                let (picture, stamp, clock) = unsafe {
                    (sample.image_buffer(), sample.presentation_time_stamp(), session.synchronizationClock())
                };
                if let Some(picture) = picture.filter(|_| !state.closed.load(Ordering::Acquire)) {
                    state.mailbox.put_picture(Pixels::keep(&picture), instant_of(stamp, clock.as_deref()));
                }
            });
        }
    }
);

impl Delegate {
    fn new(state: Arc<State>, session: Retained<AVCaptureSession>) -> Retained<Self> {
        let this = Self::alloc().set_ivars(Ivars { state, session });
        // SAFETY: NSObject's initializer.
        unsafe { msg_send![super(this), init] }
    }
}

/// The cameras that are there.
#[must_use]
pub fn listed() -> Vec<Listed> {
    // SAFETY: constants of the framework, and objects that it gives.
    unsafe {
        let Some(video) = AVMediaTypeVideo else { return Vec::new() };
        // The newer name of external cameras is missing before macOS 14.
        #[allow(deprecated, reason = "the name that replaces it is missing before macOS 14")]
        let kinds = [AVCaptureDeviceTypeBuiltInWideAngleCamera, AVCaptureDeviceTypeExternalUnknown];
        let found = AVCaptureDeviceDiscoverySession::discoverySessionWithDeviceTypes_mediaType_position(
            &NSArray::from_slice(&kinds),
            Some(video),
            AVCaptureDevicePosition::Unspecified,
        );
        let default = AVCaptureDevice::defaultDeviceWithMediaType(video).map(|device| device.uniqueID().to_string());
        let one = |device: Retained<AVCaptureDevice>| {
            let name = device.uniqueID().to_string();
            Listed {
                label: device.localizedName().to_string(),
                is_default: default.as_ref() == Some(&name),
                formats: formats(&device).iter().map(describe).collect(),
                name,
            }
        };
        found.devices().to_vec().into_iter().map(one).collect()
    }
}

/// The formats of a camera, each with each of its ranges of rates.
fn formats(device: &AVCaptureDevice) -> Vec<CaptureFormat> {
    let mut formats = Vec::new();
    // SAFETY: objects that the camera gives.
    unsafe {
        for (index, format) in device.formats().to_vec().into_iter().enumerate() {
            let description = format.formatDescription();
            let size = CMVideoFormatDescriptionGetDimensions(&description);
            let code = description.media_sub_type();
            formats.extend(format.videoSupportedFrameRateRanges().to_vec().into_iter().map(|range| CaptureFormat {
                index,
                width: size.width as u32,
                height: size.height as u32,
                rates_hz: (range.minFrameRate(), range.maxFrameRate()),
                code,
            }));
        }
    }
    formats
}

/// Sets a format and its rate.
///
/// # Safety
///
/// The camera is locked for configuration.
unsafe fn set_format(device: &AVCaptureDevice, chosen: &Chosen) {
    let CaptureFormat { index, rates_hz, .. } = chosen.format;
    // SAFETY: the caller vouches for the lock. A duration that no range has would be an exception, so that the ends of the
    // range are taken from it as they are.
    unsafe {
        let Some(format) = device.formats().to_vec().into_iter().nth(index) else { return };
        let ranges = format.videoSupportedFrameRateRanges().to_vec();
        let Some(range) = ranges.iter().find(|it| (it.minFrameRate(), it.maxFrameRate()) == rates_hz) else { return };
        let duration = if chosen.rate_hz >= rates_hz.1 {
            range.minFrameDuration()
        } else if chosen.rate_hz <= rates_hz.0 {
            range.maxFrameDuration()
        } else {
            CMTime::new((1e6 / chosen.rate_hz).round() as i64, 1_000_000)
        };
        device.setActiveFormat(&format);
        device.setActiveVideoMinFrameDuration(duration);
        device.setActiveVideoMaxFrameDuration(duration);
    }
}

/// Settings of an output for pictures of a pixel format.
fn settings(code: u32) -> Retained<NSDictionary<NSString, AnyObject>> {
    // SAFETY: a constant of the framework, whose strings are those of Foundation.
    let key: &NSString = unsafe { kCVPixelBufferPixelFormatTypeKey }.as_ref();
    let code = NSNumber::new_u32(code);
    NSDictionary::from_slices(&[key], &[&code as &AnyObject])
}
