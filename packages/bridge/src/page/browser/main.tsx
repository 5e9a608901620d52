import { render } from "preact";
import { Page } from "./page.js";
import "./page.css";
import { StreetApi } from "./street/street-api.js";
import { StreetFeed } from "./street/street-feed.js";
import type { StreetState } from "./street/street-state.js";

const titles = { well: "well", draining: "catching up", holding: "holding", failing: "failing" };

const root = document.getElementById("page");
if (root) {
  root.replaceChildren();
  const api = new StreetApi("api/v1/", () => location.assign("login"));
  let login = false;
  const draw = (street: StreetState) => {
    const mood = street.status && titles[street.status.health];
    document.title = `Bollard: ${street.link.kind === "lost" ? "unreachable" : (mood ?? "asking")}`;
    render(
      <Page
        api={api}
        street={street}
        login={login}
        onPress={(control) => feed.press(control)}
        onRetry={() => feed.retryNow()}
      />,
      root,
    );
  };
  const feed = new StreetFeed({
    api,
    openStream: (address) => new EventSource(address),
    onChange: draw,
  });
  draw(feed.state);
  feed.start();
  // Until it is known whether one had to log in, no way out is shown.
  api.session().then(
    (session) => {
      login = session.login;
      draw(feed.state);
    },
    () => {},
  );
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) feed.retryNow();
  });
  addEventListener("online", () => feed.retryNow());
}
