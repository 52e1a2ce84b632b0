//! The thread of a camera: it opens it, waits for pictures, and opens it again when it has gone away. The newest pictures
//! wait for the stage; where it is slower than the camera, the oldest goes back unseen.

use std::collections::VecDeque;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::bell::Bell;
use crate::v4l2::{Cameras, Captured, Request, Session, Step};

/// The first pause before a camera is opened again, which doubles up to the second.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(2);

/// Pictures that wait for the stage: the driver needs the other buffers.
const MOST: usize = 2;

/// How long a wait for a picture is at most.
const LOOK: Duration = Duration::from_millis(500);

/// How long it may take to open a camera at the start.
const OPEN: Duration = Duration::from_secs(10);

/// What is to be told.
#[derive(Debug, PartialEq)]
pub(crate) enum News {
    /// The camera captures, with its name, in this format.
    Begun(String),
    /// No picture comes for now, and why.
    Unavailable(String),
    /// Pictures come again.
    Available(String),
}

#[derive(Default)]
struct State {
    ready: VecDeque<Captured>,
    news: VecDeque<News>,
}

/// Counts for people. Relaxed: nothing else is read by what they say.
#[derive(Default)]
pub(crate) struct Counts {
    /// Pictures that the driver has counted and not given, and damaged ones.
    pub(crate) lost: AtomicU64,
    /// Pictures that the stage was too slow for.
    pub(crate) late: AtomicU64,
    pub(crate) reconnects: AtomicU64,
}

struct Shared {
    state: Mutex<State>,
    bell: Arc<Bell>,
    stopped: AtomicBool,
    counts: Counts,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopped(&self) -> bool {
        // Relaxed: the bell wakes whoever waits, and who does not looks before it waits.
        self.stopped.load(Ordering::Relaxed)
    }
}

/// The thread, as its stage sees it.
pub(crate) struct CameraThread(Arc<Shared>);

impl CameraThread {
    /// Starts the thread, and waits until the camera captures. `wake` calls the stage.
    ///
    /// # Errors
    ///
    /// Why it does not, and what to do.
    pub(crate) fn start(
        cameras: Box<dyn Cameras>,
        request: Request,
        wake: impl Fn() + Send + 'static,
    ) -> Result<Self, String> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            bell: Arc::new(Bell::new()?),
            stopped: AtomicBool::new(false),
            counts: Counts::default(),
        });
        let (told, first) = mpsc::channel();
        let own = Arc::clone(&shared);
        let body = move || Thread { shared: &own, cameras: &*cameras, request: &request, wake: &wake }.run(&told);
        let builder = thread::Builder::new().name("camera".into());
        builder.spawn(body).map_err(|error| format!("the system gives no thread: {error}"))?;
        let camera = Self(shared);
        match first.recv_timeout(OPEN) {
            Ok(outcome) => outcome.map(|()| camera),
            Err(_) => Err("the camera does not answer within 10 s; disconnect it and connect it again".into()),
        }
    }

    /// The oldest picture that waits, once.
    pub(crate) fn take(&self) -> Option<Captured> {
        self.0.lock().ready.pop_front()
    }

    /// Gives all pictures back that wait.
    pub(crate) fn clear(&self) {
        let all = mem::take(&mut self.0.lock().ready);
        drop(all);
    }

    /// What is to be told, once.
    pub(crate) fn take_news(&self) -> Option<News> {
        self.0.lock().news.pop_front()
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.0.counts
    }
}

impl Drop for CameraThread {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Relaxed);
        self.0.bell.ring();
        self.clear();
    }
}

/// What runs on the thread.
struct Thread<'a> {
    shared: &'a Shared,
    cameras: &'a dyn Cameras,
    request: &'a Request,
    wake: &'a dyn Fn(),
}

impl Thread<'_> {
    fn run(&self, first: &mpsc::Sender<Result<(), String>>) {
        let opened = Session::open(self.cameras, self.request, &self.shared.bell);
        let mut session = match opened {
            Ok(session) => session,
            Err(error) => {
                // A stage that has given up waiting is not there to be told.
                _ = first.send(Err(error.text()));
                return;
            }
        };
        self.tell(News::Begun(describe(&session, self.request.frame_rate)));
        if first.send(Ok(())).is_err() {
            return;
        }
        loop {
            let Some(why) = self.serve(&mut session) else { return };
            // Before it is opened again: it has one user.
            drop(session);
            self.shared.lock().ready.clear();
            self.tell(News::Unavailable(format!("{why}; it is tried again")));
            match self.reopen() {
                Some(again) => session = again,
                None => return,
            }
            self.shared.counts.reconnects.fetch_add(1, Ordering::Relaxed);
            self.tell(News::Available(describe(&session, self.request.frame_rate)));
        }
    }

    /// Takes pictures until that goes no further. `None`: the stage has gone; else why.
    fn serve(&self, session: &mut Session) -> Option<String> {
        let counts = &self.shared.counts;
        loop {
            if self.shared.is_stopped() {
                return None;
            }
            match session.step(LOOK) {
                Ok(Step::Picture(captured)) => {
                    counts.lost.fetch_add(captured.lost.into(), Ordering::Relaxed);
                    let mut state = self.shared.lock();
                    state.ready.push_back(captured);
                    let late = if state.ready.len() > MOST { state.ready.pop_front() } else { None };
                    drop(state);
                    counts.late.fetch_add(u64::from(late.is_some()), Ordering::Relaxed);
                    drop(late);
                    (self.wake)();
                }
                Ok(Step::Damaged | Step::Nothing) => {}
                Err(error) => return Some(error.text()),
            }
        }
    }

    /// Opens the camera again. `None`: the stage has gone.
    fn reopen(&self) -> Option<Session> {
        let mut pause = FIRST_PAUSE;
        loop {
            let end = Instant::now() + pause;
            while !self.shared.is_stopped() && Instant::now() < end {
                thread::sleep(FIRST_PAUSE.min(end.saturating_duration_since(Instant::now())));
            }
            if self.shared.is_stopped() {
                return None;
            }
            if let Ok(session) = Session::open(self.cameras, self.request, &self.shared.bell) {
                return Some(session);
            }
            pause = LAST_PAUSE.min(pause * 2);
        }
    }

    fn tell(&self, news: News) {
        self.shared.lock().news.push_back(news);
        (self.wake)();
    }
}

/// What a camera captures, and whether that is slower than was asked for.
fn describe(session: &Session, wanted: f64) -> String {
    let shape = session.shape;
    let rate = (shape.frame_rate * 100.0).round() / 100.0;
    let (name, format, width, height) = (&session.name, shape.format.name(), shape.width, shape.height);
    let text = format!("camera \"{name}\" captures {format} of {width} × {height} at {rate} pictures a second");
    if (shape.frame_rate - wanted).abs() > 0.01 { format!("{text}, asked for {wanted}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v4l2::{Format, RecordedCameras, recorded_c920};

    fn request() -> Request {
        let format = Some(Format::Mjpeg);
        Request { device: "C920".into(), width: 640, height: 480, frame_rate: 30.0, format }
    }

    /// Starts the thread. The receiver has a word for each call of the stage.
    fn start(cameras: &RecordedCameras) -> (CameraThread, mpsc::Receiver<()>) {
        let (calls, called) = mpsc::channel();
        let wake = move || _ = calls.send(());
        (CameraThread::start(Box::new(cameras.clone()), request(), wake).unwrap(), called)
    }

    fn await_picture(camera: &CameraThread, called: &mpsc::Receiver<()>) -> Captured {
        loop {
            if let Some(captured) = camera.take() {
                return captured;
            }
            called.recv().unwrap();
        }
    }

    fn await_news(camera: &CameraThread, called: &mpsc::Receiver<()>) -> News {
        loop {
            if let Some(news) = camera.take_news() {
                return news;
            }
            called.recv().unwrap();
        }
    }

    #[test]
    fn a_camera_that_is_disconnected_comes_back() {
        let cameras = RecordedCameras::with([("/dev/video0", recorded_c920())]);
        let (camera, called) = start(&cameras);
        let begun = "camera \"HD Pro Webcam C920\" captures mjpeg of 640 × 480 at 30 pictures a second";
        assert_eq!(await_news(&camera, &called), News::Begun(begun.into()));
        cameras.camera("/dev/video0").give(0, &[1; 10], 0);
        assert_eq!(await_picture(&camera, &called).bytes(), [1; 10]);
        let old = cameras.camera("/dev/video0");
        // It comes back under another path.
        let again = recorded_c920();
        again.give(0, &[2; 10], 0);
        cameras.replace([]);
        old.fail(libc::ENODEV);
        let gone = "cannot capture from camera \"/dev/video0\": it is not there; connect it, or name another one; it is \
                    tried again";
        assert_eq!(await_news(&camera, &called), News::Unavailable(gone.into()));
        cameras.replace([("/dev/video1", again)]);
        assert_eq!(await_news(&camera, &called), News::Available(begun.into()));
        let captured = await_picture(&camera, &called);
        assert_eq!((captured.bytes(), captured.first), (&[2; 10][..], true));
        assert_eq!(camera.counts().reconnects.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn where_the_stage_is_slower_the_oldest_picture_goes_back() {
        let cameras = RecordedCameras::with([("/dev/video0", recorded_c920())]);
        let (camera, called) = start(&cameras);
        let recorded = cameras.camera("/dev/video0");
        for sequence in 0..5 {
            recorded.give(sequence, &[sequence as u8; 10], 0);
        }
        while camera.counts().late.load(Ordering::Relaxed) < 3 {
            called.recv().unwrap();
        }
        let found = [(); 2].map(|()| await_picture(&camera, &called).bytes()[0]);
        assert_eq!(found, [3, 4]);
        assert!(camera.take().is_none());
    }

    #[test]
    fn one_that_is_not_there_is_told_at_the_start() {
        let cameras = RecordedCameras::with([]);
        let refused = CameraThread::start(Box::new(cameras), request(), || {}).err();
        let text = "there is no camera: no /dev/video* captures pictures; connect one, or load its driver";
        assert_eq!(refused.as_deref(), Some(text));
    }
}
