/** The page outlives the runtime, the network, and a long sleep. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { logger } from "../../core/log.ts";
import { ROOT } from "../../tools/root.ts";
import { freePort } from "../cli/command_line.ts";
import { eventually, openPage, pageTest } from "./chromium.ts";
import { hidePage } from "./hidden_page.ts";
import { graphShown, inspected, serveDemo, stopByButton } from "./live_graph.ts";
import { BEAT_MS, countLostMs } from "./lost_time.ts";

/** Starts `sluice run --serve` of the live demo. @returns once it serves */
async function runDemo(port: number): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "cli/main.ts", "run", "examples/live.json", `--serve=${port}`, "--json"],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await eventually(async () =>
    assert.equal((await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()).status, "ok")
  );
  return child;
}

async function kill(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await child.status;
}

async function countsMove(page: Page): Promise<void> {
  const before = await inspected(page, "ticks");
  await eventually(async () => assert.ok(await inspected(page, "ticks") > before));
}

pageTest("the page recovers when the runtime is killed and started again", async () => {
  const port = freePort();
  let child = await runDemo(port);
  try {
    await using browser = await openPage();
    const { page } = browser;
    await page.goto(`http://127.0.0.1:${port}/#graph&node=gain`);
    await graphShown(page, "gain");
    // Long enough that the counts of the next run are lower.
    await eventually(async () => assert.ok(await inspected(page, "ticks") > 150));
    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
    const before = await inspected(page, "ticks");
    const input = page.getByRole("textbox", { name: "gainDb" });
    await input.fill("-20");
    await input.press("Enter");
    await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/nodes/gain`);
      assert.equal((await answer.json()).config.gainDb, -20);
    });

    await kill(child);
    await page.getByText("No connection to the runtime").waitFor();
    // What it shows last stays, and does not move.
    assert.ok(await inspected(page, "ticks") >= before);

    child = await runDemo(port);
    await page.getByText("No connection to the runtime").waitFor({ state: "detached" });
    await page.getByText("The runtime was restarted").waitFor();
    await eventually(async () => assert.ok(await inspected(page, "ticks") < before));
    await countsMove(page);
    // What was set died with the run.
    await eventually(async () => assert.equal(await input.inputValue(), "-6"));
    assert.equal(await page.getByLabel("gainDb, slider").inputValue(), "228");
    assert.equal(await page.locator(".state").innerText().then((text) => text.split("\n")[0]), "running");
    assert.equal(await page.evaluate(() => (globalThis as { sameDocument?: boolean }).sameDocument), true);
    // Keys that are typed into a field are not the page's.
    await input.blur();
    // Its keys go on, too.
    await page.keyboard.press("p");
    await page.locator(".state", { hasText: "paused" }).waitFor();
    await page.keyboard.press("p");
    await page.locator(".state", { hasText: "running" }).waitFor();
  } finally {
    await kill(child);
  }
});

/** Passes TCP connections on, until the line is cut. */
class Line implements Disposable {
  readonly #target: number;
  readonly #open = new Set<Deno.Conn>();
  #listener: Deno.TcpListener;
  #swallows = false;
  readonly port: number;

  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    void this.#accept();
  }

  cut(): void {
    this.#listener.close();
    for (const each of this.#open) close(each);
    this.#open.clear();
  }

  /** From now on takes what either end sends, and passes nothing on: no end is told. */
  swallow(): void {
    this.#swallows = true;
  }

  mend(): void {
    this.#swallows = false;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    void this.#accept();
  }

  [Symbol.dispose](): void {
    this.cut();
  }

  #pass(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    return new TransformStream({ transform: (bytes, to) => this.#swallows ? undefined : to.enqueue(bytes) });
  }

  async #accept(): Promise<void> {
    try {
      for await (const near of this.#listener) {
        const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
        for (const each of [near, far]) this.#open.add(each);
        near.readable.pipeThrough(this.#pass()).pipeTo(far.writable).catch(() => {});
        far.readable.pipeThrough(this.#pass()).pipeTo(near.writable).catch(() => {});
      }
    } catch {
      // The line was cut.
    }
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}

pageTest("the page goes on after the network was lost: same run, no event and no line twice", async () => {
  await using served = await serveDemo();
  using line = new Line(Number(new URL(served.server.url).port));
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`http://127.0.0.1:${line.port}/#graph&node=gain`);
  await graphShown(page, "gain");
  await served.runtime.pause();
  await served.runtime.resume();
  await countsMove(page);
  logger("harness").warn("said once");
  const before = await inspected(page, "ticks");

  line.cut();
  await page.getByText("No connection to the runtime").waitFor();
  line.mend();
  await page.getByText("No connection to the runtime").waitFor({ state: "detached" });
  await eventually(async () => assert.ok(await inspected(page, "ticks") > before));
  await countsMove(page);

  await page.keyboard.press("3");
  await page.getByRole("combobox", { name: "Show" }).selectOption("debug");
  for (const kind of ["paused", "resumed"]) {
    const items = page.locator(".news-kind").getByText(kind, { exact: true });
    await items.first().waitFor();
    assert.equal(await items.count(), 1, kind);
  }
  assert.equal(await page.locator(".news-scroll").getByText("said once").count(), 1);
});

pageTest("figures are shown as old within a second once the line swallows what the runtime sends", async () => {
  await using served = await serveDemo();
  using line = new Line(Number(new URL(served.server.url).port));
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`http://127.0.0.1:${line.port}/#graph&node=gain`);
  await graphShown(page, "gain");
  await eventually(async () => assert.equal(await page.locator(".stale").count(), 0));
  // The page's own clock tells how old the figures are that it shows as those of now.
  await page.evaluate(() => {
    const state = document.querySelector(".state span")!;
    const look = { changedMs: 0, oldMs: 0 };
    const figure = document.querySelector('[data-inspector] [data-figure="ticks"]')!;
    new MutationObserver(() => look.changedMs = performance.now())
      .observe(figure, { characterData: true, childList: true, subtree: true });
    new MutationObserver(() => {
      if (state.textContent === "no news" && look.oldMs === 0) look.oldMs = performance.now();
    }).observe(state, { characterData: true, childList: true, subtree: true });
    Object.assign(globalThis, { look });
  });
  await countsMove(page);
  const lost = await page.evaluateHandle(countLostMs, BEAT_MS);
  line.swallow();
  await page.locator(".state", { hasText: "no news" }).waitFor();
  const { changedMs, oldMs } = await page.evaluate(() =>
    (globalThis as unknown as { look: { changedMs: number; oldMs: number } }).look
  );
  const lostMs = await lost.evaluate((count) => count.lostMs());
  const tookMs = oldMs - changedMs;
  assert.ok(tookMs > 0 && tookMs < 1_000 + lostMs, `shown as old after ${tookMs} ms, of which ${lostMs} ms were lost`);
  assert.equal(await page.locator("main.stale").count(), 1);
  assert.equal(await page.locator(".summary.stale").count(), 1);
  await page.locator("[data-silent]").waitFor();
  assert.match(await page.title(), /^no news: /);

  line.cut();
  await page.getByText("No connection to the runtime").waitFor();
  line.mend();
  await page.locator(".state", { hasText: "running" }).waitFor();
  await eventually(async () => assert.equal(await page.locator(".stale").count(), 0));
  await countsMove(page);
});

pageTest("a runtime that has no time for the page is told in its own words, and the page comes back", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  const message = "Cannot take the call: all clients together have used up their share";
  let refused = 0;
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { id, method } = JSON.parse(String(text));
      if (method !== "events.subscribe" || refused >= 3) return server.send(text);
      refused++;
      const error = { code: -32001, message, data: { code: "RateLimited" } };
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, error }));
    });
  });
  await page.goto(`${served.server.url}/#graph&node=gain`);
  const problem = page.locator("[data-problem]");
  await problem.getByText(message).waitFor();
  assert.doesNotMatch(await page.locator(".notices").innerText(), /underst/);
  await eventually(() => Promise.resolve(assert.equal(refused, 3)));
  await problem.waitFor({ state: "detached" });
  await graphShown(page, "gain");
  await countsMove(page);
});

/** Time between two calls of a timer of the page, milliseconds. */
const HEART_MS = 50;

pageTest("a page whose scripts stood still for a while shows the newest figures when it goes on", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${served.server.url}/#graph&node=gain`);
  await graphShown(page, "gain");
  const fromMs = performance.now();
  await page.evaluate((everyMs) => {
    const heart = { beats: 0 };
    setInterval(() => heart.beats++, everyMs);
    Object.assign(globalThis, { heart });
  }, HEART_MS);
  const ticks = () => served.runtime.stats().nodes.find(({ id }) => id === "gain")!.ticks;
  // As a debugger stops a page: nothing of it runs, while messages go on coming.
  const session = await page.context().newCDPSession(page);
  await session.send("Debugger.enable");
  const stopped = new Promise((resolve) => session.once("Debugger.paused", resolve));
  await session.send("Debugger.pause");
  await stopped;
  const stoppedMs = performance.now();
  const asleep = ticks();
  await eventually(() => Promise.resolve(assert.ok(ticks() > asleep + 200)));
  const stoodMs = performance.now() - stoppedMs;
  await session.send("Debugger.resume");
  await session.send("Debugger.disable");
  await eventually(async () => assert.ok(await inspected(page, "ticks") > asleep + 200));
  await countsMove(page);
  // It did stand still: not one beat came meanwhile, and none is made up for. The page's own clock may have stood, too.
  const beats = await page.evaluate(() => (globalThis as unknown as { heart: { beats: number } }).heart.beats);
  const missedMs = performance.now() - fromMs - beats * HEART_MS;
  // A beat that was under way is told when the page goes on, and one lies between the two clocks.
  assert.ok(beats > 0 && missedMs >= stoodMs - 2 * HEART_MS, `${beats} beats; ${missedMs} of ${stoodMs} ms without`);
  assert.deepEqual(browser.faults, []);
});

pageTest("a page that is not seen follows with a twentieth of the readings, and with all once it is seen", async () => {
  await using served = await serveDemo();
  await using browser = await openPage();
  const { page } = browser;
  await page.goto(`${served.server.url}/#graph&node=gain`);
  await graphShown(page, "gain");
  /** Bytes of statistics a second. */
  const rateOver = async (ms: number) => {
    const [before, fromMs] = [served.server.statsBytes, performance.now()];
    await page.waitForTimeout(ms);
    return (served.server.statsBytes - before) / (performance.now() - fromMs) * 1_000;
  };
  const seen = await rateOver(2_000);
  await hidePage(page, true);
  await eventually(async () => {
    const unseen = await rateOver(4_000);
    assert.ok(seen > 0 && unseen > 0 && unseen < seen / 5, `${unseen} bytes a second instead of ${seen}`);
  });
  await hidePage(page, false);
  await eventually(async () => {
    const again = await rateOver(2_000);
    assert.ok(again > seen / 2, `${again} bytes a second instead of ${seen}`);
  });
  await countsMove(page);
});

pageTest(
  "Stop on a served run ends its server too: the page says stopped, with the last figures, and no failure",
  async () => {
    await using served = await serveDemo();
    void served.runtime.finished.then(() => served.server.close());
    await using browser = await openPage();
    const { page } = browser;
    await page.goto(`${served.server.url}/#graph&node=gain`);
    await graphShown(page, "gain");
    await stopByButton(page);
    await page.getByText("The graph has ended, and its server with it").waitFor();
    assert.match(await page.getByRole("status").first().innerText(), /^stopped/);
    assert.equal(await page.locator(".bad-notice").count(), 0);
    assert.equal(await page.locator(".field-problem").count(), 0);
    assert.equal(await page.locator("[data-problem]").count(), 0);
    assert.doesNotMatch(await page.locator(".about").innerText(), /running/);
    assert.match(await page.locator('[data-inspector] [data-figure="rate"]').innerText(), /^0/);
    assert.deepEqual(await page.locator(".summary-word").allInnerTexts(), ["ended"]);
    assert.match(await page.locator("main").getAttribute("class") ?? "", /stale/);
    assert.match(await page.title(), /^stopped: /);
    const { nodes } = served.runtime.stats();
    assert.equal(await inspected(page, "ticks"), nodes.find(({ id }) => id === "gain")!.ticks);
  },
);
