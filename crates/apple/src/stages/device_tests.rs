//! A device whose queue runs when the test says so.

use std::collections::VecDeque;
use std::ffi::c_void;

use super::*;

#[derive(Default)]
struct Manual {
    work: Mutex<VecDeque<Work>>,
    delayed: Mutex<Vec<(Duration, Work)>>,
    asked: Mutex<Option<Answer>>,
}

impl Queue for Manual {
    fn new() -> Self {
        Self::default()
    }

    fn later(&self, work: Work) {
        self.work.lock().unwrap().push_back(work);
    }

    fn after(&self, delay: Duration, work: Work) {
        self.delayed.lock().unwrap().push((delay, work));
    }

    fn ask(&self, _permission: Permission, then: Answer) {
        *self.asked.lock().unwrap() = Some(then);
    }
}

impl Manual {
    fn run(&self) {
        loop {
            // Work gives work.
            let Some(work) = self.work.lock().unwrap().pop_front() else { return };
            work();
        }
    }

    /// Runs what waits for a time; the answer is these times.
    fn pass_time(&self) -> Vec<Duration> {
        let delayed = std::mem::take(&mut *self.delayed.lock().unwrap());
        delayed
            .into_iter()
            .map(|(delay, work)| {
                work();
                delay
            })
            .collect()
    }

    fn answer(&self, standing: Standing) {
        self.asked.lock().unwrap().as_ref().unwrap()(standing);
        self.run();
    }
}

#[derive(Clone)]
struct Picture(u32);

impl SystemPicture for Picture {
    fn format(&self) -> Option<u32> {
        None
    }

    fn size(&self) -> (u32, u32) {
        (2, 2)
    }

    fn copy_plane(&self, _index: usize, _to: &mut [u8], _stride: usize, _row_bytes: usize) -> Result<(), String> {
        Err("it has no pixels".into())
    }

    fn into_handle(self) -> *mut c_void {
        std::ptr::without_provenance_mut(self.0 as usize)
    }

    unsafe fn from_handle(handle: *mut c_void) -> Self {
        Self(handle.addr() as u32)
    }
}

/// Opens as it is told, and counts what is open.
struct Camera {
    outcomes: Mutex<VecDeque<Result<(), Fault>>>,
    open: Arc<Mutex<u32>>,
}

struct Session(Arc<Mutex<u32>>);

impl Drop for Session {
    fn drop(&mut self) {
        *self.0.lock().unwrap() -= 1;
    }
}

impl Source for Camera {
    const PERMISSION: Permission = Permission::Camera;
    type Queue = Manual;
    type Picture = Picture;
    type Session = Session;

    fn read(_context: &Context) -> Result<(Self, Pace), String> {
        Err("it is made by the test".into())
    }

    fn called(&self) -> String {
        "camera \"c\"".into()
    }

    fn open(&self, _opened: &Arc<Opened<Self>>) -> Result<(Session, String), Fault> {
        self.outcomes.lock().unwrap().pop_front().unwrap()?;
        *self.open.lock().unwrap() += 1;
        Ok((Session(Arc::clone(&self.open)), "camera \"c\"".into()))
    }
}

struct World {
    device: Device<Camera>,
    mailbox: Arc<Mailbox<News<Picture>>>,
    open: Arc<Mutex<u32>>,
}

impl World {
    fn new(outcomes: impl IntoIterator<Item = Result<(), Fault>>) -> Self {
        let (mailbox, open) = (Arc::new(Mailbox::new(None)), Arc::default());
        let camera = Camera { outcomes: Mutex::new(outcomes.into_iter().collect()), open: Arc::clone(&open) };
        Self { device: Device::open(camera, &mailbox).unwrap(), mailbox, open }
    }

    fn queue(&self) -> &Manual {
        self.device.0.queue()
    }

    fn news(&self) -> Vec<String> {
        let tell = |news| match news {
            News::Picture(Picture(number), _, passed) => format!("picture {number} for {passed}"),
            News::Available(what) => format!("available: {what}"),
            News::Unavailable(why) => format!("unavailable: {why}"),
            News::Ended(why) => format!("ended: {why}"),
            News::Failed(why) => format!("failed: {why}"),
        };
        std::iter::from_fn(|| self.mailbox.take()).map(tell).collect()
    }

    fn is_open(&self) -> bool {
        *self.open.lock().unwrap() == 1
    }
}

#[test]
fn a_device_is_opened_once_the_user_has_allowed_it() {
    let world = World::new([Ok(())]);
    world.queue().run();
    assert!(!world.is_open() && world.news().is_empty(), "the user has not answered");
    world.queue().answer(Standing::Granted);
    assert!(world.is_open());
    world.device.0.put(Picture(1), Instant::now());
    world.device.0.put(Picture(2), Instant::now());
    assert_eq!(world.news(), ["available: camera \"c\"", "picture 2 for 1"]);
}

#[test]
fn a_refusal_fails_and_says_which_setting_to_change() {
    let world = World::new([]);
    world.queue().answer(Standing::Denied);
    let news = world.news();
    assert!(news[0].starts_with("failed: cannot use camera \"c\": macOS denies it"), "{news:?}");
    assert!(world.queue().pass_time().is_empty(), "nothing is tried again");
}

#[test]
fn a_fault_that_may_pass_is_tried_again_after_a_second_until_it_has_passed() {
    let world = World::new([Err("it is busy".into()), Err("it is busy".into()), Ok(())]);
    world.queue().answer(Standing::Granted);
    assert_eq!(world.queue().pass_time(), [Duration::from_secs(1)]);
    assert_eq!(world.queue().pass_time(), [Duration::from_secs(1)]);
    let busy = "unavailable: cannot use camera \"c\": it is busy";
    assert_eq!(world.news(), [busy, busy, "available: camera \"c\""]);
    assert!(world.is_open() && world.queue().pass_time().is_empty());
}

#[test]
fn a_device_that_fails_is_let_go_of_before_it_is_opened_again() {
    let world = World::new([Ok(()), Ok(())]);
    world.queue().answer(Standing::Granted);
    world.device.0.later(|opened| opened.fail("it was unplugged".into()));
    world.queue().run();
    assert!(!world.is_open());
    world.queue().pass_time();
    assert!(world.is_open());
    assert_eq!(world.news().len(), 3);
}

#[test]
fn what_the_user_ends_or_forbids_is_not_tried_again() {
    for (fault, starts) in [(Fault::Ended, "ended: the user has ended"), (Fault::Denied, "failed: cannot use")] {
        let world = World::new([Ok(())]);
        world.queue().answer(Standing::Granted);
        world.device.0.fail(fault);
        assert!(world.news()[1].starts_with(starts));
        assert!(!world.is_open() && world.queue().pass_time().is_empty());
    }
}

#[test]
fn after_the_stage_has_gone_nothing_is_opened_told_or_kept() {
    let World { device, mailbox, open } = World::new([Ok(()), Ok(())]);
    let opened = Arc::clone(&device.0);
    opened.queue().answer(Standing::Granted);
    opened.fail("it was unplugged".into());
    opened.queue().pass_time();
    _ = std::iter::from_fn(|| mailbox.take()).count();
    drop(device);
    assert_eq!(*open.lock().unwrap(), 1, "it ends on its queue");
    opened.put(Picture(1), Instant::now());
    opened.queue().run();
    assert_eq!(*open.lock().unwrap(), 0);
    opened.fail("late".into());
    opened.queue().answer(Standing::Granted);
    assert!(opened.queue().pass_time().is_empty() && mailbox.take().is_none());
    assert_eq!(*open.lock().unwrap(), 0);
}
