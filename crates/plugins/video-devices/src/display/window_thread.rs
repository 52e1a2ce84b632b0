//! The thread of a window: it makes pictures ready, shows them at their time, and answers the server and the user. A server
//! that goes away is tried again, after 0.1 s and then after twice as long up to 5 s, and gets the last picture.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sluice_stage::{Context, Waker};

use super::fit::shown_size;
use super::held::Held;
use super::mailbox::{Mailbox, News, Shown};
use super::paint::Painter;
use crate::x11::{Failure, Server, WindowEvent, XWindow};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// Least and most pixels of a side of a window.
const SIDES: (f64, f64) = (1.0, 16_384.0);

/// What is wanted of the window.
pub(crate) struct Wanted {
    /// As in `DISPLAY`; empty: that.
    pub(crate) server: String,
    pub(crate) title: String,
    /// 0: the picture's.
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Starts the thread with a connection.
///
/// # Errors
///
/// Why the server cannot be used, and what to do.
pub(crate) fn start(
    _context: &mut Context,
    wanted: Wanted,
    painter: Painter,
    mailbox: &Arc<Mailbox>,
    waker: Waker,
) -> Result<(), String> {
    let server = Server::connect(&wanted.server, &mailbox.stopped)?;
    XWindow::check(&server)?;
    let own = Arc::clone(mailbox);
    let body = move || {
        let (mailbox, held, ready_in) = (&*own, None, Duration::ZERO);
        Thread { wanted, painter, mailbox, waker, held, ready_in }.run(server);
    };
    let builder = thread::Builder::new().name("display".into());
    builder.spawn(body).map(drop).map_err(|error| format!("the system gives no thread: {error}"))
}

struct Thread<'a> {
    wanted: Wanted,
    painter: Painter,
    mailbox: &'a Mailbox,
    waker: Waker,
    /// The picture that is shown.
    held: Option<Held>,
    /// How long it takes to make one ready, smoothed.
    ready_in: Duration,
}

impl Thread<'_> {
    fn run(mut self, mut server: Server) {
        loop {
            let Some(failure) = self.serve(server) else { return };
            self.tell(News::Unavailable(match failure {
                Failure::Lost(why) => format!("the X server has gone, and is tried again: {why}"),
                Failure::Refused(why) => format!("the window has gone, and is opened again: {why}"),
            }));
            match self.reconnect() {
                Some(again) => server = again,
                None => return,
            }
            self.tell(News::Available("the window is there again".into()));
        }
    }

    /// Serves a connection. `None`: the stage has gone; else why the connection is of no use any more.
    fn serve(&mut self, server: Server) -> Option<Failure> {
        let mut window = match self.make_window(server) {
            Ok(window) => window?,
            Err(failure) => return Some(failure),
        };
        loop {
            match self.step(&mut window) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(failure) => return Some(failure),
            }
        }
    }

    /// Makes a window once there is a picture, whose size it takes. `None`: the stage has gone.
    fn make_window(&mut self, server: Server) -> Result<Option<XWindow>, Failure> {
        let mut first = None;
        while self.held.is_none() && first.is_none() {
            self.mailbox.wait(None, None);
            if self.mailbox.is_stopped() {
                return Ok(None);
            }
            first = self.mailbox.take();
        }
        let size = first.as_ref().or(self.held.as_ref()).map_or((1, 1), |picture| self.size_for(picture));
        let mut window = XWindow::open(server, &self.wanted.title, size, self.mailbox.full_screen())?;
        match first {
            Some(first) => self.show(&mut window, first)?,
            None => self.repaint(&mut window)?,
        }
        Ok(Some(window))
    }

    /// The size of a new window for a picture.
    fn size_for(&self, picture: &Held) -> (u32, u32) {
        let shown = shown_size(picture.width, picture.height, picture.pixel_aspect);
        let (width, height) = (f64::from(self.wanted.width), f64::from(self.wanted.height));
        let (width, height) = match (width > 0.0, height > 0.0) {
            (true, true) => (width, height),
            (true, false) => (width, width * shown.1 / shown.0),
            (false, true) => (height * shown.0 / shown.1, height),
            (false, false) => shown,
        };
        let side = |pixels: f64| pixels.round().clamp(SIDES.0, SIDES.1) as u32;
        (side(width), side(height))
    }

    /// Does what there is to do, or waits. `false`: the stage has gone.
    fn step(&mut self, window: &mut XWindow) -> Result<bool, Failure> {
        if self.mailbox.is_stopped() {
            return Ok(false);
        }
        // Before events are asked for, which come with its answers.
        window.set_full_screen(self.mailbox.full_screen())?;
        let mut stale = false;
        while let Some(event) = window.next_event()? {
            match event {
                WindowEvent::Changed => stale = true,
                WindowEvent::Closed => self.tell(News::Closed),
                WindowEvent::Gone => return Err(Failure::Refused("another program has destroyed it".into())),
            }
        }
        if let Some(picture) = self.mailbox.take() {
            if let Some(old) = self.held.take() {
                self.mailbox.give_back(old);
            }
            self.show(window, picture)?;
        } else if stale {
            self.repaint(window)?;
        } else {
            self.mailbox.wait(Some(window.descriptor()), None);
        }
        Ok(true)
    }

    /// Makes a picture ready, and shows it at its time.
    fn show(&mut self, window: &mut XWindow, picture: Held) -> Result<(), Failure> {
        let began = Instant::now();
        let (pts_ns, ingress_ns, due) = (picture.pts_ns, picture.ingress_ns, picture.due);
        let painted = self.paint(window, &picture);
        self.held = Some(picture);
        if let Err(failure) = painted {
            self.mailbox.done(None, self.ready_in);
            return Err(failure);
        }
        self.ready_in = (self.ready_in * 7 + began.elapsed()) / 8;
        let left = due.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            thread::sleep(left);
        }
        let shown = window.show();
        let at = Instant::now();
        let told = shown.is_ok().then_some(Shown { pts_ns, ingress_ns, at });
        self.mailbox.done(told, self.ready_in);
        // It tells others when the picture was shown.
        self.waker.wake();
        shown
    }

    fn repaint(&mut self, window: &mut XWindow) -> Result<(), Failure> {
        let Some(picture) = self.held.take() else { return Ok(()) };
        let painted = self.paint(window, &picture);
        self.held = Some(picture);
        painted?;
        window.show()
    }

    fn paint(&mut self, window: &mut XWindow, picture: &Held) -> Result<(), Failure> {
        let size = window.size();
        self.painter.paint(picture, size, window.pixels()?).map_err(Failure::Refused)
    }

    /// Connects again. `None`: the stage has gone.
    fn reconnect(&self) -> Option<Server> {
        let mut pause = FIRST_PAUSE;
        loop {
            let end = Instant::now() + pause;
            while !end.saturating_duration_since(Instant::now()).is_zero() {
                self.mailbox.wait(None, Some(end.saturating_duration_since(Instant::now())));
                if self.mailbox.is_stopped() {
                    return None;
                }
            }
            let found = Server::connect(&self.wanted.server, &self.mailbox.stopped);
            if let Some(server) = found.ok().filter(|server| XWindow::check(server).is_ok()) {
                return Some(server);
            }
            pause = LAST_PAUSE.min(pause * 2);
        }
    }

    fn tell(&self, news: News) {
        self.mailbox.tell(news);
        self.waker.wake();
    }
}
