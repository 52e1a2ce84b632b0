//! Cameras of Linux (Video4Linux 2).

mod abi;
mod choice;
mod driver;
mod error;
mod kernel;
mod modes;
#[cfg(test)]
mod recorded;
mod session;

pub(crate) use choice::{Format, Request};
pub(crate) use driver::Cameras;
pub(crate) use kernel::Kernel;
pub(crate) use modes::list;
#[cfg(test)]
pub(crate) use recorded::{RecordedCameras, c920 as recorded_c920};
pub(crate) use session::{Captured, Session, Shape, Step};
