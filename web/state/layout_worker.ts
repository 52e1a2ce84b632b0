/**
 * Lays graphs out, away from the thread that draws. Takes `{ request, input }`, answers `{ request, layout }`.
 *
 * @module
 */
import { layoutGraph, type LayoutInput } from "../model/layout.ts";

addEventListener("message", ({ data }: MessageEvent<{ readonly request: number; readonly input: LayoutInput }>) => {
  postMessage({ request: data.request, layout: layoutGraph(data.input) });
});
