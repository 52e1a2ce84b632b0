/** `examples/agent.ts` on a server, as its comment and the README have it. */
import { deepEqual, equal } from "node:assert/strict";
import { serveControl } from "../../control.ts";
import { nodePackage, NodeRegistry, Runtime } from "../../mod.ts";
import { ROOT } from "../../tools/root.ts";

Deno.test("examples/agent.ts builds a graph by /mcp, changes it while it runs, and takes that back", async () => {
  const runtime = new Runtime({ mode: "live", registry: new NodeRegistry([nodePackage]), endsWithSources: false });
  await using _runtime = runtime;
  const server = serveControl(runtime, { port: 0 });
  await using _server = { [Symbol.asyncDispose]: () => server.close() };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${ROOT}examples/agent.ts`, server.url],
    cwd: ROOT,
  }).output();
  equal(new TextDecoder().decode(stderr), "");
  equal(code, 0);
  const [about, ...said] = new TextDecoder().decode(stdout).trimEnd().split("\n");
  equal(about, "# gain (audio)");
  // A whole tone, 12 dB less of it, and the whole one again.
  deepEqual(said, ["before: 0.0 dB", "90 dB more: InvalidConfig", "after: -12.0 dB", "undone: 0.0 dB"]);
  const { nodes } = runtime.graph();
  deepEqual(Object.keys(nodes).toSorted(), ["meter", "tone", "volume"]);
  equal(nodes.volume.config?.gainDb ?? 0, 0);
});
