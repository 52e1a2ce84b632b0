import assert from "node:assert/strict";
import { shownText } from "./shown_text.ts";

Deno.test("shownText() shows what has no picture or turns text around as an escape, and leaves all else", () => {
  assert.equal(shownText("\x1b[31mred\x1b[0m\0\x9b"), "\\x1b[31mred\\x1b[0m\\x00\\x9b");
  assert.equal(shownText("a\u202egnp.exe\u2066b\u200b\ufeff"), "a\\u{202e}gnp.exe\\u{2066}b\\u{200b}\\u{feff}");
  assert.equal(shownText("half \ud83d"), "half \\u{d83d}");
  const plain = "Grüße, שלום, 中文, 🎛️, two\n\tlines";
  assert.equal(shownText(plain), plain);
});
