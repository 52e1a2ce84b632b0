/**
 * Lays graphs out, away from the thread that draws. Takes `{ request, input }`, answers `{ request, layout }`.
 *
 * @module
 */
import { type Layout, layoutGraph, type LayoutInput } from "../model/layout.ts";

addEventListener("message", ({ data }: MessageEvent<{ readonly request: number; readonly input: LayoutInput }>) => {
  postMessage({ request: data.request, layout: lay(data.input) });
});

/** Dagre calls itself as deep as the graph is; where the stack ends, the simple layout goes on. */
function lay(input: LayoutInput): Layout {
  try {
    return layoutGraph(input);
  } catch (error) {
    if (!(error instanceof RangeError) || input.simple) throw error;
    return layoutGraph({ ...input, simple: true });
  }
}
