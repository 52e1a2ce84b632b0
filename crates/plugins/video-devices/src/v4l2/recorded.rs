//! Cameras that answer as real ones do, for tests: what UVC cameras list, as `v4l2-ctl --list-formats-ext` shows it.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::abi::{
    BUF_FLAG_TIMESTAMP_MASK, Buffer, CAP_DEVICE_CAPS, CAP_STREAMING, CAP_TIMEPERFRAME, CAP_VIDEO_CAPTURE, DISCRETE,
    PixFormat, Place, four_cc,
};
use super::driver::{Ask, Cameras, Driver, Memory};
use super::kernel::Mapped;

/// Bytes of a buffer: a page is the least that can be mapped apart.
const BUFFER: u32 = 1 << 20;

/// `V4L2_CAP_META_CAPTURE`: of the second device of a UVC camera.
const CAP_META_CAPTURE: u32 = 0x0080_0000;

/// Sizes, with the intervals of each.
type Sizes = &'static [((u32, u32), &'static [[u32; 2]])];

/// A format with its sizes.
type Listed = (&'static [u8; 4], Sizes);

const TO_30: &[[u32; 2]] = &[[1, 30], [1, 24], [1, 20], [1, 15], [1, 10], [2, 15], [1, 5]];

/// The list of a Logitech C920.
const C920: &[Listed] = &[
    (
        b"YUYV",
        &[
            ((640, 480), TO_30),
            ((160, 90), TO_30),
            ((320, 240), TO_30),
            ((800, 600), &[[1, 24], [1, 20], [1, 15], [1, 10], [2, 15], [1, 5]]),
            ((1_280, 720), &[[1, 10], [2, 15], [1, 5]]),
            ((1_920, 1_080), &[[1, 5]]),
            ((2_304, 1_536), &[[1, 2]]),
        ],
    ),
    (b"H264", &[((640, 480), TO_30), ((1_920, 1_080), TO_30)]),
    (
        b"MJPG",
        &[((640, 480), TO_30), ((160, 90), TO_30), ((800, 600), TO_30), ((1_280, 720), TO_30), ((1_920, 1_080), TO_30)],
    ),
];

/// A picture, or a fault, that comes next.
enum Event {
    Picture { sequence: u32, bytes: Vec<u8>, flags: u32, ago: Duration },
    Fault(i32),
}

struct State {
    capabilities: u32,
    listed: &'static [Listed],
    open_fault: Option<i32>,
    busy: bool,
    /// What `S_FMT` makes of whatever it is asked for.
    gives: Option<(u32, u32, u32)>,
    memory: File,
    /// Buffers that the driver has, the oldest first.
    queued: VecDeque<u32>,
    events: VecDeque<Event>,
    streaming: bool,
}

/// A camera.
#[derive(Clone)]
pub(crate) struct Recorded(Arc<Mutex<State>>);

/// A Logitech C920.
pub(crate) fn c920() -> Recorded {
    // SAFETY: the name is a C string.
    let descriptor = unsafe { libc::memfd_create(c"camera".as_ptr(), libc::MFD_CLOEXEC) };
    assert!(descriptor >= 0);
    // SAFETY: it was opened just now, and nothing else has it.
    let memory = unsafe { File::from_raw_fd(descriptor) };
    Recorded(Arc::new(Mutex::new(State {
        capabilities: CAP_VIDEO_CAPTURE | CAP_STREAMING,
        listed: C920,
        open_fault: None,
        busy: false,
        gives: None,
        memory,
        queued: VecDeque::new(),
        events: VecDeque::new(),
        streaming: false,
    })))
}

impl Recorded {
    /// Its second device, which gives no pictures.
    pub(crate) fn metadata(self) -> Self {
        self.lock().capabilities = CAP_META_CAPTURE | CAP_STREAMING;
        self
    }

    /// One that cannot be opened.
    pub(crate) fn refusing(self, errno: i32) -> Self {
        self.lock().open_fault = Some(errno);
        self
    }

    /// One that another program captures from.
    pub(crate) fn busy(self) -> Self {
        self.lock().busy = true;
        self
    }

    /// One that gives a format and a size whatever it is asked for.
    pub(crate) fn giving(self, code: &[u8; 4], width: u32, height: u32) -> Self {
        self.lock().gives = Some((four_cc(code), width, height));
        self
    }

    /// Fills the next buffer.
    pub(crate) fn give(&self, sequence: u32, bytes: &[u8], flags: u32) {
        let event = Event::Picture { sequence, bytes: bytes.to_vec(), flags, ago: Duration::ZERO };
        self.lock().events.push_back(event);
    }

    /// Fills the next buffer with a picture of a time that has passed, on a clock that the flags name.
    pub(crate) fn give_at(&self, sequence: u32, ago: Duration, flags: u32) {
        self.lock().events.push_back(Event::Picture { sequence, bytes: vec![1], flags, ago });
    }

    /// The next request for a picture fails.
    pub(crate) fn fail(&self, errno: i32) {
        self.lock().events.push_back(Event::Fault(errno));
    }

    /// How many buffers the driver has.
    pub(crate) fn queued(&self) -> usize {
        self.lock().queued.len()
    }

    pub(crate) fn is_streaming(&self) -> bool {
        self.lock().streaming
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn sizes(&self, code: u32) -> io::Result<Sizes> {
        self.listed.iter().find(|(own, _)| four_cc(own) == code).map(|&(_, sizes)| sizes).ok_or_else(invalid)
    }

    fn ask(&mut self, ask: Ask<'_>) -> io::Result<()> {
        match ask {
            Ask::Capability(to) => {
                to.card[..18].copy_from_slice(b"HD Pro Webcam C920");
                (to.capabilities, to.device_caps) = (self.capabilities | CAP_DEVICE_CAPS, self.capabilities);
            }
            Ask::Format(to) => {
                let (code, _) = self.listed.get(to.index as usize).ok_or_else(invalid)?;
                to.pixelformat = four_cc(code);
            }
            Ask::Size(to) => {
                let &((width, height), _) = self.sizes(to.pixel_format)?.get(to.index as usize).ok_or_else(invalid)?;
                (to.kind, to.sizes) = (DISCRETE, [width, height, 0, 0, 0, 0]);
            }
            Ask::Interval(to) => {
                let sizes = self.sizes(to.pixel_format)?;
                let (_, intervals) =
                    sizes.iter().find(|(size, _)| *size == (to.width, to.height)).ok_or_else(invalid)?;
                let interval = *intervals.get(to.index as usize).ok_or_else(invalid)?;
                (to.kind, to.intervals) = (DISCRETE, [interval, [0; 2], [0; 2]]);
            }
            Ask::SetFormat(_) if self.busy => return Err(io::Error::from_raw_os_error(libc::EBUSY)),
            Ask::SetFormat(to) => {
                let pix: &mut PixFormat = to.pix();
                if let Some((code, width, height)) = self.gives {
                    (pix.pixelformat, pix.width, pix.height) = (code, width, height);
                }
                pix.bytesperline = if pix.pixelformat == four_cc(b"YUYV") { pix.width * 2 } else { 0 };
            }
            Ask::SetInterval(to) => to.capture.capability = CAP_TIMEPERFRAME,
            Ask::Buffers(to) => self.memory.set_len(u64::from(to.count * BUFFER))?,
            Ask::Describe(to) => {
                to.length = BUFFER;
                to.place = Place { offset: to.index * BUFFER };
            }
            Ask::Queue(to) => self.queued.push_back(to.index),
            Ask::Dequeue(to) => return self.dequeue(to),
            Ask::StreamOn => self.streaming = true,
            Ask::StreamOff => {
                self.streaming = false;
                self.queued.clear();
            }
        }
        Ok(())
    }

    fn dequeue(&mut self, to: &mut Buffer) -> io::Result<()> {
        let again = || io::Error::from_raw_os_error(libc::EAGAIN);
        if let Some(&Event::Fault(errno)) = self.events.front() {
            return Err(io::Error::from_raw_os_error(errno));
        }
        let (Some(&index), false) = (self.queued.front(), self.events.is_empty()) else { return Err(again()) };
        let Some(Event::Picture { sequence, bytes, flags, ago }) = self.events.pop_front() else { return Err(again()) };
        self.queued.pop_front();
        self.memory.write_all_at(&bytes, u64::from(index * BUFFER))?;
        (to.index, to.sequence, to.bytesused, to.flags) = (index, sequence, bytes.len() as u32, flags);
        let clock = if flags & BUF_FLAG_TIMESTAMP_MASK == 0 { libc::CLOCK_REALTIME } else { libc::CLOCK_MONOTONIC };
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: there is room for the time.
        unsafe { libc::clock_gettime(clock, &raw mut now) };
        to.timestamp = libc::timeval { tv_sec: now.tv_sec - ago.as_secs() as i64, tv_usec: now.tv_nsec / 1_000 };
        Ok(())
    }
}

fn invalid() -> io::Error {
    io::Error::from_raw_os_error(libc::EINVAL)
}

impl Driver for Recorded {
    fn ask(&mut self, ask: Ask<'_>) -> io::Result<()> {
        self.lock().ask(ask)
    }

    fn map(&mut self, offset: u32, length: usize) -> io::Result<Box<dyn Memory>> {
        Ok(Box::new(Mapped::new(self.lock().memory.as_raw_fd(), offset, length)?))
    }

    fn wait(&mut self, bell: RawFd, most: Duration) -> io::Result<bool> {
        if !self.lock().events.is_empty() {
            return Ok(true);
        }
        let mut place = libc::pollfd { fd: bell, events: libc::POLLIN, revents: 0 };
        // SAFETY: the descriptor is open, and there is one place.
        unsafe { libc::poll(&raw mut place, 1, most.as_millis().min(10) as i32) };
        Ok(!self.lock().events.is_empty())
    }
}

/// Cameras by their paths.
#[derive(Clone)]
pub(crate) struct RecordedCameras(Arc<Mutex<Vec<(String, Recorded)>>>);

impl RecordedCameras {
    pub(crate) fn with<const N: usize>(cameras: [(&str, Recorded); N]) -> Self {
        Self(Arc::new(Mutex::new(cameras.map(|(path, camera)| (path.to_owned(), camera)).to_vec())))
    }

    /// The camera of a path.
    pub(crate) fn camera(&self, path: &str) -> Recorded {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(own, _)| own == path).map(|(_, camera)| camera.clone()).expect("there is one")
    }

    /// Disconnects all cameras, and connects others.
    pub(crate) fn replace<const N: usize>(&self, cameras: [(&str, Recorded); N]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *all = cameras.map(|(path, camera)| (path.to_owned(), camera)).to_vec();
    }
}

impl Cameras for RecordedCameras {
    fn paths(&self) -> Vec<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(path, _)| path.clone()).collect()
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Driver>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.iter().find(|(own, _)| own == path);
        let (_, camera) = found.ok_or_else(|| io::Error::from_raw_os_error(libc::ENOENT))?;
        match camera.lock().open_fault {
            Some(errno) => Err(io::Error::from_raw_os_error(errno)),
            None => Ok(Box::new(camera.clone())),
        }
    }
}
