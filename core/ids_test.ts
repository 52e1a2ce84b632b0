import { equal, ok, throws } from "node:assert/strict";
import { defaultNodeId, linkId, nodeId, portAddress } from "./ids.ts";

Deno.test("nodeId(), linkId() and portAddress() give back what they accept", () => {
  equal(nodeId("mic-2"), "mic-2");
  equal(linkId("link0"), "link0");
  equal(linkId("link120"), "link120");
  equal(portAddress("mic.audio_3"), "mic.audio_3");
  equal(portAddress(nodeId("mic"), "audio"), "mic.audio");
});

Deno.test("nodeId(), linkId() and portAddress() say what was found and wanted", () => {
  const letters = '1 to 64 letters, digits, "_" or "-", starting with a letter or "_"';
  for (const wrong of ["", "a.b", "3d", "__proto__", 7 as unknown as string]) {
    throws(() => nodeId(wrong), { code: "InvalidGraph" });
  }
  throws(() => nodeId("a.b"), { message: `Cannot use "a.b" as a node id: wanted ${letters}` });
  for (const wrong of ["", "link", "link01", "link-1", "mic.audio", null as unknown as string]) {
    throws(() => linkId(wrong), { code: "InvalidGraph" });
  }
  throws(() => linkId("mic.audio"), {
    message: 'Cannot use "mic.audio" as the id of a link: wanted what connect() gives, such as "link0"',
  });
  throws(() => portAddress("mic"), {
    code: "InvalidGraph",
    message: 'Cannot read "mic" as a port address: wanted "node.port"',
  });
  throws(() => portAddress(nodeId("mic"), "a.b"), {
    code: "InvalidGraph",
    message: `Cannot use "a.b" as the name of a port: wanted ${letters}`,
  });
});

Deno.test("defaultNodeId() numbers the nodes of a type, and asks for few ids among many", () => {
  const taken = new Set<string>();
  for (const wanted of ["mixer-4", "mixer-4-2", "mixer-4-3", "mixer-4-4", "mixer-4-5"]) {
    equal(defaultNodeId("mixer<4>", taken), wanted);
    taken.add(wanted);
  }
  let asked = 0;
  equal(defaultNodeId("gain", { has: (id) => ++asked > 0 && Number(id.slice(5)) <= 12_000 }), "gain-12001");
  ok(asked < 40, `${asked} ids`);
  taken.delete("mixer-4-2");
  const id = defaultNodeId("mixer<4>", taken);
  ok(!taken.has(id), id);
});
