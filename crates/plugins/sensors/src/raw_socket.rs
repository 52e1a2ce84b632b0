//! Counts that come over a socket. A thread connects, reads, and connects again where the other side ends: nothing that
//! the stage calls waits for the network.
//!
//! What has come and was not taken is bounded: then the thread reads no further, and the sender waits.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read};
use std::net::{TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::raw_records::RawRecords;

/// The first pause before the thread connects again, which doubles up to the second.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// How long one attempt to connect may take.
const CONNECT: Duration = Duration::from_secs(2);

/// How often a thread that reads looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);

/// Bytes that are read at once, and least that are kept for the stage.
const CHUNK: usize = 65_536;
const LEAST_ROOM: usize = 1 << 20;

/// Where to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Address {
    /// `HOST:PORT`.
    Tcp(String),
    /// `unix:PATH`.
    Unix(String),
}

impl Address {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:").filter(|path| !path.is_empty()) {
            return if cfg!(unix) {
                Ok(Self::Unix(path.to_owned()))
            } else {
                Err("this system has no Unix sockets".into())
            };
        }
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(Self::Tcp(text.to_owned())),
            _ => Err(format!("address is \"{text}\", wanted \"HOST:PORT\" or \"unix:PATH\"")),
        }
    }

    fn connect(&self) -> std::io::Result<Box<dyn Read>> {
        match self {
            Self::Tcp(text) => {
                let stream = connect_tcp(text)?;
                stream.set_read_timeout(Some(LOOK))?;
                Ok(Box::new(stream))
            }
            #[cfg(unix)]
            Self::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(LOOK))?;
                Ok(Box::new(stream))
            }
            #[cfg(not(unix))]
            Self::Unix(_) => Err(ErrorKind::Unsupported.into()),
        }
    }
}

fn connect_tcp(text: &str) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::from(ErrorKind::AddrNotAvailable);
    for address in text.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => return keep_alive(&stream).map(|()| stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Has the system ask a side that sends nothing whether it is still there, and end the connection after 25 s without an
/// answer: one that has lost its power or its cable never says that it has gone.
#[cfg(target_os = "linux")]
fn keep_alive(stream: &TcpStream) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;
    let options = [
        (libc::IPPROTO_TCP, libc::TCP_KEEPIDLE, 10),
        (libc::IPPROTO_TCP, libc::TCP_KEEPINTVL, 5),
        (libc::IPPROTO_TCP, libc::TCP_KEEPCNT, 3),
        (libc::SOL_SOCKET, libc::SO_KEEPALIVE, 1),
    ];
    for (level, name, value) in options {
        let value: libc::c_int = value;
        // SAFETY: the descriptor is open, and the system reads the number, whose size it is told.
        let set = unsafe {
            libc::setsockopt(stream.as_raw_fd(), level, name, (&raw const value).cast(), size_of_val(&value) as u32)
        };
        if set != 0 {
            return Err(std::io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Other systems have their own times for that.
#[cfg(not(target_os = "linux"))]
fn keep_alive(_stream: &TcpStream) -> std::io::Result<()> {
    Ok(())
}

/// What the stage and the thread share.
#[derive(Default)]
struct Line {
    /// Whole records, behind which a part of one may lie.
    bytes: VecDeque<u8>,
    /// Where a new connection begins among them, the oldest first.
    begins: VecDeque<usize>,
    /// Most bytes.
    room: usize,
    connects: u64,
    /// Why the last attempt to connect failed, until it is told.
    trouble: Option<String>,
    /// Nothing comes any more.
    ended: bool,
    /// The stage has gone.
    stopped: bool,
}

#[derive(Default)]
struct Shared {
    line: Mutex<Line>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What [`RawSocket::read`] has found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// So many records; whether there is a gap before them, as they are the first of a new connection.
    Records { count: usize, gap: bool },
    /// Not enough yet.
    Later,
    /// Nothing comes any more.
    Ended,
}

/// A connection that is made anew where it ends.
pub(crate) struct RawSocket {
    shared: Arc<Shared>,
    pub(crate) records: RawRecords,
}

impl RawSocket {
    /// Begins to connect.
    ///
    /// # Errors
    ///
    /// The address is none, or the system gives no thread.
    pub(crate) fn open(address: &str, again: bool, records: RawRecords) -> Result<Self, String> {
        let address = Address::parse(address)?;
        let shared = Arc::new(Shared::default());
        shared.lock().room = LEAST_ROOM;
        let (own, size) = (Arc::clone(&shared), records.size());
        let body = move || read_all(&own, &address, again, size);
        let builder = thread::Builder::new().name("acquisition".into());
        builder.spawn(body).map_err(|error| format!("the system gives no thread: {error}"))?;
        Ok(Self { shared, records })
    }

    /// Takes so many records of one connection; fewer only at its end.
    pub(crate) fn read(&mut self, wanted: usize) -> Found {
        let size = self.records.size();
        let mut line = self.shared.lock();
        line.room = LEAST_ROOM.max(2 * wanted * size);
        let mut gap = false;
        while line.begins.front() == Some(&0) {
            line.begins.pop_front();
            gap = true;
        }
        let (end, is_last) = match line.begins.front() {
            Some(&at) => (at, true),
            None => (line.bytes.len(), line.ended),
        };
        let count = (end / size).min(wanted);
        if count == 0 || count < wanted && !is_last {
            let is_over = line.ended && line.begins.is_empty();
            if gap {
                line.begins.push_front(0);
            }
            return if is_over { Found::Ended } else { Found::Later };
        }
        self.records.bytes.clear();
        self.records.bytes.extend(line.bytes.drain(..count * size));
        line.begins.iter_mut().for_each(|at| *at -= count * size);
        self.shared.changed.notify_all();
        Found::Records { count, gap }
    }

    /// How often a connection was made.
    pub(crate) fn connects(&self) -> u64 {
        self.shared.lock().connects
    }

    /// Why there is no connection, once.
    pub(crate) fn take_trouble(&self) -> Option<String> {
        self.shared.lock().trouble.take()
    }
}

impl Drop for RawSocket {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        // The thread ends by itself: it looks now and then.
        self.shared.changed.notify_all();
    }
}

/// What the thread does.
fn read_all(shared: &Shared, address: &Address, again: bool, size: usize) {
    let mut pause = FIRST_PAUSE;
    let mut buffer = vec![0; CHUNK];
    loop {
        match address.connect() {
            Ok(mut stream) => {
                pause = FIRST_PAUSE;
                begin(&mut shared.lock(), size);
                take(shared, &mut *stream, &mut buffer);
            }
            Err(error) => {
                let mut line = shared.lock();
                if pause == FIRST_PAUSE {
                    line.trouble = Some(error.to_string());
                }
            }
        }
        let mut line = shared.lock();
        if line.stopped || !again && line.connects > 0 {
            line.ended = true;
            return;
        }
        line = shared
            .changed
            .wait_timeout_while(line, pause, |line| !line.stopped)
            .map_or_else(|e| e.into_inner().0, |all| all.0);
        if line.stopped {
            return;
        }
        pause = LAST_PAUSE.min(pause * 2);
    }
}

/// A connection was made. What is left of a record of the one before is dropped.
fn begin(line: &mut Line, size: usize) {
    let whole = line.bytes.len() / size * size;
    line.bytes.truncate(whole);
    if line.connects > 0 {
        line.begins.push_back(whole);
    }
    line.connects += 1;
}

/// Reads a connection to its end.
fn take(shared: &Shared, stream: &mut dyn Read, buffer: &mut [u8]) {
    loop {
        let line = shared.lock();
        let full = |line: &mut Line| !line.stopped && line.bytes.len() >= line.room;
        let line = shared.changed.wait_while(line, full).unwrap_or_else(PoisonError::into_inner);
        if line.stopped {
            return;
        }
        drop(line);
        match stream.read(buffer) {
            Ok(0) => return,
            Ok(count) => shared.lock().bytes.extend(&buffer[..count]),
            Err(error)
                if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw_records::RawFormat;

    fn line(bytes: &[u8]) -> RawSocket {
        let shared = Arc::new(Shared::default());
        shared.lock().bytes.extend(bytes);
        shared.lock().connects = 1;
        RawSocket { shared, records: RawRecords::new(RawFormat::S16, 1) }
    }

    #[test]
    fn records_of_two_connections_are_not_mixed() {
        let mut socket = line(&[1, 0, 2, 0, 3, 0, 9]);
        begin(&mut socket.shared.lock(), 2);
        socket.shared.lock().bytes.extend([4, 0, 5]);
        assert_eq!(socket.read(2), Found::Records { count: 2, gap: false });
        // The last one of the first connection, whose fourth was cut off.
        assert_eq!(socket.read(2), Found::Records { count: 1, gap: false });
        assert_eq!(socket.read(2), Found::Later);
        socket.shared.lock().bytes.extend([0]);
        assert_eq!(socket.read(2), Found::Records { count: 2, gap: true });
        let mut samples = [0; 2];
        socket.records.channel(0, &mut samples);
        assert_eq!(samples, [4, 5]);
        socket.shared.lock().bytes.extend([6, 0, 7]);
        assert_eq!(socket.read(2), Found::Later);
        socket.shared.lock().ended = true;
        assert_eq!(socket.read(2), Found::Records { count: 1, gap: false });
        assert_eq!(socket.read(2), Found::Ended);
    }

    #[test]
    fn an_address_is_a_host_with_a_port_or_a_path() {
        assert_eq!(Address::parse("::1:80"), Ok(Address::Tcp("::1:80".into())));
        assert_eq!(Address::parse("unix:/run/adc"), Ok(Address::Unix("/run/adc".into())));
        for text in ["", "host", "host:", ":80", "host:99999", "unix:"] {
            let wanted = format!("address is \"{text}\", wanted \"HOST:PORT\" or \"unix:PATH\"");
            assert_eq!(Address::parse(text), Err(wanted));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_asks_whether_a_silent_side_is_still_there() {
        use std::os::fd::AsRawFd;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = connect_tcp(&listener.local_addr().unwrap().to_string()).unwrap();
        let option = |level, name| {
            let (mut value, mut size) = (0, size_of::<libc::c_int>() as u32);
            // SAFETY: the descriptor is open, and there is room for a number of that size.
            let read =
                unsafe { libc::getsockopt(stream.as_raw_fd(), level, name, (&raw mut value).cast(), &raw mut size) };
            (read, value)
        };
        assert_eq!(option(libc::SOL_SOCKET, libc::SO_KEEPALIVE), (0, 1));
        let [idle, pause, count] =
            [libc::TCP_KEEPIDLE, libc::TCP_KEEPINTVL, libc::TCP_KEEPCNT].map(|name| option(libc::IPPROTO_TCP, name).1);
        assert_eq!(idle + pause * count, 25);
    }
}
