//! Whole lanes, without JavaScript: what the control isolate would do is done here.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::test_world::{LANES, LinkRecordCopy, World, await_report, await_until, close, figures, node, start};
use super::*;

fn run_across(policy: Policy, capacity: u32, count: f64) -> (World, LinkRecordCopy, HashMap<&'static str, f64>) {
    let mut world = World::new(128);
    let (writer, reader) = world.ring(0, policy, capacity);
    let source = node(0, "native-source", &[("count", count), ("blockSize", 8.0)]);
    let first = start(world.lane(1, true, vec![source], vec![writer]));
    let second = start(world.lane(2, true, vec![node(1, "native-sink", &[])], vec![reader]));
    first.command(Command::Start);
    second.command(Command::Start);
    assert_eq!(figures(await_report(&first)), [count]);
    let found = figures(await_report(&second));
    close(first);
    close(second);
    let names = stages::find("native-sink").unwrap().figures;
    let link = world.link(0);
    (world, link, names.iter().copied().zip(found).collect())
}

const BLOCKS: f64 = if cfg!(debug_assertions) { 50_000.0 } else { 1_000_000.0 };

#[test]
fn each_block_of_a_link_between_lanes_is_accounted_for() {
    for (policy, capacity) in [
        (Policy::Lossless, 48),
        (Policy::Lossless, 1),
        (Policy::RollOff, 48),
        (Policy::Latest, 1),
        (Policy::DropNewest, 5),
    ] {
        // With one place each lossless block costs two wake-ups.
        let blocks = if capacity == 1 && policy == Policy::Lossless { BLOCKS / 20.0 } else { BLOCKS };
        let (world, link, found) = run_across(policy, capacity, blocks);
        assert_eq!(link.written, blocks, "{policy:?}");
        assert_eq!(link.written, link.read + link.full, "{policy:?} {link:?}");
        assert_eq!(found["received"], link.read);
        assert_eq!((found["corrupt"], found["disordered"], found["falselyFlagged"]), (0.0, 0.0, 0.0), "{policy:?}");
        if policy == Policy::Lossless {
            assert_eq!(link.full, 0.0);
        }
        if policy != Policy::DropNewest {
            assert_eq!(found["last"], blocks - 1.0, "the last block arrives");
            assert_eq!(found["received"] + found["missing"], blocks);
            assert_eq!(found["unflagged"], 0.0);
        }
        world.assert_all_slots_free();
    }
}

#[test]
fn frames_fan_out_inside_a_lane_and_a_gain_copies_what_others_read() {
    let world = World::new(64);
    let local = |index, from, to| LinkSpec {
        index,
        policy: Policy::Lossless,
        capacity: 4,
        encoded: false,
        rejoins: false,
        end: LinkEnd::Local { from, to },
    };
    let nodes = vec![
        node(0, "native-source", &[("count", 1000.0), ("blockSize", 8.0), ("channels", 2.0)]),
        node(1, "native-gain", &[("gainDb", 6.0)]),
        node(2, "native-sink", &[("checkSamples", 0.0)]),
        node(3, "native-pass", &[]),
        node(4, "native-sink", &[]),
    ];
    let links =
        vec![local(0, (0, 0), (1, 0)), local(1, (1, 0), (2, 0)), local(2, (0, 0), (3, 0)), local(3, (3, 0), (4, 0))];
    let lane = start(world.lane(1, false, nodes, links));
    lane.command(Command::Start);
    let mut found = HashMap::new();
    while found.len() < 5 {
        match await_report(&lane) {
            Report::Ended { node, figures } => drop(found.insert(node, figures)),
            other => panic!("{other:?}"),
        }
    }
    close(lane);
    assert_eq!(found[&2][0], 1000.0);
    assert_eq!(found[&4][..3], [1000.0, 0.0, 0.0], "the gain has not changed what the other branch read");
    assert_eq!(world.link(2).read, 1000.0);
    world.assert_all_slots_free();
}

#[test]
fn a_node_that_takes_long_for_a_frame_returns_after_each() {
    for (takes_ms, ticks) in [(2.0, 32.0..=32.0), (0.0, 1.0..=31.0)] {
        let mut world = World::new(128);
        let (writer, reader) = world.ring(0, Policy::Lossless, 48);
        let source = node(0, "native-source", &[("count", 32.0), ("blockSize", 8.0)]);
        let slow = node(1, "native-fault", &[("at", 0.0), ("takesMs", takes_ms)]);
        let first = start(world.lane(1, true, vec![source], vec![writer]));
        let second = start(world.lane(2, true, vec![slow], vec![reader]));
        first.command(Command::Start);
        assert_eq!(figures(await_report(&first)), [32.0]);
        second.command(Command::Start);
        await_report(&second);
        let found = world.node(1).0;
        assert!(ticks.contains(&found), "{found} ticks of {takes_ms} ms a frame");
        close(first);
        close(second);
        world.assert_all_slots_free();
    }
}

#[test]
fn a_panic_fails_its_node_and_loses_no_slot() {
    for (panics, dropping) in [(1.0, 0.0), (1.0, 1.0), (0.0, 1.0)] {
        let world = World::new(64);
        let local = |index, from, to| LinkSpec {
            index,
            policy: Policy::Lossless,
            capacity: 4,
            encoded: false,
            rejoins: false,
            end: LinkEnd::Local { from, to },
        };
        let nodes = vec![
            node(0, "native-source", &[("blockSize", 8.0)]),
            node(1, "native-fault", &[("at", 10.0), ("panics", panics), ("panicsWhenDropped", dropping)]),
        ];
        let lane = start(world.lane(1, false, nodes, vec![local(0, (0, 0), (1, 0))]));
        lane.command(Command::Start);
        let word = if panics == 1.0 { "panics" } else { "fails" };
        let text = format!("{word} on purpose at frame 10");
        let failed = Report::Failed { node: Some(1), text, panicked: panics == 1.0, set_aside: false };
        let text = "a stage \"native-fault\" was not freed: panics on purpose when dropped".to_owned();
        let unfreed = Report::Warning { text };
        // One that panics is dropped at once, and one that fails with its lane.
        if panics == 1.0 && dropping == 1.0 {
            assert_eq!(await_report(&lane), unfreed);
        }
        assert_eq!(await_report(&lane), failed);
        lane.command(Command::Close);
        if panics == 0.0 {
            assert_eq!(await_report(&lane), unfreed);
        }
        assert_eq!(await_report(&lane), Report::Closed);
        lane.finish(true);
        let queued = world.link(0).written - world.link(0).read;
        assert_eq!(f64::from(world.pool().free()) + queued, 64.0, "all but what is queued is back");
    }
}

#[test]
fn a_stage_that_refuses_its_configuration_fails_the_opening() {
    let world = World::new(64);
    for (stage, settings, wanted) in [
        ("native-fault", [("refuse", 1.0)], "it was told to refuse"),
        ("native-source", [("channels", 65.0)], "channels is 65, wanted a whole number from 1 to 64"),
        ("nothing", [("x", 0.0)], "there is no stage \"nothing\""),
    ] {
        let lane = NativeLane::spawn(world.lane(1, true, vec![node(0, stage, &settings)], Vec::new())).unwrap();
        let failed = Report::Failed { node: Some(0), text: wanted.into(), panicked: false, set_aside: false };
        assert_eq!(await_report(&lane), failed);
        lane.command(Command::Start);
        close(lane);
    }
}

#[test]
fn configure_answers_and_a_lane_closes_while_it_runs() {
    let world = World::new(64);
    let link = LinkSpec {
        index: 0,
        policy: Policy::RollOff,
        capacity: 3,
        encoded: false,
        rejoins: false,
        end: LinkEnd::Local { from: (0, 0), to: (1, 0) },
    };
    let nodes = vec![node(0, "native-source", &[("blockSize", 8.0)]), node(1, "native-gain", &[])];
    let lane = start(world.lane(1, true, nodes, vec![link]));
    lane.command(Command::Start);
    let configure = |request, key: &str, value: f64| Command::Configure {
        request,
        node: 1,
        values: vec![(key.into(), value.into())],
    };
    lane.command(configure(1, "gainDb", 3.0));
    assert_eq!(await_report(&lane), Report::Configured { request: 1, error: None });
    lane.command(configure(2, "gainDb", 99.0));
    assert!(matches!(await_report(&lane), Report::Configured { request: 2, error: Some(_) }));
    lane.command(configure(3, "nothing", 1.0));
    assert!(matches!(await_report(&lane), Report::Configured { request: 3, error: Some(_) }));
    close(lane);
    let record = world.control.lane(1).unwrap().as_ptr();
    // SAFETY: the lane has ended.
    let dead = unsafe { (*record).dead_generation.load(Ordering::Acquire) };
    assert_eq!(dead, 1, "its sentinel has gone off");
}

#[test]
fn stop_ends_sources_and_the_rest_drains() {
    let mut world = World::new(128);
    let (writer, reader) = world.ring(0, Policy::Lossless, 16);
    let first = start(world.lane(1, true, vec![node(0, "native-source", &[("blockSize", 8.0)])], vec![writer]));
    let second = start(world.lane(2, true, vec![node(1, "native-sink", &[])], vec![reader]));
    first.command(Command::Start);
    second.command(Command::Start);
    first.command(Command::Stop);
    let sent = figures(await_report(&first))[0];
    let found = figures(await_report(&second));
    close(first);
    close(second);
    assert_eq!(found[0], sent);
    assert_eq!(world.link(0).skipped, 0.0);
    world.assert_all_slots_free();
}

#[test]
fn a_sink_that_ends_first_ends_what_feeds_it() {
    for policy in [Policy::Lossless, Policy::RollOff] {
        let mut world = World::new(128);
        let (writer, reader) = world.ring(0, policy, 4);
        let end = LinkEnd::Local { from: (1, 0), to: (0, 0) };
        let inside = LinkSpec { index: 1, policy: Policy::Lossless, capacity: 4, encoded: false, rejoins: false, end };
        // An endless source behind a node on its own lane.
        let nodes = vec![node(2, "native-pass", &[]), node(0, "native-source", &[("blockSize", 8.0)])];
        let first = start(world.lane(1, false, nodes, vec![writer, inside]));
        let second = start(world.lane(2, false, vec![node(1, "native-sink", &[("count", 100.0)])], vec![reader]));
        first.command(Command::Start);
        second.command(Command::Start);
        assert_eq!(figures(await_report(&second))[0], 100.0);
        assert!(matches!(await_report(&first), Report::Ended { node: 0, .. }));
        assert!(matches!(await_report(&first), Report::Ended { node: 1, .. }));
        close(first);
        close(second);
        for link in [0, 1] {
            // SAFETY: the lanes have ended.
            let state = unsafe { (*world.control.link(link).unwrap().as_ptr()).state.load(Ordering::Relaxed) };
            assert_eq!(state, sluice_abi::LINK_CLOSED | sluice_abi::LINK_EOS);
            let counts = world.link(link);
            assert_eq!(counts.written, counts.read + counts.full + counts.skipped, "{policy:?} {counts:?}");
        }
        world.assert_all_slots_free();
    }
}

#[test]
fn a_paced_source_keeps_to_the_clock() {
    let world = World::new(64);
    let settings = [("blockSize", 48.0), ("count", 20.0), ("paced", 1.0)];
    let begin = Instant::now();
    let lane = start(world.lane(1, true, vec![node(0, "native-source", &settings)], Vec::new()));
    lane.command(Command::Start);
    assert_eq!(figures(await_report(&lane)), [20.0]);
    // 20 blocks of 1 ms: the last is due after 19.
    assert!(begin.elapsed() >= Duration::from_millis(19));
    close(lane);
    world.assert_all_slots_free();
}

#[test]
fn a_lane_that_only_another_could_wake_is_quiet_and_one_that_waits_for_a_time_is_not() {
    use sluice_abi::lane_state;
    let mut world = World::new(64);
    let (writer, reader) = world.ring(0, Policy::Lossless, 4);
    // Nobody reads: the source comes to a stop on a full link.
    let blocked = start(world.lane(1, true, vec![node(0, "native-source", &[("blockSize", 8.0)])], vec![writer]));
    assert!([lane_state::STARTING, lane_state::RUNNING].contains(&world.lane_state(1)));
    blocked.command(Command::Start);
    await_until("quiet", || world.lane_state(1) == lane_state::QUIET);
    let settings = [("blockSize", 48_000.0), ("sampleRateHz", 1.0), ("paced", 1.0)];
    let timed = start(world.lane(3, true, vec![node(2, "native-source", &settings)], Vec::new()));
    timed.command(Command::Start);
    await_until("a wait for the next block", || world.lane_state(3) == lane_state::WAITING);
    close(timed);
    let sink = start(world.lane(2, true, vec![node(1, "native-sink", &[])], vec![reader]));
    sink.command(Command::Start);
    await_until("frames", || world.node(1).2 > 10.0);
    sink.command(Command::Pause);
    assert_eq!(await_report(&sink), Report::Paused);
    await_until("a pause", || world.lane_state(2) == lane_state::WAITING);
    await_until("quiet", || world.lane_state(1) == lane_state::QUIET);
    let seen = world.node(1).2;
    std::thread::sleep(Duration::from_millis(5));
    assert_eq!(world.node(1).2, seen, "a paused lane runs nothing");
    sink.command(Command::Configure { request: 9, node: 0, values: Vec::new() });
    assert_eq!(await_report(&sink), Report::Configured { request: 9, error: None });
    sink.command(Command::Resume { paused_ns: 0.0 });
    await_until("more frames", || world.node(1).2 > seen + 10.0);
    blocked.command(Command::Stop);
    let sent = figures(await_report(&blocked))[0];
    assert_eq!(figures(await_report(&sink))[0], sent);
    close(blocked);
    close(sink);
    assert_eq!(world.node(1).2, sent, "the record has the last figures");
    world.assert_all_slots_free();
}

#[test]
fn a_lane_paused_before_its_start_runs_nothing_until_it_is_resumed() {
    let world = World::new(64);
    let settings = [("blockSize", 8.0), ("count", 5.0)];
    let lane = start(world.lane(1, false, vec![node(0, "native-source", &settings)], Vec::new()));
    lane.command(Command::Resume { paused_ns: 0.0 });
    lane.command(Command::Pause);
    assert_eq!(await_report(&lane), Report::Paused);
    lane.command(Command::Start);
    lane.command(Command::Configure { request: 1, node: 0, values: Vec::new() });
    assert_eq!(await_report(&lane), Report::Configured { request: 1, error: None });
    assert_eq!(world.node(0).0, 0.0);
    lane.command(Command::Resume { paused_ns: 0.0 });
    assert_eq!(figures(await_report(&lane)), [5.0]);
    close(lane);
    world.assert_all_slots_free();
}

#[test]
fn a_clocked_tick_that_begins_too_late_is_counted() {
    let world = World::new(64);
    // Blocks of 1 ms; the lane stands still for twenty of them.
    let settings = [("blockSize", 48.0), ("paced", 1.0)];
    let lane = start(world.lane(1, true, vec![node(0, "native-source", &settings)], Vec::new()));
    lane.command(Command::Start);
    await_until("ticks", || world.node(0).0 > 3.0);
    lane.command(Command::Pause);
    assert_eq!(await_report(&lane), Report::Paused);
    std::thread::sleep(Duration::from_millis(20));
    let before = world.node(0).1;
    lane.command(Command::Resume { paused_ns: 0.0 });
    await_until("a late tick after the pause", || world.node(0).1 > before);
    close(lane);
}

#[test]
fn no_lane_holds_a_slot_after_frames_were_dropped() {
    for (policy, capacity) in [(Policy::RollOff, 3), (Policy::Latest, 1), (Policy::DropNewest, 2)] {
        let (world, link, _) = run_across(policy, capacity, 20_000.0);
        assert!(link.full > 0.0, "{policy:?} drops");
        let header = world.pool_arena.base().cast::<sluice_abi::PoolHeader>();
        // SAFETY: the arena begins with the pool's header, and every lane has ended.
        let start = unsafe { header.as_ref() }.holds_offset as usize;
        let bytes = LANES as usize * sluice_abi::hold_row(world.slots) as usize;
        // SAFETY: the rows of the first lanes lie in the arena.
        let held = unsafe { std::slice::from_raw_parts(world.pool_arena.base().as_ptr().add(start), bytes) };
        assert!(held.iter().all(|&byte| byte == 0), "{policy:?}");
    }
}
