//! What `sluice devices` is told: devices that the key `device` of a node may name.

use crate::stages::json_text;

/// A device that can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What the key `device` takes, which stays the same when the device is plugged in again.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// It is taken where none is named.
    pub is_default: bool,
    /// What it gives or takes, in words.
    pub formats: Vec<String>,
}

/// The list in JSON.
#[must_use]
pub fn to_json(devices: &[Listed]) -> String {
    let texts = |texts: &[String]| texts.iter().map(|text| json_text(text)).collect::<Vec<_>>().join(",");
    let one = |Listed { name, label, is_default, formats }: &Listed| {
        format!(
            "{{\"name\":{},\"label\":{},\"isDefault\":{is_default},\"formats\":[{}]}}",
            json_text(name),
            json_text(label),
            texts(formats)
        )
    };
    format!("[{}]", devices.iter().map(one).collect::<Vec<_>>().join(","))
}

/// The device of a name: whole first, then a part of what people call it; the default one where the name is empty.
///
/// # Errors
///
/// There is none; the text lists those that there are. `what` is what messages call such a device.
pub fn find<'a>(devices: &'a [Listed], wanted: &str, what: &str) -> Result<&'a Listed, String> {
    let whole = |device: &&Listed| device.name == wanted || device.label == wanted;
    let part = |device: &&Listed| device.label.to_lowercase().contains(&wanted.to_lowercase());
    let found = if wanted.is_empty() {
        devices.iter().find(|device| device.is_default).or(devices.first())
    } else {
        devices.iter().find(whole).or_else(|| devices.iter().find(part))
    };
    found.ok_or_else(|| {
        let known: Vec<_> = devices.iter().map(|device| format!("\"{}\"", device.label)).collect();
        match (wanted, known.is_empty()) {
            (_, true) => format!("there is no {what}: connect one"),
            (wanted, false) => format!("there is no {what} \"{wanted}\"; there is {}", known.join(", ")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn devices() -> Vec<Listed> {
        let one = |name: &str, label: &str, is_default| Listed {
            name: name.into(),
            label: label.into(),
            is_default,
            formats: vec!["1280 × 720".into(), "a \"b\"".into()],
        };
        vec![one("0x1", "FaceTime HD Camera", false), one("0x2", "Logi C920", true), one("0x3", "Cam", false)]
    }

    #[test]
    fn to_json_is_json() {
        assert_eq!(
            to_json(&devices()[1..2]),
            r#"[{"name":"0x2","label":"Logi C920","isDefault":true,"formats":["1280 × 720","a \"b\""]}]"#
        );
        assert_eq!(to_json(&[]), "[]");
    }

    #[test]
    fn find_takes_a_whole_name_before_a_part_and_the_default_without_one() {
        let devices = devices();
        let found = |wanted| find(&devices, wanted, "camera").unwrap().name.as_str();
        assert_eq!(
            [found(""), found("0x1"), found("Cam"), found("facetime"), found("c9")],
            ["0x2", "0x1", "0x3", "0x1", "0x2"]
        );
        assert_eq!(find(&devices[..1], "", "camera").unwrap().name, "0x1");
    }

    #[test]
    fn find_lists_what_there_is() {
        assert_eq!(
            find(&devices()[..2], "Sony", "camera").unwrap_err(),
            "there is no camera \"Sony\"; there is \"FaceTime HD Camera\", \"Logi C920\""
        );
        assert_eq!(find(&[], "", "camera").unwrap_err(), "there is no camera: connect one");
    }
}
