//! The stage `clap`, which hosts a plugin of the CLAP interface, the node types that `sluice clap scan` makes of it, and what
//! `sluice clap` asks of files with such plugins.
//!
//! Threads: the interface has a *main thread* and an *audio thread*, and allows one thread to be both in turn. The thread of
//! the lane is: `stage` calls the functions of the main thread between blocks, those of the audio thread inside of one, and
//! `host` answers a plugin that asks which of the two it is on. A plugin's own threads may only ask for something and log.
//!
//! Hot path: a block allocates nothing once the queue of events has had its longest length, except for what a plugin logs.

mod base64;
mod buffers;
mod events;
mod find;
mod host;
mod instance;
mod library;
mod messages;
mod nodes;
mod parameters;
mod plugin;
mod ports;
mod saved;
mod settings;
mod side_input;
mod stage;
mod stream;
mod texts;
mod values;

pub mod describe;

use sluice_stage::abi::{SluiceHost, SluicePlugin};

/// What the host looks for.
///
/// # Safety
///
/// `host` is the table of a host that lives as long as the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sluice_register_stages(host: *const SluiceHost) -> *const SluicePlugin {
    // SAFETY: the host vouches for its table.
    unsafe { sluice_stage::register_found(host, nodes::plugin) }
}
