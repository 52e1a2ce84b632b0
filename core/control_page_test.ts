import { deepEqual, equal, ok } from "node:assert/strict";
import { LANE, LINK, NODE } from "../ffi/layout.gen.ts";
import { controlBytes, ControlPage } from "./control_page.ts";
import { index32 } from "./element_index.ts";

Deno.test("ControlPage.copy() keeps the records in use, and none of the others", () => {
  const sizes = { lanes: 2, links: 300, nodes: 300 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  const places = (each: ControlPage) =>
    [
      each.laneOffset(1) + LANE.generation,
      each.linkOffset(2) + LINK.size - 4,
      each.nodeOffset(0) + NODE.phase,
      each.nodeOffset(3) + NODE.size - 4,
    ].map(index32);
  for (const [k, at] of places(page).entries()) page.u32[at] = 7 + k;
  const copy = page.copy({ nodes: 4, links: 3 });
  deepEqual(places(copy).map((at) => copy.u32[at]), [7, 8, 9, 10]);
  equal(copy.u32.byteLength, controlBytes({ lanes: 2, links: 3, nodes: 4 }));
  page.u32[places(page)[0]] = 0;
  ok(copy.u32[places(copy)[0]] === 7, "it is a copy");
});
