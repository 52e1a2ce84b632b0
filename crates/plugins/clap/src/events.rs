//! Events for a plugin, and what it says in return: lists as the interface wants them.

use std::ffi::c_void;
use std::marker::PhantomData;

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_MIDI, CLAP_EVENT_NOTE_OFF, CLAP_EVENT_NOTE_ON, CLAP_EVENT_PARAM_VALUE,
    clap_event_header, clap_event_midi, clap_event_note, clap_event_param_value, clap_input_events, clap_output_events,
};

use crate::parameters::Parameter;

/// An event, with its place in the block as its time.
#[derive(Clone, Copy)]
pub(crate) enum Event {
    Parameter(clap_event_param_value),
    Note(clap_event_note),
    Midi(clap_event_midi),
}

/// A note as a message has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Note {
    pub(crate) is_on: bool,
    /// 0 to 127.
    pub(crate) key: u8,
    /// 0 to 1.
    pub(crate) velocity: f64,
    /// 0 to 15.
    pub(crate) channel: u8,
    pub(crate) port: u16,
    /// -1: none.
    pub(crate) id: i32,
}

impl Event {
    /// A parameter's new value, for all notes.
    pub(crate) fn parameter(parameter: &Parameter, value: f64) -> Self {
        Self::Parameter(clap_event_param_value {
            header: header::<clap_event_param_value>(CLAP_EVENT_PARAM_VALUE),
            param_id: parameter.id,
            cookie: parameter.cookie,
            note_id: -1,
            port_index: -1,
            channel: -1,
            key: -1,
            value,
        })
    }

    /// A note, in the interface's own form.
    pub(crate) fn note(note: &Note) -> Self {
        let kind = if note.is_on { CLAP_EVENT_NOTE_ON } else { CLAP_EVENT_NOTE_OFF };
        Self::Note(clap_event_note {
            header: header::<clap_event_note>(kind),
            note_id: note.id,
            port_index: note.port as i16,
            channel: i16::from(note.channel),
            key: i16::from(note.key),
            velocity: note.velocity,
        })
    }

    /// A message of MIDI 1.0.
    pub(crate) fn midi(port: u16, data: [u8; 3]) -> Self {
        Self::Midi(clap_event_midi { header: header::<clap_event_midi>(CLAP_EVENT_MIDI), port_index: port, data })
    }

    /// A note as a message of MIDI 1.0. A velocity above 0 stays above it: 0 would be the note's end.
    pub(crate) fn note_as_midi(note: &Note) -> Self {
        let velocity = (note.velocity * 127.0).round() as u8;
        let (status, velocity) = if note.is_on { (0x90, velocity.max(1)) } else { (0x80, velocity) };
        Self::midi(note.port, [status | note.channel, note.key, velocity])
    }

    /// The event at a sample of the block.
    pub(crate) fn at(mut self, sample: u32) -> Self {
        match &mut self {
            Self::Parameter(event) => event.header.time = sample,
            Self::Note(event) => event.header.time = sample,
            Self::Midi(event) => event.header.time = sample,
        }
        self
    }

    /// Its sample in the block.
    pub(crate) fn time(&self) -> u32 {
        self.header().time
    }

    fn header(&self) -> &clap_event_header {
        match self {
            Self::Parameter(event) => &event.header,
            Self::Note(event) => &event.header,
            Self::Midi(event) => &event.header,
        }
    }
}

fn header<T>(kind: u16) -> clap_event_header {
    clap_event_header {
        size: size_of::<T>() as u32,
        time: 0,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_: kind,
        flags: 0,
    }
}

/// Events as a plugin reads them, in the order of their times.
pub(crate) struct InputList<'a> {
    table: clap_input_events,
    lives: PhantomData<&'a [Event]>,
}

impl<'a> InputList<'a> {
    /// `events` is a place for a slice whose address the list has.
    pub(crate) fn new(events: &'a &'a [Event]) -> Self {
        let ctx = (&raw const *events).cast_mut().cast::<c_void>();
        Self { table: clap_input_events { ctx, size: Some(size), get: Some(get) }, lives: PhantomData }
    }

    pub(crate) fn table(&self) -> *const clap_input_events {
        &raw const self.table
    }
}

/// # Safety
///
/// `list` is that of an [`InputList`].
unsafe fn events_of<'a>(list: *const clap_input_events) -> &'a [Event] {
    // SAFETY: `InputList::new` has stored the address of a slice that lives as long as the list.
    unsafe { *(*list).ctx.cast::<&[Event]>() }
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: a plugin passes the list that it was given.
    unsafe { events_of(list) }.len() as u32
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: as above.
    let event = unsafe { events_of(list) }.get(index as usize);
    // The header is the beginning of the event, which the plugin reads whole.
    event.map_or(std::ptr::null(), |event| match event {
        Event::Parameter(event) => (&raw const *event).cast(),
        Event::Note(event) => (&raw const *event).cast(),
        Event::Midi(event) => (&raw const *event).cast(),
    })
}

/// What a plugin says of itself while it processes: only how many events it gives is kept.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) events: f64,
}

impl Said {
    /// The list that a plugin writes to, as long as nothing else uses this.
    pub(crate) fn list(&mut self) -> clap_output_events {
        clap_output_events { ctx: (&raw mut *self).cast(), try_push: Some(push) }
    }
}

unsafe extern "C" fn push(list: *const clap_output_events, event: *const clap_event_header) -> bool {
    if event.is_null() {
        return false;
    }
    // SAFETY: `Said::list` has stored the address, and the borrow of it lasts as long as the plugin's call.
    unsafe { (*(*list).ctx.cast::<Said>()).events += 1.0 };
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_reads_each_event_with_its_time_and_nothing_behind_them() {
        let note = Note { is_on: true, key: 60, velocity: 0.001, channel: 2, port: 0, id: -1 };
        let events = [Event::note(&note).at(3), Event::note_as_midi(&note).at(5)];
        let all: &[Event] = &events;
        let list = InputList::new(&all);
        // SAFETY: the list lives, and so do its events.
        unsafe {
            assert_eq!(size(list.table()), 2);
            let first = &*get(list.table(), 0).cast::<clap_event_note>();
            assert_eq!((first.header.time, first.header.size as usize, first.key), (3, size_of_val(first), 60));
            let second = &*get(list.table(), 1).cast::<clap_event_midi>();
            assert_eq!((second.header.time, second.data), (5, [0x92, 60, 1]));
            assert!(get(list.table(), 2).is_null());
        }
    }
}
