import assert from "node:assert/strict";
import { courseCrosses } from "./course.ts";
import { Router } from "./route.ts";

Deno.test("Router.route() keeps off titles, and off the height of a foreign node to its right", () => {
  // As the demo lies on a phone: `mixer` on the right leads to `gain`, one lane below, and `high` lies between them.
  const high = { x: 30, y: 138, width: 184, height: 76 };
  const mixer = { x: 344, y: 87, width: 184, height: 76 };
  const gain = { x: 30, y: 320, width: 184, height: 76 };
  const title = { x: 12, y: 290, width: 220, height: 28 };
  const router = new Router([high, mixer, gain], [title]);
  const course = router.route({ x: 528, y: 125 }, { x: 30, y: 358 }, 1, 2);
  assert.equal(courseCrosses(course, title), false);
  assert.equal(courseCrosses(course, { x: 214, y: 138, width: 96, height: 76 }), false);
  assert.equal(router.unrouted, 0);
});

Deno.test("Router.route() turns off before it comes to the height of a foreign input, so that it does not seem to end there", () => {
  // A loop: `tone` leads to `mix`, past `back`, which lies right behind it at the same height.
  const tone = { x: 0, y: 0, width: 184, height: 76 };
  const back = { x: 312, y: 0, width: 184, height: 76 };
  const mix = { x: 624, y: 0, width: 184, height: 76 };
  const router = new Router([tone, back, mix]);
  const course = router.route({ x: 184, y: 38 }, { x: 624, y: 25 }, 0, 2);
  assert.equal(courseCrosses(course, { x: 280, y: 0, width: 32, height: 76 }), false);
  assert.equal(router.unrouted, 0);
});
