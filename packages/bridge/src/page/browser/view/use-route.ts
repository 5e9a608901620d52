import { useEffect, useState } from "preact/hooks";
import { parseRoute, type Route } from "./route.js";

/** Where the reader is, by the address. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const renew = () => setRoute(parseRoute(location.hash));
    addEventListener("hashchange", renew);
    return () => removeEventListener("hashchange", renew);
  }, []);
  return route;
}
