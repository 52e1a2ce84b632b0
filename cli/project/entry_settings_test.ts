import { deepEqual } from "node:assert/strict";
import { parseOverride } from "../../core/graph/check_nodes.ts";
import { checkGraph } from "../../core/graph/load.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { checkWithEntries } from "./entry_settings.ts";

const REGISTRY = new NodeRegistry([nodePackage]);
const GRAPH = JSON.stringify({
  version: 1,
  nodes: { feed: { type: "http-source", config: { url: "http://127.0.0.1/", headers: { Accept: "a/b" } } } },
});

/** The configuration of the node with settings, or what is wrong. */
function feedWith(...texts: string[]) {
  const { document, errors } = checkWithEntries(
    texts.map(parseOverride),
    REGISTRY,
    (settings) => checkGraph(GRAPH, "g.json", REGISTRY, settings),
  );
  return document?.nodes[0].config ?? errors.map(({ message }) => message);
}

const url = "http://127.0.0.1/";

Deno.test("checkWithEntries() joins entries to what the graph has for their keys, as their schema reads them", () => {
  deepEqual(feedWith("feed.headers.X-Count=5", "feed.headers.X Y.Z="), {
    url,
    headers: { Accept: "a/b", "X-Count": "5", "X Y.Z": "" },
  });
  deepEqual(feedWith('feed.headers={"A":"1"}', "feed.headers.B=2", "feed.url=http://localhost/"), {
    url: "http://localhost/",
    headers: { A: "1", B: "2" },
  });
});

Deno.test("checkWithEntries() says what is wrong with settings that name no entry, and with the graph", () => {
  const unknown = (name: string, near: string) =>
    `--set feed.${name}=1: Cannot configure node "feed" (http-source): unknown key "${name}"${near}; available: `;
  const [header, path] = [feedWith("feed.heders.A=1"), feedWith("feed.url.A=1")] as string[][];
  deepEqual(header[0].startsWith(unknown("heders.A", ' (did you mean "headers"?)')), true, header[0]);
  deepEqual(path[0].startsWith(unknown("url.A", ' (did you mean "url"?)')), true, path[0]);
  deepEqual(feedWith("fed.headers.A=1"), [
    'Cannot apply --set fed.headers.A=1: the graph has no node "fed" (did you mean "feed"?); nodes: "feed"',
  ]);
  const [wrong] = feedWith("feed.headers.A=1", "feed.url=") as string[];
  deepEqual(/^--set feed\.url=: Cannot configure node "feed" \(http-source\): "url" is ""/.test(wrong), true, wrong);
});
