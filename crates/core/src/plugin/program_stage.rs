//! Stages whose code is a program's in another language: they run in processes of their own alone.

use std::sync::Arc;

use sluice_abi::{MAX_FIGURES, kind};

use crate::isolation::{Program, forget_spares};
use crate::lane::stage::{Cadence, StageType};

use super::descriptors::{MAX_PORTS, is_format_of, is_id, is_port_name};
use super::loaded::loaded;

const MAX_BURST: u32 = 256;

/// A port, as its program describes it.
pub struct ProgramPort {
    /// Its name.
    pub name: String,
    /// The code of its kind of frame.
    pub kind: u32,
    /// The codes of the formats that it takes.
    pub formats: Vec<u32>,
    /// Most frames that an output is given for each frame read.
    pub burst: u32,
}

/// A stage, as its program describes it.
pub struct ProgramStage {
    /// Its id.
    pub id: String,
    /// When it is run.
    pub cadence: Cadence,
    /// Its inputs.
    pub inputs: Vec<ProgramPort>,
    /// Its outputs.
    pub outputs: Vec<ProgramPort>,
    /// Names of its figures.
    pub figures: Vec<String>,
}

/// Enters the stages of a program. One of the same source takes the place of what was known of the stage before, for nodes
/// that are made from now on.
///
/// # Errors
///
/// What is wrong with a stage, or that another source or a library has it.
pub fn add_program(program: Program, stages: &[ProgramStage]) -> Result<(), String> {
    for stage in stages {
        check(stage).map_err(|fault| format!("stage \"{}\": {fault}", stage.id))?;
    }
    let mut all = loaded();
    for ProgramStage { id, .. } in stages {
        let before = all.programs.iter().find(|(known, _)| known == id);
        let is_own = before.is_some_and(|(_, before)| before.source == program.source);
        if !is_own && all.stages.iter().any(|known| known.name == id) {
            return Err(format!("stage \"{id}\" is there already, of another plugin; disable one of the two"));
        }
    }
    forget_spares(|id| stages.iter().any(|stage| stage.id == id));
    let program = Arc::new(program);
    for stage in stages {
        all.programs.retain(|(known, _)| *known != stage.id);
        all.programs.push((stage.id.clone(), Arc::clone(&program)));
        let made = stage_type(stage);
        match all.stages.iter_mut().find(|known| known.name == stage.id) {
            Some(known) if is_like(known, &made) => {}
            Some(known) => *known = Box::leak(Box::new(made)),
            None => all.stages.push(Box::leak(Box::new(made))),
        }
    }
    Ok(())
}

fn check(stage: &ProgramStage) -> Result<(), String> {
    if !is_id(&stage.id) {
        return Err("wanted an id such as \"com.example.fft\": lower-case letters, digits and \"-\", with a dot".into());
    }
    let ports = [&stage.inputs, &stage.outputs];
    if ports.iter().any(|ports| ports.len() > MAX_PORTS as usize) {
        return Err(format!("it has more than {MAX_PORTS} ports of one direction"));
    }
    let mut names: Vec<&str> = Vec::new();
    for ProgramPort { name, kind: found, formats, burst } in ports.into_iter().flatten() {
        if !is_port_name(name) || names.contains(&name.as_str()) {
            return Err(format!("the name of port {name:?} is there twice, or is none: letters, digits or \"_\""));
        }
        names.push(name);
        let known = u8::try_from(*found).ok().filter(|found| (kind::AUDIO..=kind::DATA).contains(found));
        let known = known.ok_or_else(|| format!("port \"{name}\" has kind {found}, which is none"))?;
        if let Some(format) = formats.iter().find(|&&format| !is_format_of(known, format)) {
            return Err(format!("format {format} of port \"{name}\" is none of its kind"));
        }
        if *burst > MAX_BURST {
            return Err(format!("the burst of port \"{name}\" is {burst}, at most {MAX_BURST}"));
        }
    }
    match stage.figures.iter().find(|name| !is_port_name(name)) {
        Some(name) => Err(format!("the name of figure {name:?} is none: letters, digits or \"_\"")),
        None if stage.figures.len() > MAX_FIGURES => Err(format!("it has more than {MAX_FIGURES} figures")),
        None => Ok(()),
    }
}

/// How native lanes know it. What was leaked for an earlier version of the source stays.
fn stage_type(stage: &ProgramStage) -> StageType {
    let figures: Vec<&'static str> =
        stage.figures.iter().map(|name| &*Box::leak(name.clone().into_boxed_str())).collect();
    StageType {
        name: Box::leak(stage.id.clone().into_boxed_str()),
        inputs: stage.inputs.len() as u32,
        outputs: stage.outputs.len() as u32,
        burst: stage.outputs.iter().map(|port| port.burst).max().unwrap_or(1).max(1),
        cadence: stage.cadence,
        figures: Box::leak(figures.into_boxed_slice()),
        create: &|_, _| Err("its code runs in a process of its own alone; set isolate: \"process\"".into()),
    }
}

fn is_like(known: &StageType, made: &StageType) -> bool {
    let shape = |each: &StageType| (each.inputs, each.outputs, each.burst, each.cadence, each.figures.to_vec());
    shape(known) == shape(made)
}
