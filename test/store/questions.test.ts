import { env } from "cloudflare:test";
import { describeQuestions } from "./questions-conformance";

describeQuestions("D1", { DB: env.DB });
