//! Pictures of a screen or of a window.
//!
//! The pixels that were fetched stay as they are; where DAMAGE tells of a change, whole rows are fetched again. A window is
//! redirected (Composite), so that what lies over it is not in its pictures, and so that it may reach beyond the screen.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::composite::{self, ConnectionExt as _, Redirect};
use x11rb::protocol::damage::{self, ConnectionExt as _, ReportLevel};
use x11rb::protocol::shm::ConnectionExt as _;
use x11rb::protocol::xfixes::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, Drawable, EventMask, ImageFormat, MapState, Pixmap, Window,
};

use super::area::Area;
use super::layout;
use super::pointer::{self, Pointer};
use super::server::{Failure, Server};
use super::shared_memory::Store;
use super::windows::{self, Wanted};
use crate::shot::{PIXEL, Shot};

/// What is captured.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// As in `DISPLAY`; empty: that.
    pub(crate) server: String,
    /// `None`: the whole screen.
    pub(crate) window: Option<Wanted>,
    pub(crate) area: Area,
    pub(crate) cursor: bool,
}

/// Why there is no picture.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The connection is of no use any more, and why.
    Lost(String),
    /// The window has been closed.
    Closed,
    /// The window is not shown.
    Hidden,
    /// Nothing of the area is left, in a whole of this size.
    Outside(u32, u32),
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Lost(why) => Self::Lost(why),
            Failure::Refused(why) => Self::Lost(format!("it refuses a request: {why}")),
        }
    }
}

/// What the pixels are fetched from.
struct Target {
    drawable: Drawable,
    /// Made anew for each size of a window.
    pixmap: Option<Pixmap>,
    /// Where the window begins in the drawable, pixels: behind its border.
    border: u32,
    /// Of the window.
    width: u32,
    height: u32,
    /// Of the window, cut at its edges.
    area: Area,
}

/// A connection by which pictures are taken.
pub(crate) struct Capture {
    server: Server,
    wanted: Area,
    /// The window, or the screen's root.
    window: Window,
    is_root: bool,
    has_composite: bool,
    damage: Option<(damage::Damage, xfixes::Region)>,
    pointer: Option<Pointer>,
    target: Option<Target>,
    /// DAMAGE has told of a change.
    damaged: bool,
    /// All pixels are to be fetched.
    whole: bool,
}

impl Capture {
    /// Connects, and looks the window up.
    ///
    /// # Errors
    ///
    /// Why not, what is there, and what to do.
    pub(crate) fn open(subject: &Subject, stopped: &Arc<AtomicBool>) -> Result<Self, String> {
        let server = Server::connect(&subject.server, stopped)?;
        let name = server.name.clone();
        let failed = |failure: Failure| format!("cannot capture from the X server {name}: {}", failure.text());
        let found = match &subject.window {
            None => Ok(server.screen.root),
            Some(wanted) => windows::find(&server, wanted).map_err(failed)?.map_err(|all| (wanted.quoted(), all)),
        };
        let window = found.map_err(|(wanted, all)| {
            format!("the X server {name} has no window {wanted} that is shown; {}", windows::available(&all))
        })?;
        let mut capture = Self {
            wanted: subject.area,
            window,
            is_root: window == server.screen.root,
            has_composite: false,
            damage: None,
            pointer: None,
            target: None,
            damaged: false,
            whole: true,
            server,
        };
        let geometry = capture.link().get_geometry(window).map_err(Failure::from);
        let geometry = geometry.and_then(|cookie| Ok(cookie.reply()?)).map_err(failed)?;
        let attributes = capture.link().get_window_attributes(window).map_err(Failure::from);
        let attributes = attributes.and_then(|cookie| Ok(cookie.reply()?)).map_err(failed)?;
        layout::check(&capture.server, geometry.depth, attributes.visual)?;
        let (width, height) = (u32::from(geometry.width), u32::from(geometry.height));
        let Area { x, y, width: wide, height: high } = subject.area;
        if !subject.area.fits(width, height) {
            let whole = if capture.is_root { "screen" } else { "window" };
            return Err(format!(
                "the area of {wide} × {high} at {x}, {y} is not inside of the {whole}, which has {width} × {height}; set x, y, \
                 width and height to a part of it, or width and height to 0"
            ));
        }
        capture.prepare(subject.cursor).map_err(failed)?;
        Ok(capture)
    }

    /// Whether the server shows the windows of X11 programs alone.
    pub(crate) fn is_xwayland(&self) -> bool {
        self.server.is_xwayland()
    }

    /// Has the server tell of what changes.
    fn prepare(&mut self, cursor: bool) -> Result<(), Failure> {
        let link = &self.server.link;
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        link.change_window_attributes(self.window, &events)?.check()?;
        let has_fixes = self.server.has(xfixes::X11_EXTENSION_NAME);
        if has_fixes {
            link.xfixes_query_version(5, 0)?.reply()?;
            self.pointer = if cursor { Some(Pointer::follow(&self.server)?) } else { None };
        }
        if !self.is_root && self.server.has(composite::X11_EXTENSION_NAME) {
            let version = link.composite_query_version(0, 4)?.reply()?;
            if (version.major_version, version.minor_version) >= (0, 2) {
                link.composite_redirect_window(self.window, Redirect::AUTOMATIC)?.check()?;
                self.has_composite = true;
            }
        }
        if has_fixes && self.server.has(damage::X11_EXTENSION_NAME) {
            link.damage_query_version(1, 1)?.reply()?;
            let (damage, region) = (link.generate_id()?, link.generate_id()?);
            link.damage_create(damage, self.window, ReportLevel::NON_EMPTY)?.check()?;
            link.xfixes_create_region(region, &[])?.check()?;
            self.damage = Some((damage, region));
        }
        Ok(())
    }

    /// Takes a picture. `last`: the one before, which is brought up to date and taken; or any, or none.
    ///
    /// # Errors
    ///
    /// Why there is none now.
    pub(crate) fn shoot(&mut self, last: &mut Option<Shot<Store>>) -> Result<Shot<Store>, Fault> {
        match self.try_shoot(last) {
            // What was asked for may have gone, or changed its size, in between.
            Err(Fault::Lost(why)) if !self.is_root => Err(self.explain(why)),
            done => done,
        }
    }

    fn try_shoot(&mut self, last: &mut Option<Shot<Store>>) -> Result<Shot<Store>, Fault> {
        // With its answer all events of what was drawn before are there.
        let size = self.target.as_ref().map_or((u32::MAX >> 1, u32::MAX >> 1), |target| (target.width, target.height));
        let at = pointer::place(&self.server, self.window, size)?;
        while let Some(event) = self.link().poll_for_event().map_err(Failure::from)? {
            self.heed(&event)?;
        }
        if self.target.is_none() {
            self.target = Some(self.find_target()?);
            self.whole = true;
        }
        let Some(target) = &self.target else { return Err(Fault::Hidden) };
        let (area, drawable, border) = (target.area, target.drawable, target.border);
        let length = area.width as usize * area.height as usize * PIXEL;
        let (mut store, old_cursor) = match last.take() {
            Some(last) if last.pixels.is_of(&self.server) && last.pixels.length() >= length => {
                (last.pixels, last.cursor)
            }
            last => {
                self.whole = true;
                if let Some(old) = last {
                    old.pixels.give_up(&self.server)?;
                }
                (Store::new(&self.server, length)?, None)
            }
        };
        let bands = self.changed_rows(area)?;
        let taken = Instant::now();
        let stride = area.width as usize * PIXEL;
        self.fetch(&mut store, drawable, border, area, stride, &bands)?;
        self.whole = false;
        let cursor = match &mut self.pointer {
            Some(pointer) => pointer.seen(&self.server, at, area)?,
            None => None,
        };
        let changed = !bands.is_empty() || cursor != old_cursor;
        Ok(Shot { pixels: store, width: area.width, height: area.height, cursor, taken, changed, gap: false })
    }

    /// Which rows of the area are to be fetched.
    fn changed_rows(&mut self, area: Area) -> Result<Vec<(u32, u32)>, Failure> {
        let all = vec![(0, area.height)];
        let Some((damage, region)) = self.damage else { return Ok(all) };
        if !self.damaged && !self.whole {
            return Ok(Vec::new());
        }
        self.damaged = false;
        self.link().damage_subtract(damage, x11rb::NONE, region)?;
        if self.whole {
            return Ok(all);
        }
        let parts = self.link().xfixes_fetch_region(region)?.reply()?.rectangles;
        let parts = parts.iter().map(|part| (part.x.into(), part.y.into(), part.width.into(), part.height.into()));
        Ok(area.bands(parts))
    }

    /// Fetches rows of the area.
    fn fetch(
        &self,
        store: &mut Store,
        drawable: Drawable,
        border: u32,
        area: Area,
        stride: usize,
        bands: &[(u32, u32)],
    ) -> Result<(), Failure> {
        let left = (area.x + border) as i16;
        let top = |from: u32| (area.y + border + from) as i16;
        let format = ImageFormat::Z_PIXMAP;
        match store {
            Store::Shared(segment) => {
                let asked = bands.iter().map(|&(from, to)| {
                    let offset = (from as usize * stride) as u32;
                    let (width, height) = (area.width as u16, (to - from) as u16);
                    let (x, y, number) = (left, top(from), segment.number);
                    self.link().shm_get_image(drawable, x, y, width, height, !0, format.into(), number, offset)
                });
                let asked: Vec<_> = asked.collect::<Result<_, _>>()?;
                for cookie in asked {
                    cookie.reply()?;
                }
            }
            Store::Own(bytes, _) => {
                for &(from, to) in bands {
                    let (width, height) = (area.width as u16, (to - from) as u16);
                    let reply = self.link().get_image(format, drawable, left, top(from), width, height, !0)?.reply()?;
                    let place = &mut bytes[from as usize * stride..to as usize * stride];
                    let Some(found) = reply.data.get(..place.len()) else {
                        return Err(Failure::Lost("it gives fewer pixels than were asked for".into()));
                    };
                    place.copy_from_slice(found);
                }
            }
        }
        Ok(())
    }

    fn heed(&mut self, event: &Event) -> Result<(), Fault> {
        match event {
            Event::DamageNotify(_) => self.damaged = true,
            Event::XfixesCursorNotify(_) => {
                if let Some(pointer) = &mut self.pointer {
                    pointer.stale = true;
                }
            }
            Event::ConfigureNotify(told) if told.window == self.window => {
                let (width, height, border) = (told.width.into(), told.height.into(), told.border_width.into());
                let same = |target: &Target| (target.width, target.height, target.border) == (width, height, border);
                // One that was moved alone has the same pixels.
                if !self.target.as_ref().is_some_and(|target| {
                    same(target) || self.is_root && target.width == width && target.height == height
                }) {
                    self.forget_target()?;
                }
            }
            Event::MapNotify(told) if told.window == self.window => self.forget_target()?,
            Event::UnmapNotify(told) if told.window == self.window => self.forget_target()?,
            Event::DestroyNotify(told) if told.window == self.window => return Err(Fault::Closed),
            _ => {}
        }
        Ok(())
    }

    fn forget_target(&mut self) -> Result<(), Failure> {
        if let Some(pixmap) = self.target.take().and_then(|target| target.pixmap) {
            self.link().free_pixmap(pixmap)?;
        }
        Ok(())
    }

    fn find_target(&self) -> Result<Target, Fault> {
        let link = self.link();
        let shown = link.get_window_attributes(self.window).map_err(Failure::from)?;
        let shown = shown.reply().map_err(Failure::from)?.map_state;
        if shown != MapState::VIEWABLE {
            return Err(Fault::Hidden);
        }
        let pixmap = if self.has_composite {
            let number = link.generate_id().map_err(Failure::from)?;
            let named = link.composite_name_window_pixmap(self.window, number).map_err(Failure::from)?;
            named.check().map_err(Failure::from)?;
            Some(number)
        } else {
            None
        };
        // Of the pixmap that was just named, whatever the size of the window is now: a change of it is told of later.
        let border =
            link.get_geometry(self.window).map_err(Failure::from)?.reply().map_err(Failure::from)?.border_width;
        let drawable = pixmap.unwrap_or(self.window);
        let found = link.get_geometry(drawable).map_err(Failure::from)?.reply().map_err(Failure::from)?;
        let border = if pixmap.is_some() { u32::from(border) } else { 0 };
        let inner = |outer: u16| u32::from(outer).saturating_sub(2 * border);
        let (width, height) = (inner(found.width), inner(found.height));
        let area = self.wanted.within(width, height).ok_or(Fault::Outside(width, height))?;
        Ok(Target { drawable, pixmap, border, width, height, area })
    }

    /// Why a request about a window failed.
    fn explain(&mut self, why: String) -> Fault {
        let Ok(cookie) = self.link().get_window_attributes(self.window) else { return Fault::Lost(why) };
        match cookie.reply().map_err(Failure::from) {
            Ok(found) if found.map_state == MapState::VIEWABLE => {
                // It changed in between: the next picture begins anew.
                match self.forget_target() {
                    Ok(()) => Fault::Hidden,
                    Err(failure) => failure.into(),
                }
            }
            Ok(_) => Fault::Hidden,
            Err(Failure::Refused(_)) => Fault::Closed,
            Err(Failure::Lost(why)) => Fault::Lost(why),
        }
    }

    fn link(&self) -> &super::server::Link {
        &self.server.link
    }
}
