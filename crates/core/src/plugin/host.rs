//! What stages of plugins call: the table that they are given. A function takes the context of the running [`Call`], and
//! refuses what that call may not do. Those for frames allocate only where they refuse.

use std::ffi::{CString, c_char, c_void};
use std::ptr;

use sluice_abi::flag;
use sluice_abi::stage::{
    SLUICE_ABI_VERSION, SLUICE_NONE, SLUICE_OK, SLUICE_READ, SLUICE_REFUSED, SLUICE_WRITE, SluiceContext, SluiceField,
    SluiceForeign, SluiceFrameInfo, SluiceHost, SluicePlane, SluiceShape,
};

use crate::lane::{Element, Foreign, Frame, NoFrame, NodeAccess, Shape, Unwritten};

use super::call::{Call, number_of, own, str_of, with};
use super::host_words::{
    answer, drop_waker, emit, fault, keep, log, number, present, presented, reason, text, wake, waker,
};
use super::main_work::{hold_main, release_main, run_on_main};
use super::shapes::{MAX_FIELDS, PlanePlaces, kind_of, read_shape, tell_info, tell_plane};

const NOT_OWN: &str = "the frame is not the call's own";
const OVERRUN: &str = "the stage wrote where it must not";

/// The host for every plugin, where stages reach their nodes so.
pub(crate) const fn table<L: NodeAccess>() -> SluiceHost {
    SluiceHost {
        abi_version: SLUICE_ABI_VERSION,
        size: size_of::<SluiceHost>() as u32,
        read: Some(read::<L>),
        peek: Some(peek::<L>),
        acquire: Some(acquire::<L>),
        info: Some(info::<L>),
        plane: Some(plane::<L>),
        plane_mut: Some(plane_mut::<L>),
        column: Some(column::<L>),
        writable: Some(writable::<L>),
        set_times: Some(set_times::<L>),
        set_flags: Some(set_flags::<L>),
        set_length: Some(set_length::<L>),
        write: Some(write::<L>),
        forward: Some(forward::<L>),
        release: Some(release::<L>),
        may_write: Some(may_write::<L>),
        wait_until: Some(wait_until::<L>),
        finish: Some(finish::<L>),
        progress: Some(progress::<L>),
        now_ns: Some(now_ns::<L>),
        is_live: Some(is_live::<L>),
        number: Some(number::<L>),
        text: Some(text::<L>),
        log: Some(log::<L>),
        emit: Some(emit::<L>),
        fault: Some(fault::<L>),
        reason: Some(reason::<L>),
        keep: Some(keep::<L>),
        waker: Some(waker::<L>),
        wake: Some(wake::<L>),
        drop_waker: Some(drop_waker::<L>),
        answer: Some(answer::<L>),
        planes: Some(planes::<L>),
        field: Some(field::<L>),
        read_many: Some(read_many::<L>),
        write_many: Some(write_many::<L>),
        input_state: Some(input_state::<L>),
        present: Some(present::<L>),
        presented: Some(presented::<L>),
        acquire_foreign: Some(acquire_foreign::<L>),
        foreign: Some(foreign::<L>),
        hold_main: Some(hold_main::<L>),
        release_main: Some(release_main),
        run_on_main: Some(run_on_main),
        is_linked: Some(is_linked::<L>),
    }
}

unsafe extern "C" fn read<L: NodeAccess>(context: *mut SluiceContext, input: u32) -> u32 {
    let body = |call: &mut Call<'_, L>| {
        let Some(frame) = call.lane.as_deref_mut().and_then(|lane| lane.read(input)) else { return 0 };
        call.note_read(input, frame);
        number_of(frame)
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, 0, body) }
}

unsafe extern "C" fn peek<L: NodeAccess>(context: *mut SluiceContext, input: u32, into: *mut SluiceFrameInfo) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        let Some(found) = call.lane.as_deref_mut().and_then(|lane| lane.peek(input)) else { return SLUICE_NONE };
        // SAFETY: the plugin vouches for the place.
        unsafe { tell_info(call, &found, into) }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn acquire<L: NodeAccess>(
    context: *mut SluiceContext,
    output: u32,
    shape: *const SluiceShape,
) -> u32 {
    // SAFETY: the plugin vouches for the context and the shape.
    unsafe { acquire_by::<L>(context, output, shape, |lane, shape| lane.acquire(output, shape)) }
}

unsafe extern "C" fn acquire_foreign<L: NodeAccess>(
    context: *mut SluiceContext,
    output: u32,
    shape: *const SluiceShape,
    foreign: *const SluiceForeign,
) -> u32 {
    let take = |lane: &mut L, shape: Shape<'_>| {
        if foreign.is_null() {
            return Err(NoFrame::Refused("there is no handle".into()));
        }
        // SAFETY: the plugin vouches for the structure and for its functions.
        let foreign = unsafe { Foreign::new(foreign.read()) }.map_err(NoFrame::Refused)?;
        lane.acquire_foreign(output, shape, foreign)
    };
    // SAFETY: the plugin vouches for the context and the shape.
    unsafe { acquire_by::<L>(context, output, shape, take) }
}

/// # Safety
///
/// The context is that of a running call, and the shape is valid with what it points to.
unsafe fn acquire_by<L: NodeAccess>(
    context: *mut SluiceContext,
    output: u32,
    shape: *const SluiceShape,
    take: impl FnOnce(&mut L, Shape<'_>) -> Result<Frame, NoFrame>,
) -> u32 {
    let body = |call: &mut Call<'_, L>| {
        call.reason = None;
        let mut fields = [(&[][..], Element::F64); MAX_FIELDS];
        // SAFETY: the caller vouches for the shape and what it points to.
        let shape = match unsafe { read_shape(shape, &mut fields) } {
            Ok(shape) => shape,
            Err(why) => return call.refuse(0, why),
        };
        if call.kind.outputs.get(output as usize).is_none_or(|port| port.kind != kind_of(shape)) {
            return call.refuse(0, format!("there is no output {output} for frames of this kind"));
        }
        let Some(lane) = call.lane.as_deref_mut() else { return call.refuse(0, "no frames can be had in this call") };
        match take(lane, shape) {
            Ok(frame) => {
                if let (Some(guards), Some(port)) = (&mut call.guards, call.kind.outputs.get(output as usize)) {
                    guards.note(frame, &port.name);
                }
                number_of(frame)
            }
            Err(NoFrame::NoSlot) => 0,
            Err(NoFrame::Refused(why)) => call.refuse(0, why),
        }
    };
    // SAFETY: the caller vouches for the context.
    unsafe { with::<L, _>(context, 0, body) }
}

unsafe extern "C" fn foreign<L: NodeAccess>(context: *mut SluiceContext, frame: u32, type_code: u32) -> *mut c_void {
    let body = |call: &mut Call<'_, L>| {
        let (Some(lane), Some(frame)) = (call.lane.as_deref(), own(frame)) else { return ptr::null_mut() };
        lane.foreign(frame).map_or(ptr::null_mut(), |foreign| foreign.handle(type_code))
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, ptr::null_mut(), body) }
}

unsafe extern "C" fn info<L: NodeAccess>(context: *mut SluiceContext, frame: u32, into: *mut SluiceFrameInfo) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        let found = call.with_lane(None, NOT_OWN, |lane| lane.info(own(frame)?).map(Some));
        // SAFETY: the plugin vouches for the place.
        found.map_or(SLUICE_REFUSED, |found| unsafe { tell_info(call, &found, into) })
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn plane<L: NodeAccess>(
    context: *mut SluiceContext,
    frame: u32,
    index: u32,
    into: *mut SluicePlane,
) -> *const c_void {
    let body = |call: &mut Call<'_, L>| {
        let why = "the frame is not the call's own, or has no such plane";
        let found = call.with_lane(None, why, |lane| lane.plane_of(own(frame)?, index).map(Some));
        let found = found.map(|(address, plane)| (call.address_for_stage(frame, address, false), plane));
        // SAFETY: the plugin vouches for the place.
        unsafe { tell_plane(call, found, into) }.cast_const()
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, ptr::null(), body) }
}

unsafe extern "C" fn plane_mut<L: NodeAccess>(
    context: *mut SluiceContext,
    frame: u32,
    index: u32,
    into: *mut SluicePlane,
) -> *mut c_void {
    let body = |call: &mut Call<'_, L>| {
        let why = "the frame is not the call's own, others read it too, or it has no such plane";
        let found = call.with_lane(None, why, |lane| lane.plane_to_write(own(frame)?, index).map(Some));
        let found = found.map(|(address, plane)| (call.address_for_stage(frame, address, true), plane));
        // SAFETY: the plugin vouches for the place.
        unsafe { tell_plane(call, found, into) }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, ptr::null_mut(), body) }
}

unsafe extern "C" fn field<L: NodeAccess>(
    context: *mut SluiceContext,
    frame: u32,
    index: u32,
    into: *mut SluiceField,
) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        let mut found = None;
        let why = "the frame is not the call's own, or has no such field";
        call.with_lane((), why, |lane| {
            lane.field(own(frame)?, index, |name, element| found = Some((CString::new(name), element)))
        });
        let Some((Ok(name), element)) = found else { return SLUICE_REFUSED };
        if into.is_null() {
            return call.refuse(SLUICE_REFUSED, "the place for the field is null");
        }
        // SAFETY: the plugin vouches for the place. The address of a text stays when the list grows.
        unsafe { into.write(SluiceField { name: name.as_ptr(), element: element as u32, reserved: 0 }) };
        call.texts.push(name);
        SLUICE_OK
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn planes<L: NodeAccess>(
    context: *mut SluiceContext,
    frame: u32,
    access: u32,
    into: *mut SluicePlane,
    starts: *mut *mut c_void,
    count: u32,
) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        // SAFETY: the plugin vouches for the places.
        let mut places = match unsafe { PlanePlaces::new(into, starts, count) } {
            Ok(places) => places,
            Err(why) => return call.refuse(SLUICE_REFUSED, why),
        };
        let why = "the frame is not the call's own, has no such parts, or others read what is to be written";
        let told = call.with_lane(false, why, |lane| {
            let each = |start: *mut u8, plane| places.tell(start, plane);
            match access {
                SLUICE_READ => lane.planes_of(own(frame)?, each)?,
                SLUICE_WRITE => lane.planes_to_write(own(frame)?, each)?,
                _ => return None,
            }
            Some(true)
        });
        if !told {
            return SLUICE_REFUSED;
        }
        if call.guards.is_some() {
            places.move_starts(|address| call.address_for_stage(frame, address, access == SLUICE_WRITE));
        }
        places.found()
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn column<L: NodeAccess>(context: *mut SluiceContext, frame: u32, name: *const c_char) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        // SAFETY: the plugin vouches for the text.
        let Some(name) = (unsafe { str_of(name) }) else { return call.refuse(SLUICE_REFUSED, "the name is no UTF-8") };
        call.with_lane(SLUICE_REFUSED, "the frame is not the call's own, or has no such column", |lane| {
            lane.column(own(frame)?, name.as_bytes()).map(|index| index as i32)
        })
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn writable<L: NodeAccess>(context: *mut SluiceContext, frame: u32) -> u32 {
    let why = "the frame is not the call's own, or no slot is free for a copy";
    let body = |call: &mut Call<'_, L>| {
        let found = call.with_lane(None, why, |lane| lane.writable(own(frame)?).map(Some));
        if let (Some(guards), Some(old), Some(new)) = (&mut call.guards, own(frame), found) {
            guards.follow(old, new);
        }
        found.map_or(0, number_of)
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, 0, body) }
}

unsafe extern "C" fn set_times<L: NodeAccess>(
    context: *mut SluiceContext,
    frame: u32,
    pts_ns: f64,
    dts_ns: f64,
    duration_ns: f64,
) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        call.with_lane(SLUICE_REFUSED, "the frame is not the call's own, or others read it", |lane| {
            let header = lane.sole(own(frame)?)?;
            // SAFETY: the one reference to the frame is this call's.
            unsafe { ((*header).pts_ns, (*header).dts_ns, (*header).duration_ns) = (pts_ns, dts_ns, duration_ns) };
            Some(SLUICE_OK)
        })
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn set_flags<L: NodeAccess>(context: *mut SluiceContext, frame: u32, flags: u32) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        call.with_lane(SLUICE_REFUSED, "the frame is not the call's own, or others read it", |lane| {
            let header = lane.sole(own(frame)?)?;
            // SAFETY: the one reference to the frame is this call's.
            unsafe { (*header).flags = flags as u16 & flag::ALL };
            Some(SLUICE_OK)
        })
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn set_length<L: NodeAccess>(context: *mut SluiceContext, frame: u32, length: u32) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        let (Some(lane), Some(frame)) = (call.lane.as_deref_mut(), own(frame)) else {
            return call.refuse(SLUICE_REFUSED, NOT_OWN);
        };
        match lane.set_length(frame, length) {
            Ok(()) => SLUICE_OK,
            Err(why) => call.refuse(SLUICE_REFUSED, why),
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn write<L: NodeAccess>(context: *mut SluiceContext, output: u32, frame: u32) -> i32 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, |call| hand_over(call, output, frame, false, L::write_of)) }
}

unsafe extern "C" fn forward<L: NodeAccess>(context: *mut SluiceContext, output: u32, frame: u32) -> i32 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, |call| hand_over(call, output, frame, true, L::forward_of)) }
}

#[inline]
fn hand_over<L: NodeAccess>(
    call: &mut Call<'_, L>,
    output: u32,
    frame: u32,
    keeps: bool,
    how: impl FnOnce(&mut L, u32, Frame, Option<u8>) -> Result<(), Unwritten>,
) -> i32 {
    let kind = call.kind.outputs.get(output as usize).map(|port| port.kind);
    let own = own(frame);
    if own.is_some_and(|frame| !call.put_back(frame)) {
        return call.refuse(SLUICE_REFUSED, OVERRUN);
    }
    let outcome = match (call.lane.as_deref_mut(), own) {
        (Some(lane), Some(frame)) => how(lane, output, frame, kind),
        _ => Err(Unwritten::NotOwn),
    };
    match outcome {
        Ok(()) => {
            if let (Some(guards), Some(frame)) = (&mut call.guards, own) {
                if keeps { guards.share(frame) } else { guards.leave(frame) }
            }
            SLUICE_OK
        }
        Err(why) => refuse_write(call, output, why),
    }
}

#[cold]
fn refuse_write<L: NodeAccess>(call: &mut Call<'_, L>, output: u32, why: Unwritten) -> i32 {
    let why = match why {
        Unwritten::NoOutput => format!("there is no output {output}"),
        Unwritten::NotOwn => NOT_OWN.to_owned(),
        Unwritten::OtherKind => format!("output {output} carries frames of another kind"),
        Unwritten::NoRoom => format!("a lossless link of output {output} has no room"),
    };
    call.refuse(SLUICE_REFUSED, why)
}

unsafe extern "C" fn read_many<L: NodeAccess>(
    context: *mut SluiceContext,
    input: u32,
    frames: *mut u32,
    count: u32,
) -> u32 {
    let body = |call: &mut Call<'_, L>| {
        let Some(lane) = call.lane.as_deref_mut().filter(|_| !frames.is_null()) else { return 0 };
        let mut at = frames;
        let read = lane.read_many(input, count, |frame| {
            // SAFETY: the plugin vouches for so many places.
            unsafe {
                at.write(number_of(frame));
                at = at.add(1);
            }
        });
        for place in 0..read as usize {
            // SAFETY: it was written above.
            if let Some(frame) = own(unsafe { frames.add(place).read() }) {
                call.note_read(input, frame);
            }
        }
        read
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, 0, body) }
}

unsafe extern "C" fn write_many<L: NodeAccess>(
    context: *mut SluiceContext,
    output: u32,
    frames: *const u32,
    count: u32,
) -> u32 {
    let body = |call: &mut Call<'_, L>| {
        if frames.is_null() {
            return 0;
        }
        // SAFETY: the plugin vouches for so many frames.
        let frames = unsafe { std::slice::from_raw_parts(frames, count as usize) };
        let kind = call.kind.outputs.get(output as usize).map(|port| port.kind);
        let own_frames = || frames.iter().filter_map(|&frame| own(frame));
        if call.guards.is_some() && !own_frames().all(|frame| call.put_back(frame)) {
            return call.refuse(0, OVERRUN);
        }
        if let (Some(lane), Some(kind)) = (call.lane.as_deref_mut(), kind) {
            let entries = frames.iter().map(|frame| frame.wrapping_sub(1));
            if lane.write_newest(output, entries, kind) {
                if let Some(guards) = &mut call.guards {
                    own_frames().for_each(|frame| guards.leave(frame));
                }
                return count;
            }
        }
        let is_written = |&&frame: &&u32| hand_over(call, output, frame, false, L::write_of) == SLUICE_OK;
        frames.iter().take_while(is_written).count() as u32
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, 0, body) }
}

unsafe extern "C" fn input_state<L: NodeAccess>(context: *mut SluiceContext, input: u32) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        let why = "there is no such input, or the node is not at work";
        call.with_lane(SLUICE_REFUSED, why, |lane| lane.input_state(input).map(|state| state as i32))
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn is_linked<L: NodeAccess>(context: *mut SluiceContext, output: u32) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        let why = "there is no such output, or the node is not at work";
        call.with_lane(SLUICE_REFUSED, why, |lane| lane.is_linked(output).map(i32::from))
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn release<L: NodeAccess>(context: *mut SluiceContext, frame: u32) -> i32 {
    let body = |call: &mut Call<'_, L>| {
        if let (Some(guards), Some(frame)) = (&mut call.guards, own(frame)) {
            guards.leave(frame);
        }
        call.with_lane(SLUICE_REFUSED, NOT_OWN, |lane| lane.release(own(frame)?).then_some(SLUICE_OK))
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn may_write<L: NodeAccess>(context: *mut SluiceContext) -> i32 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, 0, |call| call.lane.as_deref_mut().map_or(0, |lane| i32::from(lane.may_write()))) }
}

unsafe extern "C" fn wait_until<L: NodeAccess>(context: *mut SluiceContext, time_ns: f64) {
    let body = |call: &mut Call<'_, L>| {
        if let Some(lane) = call.lane.as_deref_mut() {
            lane.wait_until_ns(time_ns);
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, (), body) }
}

unsafe extern "C" fn finish<L: NodeAccess>(context: *mut SluiceContext) {
    let body = |call: &mut Call<'_, L>| {
        if let Some(lane) = call.lane.as_deref_mut() {
            lane.finish();
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, (), body) }
}

unsafe extern "C" fn progress<L: NodeAccess>(context: *mut SluiceContext, done_ns: f64, total_ns: f64) {
    let body = |call: &mut Call<'_, L>| {
        if let Some(lane) = call.lane.as_deref_mut() {
            lane.progress(done_ns, total_ns);
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, (), body) }
}

unsafe extern "C" fn now_ns<L: NodeAccess>(context: *mut SluiceContext) -> f64 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, 0.0, |call| call.lane.as_deref().map_or_else(crate::clock::now_ns, L::now_ns)) }
}

unsafe extern "C" fn is_live<L: NodeAccess>(context: *mut SluiceContext) -> i32 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with::<L, _>(context, 0, |call| call.lane.as_deref().map_or(0, |lane| i32::from(lane.is_live()))) }
}
