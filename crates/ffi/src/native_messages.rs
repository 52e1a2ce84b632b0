//! The messages between the control isolate and a native lane, as JSON: what a lane starts with, commands, and reports.
//! Nodes are named by their slots, links by the index of their records, arenas and rings by their addresses.

use std::ptr;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use sluice_core::lane::settings::{Settings, Value};
use sluice_core::lane::{
    Carried, Command, Edit, Given, Isolation, LaneSpec, LinkEnd, LinkRest, LinkSpec, NodeSpec, Policy, Priority,
    Report, RingRef,
};
use sluice_core::pool::Pool;

use crate::arena;

/// The levels of a log, by their numbers.
const LEVELS: [&str; 4] = ["error", "warn", "info", "debug"];

/// What a lane starts with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start {
    /// Address of the control arena.
    control: usize,
    lane: u32,
    generation: u32,
    live: bool,
    development: bool,
    first: Changes,
    #[serde(with = "Urgency")]
    priority: Priority,
    cpus: Vec<u32>,
}

impl Start {
    /// # Safety
    ///
    /// The rings that it names may be used as [`RingRef::new`] says.
    pub(crate) unsafe fn spec(self) -> Result<LaneSpec, String> {
        let Self { control, lane, generation, live, development, first, priority, cpus } = self;
        let control = arena::find(ptr::with_exposed_provenance_mut(control))?;
        // SAFETY: the caller vouches for the rings.
        let first = unsafe { first.edit(0) }?;
        Ok(LaneSpec { control, lane, generation, live, development, first, priority, cpus })
    }
}

/// A command.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Told {
    Start,
    Stop,
    Close,
    Pause,
    Resume {
        paused_ns: f64,
    },
    EndCalls,
    Abort {
        epoch: u32,
    },
    Disable {
        node: u32,
    },
    CountLost {
        link: u32,
    },
    Schedule {
        #[serde(with = "Urgency")]
        priority: Priority,
        cpus: Vec<u32>,
    },
    Prepare {
        epoch: u32,
        edit: Changes,
    },
    Attach {
        epoch: u32,
        arrivals: Vec<Arrival>,
    },
    Offer {
        epoch: u32,
        node: u32,
        ends: bool,
    },
    Accept {
        epoch: u32,
        node: u32,
        carry: Carry,
        /// Hexadecimal.
        state: Option<String>,
    },
    Configure {
        request: u32,
        node: u32,
        values: Vec<Entry>,
    },
    Ask {
        request: u32,
        node: u32,
        name: String,
        json: String,
    },
}

impl Told {
    /// The command; `None` for the one that ends the calls of isolated stages, which no lane takes.
    ///
    /// # Safety
    ///
    /// As [`Start::spec`].
    pub(crate) unsafe fn command(self) -> Result<Option<Command>, String> {
        Ok(Some(match self {
            Self::EndCalls => return Ok(None),
            Self::Start => Command::Start,
            Self::Stop => Command::Stop,
            Self::Close => Command::Close,
            Self::Pause => Command::Pause,
            Self::Resume { paused_ns } => Command::Resume { paused_ns },
            Self::Abort { epoch } => Command::Abort(epoch),
            Self::Disable { node } => Command::Disable { node },
            Self::CountLost { link } => Command::CountLost(link),
            Self::Schedule { priority, cpus } => Command::Schedule { priority, cpus },
            // SAFETY: the caller vouches for the rings.
            Self::Prepare { epoch, edit } => Command::Prepare(Box::new(unsafe { edit.edit(epoch) }?)),
            Self::Attach { epoch, arrivals } => {
                let mut edit = Edit { epoch, ..Edit::default() };
                for Arrival { link, rest } in arrivals {
                    edit.rests.push(rest.of(link.index));
                    // SAFETY: the caller vouches for the rings.
                    edit.attach.push(unsafe { link.spec() });
                }
                Command::Attach(Box::new(edit))
            }
            Self::Offer { epoch, node, ends } => Command::Offer { epoch, node, ends },
            Self::Accept { epoch, node, carry, state } => Command::Accept {
                epoch,
                node,
                carried: carry.carried(),
                state: state.as_deref().map(bytes_of).transpose()?,
            },
            Self::Configure { request, node, values } => {
                Command::Configure { request, node, values: values_of(values) }
            }
            Self::Ask { request, node, name, json } => Command::Ask { request, node, name, json },
        }))
    }
}

#[derive(Deserialize)]
#[serde(remote = "Priority", rename_all = "lowercase")]
enum Urgency {
    Normal,
    High,
    Realtime,
}

#[derive(Deserialize)]
#[serde(remote = "Policy", rename_all = "kebab-case")]
enum WhenFull {
    Lossless,
    RollOff,
    Latest,
    DropNewest,
}

/// A configuration value by its key.
type Entry = (String, Setting);

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Setting {
    Number(f64),
    Text(String),
}

fn values_of(entries: Vec<Entry>) -> Vec<(String, Value)> {
    let value = |setting| match setting {
        Setting::Number(number) => Value::Number(number),
        Setting::Text(text) => Value::Text(text),
    };
    entries.into_iter().map(|(key, setting)| (key, value(setting))).collect()
}

/// What is changed of a lane: [`Edit`] has the fields' meanings.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Changes {
    pools: Vec<usize>,
    detach: Vec<Link>,
    remove: Vec<u32>,
    leave: Vec<Link>,
    depart: Vec<u32>,
    retarget: Vec<Link>,
    nodes: Vec<Node>,
    attach: Vec<Link>,
    bypass: Vec<Bypass>,
    configure: Vec<Configured>,
}

#[derive(Deserialize)]
struct Bypass {
    slot: u32,
    on: bool,
}

#[derive(Deserialize)]
struct Configured {
    slot: u32,
    values: Vec<Entry>,
}

impl Changes {
    /// # Safety
    ///
    /// As [`Start::spec`].
    unsafe fn edit(self, epoch: u32) -> Result<Edit, String> {
        let pool = |address| Ok(Arc::new(Pool::attach(arena::find(ptr::with_exposed_provenance_mut(address))?)?));
        // SAFETY: the caller vouches for the rings.
        let specs = |links: Vec<Link>| links.into_iter().map(|link| unsafe { link.spec() }).collect();
        Ok(Edit {
            epoch,
            pools: self.pools.into_iter().map(pool).collect::<Result<_, String>>()?,
            detach: specs(self.detach),
            remove: self.remove,
            leave: specs(self.leave),
            depart: self.depart,
            retarget: specs(self.retarget),
            nodes: self.nodes.into_iter().map(Node::spec).collect(),
            attach: specs(self.attach),
            rests: Vec::new(),
            bypass: self.bypass.into_iter().map(|Bypass { slot, on }| (slot, on)).collect(),
            configure: self
                .configure
                .into_iter()
                .map(|Configured { slot, values }| (slot, values_of(values)))
                .collect(),
        })
    }
}

/// A node: [`NodeSpec`] has the fields' meanings.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    slot: u32,
    index: u32,
    stage: String,
    name: String,
    pools: Vec<u32>,
    supervised: bool,
    #[serde(default)]
    fresh: bool,
    #[serde(default)]
    arrives: bool,
    values: Vec<Entry>,
    isolation: Option<Isolated>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Isolated {
    memory_bytes: f64,
    limit_ms: u32,
}

impl Node {
    fn spec(self) -> NodeSpec {
        let Self { slot, index, stage, name, pools, supervised, fresh, arrives, values, isolation } = self;
        let isolation = isolation
            .map(|Isolated { memory_bytes, limit_ms }| Isolation { memory_bytes: memory_bytes as u64, limit_ms });
        let settings = Settings(values_of(values));
        NodeSpec { slot, index, stage, name, pools, supervised, fresh, arrives, settings, isolation }
    }
}

/// The end or ends of a link: [`LinkSpec`] has the fields' meanings.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Link {
    index: u32,
    #[serde(with = "WhenFull")]
    policy: Policy,
    capacity: u32,
    encoded: bool,
    rejoins: bool,
    end: End,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum End {
    Local { from: (u32, u32), to: (u32, u32) },
    Writer { ring: usize, from: (u32, u32), bit: u32, other_lane: u32, other_bit: u32 },
    Reader { ring: usize, to: (u32, u32), bit: u32, other_lane: u32, other_bit: u32 },
}

impl Link {
    /// # Safety
    ///
    /// As [`Start::spec`].
    unsafe fn spec(self) -> LinkSpec {
        // SAFETY: the caller vouches for the ring.
        let at = |address| unsafe { RingRef::new(ptr::with_exposed_provenance(address)) };
        let Self { index, policy, capacity, encoded, rejoins, end } = self;
        let end = match end {
            End::Local { from, to } => LinkEnd::Local { from, to },
            End::Writer { ring, from, bit, other_lane, other_bit } => {
                LinkEnd::Writer { ring: at(ring), from, bit, other_lane, other_bit }
            }
            End::Reader { ring, to, bit, other_lane, other_bit } => {
                LinkEnd::Reader { ring: at(ring), to, bit, other_lane, other_bit }
            }
        };
        LinkSpec { index, policy, capacity, encoded, rejoins, end }
    }
}

/// A link of which an end comes from another lane, and what was left in it.
#[derive(Deserialize)]
pub(crate) struct Arrival {
    link: Link,
    rest: Rest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rest {
    entries: Vec<u32>,
    gap_ahead: bool,
    writer_to_key: bool,
    reader_to_key: bool,
}

impl Rest {
    fn of(self, link: u32) -> LinkRest {
        let Self { entries, gap_ahead, writer_to_key, reader_to_key } = self;
        LinkRest { link, entries, gap_ahead, writer_to_key, reader_to_key }
    }
}

/// What a node goes on from: [`Carried`] has the fields' meanings.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Carry {
    again: bool,
    finishing: bool,
    not_before_ns: f64,
    last_due_ns: f64,
    last_ingress_ns: f64,
    last_pts_ns: f64,
    gaps: Vec<bool>,
    sequences: Vec<f64>,
}

impl Carry {
    fn carried(self) -> Carried {
        let Self { again, finishing, not_before_ns, last_due_ns, last_ingress_ns, last_pts_ns, gaps, sequences } = self;
        Carried { again, finishing, not_before_ns, last_due_ns, last_ingress_ns, last_pts_ns, gaps, sequences }
    }
}

/// A report as JSON. Numbers that JSON lacks become null: an unknown total, a figure that is none.
pub(crate) fn told_of(report: Report) -> Json {
    match report {
        Report::Opened => json!({ "kind": "opened" }),
        Report::Closed => json!({ "kind": "closed" }),
        Report::Paused => json!({ "kind": "paused" }),
        Report::Failed { node, text, panicked, set_aside } => {
            json!({ "kind": "failed", "node": node, "text": text, "panicked": panicked, "setAside": set_aside })
        }
        Report::Ended { node, figures } => json!({ "kind": "ended", "node": node, "figures": figures }),
        Report::Progress { node, done_ns, total_ns } => {
            json!({ "kind": "progress", "node": node, "doneNs": done_ns, "totalNs": total_ns })
        }
        Report::Configured { request, error } => json!({ "kind": "configured", "request": request, "error": error }),
        Report::Warning { text } => json!({ "kind": "warning", "text": text }),
        Report::Prepared { epoch } => json!({ "kind": "prepared", "epoch": epoch }),
        Report::Refused { epoch, node, text } => {
            json!({ "kind": "refused", "epoch": epoch, "node": node, "text": text })
        }
        Report::Applied { epoch, failure } => {
            let failure = failure.map(|(node, text)| json!({ "node": node, "text": text }));
            json!({ "kind": "applied", "epoch": epoch, "failure": failure })
        }
        Report::Removed { node, error } => json!({ "kind": "removed", "node": node, "error": error }),
        Report::Disabled { node } => json!({ "kind": "disabled", "node": node }),
        Report::Log { node, level, text } => {
            json!({ "kind": "log", "node": node, "level": LEVELS.get(level as usize), "text": text })
        }
        Report::Emitted { node, name, json } => json!({ "kind": "emitted", "node": node, "name": name, "json": json }),
        Report::Overflow { lost } => json!({ "kind": "overflow", "lost": lost }),
        Report::Answered { request, answer: Ok(json) } => {
            json!({ "kind": "answered", "request": request, "json": json })
        }
        Report::Answered { request, answer: Err(refused) } => {
            json!({ "kind": "answered", "request": request, "json": "", "refused": refused })
        }
        Report::Offered { epoch, node, given } => {
            let given = given
                .map(|Given { carried, state }| json!({ "carry": carry_of(&carried), "state": state.map(hex_of) }));
            json!({ "kind": "offered", "epoch": epoch, "node": node, "given": given })
        }
        Report::Accepted { epoch, node } => json!({ "kind": "accepted", "epoch": epoch, "node": node }),
        Report::Rest(LinkRest { link, entries, gap_ahead, writer_to_key, reader_to_key }) => {
            let rest = json!({
                "entries": entries, "gapAhead": gap_ahead, "writerToKey": writer_to_key, "readerToKey": reader_to_key,
            });
            json!({ "kind": "rest", "link": link, "rest": rest })
        }
        Report::Attached { epoch } => json!({ "kind": "attached", "epoch": epoch }),
        Report::Counted { link } => json!({ "kind": "counted", "link": link }),
    }
}

fn carry_of(carried: &Carried) -> Json {
    let Carried { again, finishing, not_before_ns, last_due_ns, last_ingress_ns, last_pts_ns, gaps, sequences } =
        carried;
    // A stage may wait for ever, for which JSON has no number.
    let not_before_ns = not_before_ns.min(f64::MAX);
    json!({
        "again": again, "finishing": finishing, "notBeforeNs": not_before_ns, "lastDueNs": last_due_ns,
        "lastIngressNs": last_ingress_ns, "lastPtsNs": last_pts_ns, "gaps": gaps, "sequences": sequences,
    })
}

fn hex_of(bytes: Vec<u8>) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of(hex: &str) -> Result<Vec<u8>, String> {
    let byte = |at| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..hex.len()).step_by(2).map(byte).collect::<Option<_>>().ok_or_else(|| "a state is not hexadecimal".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_as_the_control_isolate_writes_it() {
        let json = r#"{"kind":"configure","request":3,"node":1,"values":[["gainDb",-6.1],["text","a\u0000b"]]}"#;
        let told: Told = serde_json::from_str(json).unwrap();
        // SAFETY: the command names no ring.
        let Ok(Some(Command::Configure { request: 3, node: 1, values })) = (unsafe { told.command() }) else {
            panic!("another command");
        };
        let wanted = [("gainDb".to_owned(), Value::Number(-6.1)), ("text".to_owned(), Value::Text("a\0b".to_owned()))];
        assert_eq!(values, wanted);
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

    #[test]
    fn what_json_lacks_is_null() {
        let told = told_of(Report::Progress { node: 0, done_ns: 1.0, total_ns: f64::INFINITY }).to_string();
        assert_eq!(told, r#"{"doneNs":1.0,"kind":"progress","node":0,"totalNs":null}"#);
    }
}
