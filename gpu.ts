/**
 * The graphics processor for processors in TypeScript, by WebGPU.
 *
 * @module
 */
export { sharedGpu } from "./processors/gpu/shared_gpu.ts";
export type { SharedGpu } from "./processors/gpu/shared_gpu.ts";
