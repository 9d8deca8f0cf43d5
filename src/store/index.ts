import { drizzle } from "drizzle-orm/d1";
import type { Database } from "../shared/context";

export * as tables from "./schema";

export function openDatabase(binding: D1Database | D1DatabaseSession): Database {
  return drizzle(binding as D1Database);
}
