//! The configuration of the stage.

use std::ffi::CStr;

use serde_json::{Map, Value};
use sluice_stage::Context;
use sluice_stage::config::{number, text};

use crate::nodes::Node;

/// The schema.
pub(crate) const SCHEMA: &CStr = cr#"{"required": ["path"], "x-isolate": "process", "properties": {
    "path": {"type": "string", "minLength": 1, "x-reaches": "command",
        "description": "The file with the plugin: a path, or a name that is looked for in CLAP_PATH, ~/.clap, /usr/local/lib/clap and /usr/lib/clap."},
    "plugin": {"type": "string", "default": "",
        "description": "The plugin's id; empty: the only plugin of the file."},
    "parameters": {"type": "object", "default": {}, "x-live": true,
        "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "boolean"}]},
        "description": "Values of parameters by name, module/name or id: numbers in their ranges, or texts as the plugin shows them."},
    "state": {"type": "string", "default": "",
        "description": "The state to begin with, in base64, as the command saveState answers it."},
    "blockSize": {"type": "integer", "minimum": 1, "maximum": 4096, "default": 256, "x-unit": "samples",
        "description": "How many samples the plugin processes at once."},
    "tailSeconds": {"type": "number", "minimum": 0, "maximum": 600, "default": 10, "x-unit": "s",
        "description": "How long the plugin may sound behind the last block."},
    "waitMs": {"type": "number", "minimum": 0, "maximum": 10000, "default": 100, "x-unit": "ms",
        "description": "Live graphs: how long a block of audioIn waits for what the further inputs have of its time. Offline graphs wait for all."}
}, "x-commands": {
    "saveState": "Saves the plugin's state; answers {state}, for the key `state`.",
    "parameters": "Lists the plugin's parameters with their ranges and present values; answers {parameters}."
}}"#;

/// What does not change while the stage runs.
pub(crate) struct Settings {
    pub(crate) path: String,
    pub(crate) plugin: String,
    pub(crate) state: String,
    pub(crate) block_size: u32,
    pub(crate) tail_seconds: f64,
    pub(crate) wait_ns: f64,
}

impl Settings {
    pub(crate) fn read(context: &Context) -> Result<Self, String> {
        Ok(Self {
            path: text(context, c"path")?.into(),
            plugin: text(context, c"plugin")?.into(),
            state: text(context, c"state")?.into(),
            block_size: number(context, c"blockSize")? as u32,
            tail_seconds: number(context, c"tailSeconds")?,
            wait_ns: number(context, c"waitMs")? * 1e6,
        })
    }
}

/// The values of parameters: those of the key `parameters`, and those of a node type's own keys, by id.
pub(crate) fn parameters(context: &Context, node: Option<&Node>) -> Result<Map<String, Value>, String> {
    let json = text(context, c"parameters")?;
    let mut wanted: Map<String, Value> =
        serde_json::from_str(json).map_err(|error| format!("parameters is no object: {error}"))?;
    for (key, id) in node.map_or(&[][..], |node| &node.keys) {
        let value = context.number(key).map(Value::from).or_else(|| context.text(key).map(Value::from));
        wanted.extend(value.map(|value| (id.clone(), value)));
    }
    Ok(wanted)
}
