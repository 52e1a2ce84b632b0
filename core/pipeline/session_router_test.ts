import { deepEqual, equal, notEqual, ok, rejects, throws } from "node:assert/strict";
import { SluiceError } from "../errors.ts";
import { passing, testRegistry } from "./fixtures/node_types.ts";
import { MockTransport } from "../../testing/mock_transport.ts";
import { PipelineRunner } from "./pipeline_runner.ts";
import type { CallerAccess, RouterClock, SessionRouterOptions } from "./router_options.ts";
import { SessionRouter } from "./session_router.ts";
import { TransportData } from "./transport_data.ts";

/** A clock that a test turns. */
class TestClock implements RouterClock {
  #nowMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get waiting(): number {
    return this.#timers.size;
  }

  async turn(byMs: number): Promise<void> {
    this.#nowMs += byMs;
    for (const timer of [...this.#timers]) {
      if (timer.atMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
    await settle();
  }
}

const TEXT_BYTES = 64 + 4;

Deno.test("SessionRouter runs the graphs that it offers, and gives what comes out", async () => {
  const transport = new PipelineRunner({ registry: testRegistry });
  await using router = new SessionRouter({ transport, graphs: { pass: passing("data") } });
  const access = await router.authenticate({ transport: "test" });
  deepEqual([access.caller, access.graphs()], ["anonymous", ["pass"]]);
  const [output] = await access.execute("pass", [text("abcd")]);
  deepEqual(output.payload, { kind: "text", text: "abcd", ptsNs: 0 });
  await using session = await access.stream("pass");
  await session.sendInput(text("abcd"));
  await session.recvOutput();
  const { open, started, inputs, outputs, inputBytes, outputBytes, ended } = router.figures();
  deepEqual({ open, started, inputs, outputs, inputBytes, outputBytes }, {
    open: 1,
    started: 2,
    inputs: 3,
    outputs: 2,
    inputBytes: 2 * TEXT_BYTES,
    outputBytes: 2 * TEXT_BYTES,
  });
  equal(ended.closed, 1);
});

Deno.test("SessionRouter lets in whom authenticate() names, and nobody else", async () => {
  const { router } = made({
    authenticate: ({ token }) => {
      if (token === "broken") throw new Error("database is gone");
      return token === "secret" ? "me" : undefined;
    },
  });
  equal((await router.authenticate({ transport: "test", token: "secret" })).caller, "me");
  await rejects(router.authenticate({ transport: "test" }), {
    code: "AccessDenied",
    message: "Cannot let the caller in: it shows no token",
  });
  for (const token of ["other", "broken"]) {
    await rejects(router.authenticate({ transport: "test", token }), {
      code: "AccessDenied",
      message: "Cannot let the caller in: what it shows is not accepted",
    });
  }
  equal(router.figures().refused.access, 3);
});

Deno.test("SessionRouter runs no graph that it does not offer", async () => {
  const { router, transport } = made({});
  const access = await anyone(router);
  await rejects(access.stream("voise"), {
    code: "InvalidGraph",
    message: 'Cannot run "voise": the server offers no such graph (did you mean "voice"?); graphs: "voice"',
  });
  await rejects(access.stream("constructor"), { code: "InvalidGraph" });
  await rejects(access.stream(passing("data")), { code: "AccessDenied" });
  equal(transport.sessions.length, 0);
  equal(router.figures().refused.graph, 3);
});

Deno.test("SessionRouter runs what admit() gives for a graph that a client brings along", async () => {
  const { router, transport } = made({
    admit: (graph, caller) => {
      if (Object.keys(graph.nodes).length > 1) throw new SluiceError("AccessDenied", `No, ${caller}`);
      return { ...graph, mode: "offline" };
    },
  });
  const access = await anyone(router);
  await access.stream(passing("data"));
  deepEqual(transport.graphs, [{ ...passing("data"), mode: "offline" }]);
  await rejects(access.stream({ version: 1, nodes: { a: { type: "a" }, b: { type: "b" } } }), {
    message: "No, anonymous",
  });
  equal(router.sessions()[0].graph, undefined);
});

Deno.test("SessionRouter finds a session for its caller alone, until it was closed", async () => {
  const { router } = made({ authenticate: ({ token }) => token });
  const [me, you] = await Promise.all(["me", "you"].map((token) => router.authenticate({ transport: "test", token })));
  const session = await me.stream("voice");
  const other = await me.stream("voice");
  notEqual(session.sessionId, other.sessionId);
  equal(me.session(session.sessionId), session);
  throws(() => you.session(session.sessionId), { code: "SessionNotFound" });
  throws(() => me.session("mock-0"), { code: "SessionNotFound" });
  await session.close();
  throws(() => me.session(session.sessionId), {
    code: "SessionNotFound",
    message: "Cannot find the session: it was never started, or has ended",
  });
});

Deno.test("SessionRouter limits sessions, of all and of each caller, and counts those that it refuses", async () => {
  const { router } = made({ authenticate: ({ token }) => token, limits: { sessions: 3, sessionsPerCaller: 2 } });
  const [me, you] = await Promise.all(["me", "you"].map((token) => router.authenticate({ transport: "test", token })));
  const [first] = await Promise.all([me.stream("voice"), me.stream("voice")]);
  await rejects(me.stream("voice"), {
    code: "LimitExceeded",
    key: "sessionsPerCaller",
    message: 'Cannot start a session: "me" has 2 open, the most that one caller may have; close one, or wait',
  });
  const begun = [you.stream("voice"), you.stream("voice")];
  await rejects(begun[1], {
    code: "LimitExceeded",
    key: "sessions",
    message: "Cannot start a session: 3 are open, the most there may be; close one, or wait",
  });
  await begun[0];
  await first.close();
  await me.stream("voice");
  deepEqual([router.figures().open, router.figures().refused.sessions], [3, 2]);
});

Deno.test("SessionRouter gives the place of a session back that did not start", async () => {
  const { router, transport } = made({ limits: { sessions: 1 } });
  const access = await anyone(router);
  transport.stream = () => Promise.reject(new SluiceError("InvalidGraph", "no"));
  for (let k = 0; k < 3; k++) await rejects(access.stream("voice"), { code: "InvalidGraph" });
  deepEqual([router.figures().open, router.figures().refused], [0, { access: 0, sessions: 0, graph: 3, draining: 0 }]);
});

Deno.test("SessionRouter closes a session that is idle, and leaves one that is not", async () => {
  const { router, transport, clock } = made({ limits: { idleMs: 1000 } });
  const access = await anyone(router);
  const [busy, idle] = [await access.stream("voice"), await access.stream("voice")];
  const waiting = idle.recvOutput();
  waiting.catch(() => {});
  await clock.turn(900);
  await busy.sendInput(text("abcd"));
  await clock.turn(100);
  await rejects(waiting, { code: "Busy", message: "Cannot use the session: it was idle for 1000 ms" });
  await rejects(idle.sendInput(text("abcd")), { code: "Busy" });
  deepEqual(transport.sessions.map(({ isClosed }) => isClosed), [false, true]);
  await clock.turn(900);
  deepEqual([router.figures().open, router.figures().ended.idle], [0, 2]);
  equal(clock.waiting, 0);
});

Deno.test("SessionRouter refuses items and sessions that are too large", async () => {
  const { router } = made({ limits: { itemBytes: 100, sessionBytes: 200, executeBytes: 150 } });
  const access = await anyone(router);
  const session = await access.stream("voice");
  await rejects(session.sendInput(text("x".repeat(50))), {
    code: "LimitExceeded",
    message: "Cannot send an item of 114 bytes: at most 100 are allowed",
  });
  await session.sendInput(text("abcd"));
  await session.sendInput(text("abcd"));
  await rejects(session.sendInput(text("abcd")), {
    code: "LimitExceeded",
    message: "Cannot send more than 200 bytes into one session: it was closed",
  });
  deepEqual([session.isActive, router.figures().ended.limit], [false, 1]);
  await rejects(access.execute("voice", [text("abcd"), text("abcd"), text("abcd")]), { code: "LimitExceeded" });
  equal(router.figures().open, 0);
});

Deno.test("SessionRouter closes a session whose output is too large", async () => {
  const { router, transport } = made({ limits: { itemBytes: 100 } });
  const session = await (await anyone(router)).stream("voice");
  transport.sessions[0].emit(text("x".repeat(50)));
  await rejects(session.recvOutput(), { code: "LimitExceeded" });
  equal(router.figures().ended.limit, 1);
});

Deno.test("SessionRouter makes inputs wait that are faster than their session or all may be", async () => {
  const { router, transport, clock } = made({
    limits: { sessionBytesPerSecond: TEXT_BYTES, totalBytesPerSecond: 1.5 * TEXT_BYTES },
  });
  const access = await anyone(router);
  const [first, second] = [await access.stream("voice"), await access.stream("voice")];
  const sending = [first, first, second, second].map((session) => session.sendInput(text("abcd")));
  await settle();
  const arrived = () => transport.sessions.map(({ inputs }) => inputs.length);
  deepEqual(arrived(), [1, 0]);
  await clock.turn(1000);
  deepEqual(arrived(), [2, 1]);
  await clock.turn(2000);
  deepEqual(arrived(), [2, 2]);
  await Promise.all(sending);
});

Deno.test("SessionRouter keeps few items that wait, and lets them go when the session is closed", async () => {
  const { router } = made({ limits: { sessionBytesPerSecond: 1 } });
  const session = await (await anyone(router)).stream("voice");
  const sending = Array.from({ length: 20 }, () => session.sendInput(text("abcd")).catch((error) => error.code));
  await settle();
  await session.close();
  const codes = await Promise.all(sending);
  deepEqual([codes.filter((code) => code === "LimitExceeded").length, codes.filter((code) => code === "Busy").length], [
    4,
    16,
  ]);
});

Deno.test("SessionRouter counts a graph that fails, and forgets its session", async () => {
  const { router, transport } = made({});
  const session = await (await anyone(router)).stream("voice");
  transport.sessions[0].fail(new SluiceError("NodeFailed", "no device"));
  await rejects(session.recvOutput(), { code: "NodeFailed", message: "no device" });
  const { open, ended } = router.figures();
  deepEqual([open, ended.failed, transport.sessions[0].isClosed], [0, 1, true]);
});

Deno.test("SessionRouter.drain() ends inputs, lets outputs be read, and closes what is left in the end", async () => {
  const { router, transport, clock } = made({});
  const access = await anyone(router);
  const [reading, stuck] = [await access.stream("voice"), await access.stream("voice")];
  await reading.sendInput(text("abcd"));
  const drained = router.drain(1000);
  await rejects(access.stream("voice"), { code: "Busy", message: "Cannot start a session: the server stops" });
  equal((await Array.fromAsync(reading)).length, 1);
  deepEqual(router.figures().open, 1);
  await clock.turn(1000);
  await drained;
  deepEqual(router.figures().ended, { closed: 1, failed: 0, idle: 0, limit: 0, drained: 1 });
  ok(transport.sessions.every(({ isClosed }) => isClosed));
  equal(stuck.isActive, false);
  equal(clock.waiting, 0);
});

Deno.test("SessionRouter shows its sessions as figures", async () => {
  const { router, clock } = made({});
  const session = await (await anyone(router)).stream("voice");
  await clock.turn(20);
  await session.sendInput(text("abcd"));
  await clock.turn(30);
  deepEqual(router.sessions(), [{
    sessionId: session.sessionId,
    number: 1,
    caller: "anonymous",
    transport: "test",
    graph: "voice",
    openMs: 50,
    idleMs: 30,
    inputs: 1,
    outputs: 0,
    inputBytes: TEXT_BYTES,
    outputBytes: 0,
  }]);
});

Deno.test("SessionRouter refuses limits that are none", () => {
  const limits = { sessions: -1 };
  throws(() => new SessionRouter({ transport: new MockTransport(), graphs: {}, limits }), {
    code: "InvalidConfig",
    message: 'Cannot make a session router: limit "sessions" is -1, wanted a number above 0',
  });
});

function made(options: Partial<SessionRouterOptions>) {
  const [transport, clock] = [new MockTransport(), new TestClock()];
  return {
    transport,
    clock,
    router: new SessionRouter({ transport, clock, graphs: { voice: "voice.json" }, ...options }),
  };
}

function anyone(router: SessionRouter): Promise<CallerAccess> {
  return router.authenticate({ transport: "test" });
}

function text(words: string): TransportData {
  return new TransportData({ kind: "text", text: words });
}

/** Lets all promises settle that can. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
