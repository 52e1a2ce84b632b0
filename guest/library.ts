/**
 * What the process of a node has of the library, which `core/registry/open_guest.ts` has opened.
 *
 * @module
 */
import type { GuestLibrary } from "../core/registry/open_guest.ts";

export type { SlotPlace } from "../core/registry/open_guest.ts";

/** How a write was refused. */
export const REFUSED = { output: 1, owner: 2, kind: 3, room: 4 } as const;

/** The levels of lines. */
export const LEVEL = { error: 0, warn: 1, info: 2, debug: 3 } as const;

/** The library. */
export const library =
  (globalThis as { readonly [symbol: symbol]: unknown })[Symbol.for("sluice.guest")] as GuestLibrary;
