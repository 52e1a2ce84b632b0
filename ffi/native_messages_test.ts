import { deepEqual, equal } from "node:assert/strict";
import { decodeReport, encodeMessage } from "./native_messages.ts";

const textOf = (message: Parameters<typeof encodeMessage>[0]) => new TextDecoder().decode(encodeMessage(message));

Deno.test("encodeMessage() writes values as entries, addresses as numbers, states in hexadecimal, and texts that UTF-8 can say", () => {
  const values = new Map<string, number | string>([["gainDb", -6.1], ["text", "cut \ud83d"]]);
  equal(
    textOf({ kind: "configure", request: 3, node: "a", values }),
    '{"kind":"configure","request":3,"node":"a","values":[["gainDb",-6.1],["text","cut \ufffd"]]}',
  );
  equal(
    textOf({ address: 2n ** 46n, state: new Uint8Array([0, 15, 255]) }),
    '{"address":70368744177664,"state":"000fff"}',
  );
});

Deno.test("decodeReport() reads what JSON lacks: no value, an unknown total, a figure that is none, a state", () => {
  deepEqual(decodeReport('{"kind":"configured","request":1,"error":null}'), { kind: "configured", request: 1 });
  deepEqual(decodeReport('{"kind":"progress","node":"a","doneNs":1,"totalNs":null}'), {
    kind: "progress",
    node: "a",
    doneNs: 1,
    totalNs: Infinity,
  });
  deepEqual(decodeReport('{"kind":"ended","node":"a","figures":[1,null]}'), {
    kind: "ended",
    node: "a",
    figures: [1, NaN],
  });
  const offered = decodeReport('{"kind":"offered","epoch":1,"nodes":[{"node":"a","carry":{},"state":"000fff"}]}');
  deepEqual(offered.kind === "offered" && offered.nodes[0].state, new Uint8Array([0, 15, 255]));
});
