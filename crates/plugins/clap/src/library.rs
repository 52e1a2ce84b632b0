//! A file with CLAP plugins: opened once in a process, and never closed, since what a plugin has started may still run.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap_sys::entry::clap_plugin_entry;
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::plugin::clap_plugin;
use clap_sys::version::clap_version_is_compatible;
use libloading::Library as Loaded;

use crate::host::Host;
use crate::texts::{list_some, text_at};

/// Most plugins of a file that are looked at.
const MOST_PLUGINS: u32 = 4_096;

/// What a plugin says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Descriptor {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) vendor: String,
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) features: Vec<String>,
}

/// An opened file.
#[derive(Clone, Copy)]
pub(crate) struct Library {
    factory: &'static clap_plugin_factory,
}

/// The files that this process has opened.
static OPENED: Mutex<BTreeMap<PathBuf, Library>> = Mutex::new(BTreeMap::new());

impl Library {
    /// Opens a file, or gives what an earlier call has opened.
    ///
    /// # Errors
    ///
    /// Why it cannot be used.
    pub(crate) fn open(file: &Path) -> Result<Self, String> {
        let path = file.canonicalize().map_err(|error| format!("{}: {error}", file.display()))?;
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(library) = opened.get(&path) {
            return Ok(*library);
        }
        let library = open(&path).map_err(|why| format!("\"{}\" cannot be used: {why}", file.display()))?;
        opened.insert(path, library);
        Ok(library)
    }

    /// The plugins of the file, in its order.
    pub(crate) fn plugins(&self) -> Vec<Descriptor> {
        // SAFETY: the factory lives as long as the process.
        let count = self.factory.get_plugin_count.map_or(0, |call| unsafe { call(self.factory) });
        (0..count.min(MOST_PLUGINS)).filter_map(|index| self.descriptor(index)).collect()
    }

    /// The plugin that a configuration names; `""`: the only one.
    ///
    /// # Errors
    ///
    /// There is none, or not only one, and which there are.
    pub(crate) fn choose(&self, id: &str) -> Result<Descriptor, String> {
        let plugins = self.plugins();
        let known = list_some(plugins.iter().map(|each| each.id.as_str()));
        let found = if id.is_empty() && plugins.len() == 1 {
            plugins.into_iter().next()
        } else {
            plugins.into_iter().find(|each| each.id == id)
        };
        found.ok_or_else(|| match id {
            "" => format!("the file has not one plugin alone; name one by its id; available: {known}"),
            _ => format!("the file has no plugin \"{id}\"; available: {known}"),
        })
    }

    /// Makes a plugin; it is not initialised.
    pub(crate) fn create(&self, id: &str, host: &Host) -> Option<&'static clap_plugin> {
        let (call, id) = (self.factory.create_plugin?, CString::new(id).ok()?);
        // SAFETY: the factory lives as long as the process; the caller destroys the plugin before its host.
        unsafe { call(self.factory, host.table(), id.as_ptr()).as_ref() }
    }

    fn descriptor(&self, index: u32) -> Option<Descriptor> {
        // SAFETY: as above, and the index is below the count.
        let told = unsafe { self.factory.get_plugin_descriptor?(self.factory, index).as_ref() }?;
        // SAFETY: the texts of a descriptor live as long as the library.
        let text = |address| unsafe { text_at(address) };
        let mut features = Vec::new();
        let mut at = told.features;
        // SAFETY: the list ends with a null.
        while let Some(feature) = unsafe { at.as_ref() }.filter(|feature| !feature.is_null()) {
            features.push(text(*feature));
            at = at.wrapping_add(1);
        }
        Some(Descriptor {
            id: text(told.id),
            name: text(told.name),
            vendor: text(told.vendor),
            version: text(told.version),
            description: text(told.description),
            features,
        })
    }
}

fn open(path: &Path) -> Result<Library, String> {
    let program = program_of(path)?;
    // SAFETY: a library of plugins is code that the user has named; its constructors run here.
    let loaded = unsafe { Loaded::new(&program) }.map_err(|error| format!("the system cannot open it: {error}"))?;
    // It is never closed.
    let loaded: &'static Loaded = Box::leak(Box::new(loaded));
    // SAFETY: the interface gives the symbol this type.
    let symbol = unsafe { loaded.get::<*const clap_plugin_entry>(b"clap_entry\0") };
    let symbol = symbol.map_err(|_| "it has no symbol \"clap_entry\", so it is no CLAP plugin")?;
    // SAFETY: the entry is a constant of the library.
    let entry = unsafe { symbol.as_ref() }.ok_or("its entry is null")?;
    let version = entry.clap_version;
    if !clap_version_is_compatible(version) {
        let (major, minor) = (version.major, version.minor);
        return Err(format!("it was built for version {major}.{minor} of CLAP, wanted 1.0 or newer"));
    }
    let text = CString::new(path.to_string_lossy().as_bytes()).map_err(|_| "its path has a zero byte")?;
    let init = entry.init.ok_or("its entry has no function \"init\"")?;
    // SAFETY: the first call of the library, with a path that lives during it.
    if !unsafe { init(text.as_ptr()) } {
        return Err("its function \"init\" answers false".into());
    }
    let get_factory = entry.get_factory.ok_or("its entry has no function \"get_factory\"")?;
    // SAFETY: the library was initialised; the interface gives the factory of this name this type.
    let factory = unsafe { get_factory(CLAP_PLUGIN_FACTORY_ID.as_ptr()).cast::<clap_plugin_factory>().as_ref() };
    Ok(Library { factory: factory.ok_or("it has no factory of plugins")? })
}

/// The library itself: on macOS it is inside of a bundle.
fn program_of(path: &Path) -> Result<PathBuf, String> {
    if !path.is_dir() {
        return Ok(path.into());
    }
    let inside = path.join("Contents/MacOS");
    let entries = std::fs::read_dir(&inside).map_err(|_| "it is a folder, and no bundle with \"Contents/MacOS\"")?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let named = files.iter().find(|file| file.file_stem() == path.file_stem()).or(files.first());
    named.cloned().ok_or_else(|| format!("{} is empty", inside.display()))
}
