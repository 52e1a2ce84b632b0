/**
 * Plays a file under a person's hands: keys pause it and go to other places, and a line says where it is.
 *
 * @module
 */
import type { NodeProgress } from "../../core/stats.ts";
import { ERASE_LINE, type Io } from "../output/output.ts";
import { formatClock } from "../output/table.ts";
import { type Key, TerminalKeys } from "./keys.ts";

/** How far keys go, seconds. */
const STEPS: Readonly<Record<string, number>> = { left: -5, right: 5, down: -60, up: 60 };
/** How often the line is drawn, milliseconds. */
const INTERVAL_MS = 100;
const HINT = "space pauses, ← → 5 s, ↓ ↑ 1 min, q ends";

/** What a player needs of a runtime. */
export interface PlayedGraph {
  readonly paused: boolean;
  pause(): Promise<void>;
  resume(): Promise<void>;
  command(nodeId: string, name: string, args: { readonly [key: string]: unknown }): Promise<unknown>;
  stats(): { readonly nodes: readonly { readonly id: string; readonly progress?: NodeProgress }[] };
}

/** Obeys keys, one after the other, and knows where the file is. */
export class Player {
  readonly #graph: PlayedGraph;
  readonly #source: string;
  readonly #end: () => void;
  /** The place that was gone to last, seconds, until the source has played from there. */
  #target: number | undefined;
  /** What the source had done then. */
  #doneNs: number | undefined;
  #obeyed: Promise<void> = Promise.resolve();

  /**
   * @param source the id of the node that reads the file
   * @param end ends the graph
   */
  constructor(graph: PlayedGraph, source: string, end: () => void) {
    this.#graph = graph;
    this.#source = source;
    this.#end = end;
  }

  /** Where the file is, seconds; `undefined` before it has begun. */
  get seconds(): number | undefined {
    const doneNs = this.#progress?.doneNs;
    if (this.#target !== undefined && doneNs === this.#doneNs) return this.#target;
    this.#target = undefined;
    return doneNs === undefined ? undefined : doneNs / 1e9;
  }

  /** How long the file is, seconds, if it says. */
  get totalSeconds(): number | undefined {
    const totalNs = this.#progress?.totalNs;
    return totalNs === undefined ? undefined : totalNs / 1e9;
  }

  get paused(): boolean {
    return this.#graph.paused;
  }

  /**
   * Does what a key is for, once those before it are done; nothing for other keys, and nothing once the graph has ended.
   *
   * @returns when it is done
   */
  press(key: Key): Promise<void> {
    if (key === "q" || key === "escape") this.#end();
    return this.#obeyed = this.#obeyed.then(async () => {
      try {
        if (key === " ") await (this.#graph.paused ? this.#graph.resume() : this.#graph.pause());
        else if (STEPS[key] !== undefined) await this.#step(STEPS[key]);
      } catch {
        // The graph has ended meanwhile, which the command tells with the reason.
      }
    });
  }

  /** Goes back or on, within the file; to its end, it is over. */
  async #step(by: number): Promise<void> {
    const seconds = Math.min(Math.max(0, (this.seconds ?? 0) + by), this.totalSeconds ?? Infinity);
    await this.#graph.command(this.#source, "seek", { seconds });
    [this.#target, this.#doneNs] = [seconds, this.#progress?.doneNs];
  }

  get #progress(): NodeProgress | undefined {
    return this.#graph.stats().nodes.find(({ id }) => id === this.#source)?.progress;
  }
}

/** Shows a player on a terminal, and gives it the keys of one, until it is disposed of. */
export class PlayerDisplay implements Disposable {
  readonly #keys: TerminalKeys | undefined;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #io: Io;

  constructor(player: Player, io: Io) {
    this.#io = io;
    this.#keys = Deno.stdin.isTerminal() ? new TerminalKeys((key) => void player.press(key)) : undefined;
    const hint = this.#keys === undefined ? "" : HINT;
    this.#timer = setInterval(() => {
      // Never the last column: a terminal would go on to the next line.
      io.stderr.write(`${ERASE_LINE}${renderPlayer(player, hint, io.columns() - 1)}`);
    }, INTERVAL_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#keys?.[Symbol.dispose]();
    this.#io.stderr.write(ERASE_LINE);
  }
}

/** `Paused  0:12.3 of 3:45.0   space pauses, …`: the hint as far as there is room. */
export function renderPlayer(
  { paused, seconds, totalSeconds }: Pick<Player, "paused" | "seconds" | "totalSeconds">,
  hint: string,
  columns: number,
): string {
  const place = `${paused ? "Paused " : "Playing"} ${formatClock((seconds ?? 0) * 1e9)}`;
  const line = totalSeconds === undefined ? place : `${place} of ${formatClock(totalSeconds * 1e9)}`;
  const whole = hint === "" ? line : `${line}   ${hint}`;
  return whole.length <= columns ? whole : line.slice(0, Math.max(0, columns));
}
