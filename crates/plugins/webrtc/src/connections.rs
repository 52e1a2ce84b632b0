//! The thread that runs the connections of a stage.

use std::hash::{BuildHasher, RandomState};
use std::net::{SocketAddr, UdpSocket};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use sluice_stage::Waker;
use str0m::Input;

use crate::counts::Counts;
use crate::endpoint::{Answer, Ask, News, Refusal, Reply};
use crate::media::{Incoming, Kind};
use crate::message::{MOST_BYTES, Message};
use crate::peer::{Happening, Peer, Role, datagram};
use crate::reader::Datagram;
use crate::settings::Settings;
use crate::stun::Stun;

/// Bytes of messages that wait for the stage at most.
const MOST_WAITING: f64 = 4.0 * MOST_BYTES as f64;

/// How long the thread sleeps at most.
const IDLE: Duration = Duration::from_secs(1);

/// The thread's end.
pub(crate) struct Connections {
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
    /// Messages were left out before the next one.
    message_gap: bool,
    stun: Option<Stun>,
    /// Offers that wait for the STUN server's first answer.
    held: Vec<(String, Reply<Answer>)>,
}

impl Connections {
    pub(crate) fn new(
        socket: UdpSocket,
        local: SocketAddr,
        role: Role,
        settings: Settings,
        tell: SyncSender<News>,
        waker: Option<Waker>,
        counts: Arc<Counts>,
    ) -> Self {
        let stun = settings.stun_server.as_deref().map(|name| Stun::new(name, local));
        Self {
            socket,
            local,
            role,
            settings,
            peers: Vec::new(),
            tell,
            waker,
            counts,
            epoch: None,
            estimate: None,
            message_gap: false,
            stun,
            held: Vec::new(),
        }
    }

    /// Runs until it is asked to stop.
    pub(crate) fn run(mut self, asked: &Receiver<Ask>) {
        loop {
            self.pass_time();
            self.drain();
            self.replace();
            self.forget();
            self.tell_estimate();
            self.ask_stun();
            let now = Instant::now();
            self.peers.iter_mut().for_each(|peer| peer.try_for_more(now));
            let stun_due = self.stun.as_ref().map(Stun::due);
            let due = self.peers.iter().map(|peer| peer.due).chain(stun_due).min();
            let wait = due.map_or(IDLE, |due| due.saturating_duration_since(now).min(IDLE));
            match asked.recv_timeout(wait) {
                Ok(Ask::Stop) | Err(RecvTimeoutError::Disconnected) => return self.close(),
                Ok(ask) => self.answer(ask),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn answer(&mut self, ask: Ask) {
        let unknown = |id: &str| Refusal::Unknown(format!("there is no connection \"{id}\"; it may have ended"));
        match ask {
            Ask::Offer(offer, reply) => {
                if self.stun.as_ref().is_some_and(|stun| !stun.has_ended_once()) {
                    return self.held.push((offer, reply));
                }
                drop(reply.send(self.accept(&offer)));
            }
            Ask::Candidate(id, text, reply) => {
                let peer = self.peers.iter_mut().find(|peer| peer.id == id);
                let added = peer.ok_or_else(|| unknown(&id));
                drop(reply.send(added.and_then(|peer| peer.add_candidate(&text).map_err(Refusal::Wrong))));
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
            Ask::SendMessage(message) => {
                for at in 0..self.peers.len() {
                    let (counts, mut first) = (Arc::clone(&self.counts), false);
                    self.guard(at, |peer| first = peer.send_message(&message, &counts));
                    if first {
                        let what = format!("peer {} does not take messages as fast as they come", self.peers[at].id);
                        let _ = self.tell.try_send(News::MessageLost(what));
                    }
                }
                // The stage's figures are read after its ticks.
                self.waker.iter().for_each(Waker::wake);
            }
            Ask::LosePicture => self.peers.iter_mut().for_each(Peer::lose_picture),
            Ask::Receive(Datagram { bytes, source, .. }) => self.receive(&bytes, source),
            Ask::Stop => {}
        }
    }

    /// Asks the STUN server what is due, and takes the offers that have waited for it.
    fn ask_stun(&mut self) {
        let Some(stun) = &mut self.stun else { return };
        if let Some(why) = stun.pass_time(Instant::now(), &self.socket) {
            let _ = self.tell.try_send(News::StunSilent(why));
            self.waker.iter().for_each(Waker::wake);
        }
        if stun.has_ended_once() {
            for (offer, reply) in std::mem::take(&mut self.held) {
                drop(reply.send(self.accept(&offer)));
                self.drain();
            }
        }
    }

    fn accept(&mut self, offer: &str) -> Result<Answer, Refusal> {
        self.forget();
        if self.role == Role::Sends && self.peers.len() >= self.settings.most_peers {
            let most = self.settings.most_peers;
            return Err(Refusal::Full(format!("{most} peers are connected, the most: end one, or raise \"maxPeers\"")));
        }
        let id = random_name();
        let mapped = self.stun.as_ref().and_then(Stun::address);
        let accepted = catch_unwind(AssertUnwindSafe(|| {
            Peer::accept(id.clone(), offer, self.role, &self.settings, self.local, mapped)
        }));
        let accepted = accepted.unwrap_or_else(|_| Err("the offer is refused".into()));
        let (peer, sdp) = accepted.map_err(Refusal::Wrong)?;
        if self.role == Role::Receives {
            // The publisher that is connected stays until this one is.
            self.peers.iter_mut().filter(|peer| !peer.connected).for_each(Peer::abandon);
        }
        self.peers.push(peer);
        Ok(Answer { id, sdp })
    }

    /// A publisher that has been connected takes the place of the one before.
    fn replace(&mut self) {
        let Some(newest) = self.peers.iter().rposition(|peer| peer.connected) else { return };
        if self.role == Role::Receives && newest > 0 {
            self.peers[..newest].iter_mut().for_each(Peer::close);
            self.drain();
        }
    }

    fn receive(&mut self, bytes: &[u8], source: SocketAddr) {
        if self.stun.as_mut().is_some_and(|stun| stun.take(bytes, source, Instant::now())) {
            return;
        }
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
            let Self { peers, socket, counts, tell, waker, message_gap, .. } = self;
            let peer = &mut peers[at];
            let mut lost = false;
            let drained = catch_unwind(AssertUnwindSafe(|| {
                let mut hand_on = |happening| match happening {
                    Happening::Message(message) => {
                        *message_gap = !hand_message_on(message, *message_gap, counts, tell);
                    }
                    Happening::Frame(frame) => lost |= !hand_frame_on(frame, counts, tell),
                    Happening::Connected => drop(tell.try_send(News::Connected)),
                    Happening::KeyFrameWanted => drop(tell.try_send(News::KeyFrameWanted)),
                };
                peer.drain(socket, counts, |happening| {
                    hand_on(happening);
                    waker.iter().for_each(Waker::wake);
                });
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
                let why = if peer.is_late(now) { "did not connect within 15 s" } else { "has gone" };
                let _ = tell.try_send(News::Gone(format!("peer {} {why}", peer.id)));
                waker.iter().for_each(Waker::wake);
            }
            alive
        });
        counts.peers.set(peers.iter().filter(|peer| peer.connected).count() as u64);
    }

    /// Tells the stage of an estimate that differs by a twentieth.
    fn tell_estimate(&mut self) {
        let least = self.peers.iter().filter_map(|peer| peer.estimate).min_by(f64::total_cmp);
        let is_told = match (least, self.estimate) {
            (Some(least), Some(told)) => (least - told).abs() < told / 20.0,
            (least, told) => least == told,
        };
        if is_told {
            return;
        }
        self.estimate = least;
        self.counts.estimate.set(least.unwrap_or(0.0) as u64);
        let _ = self.tell.try_send(News::Estimate(least));
        self.waker.iter().for_each(Waker::wake);
    }

    fn close(mut self) {
        self.peers.iter_mut().for_each(Peer::close);
        self.drain();
    }
}

/// Hands a frame on. `false`: a picture is lost, since the stage does not keep up.
fn hand_frame_on(frame: Incoming, counts: &Counts, tell: &SyncSender<News>) -> bool {
    counts.frames.add(1);
    counts.bytes.add(frame.bytes.len() as u64);
    let is_picture = frame.kind == Kind::Video;
    let is_full = matches!(tell.try_send(News::Frame(frame)), Err(TrySendError::Full(_)));
    counts.left_out.add(u64::from(is_full));
    !(is_full && is_picture)
}

/// Hands a message on, unless so much waits that the stage does not keep up. `false`: it is lost.
fn hand_message_on(message: Message, gap: bool, counts: &Counts, tell: &SyncSender<News>) -> bool {
    let length = message.bytes.len() as u64;
    let has_room = counts.waiting.get() + length as f64 <= MOST_WAITING;
    // Added before the stage can take it back.
    counts.waiting.add(length);
    let is_told = has_room && tell.try_send(News::Message(message, gap)).is_ok();
    if !is_told {
        counts.waiting.take(length);
    }
    let count = if is_told { &counts.messages } else { &counts.messages_lost };
    count.add(1);
    is_told
}

/// A name that nobody guesses.
fn random_name() -> String {
    let half = || RandomState::new().hash_one(Instant::now());
    format!("{:016x}{:016x}", half(), half())
}
