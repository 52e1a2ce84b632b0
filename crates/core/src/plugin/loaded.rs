//! Plugins that were loaded and found right, and their stages by name. They stay as long as the process.

use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sluice_abi::stage::SLUICE_OK;

#[cfg(target_os = "linux")]
use crate::isolation::Program;
use crate::lane::StageContext;
use crate::lane::stage::{Stage, StageType};

use super::loaded_stage::{ListDevices, LoadedStage};
use super::memory::text;
use super::stage::PluginStage;

/// Whose a library is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It came with the native library, is as good as that, and keeps the ids of its stages.
    Shipped,
    /// Anybody's.
    Foreign,
}

/// A library that was loaded.
pub struct Plugin {
    pub(super) path: PathBuf,
    /// Ids of its stages.
    pub(super) stages: Vec<String>,
    /// What it says of its stages, as JSON.
    pub description: String,
}

/// All that was loaded.
pub(super) struct Loaded {
    plugins: Vec<&'static Plugin>,
    pub(super) stages: Vec<&'static StageType>,
    /// What lists the devices of stages that have some, by their ids. None is called twice at once.
    devices: Vec<(String, &'static Mutex<ListDevices>)>,
    /// By the ids of their stages.
    #[cfg(target_os = "linux")]
    pub(super) programs: Vec<(String, Arc<Program>)>,
}

static LOADED: Mutex<Loaded> = Mutex::new(Loaded {
    plugins: Vec::new(),
    stages: Vec::new(),
    devices: Vec::new(),
    #[cfg(target_os = "linux")]
    programs: Vec::new(),
});

pub(super) fn loaded() -> MutexGuard<'static, Loaded> {
    LOADED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Finds a stage of a plugin by its id.
pub(crate) fn find(id: &str) -> Option<&'static StageType> {
    loaded().stages.iter().find(|stage| stage.name == id).copied()
}

/// Lists the devices that the key `device` of a stage may name, as JSON. `None`: the stage has none.
///
/// # Errors
///
/// If the stage cannot list them.
pub fn list_devices(id: &str) -> Result<Option<String>, String> {
    // The newest: a shipped stage takes its id from others.
    let Some(list) = loaded().devices.iter().rfind(|(known, _)| known == id).map(|(_, list)| *list) else {
        return Ok(None);
    };
    let list = list.lock().unwrap_or_else(PoisonError::into_inner);
    let mut json = std::ptr::null();
    // SAFETY: the plugin vouches for its function, which was checked to be code.
    let status = unsafe { list(&raw mut json) };
    if status != SLUICE_OK {
        return Err(format!("devices answered {status}"));
    }
    text(json.addr()).map(Some).map_err(|error| format!("the list of devices {error}"))
}

/// Where the code of a stage is.
#[cfg(target_os = "linux")]
#[derive(Clone)]
pub(crate) enum Home {
    Library(&'static Path),
    Program(Arc<Program>),
}

/// Where the code of a stage is. `None`: no plugin has it.
#[cfg(target_os = "linux")]
pub(crate) fn home_of(id: &str) -> Option<Home> {
    let loaded = loaded();
    if let Some((_, program)) = loaded.programs.iter().find(|(known, _)| known == id) {
        return Some(Home::Program(Arc::clone(program)));
    }
    // The newest: a shipped one takes its ids from others.
    let plugin = loaded.plugins.iter().rfind(|plugin| plugin.stages.iter().any(|stage| stage == id));
    plugin.map(|plugin| Home::Library(&plugin.path))
}

/// True for a stage whose code is a program's in another language.
#[cfg(target_os = "linux")]
pub(crate) fn is_of_program(id: &str) -> bool {
    loaded().programs.iter().any(|(known, _)| known == id)
}

/// As above: only Linux has processes for them.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_of_program(_: &str) -> bool {
    false
}

impl Loaded {
    /// The plugin of a library that was loaded before.
    pub(super) fn plugin(&self, path: &Path) -> Option<&'static Plugin> {
        self.plugins.iter().find(|plugin| plugin.path == path).copied()
    }

    /// Enters a plugin with its stages. A shipped one takes the place of others' stages that have the ids of its own.
    ///
    /// # Errors
    ///
    /// If a stage of another plugin has the id of one.
    pub(super) fn add(
        &mut self,
        plugin: Plugin,
        stages: Vec<LoadedStage>,
        origin: Origin,
    ) -> Result<&'static Plugin, String> {
        if origin == Origin::Shipped {
            self.stages.retain(|known| !plugin.stages.iter().any(|id| id == known.name));
        }
        if let Some(stage) = stages.iter().find(|stage| self.stages.iter().any(|known| known.name == stage.id)) {
            return Err(format!("stage \"{}\" is there already, of another plugin; disable one of the two", stage.id));
        }
        for stage in &stages {
            let Some(list) = stage.calls.devices else { continue };
            self.devices.push((stage.id.clone(), Box::leak(Box::new(Mutex::new(list)))));
        }
        self.stages.extend(stages.into_iter().map(stage_type));
        let plugin: &'static Plugin = Box::leak(Box::new(plugin));
        self.plugins.push(plugin);
        Ok(plugin)
    }
}

/// How native lanes know a stage. It is never freed, as its code is never unloaded.
pub(super) fn stage_type(stage: LoadedStage) -> &'static StageType {
    let stage: &'static LoadedStage = Box::leak(Box::new(stage));
    let figures: Vec<&'static str> = stage.figures.iter().map(String::as_str).collect();
    Box::leak(Box::new(StageType {
        name: &stage.id,
        inputs: stage.inputs.len() as u32,
        outputs: stage.outputs.len() as u32,
        burst: stage.outputs.iter().map(|port| port.burst).max().unwrap_or(1),
        cadence: stage.cadence,
        figures: Box::leak(figures.into_boxed_slice()),
        create: Box::leak(Box::new(move |settings: &_, bell: &_| {
            let made = PluginStage::create::<StageContext<'_>>(stage, settings, bell)?;
            Ok(Box::new(made) as Box<dyn Stage>)
        })),
    }))
}
