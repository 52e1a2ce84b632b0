/**
 * What a client tells, and who listens.
 *
 * @module
 */
import type { ControlEvent, LogLine } from "./schemas/feed.ts";
import type { GraphSnapshot } from "./schemas/graph.ts";
import type { NotificationParams } from "./schemas/methods.ts";
import type { StatsFrame } from "./stats_frame.ts";

/** State of the connection. `waiting`: lost, and tried again after a while. */
export type ConnectionStatus = "connecting" | "open" | "waiting" | "closed";

/** What listeners get. */
export interface ClientEvents {
  status: ConnectionStatus;
  /** The graph, after each connection and whenever it has changed. Before `stats` of its version. */
  graph: GraphSnapshot;
  /** Only for the version of the graph that was told last. */
  stats: StatsFrame;
  /** What is new among `ControlClient.figures` and its `formats`. With `stats`. */
  figures: NotificationParams<"figures">;
  /** Oldest first; each once. */
  events: readonly ControlEvent[];
  /** Oldest first; each once, for one choice of `WatchOptions.logs`. */
  logs: readonly LogLine[];
  /** The graph belongs to another run: the runtime was restarted, and counts begin anew. */
  restart: GraphSnapshot;
  /**
   * A message of the server could not be understood, or a subscription was refused: the client goes on. What it needs
   * was not answered, or failed for another reason than how it was asked for: the client connects anew.
   */
  problem: Error;
}

type Listener<E extends keyof ClientEvents> = (value: ClientEvents[E]) => void;

export class ClientListeners {
  readonly #listeners: { readonly [E in keyof ClientEvents]: Set<Listener<E>> } = {
    status: new Set(),
    graph: new Set(),
    stats: new Set(),
    figures: new Set(),
    events: new Set(),
    logs: new Set(),
    restart: new Set(),
    problem: new Set(),
  };

  /** Listens. @returns ends it */
  on<E extends keyof ClientEvents>(event: E, listener: Listener<E>): () => void {
    this.#listeners[event].add(listener);
    return () => void this.#listeners[event].delete(listener);
  }

  /** Tells everybody who listens. */
  tell<E extends keyof ClientEvents>(event: E, value: ClientEvents[E]): void {
    for (const listener of this.#listeners[event]) listener(value);
  }
}
