//! A plugin that was made: its life, and the calls of the interface on the thread that each is for.
//!
//! States: made → initialised → active and processing → initialised → destroyed. The main thread calls everything but
//! `process`, `start_processing`, `stop_processing` and, while the plugin is active, `flush`.

use std::ffi::{CStr, c_void};

use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process};
use clap_sys::stream::{clap_istream, clap_ostream};

use crate::buffers::Buffers;
use crate::events::{Event, InputList, Said};
use crate::host::Host;
use crate::library::{Descriptor, Library};
use crate::parameters;
use crate::ports::Ports;

/// A plugin is told to expect as many samples at least, however few come: some make no sense of a few.
const LEAST_ROOM: u32 = 64;

/// A plugin, on the thread that has made it.
pub(crate) struct Instance {
    plugin: &'static clap_plugin,
    pub(crate) host: Box<Host>,
    /// Buffers while it is active.
    buffers: Option<Buffers>,
    said: Said,
}

impl Instance {
    /// Makes a plugin and initialises it.
    ///
    /// # Errors
    ///
    /// Why not.
    pub(crate) fn new(library: Library, descriptor: &Descriptor) -> Result<Self, String> {
        let host = Host::new();
        let plugin = library.create(&descriptor.id, &host).ok_or("the file does not make it")?;
        let instance = Self { plugin, host, buffers: None, said: Said::default() };
        // SAFETY: on the main thread, the first call of the plugin.
        if !instance.plugin.init.is_some_and(|call| unsafe { call(plugin) }) {
            return Err("its function \"init\" answers false".into());
        }
        Ok(instance)
    }

    /// What calls of extensions are given.
    pub(crate) fn raw(&self) -> *const clap_plugin {
        self.plugin
    }

    /// A table of functions of the plugin. `T` is what the interface gives the name.
    pub(crate) fn extension<T: 'static>(&self, name: &CStr) -> Option<&'static T> {
        let call = self.plugin.get_extension?;
        // SAFETY: the plugin is initialised, and its tables live as long as the library, which is never closed.
        unsafe { call(self.plugin, name.as_ptr()).cast::<T>().as_ref() }
    }

    /// Activates it for blocks of so many samples, and has it begin to process.
    ///
    /// # Errors
    ///
    /// Why not.
    pub(crate) fn activate(&mut self, ports: &Ports, rate_hz: u32, samples: u32) -> Result<(), String> {
        self.deactivate();
        let call = self.plugin.activate.ok_or("it has no function \"activate\"")?;
        // SAFETY: on the main thread, the plugin is initialised and not active.
        if !unsafe { call(self.plugin, f64::from(rate_hz), samples, samples.max(LEAST_ROOM)) } {
            return Err(format!("it does not run at {rate_hz} Hz: its function \"activate\" answers false"));
        }
        self.buffers = Some(Buffers::new(ports, samples));
        let start = self.plugin.start_processing;
        // SAFETY: on the audio thread, the plugin is active.
        if start.is_some_and(|call| !self.host.as_audio(|| unsafe { call(self.plugin) })) {
            return Err("its function \"start_processing\" answers false".into());
        }
        Ok(())
    }

    /// Ends processing, and deactivates it.
    pub(crate) fn deactivate(&mut self) {
        if self.buffers.take().is_none() {
            return;
        }
        if let Some(call) = self.plugin.stop_processing {
            // SAFETY: on the audio thread, the plugin is active.
            self.host.as_audio(|| unsafe { call(self.plugin) });
        }
        if let Some(call) = self.plugin.deactivate {
            // SAFETY: on the main thread, the plugin is active and does not process.
            unsafe { call(self.plugin) };
        }
    }

    /// Does what the plugin has asked for since the last call. `true`: it wants to be activated anew.
    pub(crate) fn do_main_work(&self) -> bool {
        if self.host.take_callback() {
            if let Some(call) = self.plugin.on_main_thread {
                // SAFETY: on the main thread, the plugin is initialised.
                unsafe { call(self.plugin) };
            }
        }
        self.host.take_restart()
    }

    /// By how many samples its output is late, as of its activation.
    pub(crate) fn latency_samples(&self) -> u32 {
        let table = self.extension::<clap_plugin_latency>(CLAP_EXT_LATENCY);
        // SAFETY: on the main thread, the plugin is active.
        table.and_then(|table| table.get).map_or(0, |call| unsafe { call(self.plugin) })
    }

    /// For how many samples it sounds behind the last one of its input. `None`: it does not tell.
    pub(crate) fn tail_samples(&self) -> Option<u32> {
        let call = self.extension::<clap_plugin_tail>(CLAP_EXT_TAIL)?.get?;
        // SAFETY: the interface allows both threads.
        Some(self.host.as_audio(|| unsafe { call(self.plugin) }))
    }

    /// The planes of an input, to be filled in before [`Instance::process`]. 0: the main one.
    pub(crate) fn input(&mut self, which: usize) -> &mut [Vec<f32>] {
        self.buffers.as_mut().map_or(&mut [], |buffers| buffers.input(which))
    }

    /// What [`Instance::process`] has written to an output. 0: the main one.
    pub(crate) fn output(&self, which: usize) -> &[Vec<f32>] {
        self.buffers.as_ref().map_or(&[], |buffers| buffers.output(which))
    }

    /// Has it process a block.
    ///
    /// # Errors
    ///
    /// It cannot go on.
    pub(crate) fn process(&mut self, steady_time: i64, samples: u32, events: &[Event]) -> Result<(), String> {
        let buffers = self.buffers.as_mut().ok_or("it is not active")?;
        let call = self.plugin.process.ok_or("it has no function \"process\"")?;
        let (inputs, outputs) = buffers.tables();
        let list = InputList::new(&events);
        let said = self.said.list();
        let block = clap_process {
            steady_time,
            frames_count: samples,
            transport: std::ptr::null(),
            audio_inputs: inputs.as_ptr(),
            audio_outputs: outputs.as_mut_ptr(),
            audio_inputs_count: inputs.len() as u32,
            audio_outputs_count: outputs.len() as u32,
            in_events: list.table(),
            out_events: &raw const said,
        };
        // SAFETY: on the audio thread, the plugin is active and processes, and what the block points to lives.
        let status = self.host.as_audio(|| unsafe { call(self.plugin, &raw const block) });
        if status == CLAP_PROCESS_ERROR {
            return Err(format!("its function \"process\" answers an error for a block of {samples} samples"));
        }
        Ok(())
    }

    /// Sets parameters without a block. `false`: it takes them with a block alone.
    pub(crate) fn set_parameters(&mut self, events: &[Event]) -> bool {
        let Some(call) = parameters::table(self).and_then(|table| table.flush) else { return false };
        let list = InputList::new(&events);
        let said = self.said.list();
        // SAFETY: what the lists point to lives; the thread is the audio thread if the plugin is active, else the main one.
        let set = || unsafe { call(self.plugin, list.table(), &raw const said) };
        if self.buffers.is_some() {
            self.host.as_audio(set)
        } else {
            set()
        }
        true
    }

    /// Whether it saves and loads states.
    pub(crate) fn has_state(&self) -> bool {
        self.extension::<clap_plugin_state>(CLAP_EXT_STATE).is_some()
    }

    /// Its state. `None`: it cannot.
    pub(crate) fn save(&self) -> Option<Vec<u8>> {
        let call = self.extension::<clap_plugin_state>(CLAP_EXT_STATE)?.save?;
        let mut bytes: Vec<u8> = Vec::new();
        let stream = clap_ostream { ctx: (&raw mut bytes).cast(), write: Some(write) };
        // SAFETY: on the main thread, with a stream that lives during the call.
        unsafe { call(self.plugin, &raw const stream) }.then_some(bytes)
    }

    /// Goes on from a state of [`Instance::save`].
    ///
    /// # Errors
    ///
    /// Why not.
    pub(crate) fn load(&self, state: &[u8]) -> Result<(), String> {
        let table = self.extension::<clap_plugin_state>(CLAP_EXT_STATE);
        let call = table.and_then(|table| table.load).ok_or("it takes no states")?;
        let mut rest: &[u8] = state;
        let stream = clap_istream { ctx: (&raw mut rest).cast(), read: Some(read) };
        // SAFETY: on the main thread, with a stream that lives during the call.
        if unsafe { call(self.plugin, &raw const stream) } { Ok(()) } else { Err("it refuses the state".into()) }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.deactivate();
        if let Some(call) = self.plugin.destroy {
            // SAFETY: on the main thread, the plugin is not active, and this is its last call.
            unsafe { call(self.plugin) };
        }
    }
}

unsafe extern "C" fn write(stream: *const clap_ostream, bytes: *const c_void, size: u64) -> i64 {
    if bytes.is_null() {
        return if size == 0 { 0 } else { -1 };
    }
    // SAFETY: `Instance::save` has stored the address of a vector; the plugin vouches for its bytes.
    unsafe {
        let place = &mut *(*stream).ctx.cast::<Vec<u8>>();
        place.extend_from_slice(std::slice::from_raw_parts(bytes.cast(), size as usize));
    }
    size as i64
}

unsafe extern "C" fn read(stream: *const clap_istream, place: *mut c_void, size: u64) -> i64 {
    if place.is_null() {
        return if size == 0 { 0 } else { -1 };
    }
    // SAFETY: `Instance::load` has stored the address of a slice; the plugin vouches for its place.
    unsafe {
        let rest = &mut *(*stream).ctx.cast::<&[u8]>();
        let (now, later) = rest.split_at(rest.len().min(size as usize));
        std::ptr::copy_nonoverlapping(now.as_ptr(), place.cast::<u8>(), now.len());
        *rest = later;
        now.len() as i64
    }
}
