//! Lanes that are changed while they run: what the control isolate would do is done here.

use std::sync::atomic::{AtomicU32, Ordering};

use sluice_abi::{ControlHeader, RING_NONE};

use super::test_world::{World, await_report, await_until, close, figures, node, sample, start};
use super::*;
use crate::parker::Parker;
use crate::slot_protocol::GivenUp;

impl World {
    /// Brings prepared edits into effect.
    fn commit(&self, epoch: u32, lanes: &[u32]) {
        let header = self.arena.base().cast::<ControlHeader>().as_ptr();
        // SAFETY: the arena begins with the header, and the word is atomic.
        let word: &AtomicU32 = unsafe { &(*header).epoch };
        word.store(epoch, Ordering::SeqCst);
        for &lane in lanes {
            self.control.doorbell(lane).unwrap().ring(&Parker::default());
        }
    }

    /// A sample of how many frames a sink has found to be not as they were sent.
    fn corrupt(&self, node: u32) -> f64 {
        let record = self.control.node(node).unwrap().as_ptr();
        // SAFETY: the record lies in the arena.
        unsafe { sample(&raw const (*record).figures[1]) }
    }

    /// Prepares an edit of one lane, commits it, and awaits that it is in effect.
    fn edit(&self, number: u32, lane: &NativeLane, edit: Edit) -> Report {
        let epoch = edit.epoch;
        lane.command(Command::Prepare(Box::new(edit)));
        assert_eq!(await_report(lane), Report::Prepared { epoch });
        self.commit(epoch, &[number]);
        await_report(lane)
    }
}

fn local(index: u32, from: u32, to: u32) -> LinkSpec {
    let end = LinkEnd::Local { from: (from, 0), to: (to, 0) };
    LinkSpec { index, policy: Policy::Lossless, capacity: 4, encoded: false, rejoins: false, end }
}

fn at(slot: u32, node: NodeSpec) -> NodeSpec {
    NodeSpec { slot, ..node }
}

/// An endless source into a sink, on lane 1.
fn flow(world: &World) -> NativeLane {
    let nodes = vec![node(0, "native-source", &[("blockSize", 8.0)]), node(1, "native-sink", &[])];
    let lane = start(world.lane(1, false, nodes, vec![local(0, 0, 1)]));
    lane.command(Command::Start);
    await_until("frames", || world.node(1).2 > 100.0);
    lane
}

fn assert_flows(world: &World, record: u32) {
    let seen = world.node(record).2;
    await_until("more frames", || world.node(record).2 > seen + 100.0);
}

/// Stops a lane whose sinks are in `sinks`, and asserts that those have missed nothing after their first frame.
fn assert_whole(lane: NativeLane, ends: usize, sinks: &[(u32, bool)]) {
    lane.command(Command::Stop);
    for _ in 0..ends {
        let Report::Ended { node, figures } = await_report(&lane) else { panic!("wanted the end of a node") };
        if let Some(&(_, from_the_start)) = sinks.iter().find(|(slot, _)| *slot == node) {
            assert_eq!(figures[1..3], [0.0, 0.0], "slot {node}");
            if from_the_start {
                assert_eq!(figures[3], 0.0, "slot {node} misses nothing");
            }
        }
    }
    close(lane);
}

#[test]
fn a_node_with_a_link_comes_and_goes_while_others_miss_nothing() {
    let world = World::new(64);
    let lane = flow(&world);
    let mut epoch = 0;
    for _ in 0..20 {
        epoch += 1;
        let coming = Edit {
            epoch,
            nodes: vec![at(2, node(2, "native-sink", &[]))],
            attach: vec![local(1, 0, 2)],
            ..Edit::default()
        };
        assert_eq!(world.edit(1, &lane, coming), Report::Applied { epoch, failure: None });
        assert_flows(&world, 2);
        epoch += 1;
        let going = Edit { epoch, detach: vec![local(1, 0, 2)], remove: vec![2], ..Edit::default() };
        assert_eq!(world.edit(1, &lane, going), Report::Removed { node: 2, error: None });
        assert_eq!(await_report(&lane), Report::Applied { epoch, failure: None });
        assert_flows(&world, 1);
    }
    assert_whole(lane, 2, &[(1, true)]);
    let link = world.link(1);
    assert_eq!(link.written, link.read + link.unlinked + link.full, "{link:?}");
    world.assert_all_slots_free();
}

#[test]
fn a_link_between_running_lanes_comes_and_goes() {
    let mut world = World::new(128);
    let lane = flow(&world);
    let other = start(world.lane(2, false, vec![node(2, "native-sink", &[])], Vec::new()));
    // Without a link it would come to its end when it starts.
    for epoch in 1..=20 {
        let (writer, reader) = world.ring(1, Policy::Lossless, 4);
        let first = Edit { epoch: 2 * epoch, attach: vec![writer], ..Edit::default() };
        let second = Edit { epoch: 2 * epoch, attach: vec![reader], ..Edit::default() };
        for (lane, edit) in [(&lane, first), (&other, second)] {
            lane.command(Command::Prepare(Box::new(edit)));
            assert_eq!(await_report(lane), Report::Prepared { epoch: 2 * epoch });
        }
        world.commit(2 * epoch, &[1, 2]);
        assert_eq!(await_report(&lane), Report::Applied { epoch: 2 * epoch, failure: None });
        assert_eq!(await_report(&other), Report::Applied { epoch: 2 * epoch, failure: None });
        if epoch == 1 {
            other.command(Command::Start);
        }
        assert_flows(&world, 2);
        let epoch = 2 * epoch + 1;
        for (lane, end) in [(&lane, writer), (&other, reader)] {
            lane.command(Command::Prepare(Box::new(Edit { epoch, detach: vec![end], ..Edit::default() })));
            assert_eq!(await_report(lane), Report::Prepared { epoch });
        }
        world.commit(epoch, &[1, 2]);
        assert_eq!(await_report(&lane), Report::Applied { epoch, failure: None });
        assert_eq!(await_report(&other), Report::Applied { epoch, failure: None });
        // What the reader had not fetched is the control isolate's now.
        let ring = world.last_ring();
        let pool = &world.pool();
        loop {
            // SAFETY: both lanes have let go of the ring.
            let entry = unsafe { ring.pop() };
            if entry == RING_NONE {
                break;
            }
            let slot = entry & sluice_abi::ENTRY_SLOT_MASK;
            pool.take_over(slot, 0);
            assert_eq!(pool.give_up(slot, 0), GivenUp::Kept);
            assert_eq!(pool.free_reserved(0, &[slot]), 0);
        }
        assert_flows(&world, 1);
    }
    other.command(Command::Stop);
    assert_eq!(figures(await_report(&other))[1..3], [0.0, 0.0]);
    close(other);
    assert_whole(lane, 2, &[(1, true)]);
    world.assert_all_slots_free();
}

#[test]
fn a_node_takes_another_ones_place_with_its_links_and_state() {
    let world = World::new(64);
    let nodes =
        vec![node(0, "native-source", &[("blockSize", 8.0)]), node(1, "native-pass", &[]), node(2, "native-sink", &[])];
    let lane = start(world.lane(1, false, nodes, vec![local(0, 0, 1), local(1, 1, 2)]));
    lane.command(Command::Start);
    await_until("frames", || world.node(2).2 > 100.0);
    for epoch in 1..=10 {
        // Every node, each time with another record; a source and a sink of the same type go on from the old one.
        let middle = if epoch % 2 == 0 { "native-pass" } else { "native-gain" };
        let nodes = vec![
            at(0, node(3 * (epoch % 2), "native-source", &[("blockSize", 8.0)])),
            at(1, node(3 * (epoch % 2) + 1, middle, &[])),
            at(2, node(3 * (epoch % 2) + 2, "native-sink", &[])),
        ];
        let edit = Edit { epoch, nodes, ..Edit::default() };
        assert_eq!(world.edit(1, &lane, edit), Report::Applied { epoch, failure: None });
        assert_flows(&world, 3 * (epoch % 2) + 2);
    }
    assert_whole(lane, 3, &[(2, true)]);
    world.assert_all_slots_free();
}

#[test]
fn a_refused_edit_changes_nothing() {
    let world = World::new(64);
    let lane = flow(&world);
    let wanted = [
        (vec![at(2, node(2, "native-fault", &[("refuse", 1.0)]))], vec![], (Some(2), "it was told to refuse")),
        (vec![at(2, node(2, "nothing", &[]))], vec![], (Some(2), "there is no stage \"nothing\"")),
        (vec![at(2, node(99, "native-pass", &[]))], vec![], (Some(2), "it has no record")),
        (vec![at(7, node(2, "native-pass", &[]))], vec![], (None, "slot 7 leaves a gap after 2 nodes")),
        (vec![at(2, node(2, "native-pass", &[]))], vec![local(1, 1, 2)], (None, "there is no output 0 of node 1")),
        (vec![], vec![local(1, 0, 5)], (None, "there is no input 0 of node 5")),
        (vec![at(2, node(2, "native-sink", &[]))], vec![local(99, 0, 2)], (None, "there is no link 99")),
    ];
    for (epoch, (nodes, attach, (node, text))) in (1..).zip(wanted) {
        lane.command(Command::Prepare(Box::new(Edit { epoch, nodes, attach, ..Edit::default() })));
        assert_eq!(await_report(&lane), Report::Refused { epoch, node, text: text.into() });
        world.commit(epoch, &[1]);
        assert_flows(&world, 1);
    }
    assert_whole(lane, 2, &[(1, true)]);
    world.assert_all_slots_free();
}

#[test]
fn an_aborted_edit_is_not_applied_by_a_later_epoch() {
    let world = World::new(64);
    let lane = flow(&world);
    for epoch in (2..=100).step_by(2) {
        let edit = Edit { epoch, detach: vec![local(0, 0, 1)], ..Edit::default() };
        lane.command(Command::Prepare(Box::new(edit)));
        assert_eq!(await_report(&lane), Report::Prepared { epoch });
        lane.command(Command::Abort(epoch));
        world.commit(epoch + 1, &[1]);
    }
    assert_flows(&world, 1);
    assert_whole(lane, 2, &[(1, true)]);
    assert_eq!(world.link(0).unlinked, 0.0);
    world.assert_all_slots_free();
}

#[test]
fn an_edit_is_applied_while_the_lane_is_paused_and_its_values_too() {
    let world = World::new(64);
    let lane = flow(&world);
    lane.command(Command::Pause);
    assert_eq!(await_report(&lane), Report::Paused);
    let edit = Edit {
        epoch: 1,
        nodes: vec![at(2, node(2, "native-gain", &[])), at(3, node(3, "native-sink", &[("checkSamples", 0.0)]))],
        attach: vec![local(1, 0, 2), local(2, 2, 3)],
        configure: vec![(2, vec![("gainDb".into(), (-6.0).into())]), (2, vec![("gainDb".into(), 99.0.into())])],
        ..Edit::default()
    };
    let failure = Some((2, "gainDb is 99, wanted -120 to 24".to_owned()));
    assert_eq!(world.edit(1, &lane, edit), Report::Applied { epoch: 1, failure });
    assert_eq!(world.node(3).2, 0.0);
    lane.command(Command::Resume { paused_ns: 0.0 });
    assert_flows(&world, 3);
    // A node that loses its links waits for others, and ends when the lane is stopped.
    let edit = Edit { epoch: 2, detach: vec![local(1, 0, 2)], ..Edit::default() };
    assert_eq!(world.edit(1, &lane, edit), Report::Applied { epoch: 2, failure: None });
    assert_flows(&world, 1);
    assert_whole(lane, 4, &[(1, true), (3, false)]);
    world.assert_all_slots_free();
}

#[test]
fn a_node_that_is_passed_by_hands_on_what_comes_in() {
    let world = World::new(64);
    // What the gain scales is not what the sink wants.
    let nodes = vec![
        node(0, "native-source", &[("blockSize", 8.0)]),
        node(1, "native-gain", &[("gainDb", -6.0)]),
        node(2, "native-sink", &[]),
    ];
    let lane = start(world.lane(1, false, nodes, vec![local(0, 0, 1), local(1, 1, 2)]));
    let edit = Edit { epoch: 1, bypass: vec![(1, true)], ..Edit::default() };
    assert_eq!(world.edit(1, &lane, edit), Report::Applied { epoch: 1, failure: None });
    lane.command(Command::Start);
    await_until("frames", || world.node(2).2 > 100.0);
    assert_eq!(world.corrupt(2), 0.0);
    let edit = Edit { epoch: 2, bypass: vec![(1, false)], ..Edit::default() };
    assert_eq!(world.edit(1, &lane, edit), Report::Applied { epoch: 2, failure: None });
    await_until("scaled frames", || world.corrupt(2) > 100.0);
    close(lane);
}

#[test]
fn a_source_goes_on_that_is_linked_to_a_node_which_has_ended() {
    let world = World::new(64);
    let nodes = vec![
        node(0, "native-source", &[("blockSize", 8.0), ("count", 4.0)]),
        node(1, "native-sink", &[]),
        node(2, "native-source", &[("blockSize", 8.0)]),
    ];
    let lane = start(world.lane(1, false, nodes, vec![local(0, 0, 1)]));
    lane.command(Command::Start);
    for _ in 0..2 {
        assert!(matches!(await_report(&lane), Report::Ended { node: 0 | 1, .. }));
    }
    let edit = Edit { epoch: 1, detach: vec![local(0, 0, 1)], attach: vec![local(1, 2, 1)], ..Edit::default() };
    assert_eq!(world.edit(1, &lane, edit), Report::Applied { epoch: 1, failure: None });
    await_until("frames that nobody reads", || world.link(1).written > 100.0);
    lane.command(Command::Stop);
    assert!(matches!(await_report(&lane), Report::Ended { node: 2, .. }));
    close(lane);
    let link = world.link(1);
    assert_eq!((link.read, link.written), (0.0, link.skipped), "{link:?}");
}

#[test]
fn a_supervised_node_that_fails_is_set_aside_and_its_successor_reads_what_waits() {
    let world = World::new(64);
    let fault = |settings: &[(&str, f64)]| NodeSpec { slot: 1, supervised: true, ..node(1, "native-fault", settings) };
    let nodes = vec![
        node(0, "native-source", &[("count", 100.0), ("blockSize", 8.0)]),
        fault(&[("at", 3.0)]),
        node(2, "native-sink", &[]),
    ];
    let lane = start(world.lane(1, false, nodes, vec![local(0, 0, 1), local(1, 1, 2)]));
    lane.command(Command::Start);
    let text = "panics on purpose at frame 3".to_owned();
    let failed = Report::Failed { node: Some(1), text, panicked: true, set_aside: true };
    assert_eq!(await_report(&lane), failed);
    let successor = Edit { epoch: 1, nodes: vec![fault(&[("at", 0.0)])], ..Edit::default() };
    assert_eq!(world.edit(1, &lane, successor), Report::Applied { epoch: 1, failure: None });
    let mut found = Vec::new();
    for _ in 0..3 {
        let Report::Ended { node, figures } = await_report(&lane) else { panic!("wanted the end of a node") };
        if node == 2 {
            found = figures;
        }
    }
    close(lane);
    // Received, corrupt, disordered, missing, unflagged, falsely flagged: the frame in hand is missing, and told of.
    assert_eq!(found[..6], [99.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    assert_eq!(world.link(0).skipped, 0.0);
    world.assert_all_slots_free();
}

#[test]
fn a_node_that_is_disabled_ends_its_links_and_drops_what_comes() {
    let world = World::new(64);
    let nodes = vec![
        node(0, "native-source", &[("count", 100.0), ("blockSize", 8.0)]),
        NodeSpec { supervised: true, ..node(1, "native-fault", &[("at", 3.0), ("panics", 0.0)]) },
        node(2, "native-sink", &[]),
    ];
    let lane = start(world.lane(1, false, nodes, vec![local(0, 0, 1), local(1, 1, 2)]));
    lane.command(Command::Start);
    let text = "fails on purpose at frame 3".to_owned();
    let failed = Report::Failed { node: Some(1), text, panicked: false, set_aside: true };
    assert_eq!(await_report(&lane), failed);
    lane.command(Command::Disable { node: 1 });
    let mut ended = Vec::new();
    let mut disabled = false;
    while ended.len() < 2 {
        match await_report(&lane) {
            Report::Ended { node, .. } => ended.push(node),
            Report::Disabled { node: 1 } => disabled = true,
            other => panic!("{other:?}"),
        }
    }
    close(lane);
    assert!(disabled);
    ended.sort_unstable();
    assert_eq!(ended, [0, 2]);
    let (into, out) = (world.link(0), world.link(1));
    // Unless the source was told of the end of its reader first, all its frames have come.
    assert_eq!(into.written, into.read + into.skipped);
    assert_eq!((into.read, out.written, out.read), (3.0, 2.0, 2.0));
    world.assert_all_slots_free();
}

/// Lanes that a link leads to by turns.
const ENDS: [u32; 2] = [2, 3];

/// Both ends of a ring from node 0 of lane 1 to node 0 of one of [`ENDS`], by inbox bit 2 of each.
fn ends_on(lane: u32, (writer, reader): (LinkSpec, LinkSpec)) -> (LinkSpec, LinkSpec) {
    let (LinkEnd::Writer { ring, from, .. }, LinkEnd::Reader { to, .. }) = (writer.end, reader.end) else {
        panic!("wanted both ends of a ring")
    };
    let writing = LinkEnd::Writer { ring, from, bit: 2, other_lane: lane, other_bit: 2 };
    let reading = LinkEnd::Reader { ring, to, bit: 2, other_lane: 1, other_bit: 2 };
    (LinkSpec { end: writing, ..writer }, LinkSpec { end: reading, ..reader })
}

fn prepare(lane: &NativeLane, edit: Edit) {
    let epoch = edit.epoch;
    lane.command(Command::Prepare(Box::new(edit)));
    assert_eq!(await_report(lane), Report::Prepared { epoch });
}

fn arriving(node: NodeSpec) -> NodeSpec {
    NodeSpec { arrives: true, ..node }
}

fn offer(lane: &NativeLane, epoch: u32) -> Given {
    lane.command(Command::Offer { epoch, node: 0, ends: false });
    match await_report(lane) {
        Report::Offered { epoch: own, node: 0, given: Some(given) } if own == epoch => given,
        other => panic!("{other:?}"),
    }
}

/// An endless source on lane 1 into a sink that goes to and fro between lanes 2 and 3.
fn moves_to_and_fro(policy: Policy) {
    let mut world = World::new(128);
    let link = world.ring(0, policy, 4);
    let first = ends_on(2, link);
    let sources = vec![node(0, "native-source", &[("blockSize", 8.0)])];
    let source = start(world.lane(1, false, sources, vec![first.0]));
    let sinks = [
        start(world.lane(2, false, vec![node(1, "native-sink", &[])], vec![first.1])),
        start(world.lane(3, false, vec![], vec![])),
    ];
    for lane in [&source, &sinks[0], &sinks[1]] {
        lane.command(Command::Start);
    }
    for epoch in 1..=20 {
        let (from, to) = (usize::from(epoch % 2 == 0), usize::from(epoch % 2 != 0));
        // The records of the sink by turns.
        assert_flows(&world, 1 + from as u32);
        let (before, after) = (ends_on(ENDS[from], link), ends_on(ENDS[to], link));
        prepare(&source, Edit { epoch, retarget: vec![after.0], ..Edit::default() });
        prepare(&sinks[from], Edit { epoch, leave: vec![before.1], depart: vec![0], ..Edit::default() });
        let coming = arriving(node(1 + to as u32, "native-sink", &[]));
        prepare(&sinks[to], Edit { epoch, nodes: vec![coming], ..Edit::default() });
        let Given { carried, state } = offer(&sinks[from], epoch);
        assert!(state.is_some());
        sinks[to].command(Command::Accept { epoch, node: 0, carried, state });
        assert_eq!(await_report(&sinks[to]), Report::Accepted { epoch, node: 0 });
        world.commit(epoch, &[1, 2, 3]);
        let Report::Rest(rest) = await_report(&sinks[from]) else { panic!("wanted what is left") };
        assert_eq!(await_report(&sinks[from]), Report::Applied { epoch, failure: None });
        assert_eq!(await_report(&sinks[from]), Report::Removed { node: 0, error: None });
        for lane in [&source, &sinks[to]] {
            assert_eq!(await_report(lane), Report::Applied { epoch, failure: None });
        }
        assert!(world.last_ring().bind_reader(ENDS[to], 2));
        let edit = Edit { epoch, attach: vec![after.1], rests: vec![rest], ..Edit::default() };
        sinks[to].command(Command::Attach(Box::new(edit)));
        assert_eq!(await_report(&sinks[to]), Report::Attached { epoch });
    }
    assert_flows(&world, 1);
    source.command(Command::Stop);
    figures(await_report(&source));
    let found = figures(await_report(&sinks[0]));
    assert_eq!(found[1..3], [0.0, 0.0], "whole, and in order");
    if policy == Policy::Lossless {
        assert_eq!(found[3], 0.0, "nothing is missing");
    }
    // Gaps that were not told, and told ones that were none.
    assert_eq!(found[4..6], [0.0, 0.0]);
    let [a, b] = sinks;
    for lane in [source, a, b] {
        close(lane);
    }
    let link = world.link(0);
    assert_eq!(link.read, found[0]);
    assert_eq!(link.written, link.read + link.full, "{link:?}");
    world.assert_all_slots_free();
}

#[test]
fn a_node_goes_to_another_lane_with_its_link_and_state_and_misses_nothing() {
    moves_to_and_fro(Policy::Lossless);
}

#[test]
fn a_node_goes_to_another_lane_while_its_link_drops_and_each_gap_is_told() {
    moves_to_and_fro(Policy::RollOff);
    moves_to_and_fro(Policy::Latest);
    moves_to_and_fro(Policy::DropNewest);
}

#[test]
fn an_aborted_move_lets_the_node_go_on_where_it_was() {
    let mut world = World::new(64);
    let link = ends_on(2, world.ring(0, Policy::Lossless, 4));
    let source = start(world.lane(1, false, vec![node(0, "native-source", &[("blockSize", 8.0)])], vec![link.0]));
    let sink = start(world.lane(2, false, vec![node(1, "native-sink", &[])], vec![link.1]));
    let other = start(world.lane(3, false, vec![], vec![]));
    for lane in [&source, &sink, &other] {
        lane.command(Command::Start);
    }
    for epoch in 1..=20 {
        assert_flows(&world, 1);
        prepare(&sink, Edit { epoch, leave: vec![link.1], depart: vec![0], ..Edit::default() });
        prepare(&other, Edit { epoch, nodes: vec![arriving(node(2, "native-fault", &[]))], ..Edit::default() });
        let Given { carried, .. } = offer(&sink, epoch);
        // The link fills up, and nobody reads.
        await_until("a full link", || world.link(0).written - world.link(0).read >= 4.0);
        let held = world.link(0).read;
        // Whoever asks for it meanwhile is told so: it would be lost on the way.
        sink.command(Command::Ask { request: epoch, node: 0, name: "count".into(), json: "{}".into() });
        let text = "the node is being moved to another lane; try again".to_owned();
        assert_eq!(await_report(&sink), Report::Answered { request: epoch, answer: Err(text) });
        assert_eq!(world.link(0).read, held);
        other.command(Command::Accept { epoch, node: 0, carried, state: None });
        assert_eq!(await_report(&other), Report::Accepted { epoch, node: 0 });
        for lane in [&sink, &other] {
            lane.command(Command::Abort(epoch));
        }
        // A lane that has aborted an edit says nothing of it.
        sink.command(Command::Offer { epoch, node: 0, ends: false });
    }
    assert_flows(&world, 1);
    source.command(Command::Stop);
    figures(await_report(&source));
    assert_eq!(figures(await_report(&sink))[1..6], [0.0; 5]);
    for lane in [source, sink, other] {
        close(lane);
    }
    world.assert_all_slots_free();
}

#[test]
fn what_goes_with_the_lane_at_the_other_end_is_counted_as_lost() {
    let mut world = World::new(64);
    let link = ends_on(2, world.ring(0, Policy::Lossless, 8));
    let source = start(world.lane(1, false, vec![node(0, "native-source", &[("blockSize", 8.0)])], vec![link.0]));
    // It takes one frame of those that its lane has fetched, again and again.
    let sink = start(world.lane(2, false, vec![node(1, "native-sink", &[("perTick", 1.0)])], vec![link.1]));
    for lane in [&source, &sink] {
        lane.command(Command::Start);
    }
    assert_flows(&world, 1);
    sink.command(Command::Pause);
    assert_eq!(await_report(&sink), Report::Paused);
    prepare(&sink, Edit { epoch: 1, leave: vec![link.1], depart: vec![0], ..Edit::default() });
    let _ = offer(&sink, 1);
    world.commit(1, &[2]);
    let Report::Rest(rest) = await_report(&sink) else { panic!("wanted what is left") };
    source.command(Command::CountLost(0));
    assert_eq!(await_report(&source), Report::Counted { link: 0 });
    source.command(Command::Pause);
    assert_eq!(await_report(&source), Report::Paused);
    let record = world.control.link(0).unwrap().as_ptr();
    // SAFETY: the record lies in the arena.
    let lost = unsafe { sample(&raw const (*record).dropped_lane_lost) };
    assert_eq!(lost, rest.entries.len() as f64);
    let counts = world.link(0);
    // SAFETY: no other thread has the reading end.
    let queued = unsafe { world.last_ring().available() };
    assert_eq!(counts.written, counts.read + lost + f64::from(queued), "{counts:?}");
    for lane in [source, sink] {
        close(lane);
    }
}
