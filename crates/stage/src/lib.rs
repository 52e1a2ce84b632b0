//! Native stages for Sluice in safe Rust.
//!
//! A plugin is a library (`crate-type = ["cdylib"]`) with types that implement [`Stage`], and one call of
//! [`export_stages!`]. A panic in a stage is caught at the boundary: its node fails, and the process goes on.
//!
//! ```
//! use sluice_stage::{Context, Next, Port, Stage};
//!
//! /// Hands every frame on.
//! struct Pass;
//!
//! impl Stage for Pass {
//!     const ID: &'static core::ffi::CStr = c"com.example.pass";
//!     const NAME: &'static core::ffi::CStr = c"Pass";
//!     const VERSION: &'static core::ffi::CStr = c"1.0.0";
//!     const DOC: &'static core::ffi::CStr = c"Hands every frame on.";
//!     const INPUTS: &'static [Port] = &[Port::audio(c"audioIn", c"Audio of any format.")];
//!     const OUTPUTS: &'static [Port] = &[Port::audio(c"audioOut", c"The same frames.")];
//!
//!     fn create(_context: &mut Context) -> Result<Self, String> {
//!         Ok(Self)
//!     }
//!
//!     fn process(&mut self, context: &mut Context) -> Result<Next, String> {
//!         while let Some(frame) = context.read(0) {
//!             context.write(0, frame)?;
//!         }
//!         Ok(Next::WhenFramesCome)
//!     }
//! }
//!
//! sluice_stage::export_stages!(Pass);
//! ```

mod calls;
mod columns;
pub mod config;
mod context;
mod host;
mod main_thread;
mod picture;
mod planes;
mod port;
mod waker;

use std::ffi::CStr;

pub use calls::{describe, plugin, register, register_found};
pub use columns::{Columns, ColumnsMut, MOST_COLUMNS};
pub use context::{Acquire, Context, Frame, Frames, InputState, Sense};
pub use main_thread::{MainError, MainThread};
pub use picture::{Picture, PictureMut, PlaneRows, PlaneRowsMut, pixel_format_name};
pub use planes::Column;
pub use port::{Figure, Port};
pub use sluice_abi::stage as abi;
pub use waker::Waker;

/// When a stage is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Mode {
    /// When frames have come.
    Push = abi::SLUICE_PUSH,
    /// Again and again: it is a source, which [`Context::wait_until_ns`] paces.
    Loop = abi::SLUICE_LOOP,
    /// Once at the start, and then when its [`Waker`] is used.
    External = abi::SLUICE_EXTERNAL,
}

/// What a stage wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// To be called when frames have come; from `flush`, that nothing is left.
    WhenFramesCome,
    /// To be called again, even if no frame has come, once the outputs have room and their pools free slots.
    Again,
}

/// A stage: a node type of graphs. An instance is made, called and dropped on one thread.
pub trait Stage: Sized + 'static {
    /// Its name in graph files, in reverse-DNS form: lower-case letters, digits and `-`, with a dot.
    const ID: &'static CStr;
    /// Its name for people.
    const NAME: &'static CStr;
    /// Its version.
    const VERSION: &'static CStr;
    /// What it does; the first sentence stands in lists.
    const DOC: &'static CStr;
    /// The JSON Schema of its configuration, an object with `properties`.
    const CONFIG: Option<&'static CStr> = None;
    /// When it is called.
    const MODE: Mode = Mode::Push;
    /// Its inputs.
    const INPUTS: &'static [Port] = &[];
    /// Its outputs.
    const OUTPUTS: &'static [Port] = &[];
    /// The figures that it counts, at most 16.
    const FIGURES: &'static [Figure] = &[];

    /// Gives what the key `device` of the configuration may name now, as JSON: a list of objects with `name`, `label`,
    /// `isDefault` and `formats`, a list of texts. It may take a second. `None`: the stage has no devices.
    const DEVICES: Option<fn() -> String> = None;

    /// Makes an instance with the configuration of [`Context::number`] and [`Context::text`].
    ///
    /// # Errors
    ///
    /// Why the configuration is refused.
    fn create(context: &mut Context) -> Result<Self, String>;

    /// One tick: reads, writes, and returns soon. Frames that are left go back.
    ///
    /// # Errors
    ///
    /// Why the node cannot go on.
    fn process(&mut self, context: &mut Context) -> Result<Next, String>;

    /// After the last frame: writes what is left.
    ///
    /// # Errors
    ///
    /// Why the node cannot go on.
    fn flush(&mut self, _context: &mut Context) -> Result<Next, String> {
        Ok(Next::WhenFramesCome)
    }

    /// A live value of the configuration has changed: [`Context::number`] or [`Context::text`] gives it, and all others
    /// that change with it, for each of which this is called. [`Context::peek`] tells the next frame, and
    /// [`Context::acquire_video`] and the like whether a slot has room.
    ///
    /// # Errors
    ///
    /// Why the value is refused; the stage goes on with the old ones. It is called again for those that it has taken.
    fn control(&mut self, _context: &mut Context, key: &str) -> Result<(), String> {
        Err(format!("\"{key}\" cannot be changed while the stage runs"))
    }

    /// Does what a script asks for by name, between two ticks: `json` has the arguments. The answer is JSON.
    ///
    /// # Errors
    ///
    /// Why not; the stage goes on.
    fn command(&mut self, _context: &mut Context, name: &str, _json: &str) -> Result<String, String> {
        Err(format!("there is no command \"{name}\""))
    }

    /// What an instance that takes this one's place goes on from.
    fn snapshot(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// Goes on from what [`Stage::snapshot`] of another instance gave.
    fn restore(&mut self, _state: &[u8]) {}

    /// Fills in the figures, in the order of [`Stage::FIGURES`].
    fn figures(&mut self, _values: &mut [f64]) {}
}

/// Exports stages as a plugin. It is called once in a library.
#[macro_export]
macro_rules! export_stages {
    ($($stage:ty),+ $(,)?) => {
        const _: () = {
            const STAGES: &[$crate::abi::SluiceStage] = &[$($crate::describe::<$stage>()),+];
            static PLUGIN: $crate::abi::SluicePlugin = $crate::plugin(STAGES);

            /// What the host looks for.
            ///
            /// # Safety
            ///
            /// `host` is the table of a host that lives as long as the process.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn sluice_register_stages(
                host: *const $crate::abi::SluiceHost,
            ) -> *const $crate::abi::SluicePlugin {
                // SAFETY: the host vouches for its table.
                unsafe { $crate::register(host, &PLUGIN) }
            }
        };
    };
}
