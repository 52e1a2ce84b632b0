//! Stages without a cadence of their own that ask for a time.

use super::settings::Settings;
use super::stage::{Cadence, Fault, Stage, StageType};
use super::test_world::{World, await_report, close, figures, node, start};
use super::*;

/// How long the stage asks to wait.
const PAUSE_NS: f64 = 200_000.0;

/// A sink that reads a frame in every other call, as one does that has no room, and flushes in four calls.
pub(super) const TYPE: StageType = StageType {
    name: "test-slow-sink",
    inputs: 1,
    outputs: 0,
    burst: 1,
    cadence: Cadence::Push,
    figures: &["frames", "flushes", "early"],
    create: &create,
};

#[derive(Default)]
struct SlowSink {
    has_room: bool,
    frames: f64,
    flushes: f64,
    /// Calls without a frame that came before their time.
    early: f64,
    due_ns: f64,
}

fn create(_settings: &Settings, _bell: &Bell) -> Result<Box<dyn Stage>, String> {
    Ok(Box::<SlowSink>::default())
}

impl Stage for SlowSink {
    fn process(&mut self, context: &mut StageContext<'_>) -> Result<(), Fault> {
        self.has_room = !self.has_room;
        if self.has_room && context.read(0).is_some() {
            self.frames += 1.0;
        }
        self.due_ns = context.now_ns() + PAUSE_NS;
        context.wait_until_ns(self.due_ns);
        Ok(())
    }

    fn flush(&mut self, context: &mut StageContext<'_>) -> Result<bool, Fault> {
        let now_ns = context.now_ns();
        self.early += f64::from(u8::from(self.flushes > 0.0 && now_ns < self.due_ns));
        self.flushes += 1.0;
        self.due_ns = now_ns + PAUSE_NS;
        context.wait_until_ns(self.due_ns);
        Ok(self.flushes < 4.0)
    }

    fn figures(&mut self, out: &mut Vec<f64>) -> Result<(), String> {
        out.extend([self.frames, self.flushes, self.early]);
        Ok(())
    }
}

#[test]
fn a_push_stage_that_asks_for_a_time_reads_what_waits_after_the_end_of_its_writer_and_flushes_in_its_time() {
    for live in [true, false] {
        let mut world = World::new(64);
        let (writer, reader) = world.ring(0, Policy::Lossless, 8);
        let settings = [("blockSize", 8.0), ("count", 20.0)];
        let source = start(world.lane(1, live, vec![node(0, "native-source", &settings)], vec![writer]));
        let sink = start(world.lane(2, live, vec![node(1, "test-slow-sink", &[])], vec![reader]));
        source.command(Command::Start);
        sink.command(Command::Start);
        assert_eq!(figures(await_report(&source))[0], 20.0);
        assert_eq!(figures(await_report(&sink)), [20.0, 4.0, 0.0], "live: {live}");
        close(source);
        close(sink);
        world.assert_all_slots_free();
    }
}
