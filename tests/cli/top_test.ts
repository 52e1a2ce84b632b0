/** `sluice top` where the other end does not do what a control plane does. */
import assert from "node:assert/strict";
import { RPC_PROTOCOL } from "../../control/schemas/address.ts";
import { assertNoStack, sluice } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

const GRAPH = {
  run: "1",
  version: 0,
  title: "",
  state: "running",
  mode: "live",
  driver: "portable",
  stuckAfterMs: 2_000,
  nodes: [],
  links: [],
  lanes: [],
  pools: [],
};

const JSON_TYPE = { "content-type": "application/json" };

type Call = { readonly id: number; readonly method: string };

/** A server of `/api/graph` and `/rpc` that answers as it is told to; `undefined` for not at all. */
function serveBadly(graph: () => Response, answer: (call: Call) => object | undefined = () => undefined) {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    if (request.headers.get("upgrade") === null) return graph();
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: RPC_PROTOCOL });
    socket.onmessage = ({ data }) => {
      const call = JSON.parse(data);
      const answered = answer(call);
      if (answered !== undefined) socket.send(JSON.stringify({ jsonrpc: "2.0", id: call.id, ...answered }));
    };
    return response;
  });
}

function endless(): Response {
  const part = new Uint8Array(1_000).fill(32);
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.enqueue(part);
    },
  });
  return new Response(body, { headers: JSON_TYPE });
}

const well = () => Response.json(GRAPH);
const refuse = { error: { code: -32000, message: "Cannot subscribe: no", data: { code: "Busy" } } };

const CASES: [string, Parameters<typeof serveBadly>, RegExp][] = [
  ["JSON that is none", [() => new Response("{", { headers: JSON_TYPE })], /: the server there is not a control plane/],
  ["a body without end", [endless], /: no whole answer within 5000 ms; /],
  ["no word after the upgrade", [well], /: no figures within 8000 ms; /],
  [
    "a refused subscription",
    [well, ({ method }) => method === "graph.get" ? { result: GRAPH } : refuse],
    /: Cannot subscribe: no; /,
  ],
  ["a graph that is none", [well, () => ({ result: { run: 1 } })], /: what it answers is not understood; /],
];

for (const [what, server, wanted] of CASES) {
  rare(Deno.test)(`sluice top says what is wrong of a server that gives ${what}`, async () => {
    await using bad = serveBadly(...server);
    const result = await sluice(["top", "--once", "--at", `127.0.0.1:${bad.addr.port}`]);
    assert.match(result.stderr, /^error: Cannot reach a graph at /);
    assert.match(result.stderr, wanted);
    assert.ok(!result.stderr.includes("not expected"), result.stderr);
    assert.notEqual(result.code, 0);
    assertNoStack(result);
  });
}

Deno.test("sluice top tells who speaks no HTTP from nobody", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const garbage = (async () => {
    for await (const connection of listener) {
      await connection.write(new TextEncoder().encode("220 hello\r\n\r\n"));
      connection.close();
    }
  })();
  const { stderr } = await sluice(["top", "--once", "--at", `127.0.0.1:${listener.addr.port}`]);
  assert.match(stderr, /: the server there is not a control plane of Sluice; /);
  listener.close();
  await garbage.catch(() => {});
});
