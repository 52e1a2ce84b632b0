//! The program of the child processes that isolated stages run in. The runtime starts it; by hand it is of no use.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn run() -> Result<(), String> {
    sluice_core::isolation::run_guest(std::env::args().skip(1))
}

#[cfg(not(target_os = "linux"))]
fn run() -> Result<(), String> {
    Err("this system has no isolated stages".into())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("sluice-stage-host: {text}");
            ExitCode::FAILURE
        }
    }
}
