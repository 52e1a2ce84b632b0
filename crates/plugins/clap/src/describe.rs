//! What `sluice clap` is told of a file: a JSON object a line, so that what came before a crash is known.

use std::io::Write;

use serde_json::{Value, json};

use crate::find;
use crate::instance::Instance;
use crate::library::{Descriptor, Library};
use crate::parameters::Parameters;
use crate::ports::{AudioPort, Ports};

/// The rate, and the length of blocks, at which the latency is asked for.
const RATE_HZ: u32 = 48_000;
const SAMPLES: u32 = 256;

/// Writes the paths of all files with plugins, in the folders where they are looked for: `{"folders", "files"}`.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn write_files(out: &mut impl Write) -> Result<(), String> {
    let folders = find::folders();
    write(out, &json!({ "folders": folders, "files": find::files_in(&folders) }))
}

/// Writes the path of a file, `{"file"}`, and of each plugin of it first `{"plugin"}`, with what it says of itself, before it is made, and then `{"made"}`.
///
/// # Errors
///
/// Why the file cannot be used.
pub fn write_plugins(name: &str, out: &mut impl Write) -> Result<(), String> {
    let file = find::find(name)?;
    write(out, &json!({ "file": file }))?;
    let library = Library::open(&file)?;
    for descriptor in library.plugins() {
        write(out, &json!({ "plugin": plugin(&descriptor) }))?;
        let made = match Instance::new(library, &descriptor).and_then(|instance| summary(&instance)) {
            Ok(summary) => json!({ "made": summary }),
            Err(why) => json!({ "problem": why }),
        };
        write(out, &made)?;
    }
    Ok(())
}

/// Writes everything about one plugin, `{"plugin"}` and `{"info"}`. It is neither deactivated nor destroyed, so that a crash
/// there changes nothing.
///
/// # Errors
///
/// Why it cannot be used.
pub fn write_plugin(name: &str, id: &str, out: &mut impl Write) -> Result<(), String> {
    let file = find::find(name)?;
    let library = Library::open(&file)?;
    let descriptor = library.choose(id)?;
    write(out, &json!({ "file": file, "plugin": plugin(&descriptor) }))?;
    let mut instance = std::mem::ManuallyDrop::new(Instance::new(library, &descriptor)?);
    let ports = Ports::read(&instance)?;
    let parameters = Parameters::read(&instance).describe(&instance);
    let savable = instance.has_state();
    instance.activate(&ports, RATE_HZ, SAMPLES)?;
    let notes = |port: &crate::ports::NotePort| json!({ "name": port.name, "notes": port.takes_notes, "midi": port.takes_midi });
    let info = json!({
        "inputs": audio(&ports.inputs),
        "outputs": audio(&ports.outputs),
        "notePorts": ports.notes.iter().map(notes).collect::<Value>(),
        "parameters": parameters,
        "latencySamples": instance.latency_samples(),
        "sampleRateHz": RATE_HZ,
        "tailSamples": instance.tail_samples(),
        "savesState": savable,
    });
    write(out, &json!({ "info": info }))
}

/// Writes why nothing more comes: `{"problem"}`.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn write_problem(why: &str, out: &mut impl Write) -> Result<(), String> {
    write(out, &json!({ "problem": why }))
}

fn summary(instance: &Instance) -> Result<Value, String> {
    let ports = Ports::read(instance)?;
    let parameters = Parameters::read(instance);
    Ok(json!({
        "inputs": audio(&ports.inputs),
        "outputs": audio(&ports.outputs),
        "notePorts": ports.notes.len(),
        "parameters": parameters.iter().filter(|each| !each.is_hidden).count(),
    }))
}

fn plugin(descriptor: &Descriptor) -> Value {
    let Descriptor { id, name, vendor, version, description, features } = descriptor;
    json!({ "id": id, "name": name, "vendor": vendor, "version": version, "description": description, "features": features })
}

fn audio(ports: &[AudioPort]) -> Value {
    let main = Ports::main(ports);
    let port = |(index, port): (usize, &AudioPort)| {
        json!({
            "name": port.name, "channels": port.channels, "main": Some(index) == main,
        })
    };
    ports.iter().enumerate().map(port).collect()
}

fn write(out: &mut impl Write, value: &Value) -> Result<(), String> {
    writeln!(out, "{value}").and_then(|()| out.flush()).map_err(|error| format!("cannot write: {error}"))
}
