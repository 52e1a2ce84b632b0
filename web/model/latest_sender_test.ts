import assert from "node:assert/strict";
import { LatestSender } from "./latest_sender.ts";

Deno.test("LatestSender sends the first and the last of many values, one at a time", async () => {
  const sent: number[] = [];
  let open = 0;
  const sender = new LatestSender<number, number>(
    async (value) => {
      assert.equal(++open, 1);
      sent.push(value);
      await Promise.resolve();
      open--;
      return value * 2;
    },
    (result, value) => assert.equal(result, value * 2),
    assert.fail,
  );
  const done = sender.push(1);
  for (let k = 2; k <= 50; k++) void sender.push(k);
  await done;
  assert.deepEqual(sent, [1, 50]);
  assert.equal(sender.busy, false);
  await sender.push(7);
  assert.deepEqual(sent, [1, 50, 7]);
});

Deno.test("LatestSender goes on after a refusal", async () => {
  const refused: string[] = [];
  const answers: number[] = [];
  const sender = new LatestSender<number, number>(
    (value) => value < 0 ? Promise.reject(new Error(`no ${value}`)) : Promise.resolve(value),
    (result) => answers.push(result),
    (error) => refused.push(error.message),
  );
  const done = sender.push(-1);
  void sender.push(3);
  await done;
  assert.deepEqual(refused, ["no -1"]);
  assert.deepEqual(answers, [3]);
});
