//! Opens the library of a plugin.

use std::fs;
use std::path::Path;

use sluice_abi::stage::{SLUICE_REGISTER_SYMBOL, SluiceHost, SluiceRegister};

use crate::lane::StageContext;

use super::loaded::{Origin, Plugin, loaded};
use super::loaded_stage::LoadedStage;
use super::memory::is_code;
#[cfg(unix)]
use super::rights::{self, Place};
use super::{call, description, descriptors, extent, host};

/// What stages in this process call.
static IN_PROCESS: SluiceHost = host::table::<StageContext<'static>>();

/// Loads a plugin, or gives one that was loaded before. Its stages can be named from then on.
///
/// # Errors
///
/// Why it is refused, as a clause. A library that was opened stays open.
pub fn load(path: &Path, origin: Origin) -> Result<&'static Plugin, String> {
    let path = fs::canonicalize(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("the file cannot be found: {error}"),
    })?;
    let mut all = loaded();
    if let Some(known) = all.plugin(&path) {
        return Ok(known);
    }
    check_file(&path, origin)?;
    let stages = open(&path, &IN_PROCESS)?;
    let ids = stages.iter().map(|stage| stage.id.clone()).collect();
    let plugin = Plugin { path, stages: ids, description: description::describe(&stages) };
    all.add(plugin, stages, origin)
}

/// Opens a library and reads its stages, which reach their nodes by this table.
fn open(path: &Path, table: &'static SluiceHost) -> Result<Vec<LoadedStage>, String> {
    extent::check(path)?;
    let register = find_register(path)?;
    call::begin_registering();
    // SAFETY: the symbol is that of the interface, whose plugins vouch for it.
    let descriptor = unsafe { register(table) };
    if descriptor.is_null() {
        let reason = call::registering_fault().unwrap_or_else(|| "it does not say why".into());
        return Err(format!("sluice_register_stages returned null: {reason}"));
    }
    descriptors::read(descriptor.addr(), is_code)
}

/// Opens a library that another process has found right, for one of its stages, which reaches its node by this table. It
/// stays open.
///
/// # Errors
///
/// Why it cannot be used.
#[cfg(target_os = "linux")]
pub(crate) fn open_stage(path: &Path, id: &str, table: &'static SluiceHost) -> Result<&'static LoadedStage, String> {
    check_file(path, Origin::Shipped)?;
    let stages = open(path, table)?;
    let stage = stages.into_iter().find(|stage| stage.id == id).ok_or_else(|| format!("it has no stage \"{id}\""))?;
    Ok(Box::leak(Box::new(stage)))
}

/// Reads one of the stages that a descriptor of this process has.
///
/// # Errors
///
/// Why it cannot be used.
#[cfg(target_os = "linux")]
pub(crate) fn read_own_stage(descriptor: usize, id: &str) -> Result<&'static LoadedStage, String> {
    let stages = descriptors::read(descriptor, |address| address != 0)?;
    let stage = stages.into_iter().find(|stage| stage.id == id).ok_or_else(|| format!("it has no stage \"{id}\""))?;
    Ok(Box::leak(Box::new(stage)))
}

/// Refuses what is no file, and a file of a plugin that others may change, or in the place of which they may put another.
fn check_file(path: &Path, origin: Origin) -> Result<(), String> {
    let of_file = |error: std::io::Error| format!("the file cannot be looked at: {error}");
    let file = fs::metadata(path).map_err(of_file)?;
    if !file.is_file() {
        return Err("it is no file".into());
    }
    #[cfg(unix)]
    if origin == Origin::Foreign {
        let folder = fs::metadata(path.parent().unwrap_or(path)).map_err(of_file)?;
        let of_folder = || rights::judge(&folder, "its folder", Place::Own);
        return rights::judge(&file, "the file", Place::Own).or_else(of_folder).map_or(Ok(()), Err);
    }
    Ok(())
}

#[cfg(unix)]
fn find_register(path: &Path) -> Result<SluiceRegister, String> {
    use std::ffi::{CStr, CString};
    use std::os::unix::ffi::OsStrExt;
    let name = CString::new(path.as_os_str().as_bytes()).map_err(|_| "its path has a zero byte".to_owned())?;
    // SAFETY: the name is a C string; the code that opening runs is the plugin's, which was configured.
    let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if library.is_null() {
        // SAFETY: the system's text is valid until this thread's next call of this kind.
        let error = unsafe { libc::dlerror() };
        // SAFETY: as above, if it is not null.
        let text = (!error.is_null()).then(|| unsafe { CStr::from_ptr(error) }.to_string_lossy().into_owned());
        let text = text.unwrap_or_else(|| "the system does not say why".into());
        let text = text.replace(&format!("{}: ", path.display()), "");
        return Err(format!("the system cannot open it as a library: {text}"));
    }
    // SAFETY: the library is open, and is never closed.
    let symbol = unsafe { libc::dlsym(library, SLUICE_REGISTER_SYMBOL.as_ptr()) };
    if symbol.is_null() {
        return Err("it does not export sluice_register_stages; declare that function with SLUICE_EXPORT".into());
    }
    // SAFETY: the symbol is that of the interface.
    Ok(unsafe { std::mem::transmute::<*mut libc::c_void, SluiceRegister>(symbol) })
}

#[cfg(not(unix))]
fn find_register(_path: &Path) -> Result<SluiceRegister, String> {
    Err("this system has no plugins yet".into())
}
