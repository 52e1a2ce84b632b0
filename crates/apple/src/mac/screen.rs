//! Displays and windows, by ScreenCaptureKit.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use block2::RcBlock;
use objc2::AnyThread;
use objc2::rc::Retained;
use objc2::runtime::ProtocolObject;
use objc2_core_foundation::{CFDictionary, CFNumber, CFRetained, CFString, CFType, CGPoint, CGRect, CGSize};
use objc2_core_graphics::CGMainDisplayID;
use objc2_core_media::{CMSampleBuffer, CMTime};
use objc2_foundation::{NSArray, NSError};
use objc2_screen_capture_kit::*;
use sluice_stage::Context;

use super::core::{guarded, tell};
use super::device::{Calls, Delegate, Serial, put};
use super::pixels::Pixels;
use crate::four_cc::BGRA;
use crate::listed::{Listed, find};
use crate::permission::Permission;
use crate::region::Region;
use crate::stages::{CaptureSource, Fault, OnQueue, Opened, Pace, number, text};

/// How long the framework may take for an answer.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Pictures that a stream has: one for the stage to keep, one on the way, one to draw, and two to spare.
const PICTURES: isize = 5;
/// Frames of ScreenCaptureKit with a new picture.
const COMPLETE: i64 = 0;

/// What is asked of a screen.
pub struct Screen {
    /// The display by its number or a part of its label; empty: the first.
    display: String,
    /// A part of the title of a window, or its number as `0x…`; empty: a whole display.
    window: String,
    region: Region,
    /// The pointer is in the pictures.
    cursor: bool,
    rate_hz: f64,
}

/// A stream that runs.
pub struct Session {
    stream: Retained<SCStream>,
    /// The stream has a weak reference to it.
    _delegate: Retained<Delegate>,
}

impl CaptureSource for Screen {
    const PERMISSION: Permission = Permission::ScreenRecording;
    type Queue = Serial;
    type Picture = Pixels;
    type Session = Session;

    fn read(context: &Context) -> Result<(Self, Pace), String> {
        let pixels = |key| number(context, key).map(|value| value as u32);
        let [x, y, width, height] = [pixels(c"x")?, pixels(c"y")?, pixels(c"width")?, pixels(c"height")?];
        let rate_hz = number(context, c"frameRate")?;
        let screen = Self {
            display: text(context, c"display")?.into(),
            window: text(context, c"window")?.into(),
            region: Region { x, y, width, height },
            cursor: number(context, c"cursor")? != 0.0,
            rate_hz,
        };
        Ok((screen, Pace { rate_hz, repeats: number(context, c"onlyChanges")? == 0.0 }))
    }

    fn called(&self) -> String {
        match (self.window.as_str(), self.display.as_str()) {
            ("", "") => "the screen".into(),
            ("", display) => format!("display \"{display}\""),
            (window, _) => format!("window \"{window}\""),
        }
    }

    fn open(&self, opened: &Arc<Opened<Self>>) -> Result<(Session, String), Fault> {
        let OnQueue(content) = content()?;
        let (filter, name) = self.subject(&content)?;
        // SAFETY: a filter that is whole.
        let (rect, scale) = unsafe { (filter.contentRect(), f64::from(filter.pointPixelScale())) };
        let in_pixels = |points: f64| (points * scale).round() as u32;
        let part = self.region.within((in_pixels(rect.size.width), in_pixels(rect.size.height)))?;
        let [x, y, width, height] = part.in_points(scale);
        let (for_samples, for_stop) = (Arc::clone(opened), Arc::clone(opened));
        let delegate = Delegate::new(Calls {
            sample: Box::new(move |sample| {
                if is_complete(sample) {
                    put(&for_samples, sample, None);
                }
            }),
            stopped: Box::new(move |error| {
                let fault = fault_of(error);
                for_stop.later(|opened| opened.fail(fault));
            }),
        });
        // SAFETY: new objects of this function's, with values that the framework documents.
        let stream = unsafe {
            let configuration = SCStreamConfiguration::new();
            configuration.setWidth(part.width as usize);
            configuration.setHeight(part.height as usize);
            configuration.setSourceRect(CGRect { origin: CGPoint { x, y }, size: CGSize { width, height } });
            configuration.setMinimumFrameInterval(CMTime::new((1e6 / self.rate_hz).round() as i64, 1_000_000));
            configuration.setPixelFormat(BGRA);
            configuration.setShowsCursor(self.cursor);
            configuration.setQueueDepth(PICTURES);
            let told = Some(ProtocolObject::from_ref(&*delegate));
            SCStream::initWithFilter_configuration_delegate(SCStream::alloc(), &filter, &configuration, told)
        };
        let (output, kind) = (ProtocolObject::from_ref(&*delegate), SCStreamOutputType::Screen);
        // SAFETY: the delegate lives as long as the stream.
        unsafe { stream.addStreamOutput_type_sampleHandlerQueue_error(output, kind, Some(&opened.queue().0)) }
            .map_err(|error| tell(&error))?;
        let session = Session { stream, _delegate: delegate };
        let (sender, receiver) = mpsc::channel();
        let begun = RcBlock::new(move |error: *mut NSError| {
            // SAFETY: null, or an error that lives during the call.
            guarded(|| _ = sender.send(unsafe { error.as_ref() }.map(fault_of)));
        });
        // SAFETY: the block may be called on any thread.
        unsafe { session.stream.startCaptureWithCompletionHandler(Some(&begun)) };
        match receiver.recv_timeout(LONGEST_WAIT) {
            Ok(None) => Ok((session, format!("{name}, {} × {}", part.width, part.height))),
            Ok(Some(fault)) => Err(fault),
            Err(_) => Err("the stream does not start".into()),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: the stream has begun, or begins; one that has ended by itself says so to nobody.
        unsafe { self.stream.stopCaptureWithCompletionHandler(None) };
    }
}

impl Screen {
    /// What is captured, and its name.
    fn subject(&self, content: &SCShareableContent) -> Result<(Retained<SCContentFilter>, String), String> {
        // SAFETY: objects that the framework gives.
        unsafe {
            if self.window.is_empty() {
                let displays = displays(content);
                let found = find(&displays, &self.display, "display")?;
                let all = content.displays().to_vec();
                let display = all.iter().find(|display| display.displayID().to_string() == found.name);
                let (display, none) = (display.ok_or("the display was unplugged just now")?, NSArray::new());
                let filter = SCContentFilter::alloc();
                let filter = SCContentFilter::initWithDisplay_excludingWindows(filter, display, &none);
                return Ok((filter, found.label.clone()));
            }
            let number = self.window.strip_prefix("0x").and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let windows = content.windows().to_vec();
            let title = |window: &SCWindow| window.title().map_or(String::new(), |title| title.to_string());
            let is_wanted = |window: &&Retained<SCWindow>| match number {
                Some(number) => window.windowID() == number,
                None => window.isOnScreen() && title(window).contains(&self.window),
            };
            let window = windows.iter().find(is_wanted).ok_or_else(|| {
                let shown = windows.iter().filter(|window| window.isOnScreen()).map(|window| title(window));
                let known: Vec<_> =
                    shown.filter(|title| !title.is_empty()).map(|title| format!("\"{title}\"")).collect();
                format!("there is no such window; there are {}", known.join(", "))
            })?;
            let filter = SCContentFilter::initWithDesktopIndependentWindow(SCContentFilter::alloc(), window);
            Ok((filter, format!("window \"{}\"", title(window))))
        }
    }
}

fn fault_of(error: &NSError) -> Fault {
    match SCStreamErrorCode(error.code()) {
        SCStreamErrorCode::UserStopped => Fault::Ended,
        SCStreamErrorCode::UserDeclined => Fault::Denied,
        _ => Fault::Passing(tell(error)),
    }
}

/// Whether a frame has a new picture: others tell that nothing has changed, or that the display sleeps.
fn is_complete(sample: &CMSampleBuffer) -> bool {
    // SAFETY: the array has one dictionary for each sample, of which there is one; the key is a string.
    unsafe {
        let Some(attachments) = sample.sample_attachments_array(false) else { return false };
        let attachments = attachments.cast_unchecked::<CFDictionary<CFString, CFType>>();
        let key: &CFString = SCStreamFrameInfoStatus.as_ref();
        let status = attachments.get(0).and_then(|first| first.get(key));
        status.and_then(|status: CFRetained<CFType>| status.downcast_ref::<CFNumber>()?.as_i64()) == Some(COMPLETE)
    }
}

/// What can be captured. It waits for the framework's answer.
fn content() -> Result<OnQueue<Retained<SCShareableContent>>, Fault> {
    // A program without windows has no connection to the window server before it asks for something.
    CGMainDisplayID();
    let (sender, receiver) = mpsc::channel();
    let block = RcBlock::new(move |content: *mut SCShareableContent, error: *mut NSError| {
        guarded(|| {
            // SAFETY: null, or an object that lives during the call; a reference of its own keeps it.
            let (content, error) = unsafe { (Retained::retain(content), error.as_ref()) };
            let nothing = || error.map_or_else(|| "nothing is there".into(), fault_of);
            _ = sender.send(content.map(OnQueue).ok_or_else(nothing));
        });
    });
    // SAFETY: the block may be called on any thread.
    unsafe { SCShareableContent::getShareableContentWithCompletionHandler(&block) };
    receiver.recv_timeout(LONGEST_WAIT).unwrap_or_else(|_| Err("the window server does not answer".into()))
}

/// The displays of what can be captured.
fn displays(content: &SCShareableContent) -> Vec<Listed> {
    // SAFETY: objects that the framework gives.
    unsafe {
        let one = |(index, display): (usize, Retained<SCDisplay>)| Listed {
            name: display.displayID().to_string(),
            label: format!("Display {}", index + 1),
            is_default: index == 0,
            formats: vec![format!("{} × {} points", display.width(), display.height())],
        };
        content.displays().to_vec().into_iter().enumerate().map(one).collect()
    }
}

/// The displays that are there; it waits for the framework's answer. Without permission there are none.
#[must_use]
pub fn listed() -> Vec<Listed> {
    content().map_or(Vec::new(), |OnQueue(content)| displays(&content))
}
