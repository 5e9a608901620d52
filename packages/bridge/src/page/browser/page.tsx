import { useEffect, useMemo, useReducer } from "preact/hooks";
import { AnswerPanel } from "./panels/answer-panel.js";
import { PageFooter } from "./panels/page-footer.js";
import { PageHeader } from "./panels/page-header.js";
import { joinSchemas } from "./street/join-schemas.js";
import type { StreetApi } from "./street/street-api.js";
import type { StreetState } from "./street/street-state.js";
import { useRoute } from "./view/use-route.js";
import { act, formatView, parseView } from "./view/view-state.js";
import { DetailView } from "./views/detail-view.js";
import { StreetView } from "./views/street-view.js";

/** The whole page: the answer first, then what it rests on; further views behind the links on top. */
export function Page(props: {
  readonly api: StreetApi;
  readonly street: StreetState;
  /** Whether one had to log in, and so may log out. */
  readonly login: boolean;
  readonly onPress: (control: string) => Promise<void>;
  readonly onRetry: () => void;
}) {
  const { api, street, login, onPress, onRetry } = props;
  const { status, link, nowMs } = street;
  const route = useRoute();
  const [chosen, dispatch] = useReducer(act, undefined, () => parseView(location.hash));
  const byName = useMemo(() => street.views && joinSchemas(street.views.values()), [street.views]);
  const isStreet = route.view === "street";

  // An address that was followed, such as `#node=lamp-1` from another view, says what to look at.
  useEffect(() => {
    if (isStreet && location.hash) dispatch({ kind: "go", view: parseView(location.hash) });
  }, [route]);
  useEffect(() => {
    if (isStreet) history.replaceState(null, "", formatView(chosen) || location.pathname);
  }, [chosen, isStreet]);

  return (
    <>
      <PageHeader {...{ link, status, login }} view={route.view} street={formatView(chosen)} />
      <main>
        {isStreet && <AnswerPanel controls={street.controls} {...{ street, onPress, onRetry }} />}
        {isStreet && status && (
          <StreetView {...{ api, street, status, byName, chosen }} act={dispatch} />
        )}
        {!isStreet && <DetailView {...{ api, route, street, byName, onRetry }} />}
      </main>
      {status && <PageFooter status={status} nowMs={nowMs} />}
    </>
  );
}
