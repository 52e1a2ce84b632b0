/**
 * Small pictures and levels on nodes: whether they are shown, and their taps. Nodes that show the same output share one.
 *
 * @module
 */
import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { TapMessage, TapParams } from "../../control/schemas/tap.ts";
import { type PreviewSource, previewSources } from "../model/preview_sources.ts";
import { graph } from "./live.ts";
import { canTap, openTap } from "./taps.ts";

/** The most taps for previews: a connection has 16, of which the inspector takes four. */
const MOST = 12;

/** Readings: pictures and levels a second, and pixels in a row of a picture. */
const VIEWS: { readonly [K in PreviewSource["kind"]]: Pick<TapParams, "what" | "rate" | "width"> } = {
  video: { what: "image", rate: 4, width: 192 },
  audio: { what: "levels", rate: 10 },
};

/** Time until a tap that was refused or has ended is opened again, milliseconds. */
const RETRY_MS = 3_000;

/** How long what is shown has to stay the same before taps are opened and closed: each is an edit of the graph. */
const SETTLE_MS = 250;

const KEY = "sluice.previews";

/** Whether previews are shown. */
export const previewsOn = signal(readChosen());

/** What each node shows, by its id. */
export const sources = computed<ReadonlyMap<string, PreviewSource>>(() =>
  graph.value === undefined ? new Map() : previewSources(graph.value)
);

/** An output that is shown, or waits for a tap. */
interface Shared extends PreviewSource {
  readonly takers: Set<(reading: TapMessage) => void>;
  newest?: TapMessage;
  /** Ends its tap; absent while it waits for one. */
  close?: () => void;
}

const shared = new Map<string, Shared>();
let settling: ReturnType<typeof setTimeout> | undefined;

/** Turns previews on or off, and keeps the choice. */
export function choosePreviews(on: boolean): void {
  previewsOn.value = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // A browser that keeps nothing has the choice until the page is closed.
  }
}

/** Has an output looked at for as long as the component is shown, if there is a tap left for it. */
export function usePreview({ output, kind }: PreviewSource, take: (reading: TapMessage) => void): void {
  const newest = useRef(take);
  newest.current = take;
  const isOpen = canTap.value;
  useEffect(() => {
    if (isOpen) return follow({ output, kind }, (reading) => newest.current(reading));
  }, [output, kind, isOpen]);
}

function follow(source: PreviewSource, take: (reading: TapMessage) => void): () => void {
  const key = `${source.kind} ${source.output}`;
  const mine = shared.get(key) ?? { ...source, takers: new Set() };
  mine.takers.add(take);
  if (mine.newest !== undefined) take(mine.newest);
  shared.set(key, mine);
  settleSoon();
  return () => {
    mine.takers.delete(take);
    // A tap of a connection that is gone is no use to whoever shows the output next.
    if (canTap.peek()) settleSoon();
    else settle();
  };
}

function settleSoon(): void {
  clearTimeout(settling);
  settling = setTimeout(settle, SETTLE_MS);
}

/** Closes the taps of what is no longer shown, and opens some for the first that wait, as far as there may be more. */
function settle(): void {
  for (const [key, { takers, close }] of shared) {
    if (takers.size > 0) continue;
    close?.();
    shared.delete(key);
  }
  if (!canTap.peek()) return;
  const all = [...shared.values()];
  const room = MOST - all.filter(({ close }) => close !== undefined).length;
  for (const each of all.filter(({ close }) => close === undefined).slice(0, room)) open(each);
}

function open(mine: Shared): void {
  let retry: ReturnType<typeof setTimeout> | undefined;
  const end = openTap({ output: mine.output, ...VIEWS[mine.kind] }, (reading) => {
    mine.newest = reading;
    for (const take of mine.takers) take(reading);
  }, () => {
    retry ??= setTimeout(() => {
      end();
      open(mine);
    }, RETRY_MS);
  });
  mine.close = () => {
    clearTimeout(retry);
    end();
  };
}

function readChosen(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}
