//! What is asked of an X server.

mod area;
mod bounded_stream;
mod capture;
mod devices;
mod layout;
mod pointer;
mod server;
mod shared_memory;
mod window;
mod windows;

pub(crate) use area::Area;
pub(crate) use capture::{Capture, Fault, Subject};
pub(crate) use devices::{screens, servers};
pub(crate) use server::{Failure, Server};
pub(crate) use shared_memory::Store;
pub(crate) use window::{WindowEvent, XWindow};
pub(crate) use windows::Wanted;
