//! A program of another language that hosts stages: how its processes are started, and what it says of its stages. Cold.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::process::{find_beside, kill_group};
use super::system::{await_end, process_descriptor};

/// The library by which such a program serves the runtime.
const LIBRARY: &str = "libsluice_guest.so";

/// Most bytes that a program may say of its stages, and of its failure.
const MOST_SAID: u64 = 8 << 20;
const MOST_BLAMED: u64 = 1 << 16;

/// How stages of a source are hosted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The program with its first arguments, such as `python3 -u -m sluice.host`.
    pub command: Vec<String>,
    /// Variables that are set for it, beside `SLUICE_GUEST_LIBRARY`.
    pub environment: Vec<(String, String)>,
    /// What the stages are in: a file, a folder or a module.
    pub source: String,
}

impl Program {
    /// The command that hosts a stage. It lacks what is known of the one process.
    pub(super) fn host(&self) -> Command {
        let mut command = self.begin(&self.command);
        if let Ok(library) = find_beside(LIBRARY) {
            command.env("SLUICE_GUEST_LIBRARY", library);
        }
        command
    }

    fn begin(&self, words: &[String]) -> Command {
        let mut command = Command::new(PathBuf::from(words.first().map_or("", String::as_str)));
        command.args(words.iter().skip(1)).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Runs a command of a program that tells of its stages, and gives what it says on standard output.
///
/// # Errors
///
/// Why it cannot be started, how it ended, with the last line that it said on standard error, or that it took too long.
pub fn describe(program: &Program, words: &[String], limit: Duration) -> Result<String, String> {
    let named = || words.first().map_or("", String::as_str);
    let mut command = program.begin(words);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().map_err(|error| format!("\"{}\" cannot be started: {error}", named()))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let said = std::thread::spawn(move || read_up_to(stdout, MOST_SAID));
    let blamed = std::thread::spawn(move || read_up_to(stderr, MOST_BLAMED));
    let is_over = process_descriptor(child.id()).map(|process| await_end(&process, limit));
    // With what it has started. Nobody has waited for it, so that the number is still its own.
    kill_group(child.id());
    let status = child.wait().map_err(|error| format!("\"{}\" is lost: {error}", named()))?;
    let (said, blamed) = (said.join().unwrap_or_default(), blamed.join().unwrap_or_default());
    let is_over = is_over.map_err(|error| format!("\"{}\" cannot be watched: {error}", named()))?;
    if !is_over {
        return Err(format!("\"{}\" did not tell of it within {} s", named(), limit.as_secs_f64()));
    }
    if status.success() {
        return Ok(said);
    }
    let last = blamed.trim().lines().next_back().unwrap_or("it does not say why").to_owned();
    Err(format!("\"{}\" ended with {status}: {last}", named()))
}

/// What comes up to the end, and no more than some bytes of it.
fn read_up_to(pipe: Option<impl Read>, most: u64) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What was read before an error stands.
        let _ = pipe.by_ref().take(most).read_to_end(&mut bytes);
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, limit: Duration) -> Result<String, String> {
        let program =
            Program { command: Vec::new(), environment: vec![("A".into(), "b".into())], source: String::new() };
        describe(&program, &["sh".into(), "-c".into(), script.into()], limit)
    }

    #[test]
    fn a_program_tells_on_standard_output_and_says_on_standard_error_why_not() {
        let long = Duration::from_secs(10);
        assert_eq!(run("echo $A; echo noise >&2", long), Ok("b\n".into()));
        assert_eq!(
            run("echo first >&2; echo last >&2; exit 3", long).unwrap_err(),
            "\"sh\" ended with exit status: 3: last"
        );
        let endless = run("sleep 60 & sleep 60", Duration::from_millis(50)).unwrap_err();
        assert_eq!(endless, "\"sh\" did not tell of it within 0.05 s");
        assert_eq!(run("yes | head -c 9000000", long).map(|said| said.len()), Ok(8 << 20));
    }
}
