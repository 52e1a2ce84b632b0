/**
 * The form that asks a browser for the token. The token goes in the body of a POST, so it stands in no URL.
 *
 * @module
 */

/** @param failed whether a token was given and was wrong */
export function loginPage(failed: boolean): Response {
  const notice = failed ? "<p role=alert>That is not the token.</p>" : "";
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sluice: log in</title><main><h1>Log in</h1>${notice}<p>The token was printed when the server started.</p>
<form method="post" action="/login"><label>Token <input name="token" type="password" autocomplete="off" required
autofocus></label> <button>Log in</button></form></main></html>`;
  return new Response(html, { status: 401, headers: { "content-type": "text/html; charset=utf-8" } });
}
