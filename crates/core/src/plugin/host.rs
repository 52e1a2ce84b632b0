//! What stages of plugins call: the table that they are given, and the call that is running.
//!
//! A context is the address of the [`Call`] on the stack of the lane's thread, and good until the stage returns. The
//! functions for frames allocate only where they refuse.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use sluice_abi::kind;
use sluice_abi::stage::{
    SLUICE_ABI_VERSION, SLUICE_LOG_DEBUG, SLUICE_NONE, SLUICE_OK, SLUICE_REFUSED, SluiceContext, SluiceField,
    SluiceFrameInfo, SluiceHost, SluicePlane, SluiceShape, SluiceWaker,
};

use crate::lane::stage::{Settings, Value};
use crate::lane::{Bell, Element, Frame, FrameInfo, NoFrame, Plane, Shape, StageContext};

use super::loaded::LoadedStage;

/// Most fields of a record.
const MAX_FIELDS: usize = 64;

/// Bytes of the structures in version 1.0.
const INFO_BYTES: u32 = 80;
const SHAPE_BYTES: u32 = 40;
const PLANE_BYTES: u32 = 24;

const NOT_OWN: &str = "the frame is not the call's own";

/// The host, for every plugin.
pub(super) static HOST: SluiceHost = SluiceHost {
    abi_version: SLUICE_ABI_VERSION,
    size: size_of::<SluiceHost>() as u32,
    read: Some(read),
    peek: Some(peek),
    acquire: Some(acquire),
    info: Some(info),
    plane: Some(plane),
    plane_mut: Some(plane_mut),
    column: Some(column),
    writable: Some(writable),
    set_times: Some(set_times),
    set_flags: Some(set_flags),
    set_length: Some(set_length),
    write: Some(write),
    forward: Some(forward),
    release: Some(release),
    may_write: Some(may_write),
    wait_until: Some(wait_until),
    finish: Some(finish),
    progress: Some(progress),
    now_ns: Some(now_ns),
    is_live: Some(is_live),
    number: Some(number),
    text: Some(text),
    log: Some(log),
    emit: Some(emit),
    fault: Some(fault),
    reason: Some(reason),
    keep: Some(keep),
    waker: Some(waker),
    wake: Some(wake),
    drop_waker: Some(drop_waker),
    answer: Some(answer),
};

/// What a stage has given its host in a call.
pub(super) struct Given {
    pub(super) state: Vec<u8>,
    pub(super) answer: Option<String>,
}

/// A call of a stage that is running.
pub(super) struct Call<'a, 'b> {
    /// `None`: the node is not at work, as while it is made.
    lane: Option<&'a mut StageContext<'b>>,
    settings: &'a Settings,
    kind: &'static LoadedStage,
    bell: &'a Bell,
    fault: Option<String>,
    reason: Option<CString>,
    state: Vec<u8>,
    answer: Option<String>,
    /// Texts that were handed out.
    texts: Vec<CString>,
}

impl<'a, 'b> Call<'a, 'b> {
    pub(super) fn new(
        lane: Option<&'a mut StageContext<'b>>,
        settings: &'a Settings,
        kind: &'static LoadedStage,
        bell: &'a Bell,
    ) -> Self {
        let (state, texts) = (Vec::new(), Vec::new());
        Self { lane, settings, kind, bell, fault: None, reason: None, state, answer: None, texts }
    }

    /// What `keep` and `answer` were given.
    pub(super) fn into_given(self) -> Given {
        Given { state: self.state, answer: self.answer }
    }

    /// What was said of a failure: by `fault`, else by the host function that refused last.
    pub(super) fn into_fault(self) -> Option<String> {
        self.fault.or_else(|| self.reason.and_then(|reason| reason.into_string().ok()))
    }

    fn refuse<T>(&mut self, refused: T, why: impl Into<Vec<u8>>) -> T {
        self.reason = CString::new(why).ok();
        refused
    }

    /// Calls a function of the lane that gives nothing where the frame is not the call's own.
    fn with_lane<T>(&mut self, refused: T, why: &str, body: impl FnOnce(&mut StageContext<'b>) -> Option<T>) -> T {
        match self.lane.as_deref_mut().and_then(body) {
            Some(value) => value,
            None => self.refuse(refused, why),
        }
    }
}

thread_local! {
    /// What the plugin says that is being registered.
    static REGISTERING: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A plugin is about to be registered on this thread.
pub(super) fn begin_registering() {
    REGISTERING.set(None);
}

/// Why the plugin refuses to be registered, as far as it says so.
pub(super) fn registering_fault() -> Option<String> {
    REGISTERING.take()
}

/// Runs a function of the host. A panic in it does not reach the plugin.
///
/// # Safety
///
/// `context` is null, or that of the call that is running on this thread.
unsafe fn with<T: Copy>(context: *mut SluiceContext, refused: T, body: impl FnOnce(&mut Call<'_, '_>) -> T) -> T {
    if context.is_null() {
        return refused;
    }
    // SAFETY: the caller vouches for the context; the functions of the host do not call each other.
    let call = unsafe { &mut *context.cast::<Call<'_, '_>>() };
    // After a panic the call's own state is as it was: the lane's functions are consistent after each step.
    match catch_unwind(AssertUnwindSafe(|| body(call))) {
        Ok(value) => value,
        Err(panic) => {
            // SAFETY: as above; the reference that the body had is gone.
            let call = unsafe { &mut *context.cast::<Call<'_, '_>>() };
            let what = panic.downcast_ref::<&str>().copied().unwrap_or("no message");
            call.refuse(refused, format!("the host panicked: {what}"))
        }
    }
}

/// A frame by the number that the plugin has of it.
fn own(frame: u32) -> Option<Frame> {
    Some(Frame::from_entry(frame.checked_sub(1)?))
}

fn number_of(frame: Frame) -> u32 {
    frame.entry() + 1
}

/// # Safety
///
/// `text` is null, or a C string that lives for `'a`.
unsafe fn str_of<'a>(text: *const c_char) -> Option<&'a str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller vouches for the text.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}

unsafe extern "C" fn read(context: *mut SluiceContext, input: u32) -> u32 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, 0, |call| call.lane.as_deref_mut().and_then(|lane| lane.read(input)).map_or(0, number_of)) }
}

unsafe extern "C" fn peek(context: *mut SluiceContext, input: u32, into: *mut SluiceFrameInfo) -> i32 {
    let body = |call: &mut Call<'_, '_>| {
        let Some(found) = call.lane.as_deref_mut().and_then(|lane| lane.peek(input)) else { return SLUICE_NONE };
        // SAFETY: the plugin vouches for the place.
        unsafe { tell_info(call, &found, into) }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn acquire(context: *mut SluiceContext, output: u32, shape: *const SluiceShape) -> u32 {
    let body = |call: &mut Call<'_, '_>| {
        call.reason = None;
        let mut fields = [(&[][..], Element::F64); MAX_FIELDS];
        // SAFETY: the plugin vouches for the shape and what it points to.
        let shape = match unsafe { read_shape(shape, &mut fields) } {
            Ok(shape) => shape,
            Err(why) => return call.refuse(0, why),
        };
        if call.kind.outputs.get(output as usize).is_none_or(|port| port.kind != kind_of(shape)) {
            return call.refuse(0, format!("there is no output {output} for frames of this kind"));
        }
        let Some(lane) = call.lane.as_deref_mut() else { return call.refuse(0, "no frames can be had in this call") };
        match lane.acquire(output, shape) {
            Ok(frame) => number_of(frame),
            Err(NoFrame::NoSlot) => 0,
            Err(NoFrame::Refused(why)) => call.refuse(0, why),
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, 0, body) }
}

unsafe extern "C" fn info(context: *mut SluiceContext, frame: u32, into: *mut SluiceFrameInfo) -> i32 {
    let body = |call: &mut Call<'_, '_>| {
        let found = call.with_lane(None, NOT_OWN, |lane| lane.info(own(frame)?).map(Some));
        // SAFETY: the plugin vouches for the place.
        found.map_or(SLUICE_REFUSED, |found| unsafe { tell_info(call, &found, into) })
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn plane(
    context: *mut SluiceContext,
    frame: u32,
    index: u32,
    into: *mut SluicePlane,
) -> *const c_void {
    let body = |call: &mut Call<'_, '_>| {
        let why = "the frame is not the call's own, or has no such plane";
        let found = call.with_lane(None, why, |lane| lane.plane_of(own(frame)?, index).map(Some));
        // SAFETY: the plugin vouches for the place.
        unsafe { tell_plane(call, found, into) }.cast_const()
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, ptr::null(), body) }
}

unsafe extern "C" fn plane_mut(
    context: *mut SluiceContext,
    frame: u32,
    index: u32,
    into: *mut SluicePlane,
) -> *mut c_void {
    let body = |call: &mut Call<'_, '_>| {
        let why = "the frame is not the call's own, others read it too, or it has no such plane";
        let found = call.with_lane(None, why, |lane| lane.plane_to_write(own(frame)?, index).map(Some));
        // SAFETY: the plugin vouches for the place.
        unsafe { tell_plane(call, found, into) }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, ptr::null_mut(), body) }
}

unsafe extern "C" fn column(context: *mut SluiceContext, frame: u32, name: *const c_char) -> i32 {
    let body = |call: &mut Call<'_, '_>| {
        // SAFETY: the plugin vouches for the text.
        let Some(name) = (unsafe { str_of(name) }) else { return call.refuse(SLUICE_REFUSED, "the name is no UTF-8") };
        call.with_lane(SLUICE_REFUSED, "the frame is not the call's own, or has no such column", |lane| {
            lane.column(own(frame)?, name.as_bytes()).map(|index| index as i32)
        })
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn writable(context: *mut SluiceContext, frame: u32) -> u32 {
    let why = "the frame is not the call's own, or no slot is free for a copy";
    let body = |call: &mut Call<'_, '_>| call.with_lane(0, why, |lane| lane.writable(own(frame)?).map(number_of));
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, 0, body) }
}

unsafe extern "C" fn set_times(
    context: *mut SluiceContext,
    frame: u32,
    pts_ns: f64,
    dts_ns: f64,
    duration_ns: f64,
) -> i32 {
    let body = |call: &mut Call<'_, '_>| {
        call.with_lane(SLUICE_REFUSED, "the frame is not the call's own, or others read it", |lane| {
            let header = lane.sole(own(frame)?)?;
            // SAFETY: the one reference to the frame is this call's.
            unsafe { ((*header).pts_ns, (*header).dts_ns, (*header).duration_ns) = (pts_ns, dts_ns, duration_ns) };
            Some(SLUICE_OK)
        })
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn set_flags(context: *mut SluiceContext, frame: u32, flags: u32) -> i32 {
    let body = |call: &mut Call<'_, '_>| {
        call.with_lane(SLUICE_REFUSED, "the frame is not the call's own, or others read it", |lane| {
            let header = lane.sole(own(frame)?)?;
            // SAFETY: the one reference to the frame is this call's.
            unsafe { (*header).flags = (flags & 7) as u16 };
            Some(SLUICE_OK)
        })
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn set_length(context: *mut SluiceContext, frame: u32, length: u32) -> i32 {
    let body = |call: &mut Call<'_, '_>| {
        let Some(lane) = call.lane.as_deref_mut() else { return call.refuse(SLUICE_REFUSED, NOT_OWN) };
        let Some(frame) = own(frame) else { return call.refuse(SLUICE_REFUSED, NOT_OWN) };
        match lane.set_length(frame, length) {
            Ok(()) => SLUICE_OK,
            Err(why) => call.refuse(SLUICE_REFUSED, why),
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn write(context: *mut SluiceContext, output: u32, frame: u32) -> i32 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_REFUSED, |call| hand_over(call, output, frame, StageContext::write)) }
}

unsafe extern "C" fn forward(context: *mut SluiceContext, output: u32, frame: u32) -> i32 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_REFUSED, |call| hand_over(call, output, frame, StageContext::forward)) }
}

fn hand_over<'b>(
    call: &mut Call<'_, 'b>,
    output: u32,
    frame: u32,
    how: impl FnOnce(&mut StageContext<'b>, u32, Frame) -> bool,
) -> i32 {
    let port = call.kind.outputs.get(output as usize);
    let Some(wanted) = port.map(|port| port.kind) else {
        return call.refuse(SLUICE_REFUSED, format!("there is no output {output}"));
    };
    let (Some(lane), Some(frame)) = (call.lane.as_deref_mut(), own(frame)) else {
        return call.refuse(SLUICE_REFUSED, NOT_OWN);
    };
    match lane.kind_of(frame) {
        Some(found) if found == wanted => {}
        Some(_) => return call.refuse(SLUICE_REFUSED, format!("output {output} carries frames of another kind")),
        None => return call.refuse(SLUICE_REFUSED, NOT_OWN),
    }
    if how(lane, output, frame) {
        return SLUICE_OK;
    }
    call.refuse(SLUICE_REFUSED, format!("a lossless link of output {output} has no room"))
}

unsafe extern "C" fn release(context: *mut SluiceContext, frame: u32) -> i32 {
    let body = |call: &mut Call<'_, '_>| {
        call.with_lane(SLUICE_REFUSED, NOT_OWN, |lane| lane.release(own(frame)?).then_some(SLUICE_OK))
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn may_write(context: *mut SluiceContext) -> i32 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, 0, |call| call.lane.as_deref_mut().map_or(0, |lane| i32::from(lane.may_write()))) }
}

unsafe extern "C" fn wait_until(context: *mut SluiceContext, time_ns: f64) {
    let body = |call: &mut Call<'_, '_>| {
        if let Some(lane) = call.lane.as_deref_mut() {
            lane.wait_until_ns(time_ns);
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, (), body) }
}

unsafe extern "C" fn finish(context: *mut SluiceContext) {
    let body = |call: &mut Call<'_, '_>| {
        if let Some(lane) = call.lane.as_deref_mut() {
            lane.finish();
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, (), body) }
}

unsafe extern "C" fn progress(context: *mut SluiceContext, done_ns: f64, total_ns: f64) {
    let body = |call: &mut Call<'_, '_>| {
        if let Some(lane) = call.lane.as_deref_mut() {
            lane.progress(done_ns, total_ns);
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, (), body) }
}

unsafe extern "C" fn now_ns(context: *mut SluiceContext) -> f64 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, 0.0, |call| call.lane.as_deref().map_or_else(crate::clock::now_ns, StageContext::now_ns)) }
}

unsafe extern "C" fn is_live(context: *mut SluiceContext) -> i32 {
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, 0, |call| call.lane.as_deref().map_or(0, |lane| i32::from(lane.is_live()))) }
}

unsafe extern "C" fn number(context: *mut SluiceContext, key: *const c_char, value: *mut f64) -> i32 {
    let body = |call: &mut Call<'_, '_>| {
        // SAFETY: the plugin vouches for the text.
        let found = unsafe { str_of(key) }.and_then(|key| call.settings.value(key));
        match found {
            Some(Value::Number(found)) if !value.is_null() => {
                // SAFETY: the plugin vouches for the place.
                unsafe { value.write(*found) };
                SLUICE_OK
            }
            _ => SLUICE_NONE,
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_NONE, body) }
}

unsafe extern "C" fn text(context: *mut SluiceContext, key: *const c_char) -> *const c_char {
    let body = |call: &mut Call<'_, '_>| {
        // SAFETY: the plugin vouches for the text.
        let found = unsafe { str_of(key) }.and_then(|key| call.settings.value(key));
        let Some(Value::Text(found)) = found else { return ptr::null() };
        let Ok(found) = CString::new(found.as_str()) else { return ptr::null() };
        // The address of a text stays when the list grows.
        let at = found.as_ptr();
        call.texts.push(found);
        at
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, ptr::null(), body) }
}

unsafe extern "C" fn log(context: *mut SluiceContext, level: u32, text: *const c_char) {
    let body = |call: &mut Call<'_, '_>| {
        // SAFETY: the plugin vouches for the text.
        let (Some(lane), Some(text)) = (call.lane.as_deref_mut(), unsafe { str_of(text) }) else { return };
        lane.log(level.min(SLUICE_LOG_DEBUG), text.to_owned());
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, (), body) }
}

unsafe extern "C" fn emit(context: *mut SluiceContext, name: *const c_char, json: *const c_char) -> i32 {
    let body = |call: &mut Call<'_, '_>| {
        // SAFETY: the plugin vouches for the texts.
        let (name, value) = unsafe { (str_of(name), str_of(json)) };
        let (Some(lane), Some(name)) = (call.lane.as_deref_mut(), name) else {
            return call.refuse(SLUICE_REFUSED, "an event needs a name in UTF-8, and a node that is at work");
        };
        lane.emit(name.to_owned(), value.unwrap_or_default().to_owned());
        SLUICE_OK
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, SLUICE_REFUSED, body) }
}

unsafe extern "C" fn fault(context: *mut SluiceContext, text: *const c_char) {
    // SAFETY: the plugin vouches for the text.
    let said = unsafe { str_of(text) }.map(str::to_owned);
    if context.is_null() {
        REGISTERING.set(said);
        return;
    }
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, (), |call| call.fault = said) }
}

unsafe extern "C" fn reason(context: *mut SluiceContext) -> *const c_char {
    let body = |call: &mut Call<'_, '_>| call.reason.as_ref().map_or(ptr::null(), |reason| reason.as_ptr());
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, ptr::null(), body) }
}

unsafe extern "C" fn keep(context: *mut SluiceContext, bytes: *const c_void, length: usize) {
    let body = |call: &mut Call<'_, '_>| {
        if !bytes.is_null() {
            // SAFETY: the plugin vouches for the bytes.
            call.state.extend_from_slice(unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length) });
        }
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, (), body) }
}

unsafe extern "C" fn answer(context: *mut SluiceContext, json: *const c_char) {
    let body = |call: &mut Call<'_, '_>| {
        // SAFETY: the plugin vouches for the text.
        call.answer = unsafe { str_of(json) }.map(str::to_owned);
    };
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, (), body) }
}

unsafe extern "C" fn waker(context: *mut SluiceContext) -> *mut SluiceWaker {
    let body = |call: &mut Call<'_, '_>| Box::into_raw(Box::new(call.bell.clone())).cast();
    // SAFETY: the plugin vouches for the context.
    unsafe { with(context, ptr::null_mut(), body) }
}

unsafe extern "C" fn wake(waker: *mut SluiceWaker) {
    if !waker.is_null() {
        // SAFETY: the plugin vouches that the waker was not dropped. Bells do not panic.
        unsafe { &*waker.cast::<Bell>() }.ring();
    }
}

unsafe extern "C" fn drop_waker(waker: *mut SluiceWaker) {
    if !waker.is_null() {
        // SAFETY: the plugin vouches that this is the waker's last use.
        drop(unsafe { Box::from_raw(waker.cast::<Bell>()) });
    }
}

fn kind_of(shape: Shape<'_>) -> u8 {
    match shape {
        Shape::Audio { .. } => kind::AUDIO,
        Shape::Video { .. } => kind::VIDEO,
        Shape::Encoded { .. } => kind::ENCODED,
        Shape::Packet { .. } => kind::PACKET,
        Shape::Data { .. } => kind::DATA,
    }
}

/// # Safety
///
/// The shape, its fields and their names are readable for `'a`.
unsafe fn read_shape<'a>(
    shape: *const SluiceShape,
    fields: &'a mut [(&'a [u8], Element); MAX_FIELDS],
) -> Result<Shape<'a>, String> {
    // SAFETY: the caller vouches for the shape, of which the size is read first.
    if shape.is_null() || unsafe { (*shape).size } < SHAPE_BYTES {
        return Err("the shape is null, or its size is not set".into());
    }
    // SAFETY: as above; it has all the fields that are known here.
    let &SluiceShape { kind: found, format, width, height, count, capacity, .. } = unsafe { &*shape };
    let format = u8::try_from(format).map_err(|_| format!("there is no format {format}"))?;
    match u8::try_from(found).unwrap_or(0) {
        kind::AUDIO => Ok(Shape::Audio { rate_hz: height, channels: width, samples: count }),
        kind::VIDEO => Ok(Shape::Video { format, width, height }),
        kind::ENCODED => Ok(Shape::Encoded { codec: format, width, height, bytes: capacity }),
        kind::PACKET => {
            // SAFETY: as above.
            let fields = unsafe { read_fields(&*shape, fields) }?;
            Ok(Shape::Packet { fields, capacity, records: count })
        }
        kind::DATA => Ok(Shape::Data { bytes: capacity }),
        _ => Err(format!("there is no kind {found} of frames")),
    }
}

/// # Safety
///
/// As [`read_shape`].
unsafe fn read_fields<'a>(
    shape: &SluiceShape,
    fields: &'a mut [(&'a [u8], Element); MAX_FIELDS],
) -> Result<&'a [(&'a [u8], Element)], String> {
    let count = shape.field_count as usize;
    if shape.fields.is_null() || count > MAX_FIELDS {
        return Err(format!("a record has {count} fields, wanted 1 to {MAX_FIELDS}"));
    }
    for (index, place) in fields[..count].iter_mut().enumerate() {
        // SAFETY: the caller vouches for the fields.
        let SluiceField { name, element, .. } = unsafe { *shape.fields.add(index) };
        let element = Element::from_number(element).ok_or_else(|| format!("there is no element {element}"))?;
        if name.is_null() {
            return Err(format!("the name of field {index} is null"));
        }
        // SAFETY: the caller vouches for the name.
        *place = (unsafe { CStr::from_ptr(name) }.to_bytes(), element);
    }
    Ok(&fields[..count])
}

/// # Safety
///
/// `into` is null, or has as many bytes as it says.
unsafe fn tell_info(call: &mut Call<'_, '_>, found: &FrameInfo, into: *mut SluiceFrameInfo) -> i32 {
    // SAFETY: the caller vouches for the place, of which the size is read first.
    if into.is_null() || unsafe { (*into).size } < INFO_BYTES {
        return call.refuse(SLUICE_REFUSED, "the place for the information is null, or its size is not set");
    }
    let [pts_ns, dts_ns, duration_ns, ingress_ns] = found.times_ns;
    // SAFETY: as above; it has all the fields that are known here, and its size stays.
    unsafe {
        *into = SluiceFrameInfo {
            size: (*into).size,
            kind: u32::from(found.kind),
            format: u32::from(found.format),
            flags: u32::from(found.flags),
            width: found.width,
            height: found.height,
            count: found.count,
            planes: found.planes,
            payload_bytes: found.payload_bytes,
            slot_bytes: found.slot_bytes,
            pts_ns,
            dts_ns,
            duration_ns,
            ingress_ns,
            sequence: found.sequence,
        };
    }
    SLUICE_OK
}

/// # Safety
///
/// As [`tell_info`].
unsafe fn tell_plane(call: &mut Call<'_, '_>, found: Option<(*mut u8, Plane)>, into: *mut SluicePlane) -> *mut c_void {
    let Some((start, plane)) = found else { return ptr::null_mut() };
    // SAFETY: the caller vouches for the place, of which the size is read first.
    if into.is_null() || unsafe { (*into).size } < PLANE_BYTES {
        return call.refuse(ptr::null_mut(), "the place for the plane is null, or its size is not set");
    }
    let Plane { element, count, capacity, rows, stride, .. } = plane;
    // SAFETY: as above; it has all the fields that are known here, and its size stays.
    unsafe { *into = SluicePlane { size: (*into).size, element: element as u32, count, capacity, rows, stride } };
    start.cast()
}
