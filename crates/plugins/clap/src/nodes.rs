//! The node types of `sluice clap scan`: one for each plugin, with its ports and parameters. They stand in a file beside a
//! copy of this library, which then has them in place of the stage `clap`.

use std::ffi::{CStr, CString};
use std::path::PathBuf;
use std::sync::OnceLock;

use serde::Deserialize;
use sluice_stage::abi::{SluicePlugin, SluiceStage};
use sluice_stage::{Port, describe};

use crate::stage::Clap;

/// The name of the file.
const FILE: &str = "clap-nodes.json";

/// The form of the file that is read.
const FORM: u32 = 1;

/// The file.
#[derive(Deserialize)]
struct Listing {
    form: u32,
    nodes: Vec<Described>,
}

/// A node type as the file has it.
#[derive(Deserialize)]
struct Described {
    stage: String,
    plugin: String,
    name: String,
    version: String,
    doc: String,
    config: serde_json::Value,
    /// What each input for audio is, the main one first; at least one.
    inputs: Vec<String>,
    outputs: Vec<String>,
    /// The keys of parameters, with the ids of those.
    parameters: Vec<(String, u32)>,
}

/// A node type.
pub(crate) struct Node {
    /// The plugin's id.
    plugin: String,
    /// How many further inputs and outputs for audio it has.
    pub(crate) further: (usize, usize),
    /// The keys of parameters, with their ids in digits.
    pub(crate) keys: Vec<(&'static CStr, String)>,
}

/// What the library has to offer.
struct Offer {
    plugin: &'static SluicePlugin,
    nodes: Vec<Node>,
}

static OFFER: OnceLock<Result<Offer, String>> = OnceLock::new();

/// The stages of the library.
///
/// # Errors
///
/// The file beside it cannot be used.
pub(crate) fn plugin() -> Result<&'static SluicePlugin, String> {
    let offer = OFFER.get_or_init(|| match beside().map(std::fs::read) {
        Some(Ok(text)) => read(&text).map_err(|why| format!("its {FILE} {why}; make it anew by \"sluice clap scan\"")),
        Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => Err(format!("its {FILE}: {error}")),
        _ => Ok(Offer { plugin: kept_plugin(vec![describe::<Clap>()]), nodes: Vec::new() }),
    });
    offer.as_ref().map(|offer| offer.plugin).map_err(Clone::clone)
}

/// The node type for a plugin. `None`: the stage is `clap`.
pub(crate) fn find(plugin: &str) -> Option<&'static Node> {
    OFFER.get()?.as_ref().ok()?.nodes.iter().find(|node| node.plugin == plugin)
}

/// The path of the file beside this library.
#[cfg(unix)]
fn beside() -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    // SAFETY: addresses, for which null is a value.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: the address of a function of this library, and a place for the answer.
    let found = unsafe { libc::dladdr(beside as *const () as *const libc::c_void, &raw mut info) };
    if found == 0 || info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: the loader's name of the library, which is never closed.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(name.to_bytes())).with_file_name(FILE))
}

#[cfg(not(unix))]
fn beside() -> Option<PathBuf> {
    None
}

fn read(text: &[u8]) -> Result<Offer, String> {
    let listing: Listing = serde_json::from_slice(text).map_err(|error| format!("is damaged: {error}"))?;
    if listing.form != FORM {
        return Err(format!("has the form {}, wanted {FORM}", listing.form));
    }
    if let Some(node) = listing.nodes.iter().find(|node| node.inputs.is_empty() || node.outputs.is_empty()) {
        return Err(format!("has no ports for \"{}\"", node.stage));
    }
    let stages: Vec<SluiceStage> = listing.nodes.iter().map(stage).collect();
    let node = |each: Described| Node {
        plugin: each.plugin,
        further: (each.inputs.len() - 1, each.outputs.len() - 1),
        keys: each.parameters.into_iter().map(|(key, id)| (kept(&key), id.to_string())).collect(),
    };
    Ok(Offer { plugin: kept_plugin(stages), nodes: listing.nodes.into_iter().map(node).collect() })
}

/// The descriptor of a plugin, which lives as long as the process.
fn kept_plugin(stages: Vec<SluiceStage>) -> &'static SluicePlugin {
    Box::leak(Box::new(sluice_stage::plugin(stages.leak())))
}

/// The stage `clap`, with what a node type has of its own.
fn stage(node: &Described) -> SluiceStage {
    let port = |direction: &str, index: usize, doc: &str| {
        let number = if index == 0 { String::new() } else { (index + 1).to_string() };
        Port::audio(kept(&format!("audio{direction}{number}")), kept(doc))
    };
    let further = |direction, docs: &[String]| -> Vec<Port> {
        docs.iter().enumerate().skip(1).map(|(index, doc)| port(direction, index, doc).optional()).collect()
    };
    let mut inputs = vec![port("In", 0, &node.inputs[0]), Clap::events()];
    inputs.extend(further("In", &node.inputs));
    let mut outputs = vec![port("Out", 0, &node.outputs[0])];
    outputs.extend(further("Out", &node.outputs));
    let (inputs, outputs) = (inputs.leak(), outputs.leak());
    SluiceStage {
        id: kept(&node.stage).as_ptr(),
        name: kept(&node.name).as_ptr(),
        version: kept(&node.version).as_ptr(),
        doc: kept(&node.doc).as_ptr(),
        config_schema: kept(&node.config.to_string()).as_ptr(),
        inputs: inputs.as_ptr().cast(),
        outputs: outputs.as_ptr().cast(),
        input_count: inputs.len() as u32,
        output_count: outputs.len() as u32,
        ..describe::<Clap>()
    }
}

/// A text of the descriptors, which live as long as the process.
fn kept(text: &str) -> &'static CStr {
    let end = text.find('\0').unwrap_or(text.len());
    Box::leak(CString::new(&text[..end]).unwrap_or_default().into_boxed_c_str())
}
