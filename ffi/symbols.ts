/**
 * The functions of the native library, as `Deno.dlopen` wants them. `crates/ffi/src` says what each does, and
 * `crates/kernels/src/exports.rs` of `slu_kernel_*`, which get arrays of JavaScript; a test compares them.
 *
 * @module
 */

/** Functions that identify a library as ours: looked up before all others. */
export const IDENTITY_SYMBOLS = {
  slu_abi_version: { parameters: [], result: "u32" },
  slu_layout_text: { parameters: [], result: "pointer" },
} as const;

/** All functions. */
export const SYMBOLS = {
  slu_abi_version: { parameters: [], result: "u32" },
  slu_version: { parameters: [], result: "pointer" },
  slu_layout_text: { parameters: [], result: "pointer" },
  slu_last_error: { parameters: [], result: "pointer" },
  slu_now_ns: { parameters: [], result: "f64" },
  slu_machine_bytes: { parameters: [], result: "f64" },

  slu_arena_new: { parameters: ["f64", "f64"], result: "pointer" },
  slu_arena_open: { parameters: ["pointer"], result: "f64" },
  slu_arena_show: { parameters: ["pointer", "f64"], result: "u32" },
  slu_arena_discard: { parameters: ["pointer", "f64", "f64"], result: "u32" },
  slu_arena_release: { parameters: ["pointer"], result: "u32" },

  slu_control_open: { parameters: ["pointer"], result: "pointer" },
  slu_lane_signal: { parameters: ["pointer", "u32", "u32"], result: "void" },
  slu_lane_ring: { parameters: ["pointer", "u32"], result: "void" },
  slu_lane_park: { parameters: ["pointer", "u32", "u32", "f64"], result: "void" },
  slu_lane_park_async: {
    name: "slu_lane_park",
    parameters: ["pointer", "u32", "u32", "f64"],
    result: "void",
    nonblocking: true,
  },
  slu_lane_enter: { parameters: ["pointer", "u32", "u32", "u32"], result: "u32" },

  slu_ring_new: { parameters: ["pointer", "u32", "u32", "u32"], result: "pointer" },
  slu_ring_free: { parameters: ["pointer"], result: "u32" },
  slu_ring_bind_reader: { parameters: ["pointer", "u32", "u32"], result: "u32" },
  slu_ring_bind_writer: { parameters: ["pointer", "u32", "u32"], result: "u32" },
  slu_ring_writer_staging: { parameters: ["pointer"], result: "pointer" },
  slu_ring_reader_staging: { parameters: ["pointer"], result: "pointer" },
  slu_ring_push: { parameters: ["pointer", "u32"], result: "u32" },
  slu_ring_commit: { parameters: ["pointer", "u32"], result: "u32" },
  slu_ring_room: { parameters: ["pointer"], result: "u32" },
  slu_ring_await_room: { parameters: ["pointer"], result: "u32" },
  slu_ring_pop: { parameters: ["pointer"], result: "u32" },
  slu_ring_fetch: { parameters: ["pointer", "u32"], result: "u32" },
  slu_ring_available: { parameters: ["pointer"], result: "u32" },

  slu_cpu_count: { parameters: [], result: "u32" },
  slu_thread_schedule: { parameters: ["u32", "pointer", "u32"], result: "u32" },
  slu_native_spawn: { parameters: ["pointer", "u32"], result: "pointer" },
  slu_native_send: { parameters: ["pointer", "pointer", "u32"], result: "u32" },
  slu_native_report: { parameters: ["pointer"], result: "pointer" },
  slu_native_finish: { parameters: ["pointer", "u32"], result: "void" },
  slu_main_look: { parameters: [], result: "u32" },

  slu_plugin_try: { parameters: ["pointer", "u32", "u32", "u32"], result: "u32" },
  slu_plugin_rights: { parameters: ["pointer", "u32", "pointer", "u32", "u32"], result: "u32" },
  slu_plugin_devices: { parameters: ["pointer", "u32"], result: "pointer" },
  slu_plugin_devices_async: {
    name: "slu_plugin_devices",
    parameters: ["pointer", "u32"],
    result: "pointer",
    nonblocking: true,
  },
  slu_plugin_load: { parameters: ["pointer", "u32", "u32"], result: "pointer" },
  slu_program_load: { parameters: ["pointer", "u32"], result: "pointer" },
  slu_program_start: {
    parameters: ["pointer", "u32"],
    result: "u32",
    nonblocking: true,
  },
  slu_program_load_async: {
    name: "slu_program_load",
    parameters: ["pointer", "u32"],
    result: "pointer",
    nonblocking: true,
  },
} as const;

/** Functions that every lane calls. Each takes 0.1 ms to make ready, so all others wait for their first use. */
export const LANE_FUNCTIONS = [
  "slu_now_ns",
  "slu_arena_open",
  "slu_arena_release",
  "slu_control_open",
  "slu_lane_signal",
  "slu_lane_ring",
  "slu_lane_park",
  "slu_lane_enter",
  "slu_ring_bind_reader",
  "slu_ring_bind_writer",
  "slu_ring_writer_staging",
  "slu_ring_reader_staging",
  "slu_ring_push",
  "slu_ring_commit",
  "slu_ring_room",
  "slu_ring_await_room",
  "slu_ring_pop",
  "slu_ring_fetch",
  "slu_ring_available",
] as const satisfies (keyof typeof SYMBOLS)[];

/** The kernels, which get arrays of JavaScript. */
export const KERNEL_SYMBOLS = {
  slu_kernel_level: { parameters: ["u32"], result: "u32" },
  slu_kernel_polyphase: {
    parameters: ["buffer", "u32", "u32", "buffer", "u32", "buffer", "u32", "u32", "u32", "u32", "u32", "u32"],
    result: "u32",
  },
  slu_kernel_scale: { parameters: ["buffer", "u32", "f64", "f64"], result: "void" },
  slu_kernel_mix: { parameters: ["buffer", "u32", "buffer", "u32", "u32", "f64"], result: "void" },
  slu_kernel_measure: { parameters: ["buffer", "u32", "buffer"], result: "void" },
  slu_kernel_dot: { parameters: ["buffer", "buffer", "u32"], result: "f64" },
  slu_kernel_window: { parameters: ["buffer", "buffer", "buffer", "u32"], result: "void" },
  slu_kernel_biquads: { parameters: ["buffer", "u32", "buffer", "buffer", "u32"], result: "void" },
  slu_kernel_widen: { parameters: ["buffer", "buffer", "u32", "f64"], result: "void" },
  slu_kernel_mend: { parameters: ["buffer", "u32"], result: "void" },
  slu_kernel_combs: {
    parameters: ["buffer", "u32", "buffer", "u32", "buffer", "buffer", "u32", "f64", "f64", "f64"],
    result: "u32",
  },
  slu_kernel_allpasses: {
    parameters: ["buffer", "u32", "buffer", "u32", "buffer", "u32", "f64"],
    result: "u32",
  },
  slu_kernel_blend: { parameters: ["buffer", "buffer", "u32", "f64", "f64", "f64", "f64"], result: "void" },
  slu_kernel_transform: {
    parameters: ["buffer", "u32", "buffer", "u32", "buffer", "u32", "buffer", "u32", "buffer", "u32"],
    result: "u32",
  },
  slu_kernel_decibels: { parameters: ["buffer", "f64", "f64", "buffer", "u32"], result: "void" },
  slu_kernel_to_yuv: {
    parameters: [
      "buffer",
      "u32",
      "buffer",
      "u32",
      "buffer",
      "u32",
      "buffer",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
    ],
    result: "u32",
  },
  slu_kernel_to_rgb: {
    parameters: [
      "buffer",
      "u32",
      "buffer",
      "u32",
      "buffer",
      "u32",
      "buffer",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
      "u32",
    ],
    result: "u32",
  },
  slu_kernel_decode: { parameters: ["u32", "buffer", "u32", "u32", "u32", "buffer", "u32"], result: "u32" },
  slu_kernel_encode: {
    parameters: ["u32", "buffer", "u32", "buffer", "u32", "u32", "u32", "buffer"],
    result: "u32",
  },
} as const;

/** The functions, to call. */
export type NativeSymbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** The kernels, to call. */
export type KernelSymbols = Deno.DynamicLibrary<typeof KERNEL_SYMBOLS>["symbols"];
