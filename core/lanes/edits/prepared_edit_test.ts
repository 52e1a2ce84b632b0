import { deepEqual } from "node:assert/strict";
import { controlBytes, ControlPage } from "../../control_page.ts";
import type { NodeId } from "../../ids.ts";
import type { Lane } from "../lane/lane.ts";
import type { NodeCell } from "../cells/node_cell.ts";
import { tearDownAll } from "./prepared_edit.ts";

Deno.test("tearDownAll() has no node wait for another that does not return", async () => {
  const sizes = { lanes: 1, links: 1, nodes: 3 };
  const page = ControlPage.format(new SharedArrayBuffer(controlBytes(sizes)), sizes);
  const torn: string[] = [];
  const cells = ["a", "b", "c"].map((id, index): [NodeId, NodeCell] => {
    const teardown = () => {
      torn.push(id);
      return id === "a" ? new Promise(() => {}) : undefined;
    };
    const cell = {
      opened: true,
      number: index + 1,
      instance: { processor: { teardown } },
      ledger: { releaseAll() {} },
    };
    return [id as NodeId, cell as unknown as NodeCell];
  });
  void tearDownAll({ index: 0, page } as Lane, new Map(cells));
  await new Promise((resolve) => setTimeout(resolve));
  deepEqual(torn, ["a", "b", "c"]);
});
