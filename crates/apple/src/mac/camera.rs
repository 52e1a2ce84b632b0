//! Cameras, by AVFoundation.

use std::ptr::NonNull;
use std::sync::Arc;

use block2::RcBlock;
use objc2::rc::Retained;
use objc2::runtime::{AnyObject, NSObjectProtocol, ProtocolObject};
use objc2_av_foundation::*;
use objc2_core_media::{CMTime, CMVideoFormatDescriptionGetDimensions};
use objc2_core_video::kCVPixelBufferPixelFormatTypeKey;
use objc2_foundation::{NSArray, NSDictionary, NSNotification, NSNotificationCenter, NSNumber, NSString};
use sluice_stage::Context;

use super::core::{guarded, tell};
use super::device::{Calls, Delegate, Serial, put};
use super::pixels::Pixels;
use crate::capture_format::{CaptureFormat, Chosen, Wanted, choose, delivered, describe};
use crate::listed::{Listed, find};
use crate::permission::Permission;
use crate::stages::{CaptureSource, Fault, Opened, Pace, number, text};

/// What is asked of a camera.
pub struct Camera {
    /// Its identifier or its name, or a part of that; empty: the default one.
    device: String,
    format: Wanted,
}

/// A camera that runs.
pub struct Session {
    session: Retained<AVCaptureSession>,
    /// The output has a weak reference to it.
    _delegate: Retained<Delegate>,
    watches: Vec<Retained<ProtocolObject<dyn NSObjectProtocol>>>,
}

impl CaptureSource for Camera {
    const PERMISSION: Permission = Permission::Camera;
    type Queue = Serial;
    type Picture = Pixels;
    type Session = Session;

    fn read(context: &Context) -> Result<(Self, Pace), String> {
        let wanted = text(context, c"format")?;
        if !matches!(wanted, "auto" | "nv12") {
            return Err(format!("cameras give NV12 on macOS, and \"format\" is \"{wanted}\": set it to \"auto\""));
        }
        let (width, height) = (number(context, c"width")? as u32, number(context, c"height")? as u32);
        let rate_hz = number(context, c"frameRate")?;
        let camera = Self { device: text(context, c"device")?.into(), format: Wanted { width, height, rate_hz } };
        Ok((camera, Pace { rate_hz, repeats: false }))
    }

    fn called(&self) -> String {
        if self.device.is_empty() { "the default camera".into() } else { format!("camera \"{}\"", self.device) }
    }

    fn open(&self, opened: &Arc<Opened<Self>>) -> Result<(Session, String), Fault> {
        let devices = listed();
        let found = find(&devices, &self.device, "camera")?;
        // SAFETY: an identifier that the framework has given.
        let device = unsafe { AVCaptureDevice::deviceWithUniqueID(&NSString::from_str(&found.name)) };
        let device = device.ok_or("it was unplugged just now")?;
        let chosen = choose(&formats(&device), self.format)?;
        // SAFETY: a camera, which the user has allowed.
        let input =
            unsafe { AVCaptureDeviceInput::deviceInputWithDevice_error(&device) }.map_err(|error| tell(&error))?;
        // SAFETY: a new session, which is this function's; what cannot be added is not.
        unsafe {
            let session = AVCaptureSession::new();
            let output = AVCaptureVideoDataOutput::new();
            let (of_delegate, to) = (session.clone(), Arc::clone(opened));
            let delegate = Delegate::new(Calls {
                sample: Box::new(move |sample| put(&to, sample, of_delegate.synchronizationClock().as_deref())),
                stopped: Box::new(|_| {}),
            });
            session.beginConfiguration();
            if !session.canAddInput(&input) || !session.canAddOutput(&output) {
                session.commitConfiguration();
                return Err("it gives no pictures, or another program has it to itself; close that".into());
            }
            session.addInput(&input);
            session.addOutput(&output);
            let key: &NSString = kCVPixelBufferPixelFormatTypeKey.as_ref();
            let code = NSNumber::new_u32(delivered(chosen.format.code));
            output.setVideoSettings(Some(&NSDictionary::from_slices(&[key], &[&code as &AnyObject])));
            output.setAlwaysDiscardsLateVideoFrames(true);
            output.setSampleBufferDelegate_queue(Some(ProtocolObject::from_ref(&*delegate)), Some(&opened.queue().0));
            session.commitConfiguration();
            device.lockForConfiguration().map_err(|error| tell(&error))?;
            set_format(&device, &chosen);
            // As long as the device is locked the session does not choose another format by its own.
            session.startRunning();
            device.unlockForConfiguration();
            let watches = watch(&session, &device, opened);
            let what = format!("camera \"{}\", {}", found.label, describe(&chosen.format));
            let made = Session { session, _delegate: delegate, watches };
            if made.session.isRunning() { Ok((made, what)) } else { Err("its session does not start".into()) }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for watch in &self.watches {
            // SAFETY: the center has given it, and it is taken off once.
            unsafe { NSNotificationCenter::defaultCenter().removeObserver((**watch).as_ref()) };
        }
        // SAFETY: no picture comes once this has returned.
        unsafe { self.session.stopRunning() };
    }
}

/// Tells when the camera is unplugged, and when its session fails.
fn watch(
    session: &AVCaptureSession,
    device: &AVCaptureDevice,
    opened: &Arc<Opened<Camera>>,
) -> Vec<Retained<ProtocolObject<dyn NSObjectProtocol>>> {
    // SAFETY: constants of the framework.
    let (unplugged, broken) =
        unsafe { (AVCaptureDeviceWasDisconnectedNotification, AVCaptureSessionRuntimeErrorNotification) };
    let watched: [(_, &AnyObject, _); 2] =
        [(unplugged, device, "it was unplugged"), (broken, session, "its session has failed")];
    let watch = |(name, of, why): (_, _, &'static str)| {
        let opened = Arc::clone(opened);
        let block = RcBlock::new(move |_: NonNull<NSNotification>| {
            guarded(|| opened.later(move |opened| opened.fail(Fault::Passing(why.into()))));
        });
        let center = NSNotificationCenter::defaultCenter();
        // SAFETY: the block may be called on any thread; the session takes the watch off.
        unsafe { center.addObserverForName_object_queue_usingBlock(Some(name), Some(of), None, &block) }
    };
    watched.into_iter().map(watch).collect()
}

/// The cameras that are there.
#[must_use]
pub fn listed() -> Vec<Listed> {
    // SAFETY: constants of the framework, and objects that it gives.
    unsafe {
        let Some(video) = AVMediaTypeVideo else { return Vec::new() };
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
            let (label, formats) =
                (device.localizedName().to_string(), formats(&device).iter().map(describe).collect());
            Listed { label, is_default: default.as_ref() == Some(&name), formats, name }
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
            let (width, height, code) = (size.width as u32, size.height as u32, description.media_sub_type());
            let ranges = format.videoSupportedFrameRateRanges().to_vec().into_iter();
            let rates = ranges.map(|range| (range.minFrameRate(), range.maxFrameRate()));
            formats.extend(rates.map(|rates_hz| CaptureFormat { index, width, height, rates_hz, code }));
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
        let duration = match chosen.rate_hz {
            rate if rate >= rates_hz.1 => range.minFrameDuration(),
            rate if rate <= rates_hz.0 => range.maxFrameDuration(),
            rate => CMTime::new((1e6 / rate).round() as i64, 1_000_000),
        };
        device.setActiveFormat(&format);
        device.setActiveVideoMinFrameDuration(duration);
        device.setActiveVideoMaxFrameDuration(duration);
    }
}
