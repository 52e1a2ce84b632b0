import assert from "node:assert/strict";
import { courseBounds, courseCrosses, courseEnd, distanceToCourse, pointOnCourse, roundedCourse } from "./course.ts";

const bend = roundedCourse([{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 100, y: 100 }], 8);

Deno.test("roundedCourse() begins and ends at its points, and stays inside of its corner", () => {
  assert.deepEqual(pointOnCourse(bend, 0), { x: 0, y: 0 });
  assert.deepEqual(courseEnd(bend), { x: 100, y: 100 });
  assert.deepEqual(courseBounds(bend), { x: 0, y: 0, width: 100, height: 100 });
  assert.ok(distanceToCourse(bend, { x: 100, y: 0 }) > 1, "the corner is round");
  assert.ok(distanceToCourse(bend, { x: 92, y: 0 }) < 0.01);
});

Deno.test("pointOnCourse() goes along the pieces by their length", () => {
  const { x, y } = pointOnCourse(bend, 0.25);
  assert.ok(Math.abs(x - 48.9) < 2 && y === 0, `${x} ${y}`);
});

Deno.test("courseCrosses() finds a box that any piece touches, also one between two samples", () => {
  assert.equal(courseCrosses(bend, { x: 99, y: 60, width: 2, height: 0.1 }), true);
  assert.equal(courseCrosses(bend, { x: 10, y: 5, width: 80, height: 90 }), false);
});
