//! `org.sluice.clap.clap`: audio through a CLAP plugin.

use std::collections::BTreeMap;
use std::ffi::CStr;

use serde_json::{Map, Value, json};
use sluice_stage::abi::{SLUICE_DISCONTINUITY, SluiceFrameInfo};
use sluice_stage::{Context, Figure, Frame, InputState, Next, Port, Stage};

use crate::base64;
use crate::events::Event;
use crate::messages::{self, Block, Queue, What, When};
use crate::nodes::{self, Node};
use crate::plugin::Plugin;
use crate::saved::Saved;
use crate::settings::{SCHEMA, Settings, parameters};
use crate::side_input::SideInput;
use crate::stream::Stream;
use crate::values;

const AUDIO: u32 = 0;
const EVENTS: u32 = 1;
/// The first one of the further inputs.
const FIRST_SIDE: u32 = 2;

/// A plugin may be late by so much.
const MOST_LATE_SECONDS: f64 = 60.0;

/// So many refused messages are told of.
const MOST_TOLD: f64 = 5.0;

/// Hosts a plugin.
pub struct Clap {
    settings: Settings,
    /// Its node type, if it is one for this plugin alone.
    node: Option<&'static Node>,
    /// The inputs of the plugin beside the main one, as many as the stage has, and how many outputs that has.
    sides: Vec<SideInput>,
    outputs: usize,
    /// The key `parameters` that the plugin follows.
    wanted: Map<String, Value>,
    /// The values that parameters have where nothing names them.
    first: BTreeMap<u32, f64>,
    plugin: Plugin,
    queue: Queue,
    events: Vec<Event>,
    /// The stream while the plugin is active.
    stream: Option<Stream>,
    /// Whether what was late was let out, before a gap or another rate.
    has_settled: bool,
    /// The plugin wants to be activated anew.
    restarts: bool,
    /// Samples that have come.
    taken: f64,
    /// What is to be said as soon as there is a call.
    warnings: Vec<String>,
    blocks: f64,
    sent: f64,
    refused: f64,
}

impl Stage for Clap {
    const ID: &'static CStr = c"org.sluice.clap.clap";
    const NAME: &'static CStr = c"CLAP";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Puts audio through a CLAP plugin: an effect or an instrument.\n\n\
        `path` and `plugin` name it; `sluice clap list` tells which there are, `sluice clap info PATH` its ports and \
        parameters. On Linux it runs in a process of its own unless the node says `\"isolate\": false`, so that a plugin \
        which crashes, or hangs for longer than `callTimeoutMs`, fails its node alone; the node's `supervision` says whether \
        it is loaded again, or the graph goes on without it.\n\n\
        - **Node types of their own.** `sluice clap scan` makes a node type for each plugin: with all of its ports, and a key \
        for each parameter, which has a range, may change while it runs, and is a type error in the editor if it is wrong.\n\
        - **Ports.** Audio goes to the main input of the plugin and comes from its main output; the number of channels has \
        to be that of the port. `audioIn2` goes to its second input, such as a side chain: each sample at its time, and \
        silence where it has none. A live graph waits `waitMs` for it. Further inputs get silence, and what further \
        outputs give goes nowhere, unless the node type has them. An instrument without an audio input takes only the pace \
        of `audioIn`, and no sound. Blocks may have any length and rate; at another rate the plugin is activated anew.\n\
        - **Blocks.** The plugin always gets `blockSize` samples at once, since many count on that. What comes out is late by \
        as many at most; its times are those at which it came.\n\
        - **Parameters.** A change of `parameters` sets those whose values differ from before, with the next block, and those \
        that it names no more go back to the values that they had at first. Numbers have to be in the parameter's range; a \
        text is what the plugin makes of it, such as `\"-6 dB\"`.\n\
        - **Events.** A value of `eventsIn`, or each of a list, is one of `{parameter, value}`, `{noteOn: {key, velocity, \
        channel, port, id}}`, `{noteOff: {key}}` and `{midi: [144, 60, 100]}`, with velocities from 0 to 1. `atSample` says \
        at which sample of the stream, counted from 0, it happens, or `ptsNs` at which media time, by default that of its \
        frame. Values come in the order of their times. An offline graph waits with a block until a value for a later time \
        has come, or the input ends; so their link needs a `capacity` where both have one source. A live graph does not \
        wait: what is late happens with the next block. What cannot be used is logged, the first five times, and the figure \
        `refusedEvents` counts it.\n\
        - **Latency.** The plugin's own latency is compensated: as many samples as the figure `latencySamples` are dropped at \
        the beginning, and every sample leaves with the time at which it came in. A gap is kept, too.\n\
        - **Ends.** Behind the last block comes what is still on its way, and then the tail: for as long as the plugin says, \
        or until it is silent for a second, at most `tailSeconds`. It comes at once, also in a live graph.\n\
        - **State.** The [command](../writing_processors.md#commands) `saveState` answers it for the key `state` of a graph \
        file. Where the node is replaced by one with the same plugin, the plugin's state goes on, and so do all parameters \
        but those that the new node sets to something else.\n\
        - **Threads.** The lane's thread is the plugin's main thread between blocks, and its audio thread in one; a plugin \
        that asks is told so. Without a process of their own, nodes with plugins of one file belong on one lane.\n\n\
        A plugin that answers an error, gives samples that are no finite numbers, or has no audio output, fails the node \
        with the reason. Of the interface it is offered parameters, state, latency, tail, audio ports, note ports, log and \
        thread check; there is no window.\n\n\
        **Example.** `tone-source durationSeconds=1 ! clap path=ZamTube ! wav-sink path=warm.wav`";
    const CONFIG: Option<&'static CStr> = Some(SCHEMA);
    const INPUTS: &'static [Port] = &[
        Port::audio(c"audioIn", c"Audio with as many channels as the plugin's main input."),
        Self::events(),
        Port::audio(
            c"audioIn2",
            c"Audio for the plugin's second input, such as a side chain, at the times of audioIn.",
        )
        .optional(),
    ];
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audioOut", c"What the plugin makes of it, at the same times.")];
    const FIGURES: &'static [Figure] = &[
        Figure::new(c"blocks"),
        Figure::new(c"latencySamples"),
        Figure::new(c"events"),
        Figure::new(c"refusedEvents"),
    ];

    fn create(context: &mut Context) -> Result<Self, String> {
        let settings = Settings::read(context)?;
        let node = nodes::find(&settings.plugin);
        let wanted = parameters(context, node)?;
        Self::new(settings, node, wanted).map_err(|why| format!("cannot load the plugin: {why}"))
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        self.speak(context);
        let next = self.process_all(context);
        self.speak(context);
        next
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        // Nobody reads what comes out, or the node was ended.
        if context.input_state(AUDIO) == InputState::Open {
            return Ok(Next::WhenFramesCome);
        }
        let next = self.process_all(context).and_then(|next| match next {
            Next::WhenFramesCome => self.let_out_rest(context),
            Next::Again => Ok(next),
        });
        self.speak(context);
        next
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        let wanted = parameters(context, self.node)?;
        self.follow(wanted)
    }

    fn command(&mut self, _context: &mut Context, name: &str, _json: &str) -> Result<String, String> {
        match name {
            "saveState" => {
                let state = self.plugin.save_state()?;
                Ok(json!({ "state": base64::encode(&state) }).to_string())
            }
            "parameters" => Ok(json!({ "parameters": self.plugin.describe_parameters() }).to_string()),
            _ => Err(format!("there is no command \"{name}\"; available: \"saveState\", \"parameters\"")),
        }
    }

    fn snapshot(&mut self) -> Vec<u8> {
        match self.plugin.save_state() {
            Ok(state) => Saved { id: self.plugin.id.clone(), settings: self.wanted.clone(), state }.write(),
            // The next instance says that it begins anew.
            Err(_) => b"none".into(),
        }
    }

    fn restore(&mut self, state: &[u8]) {
        let outcome = match Saved::read(state) {
            Some(saved) if saved.id == self.plugin.id => self.go_on_from(saved),
            // Another plugin has taken the place.
            Some(_) => Ok(()),
            None => Err("the node before has left no state that can be read".into()),
        };
        if let Err(why) = outcome {
            self.warnings.push(self.plugin.fault(&format!("it begins anew: {why}")));
        }
    }

    fn figures(&mut self, values: &mut [f64]) {
        let latency = self.stream.as_ref().map_or(0, |stream| stream.latency);
        values.copy_from_slice(&[self.blocks, f64::from(latency), self.sent, self.refused]);
    }
}

impl Clap {
    /// The input for events.
    pub(crate) const fn events() -> Port {
        Port::data(c"eventsIn", c"Changes of parameters, notes and MIDI, each with its time.").optional()
    }

    fn new(settings: Settings, node: Option<&'static Node>, wanted: Map<String, Value>) -> Result<Self, String> {
        let plugin = Plugin::load(&settings.path, &settings.plugin)?;
        let sides = plugin.side_inputs(FIRST_SIDE);
        let further = node.map_or((1, 0), |node| node.further);
        if node.is_some() && (sides.len(), plugin.outputs() - 1) != further {
            return Err(plugin.fault("it has other ports than when it was scanned; run \"sluice clap scan\" again"));
        }
        let mut stage = Self {
            settings,
            node,
            sides: sides.into_iter().take(further.0).collect(),
            outputs: 1 + further.1,
            wanted: Map::new(),
            first: BTreeMap::new(),
            plugin,
            queue: Queue::default(),
            events: Vec::new(),
            stream: None,
            has_settled: false,
            restarts: false,
            taken: 0.0,
            warnings: Vec::new(),
            blocks: 0.0,
            sent: 0.0,
            refused: 0.0,
        };
        if !stage.settings.state.is_empty() {
            let state = base64::decode(&stage.settings.state).map_err(|why| format!("state is no base64: {why}"))?;
            stage.load_state(&state)?;
        }
        stage.first = stage.plugin.values();
        stage.follow(wanted)?;
        Ok(stage)
    }

    /// Takes all blocks that are there, as long as the output has room.
    fn process_all(&mut self, context: &mut Context) -> Result<Next, String> {
        loop {
            if !context.may_write() {
                return Ok(Next::Again);
            }
            self.restarts |= self.plugin.do_main_work();
            if let Some(stream) = &mut self.stream {
                let is_settled = stream.settle(context, &mut self.plugin.instance);
                if !is_settled.map_err(|why| self.plugin.fault(&why))? {
                    return Ok(Next::Again);
                }
            }
            let Some(info) = context.peek(AUDIO) else { break };
            if info.count > 0 && !self.prepare(&info)? {
                continue;
            }
            let rate_hz = f64::from(info.height);
            let block = Block { pts_ns: info.pts_ns, rate_hz, samples: info.count, before: self.taken };
            if !self.has_events(context, &block) || !self.has_sides(context, &block, info.ingress_ns)? {
                break;
            }
            let Some(frame) = context.read(AUDIO) else { break };
            self.pass(context, frame, &block, info.flags).map_err(|why| self.plugin.fault(&why))?;
        }
        if context.peek(AUDIO).is_none() && context.input_state(AUDIO) != InputState::Open {
            // What is for a time behind the end would hold up its source.
            for input in EVENTS..FIRST_SIDE + self.sides.len() as u32 {
                while let Some(frame) = context.read(input) {
                    context.release(frame);
                }
            }
        }
        Ok(Next::WhenFramesCome)
    }

    /// Lets out what is late, and what sounds behind it.
    fn let_out_rest(&mut self, context: &mut Context) -> Result<Next, String> {
        let Some(stream) = &mut self.stream else { return Ok(Next::WhenFramesCome) };
        if !std::mem::replace(&mut self.has_settled, true) {
            stream.owe();
        }
        let (instance, seconds) = (&mut self.plugin.instance, self.settings.tail_seconds);
        let is_over = stream
            .settle(context, instance)
            .and_then(|is_settled| Ok(is_settled && stream.let_out_tail(context, instance, seconds)?));
        let is_over = is_over.map_err(|why| self.plugin.fault(&why))?;
        Ok(if is_over { Next::WhenFramesCome } else { Next::Again })
    }

    /// Sets the parameters whose wanted values differ from those before. One that is not named any more goes back.
    fn follow(&mut self, wanted: Map<String, Value>) -> Result<(), String> {
        let changed = wanted.iter().filter(|&(key, value)| self.wanted.get(key) != Some(value));
        let mut events =
            changed.map(|(key, value)| self.plugin.set_event(key, value)).collect::<Result<Vec<_>, _>>()?;
        let named: Vec<_> = wanted.keys().filter_map(|key| self.plugin.parameter_id(key)).collect();
        let left = self.wanted.keys().filter(|key| !wanted.contains_key(*key));
        let ids = left.filter_map(|key| self.plugin.parameter_id(key)).filter(|id| !named.contains(id));
        events.extend(ids.filter_map(|id| self.plugin.value_event(id, *self.first.get(&id)?)));
        self.wanted = wanted;
        self.set_all(&events)
    }

    fn set_all(&mut self, events: &[Event]) -> Result<(), String> {
        if events.is_empty() || self.plugin.instance.set_parameters(events) {
            return Ok(());
        }
        events.iter().try_for_each(|event| self.queue.add(When::Now, *event))
    }

    fn go_on_from(&mut self, saved: Saved) -> Result<(), String> {
        self.load_state(&saved.state)?;
        // What the new node says otherwise than the old one holds.
        let wanted = std::mem::replace(&mut self.wanted, saved.settings);
        self.follow(wanted)
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), String> {
        let events = self.plugin.load_state(state)?;
        self.set_all(&events)
    }

    /// Makes the plugin ready for a block. `false`: first something is to be let out.
    fn prepare(&mut self, info: &SluiceFrameInfo) -> Result<bool, String> {
        self.plugin.check_channels(info.width)?;
        let Some(stream) = &mut self.stream else {
            self.activate(info.height)?;
            return Ok(true);
        };
        let is_other = stream.rate_hz != info.height || self.restarts;
        let half_ns = f64::from(info.count) * 0.5e9 / f64::from(info.height);
        let is_gap = !stream.in_end_ns.is_nan()
            && (info.flags & SLUICE_DISCONTINUITY != 0 || (info.pts_ns - stream.in_end_ns).abs() > half_ns);
        if !is_other && !is_gap {
            return Ok(true);
        }
        if !std::mem::replace(&mut self.has_settled, true) {
            stream.owe();
            return Ok(false);
        }
        self.has_settled = false;
        if is_other {
            self.activate(info.height)?;
        } else {
            stream.cross_gap();
        }
        Ok(true)
    }

    fn activate(&mut self, rate_hz: u32) -> Result<(), String> {
        self.restarts = false;
        self.stream = None;
        let block_size = self.settings.block_size;
        self.plugin.activate(rate_hz, block_size)?;
        let late = self.plugin.instance.latency_samples();
        if f64::from(late) > MOST_LATE_SECONDS * f64::from(rate_hz) {
            let why = format!("it says that it is {late} samples late, wanted {MOST_LATE_SECONDS} s at most");
            return Err(self.plugin.fault(&why));
        }
        let ports = (1 + self.sides.len(), self.outputs);
        self.stream = Some(Stream::new(&self.plugin.instance, rate_hz, block_size, ports));
        Ok(())
    }

    fn pass(&mut self, context: &mut Context, frame: Frame, block: &Block, flags: u32) -> Result<(), String> {
        let Some(stream) = self.stream.as_mut().filter(|_| block.samples > 0) else {
            context.release(frame);
            return Ok(());
        };
        self.queue.take(block, &mut self.events);
        stream.flag(flags);
        let extras = (&self.events[..], &self.sides[..]);
        stream.pass(context, &mut self.plugin.instance, frame, (block.pts_ns, block.samples), extras)?;
        self.sides.iter_mut().for_each(SideInput::end_block);
        self.taken += f64::from(block.samples);
        self.blocks += 1.0;
        self.sent += self.events.len() as f64;
        Ok(())
    }

    /// Takes what is to happen in a block. `false`: more of it may come.
    fn has_events(&mut self, context: &mut Context, block: &Block) -> bool {
        while !self.queue.has_all(block) {
            let Some(frame) = context.read(EVENTS) else {
                return context.is_live() || context.input_state(EVENTS) != InputState::Open;
            };
            let pts_ns = context.info(frame).map_or(f64::NAN, |info| info.pts_ns);
            let value = context.bytes(frame, 0).ok_or_else(|| "the value has no bytes".into()).and_then(values::read);
            context.release(frame);
            for message in value.map_or_else(|why| vec![Err(why)], |value| messages::read(&value, pts_ns)) {
                match message {
                    Ok((when, what)) => self.enter(when, what),
                    Err(why) => self.refuse(&why),
                }
            }
        }
        true
    }

    /// Takes what the further inputs have for a block. `false`: more of it may come, and is waited for.
    fn has_sides(&mut self, context: &mut Context, block: &Block, ingress_ns: f64) -> Result<bool, String> {
        let mut has_all = true;
        for side in self.sides.iter_mut().filter(|_| block.samples > 0) {
            has_all &= side.gather(context, block).map_err(|why| self.plugin.fault(&why))?;
        }
        let until_ns = ingress_ns + self.settings.wait_ns;
        if has_all || context.is_live() && context.now_ns() >= until_ns {
            return Ok(true);
        }
        if context.is_live() {
            context.wait_until_ns(until_ns);
        }
        Ok(false)
    }

    fn enter(&mut self, when: When, what: What) {
        self.queue.note(when);
        if let Err(why) = self.plugin.event(what).and_then(|event| self.queue.add(when, event)) {
            self.refuse(&why);
        }
    }

    fn refuse(&mut self, why: &str) {
        self.refused += 1.0;
        if self.refused <= MOST_TOLD {
            self.warnings.push(format!("a message of eventsIn is passed over: {why}"));
        }
    }

    /// Logs what the plugin and the stage have to say.
    fn speak(&mut self, context: &mut Context) {
        self.warnings.drain(..).for_each(|text| context.warn(&text));
        for line in self.plugin.instance.host.take_lines() {
            if line.is_warning { context.warn(&line.text) } else { context.log(&line.text) }
        }
    }
}
