// The middleware in its order, then the routes. What happens to a request can be read here from top to bottom.
import { bodyLimit } from "hono/body-limit";
import { identity } from "./middleware/identity";
import { measure } from "./middleware/measure";
import { onError, onNotFound } from "./middleware/problem";
import { publicCors } from "./middleware/public-cors";
import { requestContext } from "./middleware/request-context";
import { requiredSecret } from "./middleware/required-secret";
import { securityHeaders } from "./middleware/security-headers";
import { accountPages } from "./pages/account";
import { ACCOUNT_STYLE } from "./pages/account/layout";
import { devMail, MAILBOX_STYLE } from "./pages/dev-mail";
import { docs } from "./pages/docs";
import { ERRORS_STYLE, errorPages } from "./pages/errors";
import { formPages } from "./pages/form";
import { FORM_STYLE } from "./pages/form/style";
import { HOME_STYLE, homePages } from "./pages/home";
import { PLAIN_STYLE } from "./pages/look/plain-page";
import { styleRoutes } from "./pages/look/styles-route";
import { errorForPeople, notFoundForPeople } from "./pages/trouble";
import { analytics } from "./routes/analytics";
import { apiKeys } from "./routes/api-keys";
import { audit } from "./routes/audit";
import { auth } from "./routes/auth";
import { devSeed } from "./routes/dev/seed";
import { adminFlags } from "./routes/flags/admin";
import { listFlags } from "./routes/flags/list";
import { forms } from "./routes/forms";
import { live } from "./routes/health/live";
import { ready } from "./routes/health/ready";
import { invitations } from "./routes/invitations";
import { members } from "./routes/members";
import { assets } from "./routes/meta/assets";
import { mountOpenApi } from "./routes/meta/openapi";
import { getMetrics } from "./routes/metrics/get";
import { newApp } from "./routes/new-app";
import { responses } from "./routes/responses";
import { sessions } from "./routes/sessions";
import { workspaces } from "./routes/workspaces";
import { TooLargeError } from "./shared/errors";

const MAX_BODY_BYTES = 1024 * 1024;

export function createApp() {
  const app = newApp();
  app.onError(errorForPeople(onError));
  app.notFound(notFoundForPeople(onNotFound));
  app.use(requestContext);
  app.use(measure);
  app.use(securityHeaders);
  app.route("/", assets);
  app.use(requiredSecret);
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new TooLargeError("The body is larger than 1 MiB.");
      },
    }),
  );
  app.use("/api/v1/forms/:id/public", publicCors);
  for (const part of ["responses", "starts", "views"]) app.on(["POST", "OPTIONS"], `/api/v1/forms/:id/${part}`, publicCors);
  app.use(identity);
  app.route("/", live);
  app.route("/", ready);
  app.route("/", getMetrics);
  app.route("/", listFlags);
  app.route("/", adminFlags);
  app.route("/", devSeed);
  app.route("/", forms);
  app.route("/", responses);
  app.route("/", analytics);
  for (const part of [auth, sessions, workspaces, members, invitations, apiKeys, audit]) app.route("/", part);
  for (const pages of [homePages, formPages, accountPages, docs, errorPages, devMail]) app.route("/", pages);
  app.route("/", styleRoutes([HOME_STYLE, FORM_STYLE, PLAIN_STYLE, ACCOUNT_STYLE, ERRORS_STYLE, MAILBOX_STYLE]));
  mountOpenApi(app);
  return app;
}
