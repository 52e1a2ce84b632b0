/**
 * Builds a graph by the Model Context Protocol as an agent does, measures that its tone is too loud, and mends it.
 *
 * Run `sluice serve` in one terminal, open its page, and run this in another one from the root, with the address that
 * the server has printed: `deno run -A examples/agent.ts http://127.0.0.1:4840`
 *
 * @module
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const url = new URL("/mcp", Deno.args[0] ?? "http://127.0.0.1:4840");
const token = Deno.env.get("SLUICE_TOKEN");
const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };

const client = new Client({ name: "example-agent", version: "1" });
await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));

// Agents read these schemas: they tell what a processor takes before one is added.
const { text } = await call("describe_processor", { type: "gain" });
console.log(text.split("\n")[0]);

// Several commands are one change: all are carried out, or none.
await call("edit", {
  commands: [
    { op: "add", type: "tone-source", id: "tone", config: { frequencyHz: 440, amplitude: 1 } },
    { op: "add", type: "gain", id: "volume" },
    { op: "add", type: "level-meter", id: "meter" },
    { op: "connect", from: "tone.audio", to: "volume.audioIn" },
    { op: "connect", from: "volume.audioOut", to: "meter.audioIn" },
  ],
});
const { data: graph } = await call("get_graph");
if (graph.state !== "running") await call("start");

const { data: ports } = await call("get_ports", { processor: "meter" });
const [{ connection_id: connection }] = ports.processors[0].ports.find(
  ({ name }: { name: string }) => name === "audioIn",
).connections;
console.log(`before: ${await level(connection)} dB`);

// What would happen is known before it does.
const louder = [{ op: "set", node: "volume", values: { gainDb: 90 } }];
const { data: plan } = await call("plan", { commands: louder });
console.log(`90 dB more: ${plan.refused?.code ?? "would be done"}`);
await call("set", { processor: "volume", values: { gainDb: -12 } });
console.log(`after: ${await level(connection)} dB`);

// Anyone can take it back, also a person on the page.
await call("undo");
console.log(`undone: ${await level(connection)} dB`);
await client.close();

/** Calls a tool. @throws what the server refuses it with */
async function call(name: string, args: Record<string, unknown> = {}) {
  const { isError, content, structuredContent } = await client.callTool({ name, arguments: args });
  const [{ text }] = content as { text: string }[];
  if (isError) throw new Error(`${name}: ${text}`);
  // deno-lint-ignore no-explicit-any -- as the tool's schema has it
  return { text, data: structuredContent as any };
}

/** The peak on a connection, dB. */
async function level(connection: string): Promise<string> {
  // A change of a live value is smoothed over some milliseconds.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { data } = await call("tap", { connection_id: connection, what: "levels" });
  return data.peakDb[0].toFixed(1);
}
