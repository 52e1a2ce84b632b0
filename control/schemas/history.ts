/**
 * The history of a node or a link in its wire form, in steps of about a second.
 *
 * @module
 */
import { z } from "./zod.ts";

/** How far history goes back, seconds; less for a graph whose history exceeds the server's bytes for it. */
export const HISTORY_SECONDS = 900;

/** The series of a node's history, in order. */
export const NODE_SERIES = ["ticksPerSecond", "busyPercent", "tickP50Us", "tickP99Us"] as const;

/** The series of a link's history, in order. */
export const LINK_SERIES = ["writtenPerSecond", "readPerSecond", "droppedPerSecond", "queued", "ageMs"] as const;

/** What the server kept of a node or link, oldest first. */
export const PastFigures = z.object({
  /** Names the run of the runtime. */
  run: z.string(),
  /** How far history goes back for a graph of this size, seconds: {@linkcode HISTORY_SECONDS}, or less. */
  keptSeconds: z.number(),
  /** Wall-clock time at which the runtime's clock was at 0, milliseconds since 1970: events have the time of day. */
  epochMs: z.number(),
  /** When each step ended, by the runtime's clock as in the statistics, seconds. */
  times: z.array(z.number()),
  /** A column for each of {@linkcode NODE_SERIES} or {@linkcode LINK_SERIES}; `null` if nothing was measured. */
  series: z.array(z.array(z.number().nullable())),
});

/** The type of {@linkcode PastFigures}. */
export type PastFigures = z.infer<typeof PastFigures>;
