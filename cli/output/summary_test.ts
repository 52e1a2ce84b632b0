import { equal } from "node:assert/strict";
import type { LinkStats, RunSummary } from "../../core/stats.ts";
import { renderSummary } from "./summary.ts";

const QUIET = { written: 9, read: 9, queued: 0, highWater: 1, capacity: 1, policy: "roll-off" };

function link(from: string, to: string, full: number, more: Partial<LinkStats> = {}): LinkStats {
  const dropped = { full, skipped: 0, unlinked: 0, laneLost: 0 };
  return { ...QUIET, from, to, dropped, ...more } as LinkStats;
}

/** The last line of the summary of a run that wrote a file by node "rec". */
function lastLine(links: readonly LinkStats[]): string {
  const summary: Partial<RunSummary> = { outcome: "completed", elapsedNs: 1e9, driver: "native", nodes: [], pools: [] };
  const file = { nodeId: "rec", path: "out.wav", state: "complete", bytes: 2_000 } as const;
  return renderSummary({ ...summary, links } as RunSummary, [file]).at(-1)!;
}

Deno.test("renderSummary() says of a written file how many frames were lost on the way to it", () => {
  const before = [link("mic.audio", "gain.audioIn", 3), link("gain.audioOut", "rec.audio", 1_500)];
  const beside = link("gain.audioOut", "meter.audioIn", 7);
  equal(lastLine([...before, beside]), "Wrote out.wav (2.0 kB); 1 503 frames were dropped on the way to it");
  equal(
    lastLine([beside, link("mic.audio", "rec.audio", 1)]),
    "Wrote out.wav (2.0 kB); 1 frame was dropped on the way to it",
  );
  equal(lastLine([beside]), "Wrote out.wav (2.0 kB)");
});

Deno.test("renderSummary() counts each lost frame once in a loop, and none that a link replaces by a newer one", () => {
  const loop = [
    link("a.audioOut", "b.audioIn", 2),
    link("b.audioOut", "a.audioIn", 0),
    link("b.audioOut", "rec.audio", 0),
  ];
  equal(lastLine(loop), "Wrote out.wav (2.0 kB); 2 frames were dropped on the way to it");
  equal(lastLine([link("a.audioOut", "rec.audio", 5, { policy: "latest" })]), "Wrote out.wav (2.0 kB)");
  const unwanted = { dropped: { full: 0, skipped: 3, unlinked: 0, laneLost: 0 }, state: "closed" } as const;
  equal(lastLine([link("tone.audio", "rec.audio", 0, unwanted)]), "Wrote out.wav (2.0 kB)");
});
