//! What stages have the main thread do, which is JavaScript's.

use sluice_core::main_thread::{Look, MAIN, is_main, pass_system_loop};

/// Does what stages have asked of the main thread, and what is due in the system's own loop of it; nothing where no stage
/// holds it. The caller calls it some times a second as long as native lanes run, and soon again after 1.
///
/// 0: no stage holds it; 1: some does; 2: this is not the thread on which the process began.
#[unsafe(no_mangle)]
pub extern "C" fn slu_main_look() -> u32 {
    match MAIN.look(is_main()) {
        Look::NotWanted => 0,
        Look::Wanted => {
            pass_system_loop();
            1
        }
        Look::Elsewhere => 2,
    }
}
