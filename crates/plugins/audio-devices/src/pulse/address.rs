//! Where the server of PulseAudio, or that of PipeWire, listens.
//!
//! As libpulse does: by `PULSE_SERVER`, else in the folder for the user's sockets, else in the system's.

use std::path::{Path, PathBuf};

/// Sockets of a machine's own servers; each as a path.
pub(crate) struct Addresses {
    pub(crate) paths: Vec<PathBuf>,
    /// Servers that `PULSE_SERVER` names and that cannot be spoken to.
    pub(crate) refused: Vec<String>,
}

/// Where to look, by the environment.
pub(crate) fn addresses(variable: impl Fn(&str) -> Option<String>, user: u32) -> Addresses {
    let mut found = Addresses { paths: Vec::new(), refused: Vec::new() };
    if let Some(servers) = variable("PULSE_SERVER").filter(|text| !text.trim().is_empty()) {
        for server in servers.split_whitespace() {
            // "{machine}unix:/path": only for the machine of that id.
            let name = server.rsplit_once('}').map_or(server, |(_, name)| name);
            match name.strip_prefix("unix:").or_else(|| name.starts_with('/').then_some(name)) {
                Some(path) => found.paths.push(path.into()),
                None => found.refused.push(server.to_owned()),
            }
        }
        return found;
    }
    if let Some(folder) = variable("PULSE_RUNTIME_PATH") {
        found.paths.push(Path::new(&folder).join("native"));
    }
    let folder = variable("XDG_RUNTIME_DIR").unwrap_or_else(|| format!("/run/user/{user}"));
    found.paths.push(Path::new(&folder).join("pulse/native"));
    found.paths.push("/run/pulse/native".into());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Addresses {
        addresses(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()), 7)
    }

    #[test]
    fn pulse_server_comes_before_the_folders_for_sockets() {
        let found = of(&[("PULSE_SERVER", "{abc}unix:/a /b tcp:host:4713"), ("XDG_RUNTIME_DIR", "/x")]);
        assert_eq!(found.paths, [PathBuf::from("/a"), PathBuf::from("/b")]);
        assert_eq!(found.refused, ["tcp:host:4713"]);
        let found = of(&[("XDG_RUNTIME_DIR", "/x"), ("PULSE_RUNTIME_PATH", "/p")]);
        assert_eq!(found.paths, ["/p/native", "/x/pulse/native", "/run/pulse/native"].map(PathBuf::from));
        assert_eq!(of(&[]).paths[0], PathBuf::from("/run/user/7/pulse/native"));
    }
}
