/** A script that shows its own graph: `@sluice/sluice/control`. */
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { type ControlOptions, serveControl } from "../../control.ts";
import { nodes, Runtime } from "../../mod.ts";

Deno.test("a script serves its graph before the start, while it grows, and after its end", async () => {
  await using runtime = new Runtime({ native: "off" });
  await using server = serveControl(runtime, { port: 0, title: "tones" });
  const graph = async () => await (await fetch(`${server.url}/api/graph`)).json();
  const { title, state, nodes: none } = await graph();
  deepEqual([title, state, none], ["tones", "building", []]);
  const tone = runtime.add(nodes.toneSource({}));
  await runtime.start();
  const meter = await runtime.add(nodes.levelMeter({}));
  await runtime.connect(tone.outputs.audio, meter.inputs.audioIn);
  const grown = await graph();
  deepEqual(grown.nodes.map(({ id }: { id: string }) => id), ["tone-source", "level-meter"]);
  equal(grown.links.length, 1);
  await runtime.stop();
  equal((await graph()).state, "stopped");
});

Deno.test("options that a server cannot have are refused, and no token is shown", () => {
  const runtime = new Runtime({ native: "off" });
  const cases: [unknown, RegExp][] = [
    [{ prot: 0 }, /^Cannot serve: there is no option "prot" \(did you mean "port"\?\)/],
    [{ port: 65_536 }, /^Cannot serve: "port" is 65536, wanted a whole number from 0 to 65535$/],
    [{ port: "80" }, /"port" is "80"/],
    [{ hostname: "" }, /"hostname" is ""/],
    [{ token: "hunter2" }, /^Cannot serve: wanted for "token" 16 or more letters, digits, "_", "-" and "\."$/],
    [{ token: "two words and more of them" }, /wanted for "token"/],
    [{ allowedHosts: "here" }, /"allowedHosts" is "here", wanted a list of names/],
    [{ title: 3 }, /"title" is 3, wanted text/],
    [{ page: "/tmp" }, /"page" is "\/tmp", wanted the URL of a folder/],
    [{ limits: { bursts: 1 } }, /^Cannot serve with "limits": there is no option "bursts" \(did you mean "burst"\?\)/],
    [{ limits: { burst: NaN } }, /"limits\.burst" is NaN/],
    [{ pages: { origins: "*" } }, /"pages\.origins" is "\*", wanted a list of texts/],
    [
      { pages: { origins: ["https://a.example/"], paths: [] } },
      /"origins" is "https:\/\/a\.example\/", wanted an origin wi/,
    ],
    [[], /its options are a list, wanted an object/],
  ];
  for (const [options, message] of cases) {
    throws(() => serveControl(runtime, options as ControlOptions), (error: Error & { code: string }) => {
      equal(error.code, "InvalidConfig");
      match(error.message, message);
      return true;
    });
  }
});
