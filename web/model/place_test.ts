import assert from "node:assert/strict";
import fc from "fast-check";
import { formatPlace, parsePlace, VIEWS } from "./place.ts";
import { rare } from "../../tests/fixtures/rare.ts";

rare(Deno.test)("parsePlace() reads what formatPlace() wrote, whatever the id", () => {
  const kind = fc.constantFrom("node" as const, "link" as const);
  const selection = fc.tuple(kind, fc.string({ minLength: 1, maxLength: 20, unit: "binary" })).map(([kind, id]) => ({
    kind,
    id,
  }));
  fc.assert(fc.property(fc.constantFrom(...VIEWS), fc.option(selection, { nil: undefined }), (view, selection) => {
    const place = { view, selection };
    assert.deepEqual(parsePlace(`#${formatPlace(place)}`), place);
  }));
});

Deno.test("parsePlace() leads to the graph where it understands nothing", () => {
  for (const hash of ["", "#", "#nowhere", "#__proto__&node=", "#&lane=x"]) {
    assert.deepEqual(parsePlace(hash), { view: "graph", selection: undefined });
  }
  assert.equal(parsePlace("", "table").view, "table");
  assert.equal(parsePlace("#graph", "table").view, "graph");
  assert.deepEqual(parsePlace("#node=gain"), { view: "graph", selection: { kind: "node", id: "gain" } });
  assert.deepEqual(parsePlace("#log&node=%E0%A4%A"), { view: "log", selection: { kind: "node", id: "%E0%A4%A" } });
});
