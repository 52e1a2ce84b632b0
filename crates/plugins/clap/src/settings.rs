//! The configuration of the stage.

use std::ffi::CStr;

use serde_json::{Map, Value};
use sluice_stage::Context;
use sluice_stage::config::{number, text};

/// The schema.
pub(crate) const SCHEMA: &CStr = cr#"{"required": ["path"], "x-isolate": "process", "properties": {
    "path": {"type": "string", "minLength": 1, "x-reaches": "command",
        "description": "The file with the plugin: a path, or a name that is looked for in CLAP_PATH, ~/.clap and /usr/lib/clap."},
    "id": {"type": "string", "default": "",
        "description": "The plugin's id; empty: the only plugin of the file."},
    "parameters": {"type": "object", "default": {}, "x-live": true,
        "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "boolean"}]},
        "description": "Values of parameters by name, module/name or id: numbers in their ranges, or texts as the plugin shows them."},
    "state": {"type": "string", "default": "",
        "description": "The state to begin with, in base64, as the command saveState answers it."},
    "blockSize": {"type": "integer", "minimum": 1, "maximum": 4096, "default": 4096, "x-unit": "samples",
        "description": "Most samples that the plugin processes at once; longer blocks are split."},
    "tailSeconds": {"type": "number", "minimum": 0, "maximum": 600, "default": 10, "x-unit": "s",
        "description": "How long the plugin may sound behind the last block."}
}, "x-commands": {
    "saveState": "Saves the plugin's state; answers {state}, for the key `state`.",
    "parameters": "Lists the plugin's parameters with their ranges and present values; answers {parameters}."
}}"#;

/// What does not change while the stage runs.
pub(crate) struct Settings {
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) block_size: u32,
    pub(crate) tail_seconds: f64,
}

impl Settings {
    pub(crate) fn read(context: &Context) -> Result<Self, String> {
        Ok(Self {
            path: text(context, c"path")?.into(),
            id: text(context, c"id")?.into(),
            state: text(context, c"state")?.into(),
            block_size: number(context, c"blockSize")? as u32,
            tail_seconds: number(context, c"tailSeconds")?,
        })
    }
}

/// The key `parameters`.
pub(crate) fn parameters(context: &Context) -> Result<Map<String, Value>, String> {
    let json = text(context, c"parameters")?;
    serde_json::from_str(json).map_err(|error| format!("parameters is no object: {error}"))
}
