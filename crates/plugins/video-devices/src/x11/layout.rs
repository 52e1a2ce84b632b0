//! How an X server lays pixels out.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ImageOrder, Setup, VisualClass, Visualid, Visualtype};

use super::server::Server;
use crate::shot::PIXEL;

/// Checks that pictures of a depth and a visual are pixels of blue, green, red and a byte more.
///
/// # Errors
///
/// What they are instead, and what to do.
pub(crate) fn check(server: &Server, depth: u8, visual: Visualid) -> Result<(), String> {
    let setup = server.link.setup();
    let bits =
        setup.pixmap_formats.iter().find(|format| format.depth == depth).map_or(0, |format| format.bits_per_pixel);
    let little = setup.image_byte_order == ImageOrder::LSB_FIRST;
    let fits = usize::from(bits) == PIXEL * 8 && little && find_visual(setup, visual).is_some_and(is_bgr);
    if fits {
        return Ok(());
    }
    Err(format!(
        "the X server {} has pixels of depth {depth} in {bits} bits{}, wanted 24 bits of colour in 32, blue lowest; start \
         it with a depth of 24",
        server.name,
        if little { "" } else { ", the high byte first" }
    ))
}

fn find_visual(setup: &Setup, number: Visualid) -> Option<&Visualtype> {
    let depths = setup.roots.iter().flat_map(|screen| &screen.allowed_depths);
    depths.flat_map(|depth| &depth.visuals).find(|visual| visual.visual_id == number)
}

fn is_bgr(visual: &Visualtype) -> bool {
    let direct = [VisualClass::TRUE_COLOR, VisualClass::DIRECT_COLOR].contains(&visual.class);
    direct && (visual.red_mask, visual.green_mask, visual.blue_mask) == (0xff_0000, 0xff00, 0xff)
}
