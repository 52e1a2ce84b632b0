//! The thread that runs the connections of a stage.

use std::hash::{BuildHasher, RandomState};
use std::net::{SocketAddr, UdpSocket};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sluice_stage::{Context, Waker};
use str0m::Input;

use crate::counts::Counts;
use crate::media::{Incoming, Kind, Outgoing};
use crate::peer::{Happening, Peer, Role, datagram};
use crate::reader::{Datagram, Reader};
use crate::settings::Settings;

/// What waits for the stage at most.
const MOST_NEWS: usize = 1_024;

/// How long the thread sleeps at most.
const IDLE: Duration = Duration::from_secs(1);

/// How long an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// What an offer is answered with.
pub(crate) struct Answer {
    /// By which the peer is known.
    pub(crate) id: String,
    pub(crate) sdp: String,
}

/// What the thread tells the stage.
pub(crate) enum News {
    Frame(Incoming),
    KeyFrameWanted,
    /// What the way to the slowest peer carries, bits a second.
    Estimate(f64),
    Connected,
    /// A peer has gone, and why.
    Gone(String),
}

enum Ask {
    Offer(String, SyncSender<Result<Answer, String>>),
    Candidate(String, String, SyncSender<Result<(), String>>),
    Leave(String, SyncSender<Result<(), String>>),
    Send(Outgoing),
    Receive(Datagram),
    Stop,
}

/// The stage's end.
pub(crate) struct Endpoint {
    asks: Sender<Ask>,
    news: Receiver<News>,
    pub(crate) counts: Arc<Counts>,
    thread: Option<JoinHandle<()>>,
    _reader: Reader,
}

impl Endpoint {
    /// Opens the socket and starts the thread.
    ///
    /// # Errors
    ///
    /// Why the socket cannot be opened.
    pub(crate) fn open(context: &Context, role: Role, settings: Settings) -> Result<Self, String> {
        let wanted = settings.local;
        let refused = |error: std::io::Error| format!("cannot open UDP {wanted}: {error}");
        let socket = UdpSocket::bind(wanted).map_err(refused)?;
        let local = socket.local_addr().map_err(refused)?;
        let (asks, asked) = channel();
        let read = asks.clone();
        let reader =
            Reader::start(&socket, move |datagram| drop(read.send(Ask::Receive(datagram)))).map_err(refused)?;
        let (tell, news) = sync_channel(MOST_NEWS);
        let counts = Arc::new(Counts::default());
        let connections = Connections {
            socket,
            local,
            role,
            settings,
            peers: Vec::new(),
            tell,
            waker: context.waker(),
            counts: Arc::clone(&counts),
            epoch: None,
            estimate: None,
        };
        let thread = thread::Builder::new().name("webrtc".into()).spawn(move || connections.run(&asked));
        let thread = Some(thread.map_err(|error| format!("cannot start a thread: {error}"))?);
        Ok(Self { asks, news, counts, thread, _reader: reader })
    }

    /// Takes a peer's offer.
    ///
    /// # Errors
    ///
    /// Why the peer is refused.
    pub(crate) fn offer(&self, sdp: &str) -> Result<Answer, String> {
        self.ask(|reply| Ask::Offer(sdp.into(), reply))
    }

    /// Adds an address of a peer.
    ///
    /// # Errors
    ///
    /// There is no such peer, or it is no address.
    pub(crate) fn candidate(&self, id: &str, candidate: &str) -> Result<(), String> {
        self.ask(|reply| Ask::Candidate(id.into(), candidate.into(), reply))
    }

    /// Ends a peer's connection.
    ///
    /// # Errors
    ///
    /// There is no such peer.
    pub(crate) fn leave(&self, id: &str) -> Result<(), String> {
        self.ask(|reply| Ask::Leave(id.into(), reply))
    }

    /// Sends a frame to all peers.
    pub(crate) fn send(&self, frame: Outgoing) {
        self.tell(Ask::Send(frame));
    }

    /// The oldest of the news.
    pub(crate) fn news(&self) -> Option<News> {
        self.news.try_recv().ok()
    }

    fn ask<T>(&self, ask: impl FnOnce(SyncSender<Result<T, String>>) -> Ask) -> Result<T, String> {
        let (reply, answer) = sync_channel(1);
        self.tell(ask(reply));
        answer.recv_timeout(ANSWER_TIME).unwrap_or_else(|_| Err("the connections do not answer".into()))
    }

    fn tell(&self, ask: Ask) {
        // Without the thread nobody waits for it.
        let _ = self.asks.send(ask);
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.tell(Ask::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The thread's end.
struct Connections {
    socket: UdpSocket,
    local: SocketAddr,
    role: Role,
    settings: Settings,
    peers: Vec<Peer>,
    tell: SyncSender<News>,
    waker: Option<Waker>,
    counts: Arc<Counts>,
    /// When media time 0 was.
    epoch: Option<Instant>,
    /// What the stage was told last.
    estimate: Option<f64>,
}

impl Connections {
    fn run(mut self, asked: &Receiver<Ask>) {
        loop {
            self.pass_time();
            self.drain();
            self.forget();
            self.tell_estimate();
            let now = Instant::now();
            self.peers.iter_mut().for_each(|peer| peer.try_for_more(now));
            let due = self.peers.iter().map(|peer| peer.due).min();
            let wait = due.map_or(IDLE, |due| due.saturating_duration_since(now).min(IDLE));
            match asked.recv_timeout(wait) {
                Ok(Ask::Stop) | Err(RecvTimeoutError::Disconnected) => return self.close(),
                Ok(ask) => self.answer(ask),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn answer(&mut self, ask: Ask) {
        let unknown = |id: &str| format!("there is no connection \"{id}\"; it may have ended");
        match ask {
            Ask::Offer(offer, reply) => drop(reply.send(self.accept(&offer))),
            Ask::Candidate(id, text, reply) => {
                let peer = self.peers.iter_mut().find(|peer| peer.id == id);
                drop(reply.send(peer.map_or_else(|| Err(unknown(&id)), |peer| peer.add_candidate(&text))));
            }
            Ask::Leave(id, reply) => {
                let peer = self.peers.iter_mut().find(|peer| peer.id == id);
                drop(reply.send(peer.map(Peer::close).ok_or_else(|| unknown(&id))));
            }
            Ask::Send(frame) => {
                let now = Instant::now();
                let offset = Duration::from_nanos(frame.pts_ns.max(0.0) as u64);
                let epoch = *self.epoch.get_or_insert_with(|| now.checked_sub(offset).unwrap_or(now));
                for peer in &mut self.peers {
                    peer.send(&frame, epoch + offset, &self.counts);
                }
            }
            Ask::Receive(Datagram { bytes, source, .. }) => self.receive(&bytes, source),
            Ask::Stop => {}
        }
    }

    fn accept(&mut self, offer: &str) -> Result<Answer, String> {
        if self.role == Role::Receives {
            // A publisher that comes again takes its own place.
            self.peers.iter_mut().for_each(Peer::close);
            self.drain();
            self.peers.clear();
        } else if self.peers.len() >= self.settings.most_peers {
            let most = self.settings.most_peers;
            return Err(format!("{most} peers are connected, the most: end one, or raise \"maxPeers\""));
        }
        let id = random_name();
        let accepted =
            catch_unwind(AssertUnwindSafe(|| Peer::accept(id.clone(), offer, self.role, &self.settings, self.local)));
        let (peer, sdp) = accepted.unwrap_or_else(|_| Err("the offer is refused".into()))?;
        self.peers.push(peer);
        Ok(Answer { id, sdp })
    }

    fn receive(&mut self, bytes: &[u8], source: SocketAddr) {
        let Some(input) = datagram(bytes, source, self.local) else { return };
        let Some(at) = self.peers.iter().position(|peer| peer.accepts(&input)) else { return };
        self.guard(at, |peer| peer.take(input));
    }

    fn pass_time(&mut self) {
        let now = Instant::now();
        for at in 0..self.peers.len() {
            if self.peers[at].due <= now {
                self.guard(at, |peer| peer.take(Input::Timeout(now)));
            }
        }
    }

    /// What a peer sends can end its own connection and no other.
    fn guard(&mut self, at: usize, call: impl FnOnce(&mut Peer)) {
        let peer = &mut self.peers[at];
        if catch_unwind(AssertUnwindSafe(|| call(peer))).is_err() {
            peer.abandon();
        }
    }

    fn drain(&mut self) {
        for at in 0..self.peers.len() {
            let Self { peers, socket, counts, tell, waker, .. } = self;
            let peer = &mut peers[at];
            let mut lost = false;
            let drained = catch_unwind(AssertUnwindSafe(|| {
                peer.drain(socket, counts, |happening| lost |= !hand_on(happening, counts, tell, waker.as_ref()));
            }));
            if lost {
                peer.lose_picture();
            }
            if drained.is_err() {
                peer.abandon();
            }
        }
    }

    /// Drops connections that have ended.
    fn forget(&mut self) {
        let now = Instant::now();
        let Self { peers, tell, waker, counts, .. } = self;
        peers.retain(|peer| {
            let alive = peer.is_alive(now);
            if !alive {
                let why = if peer.connected { "has gone" } else { "did not connect within 15 s" };
                let _ = tell.try_send(News::Gone(format!("peer {} {why}", peer.id)));
                waker.iter().for_each(Waker::wake);
            }
            alive
        });
        counts.peers.set(peers.iter().filter(|peer| peer.connected).count() as u64);
    }

    /// Tells the stage of an estimate that differs by a twentieth.
    fn tell_estimate(&mut self) {
        let Some(least) = self.peers.iter().filter_map(|peer| peer.estimate).min_by(f64::total_cmp) else { return };
        if self.estimate.is_some_and(|told| (least - told).abs() < told / 20.0) {
            return;
        }
        self.estimate = Some(least);
        self.counts.estimate.set(least as u64);
        let _ = self.tell.try_send(News::Estimate(least));
        self.waker.iter().for_each(Waker::wake);
    }

    fn close(mut self) {
        self.peers.iter_mut().for_each(Peer::close);
        self.drain();
    }
}

/// Hands on what happened. `false`: a picture is lost, since the stage does not keep up.
fn hand_on(happening: Happening, counts: &Counts, tell: &SyncSender<News>, waker: Option<&Waker>) -> bool {
    let (news, is_picture) = match happening {
        Happening::Connected => (News::Connected, false),
        Happening::KeyFrameWanted => (News::KeyFrameWanted, false),
        Happening::Frame(frame) => {
            counts.frames.add(1);
            counts.bytes.add(frame.bytes.len() as u64);
            let is_picture = frame.kind == Kind::Video;
            (News::Frame(frame), is_picture)
        }
    };
    let is_full = matches!(tell.try_send(news), Err(TrySendError::Full(_)));
    if let Some(waker) = waker {
        waker.wake();
    }
    if is_full {
        counts.left_out.add(1);
    }
    !(is_full && is_picture)
}

/// A name that nobody guesses.
fn random_name() -> String {
    let half = || RandomState::new().hash_one(Instant::now());
    format!("{:016x}{:016x}", half(), half())
}
