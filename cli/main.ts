/**
 * The `sluice` command.
 *
 * Exit codes: 0 done; 1 failed while running; 2 bad input; 129 after SIGHUP; 130 after Ctrl-C; 143 after SIGTERM.
 *
 * @module
 */
import { consoleWithoutReader } from "../core/log/console_output.ts";
import { assertDeno } from "../core/process/deno_version.ts";
import { keepIgnoringHangup } from "../core/process/signals.ts";
import { configureLog } from "../core/log.ts";
import { startLaneWorkerEarly } from "../core/lanes/ports/lane_worker_start.ts";
import type { CommandArgs } from "./args.ts";
import { ArgsAnswered } from "./output/args_answered.ts";
import { reportErrors } from "./output/failure.ts";
import { type Io, processIo } from "./output/output.ts";
import { PROGRAM } from "./output/version.ts";
import { readPlainRun } from "./plain_run.ts";

/** The first words of two-word commands. */
const GROUPS = new Set(["clap", "nodes", "new", "plugins"]);

if (import.meta.main) await runProgram(Deno.args);

/**
 * Runs one command line, and ends the process with its exit code.
 *
 * @param args without the program's name
 * @param atEnd is called at the end, and may give another command line to run in the same process
 */
export async function runProgram(
  args: readonly string[],
  atEnd: (exitCode: number) => readonly string[] | void = () => {},
): Promise<never> {
  keepIgnoringHangup();
  consoleWithoutReader();
  const io = processIo();
  // Without this, a rejection that nobody awaits would end the process with a stack trace.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(reportErrors([event.reason], io, false));
  });
  for (let next: readonly string[] | void = args;;) {
    const exitCode = await main(next, io, startLaneWorkerEarly);
    next = atEnd(exitCode);
    if (next === undefined) Deno.exit(exitCode);
  }
}

/**
 * Runs one command line.
 *
 * @param args without the program's name
 * @param beforeRun is called before a graph is read that is to run
 * @returns the exit code
 */
export async function main(args: readonly string[], io: Io, beforeRun?: () => void): Promise<number> {
  let command: CommandArgs | undefined;
  try {
    configureLog();
    if (args[0] === "completion" && args.length > 2) {
      const { completeCommand } = await import("./commands/complete_command.ts");
      if (await completeCommand(args, io)) return 0;
    }
    command = readPlainRun(args) ?? await parse(args, io);
    if (command.command !== "doctor") assertDeno();
    return await dispatch(command, io, beforeRun);
  } catch (error) {
    if (error instanceof ArgsAnswered) return error.exitCode;
    return reportErrors([error], io, command !== undefined && "json" in command && command.json);
  }
}

/** Reads a command line as its grammar says. @throws {ArgsAnswered} if there is nothing left to do */
async function parse(args: readonly string[], io: Io): Promise<CommandArgs> {
  const { parseArgs } = await import("./args.ts");
  return parseArgs(args.length === 0 ? ["--help"] : args, {
    stdout: (text) => io.stdout.line(text),
    stderr: (text) => io.stderr.line(withAdvice(text.replace(/^Error: /, "error: "), args)),
    colors: Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR"),
    maxWidth: Deno.stdout.isTerminal() ? Math.max(60, io.columns()) : 100,
  });
}

/** Adds advice to a mistake for which the parser only says what is missing. */
function withAdvice(text: string, args: readonly string[]): string {
  if (/; (did you mean|see|it belongs)|[Ww]anted|Expected one of/.test(text)) return text;
  const words = args.filter((each) => /^[a-z]+$/.test(each)).slice(0, GROUPS.has(args[0]) ? 2 : 1);
  return text.replace(/\.?\n*$/, `; see \`${[PROGRAM, ...words].join(" ")} --help\``);
}

/** Imports each command on demand: `sluice nodes` does not load the runtime. */
async function dispatch(command: CommandArgs, io: Io, beforeRun?: () => void): Promise<number> {
  switch (command.command) {
    case "run": {
      if (command.quiet) quietLog();
      beforeRun?.();
      return await (await import("./commands/run_command.ts")).runCommand(command, io);
    }
    case "check":
      return await (await import("./commands/check_command.ts")).checkCommand(command, io);
    case "graph":
      return await (await import("./commands/graph_command.ts")).graphCommand(command, io);
    case "list":
      return await (await import("./commands/nodes_command.ts")).listCommand(command, io);
    case "info":
      return await (await import("./commands/nodes_command.ts")).infoCommand(command, io);
    case "media-info":
      return await (await import("./commands/info_command.ts")).mediaInfoCommand(command, io);
    case "convert":
      if (command.quiet) quietLog();
      return await (await import("./commands/convert_command.ts")).convertCommand(command, io);
    case "play":
      if (command.quiet) quietLog();
      return await (await import("./commands/play_command.ts")).playCommand(command, io);
    case "devices":
      return await (await import("./commands/devices_command.ts")).devicesCommand(command, io);
    case "clap-list":
      return await (await import("./commands/clap_command.ts")).clapListCommand(command, io);
    case "clap-info":
      return await (await import("./commands/clap_command.ts")).clapInfoCommand(command, io);
    case "clap-scan":
      return await (await import("./commands/clap_scan_command.ts")).clapScanCommand(command, io);
    case "record":
      if (command.quiet) quietLog();
      return await (await import("./commands/record_command.ts")).recordCommand(command, io);
    case "serve":
      return await (await import("./commands/pipelines_command.ts")).serveCommand(command, io);
    case "call":
      return await (await import("./commands/call_command.ts")).callCommand(command, io);
    case "set":
    case "add":
    case "remove":
    case "connect":
    case "disconnect":
    case "replace":
    case "move":
    case "bypass":
    case "rename":
    case "apply":
    case "undo":
    case "redo":
    case "log":
    case "logs":
    case "save":
      return await (await import("./commands/edit_commands.ts")).editCommand(command, io);
    case "pause":
    case "resume":
    case "stop":
    case "start":
    case "restart":
      return await (await import("./commands/state_commands.ts")).stateCommand(command, io);
    case "codegen":
      return await (await import("./commands/codegen_command.ts")).codegenCommand(command);
    case "new-project":
      return await (await import("./commands/new_command.ts")).newProjectCommand(command, io);
    case "new-processor":
      return await (await import("./commands/new_command.ts")).newProcessorCommand(command, io);
    case "list-plugins":
      return await (await import("./commands/plugins_command.ts")).listPluginsCommand(command, io);
    case "plugin-info":
      return await (await import("./commands/plugins_command.ts")).pluginInfoCommand(command, io);
    case "check-plugins":
      return await (await import("./commands/plugins_command.ts")).checkPluginsCommand(command, io);
    case "new-plugin":
      return await (await import("./commands/new_plugin_command.ts")).newPluginCommand(command, io);
    case "build-plugins":
      return await (await import("./commands/build_plugins_command.ts")).buildPluginsCommand(command, io);
    case "top":
      return await (await import("./commands/top_command.ts")).topCommand(command, io);
    case "mcp":
      return await (await import("./commands/mcp_command.ts")).mcpCommand(command, io);
    case "tap":
      return await (await import("./commands/tap_command.ts")).tapCommand(command, io);
    case "doctor":
      return await (await import("./commands/doctor_command.ts")).doctorCommand(command, io);
  }
}

/** Makes `--quiet` show only warnings and errors, in worker lanes too, unless `SLUICE_LOG` says otherwise. */
function quietLog(): void {
  if (Deno.env.get("SLUICE_LOG")) return;
  Deno.env.set("SLUICE_LOG", "warn");
  configureLog();
}
