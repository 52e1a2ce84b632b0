//! Displays and windows, by ScreenCaptureKit. Everything happens on a serial queue of the stream's; pictures come on it,
//! too.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use block2::RcBlock;
use dispatch2::{DispatchQueue, DispatchRetained};
use objc2::rc::{Retained, autoreleasepool};
use objc2::runtime::{NSObject, NSObjectProtocol, ProtocolObject};
use objc2::{AnyThread, DefinedClass, define_class, msg_send};
use objc2_core_foundation::{CFDictionary, CFNumber, CFRetained, CFString, CFType, CGPoint, CGRect, CGSize};
use objc2_core_graphics::CGMainDisplayID;
use objc2_core_media::{CMSampleBuffer, CMTime};
use objc2_foundation::{NSArray, NSError};
use objc2_screen_capture_kit::*;
use sluice_stage::Context;

use super::clock::instant_of;
use super::core::guarded;
use super::mp4_writer::tell;
use super::on_queue::{OnQueue, after, later};
use super::permissions::ask;
use super::pixels::Pixels;
use crate::four_cc::BGRA;
use crate::listed::{Listed, find};
use crate::permission::{Permission, Standing};
use crate::region::Region;
use crate::stages::{CaptureDevice, Mailbox, News, Pace, number, text};

/// How long until a stream that has failed is tried again.
const RETRY_NS: i64 = 1_000_000_000;
/// Pictures that a stream has: one for the stage to keep, one on the way, one to draw, and two to spare.
const PICTURES: isize = 5;
/// Frames of ScreenCaptureKit with a new picture.
const COMPLETE: i64 = 0;

/// A display or a window that is captured, or will be.
pub struct Screen(Arc<State>);

/// What is asked of a screen.
pub struct ScreenWanted {
    /// The display by its number or a part of its label; empty: the first.
    pub display: String,
    /// A part of the title of a window, or its number as `0x…`; empty: a whole display.
    pub window: String,
    /// The part of it.
    pub region: Region,
    /// The pointer is in the pictures.
    pub cursor: bool,
    /// Pictures a second at most.
    pub rate_hz: f64,
}

type Inbox = Mailbox<News<Pixels>>;

struct State {
    wanted: ScreenWanted,
    mailbox: Arc<Inbox>,
    queue: DispatchRetained<DispatchQueue>,
    /// Touched on the queue alone.
    stream: Mutex<Option<OnQueue<Stream>>>,
    /// The stage has gone.
    closed: AtomicBool,
}

struct Stream {
    stream: Retained<SCStream>,
    /// The stream has a weak reference to it.
    _delegate: Retained<Delegate>,
}

/// What is captured, its name, its size in points, and how many pixels each point has.
struct Subject {
    filter: Retained<SCContentFilter>,
    name: String,
    size: (f64, f64),
    scale: f64,
}

/// Why there is no stream.
#[derive(Default)]
struct Trouble {
    /// One of `SCStreamErrorCode`, or 0.
    code: isize,
    why: String,
}

impl Trouble {
    fn of(error: &NSError) -> Self {
        Self { code: error.code(), why: tell(error) }
    }
}

impl CaptureDevice for Screen {
    type Picture = Pixels;
    type Wanted = ScreenWanted;

    fn read(context: &Context) -> Result<(ScreenWanted, Pace), String> {
        let pixels = |key| number(context, key).map(|value| value as u32);
        let rate_hz = number(context, c"frameRate")?;
        let wanted = ScreenWanted {
            display: text(context, c"display")?.into(),
            window: text(context, c"window")?.into(),
            region: Region { x: pixels(c"x")?, y: pixels(c"y")?, width: pixels(c"width")?, height: pixels(c"height")? },
            cursor: number(context, c"cursor")? != 0.0,
            rate_hz,
        };
        Ok((wanted, Pace { rate_hz, repeats: number(context, c"onlyChanges")? == 0.0 }))
    }

    fn open(wanted: ScreenWanted, mailbox: &Arc<Inbox>) -> Result<Self, String> {
        let state = Arc::new(State {
            wanted,
            mailbox: Arc::clone(mailbox),
            queue: DispatchQueue::new("org.sluice.screen", None),
            stream: Mutex::new(None),
            closed: AtomicBool::new(false),
        });
        // A program without windows has no connection to the window server before it asks for something.
        CGMainDisplayID();
        let asked = Arc::clone(&state);
        ask(Permission::ScreenRecording, move |standing| match standing {
            Standing::Granted => asked.look(),
            _ => {
                let why = Permission::ScreenRecording.refusal(standing, &asked.called());
                asked.mailbox.put(News::Failed(why));
            }
        });
        Ok(Self(state))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let state = Arc::clone(&self.0);
        state.closed.store(true, Ordering::Release);
        later(&self.0.queue, move || state.stop());
    }
}

impl State {
    fn called(&self) -> String {
        match (self.wanted.window.as_str(), self.wanted.display.as_str()) {
            ("", "") => "the screen".into(),
            ("", display) => format!("display \"{display}\""),
            (window, _) => format!("window \"{window}\""),
        }
    }

    /// Asks what there is to capture; the answer comes on a thread of the framework's.
    fn look(self: &Arc<Self>) {
        let state = Arc::clone(self);
        let block = RcBlock::new(move |content: *mut SCShareableContent, error: *mut NSError| {
            guarded(|| {
                // SAFETY: null, or an object that lives during the call; a reference of its own keeps it.
                let (content, error) = unsafe { (Retained::retain(content), error.as_ref()) };
                let content = content.map(OnQueue).ok_or_else(|| error.map_or_else(Trouble::default, Trouble::of));
                let (queue, state) = (state.queue.clone(), Arc::clone(&state));
                later(&queue, move || match content {
                    Ok(content) => state.start(&content.0),
                    Err(trouble) => state.fail(trouble),
                });
            });
        });
        // SAFETY: the block may be called on any thread.
        unsafe { SCShareableContent::getShareableContentWithCompletionHandler(&block) };
    }

    /// Begins to capture, on the queue.
    fn start(self: &Arc<Self>, content: &SCShareableContent) {
        if self.closed.load(Ordering::Acquire) || self.lock().is_some() {
            return;
        }
        if let Err(why) = autoreleasepool(|_| self.open(content)) {
            self.fail(Trouble { why, ..Trouble::default() });
        }
    }

    fn open(self: &Arc<Self>, content: &SCShareableContent) -> Result<(), String> {
        let subject = self.subject(content)?;
        let in_pixels = |points: f64| (points * subject.scale).round() as u32;
        let part = self.wanted.region.within((in_pixels(subject.size.0), in_pixels(subject.size.1)))?;
        let [x, y, width, height] = part.in_points(subject.scale);
        let delegate = Delegate::new(Arc::clone(self));
        // SAFETY: new objects of this function's, with values that the framework documents.
        let stream = unsafe {
            let configuration = SCStreamConfiguration::new();
            configuration.setWidth(part.width as usize);
            configuration.setHeight(part.height as usize);
            configuration.setSourceRect(CGRect { origin: CGPoint { x, y }, size: CGSize { width, height } });
            configuration.setMinimumFrameInterval(CMTime::new((1e6 / self.wanted.rate_hz).round() as i64, 1_000_000));
            configuration.setPixelFormat(BGRA);
            configuration.setShowsCursor(self.wanted.cursor);
            configuration.setQueueDepth(PICTURES);
            SCStream::initWithFilter_configuration_delegate(
                SCStream::alloc(),
                &subject.filter,
                &configuration,
                Some(ProtocolObject::from_ref(&*delegate)),
            )
        };
        let output = ProtocolObject::from_ref(&*delegate);
        // SAFETY: the delegate lives as long as the stream.
        unsafe {
            stream.addStreamOutput_type_sampleHandlerQueue_error(output, SCStreamOutputType::Screen, Some(&self.queue))
        }
        .map_err(|error| tell(&error))?;
        let (state, what) = (Arc::clone(self), format!("{}, {} × {}", subject.name, part.width, part.height));
        let begun = RcBlock::new(move |error: *mut NSError| {
            guarded(|| {
                // SAFETY: null, or an error that lives during the call.
                let trouble = unsafe { error.as_ref() }.map(Trouble::of);
                let (queue, state, what) = (state.queue.clone(), Arc::clone(&state), what.clone());
                later(&queue, move || match trouble {
                    Some(trouble) => state.fail(trouble),
                    None => state.mailbox.put(News::Available(what)),
                });
            });
        });
        // SAFETY: the block may be called on any thread.
        unsafe { stream.startCaptureWithCompletionHandler(Some(&begun)) };
        *self.lock() = Some(OnQueue(Stream { stream, _delegate: delegate }));
        Ok(())
    }

    fn subject(&self, content: &SCShareableContent) -> Result<Subject, String> {
        // SAFETY: objects that the framework gives.
        unsafe {
            if self.wanted.window.is_empty() {
                let displays = displays(content);
                let found = find(&displays, &self.wanted.display, "display")?;
                let all = content.displays().to_vec();
                let display = all.iter().find(|display| display.displayID().to_string() == found.name);
                let display = display.ok_or("the display was unplugged just now")?;
                let none = NSArray::new();
                let filter =
                    SCContentFilter::initWithDisplay_excludingWindows(SCContentFilter::alloc(), display, &none);
                return Ok(Subject::of(filter, found.label.clone()));
            }
            let wanted = &self.wanted.window;
            let number = wanted.strip_prefix("0x").and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let windows = content.windows().to_vec();
            let title = |window: &SCWindow| window.title().map_or(String::new(), |title| title.to_string());
            let is_wanted = |window: &&Retained<SCWindow>| match number {
                Some(number) => window.windowID() == number,
                None => window.isOnScreen() && title(window).contains(wanted.as_str()),
            };
            let window = windows.iter().find(is_wanted).ok_or_else(|| {
                let shown = windows.iter().filter(|window| window.isOnScreen()).map(|window| title(window));
                let known: Vec<_> =
                    shown.filter(|title| !title.is_empty()).map(|title| format!("\"{title}\"")).collect();
                format!("there is no such window; there are {}", known.join(", "))
            })?;
            let filter = SCContentFilter::initWithDesktopIndependentWindow(SCContentFilter::alloc(), window);
            Ok(Subject::of(filter, format!("window \"{}\"", title(window))))
        }
    }

    /// Tells that no pictures come, and tries again unless that is in vain.
    fn fail(self: &Arc<Self>, Trouble { code, why }: Trouble) {
        self.stop();
        if self.closed.load(Ordering::Acquire) {
            return;
        }
        let called = self.called();
        self.mailbox.put(match SCStreamErrorCode(code) {
            SCStreamErrorCode::UserStopped => News::Ended(format!("the user has ended the capture of {called}")),
            SCStreamErrorCode::UserDeclined => {
                News::Failed(Permission::ScreenRecording.refusal(Standing::Denied, &called))
            }
            _ => {
                let state = Arc::clone(self);
                after(&self.queue, RETRY_NS, move || {
                    if !state.closed.load(Ordering::Acquire) {
                        state.look();
                    }
                });
                News::Unavailable(format!("cannot capture {called}: {why}"))
            }
        });
    }

    /// Ends the stream, on the queue.
    fn stop(&self) {
        if let Some(OnQueue(Stream { stream, .. })) = self.lock().take() {
            // SAFETY: the stream has begun, or begins; one that has ended by itself says so to nobody.
            unsafe { stream.stopCaptureWithCompletionHandler(None) };
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<OnQueue<Stream>>> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subject {
    /// # Safety
    ///
    /// The filter is whole.
    unsafe fn of(filter: Retained<SCContentFilter>, name: String) -> Self {
        // SAFETY: the caller vouches for it.
        let (rect, scale) = unsafe { (filter.contentRect(), filter.pointPixelScale()) };
        Self { filter, name, size: (rect.size.width, rect.size.height), scale: f64::from(scale) }
    }
}

define_class!(
    /// Gets the pictures, on the stream's queue, and the end of the stream, on any thread.
    // SAFETY: NSObject may be subclassed, and this has no `Drop` of its own.
    #[unsafe(super(NSObject))]
    #[name = "SluiceScreenDelegate"]
    #[ivars = Arc<State>]
    struct Delegate;

    // SAFETY: it is an NSObject.
    unsafe impl NSObjectProtocol for Delegate {}

    // SAFETY: the signature is that of the protocol.
    unsafe impl SCStreamOutput for Delegate {
        #[unsafe(method(stream:didOutputSampleBuffer:ofType:))]
        fn take(&self, _stream: &SCStream, sample: &CMSampleBuffer, kind: SCStreamOutputType) {
            guarded(|| {
                let state = self.ivars();
                if kind != SCStreamOutputType::Screen || state.closed.load(Ordering::Acquire) || !is_complete(sample) {
                    return;
                }
                // SAFETY: the sample lives.
                let (picture, stamp) = unsafe { (sample.image_buffer(), sample.presentation_time_stamp()) };
                if let Some(picture) = picture {
                    state.mailbox.put_picture(Pixels::keep(&picture), instant_of(stamp, None));
                }
            });
        }
    }

    // SAFETY: the signature is that of the protocol.
    unsafe impl SCStreamDelegate for Delegate {
        #[unsafe(method(stream:didStopWithError:))]
        fn ended(&self, _stream: &SCStream, error: &NSError) {
            guarded(|| {
                let (trouble, state) = (Trouble::of(error), Arc::clone(self.ivars()));
                let queue = state.queue.clone();
                later(&queue, move || state.fail(trouble));
            });
        }
    }
);

impl Delegate {
    fn new(state: Arc<State>) -> Retained<Self> {
        let this = Self::alloc().set_ivars(state);
        // SAFETY: NSObject's initializer.
        unsafe { msg_send![super(this), init] }
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
    let (sender, receiver) = std::sync::mpsc::channel();
    let block = RcBlock::new(move |content: *mut SCShareableContent, _error: *mut NSError| {
        guarded(|| {
            // SAFETY: null, or an object that lives during the call.
            let found = unsafe { content.as_ref() }.map(displays).unwrap_or_default();
            // Nobody waits any more if this fails.
            _ = sender.send(found);
        });
    });
    // SAFETY: the block may be called on any thread.
    unsafe { SCShareableContent::getShareableContentWithCompletionHandler(&block) };
    receiver.recv_timeout(std::time::Duration::from_secs(5)).unwrap_or_default()
}
