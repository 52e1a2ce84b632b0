/** `examples/sensors/graph.json`, as it stands there but for ports, paths and how long a spectrum takes. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { buildGraph, graphOptions, loadGraph, nodePackage, NodeRegistry, Runtime } from "../../mod.ts";
import { noRustPlugin, PluginFolder } from "../fixtures/plugins/build.ts";
import { inTime, until } from "../fixtures/waiting.ts";

const GRAPH = new URL("../../examples/sensors/graph.json", import.meta.url);
const obstacle = noRustPlugin("sensors");

Deno.test({
  name: `the example for sensors fills page and file while its batch size changes${
    obstacle ? ` (left out: ${obstacle})` : ""
  }`,
  ignore: obstacle !== undefined,
  fn: async () => {
    await using folder = await PluginFolder.make();
    await folder.addRust("sensors");
    const { packages } = await loadPlugins([folder.path]);
    const registry = new NodeRegistry([nodePackage, ...packages]);
    const path = `${folder.path}/volts.csv`;
    const document = await loadGraph(await changed(folder.path, path), registry);
    await using runtime = new Runtime({ ...graphOptions(document), native: "require", registry });
    buildGraph(document, runtime);
    await runtime.start();
    const figure = (node: string, name: string) =>
      runtime.stats().nodes.find(({ id }) => id === node)?.figures?.[name] ?? 0;
    await until(() => figure("page", "port") > 0);
    const { fields, batchSize } = await firstMessage(figure("page", "port"));
    deepEqual(fields, Object.fromEntries(Array.from({ length: 64 }, (_, k) => [`ch${k}`, "f32"])));
    equal(batchSize, 33);
    const made = figure("acquisition", "batches");
    await runtime.configure("acquisition", { batchSize: 1_000 });
    await until(() => figure("acquisition", "batches") > made + 1);
    await runtime.stop();
    const { links, pools } = await inTime(runtime.finished);
    for (const pool of pools) equal(pool.free, pool.slots);
    const [header, ...lines] = (await Deno.readTextFile(path)).trimEnd().split("\n");
    equal(header.split(",").length, 65);
    lines.forEach((line, k) => {
      const [time, ...volts] = line.split(",").map(Number);
      ok(Math.abs(time - 0.0016 * k) < 1e-9, `line ${k} is of ${time} s`);
      ok(volts.length === 64 && volts.every((volt) => Math.abs(volt) < 3), line);
    });
    ok(lines.length > 125);
    const counted = links.find(({ to }) => to === "file.packet")!;
    equal(counted.written, counted.read);
  },
});

/** Writes the graph with other ports and paths. */
async function changed(folder: string, path: string): Promise<string> {
  const graph = JSON.parse(await Deno.readTextFile(GRAPH));
  graph.nodes.acquisition.config.dropOutProbability = 0;
  graph.nodes.spectra.config = { ...graph.nodes.spectra.config, size: 64, hop: 32 };
  graph.nodes.file.config.path = path;
  graph.nodes.page.config.port = 0;
  const written = `${folder}/graph.json`;
  await Deno.writeTextFile(written, JSON.stringify(graph));
  return written;
}

/** The head of the first message that a client gets. */
async function firstMessage(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  socket.binaryType = "arraybuffer";
  const message = await new Promise<ArrayBuffer>((resolve, reject) => {
    socket.onmessage = ({ data }) => resolve(data);
    socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
  });
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  const length = new DataView(message).getUint32(0, true);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, length)));
}
