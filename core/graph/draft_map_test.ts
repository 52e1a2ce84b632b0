import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { DraftMap, type EditableMap } from "./draft_map.ts";

/** A value is given to a key, or the key is taken out. */
interface Step {
  readonly key: number;
  readonly deletes: boolean;
}

const KEYS = 6;

const steps = fc.array(fc.record({ key: fc.nat(KEYS - 1), deletes: fc.boolean() }), { maxLength: 40 });

Deno.test("DraftMap is as a copy that was changed, leaves what it was made of alone, and makes it the same by commit()", () => {
  fc.assert(fc.property(steps, steps, steps, (before, during, after) => {
    const base = new Map<number, string>();
    take(before, "before", base);
    const untouched = new Map(base);
    const copy = new Map(base);
    const draft = new DraftMap(base);
    during.forEach((step, k) => {
      equal(give(step, `during ${k}`, draft), give(step, `during ${k}`, copy));
      assertSame(draft, copy);
    });
    deepEqual([...base], [...untouched]);
    const { set, gone } = draft.changes();
    deepEqual(set, [...copy].filter(([key, value]) => untouched.get(key) !== value).map(([, value]) => value));
    const moved = takenOut(during, untouched);
    deepEqual(gone, [...untouched].filter(([key]) => moved.has(key)).map(([, value]) => value));
    draft.commit();
    deepEqual([...base], [...copy]);
    deepEqual(draft.changes(), { set: [], gone: [] });
    take(after, "after", draft);
    take(after, "after", copy);
    assertSame(draft, copy);
    draft.commit();
    deepEqual([...base], [...copy]);
  }));
});

function take(steps: readonly Step[], when: string, map: EditableMap<number, string>): void {
  steps.forEach((step, k) => give(step, `${when} ${k}`, map));
}

/** @returns whether the key was there, if it is taken out */
function give({ key, deletes }: Step, value: string, map: EditableMap<number, string>): boolean | undefined {
  if (deletes) return map.delete(key);
  map.set(key, value);
  return undefined;
}

/** Keys that the steps take out of a map at some time. */
function takenOut(steps: readonly Step[], map: ReadonlyMap<number, string>): Set<number> {
  return new Set(steps.filter(({ key, deletes }) => deletes && map.has(key)).map(({ key }) => key));
}

function assertSame(draft: DraftMap<number, string>, wanted: ReadonlyMap<number, string>): void {
  equal(draft.size, wanted.size);
  deepEqual([...draft], [...wanted]);
  deepEqual([...draft.keys()], [...wanted.keys()]);
  deepEqual([...draft.values()], [...wanted.values()]);
  for (let key = 0; key < KEYS; key++) {
    equal(draft.get(key), wanted.get(key));
    equal(draft.has(key), wanted.has(key));
  }
  const visited: [number, string][] = [];
  draft.forEach((value, key) => visited.push([key, value]));
  deepEqual(visited, [...wanted]);
}
