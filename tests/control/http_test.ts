/** The control plane over HTTP: what it tells, and whom it refuses. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { connect } from "node:net";
import parsePrometheusTextFormat from "parse-prometheus-text-format";
import own from "../../deno.json" with { type: "json" };
import { AddressLimits } from "../../control/server/address_limits.ts";
import { GraphSnapshot, NodeDetail, NodeTypeInfo } from "../../control/schemas/graph.ts";
import { serveControl } from "../../control/server/server.ts";
import { tapLog } from "../../core/log.ts";
import { nodePackage, NodeRegistry, Runtime } from "../../mod.ts";
import { eachDriver } from "../fixtures/each_driver.ts";
import { RawClient } from "./raw_client.ts";
import { serveLive } from "./served.ts";

/** Sends a request with any headers, which `fetch` does not let one. @returns what comes first */
async function raw(url: string, path: string, headers: Record<string, string>, method = "GET"): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const lines = Object.entries({ connection: "close", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  const answer = await new Promise<string>((resolve) => socket.once("data", (data) => resolve(String(data))));
  socket.destroy();
  return answer;
}

/** What the parser gives; it ships no types. */
interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly metrics: readonly { readonly value: string; readonly labels: { readonly [name: string]: string } }[];
}

const UPGRADE = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
  "sec-websocket-protocol": "sluice.v1",
};

eachDriver("serveControl() answers the read side of /api with what the runtime says", async (native) => {
  await using served = await serveLive(native);
  const { server, runtime } = served;
  const get = async (path: string) => await (await fetch(server.url + path)).json();
  deepEqual(await get("/healthz"), { status: "ok" });
  let graph: GraphSnapshot;
  for (;;) {
    graph = GraphSnapshot.parse(await get("/api/graph"));
    if (graph.links.every(({ format }) => format)) break;
    // Not so often that the server refuses it.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  deepEqual([graph.state, graph.mode, graph.driver], ["running", "live", runtime.driverKind]);
  deepEqual(graph.nodes.map(({ id, type }) => [id, type]), [
    ["tone", "tone-source"],
    ["gain", "gain"],
    ["level", "level-meter"],
  ]);
  deepEqual(await get("/api/nodes"), graph.nodes);
  deepEqual(await get("/api/links"), graph.links);
  const types = NodeTypeInfo.array().parse(await get("/api/types"));
  ok(types.some(({ type }) => type === "gain"));
  const [levels] = types.find(({ type }) => type === "level-meter")!.outputs;
  deepEqual([levels.schema, levels.valueSchema?.properties?.peakDb], [
    "LevelReading",
    { type: "array", items: { type: "number" }, description: "The greatest absolute sample of each channel." },
  ]);
  deepEqual((await get("/api/stats")).links.map(({ id }: { id: string }) => id), graph.links.map(({ id }) => id));
  deepEqual(graph.links.map(({ format }) => format), Array(2).fill("audio 48000 Hz, 1 channel"));
  const gain = NodeDetail.parse(await get("/api/nodes/gain"));
  deepEqual([gain.node, gain.config.gainDb, gain.settable], [graph.nodes[1], -6, ["gainDb"]]);
  await runtime.pause();
  deepEqual((await get("/api/nodes/gain")).settable, ["gainDb"]);
  await runtime.setConfig("gain", "gainDb", -12);
  equal((await get("/api/nodes/gain")).config.gainDb, -12);
  await runtime.resume();
  ok(Array.isArray(await get("/api/logs")));
  ok((await get("/api/events?node=gain")).every(({ nodeId }: { nodeId: string }) => nodeId === "gain"));
  await served.stopAndCheck();
  equal((await get("/api/graph")).state, "stopped");
  const last = runtime.stats().links[0];
  equal((await get("/api/stats")).links[0].written, last.written);
});

Deno.test("/api/plugins tells the packages and plugins that come with Sluice, with version, author and licence", async () => {
  await using runtime = new Runtime({ registry: new NodeRegistry([nodePackage]) });
  await using server = serveControl(runtime, { port: 0 });
  const { name, version, license: licence } = own;
  const all: { stages: string[] }[] = await (await fetch(`${server.url}/api/plugins`)).json();
  const [{ stages, ...about }, ...others] = all;
  deepEqual(about, { name, language: "TypeScript", version, author: "Sluice", licence });
  ok(stages.includes("gain"));
  ok(others.length > 0);
  for (const other of others) {
    const { name: _, stages: __, ...about } = other as unknown as Record<string, unknown>;
    deepEqual(about, { language: "native", version, author: "Sluice", licence });
  }
});

eachDriver("/metrics is read by an independent parser, with the runtime's counts", async (native) => {
  await using served = await serveLive(native);
  await served.stopAndCheck();
  const families: MetricFamily[] = parsePrometheusTextFormat(
    await (await fetch(`${served.server.url}/metrics`)).text(),
  );
  const written = families.find(({ name }) => name === "sluice_link_written_total")!;
  equal(written.type, "COUNTER");
  deepEqual(
    written.metrics.map(({ value, labels }) => [labels.link, Number(value)]),
    served.runtime.stats().links.map((link) => [link.id, link.written]),
  );
  const dropped = families.find(({ name }) => name === "sluice_link_dropped_total")!;
  const figure = families.find(({ name }) => name === "sluice_node_figure")!;
  deepEqual(
    figure.metrics.map(({ value, labels }) => [labels.figure, Number(value)]),
    Object.entries(served.runtime.stats().nodes[2].figures!),
  );
  const quarantined = families.find(({ name }) => name === "sluice_pool_quarantined")!;
  deepEqual(
    quarantined.metrics.map(({ value, labels }) => [labels.pool, Number(value)]),
    served.runtime.stats().pools.map((pool) => [pool.name, 0]),
  );
  equal(dropped.metrics.length, 4 * served.runtime.stats().links.length);
});

Deno.test("serveControl() refuses a foreign Host and another Origin, on each route and upgrade", async () => {
  const runtime = new Runtime();
  await using server = serveControl(runtime, { port: 0 });
  const { host } = new URL(server.url);
  for (const path of ["/", "/api/graph", "/metrics", "/healthz", "/nothing"]) {
    match(await raw(server.url, path, { host: "evil.example" }), /^HTTP\/1\.1 421 /);
    match(await raw(server.url, path, { host: "127.0.0.1.evil.example" }), /^HTTP\/1\.1 421 /);
    for (const origin of ["http://evil.example", "null", `https://${host}`, "http://127.0.0.1:1"]) {
      match(await raw(server.url, path, { host, origin }), /^HTTP\/1\.1 403 /);
    }
  }
  match(await raw(server.url, "/rpc", { ...UPGRADE, host: "evil.example" }), /^HTTP\/1\.1 421 /);
  match(await raw(server.url, "/rpc", { ...UPGRADE, host, origin: "http://evil.example" }), /^HTTP\/1\.1 403 /);
  match(await raw(server.url, "/api/graph", { host, origin: `http://${host}` }), /^HTTP\/1\.1 200 /);
  match(await raw(server.url, "/api/graph", { host: host.replace("127.0.0.1", "localhost") }), /^HTTP\/1\.1 200 /);
});

Deno.test("serveControl() refuses what a page of another site loads, before it takes any of the clients' budget", async () => {
  const limits = { mainShare: 0, connectionShare: 0, requestsPerSecond: 5 };
  await using server = serveControl(new Runtime(), { port: 0, limits });
  const { host } = new URL(server.url);
  const load = { "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };
  const link = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  for (const site of ["cross-site", "same-site"]) {
    for (const path of ["/", "/api/graph", "/metrics", "/healthz", "/api/types"]) {
      const answer = await raw(server.url, path, { host, ...load, "sec-fetch-site": site });
      match(answer, /^HTTP\/1\.1 403 [^]*Cannot answer a page of another site/, `${site} ${path}`);
    }
    const frame = { ...link, "sec-fetch-dest": "iframe" };
    match(await raw(server.url, "/", { host, ...frame, "sec-fetch-site": site }), /^HTTP\/1\.1 403 /);
    match(await raw(server.url, "/api/graph", { host, ...link, "sec-fetch-site": site }), /^HTTP\/1\.1 403 /);
    const guess = { ...link, "sec-purpose": "prefetch" };
    match(await raw(server.url, "/", { host, ...guess, "sec-fetch-site": site }), /^HTTP\/1\.1 403 /);
  }
  const follow = (site: string, path = "/") => raw(server.url, path, { host, ...link, "sec-fetch-site": site });
  match(await follow("cross-site"), /^HTTP\/1\.1 (200|503) /, "a link to the page");
  match(await follow("none", "/api/graph"), /^HTTP\/1\.1 200 /, "an address that was typed");
  match(await raw(server.url, "/api/graph", { host, ...load, "sec-fetch-site": "same-origin" }), /^HTTP\/1\.1 200 /);
});

Deno.test("POST /logout ends the login of a browser and its connections, and those of no other", async () => {
  await using server = serveControl(new Runtime(), { port: 0, token: "a-token-of-this-test" });
  const logIn = async () => {
    const response = await fetch(server.url, {
      method: "POST",
      body: new URLSearchParams({ token: "a-token-of-this-test" }),
      redirect: "manual",
    });
    await response.body?.cancel();
    equal(response.status, 303);
    return response.headers.get("set-cookie")!.split(";")[0];
  };
  const [mine, other] = [await logIn(), await logIn()];
  const { host } = new URL(server.url);
  const sockets = [
    await RawClient.open(server.url, { cookie: mine }),
    await RawClient.open(server.url, { cookie: other }),
  ];
  const out = await raw(server.url, "/logout", { host, cookie: mine }, "POST");
  match(out, /^HTTP\/1\.1 303 [^]*set-cookie: sluice_login_\d+=; HttpOnly; SameSite=Strict; Path=\/; Max-Age=0\r\n/i);
  equal(await sockets[0].read(), undefined);
  await sockets[1].send('{"jsonrpc":"2.0","method":"ping","id":1}');
  match(new TextDecoder().decode((await sockets[1].read())!.bytes), /"id":1/);
  const status = async (cookie: string) => {
    const response = await fetch(`${server.url}/api/graph`, { headers: { cookie } });
    await response.body?.cancel();
    return response.status;
  };
  deepEqual([await status(mine), await status(other)], [401, 200]);
  for (const socket of sockets) socket[Symbol.dispose]();
});

Deno.test("/api answers what it has not, and other methods, as JSON with a status", async () => {
  await using served = await serveLive("off");
  const ask = async (path: string, method = "GET") => {
    const response = await fetch(served.server.url + path, { method });
    return [response.status, (await response.json()).error] as const;
  };
  deepEqual(await ask("/api/nodes/nobody"), [404, 'Cannot find node "nobody"; /api/nodes lists the nodes']);
  deepEqual(await ask("/api/logs?node=nobody"), [404, 'Cannot find node "nobody"; /api/nodes lists the nodes']);
  deepEqual(await ask("/api/events?node=nobody"), [404, 'Cannot find node "nobody"; /api/nodes lists the nodes']);
  deepEqual((await ask("/api/nothing"))[0], 404);
  for (const path of ["/nothing", "/assets/nothing.js"]) {
    deepEqual(await ask(path), [404, "Cannot answer: there is no such path"]);
  }
  for (const path of ["/", "/rpc", "/index.html", "/nothing"]) {
    for (const method of ["PUT", "POST", "OPTIONS", "PATCH"]) {
      deepEqual(await ask(path, method), [405, "Cannot answer: wanted GET"], `${method} ${path}`);
    }
  }
  deepEqual(await ask("/logout", "GET"), [405, "Cannot answer: wanted POST"]);
  const { host } = new URL(served.server.url);
  match(await raw(served.server.url, "/", { host }, "TRACE"), /^HTTP\/1\.1 405 [^]*\r\nallow: GET, HEAD\r\n/i);
  for (const path of ["/api/graph", "/metrics", "/healthz"]) {
    deepEqual(await ask(path, "POST"), [405, "Cannot answer: wanted GET"]);
    deepEqual((await ask(path, "DELETE"))[0], 405);
  }
  for (const query of ["level=loud", "after=x", "after=-1", "what=1", `node=${"x".repeat(201)}`]) {
    const [status, error] = await ask(`/api/logs?${query}`);
    deepEqual([status, error.startsWith("Cannot read the query: ")], [400, true], query);
  }
});

Deno.test("serveControl() gives every answer a strict content security policy", async () => {
  await using server = serveControl(new Runtime(), { port: 0 });
  for (const path of ["/", "/api/graph", "/nothing", "/rpc"]) {
    const response = await fetch(server.url + path);
    await response.body?.cancel();
    equal(
      response.headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; " +
        "frame-ancestors 'none'",
    );
    equal(response.headers.get("x-content-type-options"), "nosniff");
  }
});

Deno.test("serveControl() wants its token on an address that others reach; a login gives a cookie", async () => {
  await using server = serveControl(new Runtime(), { port: 0, hostname: "0.0.0.0" });
  const url = server.url.replace("0.0.0.0", "127.0.0.1");
  match(server.token!, /^[0-9a-f]{64}$/);
  const status = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, { headers });
    await response.body?.cancel();
    return response.status;
  };
  const paths = ["/api/types", "/api/nodes", "/api/nodes/x", "/api/links", "/api/stats", "/api/events", "/api/logs"];
  for (const path of [...paths, "/", "/api/graph", "/api/x", "/metrics", "/rpc", "/assets/app.js", "/x"]) {
    equal(await status(path), 401, path);
    equal(await status(path, { authorization: "Bearer wrong" }), 401, path);
  }
  equal(await status("/healthz"), 200);
  const { host } = new URL(url);
  const upgrade = async (...offers: string[]) => {
    const headers = { ...UPGRADE, host, "sec-websocket-protocol": ["sluice.v1", ...offers].join(", ") };
    return (await raw(url, "/rpc", headers)).slice(9, 12);
  };
  equal(await upgrade(), "401");
  equal(await upgrade("sluice.token.wrong"), "401");
  equal(await upgrade("sluice.token."), "401");
  equal(await upgrade(server.token!), "401");
  equal(await upgrade(`sluice.token.${server.token}`), "101");
  const wrong = ["", "x", server.token!.slice(1), `${server.token}0`, server.token!.replace(/^./, "g")];
  for (const token of wrong) equal(await status("/api/graph", { authorization: `Bearer ${token}` }), 401);
  equal(await status("/api/graph", { authorization: `Bearer ${server.token}` }), 200);
  equal(await status(`/api/graph?token=${server.token}`), 401);
  const logIn = (token: string) =>
    fetch(url, { method: "POST", body: new URLSearchParams({ token }), redirect: "manual" });
  const refused = await logIn("wrong");
  match(await refused.text(), /That is not the token/);
  equal(refused.headers.get("set-cookie"), null);
  const accepted = await logIn(server.token!);
  await accepted.body?.cancel();
  const cookie = accepted.headers.get("set-cookie")!;
  match(cookie, /HttpOnly; SameSite=Strict/);
  ok(!cookie.includes(server.token!));
  equal(await status("/api/graph", { cookie: cookie.split(";")[0] }), 200);
  equal(await status("/api/graph", { cookie: `sluice_login_${new URL(url).port}=` }), 401);
  await using second = serveControl(new Runtime(), { port: 0, hostname: "0.0.0.0" });
  const body = new URLSearchParams({ token: second.token! });
  const other = await fetch(`${second.url.replace("0.0.0.0", "127.0.0.1")}/`, {
    method: "POST",
    body,
    redirect: "manual",
  });
  await other.body?.cancel();
  const nameOf = (header: string) => header.split("=")[0];
  ok(nameOf(other.headers.get("set-cookie")!) !== nameOf(cookie), "a browser keeps both");
});

Deno.test("serveControl() serves the built page, and nothing outside it; without one it says how to build it", async () => {
  const folder = await Deno.makeTempDir();
  const page = new URL(`file://${folder}/dist/`);
  await using server = serveControl(new Runtime(), { port: 0, page });
  const missing = await fetch(server.url);
  equal(missing.status, 503);
  match(await missing.text(), /deno task build:web/);
  await Deno.mkdir(`${folder}/dist/assets`, { recursive: true });
  await Deno.writeTextFile(`${folder}/secret.js`, "secret");
  await Deno.writeTextFile(`${folder}/dist/index.html`, "<p>page</p>");
  await Deno.writeTextFile(`${folder}/dist/assets/app.js`, "1");
  await Deno.symlink(`${folder}/secret.js`, `${folder}/dist/link.js`);
  equal(await (await fetch(server.url)).text(), "<p>page</p>");
  const script = await fetch(`${server.url}/assets/app.js`);
  equal(await script.text(), "1");
  equal(script.headers.get("content-type"), "text/javascript; charset=utf-8");
  const tag = script.headers.get("etag")!;
  const known = await fetch(`${server.url}/assets/app.js`, { headers: { "if-none-match": tag } });
  deepEqual([known.status, await known.text(), known.headers.get("etag")], [304, "", tag]);
  await Deno.writeTextFile(`${folder}/dist/assets/app.js`, "let a;\n".repeat(1_000));
  const changed = await fetch(`${server.url}/assets/app.js`, { headers: { "if-none-match": tag } });
  deepEqual([changed.status, (await changed.text()).length], [200, 7_000]);
  equal(changed.headers.get("content-encoding"), "br");
  match(changed.headers.get("vary")!, /^accept-encoding$/i);
  const plain = await fetch(`${server.url}/assets/app.js`, { headers: { "accept-encoding": "identity" } });
  deepEqual([plain.headers.get("content-encoding"), (await plain.text()).length], [null, 7_000]);
  match(plain.headers.get("vary")!, /^accept-encoding$/i);
  const { host } = new URL(server.url);
  for (
    const path of ["/../secret.js", "/%2e%2e/secret.js", "/..%2fsecret.js", "/assets/..%5c..%5csecret.js", "/link.js"]
  ) {
    match(await raw(server.url, path, { host }), /^HTTP\/1\.1 (404|400) /);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("/rpc answers an upgrade that lacks a header with 400 and logs nothing of it", async () => {
  await using server = serveControl(new Runtime(), { port: 0 });
  const { host } = new URL(server.url);
  const logged: string[] = [];
  const end = tapLog(({ message }) => logged.push(message));
  for (const name of ["sec-websocket-key", "sec-websocket-version"] as const) {
    const { [name]: _, ...rest } = UPGRADE;
    match(await raw(server.url, "/rpc", { ...rest, host }), /^HTTP\/1\.1 400 /);
  }
  for (const wrong of [{ "sec-websocket-key": "x" }, { "sec-websocket-version": "8" }, { connection: "keep-alive" }]) {
    match(await raw(server.url, "/rpc", { ...UPGRADE, ...wrong, host }), /^HTTP\/1\.1 400 /);
  }
  end();
  deepEqual(logged, []);
});

Deno.test("serveControl() has a rate for who has the token, and one for each address that has not", async () => {
  await using server = serveControl(new Runtime(), { port: 0, hostname: "0.0.0.0", limits: { requestsPerSecond: 2 } });
  const at = async (address: string, path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://${address}:${new URL(server.url).port}${path}`, init);
    await response.body?.cancel();
    return response.status;
  };
  const statuses: number[] = [];
  for (let k = 0; k < 30; k++) statuses.push(await at("127.0.0.1", "/"));
  ok(statuses.includes(429), String(statuses));
  equal(await at("127.0.0.1", "/api/graph", { headers: { authorization: `Bearer ${server.token}` } }), 200);
});

Deno.test("AddressLimits keeps addresses apart, and few of them", () => {
  const limits = new AddressLimits(2);
  const taken = (address: string) => [1, 2, 3].map(() => limits.take(address));
  deepEqual(taken("a"), [true, true, false]);
  deepEqual(taken("b"), [true, true, false]);
  for (let k = 0; k < 1_000; k++) limits.take(`c${k}`);
  equal(limits.take("a"), true);
});

Deno.test("serveControl() refuses more requests a second than its limit", async () => {
  await using server = serveControl(new Runtime(), { port: 0, limits: { requestsPerSecond: 1 } });
  const statuses: number[] = [];
  for (let k = 0; k < 20; k++) {
    const response = await fetch(`${server.url}/healthz`);
    await response.body?.cancel();
    statuses.push(response.status);
  }
  ok(statuses.includes(200) && statuses.includes(429), String(statuses));
});
