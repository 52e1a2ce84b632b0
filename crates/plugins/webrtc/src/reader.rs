//! The thread that reads an endpoint's socket.
//!
//! The connections wait on a channel for what it reads, and not on the socket: Linux counts the time limit of a read in
//! jiffies, so that a wait of one millisecond takes up to nine, and packets that are paced leave in bursts.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Datagrams that wait to be taken, at most; the system then keeps, and drops, what comes.
const MOST_WAITING: usize = 1_024;

/// The longest datagram.
const MOST_BYTES: usize = 2_048;

/// How often the thread looks whether it is to end.
const LOOK: Duration = Duration::from_millis(100);

/// A datagram.
pub(crate) struct Datagram {
    pub(crate) bytes: Vec<u8>,
    pub(crate) source: SocketAddr,
    _place: Place,
}

/// One of the places of datagrams that wait.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The thread. It ends when this is dropped.
pub(crate) struct Reader {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Reads a socket. `hand_on` takes what comes.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub(crate) fn start(socket: &UdpSocket, hand_on: impl Fn(Datagram) + Send + 'static) -> std::io::Result<Self> {
        let socket = socket.try_clone()?;
        socket.set_read_timeout(Some(LOOK))?;
        let is_over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&is_over);
        let thread = thread::Builder::new().name("webrtc-reader".into()).spawn(move || {
            let waiting = Arc::new(AtomicUsize::new(0));
            let mut buffer = vec![0; MOST_BYTES];
            while !ended.load(Ordering::Relaxed) {
                if waiting.load(Ordering::Relaxed) >= MOST_WAITING {
                    thread::sleep(Duration::from_millis(1));
                } else if let Ok((length, source)) = socket.recv_from(&mut buffer) {
                    waiting.fetch_add(1, Ordering::Relaxed);
                    let place = Place(Arc::clone(&waiting));
                    hand_on(Datagram { bytes: buffer[..length].to_vec(), source, _place: place });
                }
            }
        })?;
        Ok(Self { is_over, thread: Some(thread) })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
