import { equal } from "node:assert/strict";
import { EditAttempt } from "./edit_attempt.ts";

Deno.test("EditAttempt.givenUp holds once it was given up, or its thread was", () => {
  const site = { isGivenUp: false };
  const [first, second] = [new EditAttempt(1, site), new EditAttempt(2, site)];
  first.giveUp();
  equal(first.givenUp, true);
  equal(second.givenUp, false);
  site.isGivenUp = true;
  equal(second.givenUp, true);
});
