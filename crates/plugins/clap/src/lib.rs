//! The stage `clap`, which hosts a plugin of the CLAP interface, and what `sluice clap` asks of files with such plugins.
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
mod parameters;
mod plugin;
mod ports;
mod saved;
mod settings;
mod stage;
mod stream;
mod texts;
mod values;

pub mod describe;

sluice_stage::export_stages!(stage::Clap);
