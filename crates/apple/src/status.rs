//! What the statuses of Apple's frameworks mean to people, as far as something can be done about them.

use crate::four_cc::spell_status;

/// What can be done, by status: `VTErrors.h`, `CVReturn.h`, `AudioHardwareBase.h`, `AUComponent.h`.
const REMEDIES: &[(i32, &str)] = &[
    (-12_908, "this Mac has no such encoder: set \"hardware\" to \"prefer\", or choose another codec"),
    (-12_915, "others use the media engine: set \"hardware\" to \"avoid\", or close them"),
    (-12_906, "this Mac has no such decoder: set \"hardware\" to \"prefer\", or encode otherwise"),
    (-12_910, "this Mac cannot decode such video: set \"hardware\" to \"prefer\", or encode otherwise"),
    (-12_913, "others use the media engine: set \"hardware\" to \"avoid\", or close them"),
    (-6_689, "there is no memory for another picture"),
    (0x2164_6576, "the device was unplugged"),
    (0x2164_6174, "the device does not have this format: set \"sampleRateHz\" and \"channels\" to 0"),
    (0x686f_6721, "another program has the device to itself: close it"),
    (-10_868, "the device does not have this format: set \"sampleRateHz\" and \"channels\" to 0"),
    (-10_875, "the device cannot be started: unplug it, and plug it in again"),
];

/// Statuses by which a session of VideoToolbox is lost: the system has taken the media engine away, such as for sleep, or
/// the process of the session has ended.
const LOST: &[i32] = &[-12_903, -12_911, -12_912, -17_690, -17_691];

/// Why something cannot be done; `what` completes "cannot …".
#[must_use]
pub fn refusal(what: &str, status: i32) -> String {
    let remedy =
        REMEDIES.iter().find(|(known, _)| *known == status).map_or(String::new(), |(_, text)| format!("; {text}"));
    format!("cannot {what}: macOS answers {}{remedy}", spell_status(status))
}

/// Whether a session that answers that is lost, and another one is needed.
#[must_use]
pub fn is_lost(status: i32) -> bool {
    LOST.contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_says_what_to_do_where_something_can_be_done() {
        assert_eq!(
            refusal("make an encoder", -12_915),
            "cannot make an encoder: macOS answers -12915; others use the media engine: set \"hardware\" to \"avoid\", or \
             close them"
        );
        assert_eq!(
            refusal("ask a sound device", i32::from_be_bytes(*b"!dev")),
            "cannot ask a sound device: macOS answers \"!dev\" (560227702); the device was unplugged"
        );
        assert_eq!(refusal("start", -1), "cannot start: macOS answers -1");
    }

    #[test]
    fn each_status_has_one_remedy() {
        let known: std::collections::HashSet<_> = REMEDIES.iter().map(|(status, _)| status).collect();
        assert_eq!(known.len(), REMEDIES.len());
    }

    #[test]
    fn damage_of_one_unit_loses_no_session() {
        assert!(is_lost(-12_903) && is_lost(-17_690));
        assert!(!is_lost(-12_909) && !is_lost(0));
    }
}
