//! Asks a STUN server how the outside sees a socket (RFC 8489): a binding request, and the address in its answer.
//!
//! A round ends with the answer, or after [`PATIENCE`] without one, and another follows: the requests keep the way through
//! routers open, and show when it has changed. Nothing here blocks: a thread of its own looks up the server's name.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The time until a request is repeated; doubled with each (RFC 8489, 6.2.1).
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The time between two rounds, with which routers keep a way open (RFC 8445, 11).
const INTERVAL: Duration = Duration::from_secs(15);

/// How long a round waits between two looks at whether the name is looked up.
const LOOK: Duration = Duration::from_millis(20);

/// The port of STUN, for servers that name none.
const PORT: u16 = 3_478;

/// What every message has (RFC 8489, 5).
const COOKIE: u32 = 0x2112_a442;
const HEADER: usize = 20;
const REQUEST: u16 = 0x0001;
const SUCCESS: u16 = 0x0101;
const MAPPED: u16 = 0x0001;
const XOR_MAPPED: u16 = 0x0020;

/// Number of a request, which its answer repeats.
type Transaction = [u8; 12];

/// A server, and what it has said last.
pub(crate) struct Stun {
    /// Its name, with a port.
    name: String,
    local: SocketAddr,
    server: Option<SocketAddr>,
    lookup: Option<Receiver<io::Result<Vec<SocketAddr>>>>,
    round: Option<Round>,
    /// What the last round has found.
    address: Option<SocketAddr>,
    /// When the next round begins, once one has ended.
    next: Option<Instant>,
    /// Its silence was told.
    is_told: bool,
}

struct Round {
    since: Instant,
    transaction: Transaction,
    /// When the request is sent, or again.
    due: Instant,
    pause: Duration,
}

impl Stun {
    /// Asks nothing yet.
    pub(crate) fn new(name: &str, local: SocketAddr) -> Self {
        let name = with_port(name);
        Self { name, local, server: None, lookup: None, round: None, address: None, next: None, is_told: false }
    }

    /// The address that the server has seen.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Whether a round has ended, so that the address is there if it can be.
    pub(crate) fn has_ended_once(&self) -> bool {
        self.next.is_some()
    }

    /// When it has something to do.
    pub(crate) fn due(&self) -> Instant {
        let round = self.round.as_ref().map(|round| round.due.min(round.since + PATIENCE));
        round.or(self.next).unwrap_or_else(Instant::now)
    }

    /// Begins the round that is due, and sends its request. What comes back is to be told: why there is no address.
    pub(crate) fn pass_time(&mut self, now: Instant, socket: &UdpSocket) -> Option<String> {
        if self.round.is_none() && self.next.is_none_or(|next| now >= next) {
            self.round = Some(Round { since: now, transaction: random(), due: now, pause: FIRST_PAUSE });
        }
        let looked_up = self.look_up();
        let round = self.round.as_mut()?;
        if let Err(error) = looked_up {
            return self.end(now, &format!("its name is not found: {error}"));
        }
        if now >= round.since + PATIENCE {
            let why = if self.server.is_some() { "it does not answer" } else { "its name is not found" };
            return self.end(now, why);
        }
        if now >= round.due {
            round.due = now + LOOK;
            if let Some(server) = self.server {
                // A way that is not there shows in that nothing comes back.
                let _ = socket.send_to(&request(&round.transaction), server);
                round.due = now + round.pause;
                round.pause *= 2;
            }
        }
        None
    }

    /// Takes a datagram. `false`: it is not the answer.
    pub(crate) fn take(&mut self, bytes: &[u8], source: SocketAddr, now: Instant) -> bool {
        let Some(round) = self.round.as_ref().filter(|_| self.server == Some(source)) else { return false };
        let Some(address) = mapped(bytes, &round.transaction) else { return false };
        (self.round, self.next) = (None, Some(now + INTERVAL));
        (self.address, self.is_told) = (Some(address), false);
        true
    }

    /// Finds the server's address, which is known at a later call.
    fn look_up(&mut self) -> io::Result<()> {
        if self.server.is_some() || self.round.is_none() {
            return Ok(());
        }
        let Some(lookup) = &self.lookup else {
            let (tell, lookup) = channel();
            let name = self.name.clone();
            let look = move || drop(tell.send(name.to_socket_addrs().map(Iterator::collect)));
            thread::Builder::new().name("webrtc-stun".into()).spawn(look)?;
            self.lookup = Some(lookup);
            return Ok(());
        };
        let Ok(found) = lookup.try_recv() else { return Ok(()) };
        self.lookup = None;
        self.server = found?.into_iter().find(|each: &SocketAddr| each.is_ipv4() == self.local.is_ipv4());
        let none = || io::Error::other(format!("it has no address that {} reaches", self.local.ip()));
        self.server.map(drop).ok_or_else(none)
    }

    /// Ends a round without an address.
    fn end(&mut self, now: Instant, why: &str) -> Option<String> {
        (self.round, self.next) = (None, Some(now + INTERVAL));
        // It may have moved.
        (self.address, self.server) = (None, None);
        let text =
            format!("the STUN server {} tells no address: {why}; peers outside may not reach the node", self.name);
        (!std::mem::replace(&mut self.is_told, true)).then_some(text)
    }
}

/// A number that nobody guesses.
fn random() -> Transaction {
    let half = || RandomState::new().hash_one(Instant::now()).to_ne_bytes();
    let (first, second) = (half(), half());
    std::array::from_fn(|at| if at < 8 { first[at] } else { second[at - 8] })
}

/// A server's name with a port.
fn with_port(name: &str) -> String {
    if let Ok(ip) = name.parse::<IpAddr>() {
        return SocketAddr::new(ip, PORT).to_string();
    }
    let has_port = name.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port { name.into() } else { format!("{name}:{PORT}") }
}

/// A binding request.
fn request(transaction: &Transaction) -> [u8; HEADER] {
    let mut message = [0; HEADER];
    message[..2].copy_from_slice(&REQUEST.to_be_bytes());
    message[4..8].copy_from_slice(&COOKIE.to_be_bytes());
    message[8..].copy_from_slice(transaction);
    message
}

/// The address in the answer to a request. `None`: it is another message.
fn mapped(message: &[u8], transaction: &Transaction) -> Option<SocketAddr> {
    let (head, mut rest) = message.split_at_checked(HEADER)?;
    let head_fits = head[..2] == SUCCESS.to_be_bytes() && head[4..8] == COOKIE.to_be_bytes();
    if !head_fits || head[8..] != transaction[..] || usize::from(u16_at(head, 2)?) != rest.len() {
        return None;
    }
    let mut plain = None;
    while rest.len() >= 4 {
        let (kind, length) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
        let value = rest.get(4..4 + length)?;
        match kind {
            XOR_MAPPED => return address(value, &head[4..]),
            // Of servers that know RFC 3489 alone.
            MAPPED => plain = address(value, &[0; 16]),
            _ => {}
        }
        // Attributes end at a multiple of four.
        rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
    }
    plain
}

/// Reads an address whose port and bytes are combined with `mask`, the cookie and the transaction (RFC 8489, 14.2).
fn address(value: &[u8], mask: &[u8]) -> Option<SocketAddr> {
    let unmasked = |from: usize, to: usize| -> Vec<u8> {
        value.get(from..to).unwrap_or_default().iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect()
    };
    let port = u16_at(&unmasked(2, 4), 0)?;
    let ip = match value.get(1)? {
        1 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(unmasked(4, 8)).ok()?)),
        2 => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(unmasked(4, 20)).ok()?)),
        _ => return None,
    };
    (port != 0 && !ip.is_unspecified()).then(|| SocketAddr::new(ip, port))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transaction and answers of RFC 5769, 2.2 and 2.3, without the attributes that follow the address.
    const TRANSACTION: Transaction = [0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae];

    fn answer(attributes: &[u8]) -> Vec<u8> {
        let mut message = request(&TRANSACTION).to_vec();
        message[..2].copy_from_slice(&SUCCESS.to_be_bytes());
        message[2..4].copy_from_slice(&(attributes.len() as u16).to_be_bytes());
        message.extend(attributes);
        message
    }

    #[test]
    fn an_answer_tells_the_address() {
        let software = [&[0x80, 0x22, 0x00, 0x0b][..], b"test vector "].concat();
        let v4 = [0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43];
        let found = mapped(&answer(&[&software[..], &v4].concat()), &TRANSACTION);
        assert_eq!(found, Some("192.0.2.1:32853".parse().unwrap()));
        let v6 = [
            0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25,
            0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
        ];
        let found = mapped(&answer(&v6), &TRANSACTION);
        assert_eq!(found, Some("[2001:db8:1234:5678:11:2233:4455:6677]:32853".parse().unwrap()));
        let plain = [0x00, 0x01, 0x00, 0x08, 0x00, 0x01, 0x80, 0x55, 192, 0, 2, 1];
        assert_eq!(mapped(&answer(&plain), &TRANSACTION), Some("192.0.2.1:32853".parse().unwrap()));
    }

    #[test]
    fn what_is_no_answer_tells_nothing() {
        let good = answer(&[0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43]);
        for length in 0..good.len() {
            assert_eq!(mapped(&good[..length], &TRANSACTION), None, "{length} bytes");
        }
        // Type, length, cookie, transaction, family, and the length of the attribute.
        for at in [0, 3, 4, 8, 19, 23, 25] {
            let mut changed = good.clone();
            changed[at] ^= 0x40;
            assert_eq!(mapped(&changed, &TRANSACTION), None, "byte {at}");
        }
    }

    #[test]
    fn a_server_has_a_port() {
        let cases = [
            ("stun.example.org", "stun.example.org:3478"),
            ("stun.example.org:19302", "stun.example.org:19302"),
            ("192.0.2.1", "192.0.2.1:3478"),
            ("::1", "[::1]:3478"),
            ("[::1]:99", "[::1]:99"),
        ];
        for (given, wanted) in cases {
            assert_eq!(with_port(given), wanted);
        }
    }
}
