/**
 * The runtime that an MCP server works on.
 *
 * @module
 */
import type { GraphEditing } from "../connections/graph_methods.ts";
import type { Feed } from "../answers/feed.ts";
import type { Taps } from "../taps/taps.ts";

/** What the tools need of a runtime's host. */
export interface McpHost extends GraphEditing {
  readonly feed: Feed;
  /** Absent where no client may look at what links carry. */
  readonly taps: Taps | undefined;
}
