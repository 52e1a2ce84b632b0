//! The window where there is AppKit: what the modules for X11 are, over `sluice_apple`. Windows are the main thread's, and
//! pictures are drawn on a queue of the window's.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sluice_apple::mac::pixels::Pixels;
use sluice_apple::mac::window::{Shot, Window, WindowNews, WindowWanted};
use sluice_apple::paint::Scale;
use sluice_apple::stages::{self, Colours, Matrix};
use sluice_stage::abi::SLUICE_RGBA8;
use sluice_stage::{Context, Frame, Waker};

/// How long before its time a picture is handed over: a little less than a refresh of 60 Hz.
const READY_IN: Duration = Duration::from_millis(15);

/// What is asked of the window.
pub(super) struct Wanted {
    /// For X11.
    pub(super) server: String,
    pub(super) title: String,
    /// 0: that of the first picture.
    pub(super) width: u32,
    pub(super) height: u32,
}

/// How pictures are drawn.
pub(super) struct Painter {
    colours: Colours,
    scale: Scale,
}

impl Painter {
    pub(super) fn new(matrix: &str, range: &str, scale: &str) -> Self {
        let matrix = match matrix {
            "bt601" => Matrix::Bt601,
            "bt2020" => Matrix::Bt2020,
            _ => Matrix::Bt709,
        };
        Self { colours: Colours { matrix, full_range: range == "full" }, scale: Scale::named(scale) }
    }
}

/// A picture that was taken out of its frame: its handle, or a copy.
pub(crate) struct Held {
    pixels: Option<Pixels>,
    rgba: bool,
    pub(crate) pixel_aspect: u32,
    pub(crate) pts_ns: f64,
    pub(crate) ingress_ns: f64,
    pub(crate) due: Instant,
}

impl Held {
    /// Takes the picture of a frame.
    pub(crate) fn take(&mut self, context: &Context, frame: Frame) -> Result<(), String> {
        self.rgba = context.info(frame).is_some_and(|info| info.format == SLUICE_RGBA8);
        self.pixels = Some(Window::picture(context, frame)?);
        Ok(())
    }
}

/// A picture that was shown.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) pts_ns: f64,
    pub(crate) ingress_ns: f64,
    pub(crate) at: Instant,
}

/// What is to be told.
pub(crate) enum News {
    Unavailable(String),
    Available(String),
    Closed,
}

/// Counts for people.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) shown: u64,
    pub(crate) skipped: u64,
}

#[derive(Default)]
struct State {
    window: Option<Window>,
    told: Option<Arc<stages::Mailbox<WindowNews>>>,
    colours: Option<Colours>,
    full_screen: bool,
    stopped: bool,
    news: VecDeque<News>,
    /// Pictures that were handed over and not told of: their time stamps, and when they entered the graph.
    pending: VecDeque<(f64, f64)>,
    last: Option<Shown>,
    counts: Counts,
    /// Nothing is shown for now.
    is_dark: bool,
}

/// What the stage has of the window.
pub(crate) struct Mailbox(Mutex<State>);

impl Mailbox {
    pub(crate) fn new(full_screen: bool) -> Result<Self, String> {
        Ok(Self(Mutex::new(State { full_screen, ..State::default() })))
    }

    pub(crate) fn spare(&self) -> Held {
        Held { pixels: None, rgba: false, pixel_aspect: 0, pts_ns: 0.0, ingress_ns: 0.0, due: Instant::now() }
    }

    pub(crate) fn put(&self, held: Held) {
        let mut state = self.heed();
        let State { window: Some(window), colours: Some(colours), .. } = &*state else { return };
        let Held { pixels: Some(pixels), rgba, pixel_aspect, pts_ns, ingress_ns, due } = held else { return };
        let (wide, high) = (f64::from(pixel_aspect >> 16), f64::from(pixel_aspect & 0xffff));
        let pixel_aspect = if pixel_aspect == 0 { 1.0 } else { wide / high };
        window.show(Shot { pixels, rgba, pixel_aspect, colours: *colours, pts_ns, due });
        state.pending.push_back((pts_ns, ingress_ns));
    }

    pub(crate) fn set_full_screen(&self, full_screen: bool) {
        if let Some(window) = &self.heed().window {
            window.set_full_screen(full_screen);
        }
    }

    pub(crate) fn stop(&self) {
        let mut state = self.heed();
        state.stopped = true;
        state.window = None;
    }

    pub(crate) fn take_news(&self) -> Option<News> {
        self.heed().news.pop_front()
    }

    pub(crate) fn take_last(&self) -> Option<Shown> {
        self.heed().last.take()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.heed().counts
    }

    pub(crate) fn ready_in(&self) -> Duration {
        READY_IN
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.heed().pending.is_empty()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.heed().stopped
    }

    /// Takes what the window tells.
    fn heed(&self) -> MutexGuard<'_, State> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(told) = state.told.as_ref().and_then(|told| told.take()) {
            match told {
                WindowNews::Closed => state.news.push_back(News::Closed),
                WindowNews::Failed(why) if !std::mem::replace(&mut state.is_dark, true) => {
                    state.news.push_back(News::Unavailable(why));
                }
                WindowNews::Failed(_) => {}
                WindowNews::Shown { pts_ns, at } => state.shown(pts_ns, at),
            }
        }
        state
    }
}

impl State {
    fn shown(&mut self, pts_ns: f64, at: Option<Instant>) {
        let found = self.pending.iter().position(|(known_ns, _)| *known_ns == pts_ns);
        let Some((_, ingress_ns)) = found.and_then(|index| self.pending.remove(index)) else { return };
        let Some(at) = at else { return self.counts.skipped += 1 };
        self.last = Some(Shown { pts_ns, ingress_ns, at });
        self.counts.shown += 1;
        if std::mem::take(&mut self.is_dark) {
            self.news.push_back(News::Available("the window shows pictures again".into()));
        }
    }
}

/// Opens the window.
pub(super) fn start(
    context: &mut Context,
    wanted: Wanted,
    painter: Painter,
    mailbox: &Arc<Mailbox>,
    waker: Waker,
) -> Result<(), String> {
    let Wanted { server, title, width, height } = wanted;
    if !server.is_empty() {
        return Err(format!("\"server\" names \"{server}\", and windows of macOS have no X server; leave it empty"));
    }
    let told = Arc::new(stages::Mailbox::new(Some(waker)));
    let mut state = mailbox.heed();
    let wanted = WindowWanted { title, size: (width, height), scale: painter.scale, full_screen: state.full_screen };
    state.window = Some(Window::open(context, wanted, &told)?);
    (state.told, state.colours) = (Some(told), Some(painter.colours));
    Ok(())
}
