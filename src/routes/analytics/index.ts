import { liveTicket } from "../../middleware/live-ticket";
import { newApp } from "../new-app";
import { anomalies } from "./anomalies";
import { ask } from "./ask";
import { compare } from "./compare";
import { distribution } from "./distribution";
import { funnel } from "./funnel";
import { liveEvents, liveSocket, liveTickets } from "./live";
import { metrics } from "./metrics";
import { predictNextWeekRoute } from "./predict";
import { query } from "./query";
import { timeseries } from "./timeseries";

const parts = [
  metrics,
  query,
  ask,
  compare,
  timeseries,
  distribution,
  liveSocket,
  liveEvents,
  liveTickets,
  predictNextWeekRoute,
  funnel,
  anomalies,
];

export const analytics = newApp();
// Before the routes, whose guards come first in each.
analytics.use("/api/v2/analytics/forms/:id/live", liveTicket);
analytics.use("/api/v2/analytics/forms/:id/live/events", liveTicket);
for (const part of parts) analytics.route("/", part);
