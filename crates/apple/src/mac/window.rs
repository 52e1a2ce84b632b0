//! A window that shows pictures: AppKit's part, on the main thread.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Instant;

use dispatch2::{DispatchQueue, DispatchRetained};
use objc2::rc::{Retained, autoreleasepool};
use objc2::runtime::{NSObject, NSObjectProtocol, ProtocolObject};
use objc2::{DefinedClass, MainThreadMarker, MainThreadOnly, define_class, msg_send};
use objc2_app_kit::*;
use objc2_core_foundation::{CGPoint, CGRect, CGSize};
use objc2_foundation::{NSDefaultRunLoopMode, NSNotification, NSString};
use sluice_stage::{Context, Frame, MainThread};

use super::core::guarded;
use super::painter::Painter;
pub use super::painter::Shot;
use super::pixels::{Pixels, pixels_of};
use crate::paint::Scale;
use crate::stages::{Mailbox, OnQueue, SystemPicture};

/// What is asked of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowWanted {
    /// Its title.
    pub title: String,
    /// Its size, points; 0: those of the first picture's pixels.
    pub size: (u32, u32),
    /// How pictures fit into it.
    pub scale: Scale,
    /// It covers the screen.
    pub full_screen: bool,
}

/// What a window tells.
#[derive(Debug, Clone, PartialEq)]
pub enum WindowNews {
    /// The picture of that time stamp was seen, and when; `None`: a newer one has taken its place.
    Shown {
        /// As [`Shot`] had it.
        pts_ns: f64,
        /// When it was seen first.
        at: Option<Instant>,
    },
    /// The user wants it closed. It stays open until it is dropped.
    Closed,
    /// It cannot show anything, and why.
    Failed(String),
}

/// A window, which closes when it is dropped.
pub struct Window {
    main: Arc<MainThread>,
    shared: Arc<Shared>,
}

/// A side of a window before its first picture, points.
const UNSIZED: f64 = 360.0;

/// An open window, and what it tells, to which it has a weak reference.
type Open = OnQueue<(Retained<NSWindow>, Retained<Delegate>)>;

/// The program says once that it has windows.
static LAUNCH: Once = Once::new();

struct Shared {
    news: Arc<Mailbox<WindowNews>>,
    /// Pixels in a row and rows of what is drawn into, in the upper and the lower half.
    size: AtomicU64,
    closed: AtomicBool,
    /// The first picture has told the size that was left open.
    is_sized: AtomicBool,
    painter: OnQueue<Painter>,
    queue: DispatchRetained<DispatchQueue>,
    /// The picture that waits for the queue: the newest takes the place of the one before.
    waiting: Mutex<Option<Shot>>,
    /// Touched on the main thread alone.
    window: Mutex<Option<Open>>,
}

// SAFETY: the painter is touched by the queue, after it was made, and the window by the main thread.
unsafe impl Sync for Shared {}

impl Window {
    /// Opens a window, soon.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn open(context: &mut Context, wanted: WindowWanted, news: &Arc<Mailbox<WindowNews>>) -> Result<Self, String> {
        let main = Arc::new(context.main_thread()?);
        let shared = Arc::new(Shared {
            news: Arc::clone(news),
            size: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            is_sized: AtomicBool::new(wanted.size.0 > 0 && wanted.size.1 > 0),
            painter: OnQueue(Painter::new(wanted.scale)?),
            queue: DispatchQueue::new("org.sluice.display", None),
            waiting: Mutex::new(None),
            window: Mutex::new(None),
        });
        let opened = Arc::clone(&shared);
        main.run(move || with_main(|mtm| opened.open(&wanted, mtm))).map_err(|error| error.to_string())?;
        serve(&main, &shared);
        Ok(Self { main, shared })
    }

    /// Shows a picture at its time. It waits for nothing; a picture that waits is passed over for a newer one.
    pub fn show(&self, shot: Shot) {
        if !self.shared.is_sized.swap(true, Ordering::Relaxed) {
            let (shared, (width, height)) = (Arc::clone(&self.shared), shot.pixels.size());
            _ = self.main.run(move || with_main(|_| shared.resize(width, height)));
        }
        let passed = self.shared.waiting().replace(shot);
        if let Some(Shot { pts_ns, .. }) = passed {
            return self.shared.news.put(WindowNews::Shown { pts_ns, at: None });
        }
        let shared = Arc::clone(&self.shared);
        self.shared.queue.exec_async(move || guarded(|| autoreleasepool(|_| shared.draw())));
    }

    /// Has it cover the screen, or not.
    pub fn set_full_screen(&self, full_screen: bool) {
        let shared = Arc::clone(&self.shared);
        // A main thread that has gone shows nothing any more.
        _ = self.main.run(move || with_main(|_| shared.set_full_screen(full_screen)));
    }

    /// The picture of a frame: its handle, or a copy of its planes.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn picture(context: &Context, frame: Frame) -> Result<Pixels, String> {
        pixels_of(context, frame)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let shared = Arc::clone(&self.shared);
        shared.closed.store(true, Ordering::Release);
        // What is asked for before the main thread is let go of is still done.
        _ = self.main.run(move || {
            with_main(|_| {
                let open = shared.lock().take();
                if let Some(OnQueue((window, _))) = open {
                    window.setDelegate(None);
                    window.close();
                }
            });
        });
    }
}

impl Shared {
    fn open(self: &Arc<Self>, wanted: &WindowWanted, mtm: MainThreadMarker) {
        let app = NSApplication::sharedApplication(mtm);
        LAUNCH.call_once(|| {
            app.setActivationPolicy(NSApplicationActivationPolicy::Regular);
            app.finishLaunching();
        });
        let [width, height] =
            [wanted.size.0, wanted.size.1].map(|side| if side > 0 { f64::from(side) } else { UNSIZED });
        let rect = CGRect { origin: CGPoint { x: 0.0, y: 0.0 }, size: CGSize { width, height } };
        let style = NSWindowStyleMask::Titled
            | NSWindowStyleMask::Closable
            | NSWindowStyleMask::Miniaturizable
            | NSWindowStyleMask::Resizable;
        let (buffered, window) = (NSBackingStoreType::Buffered, NSWindow::alloc(mtm));
        // SAFETY: a new window, which this keeps by a reference of its own.
        let window = unsafe {
            let window = NSWindow::initWithContentRect_styleMask_backing_defer(window, rect, style, buffered, false);
            window.setReleasedWhenClosed(false);
            window
        };
        let view = NSView::new(mtm);
        view.setLayer(Some(&self.painter.0.layer));
        view.setWantsLayer(true);
        window.setContentView(Some(&view));
        window.setTitle(&NSString::from_str(&wanted.title));
        window.setCollectionBehavior(NSWindowCollectionBehavior::FullScreenPrimary);
        let delegate = Delegate::new(Arc::clone(self), mtm);
        window.setDelegate(Some(ProtocolObject::from_ref(&*delegate)));
        window.center();
        // In front of others, and the keyboard stays where it is.
        window.orderFrontRegardless();
        *self.lock() = Some(OnQueue((window, delegate)));
        self.measure();
        self.set_full_screen(wanted.full_screen);
    }

    /// Notes how many pixels there are to draw into, on the main thread.
    fn measure(&self) {
        let window = self.lock();
        let Some(view) = window.as_ref().and_then(|OnQueue((window, _))| window.contentView()) else { return };
        let CGSize { width, height } = view.convertRectToBacking(view.bounds()).size;
        self.size.store((width as u64) << 32 | height as u64, Ordering::Release);
    }

    /// Gives it the size of a picture, on the main thread.
    fn resize(&self, width: u32, height: u32) {
        let window = self.lock().as_ref().map(|OnQueue((window, _))| window.clone());
        if let Some(window) = window {
            let scale = window.backingScaleFactor();
            window.setContentSize(CGSize { width: f64::from(width) / scale, height: f64::from(height) / scale });
            window.center();
        }
    }

    fn set_full_screen(&self, full_screen: bool) {
        let window = self.lock().as_ref().map(|OnQueue((window, _))| window.clone());
        let Some(window) = window else { return };
        if window.styleMask().contains(NSWindowStyleMask::FullScreen) != full_screen {
            window.toggleFullScreen(None);
        }
    }

    /// Draws what waits, on the queue.
    fn draw(&self) {
        let size = self.size.load(Ordering::Acquire);
        let Some(shot) = self.waiting().take() else { return };
        let pts_ns = shot.pts_ns;
        if size == 0 || self.closed.load(Ordering::Acquire) {
            return self.news.put(WindowNews::Shown { pts_ns, at: None });
        }
        if let Err(why) = self.painter.0.draw(shot, ((size >> 32) as u32, size as u32), &self.news) {
            self.news.put(WindowNews::Shown { pts_ns, at: None });
            self.news.put(WindowNews::Failed(why));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Option<Shot>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands the events of the user to the windows each time that the main thread looks, until the window is closed.
fn serve(main: &Arc<MainThread>, shared: &Arc<Shared>) {
    let (again, shared) = (Arc::clone(main), Arc::clone(shared));
    // Without a main thread there are no events.
    _ = main.run(move || {
        with_main(|mtm| {
            let app = NSApplication::sharedApplication(mtm);
            // SAFETY: a constant of the framework.
            let mode = unsafe { NSDefaultRunLoopMode };
            while let Some(event) =
                app.nextEventMatchingMask_untilDate_inMode_dequeue(NSEventMask::Any, None, mode, true)
            {
                app.sendEvent(&event);
            }
        });
        if !shared.closed.load(Ordering::Acquire) {
            serve(&again, &shared);
        }
    });
}

/// Runs what the main thread was asked for.
fn with_main(body: impl FnOnce(MainThreadMarker)) {
    if let Some(mtm) = MainThreadMarker::new() {
        autoreleasepool(|_| body(mtm));
    }
}

define_class!(
    /// Told of what the user does with the window.
    // SAFETY: NSObject may be subclassed, and this has no `Drop` of its own.
    #[unsafe(super(NSObject))]
    #[thread_kind = MainThreadOnly]
    #[name = "SluiceWindowDelegate"]
    #[ivars = Arc<Shared>]
    struct Delegate;

    // SAFETY: it is an NSObject.
    unsafe impl NSObjectProtocol for Delegate {}

    // SAFETY: the signatures are those of the protocol.
    unsafe impl NSWindowDelegate for Delegate {
        #[unsafe(method(windowShouldClose:))]
        fn should_close(&self, _window: &NSWindow) -> bool {
            guarded(|| self.ivars().news.put(WindowNews::Closed));
            false
        }

        #[unsafe(method(windowDidResize:))]
        fn resized(&self, _notification: &NSNotification) {
            guarded(|| self.ivars().measure());
        }

        #[unsafe(method(windowDidChangeBackingProperties:))]
        fn moved_to_another_screen(&self, _notification: &NSNotification) {
            guarded(|| self.ivars().measure());
        }
    }
);

impl Delegate {
    fn new(shared: Arc<Shared>, mtm: MainThreadMarker) -> Retained<Self> {
        let this = Self::alloc(mtm).set_ivars(shared);
        // SAFETY: NSObject's initializer.
        unsafe { msg_send![super(this), init] }
    }
}
