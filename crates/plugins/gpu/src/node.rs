//! What all stages of this plugin do alike: pictures that come are uploaded unless they are on the device already, drawn
//! anew, and handed on as textures.
//!
//! A stage with one input takes as many pictures as wait there. Those of a stage with several follow the pictures of the
//! first input: each of the others shows the newest of its pictures that is not after it. Hot path: a tick allocates a few
//! small objects a picture; textures and buffers are used again. It blocks in [`Made::complete`], and where the host reads a
//! picture back.

use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use sluice_stage::abi::{SLUICE_DISCONTINUITY, SluiceFrameInfo};
use sluice_stage::{Context, Figure, Frame, Frames, InputState, Next, Port, Stage};

use crate::lane::{FrameFacts, Lane};
use crate::made::Made;
use crate::other::Other;
use crate::picture::{Counts, Measures, Picture};

/// What a stage does with pictures; the rest is [`Node`]'s.
pub(crate) trait Effect: Sized + 'static {
    const ID: &'static CStr;
    const NAME: &'static CStr;
    const DOC: &'static CStr;
    const CONFIG: &'static CStr;
    const INPUTS: &'static [Port];
    const OUTPUTS: &'static [Port];

    /// Reads the configuration.
    fn create(context: &mut Context) -> Result<Self, String>;

    /// Reads it again; live values have changed. On an error the old ones hold.
    fn configure(&mut self, _context: &mut Context) -> Result<(), String> {
        Ok(())
    }

    /// Looks for what has changed outside; once a tick.
    fn tick(&mut self, _context: &mut Context) {}

    /// What comes out for a picture; `None`: the picture itself.
    fn measures(&self, from: Measures) -> Option<Measures> {
        Some(from)
    }

    /// Records the draws of a picture. `from[0]` is there; the others are where their input has had a picture.
    fn draw(
        &mut self,
        lane: &Arc<Lane>,
        from: &[Option<Arc<Picture>>],
        to: &Picture,
        facts: FrameFacts,
    ) -> Result<(), String>;

    /// As `Stage::command`.
    fn command(&mut self, _lane: &Lane, name: &str) -> Result<String, String> {
        Err(format!("there is no command \"{name}\""))
    }
}

/// A stage with an effect.
pub struct Node<E> {
    effect: E,
    lane: Arc<Lane>,
    counts: Arc<Counts>,
    /// Those of the inputs but the first.
    others: Vec<Other>,
    /// Pictures that came.
    number: u32,
    /// When the first of them is due.
    first_pts_ns: Option<f64>,
    losses: u32,
    /// The next picture follows a gap.
    gap: bool,
    /// The log has said which device it is.
    is_introduced: bool,
}

impl<E: Effect> Stage for Node<E> {
    const ID: &'static CStr = E::ID;
    const NAME: &'static CStr = E::NAME;
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = E::DOC;
    const CONFIG: Option<&'static CStr> = Some(E::CONFIG);
    const INPUTS: &'static [Port] = E::INPUTS;
    const OUTPUTS: &'static [Port] = E::OUTPUTS;
    const FIGURES: &'static [Figure] = &[
        Figure::new(c"frames"),
        Figure::new(c"uploads"),
        Figure::new(c"readbacks"),
        Figure::new(c"submissions"),
        Figure::new(c"deviceLosses"),
    ];

    fn create(context: &mut Context) -> Result<Self, String> {
        let effect = E::create(context)?;
        let others = E::INPUTS.iter().skip(1).map(|_| Other::default()).collect();
        let (lane, counts) = (Lane::own()?, Arc::default());
        Ok(Self {
            effect,
            lane,
            counts,
            others,
            number: 0,
            first_pts_ns: None,
            losses: 0,
            gap: false,
            is_introduced: false,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        self.follow_device(context)?;
        self.effect.tick(context);
        let next = if self.others.is_empty() { self.take_many(context) } else { self.follow(context) };
        match self.lane.gpu.take_error() {
            Some(error) => Err(format!("\"{}\" refuses a picture: {error}", self.lane.gpu.name)),
            None => next,
        }
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        // Nobody reads what comes out, or the node was ended: what waits at an input is not wanted.
        if (0..E::INPUTS.len() as u32).any(|input| context.input_state(input) == InputState::Open) {
            return Ok(Next::WhenFramesCome);
        }
        self.process(context)
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        self.effect.configure(context)
    }

    fn command(&mut self, _context: &mut Context, name: &str, _json: &str) -> Result<String, String> {
        self.effect.command(&self.lane, name)
    }

    fn figures(&mut self, values: &mut [f64]) {
        let Counts { uploads, read_backs, .. } = &*self.counts;
        let [uploads, read_backs] = [uploads, read_backs].map(|count| count.load(Ordering::Relaxed));
        values
            .copy_from_slice(&[self.number, uploads, read_backs, self.lane.submissions(), self.losses].map(f64::from));
    }
}

impl<E: Effect> Node<E> {
    /// Goes on with the next device where the one before is lost.
    fn follow_device(&mut self, context: &mut Context) -> Result<(), String> {
        if self.lane.gpu.is_lost() {
            self.lane = Lane::own()?;
            self.is_introduced = false;
            self.losses += 1;
            self.gap = true;
            for (at, other) in self.others.iter_mut().enumerate() {
                if !other.follow_device(&self.lane, &self.counts)? {
                    tell_gone(context, at);
                }
            }
        }
        if !std::mem::replace(&mut self.is_introduced, true) {
            self.lane.gpu.introduce().into_iter().for_each(|line| context.log(&line));
        }
        Ok(())
    }

    /// Draws all pictures that wait at the one input.
    fn take_many(&mut self, context: &mut Context) -> Result<Next, String> {
        let mut frames = Frames::default();
        while context.read_many(0, &mut frames) {
            let mut made = Vec::with_capacity(Frames::MOST);
            for frame in frames.iter() {
                let info = context.info(frame).ok_or("a frame says nothing of itself")?;
                let from = Measures::of(&info);
                let Some(measures) = self.effect.measures(from) else {
                    made.push(Step::Same(frame));
                    continue;
                };
                let picture = Picture::new(&self.lane, measures, &self.counts)?;
                let Some(to) = Made::acquire(context, 0, picture)? else {
                    return Err("no slot is free, though one was at hand for each picture".into());
                };
                if self.draw(context, frame, &info, &to)? {
                    made.push(Step::New(to));
                } else {
                    context.release(to.frame);
                }
                context.release(frame);
            }
            self.hand_on(context, &made)?;
        }
        Ok(Next::WhenFramesCome)
    }

    /// Draws the pictures of the first input, each with those of the others at its time.
    fn follow(&mut self, context: &mut Context) -> Result<Next, String> {
        while context.may_write() {
            let Some(info) = context.peek(0) else { break };
            if !self.catch_up(context, info.pts_ns)? {
                return Ok(Next::WhenFramesCome);
            }
            let measures = self.effect.measures(Measures::of(&info)).unwrap_or_else(|| Measures::of(&info));
            let picture = Picture::new(&self.lane, measures, &self.counts)?;
            let Some(to) = Made::acquire(context, 0, picture)? else { return Ok(Next::Again) };
            let Some(frame) = context.read(0) else {
                context.release(to.frame);
                break;
            };
            let drawn = self.draw(context, frame, &info, &to)?;
            context.release(frame);
            if drawn {
                self.hand_on(context, &[Step::New(to)])?;
            } else {
                context.release(to.frame);
            }
        }
        if context.input_state(0) == InputState::Ended {
            context.finish();
        }
        Ok(Next::WhenFramesCome)
    }

    /// Takes what the other inputs have up to a time. `false`: one of them may still get such a picture, and an offline graph
    /// waits for it.
    fn catch_up(&mut self, context: &mut Context, pts_ns: f64) -> Result<bool, String> {
        for (at, other) in self.others.iter_mut().enumerate() {
            let input = at as u32 + 1;
            if context.input_state(input) == InputState::Unlinked {
                other.set(None);
                continue;
            }
            loop {
                match context.peek(input) {
                    Some(info) if info.pts_ns <= pts_ns => {
                        let Some(frame) = context.read(input) else { return Ok(false) };
                        let picture = Picture::of(context, frame, &self.lane, &self.counts)?;
                        context.release(frame);
                        if picture.is_none() {
                            tell_gone(context, at);
                        }
                        other.set(picture);
                    }
                    Some(_) => break,
                    None if context.input_state(input) == InputState::Open && !context.is_live() => return Ok(false),
                    None => break,
                }
            }
        }
        Ok(true)
    }

    /// `false`: the picture was on a device that is lost.
    fn draw(&mut self, context: &mut Context, frame: Frame, info: &SluiceFrameInfo, to: &Made) -> Result<bool, String> {
        let Some(picture) = Picture::of(context, frame, &self.lane, &self.counts)? else {
            self.gap = true;
            return Ok(false);
        };
        let mut from = Vec::with_capacity(1 + self.others.len());
        from.push(Some(picture));
        from.extend(self.others.iter_mut().map(Other::show));
        let since_ns = info.pts_ns - *self.first_pts_ns.get_or_insert(info.pts_ns);
        let facts = FrameFacts { time_seconds: (since_ns / 1e9) as f32, number: self.number };
        self.effect.draw(&self.lane, &from, &to.picture, facts)?;
        self.number = self.number.wrapping_add(1);
        to.picture.stage_if_it_leaves();
        context.set_coded_times_ns(to.frame, info.pts_ns, info.pts_ns, info.duration_ns)?;
        let gap = if std::mem::take(&mut self.gap) { SLUICE_DISCONTINUITY } else { 0 };
        context.set_flags(to.frame, info.flags | gap)?;
        Ok(true)
    }

    fn hand_on(&mut self, context: &mut Context, steps: &[Step]) -> Result<(), String> {
        for step in steps {
            match step {
                Step::Same(frame) => context.write(0, *frame)?,
                Step::New(made) if made.complete(context) => context.write(0, made.frame)?,
                Step::New(made) => {
                    context.release(made.frame);
                    self.gap = true;
                }
            }
        }
        Ok(())
    }
}

/// Says that an input besides the first shows nothing until its next picture comes.
fn tell_gone(context: &mut Context, at: usize) {
    let input = at + 2;
    context.warn(&format!(
        "the picture of \"videoIn{input}\" is lost with its graphics processor; nothing is shown of it until the next one"
    ));
}

/// What became of a picture that was read.
enum Step {
    /// It goes on as it is.
    Same(Frame),
    New(Made),
}
