//! What `camera` and `screen` do with the pictures of a device of the system, which leaves them on a queue of its own.
//!
//! Hot path: a tick copies no picture: frames have the device's, for a moment. A device that is not read keeps its newest
//! picture only, since it has few.

use std::sync::Arc;
use std::time::Instant;

use sluice_stage::abi::SLUICE_DISCONTINUITY;
use sluice_stage::{Acquire, Context, Next};

use super::mailbox::Mailbox;
use super::system_picture::{SystemPicture, hand_on};
use super::ticks::Ticks;

/// What a device tells.
pub enum News<P> {
    /// A picture, when it was taken, and how many before it nobody has taken.
    Picture(P, Instant, usize),
    /// Pictures come from now on, of that device and format.
    Available(String),
    /// No pictures come for now, and why. The device is tried again.
    Unavailable(String),
    /// Nothing comes any more, and why, which is nobody's fault.
    Ended(String),
    /// Nothing comes any more, and why, with what to do.
    Failed(String),
}

impl<P> Mailbox<News<P>> {
    /// Leaves a picture in place of any that was not taken: a device has few.
    pub fn put_picture(&self, picture: P, taken: Instant) {
        let stands_for = |news: &News<P>| if let News::Picture(_, _, passed) = news { Some(passed + 1) } else { None };
        self.put_over(stands_for, |passed| News::Picture(picture, taken, passed));
    }
}

/// A device of the system. Dropping it stops it, and nothing comes to the mailbox any more.
pub trait CaptureDevice: Sized + 'static {
    /// Its pictures. A copy of one is another reference to it.
    type Picture: SystemPicture + Clone;
    /// What is asked of it.
    type Wanted;

    /// Reads the configuration of the node.
    ///
    /// # Errors
    ///
    /// What it lacks.
    fn read(context: &Context) -> Result<(Self::Wanted, Pace), String>;

    /// Begins to open it, and asks for permission where that is needed; the rest comes to the mailbox.
    ///
    /// # Errors
    ///
    /// Why it cannot be tried.
    fn open(wanted: Self::Wanted, mailbox: &Arc<Mailbox<News<Self::Picture>>>) -> Result<Self, String>;
}

/// When pictures are wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Pictures a second; 0: as many as the device gives.
    pub rate_hz: f64,
    /// Where nothing has changed, the picture is written again.
    pub repeats: bool,
}

/// The pictures of a device as frames of output 0.
pub struct Capture<D: CaptureDevice> {
    /// Kept, since it stops when it is dropped.
    _device: D,
    mailbox: Arc<Mailbox<News<D::Picture>>>,
    /// When pictures are due; `None`: as they come.
    ticks: Option<Ticks>,
    duration_ns: f64,
    /// The newest picture, in the runtime's time, and whether it is yet to be written.
    newest: Option<Newest<D::Picture>>,
    /// Frames are missing before the next one.
    gap: bool,
    is_open: bool,
    counts: Counts,
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    /// Pictures that were written.
    pub frames: f64,
    /// Those of them that repeat the one before.
    pub unchanged: f64,
    /// Pictures that were due, or had come, and were not written in time.
    pub late: f64,
    /// How often the device came back.
    pub reconnects: f64,
}

struct Newest<P> {
    picture: P,
    pts_ns: f64,
    is_new: bool,
}

impl<D: CaptureDevice> Capture<D> {
    /// Opens the device that the configuration names.
    ///
    /// # Errors
    ///
    /// As [`CaptureDevice::read`] and [`CaptureDevice::open`].
    pub fn create(context: &mut Context) -> Result<Self, String> {
        let (wanted, Pace { rate_hz, repeats }) = D::read(context)?;
        let mailbox = Arc::new(Mailbox::new(context.waker()));
        Ok(Self {
            _device: D::open(wanted, &mailbox)?,
            mailbox,
            ticks: (repeats && rate_hz > 0.0).then(|| Ticks::new(1e9 / rate_hz)),
            duration_ns: if rate_hz > 0.0 { 1e9 / rate_hz } else { 0.0 },
            newest: None,
            gap: false,
            is_open: false,
            counts: Counts::default(),
        })
    }

    /// One tick of a stage of mode `External`.
    ///
    /// # Errors
    ///
    /// Why the device cannot be used, with what to do.
    pub fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        self.heed(context)?;
        if let Some(ticks) = &mut self.ticks {
            if self.newest.is_none() {
                return Ok(Next::WhenFramesCome);
            }
            let now_ns = context.now_ns();
            let Some(missed) = ticks.take(now_ns) else {
                context.wait_until_ns(ticks.next_ns());
                return Ok(Next::WhenFramesCome);
            };
            self.counts.late += missed;
        } else if !self.newest.as_ref().is_some_and(|newest| newest.is_new) {
            return Ok(Next::WhenFramesCome);
        }
        if !self.write(context)? {
            if let Some(ticks) = &mut self.ticks {
                ticks.put_back();
            }
            return Ok(Next::Again);
        }
        if let Some(ticks) = &self.ticks {
            context.wait_until_ns(ticks.next_ns());
        }
        Ok(Next::WhenFramesCome)
    }

    /// What was counted since the stage was made.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes what the device tells.
    fn heed(&mut self, context: &mut Context) -> Result<(), String> {
        // Both at once: from here on one time tells the other.
        let (now_ns, now) = (context.now_ns(), Instant::now());
        while let Some(news) = self.mailbox.take() {
            match news {
                News::Picture(picture, taken, mut passed) => {
                    let pts_ns = (now_ns - now.saturating_duration_since(taken).as_nanos() as f64).max(0.0);
                    let before = self.newest.replace(Newest { picture, pts_ns, is_new: true });
                    passed += usize::from(before.is_some_and(|before| before.is_new));
                    // With ticks the newest picture is what is wanted.
                    self.counts.late += if self.ticks.is_none() { passed as f64 } else { 0.0 };
                }
                News::Available(what) => {
                    if std::mem::replace(&mut self.is_open, true) {
                        self.counts.reconnects += 1.0;
                    }
                    context.log(&format!("pictures come from {what}"));
                    context.emit("available", "{}")?;
                }
                News::Unavailable(why) => {
                    (self.gap, self.newest) = (true, None);
                    context.warn(&format!("no pictures come for now, and the device is tried again: {why}"));
                    context.emit("unavailable", &format!("{{\"reason\":{}}}", json_text(&why)))?;
                }
                News::Ended(why) => {
                    context.log(&why);
                    context.finish();
                }
                News::Failed(why) => return Err(why),
            }
        }
        Ok(())
    }

    /// Writes the newest picture. `false`: no slot is free.
    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let Some(newest) = &mut self.newest else { return Ok(true) };
        if !context.may_write() {
            return Ok(false);
        }
        let (width, height) = newest.picture.size();
        let frame = match hand_on(context, 0, newest.picture.clone(), 0) {
            Ok(frame) => frame,
            Err((_, Acquire::Later)) => return Ok(false),
            Err((_, Acquire::Refused(why))) => {
                return Err(format!("no slot takes a picture of {width} × {height}: {why}"));
            }
        };
        let repeated = !std::mem::replace(&mut newest.is_new, false);
        let pts_ns = if repeated { context.now_ns() } else { newest.pts_ns };
        context.set_times_ns(frame, pts_ns, self.duration_ns)?;
        context.set_flags(frame, if std::mem::take(&mut self.gap) { SLUICE_DISCONTINUITY } else { 0 })?;
        context.write(0, frame)?;
        self.counts.frames += 1.0;
        self.counts.unchanged += f64::from(u8::from(repeated));
        // A device has few pictures: where none is repeated, this one goes back to it as soon as its frame does.
        if self.ticks.is_none() {
            self.newest = None;
        }
        Ok(true)
    }
}

/// A text in JSON.
pub(crate) fn json_text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if u32::from(letter) < 0x20 => quoted.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::json_text;

    #[test]
    fn json_text_escapes_quotes_backslashes_and_control_characters() {
        assert_eq!(json_text("a \"b\" \\ \n ü"), "\"a \\\"b\\\" \\\\ \\u000a ü\"");
    }
}
