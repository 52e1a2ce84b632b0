//! Stages of plugins in processes of their own, so that one that crashes, hangs or takes all memory ends alone.
//!
//! Words: the *host* is the process of the runtime; a *guest* is the child process of one node. The host's lane runs the
//! node as any other: its stage is a [`proxy`], which has each call done by the guest and serves what the guest asks for
//! meanwhile. Whose turn it is, and what is said, lies in memory that both map, the [`desk`]. The slots of frames are
//! mapped by both, too; rings, control arena, reference counts in use and tables of holds stay the host's. So a guest
//! owns nothing that could be lost with it.
//!
//! Hot path: a call costs one exchange on the desk, and each `read`, `read_many`, `acquire`, `peek` and `writable` one
//! more. Everything else is noted and goes along with the next exchange. An exchange makes no system call while the other
//! side still spins, else two.

mod desk;
mod frame_words;
mod guest;
mod guest_calls;
mod guest_node;
mod guests;
mod heed;
mod known_libraries;
mod process;
mod program;
mod proxy;
mod region;
mod spares;
mod system;
mod trial;
mod wire;

pub use guest::{guest_host, run as run_guest, serve_guest};
pub use guest_calls::{CallWaiter, GuestCalls};
pub(crate) use guests::Guests;
pub(crate) use process::signal_meaning;
pub use program::{Program, describe};
pub(crate) use proxy::{Host, isolate};
pub(crate) use spares::forget as forget_spares;
pub use spares::start_ahead;
pub use trial::{OPENING_LIMIT, Trial, try_libraries, vouch};
