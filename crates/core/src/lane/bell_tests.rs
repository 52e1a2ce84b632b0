//! Stages that other threads wake.

use std::sync::{LazyLock, Mutex, mpsc};

use super::settings::Settings;
use super::stage::{Cadence, Fault, Stage, StageType};
use super::test_world::{World, await_report, close, node, start};
use super::*;

/// The bells of the stages that were made.
static BELLS: LazyLock<Mutex<Vec<Bell>>> = LazyLock::new(Mutex::default);
/// Is told of each tick.
static TICKS: Mutex<Option<mpsc::Sender<()>>> = Mutex::new(None);

/// A stage that only other threads wake; it rings its own bell while it is made.
pub(super) const TYPE: StageType = StageType {
    name: "test-device",
    inputs: 0,
    outputs: 0,
    burst: 1,
    cadence: Cadence::External,
    figures: &[],
    create: &create,
};

struct Device;

fn create(_settings: &Settings, bell: &Bell) -> Result<Box<dyn Stage>, String> {
    bell.ring();
    BELLS.lock().unwrap().push(bell.clone());
    Ok(Box::new(Device))
}

impl Stage for Device {
    fn process(&mut self, _context: &mut StageContext<'_>) -> Result<(), Fault> {
        let told = TICKS.lock().unwrap().as_ref().map(|ticks| ticks.send(()));
        told.map_or(Ok(()), |told| told.map_err(|error| Fault(error.to_string())))
    }
}

#[test]
fn a_bell_wakes_its_node_each_time_and_nobody_once_the_node_has_gone() {
    let (told, ticks) = mpsc::channel();
    *TICKS.lock().unwrap() = Some(told);
    let world = World::new(2);
    let lane = start(world.lane(1, true, vec![node(0, "test-device", &[])], vec![]));
    let bell = BELLS.lock().unwrap().pop().unwrap();
    lane.command(Command::Start);
    ticks.recv().unwrap();
    // What was rung while the stage was made may have it run once more, and does not hide what is rung later.
    while ticks.recv_timeout(std::time::Duration::from_millis(50)).is_ok() {}
    // A bell may ring at any time: the graph is at no stop.
    assert_eq!(world.lane_state(1), sluice_abi::lane_state::WAITING);
    for _ in 0..100 {
        bell.ring();
        ticks.recv_timeout(std::time::Duration::from_secs(60)).expect("the ring was heard");
    }
    lane.command(Command::Disable { node: 0 });
    assert_eq!(await_report(&lane), Report::Disabled { node: 0 });
    bell.ring();
    close(lane);
    // The lane has gone with its arena, and a bell may still be there.
    drop(world);
    bell.ring();
    assert!(bell.was_rung());
}
