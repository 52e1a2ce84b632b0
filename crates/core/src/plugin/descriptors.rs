//! Checks what a plugin says of itself, and copies it. Each refusal is a clause that names the stage and the field.

use std::collections::HashSet;
use std::ffi::c_char;

use sluice_abi::stage::{
    SLUICE_ABI_VERSION, SLUICE_EXTERNAL, SLUICE_LOOP, SLUICE_OPTIONAL, SLUICE_PUSH, SluicePlugin, SluicePort,
    SluiceStage,
};
use sluice_abi::{MAX_FIGURES, format, kind};

use crate::lane::stage::Cadence;

use super::loaded_stage::{Calls, LoadedStage, Port};
use super::memory::{Plain, structure, text};

/// Bytes of the structures in version 1.0: a plugin says no less of itself.
const PLUGIN_BYTES: u32 = 32;
const STAGE_BYTES: u32 = 144;
const PORT_BYTES: u32 = 48;

/// More than any version will have: a size beyond is none.
const MAX_BYTES: u32 = 4_096;

const MAX_STAGES: u32 = 256;
pub(super) const MAX_PORTS: u32 = 64;
const MAX_FORMATS: u32 = 32;
const MAX_BURST: u32 = 256;
const MAX_NAME: usize = 64;

// SAFETY: integers and addresses.
unsafe impl Plain for SluicePlugin {}
// SAFETY: integers, addresses, and optional addresses of functions, which are checked before they are called.
unsafe impl Plain for SluiceStage {}
// SAFETY: integers and addresses.
unsafe impl Plain for SluicePort {}
// SAFETY: an integer.
unsafe impl Plain for u32 {}
// SAFETY: an integer.
unsafe impl Plain for usize {}

/// Tells whether an address may be that of a function.
type IsCode = fn(usize) -> bool;

/// Reads the descriptors of a plugin.
///
/// # Errors
///
/// All that is wrong with them, a line each; of a list of ports the first.
pub(super) fn read(plugin: usize, is_code: IsCode) -> Result<Vec<LoadedStage>, String> {
    let of_plugin = |error: String| format!("its descriptor {error}");
    let version: u32 = structure(plugin, 4).map_err(of_plugin)?;
    check_version(version)?;
    let head: SluicePlugin = structure(plugin, PLUGIN_BYTES as usize).map_err(of_plugin)?;
    check_size("SluicePlugin", head.size, PLUGIN_BYTES)?;
    check_size("SluiceStage", head.stage_size, STAGE_BYTES)?;
    check_size("SluicePort", head.port_size, PORT_BYTES)?;
    let head: SluicePlugin = structure(plugin, head.size as usize).map_err(of_plugin)?;
    if !(1..=MAX_STAGES).contains(&head.stage_count) {
        return Err(format!("it has {} stages, wanted 1 to {MAX_STAGES}", head.stage_count));
    }
    let (mut stages, mut faults) = (Vec::new(), Faults::default());
    for index in 0..head.stage_count as usize {
        let found = find_stage(&head, index).and_then(|(id, stage)| {
            if stages.iter().any(|known: &LoadedStage| known.id == id) {
                return Err(format!("two of its stages have the id \"{id}\""));
            }
            read_stage(&id, &stage, head.port_size, is_code).map_err(|faults| faults.of(&format!("stage \"{id}\"")))
        });
        stages.extend(faults.take(found));
    }
    if faults.0.is_empty() { Ok(stages) } else { Err(faults.0.join("\n")) }
}

/// All that is wrong, a line each.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    /// Keeps what is wrong with a part, and gives the part if nothing is.
    fn take<T>(&mut self, found: Result<T, String>) -> Option<T> {
        found.map_err(|fault| self.0.push(fault)).ok()
    }

    /// Says of each what it is a fault of.
    fn of(&self, what: &str) -> String {
        self.0.iter().map(|fault| format!("{what}: {fault}")).collect::<Vec<_>>().join("\n")
    }
}

/// A stage's descriptor, and its id.
fn find_stage(head: &SluicePlugin, index: usize) -> Result<(String, SluiceStage), String> {
    let of_stage = |error: String| format!("stage {index} {error}");
    let at = element(head.stages.addr(), index, head.stage_size).map_err(of_stage)?;
    let stage: SluiceStage = structure(at, head.stage_size as usize).map_err(of_stage)?;
    let id = text(stage.id.addr()).map_err(|error| format!("the id of stage {index} {error}"))?;
    if !is_id(&id) {
        let wanted = "wanted one such as \"com.example.fft\": lower-case letters, digits and \"-\", with a dot";
        return Err(format!("the id of stage {index} is {id:?}, {wanted}"));
    }
    Ok((id, stage))
}

fn check_version(found: u32) -> Result<(), String> {
    let (major, minor) = (found >> 16, found & 0xffff);
    let (own_major, own_minor) = (SLUICE_ABI_VERSION >> 16, SLUICE_ABI_VERSION & 0xffff);
    if major == own_major && minor <= own_minor {
        return Ok(());
    }
    let mend = match major.cmp(&own_major) {
        std::cmp::Ordering::Less => "build it with the header of this Sluice",
        _ => "use a newer Sluice, or build it with the header of this one",
    };
    Err(format!(
        "it was built for version {major}.{minor} of the interface, and this is {own_major}.{own_minor}; {mend}"
    ))
}

fn check_size(name: &str, found: u32, least: u32) -> Result<(), String> {
    if found >= least && found <= MAX_BYTES && found % 8 == 0 {
        return Ok(());
    }
    Err(format!("it says that {name} has {found} bytes, wanted {least} to {MAX_BYTES} in steps of 8"))
}

fn read_stage(id: &str, stage: &SluiceStage, port_size: u32, is_code: IsCode) -> Result<LoadedStage, Faults> {
    let mut faults = Faults::default();
    let name = faults.take(plain("name", stage.name));
    let version = faults.take(plain("version", stage.version));
    let doc = faults.take(named("doc", stage.doc));
    let config_schema = faults.take(optional("config_schema", stage.config_schema));
    let cadence = faults.take(read_cadence(stage));
    let mut names = HashSet::new();
    let inputs = faults.take(read_ports("input", stage.inputs, stage.input_count, port_size, &mut names));
    let outputs = faults.take(read_ports("output", stage.outputs, stage.output_count, port_size, &mut names));
    let figures = faults.take(read_figures(stage));
    let calls = faults.take(read_calls(stage, is_code));
    let whole = || {
        let (id, name, version, doc, config_schema) = (id.to_owned(), name?, version?, doc?, config_schema?);
        let (inputs, outputs, figures, cadence, calls) = (inputs?, outputs?, figures?, cadence?, calls?);
        Some(LoadedStage { id, name, version, doc, config_schema, inputs, outputs, figures, cadence, calls })
    };
    whole().ok_or(faults)
}

/// A text of one line.
fn plain(what: &str, at: *const c_char) -> Result<String, String> {
    let text = named(what, at)?;
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(format!("its {what} is {text:?}, wanted a text without control characters"));
    }
    Ok(text)
}

fn read_cadence(stage: &SluiceStage) -> Result<Cadence, String> {
    match stage.mode {
        SLUICE_PUSH if stage.input_count == 0 => {
            Err("its mode is SLUICE_PUSH, and it has no inputs; a source has SLUICE_LOOP or SLUICE_EXTERNAL".into())
        }
        SLUICE_PUSH => Ok(Cadence::Push),
        SLUICE_LOOP => Ok(Cadence::Loop),
        SLUICE_EXTERNAL => Ok(Cadence::External),
        mode => Err(format!("its mode is {mode}, which is none")),
    }
}

fn read_ports(
    what: &str,
    ports: *const SluicePort,
    count: u32,
    size: u32,
    names: &mut HashSet<String>,
) -> Result<Vec<Port>, String> {
    if count > MAX_PORTS {
        return Err(format!("it has {count} {what}s, at most {MAX_PORTS}"));
    }
    (0..count as usize)
        .map(|index| {
            let at = element(ports.addr(), index, size).map_err(|error| format!("{what} {index} {error}"))?;
            let port = structure(at, size as usize).map_err(|error| format!("{what} {index} {error}"))?;
            let port = read_port(&port).map_err(|error| format!("{what} {index}: {error}"))?;
            if !names.insert(port.name.clone()) {
                return Err(format!("two of its ports have the name \"{}\"", port.name));
            }
            Ok(port)
        })
        .collect()
}

fn read_port(port: &SluicePort) -> Result<Port, String> {
    let (name, doc, schema) = (named("name", port.name)?, named("doc", port.doc)?, optional("schema", port.schema)?);
    if !is_port_name(&name) {
        return Err(format!("its name is {name:?}, wanted 1 to {MAX_NAME} letters, digits or \"_\", a letter first"));
    }
    let kind = match port.kind {
        1..=5 => port.kind as u8,
        other => return Err(format!("its kind is {other}, which is none")),
    };
    if port.flags & !SLUICE_OPTIONAL != 0 {
        return Err(format!("its flags are {:#x}, of which some have no meaning", port.flags));
    }
    if port.burst > MAX_BURST {
        return Err(format!("its burst is {}, at most {MAX_BURST}", port.burst));
    }
    if port.format_count > MAX_FORMATS {
        return Err(format!("it names {} formats, at most {MAX_FORMATS}", port.format_count));
    }
    let mut formats = Vec::new();
    for index in 0..port.format_count as usize {
        let at = element(port.formats.addr(), index, 4).map_err(|error| format!("format {index} {error}"))?;
        let format: u32 = structure(at, 4).map_err(|error| format!("format {index} {error}"))?;
        if !is_format_of(kind, format) {
            return Err(format!("format {format} is none of its kind"));
        }
        formats.push(format);
    }
    let (optional, burst) = (port.flags & SLUICE_OPTIONAL != 0, port.burst.max(1));
    Ok(Port { name, doc, schema, formats, kind, optional, burst })
}

fn read_figures(stage: &SluiceStage) -> Result<Vec<String>, String> {
    let count = stage.figure_count as usize;
    if count > MAX_FIGURES {
        return Err(format!("it has {count} figures, at most {MAX_FIGURES}"));
    }
    let mut figures: Vec<String> = Vec::new();
    for index in 0..count {
        let of_figure = |error: String| format!("the name of figure {index} {error}");
        let at = element(stage.figures.addr(), index, size_of::<usize>() as u32).map_err(of_figure)?;
        let name = text(structure::<usize>(at, size_of::<usize>()).map_err(of_figure)?).map_err(of_figure)?;
        if !is_port_name(&name) {
            return Err(format!(
                "the name of figure {index} is {name:?}, wanted letters, digits or \"_\", a letter first"
            ));
        }
        if figures.contains(&name) {
            return Err(format!("two of its figures have the name \"{name}\""));
        }
        figures.push(name);
    }
    if (count > 0) != stage.count.is_some() {
        return Err(format!("it names {count} figures, and its function count is {}", state(stage.count)));
    }
    Ok(figures)
}

fn read_calls(stage: &SluiceStage, is_code: IsCode) -> Result<Calls, String> {
    let given = [
        ("create", stage.create.map(|call| call as usize)),
        ("process", stage.process.map(|call| call as usize)),
        ("flush", stage.flush.map(|call| call as usize)),
        ("control", stage.control.map(|call| call as usize)),
        ("snapshot", stage.snapshot.map(|call| call as usize)),
        ("restore", stage.restore.map(|call| call as usize)),
        ("count", stage.count.map(|call| call as usize)),
        ("destroy", stage.destroy.map(|call| call as usize)),
        ("command", stage.command.map(|call| call as usize)),
        ("devices", stage.devices.map(|call| call as usize)),
    ];
    for (name, call) in given {
        if call.is_some_and(|call| !is_code(call)) {
            return Err(format!("its function {name} lies in no library's code"));
        }
    }
    let missing = |name: &str| format!("its function {name} is null");
    Ok(Calls {
        create: stage.create.ok_or_else(|| missing("create"))?,
        process: stage.process.ok_or_else(|| missing("process"))?,
        flush: stage.flush,
        control: stage.control,
        snapshot: stage.snapshot,
        restore: stage.restore,
        figures: stage.count,
        destroy: stage.destroy.ok_or_else(|| missing("destroy"))?,
        command: stage.command,
        devices: stage.devices,
    })
}

/// The address of an element of an array.
fn element(array: usize, index: usize, size: u32) -> Result<usize, String> {
    if array == 0 {
        return Err("is null".into());
    }
    array.checked_add(index * size as usize).ok_or_else(|| "points to memory that cannot be read".into())
}

fn named(what: &str, at: *const std::ffi::c_char) -> Result<String, String> {
    text(at.addr()).map_err(|error| format!("its {what} {error}"))
}

fn optional(what: &str, at: *const std::ffi::c_char) -> Result<Option<String>, String> {
    if at.is_null() { Ok(None) } else { named(what, at).map(Some) }
}

pub(super) fn is_id(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
    };
    text.len() <= MAX_NAME && text.contains('.') && text.split('.').all(is_part)
}

pub(super) fn is_port_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

pub(super) fn is_format_of(of: u8, number: u32) -> bool {
    let Ok(number) = u8::try_from(number) else { return false };
    match of {
        kind::VIDEO => (format::RGBA8..=format::I420).contains(&number),
        kind::ENCODED => (format::H264..=format::JPEG).contains(&number),
        _ => false,
    }
}

fn state<T>(call: Option<T>) -> &'static str {
    if call.is_some() { "there" } else { "null" }
}
