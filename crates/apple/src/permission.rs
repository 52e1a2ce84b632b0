//! What macOS lets a program use only once the user has agreed, and what is said where the user has not.

use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

/// What a permission is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Pictures of cameras.
    Camera,
    /// Sound of any input.
    Microphone,
    /// Pictures of displays and of other programs' windows.
    ScreenRecording,
}

/// Where a permission stands: `AVAuthorizationStatus`, and what `CGPreflightScreenCaptureAccess` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The user was not asked yet.
    NotAsked,
    /// A profile or parental controls forbid it, and the user cannot allow it.
    Restricted,
    /// The user has refused it.
    Denied,
    /// It is given.
    Granted,
}

impl Standing {
    /// `AVAuthorizationStatus` by its number. A number of a later system counts as a refusal: nothing is used without a
    /// plain yes.
    #[must_use]
    pub fn from_authorization(status: isize) -> Self {
        match status {
            0 => Self::NotAsked,
            1 => Self::Restricted,
            3 => Self::Granted,
            _ => Self::Denied,
        }
    }

    /// What `CGPreflightScreenCaptureAccess` tells: it does not say whether the user was asked, and asking again is free.
    #[must_use]
    pub fn from_preflight(granted: bool) -> Self {
        if granted { Self::Granted } else { Self::NotAsked }
    }

    /// Whether the user is to be asked, who is asked once in the life of a program's entry.
    #[must_use]
    pub fn is_to_be_asked(self) -> bool {
        self == Self::NotAsked
    }
}

impl Permission {
    /// The pane of System Settings that has it.
    #[must_use]
    pub fn pane(self) -> &'static str {
        match self {
            Self::Camera => "Camera",
            Self::Microphone => "Microphone",
            Self::ScreenRecording => "Screen & System Audio Recording",
        }
    }

    /// What opens that pane: `open URL` in a terminal.
    #[must_use]
    pub fn settings_url(self) -> &'static str {
        match self {
            Self::Camera => "x-apple.systempreferences:com.apple.preference.security?Privacy_Camera",
            Self::Microphone => "x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone",
            Self::ScreenRecording => "x-apple.systempreferences:com.apple.preference.security?Privacy_ScreenCapture",
        }
    }

    /// Why a device cannot be used, and what to do about it.
    ///
    /// macOS asks for the program that the user has started, so that in a terminal the permission is the terminal's.
    /// `device` is how messages call the device: `camera "FaceTime HD"`.
    #[must_use]
    pub fn refusal(self, standing: Standing, device: &str) -> String {
        let pane = self.pane();
        let open = self.settings_url();
        match standing {
            Standing::Granted => format!("cannot use {device}: macOS has given the permission, and the device refuses"),
            Standing::Restricted => format!(
                "cannot use {device}: a profile or parental controls of this Mac forbid \"{pane}\"; whoever manages the Mac can \
                 allow it"
            ),
            Standing::Denied | Standing::NotAsked => format!(
                "cannot use {device}: macOS denies it to the program that Sluice was started from, such as Terminal; allow \
                 that program in System Settings › Privacy & Security › {pane} (open '{open}') and start it anew"
            ),
        }
    }
}

/// Gets the answer of the user, once, on any thread.
pub type Answer = Box<dyn Fn(Standing) + Send + Sync>;

/// How often whoever waits for the user is asked whether it still wants to.
const LOOK: Duration = Duration::from_millis(100);

/// Waits for what `ask` tells, until `is_over`, after which the user counts as not asked: for a thread of one's own, never for a
/// lane or the main thread.
pub fn wait(ask: impl FnOnce(Answer), is_over: impl Fn() -> bool) -> Standing {
    let (sender, receiver) = mpsc::channel();
    let sender = Mutex::new(sender);
    ask(Box::new(move |standing| {
        // Nobody may wait any more.
        _ = sender.lock().unwrap_or_else(PoisonError::into_inner).send(standing);
    }));
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(standing) => return standing,
            Err(mpsc::RecvTimeoutError::Timeout) if !is_over() => {}
            Err(_) => return Standing::NotAsked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Permission; 3] = [Permission::Camera, Permission::Microphone, Permission::ScreenRecording];

    #[test]
    fn from_authorization_knows_the_four_states_and_takes_others_for_a_refusal() {
        let found: Vec<_> = (-1..5).map(Standing::from_authorization).collect();
        use Standing::{Denied, Granted, NotAsked, Restricted};
        assert_eq!(found, [Denied, NotAsked, Restricted, Denied, Granted, Denied]);
    }

    #[test]
    fn only_who_was_not_asked_is_asked() {
        use Standing::{Denied, Granted, NotAsked, Restricted};
        assert_eq!([NotAsked, Restricted, Denied, Granted].map(Standing::is_to_be_asked), [true, false, false, false]);
        assert!(Standing::from_preflight(false).is_to_be_asked());
        assert!(!Standing::from_preflight(true).is_to_be_asked());
    }

    #[test]
    fn refusal_names_the_device_the_setting_and_how_to_open_it() {
        assert_eq!(
            Permission::Camera.refusal(Standing::Denied, "camera \"FaceTime HD\""),
            "cannot use camera \"FaceTime HD\": macOS denies it to the program that Sluice was started from, such as Terminal; \
             allow that program in System Settings › Privacy & Security › Camera \
             (open 'x-apple.systempreferences:com.apple.preference.security?Privacy_Camera') and start it anew"
        );
        for permission in ALL {
            let text = permission.refusal(Standing::Denied, "it");
            assert!(text.contains(&format!("Privacy & Security › {} (", permission.pane())), "{text}");
            assert!(text.contains(permission.settings_url()), "{text}");
        }
    }

    #[test]
    fn refusal_sends_nobody_to_a_setting_that_cannot_be_changed() {
        for permission in ALL {
            assert!(!permission.refusal(Standing::Restricted, "it").contains("System Settings"));
        }
    }

    #[test]
    fn wait_gives_the_answer_or_ends_when_nobody_wants_it_any_more() {
        assert_eq!(wait(|then| then(Standing::Denied), || false), Standing::Denied);
        let later =
            |then: Box<dyn Fn(Standing) + Send + Sync>| drop(std::thread::spawn(move || then(Standing::Granted)));
        assert_eq!(wait(later, || false), Standing::Granted);
        let kept = Mutex::new(None);
        assert_eq!(wait(|then| *kept.lock().unwrap() = Some(then), || true), Standing::NotAsked);
        assert_eq!(wait(drop, || false), Standing::NotAsked, "who asks is gone");
    }

    #[test]
    fn each_permission_has_a_pane_of_its_own() {
        let panes: std::collections::HashSet<_> = ALL.iter().map(|each| (each.pane(), each.settings_url())).collect();
        assert_eq!(panes.len(), ALL.len());
    }
}
