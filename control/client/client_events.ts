/**
 * The events of a client, and their listeners.
 *
 * @module
 */
import type { ControlEvent, LogLine } from "../schemas/feed.ts";
import type { GraphSnapshot } from "../schemas/graph.ts";
import type { NotificationParams } from "../schemas/methods.ts";
import type { StatsFrame } from "../schemas/stats_frame.ts";
import type { TapMessage } from "../schemas/tap.ts";

/** State of the connection. `waiting`: it was lost, and the client will retry. */
export type ConnectionStatus = "connecting" | "open" | "waiting" | "closed";

/** The values that listeners get. */
export interface ClientEvents {
  status: ConnectionStatus;
  /** The graph, after each connection and whenever it has changed. Before `stats` of its version. */
  graph: GraphSnapshot;
  /** Only for the version of the graph that was sent last. */
  stats: StatsFrame;
  /** The changes to `ControlClient.figures` and `formats`. Comes with `stats`. */
  figures: NotificationParams<"figures">;
  /** Oldest first; each once. */
  events: readonly ControlEvent[];
  /** Oldest first; each once, for one choice of `WatchOptions.logs`. */
  logs: readonly LogLine[];
  /** The readings of all taps that `tap.open` has opened on this connection. */
  tap: TapMessage;
  /** A tap has ended by itself. After a lost connection there is none, and none of these. */
  tapEnded: NotificationParams<"tap.ended">;
  /** The graph belongs to another run: the runtime was restarted, and counts begin at 0. */
  restart: GraphSnapshot;
  /**
   * The client could not understand a message, or the server refused a subscription. The client goes on. If it needs
   * what was refused or not answered, it reconnects.
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
    tap: new Set(),
    tapEnded: new Set(),
    restart: new Set(),
    problem: new Set(),
  };

  /** Adds a listener. @returns a function that removes it */
  on<E extends keyof ClientEvents>(event: E, listener: Listener<E>): () => void {
    this.#listeners[event].add(listener);
    return () => void this.#listeners[event].delete(listener);
  }

  /** Calls every listener of an event. */
  tell<E extends keyof ClientEvents>(event: E, value: ClientEvents[E]): void {
    for (const listener of this.#listeners[event]) listener(value);
  }
}
