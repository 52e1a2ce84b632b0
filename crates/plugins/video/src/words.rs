//! The text of an overlay: words, and what is filled in.

use std::collections::VecDeque;
use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use sluice_stage::abi::SluiceFrameInfo;

/// A text with places that are filled in for each picture.
#[derive(Default)]
pub(crate) struct Words(Vec<Part>);

enum Part {
    Plain(String),
    Fact(Fact),
}

#[derive(Clone, Copy)]
enum Fact {
    Time,
    Clock,
    Frame,
    Rate,
    Age,
    Drops,
    Size,
}

const FACTS: [(&str, Fact); 7] = [
    ("{time}", Fact::Time),
    ("{clock}", Fact::Clock),
    ("{frame}", Fact::Frame),
    ("{rate}", Fact::Rate),
    ("{age}", Fact::Age),
    ("{drops}", Fact::Drops),
    ("{size}", Fact::Size),
];

/// What is counted from picture to picture.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) frames: u64,
    drops: u64,
    /// When the pictures of the last second came, nanoseconds.
    arrivals: VecDeque<f64>,
}

impl Facts {
    /// Counts a picture that has come.
    pub(crate) fn count(&mut self, gap: bool, now_ns: f64) {
        self.drops += u64::from(gap);
        self.arrivals.push_back(now_ns);
        while self.arrivals.front().is_some_and(|at| now_ns - at >= 1e9) {
            self.arrivals.pop_front();
        }
    }
}

impl Words {
    pub(crate) fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let found = FACTS.iter().filter_map(|(name, fact)| Some((rest.find(name)?, *name, *fact)));
            let Some((at, name, fact)) = found.min_by_key(|(at, ..)| *at) else { break };
            parts.push(Part::Plain(rest[..at].into()));
            parts.push(Part::Fact(fact));
            rest = &rest[at + name.len()..];
        }
        parts.push(Part::Plain(rest.into()));
        Self(parts)
    }

    /// Writes the text of a picture.
    pub(crate) fn write(&self, facts: &Facts, info: &SluiceFrameInfo, now_ns: f64, into: &mut String) {
        for part in &self.0 {
            // Writing to a string does not fail.
            let _ = match part {
                Part::Plain(text) => into.write_str(text),
                Part::Fact(Fact::Time) => write_time(info.pts_ns.max(0.0) / 1e9, true, into),
                Part::Fact(Fact::Clock) => write_time(seconds_of_day(), false, into),
                Part::Fact(Fact::Frame) => write!(into, "{}", facts.frames),
                Part::Fact(Fact::Rate) => write!(into, "{}", facts.arrivals.len()),
                Part::Fact(Fact::Age) => write!(into, "{:.1}", (now_ns - info.ingress_ns).max(0.0) / 1e6),
                Part::Fact(Fact::Drops) => write!(into, "{}", facts.drops),
                Part::Fact(Fact::Size) => write!(into, "{} × {}", info.width, info.height),
            };
        }
    }
}

fn seconds_of_day() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| (since.as_secs() % 86_400) as f64)
}

fn write_time(seconds: f64, fine: bool, into: &mut String) -> std::fmt::Result {
    let milliseconds = (seconds * 1e3).floor() as u64;
    let whole = milliseconds / 1_000;
    write!(into, "{:02}:{:02}:{:02}", whole / 3_600, whole / 60 % 60, whole % 60)?;
    if fine { write!(into, ".{:03}", milliseconds % 1_000) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_filled_in_and_other_braces_stay() {
        let info = SluiceFrameInfo { pts_ns: 3_723_456_000_000.0, ingress_ns: 1e6, width: 64, height: 48, ..empty() };
        let mut facts = Facts { frames: 7, ..Facts::default() };
        for at in [0.0, 0.5e9, 1.2e9] {
            facts.count(at > 1e9, at);
        }
        let mut text = String::new();
        Words::new("{time} #{frame} {rate}/s {age} ms {drops} {size} {x}").write(&facts, &info, 3.5e6, &mut text);
        assert_eq!(text, "01:02:03.456 #7 2/s 2.5 ms 1 64 × 48 {x}");
    }

    fn empty() -> SluiceFrameInfo {
        SluiceFrameInfo {
            size: 0,
            kind: 0,
            format: 0,
            flags: 0,
            width: 0,
            height: 0,
            count: 0,
            planes: 0,
            payload_bytes: 0,
            slot_bytes: 0,
            pts_ns: 0.0,
            dts_ns: 0.0,
            duration_ns: 0.0,
            ingress_ns: 0.0,
            sequence: 0.0,
            gain_q8: 0,
            pixel_aspect: 0,
        }
    }
}
