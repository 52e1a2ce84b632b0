//! A stage of a plugin as its lane runs it.

use std::ffi::{CString, c_void};
use std::panic::resume_unwind;
use std::ptr;

use sluice_abi::MAX_FIGURES;
use sluice_abi::stage::{SLUICE_AGAIN, SLUICE_FAULT, SLUICE_OK, SLUICE_PANIC, SluiceContext};

use crate::lane::settings::{Settings, Value};
use crate::lane::stage::{Fault, Stage};
use crate::lane::{Bell, NodeAccess, StageContext};

use super::call::{Call, Given};
use super::loaded_stage::LoadedStage;

/// An instance. It is used on one thread alone: its lane's, or the first of its own process. `B` is how other threads wake
/// its node.
pub(crate) struct PluginStage<B> {
    kind: &'static LoadedStage,
    instance: *mut c_void,
    settings: Settings,
    bell: B,
}

impl<B: Clone> PluginStage<B> {
    /// Makes an instance.
    ///
    /// # Errors
    ///
    /// Why the plugin refuses.
    pub(crate) fn create<L: NodeAccess<Bell = B>>(
        kind: &'static LoadedStage,
        settings: &Settings,
        bell: &B,
    ) -> Result<Self, String> {
        let mut stage = Self { kind, instance: ptr::null_mut(), settings: settings.clone(), bell: bell.clone() };
        let mut instance = ptr::null_mut();
        // SAFETY: the plugin vouches for its function; the context is that of this call.
        let outcome =
            stage.call::<L>(None, "create", |_, context| unsafe { (kind.calls.create)(context, &raw mut instance) });
        match outcome {
            Ok((SLUICE_OK, _)) if instance.is_null() => Err("create answered SLUICE_OK and gave no instance".into()),
            Ok((SLUICE_OK, _)) => {
                stage.instance = instance;
                Ok(stage)
            }
            Ok((status, _)) => Err(odd("create", status)),
            Err(text) => Err(text),
        }
    }

    /// Calls a function of the plugin. Gives its answer, if that is no failure, and what it gave the host.
    ///
    /// # Errors
    ///
    /// What the function says of its failure.
    ///
    /// # Panics
    ///
    /// If it says that it panicked.
    fn call<L: NodeAccess<Bell = B>>(
        &self,
        lane: Option<&mut L>,
        name: &str,
        body: impl FnOnce(*mut c_void, *mut SluiceContext) -> i32,
    ) -> Result<(i32, Given), String> {
        let mut call = Call::new(lane, &self.settings, self.kind, &self.bell);
        let status = body(self.instance, (&raw mut call).cast());
        if let Some(text) = call.find_overrun() {
            return Err(text);
        }
        if status >= 0 {
            return Ok((status, call.into_given()));
        }
        let text = call.into_fault().unwrap_or_else(|| format!("{name} failed and did not say why"));
        match status {
            SLUICE_FAULT => Err(text),
            // Without the hook for panics, which the plugin's own has run.
            SLUICE_PANIC => resume_unwind(Box::new(text)),
            other => Err(odd(name, other)),
        }
    }

    /// As [`Stage::process`].
    pub(crate) fn process_in<L: NodeAccess<Bell = B>>(&mut self, context: &mut L) -> Result<(), Fault> {
        let process = self.kind.calls.process;
        // SAFETY: the plugin vouches for its function; instance and context are those of this call.
        let (status, _) =
            self.call(Some(context), "process", |instance, call| unsafe { process(instance, call) }).map_err(Fault)?;
        match status {
            SLUICE_OK => {}
            SLUICE_AGAIN => context.run_again(),
            other => return Err(Fault(odd("process", other))),
        }
        Ok(())
    }

    /// As [`Stage::flush`].
    pub(crate) fn flush_in<L: NodeAccess<Bell = B>>(&mut self, context: &mut L) -> Result<bool, Fault> {
        let Some(flush) = self.kind.calls.flush else { return Ok(false) };
        // SAFETY: as in `process`.
        let (status, _) =
            self.call(Some(context), "flush", |instance, call| unsafe { flush(instance, call) }).map_err(Fault)?;
        match status {
            SLUICE_OK => Ok(false),
            SLUICE_AGAIN => Ok(true),
            other => Err(Fault(odd("flush", other))),
        }
    }

    /// As [`Stage::control`].
    pub(crate) fn control_in<L: NodeAccess<Bell = B>>(
        &mut self,
        context: &mut L,
        values: &[(String, Value)],
    ) -> Result<(), String> {
        let before = self.settings.clone();
        values.iter().for_each(|(key, value)| self.settings.set(key, value.clone()));
        for (place, (key, _)) in values.iter().enumerate() {
            let Err(error) = self.tell_changed(context, key) else { continue };
            self.settings = before;
            // Those that it was told of before are as they were again; one that refuses that has refused already.
            for (told, _) in &values[..place] {
                let _ = self.tell_changed(context, told);
            }
            return Err(error);
        }
        Ok(())
    }

    fn tell_changed<L: NodeAccess<Bell = B>>(&self, context: &mut L, key: &str) -> Result<(), String> {
        let Some(control) = self.kind.calls.control else {
            return Err(format!("\"{key}\" cannot be changed while the stage runs"));
        };
        let name = CString::new(key).map_err(|_| "the key has a zero byte".to_owned())?;
        // SAFETY: as in `process`; the name is a C string.
        let (status, _) =
            self.call(Some(context), "control", |instance, call| unsafe { control(instance, call, name.as_ptr()) })?;
        if status == SLUICE_OK { Ok(()) } else { Err(odd("control", status)) }
    }

    /// As [`Stage::command`].
    pub(crate) fn command_in<L: NodeAccess<Bell = B>>(
        &mut self,
        context: &mut L,
        name: &str,
        json: &str,
    ) -> Result<String, String> {
        let Some(command) = self.kind.calls.command else { return Err("it takes no commands".into()) };
        let no_zeros = |text: &str| CString::new(text).map_err(|_| "a text of the command has a zero byte".to_owned());
        let (name, json) = (no_zeros(name)?, no_zeros(json)?);
        // SAFETY: as in `process`; the texts are C strings.
        let outcome = self.call(Some(context), "command", |instance, call| unsafe {
            command(instance, call, name.as_ptr(), json.as_ptr())
        })?;
        match outcome {
            (SLUICE_OK, given) => Ok(given.answer.unwrap_or_else(|| "null".into())),
            (status, _) => Err(odd("command", status)),
        }
    }

    /// As [`Stage::snapshot`].
    pub(crate) fn snapshot_in<L: NodeAccess<Bell = B>>(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        let Some(snapshot) = self.kind.calls.snapshot else { return Ok(()) };
        // SAFETY: as in `process`.
        let outcome = self.call::<L>(None, "snapshot", |instance, call| unsafe { snapshot(instance, call) })?;
        match outcome {
            (SLUICE_OK, mut given) => out.append(&mut given.state),
            (status, _) => return Err(odd("snapshot", status)),
        }
        Ok(())
    }

    /// As [`Stage::restore`].
    pub(crate) fn restore_in<L: NodeAccess<Bell = B>>(&mut self, state: &[u8]) -> Result<(), String> {
        let Some(restore) = self.kind.calls.restore.filter(|_| !state.is_empty()) else { return Ok(()) };
        // SAFETY: as in `process`; the bytes are there during the call.
        let (status, _) = self.call::<L>(None, "restore", |instance, call| unsafe {
            restore(instance, call, state.as_ptr().cast(), state.len())
        })?;
        if status == SLUICE_OK { Ok(()) } else { Err(odd("restore", status)) }
    }

    /// As [`Stage::figures`].
    ///
    /// # Panics
    ///
    /// If the function says that it panicked.
    pub(crate) fn figures_of(&mut self, out: &mut Vec<f64>) -> Result<(), String> {
        let Some(count) = self.kind.calls.figures else { return Ok(()) };
        let mut values = [0.0; MAX_FIGURES];
        let wanted = self.kind.figures.len().min(MAX_FIGURES);
        // SAFETY: as in `process`; there is room for as many values as are wanted.
        let status = unsafe { count(self.instance, values.as_mut_ptr(), wanted as u32) };
        // It has no context by which it could say why.
        match status {
            SLUICE_OK => out.extend_from_slice(&values[..wanted]),
            SLUICE_PANIC => resume_unwind(Box::new("its function count panicked".to_owned())),
            SLUICE_FAULT => return Err("its function count failed".into()),
            other => return Err(odd("count", other)),
        }
        Ok(())
    }
}

impl<B> PluginStage<B> {
    /// As [`Stage::close`].
    pub(crate) fn destroy(&mut self) -> Result<(), String> {
        let instance = self.instance;
        self.instance = ptr::null_mut();
        if instance.is_null() {
            return Ok(());
        }
        // SAFETY: the instance is the plugin's own, and this is its last use.
        match unsafe { (self.kind.calls.destroy)(instance) } {
            SLUICE_OK => Ok(()),
            SLUICE_PANIC => Err("its function destroy panicked".into()),
            SLUICE_FAULT => Err("its function destroy failed".into()),
            status => Err(odd("destroy", status)),
        }
    }
}

impl Stage for PluginStage<Bell> {
    fn process(&mut self, context: &mut StageContext<'_>) -> Result<(), Fault> {
        self.process_in(context)
    }

    fn flush(&mut self, context: &mut StageContext<'_>) -> Result<bool, Fault> {
        self.flush_in(context)
    }

    fn control(&mut self, context: &mut StageContext<'_>, values: &[(String, Value)]) -> Result<(), String> {
        self.control_in(context, values)
    }

    fn command(&mut self, context: &mut StageContext<'_>, name: &str, json: &str) -> Result<String, String> {
        self.command_in(context, name, json)
    }

    fn snapshot(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        self.snapshot_in::<StageContext<'_>>(out)
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        self.restore_in::<StageContext<'_>>(state)
    }

    fn figures(&mut self, out: &mut Vec<f64>) -> Result<(), String> {
        self.figures_of(out)
    }

    fn close(&mut self) -> Result<(), String> {
        self.destroy()
    }
}

impl<B> Drop for PluginStage<B> {
    fn drop(&mut self) {
        // It was half made, or its process ends: there is nobody to tell of a failure.
        let _ = self.destroy();
    }
}

/// A plugin's answer that means nothing.
fn odd(name: &str, status: i32) -> String {
    format!("{name} answered {status}, which means nothing there")
}
