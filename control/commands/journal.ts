/**
 * The command log on disk: a line of JSON for the graph that it began with, then one for each entry. A line is written
 * when the entry has taken effect, so that the file is whole after the end of the process, however it came; a last line
 * that was cut off is left out. Replay repeats the commands, and compares the graph with the one that was there.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { SluiceError } from "../../core/errors.ts";
import type { GraphFile } from "../../core/graph/schema.ts";
import type { Runtime } from "../../core/runtime.ts";
import { type Command, LogEntry } from "../schemas/commands.ts";
import { z } from "../schemas/zod.ts";
import { CommandLog, type PastEntry } from "./command_log.ts";
import { canonical, isSameGraph } from "./documents.ts";
import { JournalFile, unusable } from "./journal_file.ts";

/** The largest journal that is read, bytes. */
const MAX_BYTES = 512 * 2 ** 20;

const Document = z.looseObject({ version: z.literal(1), nodes: z.record(z.string(), z.json()) });

/** Why a graph file does not go with a journal. */
const OTHER_GRAPH = "the graph file is none of its graphs: leave the file out, or begin another journal";

/** The first line. */
const Header = z.strictObject({ journal: z.literal(1), document: Document });

/**
 * A further line: `document` for what its commands do not lead to, an edit of the script and a change that took effect in
 * part, and `hash` of the graph after the entry.
 */
const Line = LogEntry.pick({ seq: true, at: true, by: true, kind: true, commands: true }).extend({
  to: z.number().optional(),
  document: Document.optional(),
  hash: z.string().optional(),
});

/** A journal that is open. */
export interface OpenJournal extends Disposable {
  readonly log: CommandLog;
  /** How many entries were replayed. */
  readonly replayed: number;
}

/**
 * Opens a journal, or begins one, and keeps the log of a runtime in it.
 *
 * @param runtime a runtime that does not run: one with nodes must have a graph that the journal has, such as a saved one
 * @param lock true if no further command may change the graph
 * @throws {SluiceError} `InvalidGraph` for a file that is no journal, has not the graph of the runtime, or whose replay
 * leads to another graph than was there; `InvalidConfig` for a file that cannot be read or written; `Busy` for one that another
 * process keeps
 */
export async function openJournal(path: string, runtime: Runtime, lock = false): Promise<OpenJournal> {
  // Locked before it is read: another process may be writing it.
  const file = new JournalFile(path);
  try {
    return await replay(path, file, runtime, lock);
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}

async function replay(path: string, file: JournalFile, runtime: Runtime, lock: boolean): Promise<OpenJournal> {
  const lines = await readLines(path);
  const log = new CommandLog(runtime, lock);
  const given = Object.keys(log.document.nodes).length > 0 ? hashOf(log.document) : undefined;
  let replayed = 0;
  if (lines.length > 0) {
    const header = read(Header, lines[0], path, 1);
    await beginWith(header.document as unknown as GraphFile, log, runtime, path);
    let isGiven = given === undefined || hashOf(log.document) === given;
    const all = lines.slice(1).map((line, k) => read(Line, line, path, k + 2));
    // Changes of one parameter in quick succession are lines of one entry: the last one holds.
    const entries = all.filter(({ seq }, k) => all[k + 1]?.seq !== seq);
    for (const entry of entries) {
      await log.repeat(entry as unknown as PastEntry).catch((error) => {
        throw unread(path, `entry ${entry.seq} cannot be made again: ${(error as Error).message}`);
      });
      replayed++;
      if (entry.hash === undefined && isGiven) continue;
      const hash = hashOf(log.document);
      isGiven ||= hash === given;
      if (entry.hash === undefined || entry.hash === hash) continue;
      throw new SluiceError(
        "InvalidGraph",
        `Cannot replay ${path}: entry ${entry.seq} leads to another graph than it did; node types may have changed ` +
          "since: begin another journal",
      );
    }
    if (!isGiven) throw unread(path, OTHER_GRAPH);
  }
  if (lines.length === 0) file.begin(JSON.stringify({ journal: 1, document: log.document }));
  const followed = log.follow((entry, document) => {
    if (entry.error !== undefined && entry.results.length === 0) return;
    const { seq, at, by, kind, commands, to } = entry;
    const isSet = commands.length === 1 && (commands[0] as Command).op === "set";
    const line = {
      seq,
      at,
      by,
      kind,
      commands,
      ...(to !== undefined && { to }),
      ...((kind === "script" || entry.error !== undefined) && { document }),
      ...(!isSet && { hash: hashOf(document) }),
    };
    file.add(JSON.stringify(line));
  });
  return {
    log,
    replayed,
    [Symbol.dispose]() {
      followed[Symbol.dispose]();
      file[Symbol.dispose]();
    },
  };
}

/** Returns the whole lines of a file. Cuts a last line off that is not whole. */
async function readLines(path: string): Promise<string[]> {
  try {
    const { size } = await Deno.stat(path);
    if (size > MAX_BYTES) throw unread(path, `it has ${size} bytes, and at most ${MAX_BYTES} are read`);
    const text = await Deno.readTextFile(path);
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) {
      if (whole === "" && !text.startsWith('{"journal":')) throw unread(path, "it is no journal");
      await Deno.truncate(path, new TextEncoder().encode(whole).length);
    }
    return whole.split("\n").slice(0, -1);
  } catch (error) {
    throw error instanceof SluiceError ? error : unusable(path, error);
  }
}

/** Makes the journal's first graph the present one. */
async function beginWith(document: GraphFile, log: CommandLog, runtime: Runtime, path: string): Promise<void> {
  if (isSameGraph(log.document, document)) return;
  const isGiven = Object.keys(log.document.nodes).length > 0;
  const { mode, pools, lanes } = document;
  try {
    runtime.configureGraph({ ...(mode && { mode }), ...(pools && { pools }), ...(lanes && { lanes }) });
    await log.begin(document);
  } catch (error) {
    if (isGiven) throw unread(path, OTHER_GRAPH);
    throw unread(path, `its first graph cannot be built: ${(error as Error).message}`);
  }
}

/** Returns the graph that a journal begins with; `undefined` if there is no journal yet, or none that can be read. */
export async function firstGraph(path: string): Promise<GraphFile | undefined> {
  try {
    let text = "";
    for await (const part of (await Deno.open(path)).readable.pipeThrough(new TextDecoderStream())) {
      text += part;
      // Further lines are read when the journal is opened, which keeps other processes from it.
      if (text.includes("\n")) break;
    }
    return Header.parse(JSON.parse(text.split("\n", 1)[0])).document as unknown as GraphFile;
  } catch {
    // Opening the journal tells why.
    return undefined;
  }
}

function read<T>(schema: z.ZodType<T>, line: string, path: string, number: number): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw unread(path, `line ${number} is no JSON`);
  }
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const [{ path: at, message }] = found.error.issues;
  throw unread(path, `line ${number} is no entry of a journal: ${[...at, message].join(": ")}`);
}

function hashOf(document: GraphFile): string {
  return createHash("sha256").update(canonical(document)).digest("hex");
}

function unread(path: string, why: string): SluiceError {
  return new SluiceError("InvalidGraph", `Cannot read the journal ${path}: ${why}`);
}
