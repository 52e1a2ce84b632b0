//! What a camera's driver is asked. The kernel answers, or in tests what cameras have answered.

use std::io;
use std::os::fd::RawFd;
use std::time::Duration;

use super::abi::{Buffer, Capability, FmtDesc, FormatArgument, FrmIvalEnum, FrmSizeEnum, RequestBuffers, StreamParm};

/// A request with its argument, which the driver fills in.
pub(crate) enum Ask<'a> {
    Capability(&'a mut Capability),
    Format(&'a mut FmtDesc),
    Size(&'a mut FrmSizeEnum),
    Interval(&'a mut FrmIvalEnum),
    SetFormat(&'a mut FormatArgument),
    SetInterval(&'a mut StreamParm),
    Buffers(&'a mut RequestBuffers),
    Describe(&'a mut Buffer),
    Queue(&'a mut Buffer),
    Dequeue(&'a mut Buffer),
    StreamOn,
    StreamOff,
}

/// Memory that the driver fills.
pub(crate) trait Memory: Send + Sync {
    /// All bytes. The driver does not write to them while the buffer is not queued.
    fn bytes(&self) -> &[u8];
}

/// An open camera.
pub(crate) trait Driver: Send {
    /// Asks for something.
    fn ask(&mut self, ask: Ask<'_>) -> io::Result<()>;

    /// Maps a buffer.
    fn map(&mut self, offset: u32, length: usize) -> io::Result<Box<dyn Memory>>;

    /// Waits until a buffer is filled, a bell is rung, or the time is over. `true`: something may be dequeued.
    fn wait(&mut self, bell: RawFd, most: Duration) -> io::Result<bool>;
}

/// All cameras.
pub(crate) trait Cameras: Send {
    /// The paths of what may be cameras, in their order.
    fn paths(&self) -> Vec<String>;

    /// Opens one.
    fn open(&self, path: &str) -> io::Result<Box<dyn Driver>>;
}
