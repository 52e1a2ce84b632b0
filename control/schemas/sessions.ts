/**
 * The sessions of pipelines in their wire form.
 *
 * @module
 */
import { GRAPH_STATES } from "./graph.ts";
import { z } from "./zod.ts";

/** One session. */
export const SessionRow = z.object({
  /** By which `/rpc?session=NUMBER` shows its graph. */
  number: z.number(),
  caller: z.string(),
  transport: z.string(),
  /** Name of its graph; absent for one that the client brought along. */
  graph: z.string().optional(),
  openMs: z.number(),
  idleMs: z.number(),
  /** Items and bytes, in and out. */
  inputs: z.number(),
  outputs: z.number(),
  inputBytes: z.number(),
  outputBytes: z.number(),
  /** State of its graph; absent if it does not run in this process. */
  state: z.enum(GRAPH_STATES).optional(),
  /** Frames that its links have lost; absent as the state. */
  dropped: z.number().optional(),
});

/** The type of {@linkcode SessionRow}. */
export type SessionRow = z.infer<typeof SessionRow>;

/** All that are open. */
export const SessionList = z.object({
  /** Whether the process offers pipelines at all. */
  served: z.boolean(),
  sessions: z.array(SessionRow),
  /** Counts since the start: `ended` by how, `refused` by why. */
  counts: z.object({
    open: z.number(),
    started: z.number(),
    ended: z.record(z.string(), z.number()),
    refused: z.record(z.string(), z.number()),
  }).optional(),
});

/** The type of {@linkcode SessionList}. */
export type SessionList = z.infer<typeof SessionList>;
