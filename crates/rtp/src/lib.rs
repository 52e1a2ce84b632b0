//! What stages that receive RTP share: the place of a sender's tracks on the graph's time, how long a packet of Opus lasts,
//! and the counts of a thread that receives.

mod count;
mod drift;
mod opus;
mod timeline;

pub use count::Count;
pub use opus::opus_seconds;
pub use timeline::{Medium, Moment, Timeline};
