//! A guest that takes its calls one by one, for a program that cannot be called: one whose work is asynchronous. Between
//! [`GuestCalls::begin_call`] and [`GuestCalls::done`] it reaches its node as a stage does.

use std::ptr::NonNull;

use sluice_abi::{format, kind};

use crate::clock;
use crate::lane::{Element, Frame, InputState, NoFrame, NodeAccess, Ring, Shape, Unwritten};

use super::guest::take_place;
use super::guest_node::{GuestNode, SocketBell, Waiter};
use super::region::Region;
use super::system::shared_clock_ns;
use super::wire::{Message, Words, call, note, outcome};

/// The fields of a blank packet.
const BLANK_FIELDS: &[(&[u8], Element)] = &[(b"blank", Element::F32)];

/// Most bytes that are noted outside of a call.
const MOST_LATE: usize = 65_536;

/// Levels up to this one are for standard error.
const WARNING: u32 = 1;

/// A guest and its node. Outside of a call, and in those that reach no node, frames are neither had nor given; what is noted
/// waits for the next call.
pub struct GuestCalls {
    node: GuestNode,
    base: NonNull<u8>,
    /// What the host asks for; kept for its room.
    call: Vec<u8>,
    /// The call reaches the node.
    reaches: bool,
    /// What was noted meanwhile.
    late: Message,
    bell: SocketBell,
}

/// Waits for calls, on any thread, while others use what the call before has left.
pub struct CallWaiter(Waiter);

impl CallWaiter {
    /// Waits for the next call. The process ends if the host is gone.
    #[must_use]
    pub fn wait(&self) -> Vec<u8> {
        self.0.wait()
    }
}

// SAFETY: the base is an address that stays.
unsafe impl Send for GuestCalls {}

impl GuestCalls {
    /// Takes the place of a guest. The arguments are those that the host has started the process with.
    ///
    /// # Errors
    ///
    /// Why it could not begin.
    pub fn begin(host: u64, memory_bytes: u64) -> Result<Self, String> {
        let region = Region::reserve().map_err(|error| format!("there are no addresses for frames: {error}"))?;
        let base = region.base();
        let (mut node, bell) = take_place(host, memory_bytes, data_bytes())?;
        node.map_in(region);
        Ok(Self { node, base, call: Vec::new(), reaches: false, late: Message::default(), bell })
    }

    /// Tells the host that the program is ready: a node may be made. What takes long has been done.
    pub fn ready(&self) {
        self.bell.ring();
    }

    /// Where the windows of the pools begin, and how many bytes they have together.
    #[must_use]
    pub fn region(&self) -> (NonNull<u8>, usize) {
        (self.base, Region::bytes())
    }

    /// By which calls are waited for.
    #[must_use]
    pub fn waiter(&self) -> CallWaiter {
        CallWaiter(self.node.waiter())
    }

    /// Begins a call that was waited for, and gives its words. `None`: the guest is to leave.
    pub fn begin_call(&mut self, call: Vec<u8>) -> Option<&[u8]> {
        self.call = call;
        let mut words = Words(&self.call);
        let word = words.word()?;
        match word {
            call::LEAVE => return None,
            call::CREATE => {
                let (_, _) = (words.text()?, words.text()?);
                let (shared_ns, host_ns) = (words.number()?, words.number()?);
                clock::begin_at(host_ns + (shared_clock_ns() as f64 - shared_ns));
            }
            call::PROCESS | call::FLUSH | call::CONTROL | call::COMMAND => {
                self.node.begin(word, &mut words)?;
                self.reaches = true;
                self.node.note_late(&mut self.late);
            }
            _ => {}
        }
        Some(&self.call)
    }

    /// The words of the present call.
    #[must_use]
    pub fn call(&self) -> &[u8] {
        &self.call
    }

    /// Ends the call: with a status and bytes, or, `failed`, with a text that says why.
    pub fn done(&mut self, failed: bool, status: u32, bytes: &[u8]) {
        let mut answer = Message::of(if failed { outcome::FAULT } else { outcome::DONE });
        if failed {
            answer.bytes(bytes);
        } else {
            answer.word(status).bytes(bytes).text("");
        }
        self.reaches = false;
        let spare = std::mem::take(&mut self.call);
        self.node.give(&answer, spare);
    }

    /// Notes something now, or for the next call, which is asked for.
    fn note(&mut self, now: impl FnOnce(&mut GuestNode), late: impl FnOnce(&mut Message)) {
        if self.reaches {
            now(&mut self.node);
        } else if self.late.0.len() < MOST_LATE {
            late(&mut self.late);
            self.bell.ring();
        }
    }

    /// Takes the oldest frame of an input.
    pub fn read(&mut self, input: u32) -> Option<u32> {
        if !self.reaches {
            return None;
        }
        self.node.read(input).map(Frame::entry)
    }

    /// The oldest frame of an input, which stays there and must not be changed.
    pub fn look(&mut self, input: u32) -> Option<u32> {
        if !self.reaches {
            return None;
        }
        self.node.look(input)
    }

    /// What can come from an input: 0 nothing is linked, 1 frames, 2 nothing any more.
    pub fn state(&mut self, input: u32) -> u32 {
        if !self.reaches {
            return 1;
        }
        match self.node.input_state(input) {
            None | Some(InputState::Unlinked) => 0,
            Some(InputState::Open) => 1,
            Some(InputState::Ended) => 2,
        }
    }

    /// Takes a slot for an output, which the program lays out by itself. `None`: none is free.
    pub fn acquire(&mut self, output: u32, wanted: u8) -> Option<u32> {
        if !self.reaches {
            return None;
        }
        let blank = match wanted {
            kind::AUDIO => Shape::Audio { rate_hz: 1, channels: 1, samples: 0 },
            kind::VIDEO => Shape::Video { format: format::RGBA8, width: 1, height: 1, pixel_aspect: 0 },
            kind::ENCODED => Shape::Encoded { codec: format::JPEG, width: 0, height: 0, bytes: 0, pixel_aspect: 0 },
            kind::PACKET => Shape::Packet { fields: BLANK_FIELDS, capacity: 1, records: 0 },
            _ => Shape::Data { format: format::SERIALIZED, bytes: 0 },
        };
        match self.node.acquire(output, blank) {
            Ok(frame) => Some(frame.entry()),
            Err(NoFrame::NoSlot | NoFrame::Refused(_)) => None,
        }
    }

    /// Gives a frame that the program alone may change, in exchange for another: that one, or one with its contents.
    pub fn writable(&mut self, entry: u32) -> Option<u32> {
        if !self.reaches {
            return None;
        }
        self.node.writable(Frame::from_entry(entry)).map(Frame::entry)
    }

    /// Writes a frame to an output. Answers 0, or 1 there is no such output, 2 the frame is not the node's, 3 it is of
    /// another kind than `wanted`, 4 there is no room.
    pub fn write(&mut self, output: u32, entry: u32, wanted: u8, keep: bool) -> u32 {
        if !self.reaches {
            return 2;
        }
        let frame = Frame::from_entry(entry);
        let done = if keep {
            self.node.forward_of(output, frame, Some(wanted))
        } else {
            self.node.write_of(output, frame, Some(wanted))
        };
        match done {
            Ok(()) => 0,
            Err(Unwritten::NoOutput) => 1,
            Err(Unwritten::NotOwn) => 2,
            Err(Unwritten::OtherKind) => 3,
            Err(Unwritten::NoRoom) => 4,
        }
    }

    /// Gives a frame back.
    pub fn release(&mut self, entry: u32) {
        if self.reaches {
            self.node.release(Frame::from_entry(entry));
        }
    }

    /// Where the slots of a frame's pool are in its window: bytes to the first, how many, bytes from one to the next, and
    /// bytes of payload in each.
    #[must_use]
    pub fn place(&self, entry: u32) -> Option<[u32; 4]> {
        self.node.place_of(entry)
    }

    /// Delays the next tick until a time.
    pub fn wait_until_ns(&mut self, time_ns: f64) {
        self.note(|node| node.wait_until_ns(time_ns), |late| _ = late.word(note::WAIT_UNTIL).number(time_ns));
    }

    /// Ends the node.
    pub fn finish(&mut self) {
        self.note(GuestNode::finish, |late| _ = late.word(note::FINISH));
    }

    /// Tells of the progress.
    pub fn progress(&mut self, done_ns: f64, total_ns: f64) {
        self.note(
            |node| node.progress(done_ns, total_ns),
            |late| _ = late.word(note::PROGRESS).number(done_ns).number(total_ns),
        );
    }

    /// Writes a line to the node's log: outside of calls as the process's own output, which comes there too.
    pub fn log(&mut self, level: u32, text: &[u8]) {
        let text = String::from_utf8_lossy(text).into_owned();
        if self.reaches {
            self.node.log(level, text);
        } else if level <= WARNING {
            eprintln!("{text}");
        } else {
            println!("{text}");
        }
    }

    /// Publishes an event.
    pub fn emit(&mut self, name: &[u8], json: &[u8]) {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (name, json) = (text(name), text(json));
        let (late_name, late_json) = (name.clone(), json.clone());
        self.note(|node| node.emit(name, json), |late| _ = late.word(note::EMIT).text(&late_name).text(&late_json));
    }

    /// Nanoseconds on the runtime's clock.
    #[must_use]
    pub fn now_ns(&self) -> f64 {
        self.node.now_ns()
    }
}

/// Bytes that the process has for itself, as the limit of memory counts them: an engine reserves much that it never uses.
fn data_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}
