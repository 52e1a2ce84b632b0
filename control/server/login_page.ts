/**
 * The form that asks a browser for the token. The token goes into the body of a POST, so that no URL holds it. Without
 * a token the server serves only the form and its style sheet. The form posts to the requested address, so that the
 * part after `#`, which no server sees, survives the login.
 *
 * @module
 */

/** The path of the style sheet. */
export const LOGIN_STYLES_PATH = "/login.css";

const STYLES =
  `:root { color-scheme: dark light; --ground: #0e1216; --surface: #151b21; --edge: #4a5a67; --text: #e4eaee;
  --soft: #a7b4be; --bad: #ff7b72; --accent: #62cfc3; --on-accent: #06201f }
@media (prefers-color-scheme: light) { :root { --ground: #f3f5f6; --surface: #fff; --edge: #8b99a2; --text: #17212a;
  --soft: #4c5a65; --bad: #b3190f; --accent: #0b6e66; --on-accent: #fff } }
body { display: grid; place-items: center; min-height: 100dvh; margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 ui-sans-serif, system-ui, sans-serif }
main { box-sizing: border-box; width: min(380px, calc(100vw - 32px)); padding: 24px; border: 1px solid var(--edge);
  border-radius: 10px; background: var(--surface) }
h1 { margin: 0 0 4px; font-size: 18px }
p { margin: 0 0 16px; color: var(--soft) }
p[role="alert"] { color: var(--bad) }
form { display: grid; gap: 12px }
label { display: grid; gap: 4px }
input, button { box-sizing: border-box; width: 100%; height: 38px; padding: 0 10px; border: 1px solid var(--edge);
  border-radius: 6px; background: var(--ground); color: inherit; font: inherit }
button { border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
`;

/** @param failed whether a wrong token was given */
export function loginPage(failed: boolean): Response {
  const notice = failed ? "<p role=alert>That is not the token.</p>" : "";
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sluice: log in</title><link rel="stylesheet" href="${LOGIN_STYLES_PATH}"><main><h1>Log in</h1>${notice}
<p>The token was printed when the server started.</p>
<form method="post"><label>Token <input name="token" type="password" autocomplete="off" required
autofocus></label> <button>Log in</button></form></main></html>`;
  return new Response(html, { status: 401, headers: { "content-type": "text/html; charset=utf-8" } });
}

/** The style sheet of {@linkcode loginPage}. */
export function loginStyles(): Response {
  return new Response(STYLES, { headers: { "content-type": "text/css; charset=utf-8" } });
}
