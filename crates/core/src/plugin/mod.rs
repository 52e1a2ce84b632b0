//! Plugins: libraries whose stages run on native lanes beside those that are built in. The interface is that of
//! `sluice_abi::stage`.
//!
//! What a plugin says of itself is checked before anything of it is used ([`descriptors`]), and read without trust in
//! the addresses that it names ([`memory`]). A library is opened once and never closed, also if it is refused: threads
//! that it started may run on. A stage that writes out of its frames is caught in development mode alone ([`guards`]);
//! one that crashes cannot be caught: it runs in this process.

mod call;
mod description;
mod descriptors;
mod extent;
mod guards;
mod host;
mod host_words;
mod library;
mod loaded;
mod loaded_stage;
mod main_work;
mod memory;
mod misfit;
#[cfg(target_os = "linux")]
mod program_stage;
#[cfg(unix)]
mod rights;
mod shapes;
mod stage;

pub use library::load;
pub use loaded::{Origin, Plugin, list_devices};
#[cfg(unix)]
pub use rights::{Place, find_stranger};

pub(crate) use loaded::{find, is_of_program};

#[cfg(target_os = "linux")]
pub use program_stage::{ProgramPort, ProgramStage, add_program};
#[cfg(target_os = "linux")]
pub(crate) use {
    host::table,
    library::{open_stage, read_own_stage},
    loaded::{Home, home_of},
    loaded_stage::LoadedStage,
    stage::PluginStage,
};

#[cfg(test)]
mod descriptor_tests;
