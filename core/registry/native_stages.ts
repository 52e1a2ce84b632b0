/**
 * What is known of native stages beside their descriptors. They run on native lanes only: threads of the library, with no
 * JavaScript on them.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import type { AudioFormat } from "../frames/format.ts";

/** What is known of a native stage beside its descriptor. */
export interface NativeStage {
  /** The id by which the native library knows it, where that is not the name of the node type. */
  readonly id?: string;
  /** Names of its own figures, in the order in which the stage gives them. */
  readonly figures: readonly string[];
  /** The module that shows its nodes on the page, an absolute path. */
  readonly panel?: string;
  /** What its outputs will carry, as far as its configuration says so. */
  announces?(config: { readonly [key: string]: unknown }): AudioFormat;
}

/** What a node type does that is a native stage, where a lane of TypeScript wants its class. */
export function refuseLoading(type: string): Promise<never> {
  const message = `Cannot load node type "${type}": it is a native stage, which runs on native lanes only`;
  return Promise.reject(new SluiceError("InvalidGraph", message));
}

const STAGES = new Map<string, NativeStage>();

/** Enters what is known of a stage. The native library has seen to it that there is one of a name. */
export function enterNativeStage(type: string, stage: NativeStage): void {
  STAGES.set(type, stage);
}

const NO_FIGURES: NativeStage = { figures: [] };

/** What is known of the stage of a node type; for one that is not listed, that it has no figures. */
export function nativeStage(type: string): NativeStage {
  return STAGES.get(type) ?? NO_FIGURES;
}
