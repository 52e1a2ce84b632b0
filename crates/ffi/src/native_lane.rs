//! Native lanes: started with a draft; after that the control isolate commands a lane and takes its reports. All calls
//! for one lane come from one thread. Cold, all of them: none is made per frame.

use std::ffi::{CString, c_char};
use std::ptr;

use sluice_core::lane::{
    Carried, Command, Given, LaneSpec, LinkRest, NativeLane, Priority, Report, cpu_count, schedule_thread,
};

use crate::arena;
use crate::native_draft::Draft;
use crate::native_values::{slice, text, values};
use crate::outcome::attempt;

/// A lane that was started, and the report taken last.
pub struct Running {
    lane: NativeLane,
    numbers: Vec<f64>,
    text: Option<CString>,
    bytes: Vec<u8>,
}

/// Processors that the machine has, also those that this process may not use.
#[unsafe(no_mangle)]
pub extern "C" fn slu_cpu_count() -> u32 {
    attempt(1, || Ok(cpu_count()))
}

/// Makes this thread as urgent as that (0 normal, 1 high, 2 realtime), on the `count` processors of `cpus`; none: where it
/// may run now. 0: the system refused some of it, or there is no such priority.
///
/// # Safety
///
/// `cpus` has `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_thread_schedule(priority: u32, cpus: *const u32, count: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the numbers.
        schedule_thread(priority_of(priority)?, unsafe { slice(cpus, count) })?;
        Ok(1)
    })
}

/// Does the same to the thread of a native lane, which tells by `warning` what was refused.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`]; `cpus` has `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_schedule(lane: *const Running, priority: u32, cpus: *const u32, count: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the numbers.
        let cpus = unsafe { slice(cpus, count) }.to_vec();
        let command = Command::Schedule { priority: priority_of(priority)?, cpus };
        // SAFETY: the caller vouches for the lane.
        unsafe { &*lane }.lane.command(command);
        Ok(1)
    })
}

fn priority_of(number: u32) -> Result<Priority, String> {
    Priority::from_number(number).ok_or_else(|| format!("there is no priority {number}"))
}

/// Starts the thread of a generation (from 1) of a lane of the control arena that starts at `base`. It makes the
/// draft's stages and reports `opened` or `failed`. `mode`: the sum of 1, sources keep to the clock, and
/// 2, what stages do with frames is checked. `priority`: how urgent the
/// thread is, 0 normal, 1 high, 2 realtime; `cpus`: the `count` processors that it may run on, none: any. The draft is
/// used up, whatever the answer. Null: no arena is there, no such priority, or the system gives no thread.
///
/// # Safety
///
/// `draft` comes from `slu_native_draft`, was given to no lane, and this is its last use; `cpus` has `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_spawn(
    draft: *mut Draft,
    base: *mut u8,
    lane: u32,
    generation: u32,
    mode: u32,
    priority: u32,
    cpus: *const u32,
    count: u32,
) -> *mut Running {
    attempt(ptr::null_mut(), || {
        // SAFETY: the caller vouches for the draft.
        let Draft(first) = *unsafe { Box::from_raw(draft) };
        let priority = priority_of(priority)?;
        // SAFETY: the caller vouches for the numbers.
        let cpus = unsafe { slice(cpus, count) }.to_vec();
        let control = arena::find(base)?;
        let spec = LaneSpec {
            control,
            lane,
            generation,
            live: mode & 1 != 0,
            development: mode & 2 != 0,
            first,
            priority,
            cpus,
        };
        let lane = NativeLane::spawn(spec)?;
        Ok(Box::into_raw(Box::new(Running { lane, numbers: Vec::new(), text: None, bytes: Vec::new() })))
    })
}

/// Makes a lane ready for an edit, which it answers by `prepared` or `refused`. The draft is used up, whatever the
/// answer.
///
/// # Safety
///
/// `lane` comes from [`slu_native_spawn`] and was not finished; `draft` as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_prepare(lane: *const Running, draft: *mut Draft) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = *unsafe { Box::from_raw(draft) };
        // SAFETY: the caller vouches for the lane.
        unsafe { &*lane }.lane.command(Command::Prepare(Box::new(edit)));
        Ok(1)
    })
}

/// Gives a lane what other lanes have left in the links of nodes that came from them by an edit that is in effect: the
/// links of the draft. It answers by `attached`. The draft is used up, whatever the answer.
///
/// # Safety
///
/// As [`slu_native_prepare`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_attach(lane: *const Running, draft: *mut Draft) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(edit) = *unsafe { Box::from_raw(draft) };
        // SAFETY: the caller vouches for the lane.
        unsafe { &*lane }.lane.command(Command::Attach(Box::new(edit)));
        Ok(1)
    })
}

/// Asks for what a node of a slot is to go on from on another lane, by the edit of an epoch that was prepared: the lane
/// answers by `offered` or `refused`. `ends` 1: its state goes to nobody.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_offer(lane: *const Running, epoch: u32, node: u32, ends: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the lane.
        unsafe { &*lane }.lane.command(Command::Offer { epoch, node, ends: ends != 0 });
        Ok(1)
    })
}

/// Gives a node that comes from another lane, by the edit of an epoch that was prepared, what it goes on from: the numbers
/// of `offered` from the flags on, and its state if `has_state` is 1. The lane answers by `accepted` or `refused`. 0: the
/// numbers are none.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`]; `numbers` has `count` numbers, and `state` has `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_accept(
    lane: *const Running,
    epoch: u32,
    node: u32,
    numbers: *const f64,
    count: u32,
    has_state: u32,
    state: *const u8,
    length: u32,
) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the numbers.
        let carried = carried_of(unsafe { slice(numbers, count) }).ok_or("these numbers are no node's")?;
        // SAFETY: the caller vouches for the bytes.
        let state = (has_state != 0).then(|| unsafe { slice(state, length) }.to_vec());
        // SAFETY: the caller vouches for the lane.
        unsafe { &*lane }.lane.command(Command::Accept { epoch, node, carried, state });
        Ok(1)
    })
}

/// Numbers before those of the ports.
const CARRIED: usize = 6;

fn numbers_of(carried: &Carried) -> Vec<f64> {
    let flags = u8::from(carried.again) + 2 * u8::from(carried.finishing);
    let Carried { not_before_ns, last_due_ns, last_ingress_ns, last_pts_ns, gaps, sequences, .. } = carried;
    let inputs = gaps.len() as f64;
    let mut numbers = vec![f64::from(flags), *not_before_ns, *last_due_ns, *last_ingress_ns, *last_pts_ns, inputs];
    numbers.extend(gaps.iter().map(|&gap| f64::from(u8::from(gap))));
    numbers.extend(sequences);
    numbers
}

fn carried_of(numbers: &[f64]) -> Option<Carried> {
    let (&[flags, not_before_ns, last_due_ns, last_ingress_ns, last_pts_ns, inputs], ports) =
        numbers.split_first_chunk::<CARRIED>()?;
    let (gaps, sequences) = ports.split_at_checked(inputs as usize)?;
    Some(Carried {
        again: flags as u32 & 1 != 0,
        finishing: flags as u32 & 2 != 0,
        not_before_ns,
        last_due_ns,
        last_ingress_ns,
        last_pts_ns,
        gaps: gaps.iter().map(|&gap| gap != 0.0).collect(),
        sequences: sequences.to_vec(),
    })
}

fn rest_of(rest: &LinkRest) -> Vec<f64> {
    let flags = u8::from(rest.gap_ahead) + 2 * u8::from(rest.writer_to_key) + 4 * u8::from(rest.reader_to_key);
    let mut numbers = vec![f64::from(rest.link), f64::from(flags), rest.entries.len() as f64];
    numbers.extend(rest.entries.iter().copied().map(f64::from));
    numbers
}

/// Gives a lane a command: 0 start, 1 stop, 2 close, 3 pause, 4 resume (`value`: how long all pauses took so far,
/// nanoseconds), 5 abort (`value`: the epoch of the edit that was prepared), 6 disable (`value`: the slot of the node), 7 end the
/// calls that isolated stages do, 8 count what was lost with the lane at the other end of a link (`value`: the index of the
/// link). 0: there is no such command.
///
/// # Safety
///
/// `lane` comes from [`slu_native_spawn`] and was not finished.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_command(lane: *const Running, command: u32, value: f64) -> u32 {
    attempt(0, || {
        let command = match command {
            0 => Command::Start,
            1 => Command::Stop,
            2 => Command::Close,
            3 => Command::Pause,
            4 => Command::Resume { paused_ns: value },
            5 => Command::Abort(value as u32),
            6 => Command::Disable { node: value as u32 },
            7 => {
                // SAFETY: the caller vouches for the lane.
                unsafe { &*lane }.lane.end_calls();
                return Ok(1);
            }
            8 => Command::CountLost(value as u32),
            _ => return Err(format!("there is no command {command}")),
        };
        // SAFETY: the caller vouches for the lane.
        unsafe { &*lane }.lane.command(command);
        Ok(1)
    })
}

/// Gives the stage of a node live values; `request` is named again in the answer. 0: the values are none.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`]; values as in [`slu_native_add_node`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_configure(
    lane: *const Running,
    request: u32,
    node: u32,
    config: *const u8,
    length: u32,
) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the values.
        let values = unsafe { values(config, length) }?;
        // SAFETY: the caller vouches for the lane.
        unsafe { &*lane }.lane.command(Command::Configure { request, node, values });
        Ok(1)
    })
}

/// Gives the stage of a node a command: a name, and arguments as JSON; `request` is named again in the answer. 0: a text
/// is not UTF-8.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`]; the texts have the lengths given, in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_ask(
    lane: *const Running,
    request: u32,
    node: u32,
    name: *const u8,
    name_length: u32,
    json: *const u8,
    json_length: u32,
) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the texts.
        let (name, json) = unsafe { (text(name, name_length)?, text(json, json_length)?) };
        // SAFETY: the caller vouches for the lane.
        unsafe { &*lane }.lane.command(Command::Ask { request, node, name, json });
        Ok(1)
    })
}

/// Takes the oldest report and says what it is: 0 none, 1 opened, 2 failed (numbers: node or -1, 1 if it panicked,
/// 1 if it was set aside; text), 3 ended (node, figures), 4 progress (node, done, total), 5 configured (request; text if refused), 6 warning
/// (text), 7 closed, 8 paused, 9 prepared (epoch), 10 refused (epoch, node or -1; text), 11 applied (epoch, node that
/// refused a live value or -1; text), 12 removed (node; text if its flush failed), 13 disabled (node), 14 log (node, level;
/// text), 15 emitted (node; the name, a line feed, and the value as JSON or nothing), 16 overflow (lines and events that
/// were left out), 17 answered (request, 1 if refused; the result as JSON, or why not), 18 offered
/// (epoch, node, 0 if it has ended, 1, or 2 with its state as bytes; then flags, the sum of 1, to be run without new frames,
/// and 2, it has had its last tick; when it is to be run, when that was last, and the times of the frame that it read last,
/// nanoseconds; how many inputs it has; for each 1 if it has a gap ahead, and for each output the number of the next
/// frame), 19 accepted (epoch, node), 20 rest (link, flags as for `slu_native_link_rest`, how many entries, and these), 21
/// attached (epoch), 22 counted (link). Nodes are named by their slots.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_report(lane: *mut Running) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the lane, and calls from one thread.
        let lane = unsafe { &mut *lane };
        let Some(report) = lane.lane.next_report() else { return Ok(0) };
        lane.bytes.clear();
        let (kind, numbers, text) = match report {
            Report::Opened => (1, vec![], None),
            Report::Failed { node, text, panicked, set_aside } => {
                let flags = [panicked, set_aside].map(|flag| f64::from(u8::from(flag)));
                (2, [vec![node.map_or(-1.0, f64::from)], flags.to_vec()].concat(), Some(text))
            }
            Report::Ended { node, figures } => (3, [vec![f64::from(node)], figures].concat(), None),
            Report::Progress { node, done_ns, total_ns } => (4, vec![f64::from(node), done_ns, total_ns], None),
            Report::Configured { request, error } => (5, vec![f64::from(request)], error),
            Report::Warning { text } => (6, vec![], Some(text)),
            Report::Closed => (7, vec![], None),
            Report::Paused => (8, vec![], None),
            Report::Prepared { epoch } => (9, vec![f64::from(epoch)], None),
            Report::Refused { epoch, node, text } => {
                (10, vec![f64::from(epoch), node.map_or(-1.0, f64::from)], Some(text))
            }
            Report::Applied { epoch, failure } => {
                let (node, text) = failure.map_or((-1.0, None), |(node, text)| (f64::from(node), Some(text)));
                (11, vec![f64::from(epoch), node], text)
            }
            Report::Removed { node, error } => (12, vec![f64::from(node)], error),
            Report::Disabled { node } => (13, vec![f64::from(node)], None),
            Report::Log { node, level, text } => (14, vec![f64::from(node), f64::from(level)], Some(text)),
            Report::Emitted { node, name, json } => {
                (15, vec![f64::from(node)], Some(format!("{}\n{json}", name.replace('\n', " "))))
            }
            Report::Overflow { lost } => (16, vec![f64::from(lost)], None),
            Report::Answered { request, answer } => {
                let refused = f64::from(u8::from(answer.is_err()));
                (17, vec![f64::from(request), refused], Some(answer.unwrap_or_else(|text| text)))
            }
            Report::Offered { epoch, node, given } => {
                let mut numbers = vec![f64::from(epoch), f64::from(node), 0.0];
                if let Some(Given { carried, state }) = given {
                    numbers[2] = if state.is_some() { 2.0 } else { 1.0 };
                    numbers.extend(numbers_of(&carried));
                    lane.bytes = state.unwrap_or_default();
                }
                (18, numbers, None)
            }
            Report::Accepted { epoch, node } => (19, vec![f64::from(epoch), f64::from(node)], None),
            Report::Rest(rest) => (20, rest_of(&rest), None),
            Report::Attached { epoch } => (21, vec![f64::from(epoch)], None),
            Report::Counted { link } => (22, vec![f64::from(link)], None),
        };
        lane.numbers = numbers;
        lane.text = text.map(|text| CString::new(text.replace('\0', " ")).unwrap_or_default());
        Ok(kind)
    })
}

/// A number of the report taken last; a NaN: it has no such number.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_report_number(lane: *const Running, index: u32) -> f64 {
    // SAFETY: the caller vouches for the lane.
    let lane = unsafe { &*lane };
    lane.numbers.get(index as usize).copied().unwrap_or(f64::NAN)
}

/// The text of the report taken last, valid until the next; null: it has none.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_report_text(lane: *const Running) -> *const c_char {
    // SAFETY: the caller vouches for the lane.
    let lane = unsafe { &*lane };
    lane.text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}

/// The bytes of the report taken last, valid until the next.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_report_bytes(lane: *const Running) -> *const u8 {
    // SAFETY: the caller vouches for the lane.
    unsafe { &*lane }.bytes.as_ptr()
}

/// How many these are.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_report_byte_count(lane: *const Running) -> u32 {
    // SAFETY: the caller vouches for the lane.
    unsafe { &*lane }.bytes.len() as u32
}

/// Lets go of a lane. `closed` 1: it has reported so, and this waits for its thread to end. 0: the thread goes on by
/// itself, with what it uses; nothing stops a stage that hangs.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`]; this is its last use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_finish(lane: *mut Running, closed: u32) {
    attempt((), || {
        // SAFETY: the caller vouches for the lane.
        unsafe { Box::from_raw(lane) }.lane.finish(closed != 0);
        Ok(())
    });
}
