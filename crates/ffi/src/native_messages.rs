//! The messages to a native lane as the control isolate writes them, in JSON: what a lane starts with, and commands as in
//! `core/lanes/messages.ts`. Nodes are named by their ids, ports and pools by their names, links by the index of their
//! records, arenas and rings by their addresses; fields that no native lane needs are passed over.

use serde::Deserialize;
use sluice_core::lane::settings::Value;
use sluice_core::lane::{LinkRest, Policy, Priority};

/// What a lane starts with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start {
    /// The control arena.
    pub control: Token,
    pub lane: u32,
    pub generation: u32,
    /// Whether sources keep to the clock.
    pub live: bool,
    /// Whether what stages do with frames is checked.
    pub development: bool,
    pub pools: Vec<PoolToken>,
    pub nodes: Vec<Node>,
    pub links: Vec<LinkEndPlan>,
    pub schedule: Schedule,
}

/// A command.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Told {
    Start,
    Stop,
    Close,
    /// Ends the calls that isolated stages do.
    EndCalls,
    Pause {
        pause: u32,
    },
    Resume {
        paused_ns: f64,
    },
    Schedule {
        schedule: Schedule,
    },
    /// `record`: a node that has another one is left alone.
    Disable {
        node: String,
        record: u32,
    },
    CountLost {
        epoch: u32,
        ends: Vec<LinkEndPlan>,
    },
    Prepare {
        epoch: u32,
        nodes: Vec<Node>,
        pools: Vec<PoolToken>,
        edit: Changes,
    },
    Abort {
        epoch: u32,
    },
    /// The departing nodes may be held: all nodes before them are quiesced.
    HandOver {
        epoch: u32,
        stateless: Vec<String>,
    },
    Accept {
        epoch: u32,
        nodes: Vec<OfferedNode>,
    },
    Attach {
        epoch: u32,
        moves: Vec<LinkMove>,
        rests: Vec<Rest>,
    },
    Configure {
        request: u32,
        node: String,
        values: Vec<Entry>,
    },
    Ask {
        request: u32,
        node: String,
        name: String,
        json: String,
    },
}

/// An arena or a ring.
#[derive(Deserialize)]
pub(crate) struct Token {
    pub address: usize,
}

#[derive(Deserialize)]
pub(crate) struct PoolToken {
    /// Its index in ring entries.
    pub index: usize,
    pub name: String,
    pub arena: Token,
}

/// How urgent a thread is, and the processors that it may run on.
#[derive(Deserialize)]
pub(crate) struct Schedule {
    #[serde(with = "Urgency", default = "normal")]
    pub priority: Priority,
    #[serde(default)]
    pub cpus: Vec<u32>,
}

fn normal() -> Priority {
    Priority::Normal
}

#[derive(Deserialize)]
#[serde(remote = "Priority", rename_all = "lowercase")]
enum Urgency {
    Normal,
    High,
    Realtime,
}

/// A configuration value by its key.
pub(crate) type Entry = (String, Setting);

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Setting {
    Number(f64),
    Text(String),
}

pub(crate) fn values_of(entries: Vec<Entry>) -> Vec<(String, Value)> {
    let value = |setting| match setting {
        Setting::Number(number) => Value::Number(number),
        Setting::Text(text) => Value::Text(text),
    };
    entries.into_iter().map(|(key, setting)| (key, value(setting))).collect()
}

/// A node. On the lane already, it is replaced.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Node {
    pub id: String,
    /// Index of its record.
    pub index: u32,
    #[serde(rename = "type")]
    pub kind: String,
    /// Name of its stage.
    pub stage: String,
    /// Names of its ports, in the order of the stage.
    pub inputs: Vec<String>,
    pub outputs: Vec<Output>,
    #[serde(default)]
    pub supervised: bool,
    #[serde(default)]
    pub bypassed: bool,
    pub isolation: Option<Isolated>,
    pub values: Vec<Entry>,
}

#[derive(Deserialize)]
pub(crate) struct Output {
    pub name: String,
    /// The pool that it takes slots from.
    pub pool: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Isolated {
    pub memory_bytes: f64,
    pub limit_ms: u32,
}

/// The changes of a lane.
#[derive(Default, Deserialize)]
pub(crate) struct Changes {
    pub detach: Vec<LinkEndPlan>,
    pub remove: Vec<String>,
    pub handovers: Vec<Handover>,
    pub moves: Vec<LinkMove>,
    pub attach: Vec<LinkEndPlan>,
    pub bypass: Vec<Bypass>,
    pub configure: Vec<Configured>,
}

#[derive(Deserialize)]
pub(crate) struct Handover {
    pub node: String,
    /// Indices of the lanes of the node and of its successor.
    pub from: u32,
    pub to: u32,
    pub state: String,
}

#[derive(Deserialize)]
pub(crate) struct Bypass {
    pub node: String,
    pub on: bool,
}

#[derive(Deserialize)]
pub(crate) struct Configured {
    pub node: String,
    pub values: Vec<Entry>,
}

/// An end of a link, or both.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkEndPlan {
    pub link: LinkPlan,
    pub end: End,
    pub other_lane: u32,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum End {
    Local,
    Writer,
    Reader,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkPlan {
    /// Index of its record.
    pub index: u32,
    #[serde(with = "WhenFull")]
    pub policy: Policy,
    pub capacity: u32,
    /// The kind of its frames.
    pub kind: String,
    pub from_node: String,
    pub from_port: String,
    pub to_node: String,
    pub to_port: String,
    /// Absent if both ends are on one lane.
    pub ring: Option<Token>,
    /// Inbox bits of the reading lane, for frames, and of the writing lane, for freed places and the end of the reader.
    pub reader_bit: u32,
    pub writer_bit: u32,
    #[serde(default)]
    pub rejoins: bool,
}

#[derive(Deserialize)]
#[serde(remote = "Policy", rename_all = "kebab-case")]
enum WhenFull {
    Lossless,
    RollOff,
    Latest,
    DropNewest,
}

/// A link of which an end moves to another lane, or both.
#[derive(Deserialize)]
pub(crate) struct LinkMove {
    pub before: LinkPlan,
    pub after: LinkPlan,
    pub writer: EndMove,
    pub reader: EndMove,
}

/// Indices of the lanes of an end. An end that stays has the same lane twice.
#[derive(Deserialize)]
pub(crate) struct EndMove {
    pub from: u32,
    pub to: u32,
}

/// What lanes have detached from a link.
#[derive(Deserialize)]
#[serde(remote = "LinkRest", rename_all = "camelCase")]
struct Left {
    link: u32,
    entries: Vec<u32>,
    gap_ahead: bool,
    writer_to_key: bool,
    reader_to_key: bool,
}

#[derive(Deserialize)]
pub(crate) struct Rest(#[serde(with = "Left")] pub LinkRest);

/// What a node gives to its successor on another lane.
#[derive(Deserialize)]
pub(crate) struct OfferedNode {
    pub node: String,
    pub carry: Carry,
    /// Hexadecimal; absent: the successor begins anew.
    pub state: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Carry {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub again: bool,
    pub finishing: bool,
    /// Null: it waits for ever.
    pub not_before_ns: Option<f64>,
    pub last_due_ns: f64,
    pub last_ingress_ns: f64,
    pub last_pts_ns: f64,
    pub gap_inputs: Vec<String>,
    pub outputs: Vec<OutputCarry>,
}

#[derive(Deserialize)]
pub(crate) struct OutputCarry {
    pub name: String,
    /// Number of the next frame.
    pub sequence: f64,
}

pub(crate) fn hex_of(bytes: Vec<u8>) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn bytes_of(hex: &str) -> Result<Vec<u8>, String> {
    let byte = |at| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..hex.len()).step_by(2).map(byte).collect::<Option<_>>().ok_or_else(|| "a state is not hexadecimal".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_as_the_control_isolate_writes_it() {
        let json = r#"{"kind":"configure","request":3,"node":"a","values":[["gainDb",-6.1],["text","a\u0000b"]]}"#;
        let Ok(Told::Configure { request: 3, node, values }) = serde_json::from_str(json) else {
            panic!("another command");
        };
        let wanted = [("gainDb".to_owned(), Value::Number(-6.1)), ("text".to_owned(), Value::Text("a\0b".to_owned()))];
        assert_eq!((node.as_str(), values_of(values)), ("a", wanted.to_vec()));
        for wrong in ["", "{}", r#"{"kind":"paint"}"#, r#"{"kind":"resume"}"#, r#"{"kind":"abort","epoch":-1}"#] {
            assert!(serde_json::from_str::<Told>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn states_are_hexadecimal() {
        assert_eq!(bytes_of(&hex_of(vec![0, 15, 255])), Ok(vec![0, 15, 255]));
        assert_eq!(bytes_of(""), Ok(vec![]));
        for wrong in ["0", "0g", "00f", "é0"] {
            assert!(bytes_of(wrong).is_err(), "{wrong}");
        }
    }
}
