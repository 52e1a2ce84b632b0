/**
 * Where the page begins in the browser.
 *
 * @module
 */
import { render } from "preact";
import Index from "./routes/index.tsx";
import { listenForClipboard } from "./state/changes.ts";
import "./state/old_losses.ts";
import { keepTitle } from "./state/document_title.ts";
import { focusView } from "./state/focus.ts";
import { listenForKeys } from "./state/keys.ts";
import { askForLogin } from "./state/login.ts";
import { isNarrow } from "./state/place.ts";
import { followSessions } from "./state/sessions.ts";

listenForKeys();
listenForClipboard();
keepTitle();
void askForLogin();
void followSessions();
render(<Index />, document.getElementById("app")!);
// Its keys work at once, unless somebody was faster; a phone has none.
setTimeout(() => document.activeElement === document.body && !isNarrow.peek() && focusView());
