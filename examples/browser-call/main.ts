/**
 * A microphone in the browser goes through a graph here and back to the browser's speaker, over a WebSocket.
 *
 * Run it from the root, open the address that it prints, with headphones on, and end it with Ctrl-C:
 * `deno run -A examples/browser-call/main.ts`. A number behind it is the page's port, by default 8000.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { nodePackage, NodeRegistry } from "../../mod.ts";
import { PipelineRunner, SessionRouter } from "../../pipelines.ts";
import { serveHttp } from "../../transports/http/mod.ts";

/** What is done to the voice; the page reads both outputs. */
const voice = fileURLToPath(new URL("voice.json", import.meta.url));

/** The files of the page, by path. */
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html"],
  "/page.js": ["page.js", "text/javascript"],
  "/blocks.js": ["blocks.js", "text/javascript"],
};

/** The address of the pipelines; the page's own is known first, since they take calls from it alone. */
let pipelines = "";
const page = Deno.serve(
  { hostname: "127.0.0.1", port: Number(Deno.args[0] ?? 8000), onListen() {} },
  async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/pipelines") return new Response(pipelines);
    const [file, type] = FILES[pathname] ?? [];
    if (file === undefined) return new Response("Not found", { status: 404 });
    const text = await Deno.readTextFile(new URL(file, import.meta.url));
    return new Response(text, { headers: { "content-type": `${type}; charset=utf-8` } });
  },
);
const address = `http://127.0.0.1:${page.addr.port}`;

const transport = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
await using router = new SessionRouter({ transport, graphs: { voice } });
await using server = serveHttp(router, { port: 0, origins: [address] });
pipelines = server.url;
console.log(`Call your own voice: ${address}`);

await new Promise<void>((resolve) => Deno.addSignalListener("SIGINT", resolve));
await page.shutdown();
