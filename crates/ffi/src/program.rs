//! Stages of programs in other languages. Cold: nothing here is called while frames flow.

use std::collections::HashSet;
use std::ffi::{CString, c_char};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::{ptr, slice};

#[cfg(target_os = "linux")]
use serde::Deserialize;

use crate::outcome::attempt;

/// What is asked: see `ffi/program.ts`.
#[cfg(target_os = "linux")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    host: Vec<String>,
    describe: Vec<String>,
    environment: Vec<(String, String)>,
    source: String,
    limit_ms: u32,
    /// Those of a program that need no description by it.
    stages: Option<Vec<Stage>>,
}

/// What a program says of its stages. Other fields are for the control isolate.
#[cfg(target_os = "linux")]
#[derive(Deserialize)]
struct Said {
    stages: Vec<Stage>,
}

#[cfg(target_os = "linux")]
#[derive(Deserialize)]
struct Stage {
    id: String,
    mode: Mode,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    figures: Vec<String>,
}

#[cfg(target_os = "linux")]
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Push,
    Loop,
    External,
}

#[cfg(target_os = "linux")]
#[derive(Deserialize)]
struct Port {
    name: String,
    kind: u32,
    formats: Vec<u32>,
    burst: u32,
}

/// Texts that were handed out: each once, however often a source is described.
static SAID: LazyLock<Mutex<HashSet<CString>>> = LazyLock::new(Mutex::default);

/// Has a program tell of the stages of a source, enters them, and gives what it says, as JSON in a C string that is never
/// freed. One that is refused gives `{"error":…}` with the reason, as the thread of the call may not be the caller's. Null:
/// this library has failed.
///
/// # Safety
///
/// `asked` has the length given, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_program_load(asked: *const u8, length: u32) -> *const c_char {
    attempt(ptr::null(), || {
        // SAFETY: the caller vouches for the bytes.
        let asked = unsafe { slice::from_raw_parts(asked, length as usize) };
        let said =
            load(asked).and_then(|said| CString::new(said).map_err(|_| "what it says has a zero byte".to_owned()));
        let said = said.unwrap_or_else(|error| refusal(&error));
        let mut all = SAID.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&said) {
            return Ok(known.as_ptr());
        }
        // The set moves the strings, and not their texts.
        let start = said.as_ptr();
        all.insert(said);
        Ok(start)
    })
}

/// What is to be started ahead.
#[cfg(target_os = "linux")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ahead {
    stage: String,
    memory_bytes: f64,
}

/// Starts a process for a node of a program's stage, and returns when it has imported its source: 1; or 0: the node's lane
/// will start it.
///
/// # Safety
///
/// `asked` has the length given, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_program_start(asked: *const u8, length: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the bytes.
        let asked = unsafe { slice::from_raw_parts(asked, length as usize) };
        start_ahead(asked)
    })
}

#[cfg(target_os = "linux")]
fn start_ahead(asked: &[u8]) -> Result<u32, String> {
    use sluice_core::lane::Isolation;
    let Ahead { stage, memory_bytes } =
        serde_json::from_slice(asked).map_err(|error| format!("it was asked for oddly: {error}"))?;
    let isolation = Isolation { memory_bytes: memory_bytes as u64, limit_ms: 0 };
    Ok(sluice_core::isolation::start_ahead(&stage, isolation).into())
}

#[cfg(not(target_os = "linux"))]
fn start_ahead(_asked: &[u8]) -> Result<u32, String> {
    Ok(0)
}

/// A refusal in JSON, which has no zero byte.
fn refusal(error: &str) -> CString {
    CString::new(serde_json::json!({ "error": error }).to_string()).unwrap_or_default()
}

#[cfg(target_os = "linux")]
fn load(asked: &[u8]) -> Result<String, String> {
    use std::time::Duration;

    use sluice_core::isolation::{Program, describe};
    use sluice_core::plugin::add_program;

    let asked: Asked = serde_json::from_slice(asked).map_err(|error| format!("it was asked for oddly: {error}"))?;
    let Asked { host: command, describe: words, environment, source, limit_ms, stages } = asked;
    let program = Program { command, environment, source };
    if let Some(stages) = stages {
        add_program(program, &stages.into_iter().map(stage_of).collect::<Vec<_>>())?;
        return Ok("{}".into());
    }
    let text = describe(&program, &words, Duration::from_millis(limit_ms.into()))?;
    let odd = |error: serde_json::Error| format!("what it says of its stages cannot be read: {error}");
    let said: Said = serde_json::from_str(&text).map_err(odd)?;
    let stages: Vec<_> = said.stages.into_iter().map(stage_of).collect();
    add_program(program, &stages)?;
    Ok(text)
}

#[cfg(not(target_os = "linux"))]
fn load(_asked: &[u8]) -> Result<String, String> {
    Err("this system has no isolated stages".into())
}

#[cfg(target_os = "linux")]
fn stage_of(stage: Stage) -> sluice_core::plugin::ProgramStage {
    use sluice_core::lane::stage::Cadence;
    let cadence = match stage.mode {
        Mode::Push => Cadence::Push,
        Mode::Loop => Cadence::Loop,
        Mode::External => Cadence::External,
    };
    let ports = |ports: Vec<Port>| ports.into_iter().map(port_of).collect();
    let Stage { id, inputs, outputs, figures, .. } = stage;
    sluice_core::plugin::ProgramStage { id, cadence, inputs: ports(inputs), outputs: ports(outputs), figures }
}

#[cfg(target_os = "linux")]
fn port_of(Port { name, kind, formats, burst }: Port) -> sluice_core::plugin::ProgramPort {
    sluice_core::plugin::ProgramPort { name, kind, formats, burst }
}
