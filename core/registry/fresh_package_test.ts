import { equal, ok, rejects } from "node:assert/strict";
import { readFreshPackage } from "./fresh_package.ts";

const GENERATED = new URL("../../sluice.gen.ts", import.meta.url).href;

/** A signal, and how many wait for it. */
function counted(): { readonly signal: AbortSignal; abort(reason: Error): void; listeners(): number } {
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListener, options?: AddEventListenerOptions) => {
    waiting.add(listener);
    add(type, listener, options);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    waiting.delete(listener);
    remove(type, listener);
  };
  return { signal, abort: (reason) => controller.abort(reason), listeners: () => waiting.size };
}

Deno.test("readFreshPackage() reads node types that only workers can load, and leaves nothing on its signal", async () => {
  const { signal, listeners } = counted();
  const { nodes, url } = await readFreshPackage(GENERATED, signal);
  equal(url, GENERATED);
  ok(nodes.some(({ descriptor }) => descriptor.type === "level-meter"));
  await rejects(async () => await nodes[0].load(), { code: "Busy" });
  await rejects(readFreshPackage(new URL("none.gen.ts", GENERATED).href, signal), { code: "InvalidGraph" });
  equal(listeners(), 0);
});

Deno.test("readFreshPackage() gives up with the reason of its signal, before and while it reads", async () => {
  const { signal, abort, listeners } = counted();
  const reading = readFreshPackage(GENERATED, signal);
  equal(listeners(), 1);
  abort(new Error("no more"));
  await rejects(reading, /^Error: no more$/);
  await rejects(readFreshPackage(GENERATED, signal), /^Error: no more$/);
  equal(listeners(), 0);
});
