//! Pictures of a camera, from its opening until it goes away.
//!
//! The driver fills buffers that are mapped. One that is filled is lent out, and goes back to the driver when what it was
//! lent to is dropped, on any thread. So no picture is copied before it is written into a frame.

use std::io;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::abi::{
    BUF_FLAG_ERROR, BUF_FLAG_TIMESTAMP_MASK, BUF_FLAG_TIMESTAMP_MONOTONIC, BUF_TYPE_VIDEO_CAPTURE, Buffer,
    CAP_TIMEPERFRAME, FIELD_NONE, FormatArgument, MEMORY_MMAP, PixFormat, RequestBuffers, StreamParm,
};
use super::choice::{Choice, Format, Request, choose};
use super::driver::{Ask, Cameras, Driver, Memory};
use super::error::{CameraError, explain};
use super::modes::{FoundCamera, find, modes_of, rate_of};
use crate::bell::Bell;

/// Buffers that the driver is asked for.
const BUFFERS: u32 = 4;

/// After so long without a picture a camera counts as gone.
const SILENCE: Duration = Duration::from_secs(5);

/// What the driver gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) format: Format,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Bytes from row to row of the first plane; 0 where pictures are coded.
    pub(crate) stride: usize,
    /// Pictures a second, as far as the driver says.
    pub(crate) frame_rate: f64,
}

/// Buffers on their way back to the driver.
pub(crate) struct Returns {
    numbers: Mutex<Vec<u32>>,
    pub(crate) bell: Arc<Bell>,
}

/// A picture in a buffer that is lent out.
pub(crate) struct Captured {
    memory: Arc<Vec<Box<dyn Memory>>>,
    index: u32,
    used: usize,
    returns: Arc<Returns>,
    pub(crate) shape: Shape,
    pub(crate) at: Instant,
    /// How many pictures are missing before it, by the driver's count.
    pub(crate) lost: u32,
    /// It is the first one of a session.
    pub(crate) first: bool,
}

impl Captured {
    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        let all = self.memory[self.index as usize].bytes();
        &all[..self.used.min(all.len())]
    }
}

impl Drop for Captured {
    fn drop(&mut self) {
        self.returns.numbers.lock().unwrap_or_else(PoisonError::into_inner).push(self.index);
        self.returns.bell.ring();
    }
}

/// What a step has brought.
pub(crate) enum Step {
    Picture(Captured),
    /// A picture that the driver says is damaged; it is left out.
    Damaged,
    Nothing,
}

/// A camera that captures.
pub(crate) struct Session {
    driver: Box<dyn Driver>,
    path: String,
    /// Of the camera.
    pub(crate) name: String,
    pub(crate) shape: Shape,
    memory: Arc<Vec<Box<dyn Memory>>>,
    returns: Arc<Returns>,
    /// The driver's number of the last picture.
    sequence: Option<u32>,
    /// When a picture came last.
    heard: Instant,
}

impl Session {
    /// Finds a camera, sets it up and starts it. `bell`: is rung when a buffer comes back.
    ///
    /// # Errors
    ///
    /// Why not, and what to do.
    pub(crate) fn open(cameras: &dyn Cameras, request: &Request, bell: &Arc<Bell>) -> Result<Self, CameraError> {
        let FoundCamera { path, name, mut driver } = find(cameras, &request.device)?;
        let told = |doing: &'static str| {
            let path = path.clone();
            move |error: io::Error| explain(doing, &path, &error)
        };
        let modes = modes_of(&mut *driver).map_err(told("read the formats of"))?;
        let choice = choose(&modes, request, &name).map_err(CameraError::Refused)?;
        let mut shape = set_format(&mut *driver, &choice, &name, told("set the format of"))?;
        shape.frame_rate = set_rate(&mut *driver, &choice, request.frame_rate).map_err(told("set the rate of"))?;
        let memory = map_buffers(&mut *driver).map_err(told("use"))?;
        driver.ask(Ask::StreamOn).map_err(told("start"))?;
        let returns = Arc::new(Returns { numbers: Mutex::default(), bell: Arc::clone(bell) });
        let memory = Arc::new(memory);
        Ok(Self { driver, path, name, shape, memory, returns, sequence: None, heard: Instant::now() })
    }

    /// Waits for the next picture, so long at most, or until the bell is rung.
    ///
    /// # Errors
    ///
    /// The camera has gone, or captures nothing any more.
    pub(crate) fn step(&mut self, most: Duration) -> Result<Step, CameraError> {
        let told = |error: io::Error, path: &str| explain("capture from", path, &error);
        let back = mem::take(&mut *self.returns.numbers.lock().unwrap_or_else(PoisonError::into_inner));
        for index in back {
            self.driver.ask(Ask::Queue(&mut Buffer::new(index))).map_err(|error| told(error, &self.path))?;
        }
        let bell = Arc::clone(&self.returns.bell);
        let ready = self.driver.wait(bell.descriptor(), most).map_err(|error| told(error, &self.path))?;
        bell.clear();
        if !ready {
            return self.note_silence();
        }
        let mut buffer = Buffer::new(0);
        match self.driver.ask(Ask::Dequeue(&mut buffer)) {
            Ok(()) => {}
            Err(error) if error.raw_os_error() == Some(libc::EAGAIN) => return self.note_silence(),
            Err(error) => return Err(told(error, &self.path)),
        }
        self.heard = Instant::now();
        let missing = self.sequence.map_or(0, |last| buffer.sequence.wrapping_sub(last).saturating_sub(1));
        let first = self.sequence.is_none();
        let captured = Captured {
            memory: Arc::clone(&self.memory),
            index: buffer.index,
            used: buffer.bytesused as usize,
            returns: Arc::clone(&self.returns),
            shape: self.shape,
            at: instant_of(&buffer, self.heard),
            lost: missing,
            first,
        };
        if buffer.flags & BUF_FLAG_ERROR != 0 || buffer.bytesused == 0 {
            // It counts as missing before the next one.
            return Ok(Step::Damaged);
        }
        self.sequence = Some(buffer.sequence);
        Ok(Step::Picture(captured))
    }

    fn note_silence(&self) -> Result<Step, CameraError> {
        // All buffers may be lent out.
        let lent = Arc::strong_count(&self.memory) > 1;
        if lent || self.heard.elapsed() < SILENCE {
            return Ok(Step::Nothing);
        }
        let text = format!("camera \"{}\" has given no picture for 5 s; disconnect it and connect it again", self.path);
        Err(CameraError::Gone(text))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A camera that has gone refuses it.
        _ = self.driver.ask(Ask::StreamOff);
    }
}

/// Sets the format, and takes what the driver makes of it.
fn set_format(
    driver: &mut dyn Driver,
    choice: &Choice,
    name: &str,
    told: impl Fn(io::Error) -> CameraError,
) -> Result<Shape, CameraError> {
    let mode = &choice.mode;
    let mut asked = FormatArgument::new(PixFormat {
        width: mode.width,
        height: mode.height,
        pixelformat: mode.pixel_format,
        field: FIELD_NONE,
        ..PixFormat::default()
    });
    driver.ask(Ask::SetFormat(&mut asked)).map_err(told)?;
    let &mut PixFormat { width, height, pixelformat, bytesperline, .. } = asked.pix();
    let Some(format) = Format::of(pixelformat).filter(|&format| Some(format) == mode.format()) else {
        let code = String::from_utf8_lossy(&pixelformat.to_le_bytes()).into_owned();
        let wanted = mode.format().map_or("", Format::name);
        return Err(CameraError::Refused(format!(
            "camera \"{name}\" lists {wanted} of {} × {}, and gives {width} × {height} of \"{code}\" when it is asked for \
             it; set another format or size",
            mode.width, mode.height
        )));
    };
    Ok(Shape { format, width, height, stride: bytesperline as usize, frame_rate: 0.0 })
}

/// Sets the rate, and answers with the one that the driver has then.
fn set_rate(driver: &mut dyn Driver, choice: &Choice, wanted: f64) -> io::Result<f64> {
    let Some(interval) = choice.interval else { return Ok(wanted) };
    let mut asked = StreamParm::new(interval);
    match driver.ask(Ask::SetInterval(&mut asked)) {
        Ok(()) if asked.capture.capability & CAP_TIMEPERFRAME != 0 => Ok(rate_of(asked.capture.timeperframe)),
        Ok(()) => Ok(rate_of(interval)),
        // It has one rate.
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOTTY)) => Ok(rate_of(interval)),
        Err(error) => Err(error),
    }
}

/// Maps the driver's buffers and queues them.
fn map_buffers(driver: &mut dyn Driver) -> io::Result<Vec<Box<dyn Memory>>> {
    let mut asked = RequestBuffers {
        count: BUFFERS,
        kind: BUF_TYPE_VIDEO_CAPTURE,
        memory: MEMORY_MMAP,
        ..RequestBuffers::default()
    };
    driver.ask(Ask::Buffers(&mut asked))?;
    let mut memory = Vec::new();
    for index in 0..asked.count {
        let mut buffer = Buffer::new(index);
        driver.ask(Ask::Describe(&mut buffer))?;
        memory.push(driver.map(buffer.offset(), buffer.length as usize)?);
        driver.ask(Ask::Queue(&mut buffer))?;
    }
    Ok(memory)
}

/// When a picture was captured. Drivers of before Linux 3.9 do not say by which clock.
fn instant_of(buffer: &Buffer, now: Instant) -> Instant {
    if buffer.flags & BUF_FLAG_TIMESTAMP_MASK != BUF_FLAG_TIMESTAMP_MONOTONIC {
        return now;
    }
    let mut clock = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: there is room for the time.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut clock) };
    let now_ns = clock.tv_sec * 1_000_000_000 + clock.tv_nsec;
    let then_ns = buffer.timestamp.tv_sec * 1_000_000_000 + buffer.timestamp.tv_usec * 1_000;
    let ago = u64::try_from(now_ns - then_ns).unwrap_or(0);
    now.checked_sub(Duration::from_nanos(ago)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::super::recorded::{RecordedCameras, c920};
    use super::*;

    fn request(format: &str) -> Request {
        Request { device: String::new(), width: 640, height: 480, frame_rate: 30.0, format: Format::named(format) }
    }

    fn bell() -> Arc<Bell> {
        Arc::new(Bell::new().unwrap())
    }

    fn open(cameras: &RecordedCameras, format: &str) -> Result<Session, CameraError> {
        Session::open(cameras, &request(format), &bell())
    }

    fn next(session: &mut Session) -> Captured {
        match session.step(Duration::ZERO) {
            Ok(Step::Picture(captured)) => captured,
            Ok(Step::Damaged) => panic!("it is damaged"),
            Ok(Step::Nothing) => panic!("there is none"),
            Err(error) => panic!("{}", error.text()),
        }
    }

    #[test]
    fn a_camera_is_set_up_and_its_pictures_come_in_their_order() {
        let cameras = RecordedCameras::with([("/dev/video0", c920())]);
        let mut session = open(&cameras, "yuyv").unwrap();
        let shape = Shape { format: Format::Yuyv, width: 640, height: 480, stride: 1_280, frame_rate: 30.0 };
        assert_eq!(session.shape, shape);
        let camera = cameras.camera("/dev/video0");
        for (sequence, byte) in [(0, 7), (1, 8), (4, 9)] {
            camera.give(sequence, &[byte; 100], 0);
        }
        let found = [(); 3].map(|()| {
            let captured = next(&mut session);
            (captured.bytes().to_vec(), captured.lost, captured.first)
        });
        let wanted =
            [(7, 0, true), (8, 0, false), (9, 2, false)].map(|(byte, lost, first)| (vec![byte; 100], lost, first));
        assert_eq!(found, wanted);
        assert!(matches!(session.step(Duration::ZERO), Ok(Step::Nothing)));
    }

    #[test]
    fn a_buffer_goes_back_to_the_driver_when_its_picture_is_dropped() {
        let cameras = RecordedCameras::with([("/dev/video0", c920())]);
        let mut session = open(&cameras, "mjpeg").unwrap();
        let camera = cameras.camera("/dev/video0");
        let mut lent = Vec::new();
        for sequence in 0..4 {
            camera.give(sequence, &[sequence as u8; 10], 0);
            lent.push(next(&mut session));
        }
        assert_eq!(camera.queued(), 0);
        // The driver has nowhere to put it.
        camera.give(4, &[4; 10], 0);
        assert!(matches!(session.step(Duration::ZERO), Ok(Step::Nothing)));
        assert_eq!(lent[3].bytes(), [3; 10]);
        lent.remove(1);
        assert_eq!(next(&mut session).bytes(), [4; 10]);
        drop(lent);
        drop(session);
        assert!(!camera.is_streaming());
    }

    #[test]
    fn a_damaged_picture_is_left_out_and_counts_as_missing() {
        let cameras = RecordedCameras::with([("/dev/video0", c920())]);
        let mut session = open(&cameras, "mjpeg").unwrap();
        let camera = cameras.camera("/dev/video0");
        camera.give(0, &[1; 10], 0);
        camera.give(1, &[2; 10], BUF_FLAG_ERROR);
        camera.give(2, &[3; 10], 0);
        next(&mut session);
        assert!(matches!(session.step(Duration::ZERO), Ok(Step::Damaged)));
        assert_eq!(next(&mut session).lost, 1);
    }

    #[test]
    fn a_picture_has_the_time_of_the_driver_if_that_is_monotonic() {
        let cameras = RecordedCameras::with([("/dev/video0", c920())]);
        let mut session = open(&cameras, "mjpeg").unwrap();
        let camera = cameras.camera("/dev/video0");
        let second = Duration::from_secs(1);
        camera.give_at(0, second, BUF_FLAG_TIMESTAMP_MONOTONIC);
        assert!(next(&mut session).at.elapsed() >= second);
        let before = Instant::now();
        camera.give_at(1, second, 0);
        assert!(next(&mut session).at >= before);
    }

    #[test]
    fn one_that_goes_away_or_is_busy_says_so() {
        let cameras = RecordedCameras::with([("/dev/video0", c920())]);
        let mut session = open(&cameras, "mjpeg").unwrap();
        cameras.camera("/dev/video0").fail(libc::ENODEV);
        let text = "cannot capture from camera \"/dev/video0\": it is not there; connect it, or name another one";
        assert_eq!(session.step(Duration::ZERO).err(), Some(CameraError::Gone(text.into())));
        let busy = RecordedCameras::with([("/dev/video0", c920().busy())]);
        let text = "cannot set the format of camera \"/dev/video0\": it is busy: another program or node captures from it; \
                    end that one";
        assert_eq!(open(&busy, "mjpeg").err(), Some(CameraError::Gone(text.into())));
    }

    #[test]
    fn a_driver_that_gives_another_format_than_it_lists_is_refused() {
        let cameras = RecordedCameras::with([("/dev/video0", c920().giving(b"YUYV", 320, 240))]);
        let text = "camera \"HD Pro Webcam C920\" lists mjpeg of 640 × 480, and gives 320 × 240 of \"YUYV\" when it is asked \
                    for it; set another format or size";
        assert_eq!(open(&cameras, "mjpeg").err(), Some(CameraError::Refused(text.into())));
        // Another size of the same format is taken.
        let session = open(&cameras, "yuyv").unwrap();
        assert_eq!((session.shape.width, session.shape.height, session.shape.stride), (320, 240, 640));
    }
}
