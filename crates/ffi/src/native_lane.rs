//! Native lanes. A lane is drafted by a few calls, then started; after that the control isolate commands it and takes
//! its reports. All calls for one lane come from one thread. Cold, all of them: none is made per frame.

use std::ffi::{CString, c_char};
use std::ptr;
use std::sync::Arc;

use sluice_core::lane::stage::Settings;
use sluice_core::lane::{
    Command, LaneSpec, LinkEnd, LinkSpec, NativeLane, NodeSpec, Policy, Priority, Report, RingRef, cpu_count,
};
use sluice_core::pool::Pool;
use sluice_core::ring::Ring;

use crate::arena;
use crate::outcome::attempt;

/// A lane that has not been started.
pub struct Draft(LaneSpec);

/// A lane that was started, and the report taken last.
pub struct Running {
    lane: NativeLane,
    numbers: Vec<f64>,
    text: Option<CString>,
}

/// Processors that the machine has, also those that this process may not use.
#[unsafe(no_mangle)]
pub extern "C" fn slu_cpu_count() -> u32 {
    attempt(1, || Ok(cpu_count()))
}

/// Drafts a generation (from 1) of a lane of the control arena that starts at `base`. `live` 1: sources keep to the
/// clock. Null: no arena is there.
#[unsafe(no_mangle)]
pub extern "C" fn slu_native_draft(base: *mut u8, lane: u32, generation: u32, live: u32) -> *mut Draft {
    attempt(ptr::null_mut(), || {
        Ok(Box::into_raw(Box::new(Draft(LaneSpec {
            control: arena::find(base)?,
            lane,
            generation,
            live: live != 0,
            pools: Vec::new(),
            nodes: Vec::new(),
            links: Vec::new(),
            priority: Priority::Normal,
            cpus: Vec::new(),
        }))))
    })
}

/// Adds the pool in the arena that starts at `base`; pools are added in the order of their index. 0: there is none.
///
/// # Safety
///
/// `draft` comes from [`slu_native_draft`] and was not started.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_pool(draft: *mut Draft, base: *mut u8) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(spec) = unsafe { &mut *draft };
        spec.pools.push(Arc::new(Pool::attach(arena::find(base)?)?));
        Ok(1)
    })
}

/// Adds a node: the index of its record, the index of the pool that its outputs take slots from (any number for a node
/// without outputs), the name of its stage, and its configuration: `count` numbers whose names
/// stand in `keys`, each followed by a line feed. 0: a text is not UTF-8, or a name is missing.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`]; the texts have the lengths given, in bytes, and `values` has `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_node(
    draft: *mut Draft,
    index: u32,
    pool: u32,
    stage: *const u8,
    stage_length: u32,
    keys: *const u8,
    keys_length: u32,
    values: *const f64,
    count: u32,
) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the text.
        let stage = unsafe { text(stage, stage_length) }?;
        // SAFETY: the caller vouches for the texts and numbers.
        let settings = Settings(unsafe { pairs(keys, keys_length, values, count) }?);
        // SAFETY: the caller vouches for the draft.
        let Draft(spec) = unsafe { &mut *draft };
        spec.nodes.push(NodeSpec { index, stage, pool, settings });
        Ok(1)
    })
}

/// Adds a link inside the lane, between nodes that are named by the order in which they were added. 0: no such policy.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_local(
    draft: *mut Draft,
    index: u32,
    policy: u32,
    capacity: u32,
    from_node: u32,
    from_port: u32,
    to_node: u32,
    to_port: u32,
) -> u32 {
    let end = LinkEnd::Local { from: (from_node, from_port), to: (to_node, to_port) };
    // SAFETY: the caller vouches for the draft.
    attempt(0, || add_link(unsafe { &mut *draft }, index, policy, capacity, end))
}

/// Adds the writing end of a link to another lane. `bit`: the inbox bit of this lane that tells of freed places and of
/// the end of the reader; `other_bit`: that of the other lane which tells of the end of the stream. 0: no such policy.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`]; `ring` comes from `slu_ring_new`, is freed after the lane's thread has ended,
/// and has no other writer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_writer(
    draft: *mut Draft,
    index: u32,
    policy: u32,
    capacity: u32,
    node: u32,
    port: u32,
    ring: *const Ring,
    bit: u32,
    other_lane: u32,
    other_bit: u32,
) -> u32 {
    // SAFETY: the caller vouches for the ring.
    let ring = unsafe { RingRef::new(ring) };
    let end = LinkEnd::Writer { ring, from: (node, port), bit, other_lane, other_bit };
    // SAFETY: the caller vouches for the draft.
    attempt(0, || add_link(unsafe { &mut *draft }, index, policy, capacity, end))
}

/// Adds the reading end of a link from another lane. `bit`: the inbox bit of this lane that tells of frames;
/// `other_bit`: that of the other lane which tells of the end of the reader. 0: no such policy.
///
/// # Safety
///
/// As [`slu_native_add_writer`], with no other reader.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_add_reader(
    draft: *mut Draft,
    index: u32,
    policy: u32,
    capacity: u32,
    node: u32,
    port: u32,
    ring: *const Ring,
    bit: u32,
    other_lane: u32,
    other_bit: u32,
) -> u32 {
    // SAFETY: the caller vouches for the ring.
    let ring = unsafe { RingRef::new(ring) };
    let end = LinkEnd::Reader { ring, to: (node, port), bit, other_lane, other_bit };
    // SAFETY: the caller vouches for the draft.
    attempt(0, || add_link(unsafe { &mut *draft }, index, policy, capacity, end))
}

fn add_link(draft: &mut Draft, index: u32, policy: u32, capacity: u32, end: LinkEnd) -> Result<u32, String> {
    let policy = Policy::from_number(policy).ok_or_else(|| format!("there is no policy {policy}"))?;
    draft.0.links.push(LinkSpec { index, policy, capacity, encoded: false, end });
    Ok(1)
}

/// Says that the link added last carries encoded frames. 0: none was added.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_link_encoded(draft: *mut Draft) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(spec) = unsafe { &mut *draft };
        spec.links.last_mut().ok_or("no link was added")?.encoded = true;
        Ok(1)
    })
}

/// Sets how urgent the thread is (0 normal, 1 high, 2 realtime), and the `count` processors that it may run on; none:
/// any. 0: no such priority.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`]; `cpus` has `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_schedule(draft: *mut Draft, priority: u32, cpus: *const u32, count: u32) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the draft.
        let Draft(spec) = unsafe { &mut *draft };
        spec.priority = Priority::from_number(priority).ok_or_else(|| format!("there is no priority {priority}"))?;
        // SAFETY: the caller vouches for the numbers.
        spec.cpus = unsafe { slice(cpus, count) }.to_vec();
        Ok(1)
    })
}

/// Starts a lane's thread, which makes the stages and reports `opened` or `failed`. The draft is used up, whatever the
/// answer. Null: the system gives no thread.
///
/// # Safety
///
/// `draft` as in [`slu_native_add_pool`]; this is its last use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_spawn(draft: *mut Draft) -> *mut Running {
    attempt(ptr::null_mut(), || {
        // SAFETY: the caller vouches for the draft.
        let Draft(spec) = *unsafe { Box::from_raw(draft) };
        let lane = NativeLane::spawn(spec)?;
        Ok(Box::into_raw(Box::new(Running { lane, numbers: Vec::new(), text: None })))
    })
}

/// Gives a lane a command: 0 start, 1 stop, 2 close, 3 pause, 4 resume. 0: there is no such command.
///
/// # Safety
///
/// `lane` comes from [`slu_native_spawn`] and was not finished.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_command(lane: *const Running, command: u32) -> u32 {
    attempt(0, || {
        let commands = [Command::Start, Command::Stop, Command::Close, Command::Pause, Command::Resume];
        let command = commands.get(command as usize).ok_or_else(|| format!("there is no command {command}"))?;
        // SAFETY: the caller vouches for the lane.
        unsafe { &*lane }.lane.command(command.clone());
        Ok(1)
    })
}

/// Gives the stage of a node live values; `request` is named again in the answer. 0: a text is not UTF-8, or a name is
/// missing.
///
/// # Safety
///
/// `lane` as in [`slu_native_command`]; texts and numbers as in [`slu_native_add_node`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn slu_native_configure(
    lane: *const Running,
    request: u32,
    node: u32,
    keys: *const u8,
    keys_length: u32,
    values: *const f64,
    count: u32,
) -> u32 {
    attempt(0, || {
        // SAFETY: the caller vouches for the texts and numbers.
        let values = unsafe { pairs(keys, keys_length, values, count) }?;
        // SAFETY: the caller vouches for the lane.
        unsafe { &*lane }.lane.command(Command::Configure { request, node, values });
        Ok(1)
    })
}

/// Takes the oldest report and says what it is: 0 none, 1 opened, 2 failed (numbers: node or -1, 1 if it panicked;
/// text), 3 ended (node, figures), 4 progress (node, done, total), 5 configured (request; text if refused), 6 warning
/// (text), 7 closed. Nodes are named by the order in which they were added.
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
        let (kind, numbers, text) = match report {
            Report::Opened => (1, vec![], None),
            Report::Failed { node, text, panicked } => {
                (2, vec![node.map_or(-1.0, f64::from), f64::from(u8::from(panicked))], Some(text))
            }
            Report::Ended { node, figures } => (3, [vec![f64::from(node)], figures].concat(), None),
            Report::Progress { node, done_ns, total_ns } => (4, vec![f64::from(node), done_ns, total_ns], None),
            Report::Configured { request, error } => (5, vec![f64::from(request)], error),
            Report::Warning { text } => (6, vec![], Some(text)),
            Report::Closed => (7, vec![], None),
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

/// # Safety
///
/// There are `length` values at `start`, unless it is 0.
unsafe fn slice<'a, T>(start: *const T, length: u32) -> &'a [T] {
    if length == 0 || start.is_null() {
        return &[];
    }
    // SAFETY: the caller vouches for the values.
    unsafe { std::slice::from_raw_parts(start, length as usize) }
}

/// # Safety
///
/// As [`slice`].
unsafe fn text(start: *const u8, length: u32) -> Result<String, String> {
    // SAFETY: the caller vouches for the bytes.
    let bytes = unsafe { slice(start, length) };
    String::from_utf8(bytes.to_vec()).map_err(|error| format!("a text is not UTF-8: {error}"))
}

/// # Safety
///
/// As [`slice`], for both.
unsafe fn pairs(
    keys: *const u8,
    keys_length: u32,
    values: *const f64,
    count: u32,
) -> Result<Vec<(String, f64)>, String> {
    // SAFETY: the caller vouches for the bytes.
    let keys = unsafe { text(keys, keys_length) }?;
    // SAFETY: the caller vouches for the numbers.
    let values = unsafe { slice(values, count) };
    let pairs: Vec<_> = keys.lines().map(str::to_owned).zip(values.iter().copied()).collect();
    if pairs.len() == values.len() {
        Ok(pairs)
    } else {
        Err(format!("{} values have {} names", values.len(), pairs.len()))
    }
}
