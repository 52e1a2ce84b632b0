//! A stage, as its plugin describes it, with its functions.

use std::ffi::{c_char, c_void};

use sluice_abi::stage::SluiceContext;

use crate::lane::stage::Cadence;

/// A port of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) schema: Option<String>,
    pub(super) formats: Vec<u32>,
    pub(super) kind: u8,
    pub(super) optional: bool,
    pub(super) burst: u32,
}

/// A stage, as its plugin describes it.
pub(crate) struct LoadedStage {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) doc: String,
    pub(super) config_schema: Option<String>,
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<Port>,
    pub(super) figures: Vec<String>,
    pub(super) cadence: Cadence,
    pub(super) calls: Calls,
}

type Instance = *mut c_void;
type Context = *mut SluiceContext;

/// Stores a list in JSON.
pub(super) type ListDevices = unsafe extern "C" fn(*mut *const c_char) -> i32;

/// The functions of a stage.
#[derive(Clone, Copy)]
pub(super) struct Calls {
    pub(super) create: unsafe extern "C" fn(Context, *mut Instance) -> i32,
    pub(super) process: unsafe extern "C" fn(Instance, Context) -> i32,
    pub(super) flush: Option<unsafe extern "C" fn(Instance, Context) -> i32>,
    pub(super) control: Option<unsafe extern "C" fn(Instance, Context, *const c_char) -> i32>,
    pub(super) snapshot: Option<unsafe extern "C" fn(Instance, Context) -> i32>,
    pub(super) restore: Option<unsafe extern "C" fn(Instance, Context, *const c_void, usize) -> i32>,
    pub(super) figures: Option<unsafe extern "C" fn(Instance, *mut f64, u32) -> i32>,
    pub(super) destroy: unsafe extern "C" fn(Instance) -> i32,
    pub(super) command: Option<unsafe extern "C" fn(Instance, Context, *const c_char, *const c_char) -> i32>,
    pub(super) devices: Option<ListDevices>,
}
