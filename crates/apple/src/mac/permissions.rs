//! Asks the user for what a device needs.

use block2::RcBlock;
use objc2::runtime::Bool;
use objc2_av_foundation::{AVCaptureDevice, AVMediaTypeAudio, AVMediaTypeVideo};
use objc2_core_graphics::{CGPreflightScreenCaptureAccess, CGRequestScreenCaptureAccess};

use super::core::guarded;
use crate::permission::{Answer, Permission, Standing};

/// Tells where a permission stands: at once, or once the user has answered, which may be never, on any thread.
pub fn ask(permission: Permission, then: Answer) {
    let media = match permission {
        // SAFETY: a constant of the framework.
        Permission::Camera => unsafe { AVMediaTypeVideo },
        // SAFETY: as above.
        Permission::Microphone => unsafe { AVMediaTypeAudio },
        Permission::ScreenRecording => {
            let standing = Standing::from_preflight(CGPreflightScreenCaptureAccess());
            // It shows the question and answers at once: what the user says then holds for the next start of the program.
            let granted = !standing.is_to_be_asked() || CGRequestScreenCaptureAccess();
            return then(if granted { Standing::Granted } else { Standing::Denied });
        }
    };
    let Some(media) = media else { return then(Standing::Restricted) };
    // SAFETY: a medium that needs a permission.
    let standing = Standing::from_authorization(unsafe { AVCaptureDevice::authorizationStatusForMediaType(media) }.0);
    if !standing.is_to_be_asked() {
        return then(standing);
    }
    let answered = RcBlock::new(move |granted: Bool| {
        guarded(|| then(if granted.as_bool() { Standing::Granted } else { Standing::Denied }));
    });
    // SAFETY: as above; the block may be called on any thread.
    unsafe { AVCaptureDevice::requestAccessForMediaType_completionHandler(media, &answered) };
}
