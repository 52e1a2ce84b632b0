//! Native lanes: threads that run stages, built into this library or of plugins, on the same slots, rings, doorbells and records
//! as the lanes of TypeScript.
//!
//! Words: a *stage* is what a node of a native lane runs; a *tick* is one call of its `process`. The control isolate
//! describes a lane with [`LaneSpec`], starts it with [`NativeLane::spawn`], and gives it commands through a queue and
//! the lane's doorbell. The lane answers with reports in a queue of its own, which the control isolate empties when it
//! likes: a native lane never calls JavaScript and never waits for it.
//!
//! A lane is changed between two ticks by an [`Edit`], and starts with one. It is *prepared* by a command: stages are
//! made and everything is checked, and nothing changes. It is *applied* once the control arena's epoch says so.
//!
//! Hot path: a tick allocates nothing and takes no lock. Only the thread itself touches stages, ports and magazines.

mod commands;
mod context;
mod crash;
mod edit;
mod foreign;
mod frame_layout;
mod frames;
mod handle;
mod input;
mod local;
mod mailbox;
mod node;
mod output;
mod ports;
mod prepared;
mod presentations;
mod runner;
mod schedule;
pub mod settings;
mod shared;
mod slots;
mod spec;
pub mod stage;
pub mod stages;
mod tick_times;
mod waker;

#[cfg(target_os = "linux")]
pub(crate) use context::InputState;
pub(crate) use context::Unwritten;
pub use context::{Frame, FrameView, StageContext};
pub(crate) use foreign::Foreign;
pub(crate) use frame_layout::{Element, Plane, Shape};
pub(crate) use frames::{FrameInfo, NoFrame, NodeAccess};
pub use handle::NativeLane;
pub use mailbox::{Command, Given, Report};
pub(crate) use presentations::Presented;
pub(crate) use schedule::thread_id;
pub use schedule::{Priority, cpu_count, schedule_thread};
pub use spec::{Carried, Edit, Isolation, LaneSpec, LinkEnd, LinkRest, LinkSpec, NodeSpec, Policy, RingRef};
pub use waker::Bell;
pub(crate) use waker::Ring;

/// The inbox bit of every lane that says: a slot was freed.
pub const POOL_INBOX_BIT: u32 = 0;
/// The inbox bit that says: there is a command.
pub const COMMAND_INBOX_BIT: u32 = 1;

#[cfg(test)]
mod batch_tests;
#[cfg(test)]
mod bell_tests;
#[cfg(test)]
mod edit_tests;
#[cfg(test)]
mod encoded_tests;
#[cfg(test)]
mod test_world;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod timed_tests;
