/**
 * Loops over samples for processors, with the vector instructions of the processor: `kernels` runs in the native
 * library, in portable mode in WebAssembly, and gives the same bits in both.
 *
 * @module
 */
export { kernels } from "./kernels/kernels.ts";
export type { Kernels } from "./kernels/kernels.ts";
export type {
  DelayLines,
  EngineName,
  PcmFormat,
  PolyphaseTable,
  RgbPicture,
  TransformPlan,
  YuvPicture,
} from "./kernels/engine.ts";
