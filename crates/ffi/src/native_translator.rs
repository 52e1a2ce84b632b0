//! Translates the messages of a native lane: commands of the control isolate become those of the lane, in numbers, and
//! reports become JSON with names. A handover of several nodes is one command and one report here, and one each for
//! the lane.

use std::collections::VecDeque;
use std::ptr;

use serde_json::{Value as Json, json};
use sluice_core::lane::{Carried, Command, Given, LaneSpec, LinkRest, Report};

use crate::arena;
use crate::native_messages::{Changes, OfferedNode, Schedule, Start, Told, bytes_of, hex_of, values_of};
use crate::native_names::{Named, Names};

/// The levels of a log, by their numbers.
const LEVELS: [&str; 4] = ["error", "warn", "info", "debug"];

/// The nodes that an edit moves between the lane and others.
struct Handovers {
    epoch: u32,
    departures: Vec<String>,
    /// Departing nodes whose successors take no state.
    anew: Vec<String>,
    has_arrivals: bool,
    /// Of the departing nodes that have answered.
    offers: Vec<Json>,
    /// Arriving nodes that were given a state, and have not answered.
    accepting: usize,
}

pub(crate) struct Translator {
    names: Names,
    /// Of the edit that was prepared last, unless it was refused or aborted.
    handovers: Option<Handovers>,
    /// Of links that the lane has detached for others, until it has applied the edit.
    rests: Vec<Json>,
    /// The edit of `countLost`, and how many links the lane has yet to count.
    counting: (u32, usize),
    /// The numbers of pauses that the lane has not answered: it answers them in order.
    pauses: VecDeque<u32>,
    /// Reports for the control isolate, oldest first.
    due: VecDeque<Json>,
}

impl Translator {
    /// # Safety
    ///
    /// The rings that it names may be used as [`sluice_core::lane::RingRef::new`] says.
    pub(crate) unsafe fn open(start: Start) -> Result<(Self, LaneSpec), String> {
        let Start { control, lane, generation, live, development, pools, nodes, links, schedule } = start;
        let control = arena::find(ptr::with_exposed_provenance_mut(control.address))?;
        let mut names = Names::new(lane);
        let changes = Changes { attach: links, ..Changes::default() };
        // SAFETY: the caller vouches for the rings.
        let first = unsafe { names.edit(0, pools, nodes, changes) }?;
        names.commit();
        let Schedule { priority, cpus } = schedule;
        let spec = LaneSpec { control, lane, generation, live, development, first, priority, cpus };
        Ok((Self::new(names), spec))
    }

    fn new(names: Names) -> Self {
        Self {
            names,
            handovers: None,
            rests: Vec::new(),
            counting: (0, 0),
            pauses: VecDeque::new(),
            due: VecDeque::new(),
        }
    }

    /// The commands for the lane, in order.
    ///
    /// # Safety
    ///
    /// As [`Translator::open`].
    pub(crate) unsafe fn commands(&mut self, told: Told) -> Result<Vec<Command>, String> {
        Ok(vec![match told {
            // No lane takes it: it does for a call that keeps the lane.
            Told::EndCalls => return Ok(Vec::new()),
            Told::Start => Command::Start,
            Told::Stop => Command::Stop,
            Told::Close => Command::Close,
            Told::Pause { pause } => {
                self.pauses.push_back(pause);
                Command::Pause
            }
            Told::Resume { paused_ns } => Command::Resume { paused_ns },
            Told::Schedule { schedule: Schedule { priority, cpus } } => Command::Schedule { priority, cpus },
            Told::Disable { node, record } => match self.names.find(&node) {
                Some(found) if found.record == record => Command::Disable { node: found.slot },
                _ => return Ok(Vec::new()),
            },
            Told::CountLost { epoch, ends } => {
                self.counting = (epoch, ends.len());
                return Ok(ends.into_iter().map(|end| Command::CountLost(end.link.index)).collect());
            }
            Told::Prepare { epoch, nodes, pools, edit } => {
                self.abort();
                self.handovers = Some(Handovers::new(self.names.lane, epoch, &edit));
                // SAFETY: the caller vouches for the rings.
                let edit = unsafe { self.names.edit(epoch, pools, nodes, edit) }.inspect_err(|_| self.abort())?;
                Command::Prepare(Box::new(edit))
            }
            Told::Abort { epoch } => {
                self.abort();
                Command::Abort(epoch)
            }
            Told::HandOver { epoch, stateless } => return self.hand_over(epoch, &stateless),
            Told::Accept { epoch, nodes } => return self.accept(epoch, nodes),
            Told::Attach { epoch, moves, rests } => {
                // SAFETY: the caller vouches for the rings.
                Command::Attach(Box::new(unsafe { self.names.arrivals(epoch, &moves, rests) }?))
            }
            Told::Configure { request, node, values } => {
                Command::Configure { request, node: self.names.slot_of(&node)?, values: values_of(values) }
            }
            Told::Ask { request, node, name, json } => {
                Command::Ask { request, node: self.names.slot_of(&node)?, name, json }
            }
        }])
    }

    /// The oldest report that was not taken yet.
    pub(crate) fn next(&mut self) -> Option<Json> {
        self.due.pop_front()
    }

    /// Takes a report of the lane.
    pub(crate) fn hear(&mut self, report: Report) {
        match report {
            Report::Rest(LinkRest { link, entries, gap_ahead, writer_to_key, reader_to_key }) => {
                self.rests.push(json!({
                    "link": link, "entries": entries, "gapAhead": gap_ahead,
                    "writerToKey": writer_to_key, "readerToKey": reader_to_key,
                }))
            }
            Report::Offered { epoch, node, given } => self.offered(epoch, node, given),
            Report::Accepted { epoch, .. } => self.accepted(epoch),
            Report::Counted { .. } => {
                let (epoch, left) = &mut self.counting;
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.due.push_back(json!({ "kind": "counted", "epoch": epoch }));
                }
            }
            report => {
                let told = self.told_of(report);
                self.due.push_back(told);
            }
        }
    }

    fn abort(&mut self) {
        self.names.abort();
        self.handovers = None;
    }

    /// Asks the departing nodes for their states.
    fn hand_over(&mut self, epoch: u32, stateless: &[String]) -> Result<Vec<Command>, String> {
        let Some(handovers) = self.handovers.as_ref().filter(|each| each.epoch == epoch) else { return Ok(Vec::new()) };
        let offer = |id| {
            let ends = handovers.anew.contains(id) || stateless.contains(id);
            Ok(Command::Offer { epoch, node: self.names.slot_of(id)?, ends })
        };
        handovers.departures.iter().map(offer).collect()
    }

    /// Takes the answer of a departing node.
    fn offered(&mut self, epoch: u32, slot: u32, given: Option<Given>) {
        let (Some(handovers), Some(node)) = (&mut self.handovers, self.names.at(slot)) else { return };
        if handovers.epoch != epoch {
            return;
        }
        let Some(Given { carried, state }) = given else {
            self.handovers = None;
            self.due.push_back(json!({ "kind": "refused", "epoch": epoch, "node": node.id, "hasEnded": true }));
            return;
        };
        let mut offer = json!({ "node": node.id, "carry": carry_of(node, &carried) });
        if let Some(state) = state {
            offer["state"] = hex_of(state).into();
        }
        handovers.offers.push(offer);
        if handovers.offers.len() < handovers.departures.len() {
            return;
        }
        let nodes = std::mem::take(&mut handovers.offers);
        self.due.push_back(json!({ "kind": "offered", "epoch": epoch, "nodes": nodes }));
        if !handovers.has_arrivals {
            self.due.push_back(json!({ "kind": "tried", "epoch": epoch }));
        }
    }

    /// Gives arriving nodes what they go on from.
    fn accept(&mut self, epoch: u32, nodes: Vec<OfferedNode>) -> Result<Vec<Command>, String> {
        let Self { handovers, names, .. } = self;
        let Some(handovers) = handovers.as_mut().filter(|each| each.epoch == epoch) else { return Ok(Vec::new()) };
        handovers.accepting = nodes.len();
        let accept = |OfferedNode { node: id, carry, state }: OfferedNode| {
            let node = names.coming(&id).ok_or_else(|| format!("no node \"{id}\" comes"))?;
            let state = state.filter(|_| carry.kind == node.kind).as_deref().map(bytes_of).transpose()?;
            Ok(Command::Accept { epoch, node: node.slot, carried: node.carried(&carry), state })
        };
        nodes.into_iter().map(accept).collect()
    }

    /// Takes the answer of an arriving node.
    fn accepted(&mut self, epoch: u32) {
        let Some(handovers) = self.handovers.as_mut().filter(|each| each.epoch == epoch) else { return };
        handovers.accepting = handovers.accepting.saturating_sub(1);
        if handovers.accepting == 0 {
            self.due.push_back(json!({ "kind": "tried", "epoch": epoch }));
        }
    }

    /// A report as JSON. Numbers that JSON lacks become null: an unknown total, a figure that is none.
    fn told_of(&mut self, report: Report) -> Json {
        let id = |names: &Names, slot| names.at(slot).map(|node| node.id.clone());
        match report {
            Report::Opened => json!({ "kind": "opened" }),
            Report::Closed => json!({ "kind": "closed" }),
            Report::Paused => json!({ "kind": "paused", "pause": self.pauses.pop_front() }),
            Report::Failed { node, text, panicked, set_aside } => {
                let node = node.and_then(|slot| id(&self.names, slot));
                json!({ "kind": "failed", "node": node, "text": text, "panicked": panicked, "setAside": set_aside })
            }
            Report::Ended { node, figures } => {
                json!({ "kind": "ended", "node": id(&self.names, node), "figures": figures })
            }
            Report::Progress { node, done_ns, total_ns } => {
                let node = id(&self.names, node);
                json!({ "kind": "progress", "node": node, "doneNs": done_ns, "totalNs": total_ns })
            }
            Report::Configured { request, error } => {
                json!({ "kind": "configured", "request": request, "error": error })
            }
            Report::Warning { text } => json!({ "kind": "warning", "text": text }),
            Report::Prepared { epoch } => json!({ "kind": "prepared", "epoch": epoch }),
            Report::Refused { epoch, node, text } => {
                let node = node.map(|slot| self.names.last_of(slot).to_owned());
                self.abort();
                json!({ "kind": "refused", "epoch": epoch, "node": node, "text": text })
            }
            Report::Applied { epoch, failure } => {
                self.names.commit();
                let failure = failure.map(|(slot, text)| json!({ "node": id(&self.names, slot), "text": text }));
                let rests = std::mem::take(&mut self.rests);
                json!({ "kind": "applied", "epoch": epoch, "failure": failure, "rests": rests })
            }
            Report::Removed { node, error } => {
                let id = self.names.remove(node).map(|node| node.id);
                json!({ "kind": "removed", "node": id, "error": error })
            }
            Report::Disabled { node } => json!({ "kind": "disabled", "node": id(&self.names, node) }),
            Report::Log { node, level, text } => {
                let level = LEVELS.get(level as usize);
                json!({ "kind": "log", "node": self.names.last_of(node), "level": level, "text": text })
            }
            Report::Emitted { node, name, json } => {
                json!({ "kind": "emitted", "node": self.names.last_of(node), "name": name, "json": json })
            }
            Report::Overflow { lost } => json!({ "kind": "overflow", "lost": lost }),
            Report::Answered { request, answer: Ok(json) } => {
                json!({ "kind": "answered", "request": request, "json": json })
            }
            Report::Answered { request, answer: Err(refused) } => {
                json!({ "kind": "answered", "request": request, "json": "", "refused": refused })
            }
            Report::Attached { epoch } => json!({ "kind": "attached", "epoch": epoch }),
            // `hear()` has taken these.
            Report::Rest(_) | Report::Offered { .. } | Report::Accepted { .. } | Report::Counted { .. } => Json::Null,
        }
    }
}

impl Handovers {
    fn new(lane: u32, epoch: u32, edit: &Changes) -> Self {
        let moved = || edit.handovers.iter().filter(|each| each.from != each.to);
        let away = || moved().filter(|each| each.from == lane);
        Self {
            epoch,
            departures: away().map(|each| each.node.clone()).collect(),
            anew: away().filter(|each| each.state == "anew").map(|each| each.node.clone()).collect(),
            has_arrivals: moved().any(|each| each.to == lane),
            offers: Vec::new(),
            accepting: 0,
        }
    }
}

fn carry_of(node: &Named, carried: &Carried) -> Json {
    let Carried { again, finishing, not_before_ns, last_due_ns, last_ingress_ns, last_pts_ns, gaps, sequences } =
        carried;
    // A stage may wait for ever, for which JSON has no number.
    let not_before_ns = not_before_ns.min(f64::MAX);
    let gap_inputs: Vec<_> = node.inputs.iter().zip(gaps).filter(|(_, gap)| **gap).map(|(name, _)| name).collect();
    let output = |(name, sequence)| json!({ "name": name, "sequence": sequence, "endPtsNs": -1 });
    json!({
        "type": node.kind, "again": again, "finishing": finishing, "notBeforeNs": not_before_ns,
        "lastDueNs": last_due_ns, "lastIngressNs": last_ingress_ns, "lastPtsNs": last_pts_ns,
        "gapInputs": gap_inputs, "skippingInputs": [],
        "outputs": node.outputs.iter().zip(sequences).map(output).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use sluice_core::lane::LinkEnd;

    use super::*;
    use crate::native_messages::Node;

    /// A lane with nodes `a`, `b` and `c` in slots 0 to 2, each with one input, and outputs `left` and `right`.
    fn translator() -> Translator {
        let mut names = Names::new(1);
        let nodes = ["a", "b", "c"].map(|id| node(id, "mix"));
        // SAFETY: no ring is named.
        unsafe { names.edit(0, Vec::new(), nodes.into(), Changes::default()) }.unwrap();
        names.commit();
        Translator::new(names)
    }

    fn node(id: &str, kind: &str) -> Node {
        let outputs = json!([{ "name": "left", "pool": "audio" }, { "name": "right", "pool": "audio" }]);
        let node = json!({
            "id": id, "index": 7, "type": kind, "stage": kind, "inputs": ["in"], "outputs": outputs, "values": [],
        });
        serde_json::from_value(node).unwrap()
    }

    fn edit(mut changes: Json) -> Json {
        for key in ["detach", "remove", "handovers", "moves", "attach", "bypass", "configure"] {
            if changes[key].is_null() {
                changes[key] = json!([]);
            }
        }
        changes
    }

    fn send(translator: &mut Translator, told: Json) -> Result<Vec<Command>, String> {
        // SAFETY: no ring is named.
        unsafe { translator.commands(serde_json::from_value(told).unwrap()) }
    }

    fn prepare(translator: &mut Translator, nodes: Json, changes: Json) -> Result<Vec<Command>, String> {
        let told = json!({ "kind": "prepare", "epoch": 5, "nodes": nodes, "pools": [], "edit": edit(changes) });
        send(translator, told)
    }

    fn hear(translator: &mut Translator, report: Report) -> Vec<Json> {
        translator.hear(report);
        std::iter::from_fn(|| translator.next()).collect()
    }

    #[test]
    fn what_json_lacks_is_null() {
        let told = hear(&mut translator(), Report::Progress { node: 0, done_ns: 1.0, total_ns: f64::INFINITY });
        assert_eq!(told, [json!({ "kind": "progress", "node": "a", "doneNs": 1.0, "totalNs": null })]);
    }

    #[test]
    fn a_handover_is_one_report_once_every_departing_node_has_answered() {
        let mut translator = translator();
        let away = |id, state| json!({ "node": id, "from": 1, "to": 2, "state": state });
        let changes = json!({ "handovers": [away("a", "carried"), away("c", "anew")] });
        let told = prepare(&mut translator, json!([]), changes).unwrap();
        assert!(matches!(&told[..], [Command::Prepare(edit)] if edit.depart == [0, 2]));
        let told = send(&mut translator, json!({ "kind": "handOver", "epoch": 5, "stateless": [] })).unwrap();
        let [Command::Offer { node: 0, ends: false, .. }, Command::Offer { node: 2, ends: true, .. }] = &told[..]
        else {
            panic!("other commands");
        };
        let carried = Carried { gaps: vec![true], sequences: vec![3.0, 4.0], ..Carried::default() };
        let given = |state| Some(Given { carried: carried.clone(), state });
        let answer = Report::Offered { epoch: 5, node: 2, given: given(None) };
        assert_eq!(hear(&mut translator, answer), [] as [Json; 0]);
        let told = hear(&mut translator, Report::Offered { epoch: 5, node: 0, given: given(Some(vec![1])) });
        let [offered, tried] = &told[..] else { panic!("{told:?}") };
        assert_eq!(offered["nodes"][0]["node"], "c");
        assert_eq!(offered["nodes"][1]["state"], "01");
        let carry = &offered["nodes"][1]["carry"];
        assert_eq!(carry["gapInputs"], json!(["in"]));
        assert_eq!(carry["outputs"][1], json!({ "name": "right", "sequence": 4.0, "endPtsNs": -1 }));
        assert_eq!(tried, &json!({ "kind": "tried", "epoch": 5 }));
    }

    #[test]
    fn a_node_that_has_ended_refuses_to_move() {
        let mut translator = translator();
        let changes = json!({ "handovers": [{ "node": "a", "from": 1, "to": 2, "state": "carried" }] });
        prepare(&mut translator, json!([]), changes).unwrap();
        let ended = || Report::Offered { epoch: 5, node: 0, given: None };
        let refused = json!({ "kind": "refused", "epoch": 5, "node": "a", "hasEnded": true });
        assert_eq!(hear(&mut translator, ended()), [refused]);
        assert_eq!(hear(&mut translator, ended()), [] as [Json; 0], "the handover is over");
    }

    #[test]
    fn a_node_that_arrives_takes_a_free_slot_and_goes_on_by_the_names_of_its_ports() {
        for (kind, again, state) in [("mix", true, Some(vec![9])), ("other", false, None)] {
            let mut translator = translator();
            let changes = json!({
                "remove": ["b"], "handovers": [{ "node": "d", "from": 2, "to": 1, "state": "carried" }],
            });
            let nodes = json!([{
                "id": "d", "index": 8, "type": kind, "stage": "mix", "inputs": ["in"],
                "outputs": [{ "name": "right", "pool": "audio" }], "values": [],
            }]);
            let told = prepare(&mut translator, nodes, changes).unwrap();
            let [Command::Prepare(edit)] = &told[..] else { panic!("other commands") };
            assert_eq!((edit.remove.as_slice(), edit.nodes[0].slot, edit.nodes[0].arrives), (&[1][..], 3, true));
            let outputs = json!([{ "name": "left", "sequence": 3 }, { "name": "right", "sequence": 4 }]);
            let carry = json!({
                "type": "mix", "again": true, "finishing": false, "notBeforeNs": null, "lastDueNs": 0,
                "lastIngressNs": 1, "lastPtsNs": 2, "gapInputs": ["in"], "outputs": outputs,
            });
            let offer = json!({ "node": "d", "carry": carry, "state": "09" });
            let told = send(&mut translator, json!({ "kind": "accept", "epoch": 5, "nodes": [offer] })).unwrap();
            let [Command::Accept { node: 3, carried, state: given, .. }] = &told[..] else { panic!("other commands") };
            assert_eq!((carried.again, given), (again, &state));
            assert_eq!((&carried.gaps[..], &carried.sequences[..]), (&[true][..], &[4.0][..]));
            let told = hear(&mut translator, Report::Accepted { epoch: 5, node: 3 });
            assert_eq!(told, [json!({ "kind": "tried", "epoch": 5 })]);
        }
    }

    #[test]
    fn a_node_is_named_after_it_has_gone_and_its_slot_is_free() {
        let mut translator = translator();
        let told = hear(&mut translator, Report::Removed { node: 1, error: None });
        assert_eq!(told, [json!({ "kind": "removed", "node": "b", "error": null })]);
        let told = hear(&mut translator, Report::Log { node: 1, level: 0, text: "late".into() });
        assert_eq!(told[0]["node"], "b");
        let told = prepare(&mut translator, json!([]), json!({ "remove": ["b"] }));
        assert_eq!(told.err().unwrap(), r#"there is no node "b""#);
    }

    #[test]
    fn a_node_with_another_record_is_not_disabled() {
        let mut translator = translator();
        let mut disable = |record| send(&mut translator, json!({ "kind": "disable", "node": "c", "record": record }));
        assert!(matches!(disable(7).unwrap()[..], [Command::Disable { node: 2 }]));
        assert!(disable(6).unwrap().is_empty());
    }

    #[test]
    fn links_are_counted_as_one_and_their_rests_come_with_the_edit() {
        let mut translator = translator();
        let link = |index| {
            json!({
                "index": index, "policy": "roll-off", "capacity": 4, "kind": "audio", "fromNode": "a",
                "fromPort": "right", "toNode": "b", "toPort": "in", "readerBit": 2, "writerBit": 2,
            })
        };
        let end = |index| json!({ "link": link(index), "end": "local", "otherLane": 1 });
        let told = send(&mut translator, json!({ "kind": "countLost", "epoch": 4, "ends": [end(0), end(1)] })).unwrap();
        assert!(matches!(told[..], [Command::CountLost(0), Command::CountLost(1)]));
        assert_eq!(hear(&mut translator, Report::Counted { link: 0 }), [] as [Json; 0]);
        let told = hear(&mut translator, Report::Counted { link: 1 });
        assert_eq!(told, [json!({ "kind": "counted", "epoch": 4 })]);
        let told = prepare(&mut translator, json!([]), json!({ "attach": [end(2)] })).unwrap();
        let [Command::Prepare(edit)] = &told[..] else { panic!("other commands") };
        assert!(matches!(edit.attach[0].end, LinkEnd::Local { from: (0, 1), to: (1, 0) }));
        let rest = LinkRest { link: 3, entries: vec![8], ..LinkRest::default() };
        assert_eq!(hear(&mut translator, Report::Rest(rest)), [] as [Json; 0]);
        let told = hear(&mut translator, Report::Applied { epoch: 5, failure: None });
        assert_eq!(told[0]["rests"][0]["entries"], json!([8]));
        let mut wrong = end(2);
        wrong["link"]["fromPort"] = "up".into();
        let told = prepare(&mut translator, json!([]), json!({ "attach": [wrong] }));
        assert_eq!(told.err().unwrap(), r#"node "a" has no port "up""#);
    }
}
