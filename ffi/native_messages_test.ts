import { deepEqual, equal } from "node:assert/strict";
import { decodeReport, encodeMessage } from "./native_messages.ts";

const textOf = (message: Parameters<typeof encodeMessage>[0]) => new TextDecoder().decode(encodeMessage(message));

Deno.test("encodeMessage() writes values as entries, states in hexadecimal, and texts that UTF-8 can say", () => {
  const values = new Map<string, number | string>([["gainDb", -6.1], ["text", "cut \ud83d"]]);
  equal(
    textOf({ kind: "configure", request: 3, node: 1, values }),
    '{"kind":"configure","request":3,"node":1,"values":[["gainDb",-6.1],["text","cut \ufffd"]]}',
  );
  const times = { notBeforeNs: 0, lastDueNs: 0, lastIngressNs: 0, lastPtsNs: 0 };
  const carry = { again: false, finishing: false, ...times, gaps: [], sequences: [] };
  const accept = textOf({ kind: "accept", epoch: 1, node: 0, carry, state: new Uint8Array([0, 15, 255]) });
  equal(JSON.parse(accept).state, "000fff");
});

Deno.test("decodeReport() reads what JSON lacks: no value, an unknown total, a figure that is none, a state", () => {
  deepEqual(decodeReport('{"kind":"configured","request":1,"error":null}'), { kind: "configured", request: 1 });
  deepEqual(decodeReport('{"kind":"progress","node":0,"doneNs":1,"totalNs":null}'), {
    kind: "progress",
    node: 0,
    doneNs: 1,
    totalNs: Infinity,
  });
  deepEqual(decodeReport('{"kind":"ended","node":0,"figures":[1,null]}'), {
    kind: "ended",
    node: 0,
    figures: [1, NaN],
  });
  const offered = decodeReport('{"kind":"offered","epoch":1,"node":0,"given":{"carry":{},"state":"000fff"}}');
  deepEqual(offered.kind === "offered" && offered.given?.state, new Uint8Array([0, 15, 255]));
});
