//! `org.sluice.video.compositor`: several inputs in one picture.
//!
//! A *moment* is the time of a picture that comes out. Each input shows the newest of its pictures that is not after it:
//! which one is known once the input has a picture behind the moment, or one of that very time, or has ended. So what an
//! offline graph makes follows from the times of pictures alone.

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_DISCONTINUITY, SLUICE_RGBA8, SluiceFrameInfo};
use sluice_stage::{Context, Figure, Frame, InputState, Next, PlaneRowsMut, Port, Stage, pixel_format_name};

use crate::compositor_settings::{INPUTS, SCHEMA, Settings, place, settings};
use crate::exchange::{Measures, acquire};
use crate::layer::{Kept, Layer};
use crate::resize::Resizing;
use crate::saved::{Loaded, Saved};

/// A longer silence of all inputs is none that is filled: times start again behind it.
const LONGEST_GAP_NS: f64 = 10e9;

macro_rules! input {
    ($name:literal) => {
        Port::video($name, c"Pictures in RGBA of any size and rate.").accepting(&[SLUICE_RGBA8]).optional()
    };
}

/// Composes pictures.
pub struct Compositor {
    settings: Settings,
    layers: [Layer; INPUTS],
    /// Inputs in the order in which they are drawn.
    order: [usize; INPUTS],
    resizing: Resizing,
    /// What inputs have, as of the last look.
    heads: [Head; INPUTS],
    /// The moment that is composed next, once it is known.
    moment: Option<Moment>,
    /// The time from which moments of a steady rate count, and the next.
    origin_ns: Option<f64>,
    next: f64,
    /// When the last picture of the master ended before its times went back.
    turned_ns: f64,
    ended: bool,
    frames: f64,
    late: f64,
    skipped: f64,
}

#[derive(Clone, Copy)]
struct Head {
    state: InputState,
    /// The oldest picture that was not taken.
    oldest: Option<SluiceFrameInfo>,
}

#[derive(Clone, Copy)]
struct Moment {
    at_ns: f64,
    until_ns: f64,
    flags: u32,
}

/// What is to be done.
enum Step {
    Compose(Moment),
    /// An input is to come first.
    Wait,
    End,
}

impl Stage for Compositor {
    const ID: &'static CStr = c"org.sluice.video.compositor";
    const NAME: &'static CStr = c"Compositor";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Composes the pictures of up to eight inputs over a background.\n\n\
        Input 1 stands with its left upper corner at `x_1`, `y_1`, also outside; it is scaled to `width_1` × \
        `height_1`, where a 0 keeps its shape, that in which it is shown where its pixels are not square; `opacity_1` makes it fainter, besides its own alpha; \
        `visible_1=false` leaves it out. An input with a higher `order_1`, by default the number of the input, is \
        drawn over the others. All of that may change while it runs, from one picture to the next. Blending \
        rounds to the nearest of 256 levels, and so does alpha times opacity. A picture with alpha is scaled so \
        that the colour of what cannot be seen does not spread.\n\n\
        - **Times.** Pictures come out at `frameRate`, from the time of the first picture of all inputs; or, \
        with `master=0`, at the times of the pictures of input 0. Each input shows the newest of its pictures \
        that is not after that time, so that inputs may have any rate. The figure `skipped` counts pictures that \
        were never shown.\n\
        - **Waiting.** An offline graph waits until each input has told which picture that is, and its result \
        depends on the times of pictures alone. Where one source feeds several inputs, their links need a \
        `capacity` for the pictures by which one way is longer than another. A live graph waits for `waitMs` \
        from when the first input has come so far: then a late input keeps its last picture, which the figure \
        `late` counts.\n\
        - **Jumps.** Where the times of all inputs go back, or lie more than 10 s ahead of the last picture, \
        pictures come out from the first of those times on, the first one flagged as a discontinuity; a shorter \
        gap is filled. An input whose times go back alone waits for 10 s, while its last picture is shown, and \
        from then on shows the newest that it has. With a master, times are those of the master, whatever they \
        are: where they go back, so does each other input at its own next picture that does, and what it still \
        has of the time before is passed over.\n\
        - **Replaced.** Where it is replaced by another one, the pictures that inputs have shown go on, also of \
        inputs that have ended, up to 60 MiB in all.\n\
        - **Ends.** An input that ends keeps its last picture, or with `atEnd=hide` vanishes with it. The \
        compositor ends with the last of its inputs, with `end=any` with the first, and with its master at the \
        latest.\n\n\
        **Example.** `compositor id=cast x_1=880 y_1=40 width_1=360 ! jpeg-encode ! media-sink path=cast.mkv; \
        pattern-source durationSeconds=2 ! cast.videoIn_0; pattern-source pattern=ramp durationSeconds=2 ! \
        cast.videoIn_1`";
    const CONFIG: Option<&'static CStr> = Some(SCHEMA);
    const INPUTS: &'static [Port] = &[
        input!(c"videoIn_0"),
        input!(c"videoIn_1"),
        input!(c"videoIn_2"),
        input!(c"videoIn_3"),
        input!(c"videoIn_4"),
        input!(c"videoIn_5"),
        input!(c"videoIn_6"),
        input!(c"videoIn_7"),
    ];
    const OUTPUTS: &'static [Port] =
        &[Port::video(c"videoOut", c"Pictures in RGBA, which are opaque.").accepting(&[SLUICE_RGBA8])];
    const FIGURES: &'static [Figure] = &[Figure::new(c"frames"), Figure::new(c"late"), Figure::new(c"skipped")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let mut places = Vec::with_capacity(INPUTS);
        for input in 0..INPUTS {
            places.push(place(context, input)?);
        }
        let mut made = Self {
            settings: settings(context)?,
            layers: std::array::from_fn(|input| Layer::new(places[input])),
            order: std::array::from_fn(|input| input),
            resizing: Resizing::default(),
            heads: [Head { state: InputState::Unlinked, oldest: None }; INPUTS],
            moment: None,
            origin_ns: None,
            next: 0.0,
            turned_ns: f64::NEG_INFINITY,
            ended: false,
            frames: 0.0,
            late: 0.0,
            skipped: 0.0,
        };
        made.sort();
        Ok(made)
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while !self.ended {
            if !context.may_write() {
                return Ok(Next::Again);
            }
            self.look(context);
            match self.step(context)? {
                Step::Compose(moment) if self.compose(context, moment)? => self.moment = None,
                Step::Compose(_) => return Ok(Next::Again),
                Step::Wait => break,
                Step::End => {
                    self.ended = true;
                    context.finish();
                }
            }
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        self.look(context);
        // Nobody reads what comes out, or it was ended: what inputs still have is not wanted.
        if self.heads.iter().any(|head| head.state == InputState::Open) {
            return Ok(Next::WhenFramesCome);
        }
        self.process(context)
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        let settings = settings(context)?;
        for input in 0..INPUTS {
            self.layers[input].place = place(context, input)?;
        }
        self.settings = settings;
        self.sort();
        Ok(())
    }

    fn snapshot(&mut self) -> Vec<u8> {
        let mut state = Saved::default();
        state.time(self.place_ns(self.next).unwrap_or(f64::NAN));
        // Of a master the picture was taken whose moment this is.
        let taken = self.moment.filter(|_| self.settings.master.is_some());
        state.time(taken.map_or(f64::NAN, |moment| moment.at_ns));
        state.time(taken.map_or(f64::NAN, |moment| moment.until_ns));
        state.number(taken.map_or(0, |moment| moment.flags));
        self.layers.iter().for_each(|layer| layer.save(&mut state));
        state.0
    }

    fn restore(&mut self, state: &[u8]) {
        // What is not whole begins anew.
        let _ = self.load(Loaded(state));
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.frames, self.late, self.skipped]);
    }
}

impl Compositor {
    fn sort(&mut self) {
        let layers = &self.layers;
        self.order.sort_by_key(|&input| (layers[input].place.order, input));
    }

    /// Looks at what the inputs have. One that has lost its link shows nothing any more.
    fn look(&mut self, context: &mut Context) {
        for (input, (head, layer)) in (0..).zip(self.heads.iter_mut().zip(&mut self.layers)) {
            *head = Head { state: context.input_state(input), oldest: context.peek(input) };
            if head.state == InputState::Unlinked {
                layer.kept = None;
            }
        }
    }

    fn load(&mut self, mut state: Loaded<'_>) -> Option<()> {
        // Its rate may be another one.
        self.origin_ns = Some(state.time()?).filter(|next_ns| next_ns.is_finite());
        let moment = Moment { at_ns: state.time()?, until_ns: state.time()?, flags: state.number()? };
        self.moment = Some(moment).filter(|moment| self.settings.master.is_some() && moment.at_ns.is_finite());
        self.layers.iter_mut().try_for_each(|layer| layer.load(&mut state))
    }

    fn step(&mut self, context: &mut Context) -> Result<Step, String> {
        if self.moment.is_none() {
            self.moment = self.find_moment(context)?;
        }
        let Some(mut moment) = self.moment else {
            let is_over = match self.settings.master {
                Some(master) => self.heads[master].state == InputState::Ended,
                None => self.is_over(f64::INFINITY),
            };
            return Ok(if is_over { Step::End } else { Step::Wait });
        };
        self.advance_all(context, moment.at_ns)?;
        if let Some(other) = self.find_jump(context, moment.at_ns) {
            moment = other;
            self.advance_all(context, moment.at_ns)?;
        }
        if self.is_over(moment.at_ns) {
            return Ok(Step::End);
        }
        let lagging = (0..INPUTS).filter(|&input| self.lags(input, moment.at_ns)).count();
        if lagging > 0 && !self.is_overdue(context, moment.at_ns) {
            return Ok(Step::Wait);
        }
        self.late += lagging as f64;
        Ok(Step::Compose(moment))
    }

    /// The next moment. `None`: no input tells it yet.
    fn find_moment(&mut self, context: &Context) -> Result<Option<Moment>, String> {
        if let Some(master) = self.settings.master {
            let Head { state, oldest } = self.heads[master];
            if state == InputState::Unlinked && !context.is_live() {
                return Err(format!("input videoIn_{master} is the master and has no link"));
            }
            let Some(info) = oldest else { return Ok(None) };
            if let Some((_, to_ns)) = self.span_of(master).filter(|&(from_ns, _)| info.pts_ns < from_ns) {
                self.turned_ns = to_ns;
            }
            let (at_ns, until_ns) = (info.pts_ns, info.pts_ns + info.duration_ns);
            return Ok(Some(Moment { at_ns, until_ns, flags: info.flags }));
        }
        if self.origin_ns.is_none() {
            self.origin_ns = self.find_origin(context);
        }
        let next = self.place_ns(self.next).zip(self.place_ns(self.next + 1.0));
        Ok(next.map(|(at_ns, until_ns)| Moment { at_ns, until_ns, flags: 0 }))
    }

    /// The time of a moment of a steady rate.
    fn place_ns(&self, place: f64) -> Option<f64> {
        self.origin_ns.map(|origin_ns| (origin_ns + place * self.settings.period_ns).round())
    }

    /// The time of the first picture of all inputs.
    fn find_origin(&self, context: &Context) -> Option<f64> {
        let heads = || self.heads.iter().filter_map(|head| head.oldest);
        let missing = self.heads.iter().any(|head| head.state == InputState::Open && head.oldest.is_none());
        let since_ns = heads().map(|info| info.ingress_ns).fold(f64::INFINITY, f64::min);
        if missing && !self.has_waited(context, since_ns) {
            return None;
        }
        heads().map(|info| info.pts_ns).filter(|pts_ns| pts_ns.is_finite()).reduce(f64::min)
    }

    /// Where the times of all inputs have gone back, or on by more than the longest gap, moments count from the first
    /// picture there: that moment.
    fn find_jump(&mut self, context: &Context, at_ns: f64) -> Option<Moment> {
        if self.settings.master.is_some() || (0..INPUTS).any(|input| self.is_near(input, at_ns)) {
            return None;
        }
        let origin_ns = self.find_origin(context)?;
        (self.origin_ns, self.next) = (Some(origin_ns), 0.0);
        self.layers.iter_mut().filter_map(|layer| layer.kept.as_mut()).for_each(Kept::forget_times);
        let until_ns = self.place_ns(1.0)?;
        self.moment = Some(Moment { at_ns: origin_ns, until_ns, flags: SLUICE_DISCONTINUITY });
        self.moment
    }

    /// Whether an input shows something at a time, or has the next picture for it or for not long after it.
    fn is_near(&self, input: usize, at_ns: f64) -> bool {
        let span = self.span_of(input);
        let follows = |info: SluiceFrameInfo| (at_ns..=at_ns + LONGEST_GAP_NS).contains(&info.pts_ns);
        let oldest = self.heads[input].oldest;
        span.is_some_and(|(_, to_ns)| at_ns < to_ns)
            || oldest.is_some_and(|info| self.is_due(&info, at_ns, span) || follows(info))
    }

    fn advance_all(&mut self, context: &mut Context, at_ns: f64) -> Result<(), String> {
        (0..INPUTS).try_for_each(|input| self.advance(context, input, at_ns))
    }

    /// Takes what an input shows at a time: the newest of its pictures that is not after it.
    fn advance(&mut self, context: &mut Context, input: usize, at_ns: f64) -> Result<(), String> {
        let mut newest: Option<(Frame, SluiceFrameInfo)> = None;
        let mut span = self.span_of(input);
        while let Some(info) = self.heads[input].oldest.filter(|info| self.is_due(info, at_ns, span)) {
            let Some(frame) = context.read(input as u32) else { break };
            if let Some((passed, _)) = newest.replace((frame, info)) {
                context.release(passed);
                self.skipped += 1.0;
            }
            let from_ns = if info.pts_ns.is_finite() { info.pts_ns } else { at_ns };
            let lasts_ns = if info.duration_ns > 0.0 { info.duration_ns } else { self.settings.period_ns };
            span = Some((from_ns, from_ns + lasts_ns));
            let state = context.input_state(input as u32);
            self.heads[input] = Head { state, oldest: context.peek(input as u32) };
        }
        let Some(((frame, info), span)) = newest.zip(span) else { return Ok(()) };
        if info.format != SLUICE_RGBA8 {
            let format = pixel_format_name(info.format);
            return Err(format!(
                "a picture of input videoIn_{input} is in {format}, wanted rgba8; put a \"convert\" before it"
            ));
        }
        let layer = &mut self.layers[input];
        self.skipped += f64::from(u8::from(layer.kept.is_some_and(|kept| !kept.shown)));
        let picture = context.picture(frame).ok_or("a picture has no planes")?;
        layer.keep(&picture, info.pixel_aspect, span, info.ingress_ns);
        context.release(frame);
        Ok(())
    }

    /// When the picture that an input keeps starts, and when it ends if it is the last.
    fn span_of(&self, input: usize) -> Option<(f64, f64)> {
        self.layers[input].kept.map(|kept| (kept.from_ns, kept.to_ns))
    }

    /// Whether a picture is not after a time. One whose time is no number is always due. Where times go back, the picture
    /// before, which has a span, stays for as long as the longest gap, or until the time has gone back too: that of the
    /// master, or of the other inputs. Behind the master, what is still of the time before it went back is due at once.
    fn is_due(&self, info: &SluiceFrameInfo, at_ns: f64, span: Option<(f64, f64)>) -> bool {
        let waits = span.is_some_and(|(from_ns, to_ns)| {
            info.pts_ns < from_ns && (from_ns..=to_ns + LONGEST_GAP_NS).contains(&at_ns)
        });
        let is_left =
            span.is_some_and(|(from_ns, _)| at_ns < from_ns && (from_ns..self.turned_ns).contains(&info.pts_ns));
        !info.pts_ns.is_finite() || is_left || info.pts_ns <= at_ns && !waits
    }

    /// Whether an input may still get another picture to show at a time.
    fn lags(&self, input: usize, at_ns: f64) -> bool {
        let Head { state, oldest } = self.heads[input];
        let is_behind = oldest.is_some_and(|info| !self.is_due(&info, at_ns, self.span_of(input)));
        let is_exact = self.layers[input].kept.is_some_and(|kept| kept.from_ns == at_ns);
        state == InputState::Open && !is_behind && !is_exact
    }

    /// Whether a live graph has waited long enough for the inputs that lag.
    fn is_overdue(&self, context: &Context, at_ns: f64) -> bool {
        let reached = (0..INPUTS).filter(|&input| !self.lags(input, at_ns));
        let ingress_ns = reached.filter_map(|input| {
            let exact = self.layers[input].kept.filter(|kept| kept.from_ns == at_ns).map(|kept| kept.ingress_ns);
            exact.or(self.heads[input].oldest.map(|info| info.ingress_ns))
        });
        self.has_waited(context, ingress_ns.fold(f64::INFINITY, f64::min))
    }

    fn has_waited(&self, context: &Context, since_ns: f64) -> bool {
        context.is_live() && context.now_ns() - since_ns >= self.settings.wait_ns
    }

    /// Whether the inputs have nothing for a time any more.
    fn is_over(&self, at_ns: f64) -> bool {
        let mut linked = (0..INPUTS).filter(|&input| self.heads[input].state != InputState::Unlinked).peekable();
        if self.settings.ends_with_any {
            return linked.any(|input| self.is_past(input, at_ns));
        }
        linked.peek().is_some() && linked.all(|input| self.is_past(input, at_ns))
    }

    /// Whether an input has ended, and its last picture too.
    fn is_past(&self, input: usize, at_ns: f64) -> bool {
        let is_ended = self.heads[input].state == InputState::Ended;
        is_ended && self.layers[input].kept.is_none_or(|kept| at_ns >= kept.to_ns)
    }

    /// Whether an input has ended and is to show nothing.
    fn is_hidden(&self, input: usize, at_ns: f64) -> bool {
        !self.settings.holds && self.is_past(input, at_ns)
    }

    /// Writes the picture of a moment. `false`: no slot is free.
    fn compose(&mut self, context: &mut Context, moment: Moment) -> Result<bool, String> {
        let Settings { width, height, .. } = self.settings;
        let measures = Measures { format: SLUICE_RGBA8, width, height, pixel_aspect: 0 };
        let Some(frame) = acquire(context, 0, measures)? else { return Ok(false) };
        let mut picture = context.picture_mut(frame).ok_or("a new picture has no planes")?;
        self.draw(&mut picture.planes[0], moment.at_ns)?;
        context.set_times_ns(frame, moment.at_ns, moment.until_ns - moment.at_ns)?;
        context.set_flags(frame, moment.flags)?;
        context.write(0, frame)?;
        self.next += 1.0;
        self.frames += 1.0;
        Ok(true)
    }

    fn draw(&mut self, to: &mut PlaneRowsMut<'_>, at_ns: f64) -> Result<(), String> {
        let (width, height) = (self.settings.width as usize, self.settings.height as usize);
        // What is under a picture that covers all is not drawn.
        let covers = |&input: &usize| self.layers[input].covers(width, height) && !self.is_hidden(input, at_ns);
        let ground = self.order.iter().rposition(covers);
        if ground.is_none() {
            (0..to.rows).for_each(|row| fill(to.row(row), self.settings.background));
        }
        for place in ground.unwrap_or(0)..INPUTS {
            let input = self.order[place];
            if !self.is_hidden(input, at_ns) {
                self.layers[input].draw(&mut self.resizing, to)?;
            }
        }
        self.layers.iter_mut().filter_map(|layer| layer.kept.as_mut()).for_each(|kept| kept.shown = true);
        Ok(())
    }
}

fn fill(row: &mut [u8], colour: [u8; 4]) {
    row.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&colour));
}
