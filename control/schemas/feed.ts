/**
 * What the server sends unasked beside statistics: events and log lines. Both come from bounded rings; `seq` counts
 * without gaps within a run, so that a reader notices what it missed.
 *
 * @module
 */
import { z } from "./zod.ts";

/** How serious something is. */
export const LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

/** How serious something is. */
export type Level = typeof LEVELS[number];

/** One event of the runtime. */
export const ControlEvent = z.object({
  /** Counts the events of a run from 1. */
  seq: z.number(),
  /** Wall-clock time, milliseconds since 1970. */
  timeMs: z.number(),
  /** `runtime`, `node:{id}`, `link:{id}`, `lane:{name}`. */
  topic: z.string(),
  /** What happened, such as `started`, `stuck`, `restarted`. */
  kind: z.string(),
  level: z.enum(LEVELS),
  /** For people. Foreign text: never HTML to trust. */
  message: z.string(),
  /** The code of the event's error: one of `SluiceError`, or the name of another error class. */
  code: z.string().optional(),
  nodeId: z.string().optional(),
  linkId: z.string().optional(),
  lane: z.string().optional(),
  /** Further data, by kind. */
  data: z.record(z.string(), z.unknown()).optional(),
});

/** The type of {@linkcode ControlEvent}. */
export type ControlEvent = z.infer<typeof ControlEvent>;

/** One line of the log. */
export const LogLine = z.object({
  /** Counts the lines of a run from 1. */
  seq: z.number(),
  /** Wall-clock time, milliseconds since 1970. */
  timeMs: z.number(),
  level: z.enum(LEVELS),
  /** The part that wrote it, such as `runtime` or `node`. */
  category: z.string(),
  nodeId: z.string().optional(),
  message: z.string(),
  /** The fields beside the message. */
  fields: z.record(z.string(), z.unknown()).optional(),
});

/** The type of {@linkcode LogLine}. */
export type LogLine = z.infer<typeof LogLine>;
