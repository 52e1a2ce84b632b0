//! Messages of the input `eventsIn`: what is to happen, and at which sample. They wait until the block that has it.

use serde_json::{Map, Value};

use crate::events::{Event, Note};

/// Most events that wait for their time.
const MOST_WAITING: usize = 65_536;

/// When something is to happen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum When {
    /// With the next block.
    Now,
    /// At this media time, nanoseconds.
    Ns(f64),
    /// At this sample of the stream, counted from 0.
    Sample(f64),
}

/// What is to happen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    Set { parameter: String, value: Value },
    Note(Note),
    Midi { port: u16, data: [u8; 3] },
}

/// What one value of the input says, or each of a list of those, or what is wrong with it.
pub(crate) fn read(value: &Value, frame_pts_ns: f64) -> Vec<Result<(When, What), String>> {
    match value {
        Value::Array(list) => list.iter().map(|each| read_one(each, frame_pts_ns)).collect(),
        one => vec![read_one(one, frame_pts_ns)],
    }
}

fn read_one(value: &Value, frame_pts_ns: f64) -> Result<(When, What), String> {
    const WANTED: &str = "wanted { parameter, value }, { noteOn }, { noteOff } or { midi }, with ptsNs or atSample";
    let map = value.as_object().ok_or_else(|| format!("the message is {value}, {WANTED}"))?;
    const KEYS: [&str; 8] = ["ptsNs", "atSample", "parameter", "value", "noteOn", "noteOff", "midi", "port"];
    if let Some(key) = map.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("the message has the key \"{key}\", {WANTED}"));
    }
    let when = match (number(map, "ptsNs")?, number(map, "atSample")?) {
        (Some(ns), None) => When::Ns(ns),
        (None, Some(sample)) => When::Sample(sample),
        (None, None) if frame_pts_ns.is_finite() => When::Ns(frame_pts_ns),
        (None, None) => When::Now,
        _ => return Err("the message has ptsNs and atSample, wanted one of them".into()),
    };
    let what = match (map.get("parameter"), map.get("noteOn"), map.get("noteOff"), map.get("midi")) {
        (Some(parameter), None, None, None) => {
            let parameter = match parameter {
                Value::String(name) => name.clone(),
                Value::Number(id) => id.to_string(),
                other => return Err(format!("parameter is {other}, wanted a name or an id")),
            };
            let value = map.get("value").ok_or_else(|| format!("the message sets \"{parameter}\" and has no value"))?;
            What::Set { parameter, value: value.clone() }
        }
        (None, Some(note), None, None) => What::Note(read_note(note, true)?),
        (None, None, Some(note), None) => What::Note(read_note(note, false)?),
        (None, None, None, Some(bytes)) => {
            let port = whole(map, "port", 0.0..=65_535.0)?.unwrap_or(0.0) as u16;
            What::Midi { port, data: read_midi(bytes)? }
        }
        _ => return Err(format!("the message is {value}, {WANTED}")),
    };
    Ok((when, what))
}

fn read_note(value: &Value, is_on: bool) -> Result<Note, String> {
    let map = value
        .as_object()
        .ok_or_else(|| format!("the note is {value}, wanted {{ key, velocity, channel, port, id }}"))?;
    let key = whole(map, "key", 0.0..=127.0)?.ok_or("the note has no key, wanted 0 to 127")?;
    let velocity = number(map, "velocity")?.unwrap_or(if is_on { 1.0 } else { 0.0 });
    if !(0.0..=1.0).contains(&velocity) {
        return Err(format!("velocity is {velocity}, wanted 0 to 1"));
    }
    Ok(Note {
        is_on,
        key: key as u8,
        velocity,
        channel: whole(map, "channel", 0.0..=15.0)?.unwrap_or(0.0) as u8,
        port: whole(map, "port", 0.0..=32_767.0)?.unwrap_or(0.0) as u16,
        id: whole(map, "id", 0.0..=f64::from(i32::MAX))?.unwrap_or(-1.0) as i32,
    })
}

/// A message of two bytes gets a third one, 0.
fn read_midi(value: &Value) -> Result<[u8; 3], String> {
    let refused = || {
        format!("midi is {value}, wanted a list of 1 to 3 bytes, the first one from 128 to 255 and the others below")
    };
    let list = value.as_array().filter(|list| (1..=3).contains(&list.len())).ok_or_else(refused)?;
    let mut data = [0; 3];
    for (at, (place, byte)) in data.iter_mut().zip(list).enumerate() {
        let byte =
            byte.as_f64().filter(|byte| byte.fract() == 0.0 && (0.0..256.0).contains(byte)).ok_or_else(refused)?;
        if (byte >= 128.0) != (at == 0) {
            return Err(refused());
        }
        *place = byte as u8;
    }
    Ok(data)
}

fn number(map: &Map<String, Value>, key: &str) -> Result<Option<f64>, String> {
    let Some(value) = map.get(key) else { return Ok(None) };
    value.as_f64().map(Some).ok_or_else(|| format!("{key} is {value}, wanted a number"))
}

fn whole(map: &Map<String, Value>, key: &str, range: std::ops::RangeInclusive<f64>) -> Result<Option<f64>, String> {
    let found = number(map, key)?;
    match found {
        Some(value) if value.fract() != 0.0 || !range.contains(&value) => {
            Err(format!("{key} is {value}, wanted a whole number from {} to {}", range.start(), range.end()))
        }
        _ => Ok(found),
    }
}

/// A block of a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub(crate) pts_ns: f64,
    pub(crate) rate_hz: f64,
    pub(crate) samples: u32,
    /// How many samples of the stream were before it.
    pub(crate) before: f64,
}

impl Block {
    /// At which of its samples something happens; those of other blocks lie outside.
    fn place(&self, when: When) -> f64 {
        match when {
            When::Now => 0.0,
            When::Ns(ns) => self.place_ns(ns),
            When::Sample(sample) => (sample - self.before).round(),
        }
    }

    /// At which of its samples a media time is.
    pub(crate) fn place_ns(&self, ns: f64) -> f64 {
        ((ns - self.pts_ns) * self.rate_hz / 1e9).round()
    }
}

/// Events that wait for their time.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Vec<(When, Event)>,
    /// The time of the newest message, so that no later one is for an earlier time.
    newest: Option<When>,
}

impl Queue {
    /// Adds an event.
    ///
    /// # Errors
    ///
    /// Too many wait.
    pub(crate) fn add(&mut self, when: When, event: Event) -> Result<(), String> {
        if self.waiting.len() >= MOST_WAITING {
            return Err(format!("{MOST_WAITING} events wait for their time already; send them nearer to it"));
        }
        self.waiting.push((when, event));
        Ok(())
    }

    /// Notes that messages up to this time have come.
    pub(crate) fn note(&mut self, when: When) {
        self.newest = Some(when);
    }

    /// Whether all messages for a block have come.
    pub(crate) fn has_all(&self, block: &Block) -> bool {
        self.newest.is_some_and(|newest| newest != When::Now && block.place(newest) >= f64::from(block.samples))
    }

    /// Takes the events of a block, with their places in it, in order; what is late comes with its first sample.
    pub(crate) fn take(&mut self, block: &Block, events: &mut Vec<Event>) {
        events.clear();
        self.waiting.retain(|(when, event)| {
            let place = block.place(*when);
            let is_later = place >= f64::from(block.samples);
            if !is_later {
                events.push(event.at(place.max(0.0) as u32));
            }
            is_later
        });
        events.sort_by_key(Event::time);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn read_takes_each_kind_of_message_and_lists_of_them() {
        let told = json!([
            { "parameter": "Gain", "value": 0.5, "atSample": 7 },
            { "noteOn": { "key": 60, "velocity": 0.25, "channel": 3 }, "ptsNs": 5 },
            { "midi": [192, 5] },
        ]);
        let note = Note { is_on: true, key: 60, velocity: 0.25, channel: 3, port: 0, id: -1 };
        let set = What::Set { parameter: "Gain".into(), value: json!(0.5) };
        let midi = What::Midi { port: 0, data: [192, 5, 0] };
        let wanted = [(When::Sample(7.0), set), (When::Ns(5.0), What::Note(note)), (When::Ns(9.0), midi)];
        assert_eq!(read(&told, 9.0), wanted.map(Ok));
        assert_eq!(read_one(&json!({ "noteOff": { "key": 1 } }), f64::NAN).unwrap().0, When::Now);
        let mixed = read(&json!([{ "midi": [1] }, { "midi": [192, 5] }]), 0.0);
        assert!(mixed[0].is_err() && mixed[1].is_ok());
    }

    #[test]
    fn read_tells_what_is_wrong_with_a_message() {
        for (message, told) in [
            (json!(3), "the message is 3, wanted { parameter, value }"),
            (json!({ "gain": 1 }), "the message has the key \"gain\", wanted"),
            (json!({ "parameter": "Gain" }), "the message sets \"Gain\" and has no value"),
            (json!({ "midi": [144, 1], "atSample": null }), "atSample is null, wanted a number"),
            (json!({ "noteOn": { "key": 128 } }), "key is 128, wanted a whole number from 0 to 127"),
            (json!({ "noteOn": { "key": 1, "velocity": 100 } }), "velocity is 100, wanted 0 to 1"),
            (json!({ "midi": [60, 1, 2] }), "midi is [60,1,2], wanted a list of 1 to 3 bytes"),
            (json!({ "midi": [144, 1], "ptsNs": 1, "atSample": 1 }), "the message has ptsNs and atSample"),
            (json!({ "noteOn": { "key": 1 }, "midi": [144] }), "the message is {"),
        ] {
            let why = read_one(&message, 0.0).unwrap_err();
            assert!(why.starts_with(told), "{why}");
        }
    }

    #[test]
    fn events_come_in_the_block_of_their_time_at_their_sample() {
        let mut queue = Queue::default();
        let midi = |byte| Event::midi(0, [128, byte, 0]);
        queue.add(When::Sample(12.0), midi(1)).unwrap();
        queue.add(When::Ns(1_003e6), midi(2)).unwrap();
        queue.add(When::Ns(0.0), midi(3)).unwrap();
        queue.add(When::Now, midi(4)).unwrap();
        let mut taken = Vec::new();
        let mut block = Block { pts_ns: 1e9, rate_hz: 1e3, samples: 8, before: 0.0 };
        let mut places = |block: &Block| {
            queue.take(block, &mut taken);
            let byte = |event: &Event| if let Event::Midi(event) = event { event.data[1] } else { 0 };
            taken.iter().map(|event| (event.time(), byte(event))).collect::<Vec<_>>()
        };
        assert_eq!(places(&block), [(0, 3), (0, 4), (3, 2)]);
        (block.pts_ns, block.before) = (1.008e9, 8.0);
        assert_eq!(places(&block), [(4, 1)]);
        assert_eq!(places(&block), []);
    }

    #[test]
    fn a_block_waits_for_messages_until_one_is_for_a_later_time() {
        let mut queue = Queue::default();
        let block = Block { pts_ns: 0.0, rate_hz: 1e3, samples: 8, before: 0.0 };
        assert!(!queue.has_all(&block));
        queue.note(When::Ns(7e6));
        assert!(!queue.has_all(&block));
        queue.note(When::Ns(8e6));
        assert!(queue.has_all(&block));
    }
}
