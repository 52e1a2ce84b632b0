/**
 * Levelled logging to standard error, for people (text) or programs (a JSON object a line).
 *
 * `SLUICE_LOG` holds, with commas between: a level (`trace`, `debug`, `info`, `warn`, `error`, `off`; default `info`),
 * levels of single parts (`lane=debug`, `node=warn`, `node:gain=trace`), and the word `json`. Each isolate reads the
 * variable at its first record, so worker lanes log as main does.
 *
 * Each record is one write of one line. On a terminal the write first erases the line of the cursor: so a progress line
 * that main redraws is never cut through, whichever isolate logs.
 *
 * @module
 */
import { fieldsOf, listNames, SluiceError } from "./errors.ts";
import { isId } from "./ids.ts";
import type { NodeLog } from "./processor.ts";
import { redact, redactValue } from "./errors/redaction.ts";
import { describeThrown, isInstance } from "./errors/thrown.ts";

/** Levels, from the most output to none. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "off"] as const;

/** The least important level that is shown; `off`: nothing. */
export type LogLevelName = typeof LOG_LEVELS[number];

/** The parts that log. Records of nodes have the part `node`. */
export const LOG_PARTS = ["codegen", "control", "events", "harness", "lane", "log", "node", "runtime"] as const;

/** A part that logs. */
export type LogPart = typeof LOG_PARTS[number];

/** The settings in `SLUICE_LOG`. */
export interface LogSetting {
  /** The least important level that is shown. */
  readonly level: LogLevelName;
  /** Levels of single parts, and of single nodes as `node:{id}`. Default: none. */
  readonly parts?: { readonly [part: string]: LogLevelName };
  /** True for a JSON object a line, false for text. */
  readonly json: boolean;
}

/** Options of {@linkcode configureLog}. */
export interface LogOptions {
  /** Default: from `SLUICE_LOG`. */
  readonly setting?: LogSetting;
  /** Takes each line, with its line end. Default: standard error. */
  readonly write?: (line: string) => void;
  /** True if lines go to a terminal. Default: true if standard error is one. */
  readonly terminal?: boolean;
  /** Default: on a terminal, unless `NO_COLOR` is set and not empty. */
  readonly colors?: boolean;
}

/** One record. */
export interface LogEntry {
  /** Wall-clock time, milliseconds since 1970. */
  readonly timeMs: number;
  /** The level of the record. */
  readonly level: Exclude<LogLevelName, "off">;
  /** The part that wrote it. */
  readonly category: string;
  /** The node that wrote it. */
  readonly nodeId?: string;
  /** The text of the record. */
  readonly message: string;
  /** The fields beside the message. */
  readonly fields?: { readonly [name: string]: unknown };
}

/** The output of this isolate's records. */
interface LogOutput extends Pick<LogSetting, "level" | "parts"> {
  show(record: LogEntry): void;
}

const taps = new Set<(entry: LogEntry) => void>();
let output: LogOutput | undefined;

const DEFAULT_SETTING: LogSetting = { level: "info", json: false };
/** Erases the line of a terminal's cursor, such as a command's progress. */
export const ERASE_LINE = "\r\x1b[2K";
const DIM = "\x1b[2m";
const COLORS: Record<string, string> = {
  trace: DIM,
  debug: DIM,
  info: "\x1b[36m",
  warn: "\x1b[33m",
  error: "\x1b[31m",
};
const RESET = "\x1b[0m";

/** Characters that move a terminal's cursor, end a line, or turn the direction of writing. */
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Reads the value of `SLUICE_LOG`.
 *
 * @throws {SluiceError} `InvalidConfig` for an unknown level or part, with the known ones
 */
export function parseLogSetting(text: string): LogSetting {
  let { level, json } = DEFAULT_SETTING;
  const parts: Record<string, LogLevelName> = {};
  for (const word of text.split(",").map((each) => each.trim()).filter((each) => each !== "")) {
    const [name, ...rest] = word.split("=");
    if (rest.length > 0) parts[readPart(name, text)] = readLevel(rest.join("="), text, LOG_LEVELS);
    else if (word.toLowerCase() === "json") json = true;
    else level = readLevel(word, text, [...LOG_LEVELS, "json"]);
  }
  return { level, json, ...(Object.keys(parts).length > 0 && { parts }) };
}

function readLevel(word: string, text: string, available: readonly string[]): LogLevelName {
  const level = LOG_LEVELS.find((known) => known === word.trim().toLowerCase());
  if (level !== undefined) return level;
  throw refuse(text, 'wanted a level, part=level and "json", with commas between', available);
}

function readPart(word: string, text: string): string {
  const part = word.trim();
  if (part.startsWith("node:") && isId(part.slice("node:".length))) return part;
  const known = LOG_PARTS.find((each) => each === part.toLowerCase());
  if (known !== undefined) return known;
  throw refuse(text, `and there is no part ${JSON.stringify(part)}`, [...LOG_PARTS, "node:{id}"]);
}

function refuse(text: string, why: string, available: readonly string[]): SluiceError {
  return new SluiceError(
    "InvalidConfig",
    `Cannot set up logging: SLUICE_LOG is ${JSON.stringify(text)}, ${why}; available: ${listNames(available)}`,
    { key: "SLUICE_LOG", available },
  );
}

/**
 * Sets logging up for this isolate, in place of any earlier setup.
 *
 * @throws {SluiceError} `InvalidConfig` if `SLUICE_LOG` is used and wrong
 */
export function configureLog(options: LogOptions = {}): void {
  const setting = options.setting ?? parseLogSetting(readEnv("SLUICE_LOG"));
  const write = options.write ?? writeToStderr;
  const terminal = options.terminal ?? Deno.stderr.isTerminal();
  const colors = options.colors ?? (terminal && readEnv("NO_COLOR") === "");
  const format = setting.json ? formatJson : (record: LogEntry) => formatText(record, colors);
  const start = terminal ? ERASE_LINE : "";
  output = {
    level: setting.level,
    parts: setting.parts,
    show(record) {
      try {
        write(`${start}${format(record)}\n`);
      } catch {
        // A failed write must not fail the part that logs.
      }
      for (const tap of taps) tap(record);
    },
  };
}

/**
 * Listens to the records that this isolate shows.
 *
 * @returns a function that ends the listening
 */
export function tapLog(listener: (entry: LogEntry) => void): () => void {
  taps.add(listener);
  return () => void taps.delete(listener);
}

/**
 * Passes a line of another isolate, which may not know this isolate's secrets, to local listeners. Does not show it
 * again.
 */
export function relayLog(entry: LogEntry): void {
  const { message, fields } = entry;
  const shown = {
    ...entry,
    message: redact(message),
    ...(fields && { fields: redactValue(fields) as LogEntry["fields"] }),
  };
  for (const tap of taps) tap(shown);
}

/** The log of a part of Sluice: `logger("lane")`. */
export function logger(part: LogPart): NodeLog {
  return makeLog(part);
}

/**
 * Logs a detail that only helps to look for a cause.
 *
 * @param describe returns the message and fields; called only if the record is shown
 */
export function logDetail(
  part: LogPart,
  level: "debug" | "trace",
  describe: () => readonly [message: string, fields?: Record<string, unknown>],
): void {
  if (isShown(output ?? configureAtFirst(), level, part)) makeLog(part)[level](...describe());
}

/** The log of a node: each record has the field `nodeId`. */
export function nodeLog(nodeId: string): NodeLog {
  return makeLog("node", nodeId);
}

function makeLog(category: LogPart, ownId?: string): NodeLog {
  const own = `${category}:${ownId}`;
  function emit(level: LogEntry["level"], message: string, fields?: Record<string, unknown>): void {
    const to = output ?? configureAtFirst();
    if (!isShown(to, level, category, own)) return;
    const { nodeId, ...others } = redactValue({ nodeId: ownId, ...fields }) as Record<string, unknown>;
    to.show({
      timeMs: Date.now(),
      level,
      category,
      message: redact(message),
      ...(typeof nodeId === "string" && { nodeId }),
      ...(Object.keys(others).length > 0 && { fields: others }),
    });
  }
  return {
    trace: (message, fields) => emit("trace", message, fields),
    debug: (message, fields) => emit("debug", message, fields),
    info: (message, fields) => emit("info", message, fields),
    warn: (message, fields) => emit("warn", message, fields),
    error: (message, fields) => emit("error", message, fields),
  };
}

function isShown(
  { parts, level: usual }: LogOutput,
  level: LogEntry["level"],
  part: LogPart,
  own: string = part,
): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(parts?.[own] ?? parts?.[part] ?? usual);
}

function configureAtFirst(): LogOutput {
  try {
    configureLog();
  } catch (error) {
    configureLog({ setting: DEFAULT_SETTING });
    logger("log").warn((error as Error).message);
  }
  return output!;
}

/**
 * Formats `12:00:00.000 warn  gain: message key=value`, in local time. Leaves out the number of a failure, which is for
 * programs.
 */
function formatText(record: LogEntry, colors: boolean): string {
  const { level, nodeId } = record;
  const fields = { ...record.fields };
  if (nodeId === undefined) delete fields.failure;
  const source = escapeControls(nodeId ?? record.category);
  const message = escapeControls(record.message);
  const rest = Object.entries(fields).map(([key, value]) =>
    ` ${escapeControls(key)}=${escapeControls(stringify(value))}`
  ).join("");
  const time = formatTime(new Date(record.timeMs));
  const label = level.padEnd(5);
  return colors
    ? `${DIM}${time}${RESET} ${COLORS[level]}${label}${RESET} ${source}: ${message}${DIM}${rest}${RESET}`
    : `${time} ${label} ${source}: ${message}${rest}`;
}

/** Formats `{"time":…,"level":…,"category":…,"nodeId":…,"message":…,"fields":{…}}`. */
function formatJson({ timeMs, level, category, nodeId, message, fields }: LogEntry): string {
  const time = new Date(timeMs).toISOString();
  const line = stringify({ time, level, category: `sluice.${category}`, nodeId, message, fields });
  return line.replace(CONTROLS, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Returns JSON of any value: of an error its name, code and message; of a value without a JSON form its text. */
function stringify(value: unknown): string {
  function replace(_key: string, each: unknown): unknown {
    if (typeof each === "bigint") return String(each);
    if (typeof each === "number" && !Number.isFinite(each)) return String(each);
    if (!isInstance(each, Error)) return each;
    const { name, message } = describeThrown(each);
    return { name, code: fieldsOf(each)?.code, message };
  }
  try {
    return JSON.stringify(value, replace) ?? String(value);
  } catch {
    return inspect(value);
  }
}

function inspect(value: unknown): string {
  try {
    return JSON.stringify(Deno.inspect(value, { depth: 2, colors: false }));
  } catch {
    return JSON.stringify(describeThrown(value).message);
  }
}

/**
 * Keeps a text in one line and in writing order: control characters become `\xNN`; line separators and marks that turn
 * the direction of writing become `\u{NNNN}`.
 */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (c) => {
    const hex = c.charCodeAt(0).toString(16);
    return hex.length > 2 ? `\\u{${hex}}` : `\\x${hex.padStart(2, "0")}`;
  });
}

function formatTime(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** Returns the variable's value; empty if it is unset or may not be read. */
function readEnv(name: string): string {
  try {
    return Deno.env.get(name) ?? "";
  } catch {
    return "";
  }
}

/** Writes all of one or more lines; ignores a closed reader. */
export function writeToStderr(line: string): void {
  const bytes = new TextEncoder().encode(line);
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
  } catch (error) {
    if (!(isReaderGone(error) || error instanceof Deno.errors.WouldBlock)) throw error;
  }
}

/**
 * True if a write to standard output or standard error failed because its reader is gone: the other end of a pipe, or a
 * closed terminal, such as after an ssh connection. A recording must not fail for that reason.
 */
export function isReaderGone(error: unknown): boolean {
  // The error of a closed terminal has no class of its own.
  return error instanceof Deno.errors.BrokenPipe || (error as { code?: unknown } | null)?.code === "EIO";
}
