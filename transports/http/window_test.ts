import { deepEqual, equal, throws } from "node:assert/strict";
import { ReceiveWindow, SendWindow } from "./window.ts";
import { fromWireError, toWireError } from "../wire_error.ts";
import { joinFrames, splitFrames } from "./wire.ts";
import { SluiceError } from "../../core/errors.ts";

Deno.test("SendWindow has room until its items or its bytes are on their way", () => {
  const window = new SendWindow({ items: 2, bytes: 10 });
  window.sent(9);
  equal(window.hasRoom, true);
  window.sent(9);
  equal(window.hasRoom, false);
  equal(window.taken(3), false);
  equal(window.taken(1), true);
  equal(window.hasRoom, true);
  window.sent(1);
  equal(window.hasRoom, false);
});

Deno.test("SendWindow.changed() resolves once something was taken", async () => {
  const window = new SendWindow({ items: 1, bytes: 10 });
  window.sent(1);
  const room = window.changed();
  window.taken(1);
  await room;
  equal(window.hasRoom, true);
});

Deno.test("ReceiveWindow never holds a writer up that keeps to the window", () => {
  for (const items of [1, 2, 3, 64]) {
    for (const bytes of [1, 100, 10_000]) {
      const writer = new SendWindow({ items, bytes });
      const reader = new ReceiveWindow({ items, bytes });
      const sizes = Array.from({ length: 300 }, (_, k) => 1 + (k * 37) % 150);
      const coming: number[] = [];
      for (const size of sizes) {
        while (!writer.hasRoom) writer.taken(reader.took(coming.shift()!));
        writer.sent(size);
        equal(reader.received(size), true);
        coming.push(size);
      }
    }
  }
});

Deno.test("ReceiveWindow refuses what was sent beyond the window", () => {
  const reader = new ReceiveWindow({ items: 2, bytes: 10 });
  deepEqual([reader.received(5), reader.received(50), reader.received(1)], [true, true, false]);
});

Deno.test("splitFrames() gives what joinFrames() was given, and refuses what is cut short", () => {
  const frames = [Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)];
  const body = joinFrames(frames);
  deepEqual(splitFrames(body), frames);
  for (let length = 1; length < body.length; length++) {
    if (length === 6 || length === 10) continue;
    throws(() => splitFrames(body.subarray(0, length)), { code: "InvalidMessage", message: /is cut short at byte/ });
  }
  const huge = Uint8Array.of(255, 255, 255, 255, 1);
  throws(() => splitFrames(huge), { message: /message 1 is cut short at byte 5, wanted 4294967295 bytes/ });
});

Deno.test("fromWireError() gives code and fields back, and nothing of errors that are not ours", () => {
  const error = new SluiceError("PortNotFound", "Cannot find it", { port: "a", available: ["b"] });
  const read = fromWireError(JSON.parse(JSON.stringify(toWireError(error)))) as SluiceError;
  deepEqual([read.code, read.message, read.port, read.available], ["PortNotFound", "Cannot find it", "a", ["b"]]);
  const wire = toWireError(new Error("/etc/secret"));
  deepEqual(wire, { code: "Internal", message: "Cannot answer: an error that is not expected", fields: {} });
  equal(fromWireError(wire).message, wire.message);
  for (const strange of [undefined, null, 3, [], {}, { message: 4 }]) {
    equal((fromWireError(strange) as SluiceError).code, "InvalidMessage");
  }
});
