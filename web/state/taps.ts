/** @module Taps of the page: open while something shows them, the page is seen, and the graph runs. */
import { computed, signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { TapMessage, TapParams } from "../../control/schemas/tap.ts";
import { client, graphState, status } from "./live.ts";

const isSeen = signal(!document.hidden);
document.addEventListener("visibilitychange", () => isSeen.value = !document.hidden);

/** Whether taps give readings now. */
export const canTap = computed(() =>
  isSeen.value && status.value === "open" && ["running", "paused"].includes(graphState.value ?? "")
);

/**
 * Has a tap of a link open for as long as the component is shown.
 *
 * @param take gets each reading
 * @returns why there is none, for people; `undefined` while all is well
 */
export function useTap(
  link: string,
  what: TapParams["what"],
  rate: number,
  take: (reading: TapMessage) => void,
  isWanted = true,
): string | undefined {
  const [problem, setProblem] = useState<string>();
  const newest = useRef(take);
  newest.current = take;
  const isOpen = canTap.value && isWanted;
  useEffect(() => {
    setProblem(undefined);
    if (!isOpen) return;
    return openTap({ link, what, rate }, (reading) => newest.current(reading), setProblem);
  }, [link, what, rate, isOpen]);
  return problem;
}

/**
 * Opens a tap.
 *
 * @param fail gets why it was refused, or has ended
 * @returns a function that closes it, also while it is being opened
 */
export function openTap(
  params: TapParams,
  take: (reading: TapMessage) => void,
  fail: (why: string) => void,
): () => void {
  let subscription: number | undefined;
  let isOver = false;
  const close = () => {
    if (subscription !== undefined) client.call("tap.close", { subscription }).catch(() => {});
  };
  const ends = [
    client.on("tap", (reading) => reading.subscription === subscription && take(reading)),
    client.on("tapEnded", (ended) => ended.subscription === subscription && fail(ended.reason)),
  ];
  client.call("tap.open", params).then((opened) => {
    subscription = opened.subscription;
    if (isOver) close();
  }, (error: Error) => isOver || fail(error.message));
  return () => {
    isOver = true;
    for (const end of ends) end();
    close();
  };
}
