//! A stage's end of its connections: what it asks of the thread that runs them, and what it is told.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use sluice_stage::Context;

use crate::connections::Connections;
use crate::counts::Counts;
use crate::media::{Incoming, Outgoing};
use crate::message::Message;
use crate::peer::Role;
use crate::reader::{Datagram, Reader};
use crate::settings::Settings;

/// What waits for the stage at most.
const MOST_NEWS: usize = 1_024;

/// How long an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// What an offer is answered with.
pub(crate) struct Answer {
    /// By which the peer is known.
    pub(crate) id: String,
    pub(crate) sdp: String,
}

/// Why nothing came of what was asked.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// There are as many peers as there may be.
    Full(String),
    /// There is no such connection.
    Unknown(String),
    /// Something is wrong with what was asked.
    Wrong(String),
}

/// What the thread tells the stage.
pub(crate) enum News {
    Frame(Incoming),
    /// A message, and whether messages before it are missing.
    Message(Message, bool),
    KeyFrameWanted,
    /// What the way to the slowest peer carries, bits a second. `None`: there is no peer any more.
    Estimate(Option<f64>),
    Connected,
    /// What the stage's log is to say of the STUN server.
    StunSilent(String),
    /// A peer does not take messages as fast as they come; what is left out is only counted from now on.
    MessageLost(String),
    /// A peer has gone, and why.
    Gone(String),
}

/// What the stage asks of the thread.
pub(crate) enum Ask {
    Offer(String, Reply<Answer>),
    Candidate(String, String, Reply<()>),
    Leave(String, Reply<()>),
    Send(Outgoing),
    SendMessage(Message),
    Receive(Datagram),
    /// The stage has left a picture out.
    LosePicture,
    Stop,
}

/// Where an answer goes.
pub(crate) type Reply<T> = SyncSender<Result<T, Refusal>>;

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
        let connections = Connections::new(socket, local, role, settings, tell, context.waker(), Arc::clone(&counts));
        let thread = thread::Builder::new().name("webrtc".into()).spawn(move || connections.run(&asked));
        let thread = Some(thread.map_err(|error| format!("cannot start a thread: {error}"))?);
        Ok(Self { asks, news, counts, thread, _reader: reader })
    }

    /// Takes a peer's offer.
    ///
    /// # Errors
    ///
    /// Why the peer is refused.
    pub(crate) fn offer(&self, sdp: &str) -> Result<Answer, Refusal> {
        self.ask(|reply| Ask::Offer(sdp.into(), reply))
    }

    /// Adds an address of a peer.
    ///
    /// # Errors
    ///
    /// There is no such peer, or it is no address.
    pub(crate) fn candidate(&self, id: &str, candidate: &str) -> Result<(), Refusal> {
        self.ask(|reply| Ask::Candidate(id.into(), candidate.into(), reply))
    }

    /// Ends a peer's connection.
    ///
    /// # Errors
    ///
    /// There is no such peer.
    pub(crate) fn leave(&self, id: &str) -> Result<(), Refusal> {
        self.ask(|reply| Ask::Leave(id.into(), reply))
    }

    /// Sends a frame to all peers.
    pub(crate) fn send(&self, frame: Outgoing) {
        self.tell(Ask::Send(frame));
    }

    /// Sends a message to all peers that have opened a channel.
    pub(crate) fn send_message(&self, message: Message) {
        self.tell(Ask::SendMessage(message));
    }

    /// The pictures that follow are of no use before a key frame, which the publisher is asked for.
    pub(crate) fn lose_picture(&self) {
        self.tell(Ask::LosePicture);
    }

    /// The oldest of the news.
    pub(crate) fn news(&self) -> Option<News> {
        let news = self.news.try_recv().ok();
        if let Some(News::Message(message, _)) = &news {
            self.counts.waiting.take(message.bytes.len() as u64);
        }
        news
    }

    fn ask<T>(&self, ask: impl FnOnce(Reply<T>) -> Ask) -> Result<T, Refusal> {
        let (reply, answer) = sync_channel(1);
        self.tell(ask(reply));
        answer.recv_timeout(ANSWER_TIME).unwrap_or_else(|_| Err(Refusal::Wrong("the connections do not answer".into())))
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
