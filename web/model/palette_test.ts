import assert from "node:assert/strict";
import { HEALTH_LEVELS } from "./health.ts";
import { LINK_STROKES } from "./link_strokes.ts";
import { type Palette, readPalette } from "./palette.ts";

type Triple = readonly [number, number, number];

/** How linear red, green and blue are seen without one kind of cone: Machado, Oliveira and Fernandes (2009). */
const SEEN: Readonly<Record<string, readonly Triple[]>> = {
  "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

/** Least distance of two colours, CIE 1976: one of 2 can just be seen by who looks at both side by side. */
const LEAST_DELTA_E = 10;

const [dark, light] = await readThemes();

for (const [theme, palette] of [["dark", dark], ["light", light]] as const) {
  Deno.test(`the health colours differ for whoever lacks a kind of cone, ${theme}`, () => {
    for (const [who, matrix] of Object.entries(SEEN)) {
      const seen = HEALTH_LEVELS.map((health) => toLab(through(matrix, linear(palette.health[health]))));
      seen.forEach((a, k) =>
        seen.slice(k + 1).forEach((b, n) => {
          const delta = Math.hypot(...a.map((part, axis) => part - b[axis]));
          const pair = `${HEALTH_LEVELS[k]} and ${HEALTH_LEVELS[k + 1 + n]}`;
          assert.ok(delta >= LEAST_DELTA_E, `${pair} with ${who}: ${delta.toFixed(1)}`);
        })
      );
    }
  });

  Deno.test(`text and health colours meet 4.5 : 1 on every surface, ${theme}`, () => {
    const texts = { text: palette.text, textSoft: palette.textSoft, ...palette.health };
    const { ground, sunken, surface, raised } = palette;
    for (const [name, color] of Object.entries(texts)) {
      for (const [on, back] of Object.entries({ ground, sunken, surface, raised })) {
        const ratio = contrast(linear(color), linear(back));
        assert.ok(ratio >= 4.5, `${name} on ${on}: ${ratio.toFixed(2)}`);
      }
    }
  });
}

Deno.test("links of any two conditions differ in dashes or width, by more than a tenth", () => {
  HEALTH_LEVELS.forEach((a, k) =>
    HEALTH_LEVELS.slice(k + 1).forEach((b) => {
      const [first, second] = [LINK_STROKES[a], LINK_STROKES[b]];
      const ratio = first.width / second.width;
      const sameDashes = first.dashes.join() === second.dashes.join();
      assert.ok(!sameDashes || ratio > 1.1 || ratio < 1 / 1.1, `${a} and ${b}`);
    })
  );
});

async function readThemes(): Promise<[Palette, Palette]> {
  const css = await Deno.readTextFile(new URL("../styles/tokens.css", import.meta.url));
  const [first, second] = css.split(':root[data-theme="light"]');
  const reader = (part: string) => (property: string) =>
    new RegExp(`${property}: ([^;]+);`).exec(part)?.[1] ?? new RegExp(`${property}: ([^;]+);`).exec(first)![1];
  return [readPalette(reader(first)), readPalette(reader(second))];
}

function linear(hex: string): Triple {
  const part = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function through(matrix: readonly Triple[], color: Triple): Triple {
  const row = (k: number) => Math.min(1, Math.max(0, matrix[k].reduce((sum, each, n) => sum + each * color[n], 0)));
  return [row(0), row(1), row(2)];
}

function luminance([red, green, blue]: Triple): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: Triple, b: Triple): number {
  const [low, high] = [luminance(a), luminance(b)].sort((p, q) => p - q);
  return (high + 0.05) / (low + 0.05);
}

/** CIE L*a*b* of linear sRGB, white D65. */
function toLab(color: Triple): Triple {
  const [red, green, blue] = color;
  const bend = (t: number) => t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116;
  const x = bend((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047);
  const y = bend(luminance(color));
  const z = bend((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
