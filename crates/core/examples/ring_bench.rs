//! `cargo run --release --example ring_bench`: the whole way of a frame from a native lane to another (pool, header,
//! reference count, lossless link, statistics, doorbells) against a bare rtrb ring of the same capacity that carries
//! numbers. Five pairs of runs; prints JSON: nanoseconds a frame of each, and the median of the ratios of rates.

use std::hint::spin_loop;
use std::sync::Arc;
use std::time::Instant;

use sluice_abi::{ABI_VERSION, CONTROL_MAGIC, ControlHeader, LaneRecord, LinkRecord, NodeRecord, PoolLayout};
use sluice_core::arena::Arena;
use sluice_core::control::Control;
use sluice_core::lane::stage::Settings;
use sluice_core::lane::{
    Command, Edit, LaneSpec, LinkEnd, LinkSpec, NativeLane, NodeSpec, Policy, Priority, Report, RingRef,
};
use sluice_core::pool::Pool;
use sluice_core::ring::Ring;

const FRAMES: u32 = 4_000_000;
const CAPACITY: u32 = 256;
const SLOTS: u32 = 1024;
const PAYLOAD: u32 = 64;
const PAIRS: usize = 5;
const LANES: u32 = 2;

fn main() {
    let mut pairs: Vec<(f64, f64)> = (0..PAIRS).map(|_| (ours(), bare_rtrb())).collect();
    let listed: Vec<String> =
        pairs.iter().map(|(ours, rtrb)| format!(r#"{{"oursNs":{ours:.2},"rtrbNs":{rtrb:.2}}}"#)).collect();
    pairs.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    let (ours, rtrb) = pairs[PAIRS / 2];
    let runs = listed.join(",");
    println!(r#"{{"frames":{FRAMES},"capacity":{CAPACITY},"runs":[{runs}],"medianRatioOfRates":{:.3}}}"#, rtrb / ours);
}

fn ours() -> f64 {
    let nodes_offset = links_offset() + size_of::<LinkRecord>();
    let control_arena = Arena::new(nodes_offset + 2 * size_of::<NodeRecord>()).expect("an arena");
    let header = size_of::<ControlHeader>() as u32;
    let words = [CONTROL_MAGIC, ABI_VERSION, header, LANES, links_offset() as u32, 1, nodes_offset as u32, 2];
    // SAFETY: the arena is longer than eight words, aligned, and nobody else's.
    unsafe { control_arena.base().cast::<[u32; 8]>().write(words) };
    let control = Control::open(&control_arena).expect("a control arena");
    let bytes = PoolLayout::new(SLOTS, PAYLOAD).expect("a layout").byte_length as usize;
    let pool_arena = Arena::new(bytes).expect("an arena");
    Pool::format(pool_arena.clone(), 0, SLOTS, PAYLOAD).expect("a pool");
    let ring = Ring::new(control, CAPACITY, false, links_offset() as u32).expect("a ring");
    assert!(ring.bind_writer(0, 2) && ring.bind_reader(1, 2));
    // SAFETY: the ring lives until both lanes have ended, at the end of this function; each end goes to one lane.
    let named = unsafe { RingRef::new(&raw const ring) };
    let start = |lane: u32, stage: &str, settings: &[(&str, f64)], end: LinkEnd| {
        let settings = Settings(settings.iter().map(|&(key, value)| (key.to_owned(), value)).collect());
        let lane = NativeLane::spawn(LaneSpec {
            control: control_arena.clone(),
            lane,
            generation: 1,
            live: false,
            first: Edit {
                pools: vec![Arc::new(Pool::attach(pool_arena.clone()).expect("a pool"))],
                nodes: vec![NodeSpec { slot: 0, index: lane, stage: stage.to_owned(), pool: 0, settings }],
                attach: vec![LinkSpec { index: 0, policy: Policy::Lossless, capacity: CAPACITY, encoded: false, end }],
                ..Edit::default()
            },
            priority: Priority::Normal,
            cpus: Vec::new(),
        })
        .expect("a lane");
        assert_eq!(await_report(&lane), Report::Opened);
        lane
    };
    let writer = LinkEnd::Writer { ring: named, from: (0, 0), bit: 2, other_lane: 1, other_bit: 2 };
    let reader = LinkEnd::Reader { ring: named, to: (0, 0), bit: 2, other_lane: 0, other_bit: 2 };
    let source = start(0, "native-source", &[("count", f64::from(FRAMES)), ("blockSize", 2.0)], writer);
    let sink = start(1, "native-sink", &[("checkSamples", 0.0)], reader);
    let begin = Instant::now();
    sink.command(Command::Start);
    source.command(Command::Start);
    let Report::Ended { figures, .. } = await_report(&sink) else { panic!("the sink did not end") };
    let nanoseconds = begin.elapsed().as_secs_f64() * 1e9;
    assert_eq!(figures[0], f64::from(FRAMES), "every frame arrives");
    assert_eq!(figures[2..4], [0.0, 0.0], "in order");
    for lane in [source, sink] {
        lane.command(Command::Close);
        while await_report(&lane) != Report::Closed {}
        lane.finish(true);
    }
    nanoseconds / f64::from(FRAMES)
}

/// The next report that is no progress. Sleeps in between: two lanes have the processors.
fn await_report(lane: &NativeLane) -> Report {
    loop {
        match lane.next_report() {
            Some(Report::Progress { .. }) => {}
            Some(report) => return report,
            None => std::thread::sleep(std::time::Duration::from_micros(200)),
        }
    }
}

fn bare_rtrb() -> f64 {
    let (mut writer, mut reader) = rtrb::RingBuffer::<u32>::new(CAPACITY as usize);
    let begin = Instant::now();
    let writing = std::thread::spawn(move || {
        for next in 0..FRAMES {
            while writer.push(next).is_err() {
                spin_loop();
            }
        }
    });
    for next in 0..FRAMES {
        loop {
            match reader.pop() {
                Ok(entry) => break assert_eq!(entry, next),
                Err(_) => spin_loop(),
            }
        }
    }
    let nanoseconds = begin.elapsed().as_secs_f64() * 1e9;
    writing.join().expect("the writer ends");
    nanoseconds / f64::from(FRAMES)
}

fn links_offset() -> usize {
    size_of::<ControlHeader>() + LANES as usize * size_of::<LaneRecord>()
}
