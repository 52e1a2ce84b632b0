/**
 * Facts about native stages beside their descriptors. The stages run on native lanes only: threads of the library,
 * without JavaScript.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { AudioFormat } from "../frames/format.ts";

/** Facts about a native stage beside its descriptor. */
export interface NativeStage {
  /** Its id in the native library, if other than the name of the node type. */
  readonly id?: string;
  /** Names of its own figures, in the order of the stage. */
  readonly figures: readonly string[];
  /** The module that shows its nodes on the page, an absolute path. */
  readonly panel?: string;
  /** Returns the format of its outputs, as far as its configuration determines it. */
  announces?(config: { readonly [key: string]: unknown }): AudioFormat;
}

/** Refuses to load a native stage's node type as a class on a TypeScript lane. */
export function refuseLoading(type: string): Promise<never> {
  const message = `Cannot load node type "${type}": it is a native stage, which runs on native lanes only`;
  return Promise.reject(new SluiceError("InvalidGraph", message));
}

const STAGES = new Map<string, NativeStage>();

/** Enters the facts about a stage. The native library has checked that its name is unique. */
export function enterNativeStage(type: string, stage: NativeStage): void {
  STAGES.set(type, stage);
}

const NO_FIGURES: NativeStage = { figures: [] };

/** Returns the facts about the stage of a node type; for a type that is not listed, a stage without figures. */
export function nativeStage(type: string): NativeStage {
  return STAGES.get(type) ?? NO_FIGURES;
}
