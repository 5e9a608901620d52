/** The page that asks for the token: plain HTML, which works without a script. */
export function loginPage(mistake = ""): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Bollard: log in</title>
    <link rel="icon" href="icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="page.css">
  </head>
  <body>
    <main class="login panel">
      <p class="brand"><img src="icon.svg" alt="" width="28" height="28">Bollard</p>
      <h1>Log in to this bridge</h1>
      <form method="post" action="login">
        <label for="token">Access token</label>
        <input id="token" name="token" type="password" required autofocus
          autocomplete="current-password"${mistake && ' aria-invalid="true" aria-describedby="mistake"'}>
        ${mistake && `<p class="mistake" id="mistake" role="alert">${mistake}</p>`}
        <button class="button button-active">Log in</button>
      </form>
      <p class="quiet">It stands in the file that <code>http.tokenFile</code> names in the bridge's configuration.</p>
    </main>
  </body>
</html>
`;
}
