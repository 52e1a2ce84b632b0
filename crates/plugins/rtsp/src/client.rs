//! The thread of a stage, which connects again and again.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures::FutureExt;
use retina::client::SessionGroup;
use sluice_stage::{Context, Waker};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::counts::Counts;
use crate::session::{News, play};
use crate::settings::Settings;
use crate::trouble::Trouble;

/// What waits for the stage at most.
const MOST_NEWS: usize = 256;

/// How long is waited before the next try: the first time, and at most.
const WAITS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// How long the server may take to end a session when the stage ends.
const FAREWELL: Duration = Duration::from_millis(300);

/// The stage's end.
pub(crate) struct Client {
    news: Receiver<News>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// The kinds whose outputs are linked, a bit for each. The stage writes it.
    wanted: AtomicU8,
    stopping: AtomicBool,
    /// Rings when one of these has changed.
    bell: Notify,
    counts: Counts,
}

impl Client {
    /// Starts the thread. It connects once an output is wanted.
    ///
    /// # Errors
    ///
    /// The system gives no thread or no event queue.
    pub(crate) fn start(context: &Context, settings: Settings) -> Result<Self, String> {
        let refused = |error: std::io::Error| format!("cannot start a thread for connections: {error}");
        let runtime = Builder::new_current_thread().enable_all().build().map_err(refused)?;
        let (tell, news) = sync_channel(MOST_NEWS);
        let shared = Arc::new(Shared::default());
        let attendant = Attendant { settings, shared: Arc::clone(&shared), tell, waker: context.waker() };
        let thread = thread::Builder::new().name("rtsp".into()).spawn(move || {
            attendant.run(&runtime);
            // A look-up of a name may go on for long.
            runtime.shutdown_background();
        });
        Ok(Self { news, shared, thread: Some(thread.map_err(refused)?) })
    }

    /// Says which outputs are linked.
    pub(crate) fn want(&self, kinds: u8) {
        if self.shared.wanted.swap(kinds, Ordering::Relaxed) != kinds {
            self.shared.bell.notify_one();
        }
    }

    /// The oldest of the news.
    pub(crate) fn news(&self) -> Option<News> {
        self.news.try_recv().ok()
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.shared.counts
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        self.shared.bell.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread's end.
struct Attendant {
    settings: Settings,
    shared: Arc<Shared>,
    tell: SyncSender<News>,
    waker: Option<Waker>,
}

impl Attendant {
    fn run(self, runtime: &Runtime) {
        let group = Arc::new(SessionGroup::default());
        runtime.block_on(async {
            self.attend(&group).await;
            let _ = timeout(FAREWELL, group.await_teardown()).await;
        });
    }

    /// Runs sessions until the stage stops.
    async fn attend(&self, group: &Arc<SessionGroup>) {
        let Shared { wanted, stopping, bell, counts } = &*self.shared;
        let (mut wait, mut is_first) = (WAITS.0, true);
        while !stopping.load(Ordering::Relaxed) {
            let kinds = wanted.load(Ordering::Relaxed);
            if kinds == 0 {
                bell.notified().await;
                continue;
            }
            let mut has_frames = false;
            let mut tell = |news| {
                has_frames |= matches!(news, News::Frame(_));
                if matches!(news, News::Plays(_)) {
                    counts.reconnects.add((!std::mem::take(&mut is_first)).into());
                }
                self.tell(news)
            };
            let wake = || self.wake();
            // Whatever a server sends, its bytes end the session and not the process.
            let session = AssertUnwindSafe(play(&self.settings, kinds, group, counts, &mut tell, &wake)).catch_unwind();
            let ended: Result<Result<Infallible, Trouble>, _> = tokio::select! {
                biased;
                () = bell.notified() => continue,
                ended = session => ended,
            };
            let trouble = match ended {
                Ok(Err(trouble)) => trouble,
                Ok(Ok(never)) => match never {},
                Err(_) => Trouble::Other("what it sends cannot be read".into()),
            };
            if has_frames {
                wait = WAITS.0;
            }
            self.tell(News::Ended(trouble));
            tokio::select! {
                () = bell.notified() => {}
                () = sleep(wait) => {}
            }
            wait = (wait * 2).min(WAITS.1);
        }
    }

    /// Tells news; the session wakes the stage for frames. `false`: the stage does not keep up.
    fn tell(&self, news: News) -> bool {
        let is_frame = matches!(news, News::Frame(_));
        let is_told = self.tell.try_send(news).is_ok();
        if !is_frame {
            self.wake();
        }
        is_told
    }

    fn wake(&self) {
        self.waker.iter().for_each(Waker::wake);
    }
}

/// What the log says, each thing once until frames come again.
#[derive(Default)]
pub(crate) struct Teller {
    told: BTreeSet<String>,
}

impl Teller {
    /// The text, if it is new.
    pub(crate) fn once(&mut self, text: String) -> Option<String> {
        self.told.insert(text.clone()).then_some(text)
    }

    /// Frames come again.
    pub(crate) fn forget(&mut self) {
        self.told.clear();
    }
}
