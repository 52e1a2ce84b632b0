/**
 * What a server keeps of each runtime that it shows: the feed of events, the readings, the history.
 *
 * @module
 */
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { Feed } from "../answers/feed.ts";
import { ReadyAnswers } from "../answers/ready_answers.ts";
import type { ConnectionHost } from "../connections/connection.ts";
import { HistoryKeeper } from "../figures/history_keeper.ts";
import { CommandAccess, type CommandAccessOptions } from "../commands/command_access.ts";
import { CommandLog } from "../commands/command_log.ts";
import { GraphStore } from "../commands/graph_store.ts";
import { StatsPump } from "../figures/stats_pump.ts";
import { Taps } from "../taps/taps.ts";

/** A runtime that is shown until it is disposed of. */
export interface RuntimeHost extends Disposable {
  readonly host: ConnectionHost;
  /** Sends everybody the last reading. */
  finish(): void;
  /** How many changes are in no file. */
  unsaved(): number;
}

/** How commands of clients change a graph. */
export interface EditingOptions {
  /** What they may name. */
  readonly commands?: CommandAccessOptions;
  /** The log of the graph; by default one that begins with the first command. */
  readonly log?: CommandLog;
  /** True if no command may change the graph. */
  readonly lock?: boolean;
  /** The file of `log`, which no graph is saved over. */
  readonly journal?: string;
  /** The file that the graph is saved to. */
  readonly graphFile?: string;
}

/**
 * @param title what the graph was made from, for people
 * @param shared what the runtimes of a server share
 * @param sent is told of bytes of statistics
 * @param editing how commands change the graph
 * @param mayTap true if clients may look at what links carry
 */
export function hostRuntime(
  runtime: Runtime,
  title: string,
  shared: Pick<ConnectionHost, "limits" | "budget" | "sessions">,
  sent: (bytes: number) => void,
  editing: EditingOptions = {},
  mayTap = true,
): RuntimeHost {
  const id = crypto.randomUUID();
  const run = ({ runsBefore } = viewRuntime(runtime)) => runsBefore === 0 ? id : `${id}-${runsBefore}`;
  const feed = new Feed(runtime);
  const answers = new ReadyAnswers(run, title, editing.lock);
  const pump = new StatsPump({ view: () => viewRuntime(runtime), graph: (view) => answers.graph(view), sent });
  const keeper = new HistoryKeeper(() => viewRuntime(runtime), (view) => pump.read(view));
  const taps = mayTap ? new Taps(runtime) : undefined;
  const edits = runtime.events.on("graph", () => pump.hurry());
  let made: CommandLog | undefined;
  const log = () => editing.log ?? (made ??= new CommandLog(runtime, editing.lock));
  const { graphFile, journal } = editing;
  const access = new CommandAccess(
    runtime,
    editing.commands,
    [graphFile, journal].filter((each) => each !== undefined),
  );
  const store = new GraphStore(runtime, graphFile, journal);
  return {
    host: { ...shared, log, access, store, runtime, run, feed, pump, history: keeper.history, answers, taps },
    finish: () => pump.finish(),
    unsaved: () => made === undefined && editing.log === undefined ? 0 : store.unsaved(log()),
    [Symbol.dispose]() {
      taps?.[Symbol.dispose]();
      keeper[Symbol.dispose]();
      pump[Symbol.dispose]();
      feed[Symbol.dispose]();
      edits[Symbol.dispose]();
      made?.[Symbol.dispose]();
    },
  };
}
