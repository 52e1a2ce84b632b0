import { deepEqual, equal } from "node:assert/strict";
import { SluiceError } from "../../core/errors.ts";
import { type PlayedGraph, Player, renderPlayer } from "./player.ts";

/** A graph whose source `file` is at a place, and which notes what is asked of it. */
class Graph implements PlayedGraph {
  paused = false;
  readonly asked: unknown[] = [];
  ended = false;
  #progress: { doneNs: number; totalNs?: number } | undefined;

  at(seconds: number, totalSeconds?: number): void {
    this.#progress = { doneNs: seconds * 1e9, ...(totalSeconds !== undefined && { totalNs: totalSeconds * 1e9 }) };
  }
  pause(): Promise<void> {
    this.asked.push("pause");
    this.paused = true;
    return Promise.resolve();
  }
  resume(): Promise<void> {
    this.asked.push("resume");
    this.paused = false;
    return Promise.resolve();
  }
  async command(nodeId: string, name: string, args: object): Promise<unknown> {
    await Promise.resolve();
    if (this.ended) throw new SluiceError("Busy", "it has ended");
    this.asked.push({ nodeId, name, ...args });
    return undefined;
  }
  stats() {
    return { nodes: [{ id: "other" }, { id: "file", ...(this.#progress && { progress: this.#progress }) }] };
  }
}

const seek = (seconds: number) => ({ nodeId: "file", name: "seek", seconds });

Deno.test("Player pauses and goes on by space, and ends by q", async () => {
  const graph = new Graph();
  let ends = 0;
  const player = new Player(graph, "file", () => ends++);
  await player.press(" ");
  await player.press(" ");
  await player.press("x");
  deepEqual([graph.asked, ends], [["pause", "resume"], 0]);
  await player.press("q");
  await player.press("escape");
  equal(ends, 2);
});

Deno.test("Player goes back and on by arrows, within the file, each from where the one before has gone", async () => {
  const graph = new Graph();
  graph.at(100, 130);
  const player = new Player(graph, "file", () => {});
  await Promise.all(["left", "left", "up", "down", "right"].map((key) => player.press(key)));
  deepEqual(graph.asked, [seek(95), seek(90), seek(130), seek(70), seek(75)]);
  equal(player.seconds, 75);
  graph.at(75.5, 130);
  equal(player.seconds, 75.5);
  await player.press("down");
  await player.press("down");
  deepEqual(graph.asked.slice(5), [seek(15.5), seek(0)]);
});

Deno.test("Player of a graph that has ended meanwhile leaves the error to the command", async () => {
  const graph = new Graph();
  graph.at(10);
  const player = new Player(graph, "file", () => {});
  graph.ended = true;
  await player.press("right");
  deepEqual([graph.asked, player.seconds, player.totalSeconds], [[], 10, undefined]);
});

Deno.test("renderPlayer() tells the place, and the keys where there is room", () => {
  const player = { paused: false, seconds: 12.34, totalSeconds: 225 };
  equal(renderPlayer(player, "q ends", 80), "Playing 0:12.3 of 3:45.0   q ends");
  equal(renderPlayer({ ...player, paused: true }, "q ends", 30), "Paused  0:12.3 of 3:45.0");
  equal(renderPlayer({ ...player, totalSeconds: undefined }, "", 80), "Playing 0:12.3");
  equal(renderPlayer({ ...player, seconds: undefined }, "", 10), "Playing 0:");
});
