// Triggers that make the primary store refuse rows, whichever store it is.
import { env } from "cloudflare:test";
import { openPostgres } from "../../src/store/postgres/connection";

/** Overflows or runs full, as a store in disorder might: a fault that is not the entries' own. */
export function breakStore(formId: string): Promise<void> {
  return run(
    `CREATE TRIGGER broken_${formId} BEFORE INSERT ON responses WHEN NEW.form_id = '${formId}' BEGIN SELECT abs(NEW.seq - NEW.seq + (-9223372036854775807 - 1)); END`,
    postgresTrigger(`broken_${formId}`, `NEW.form_id = '${formId}'`, "disk_full"),
  );
}

export const mendStore = (formId: string) => drop(`broken_${formId}`);

/** Refuses the answers whose name is Poison, and says that it is their fault. */
export function poisonStore(formId: string): Promise<void> {
  return run(
    `CREATE TRIGGER poison_${formId} BEFORE INSERT ON responses WHEN NEW.form_id = '${formId}' AND NEW.data ->> 'name' = 'Poison' BEGIN SELECT RAISE(ABORT, 'poison'); END`,
    postgresTrigger(`poison_${formId}`, `NEW.form_id = '${formId}' AND NEW.data ->> 'name' = 'Poison'`, "check_violation"),
  );
}

export const cleanStore = (formId: string) => drop(`poison_${formId}`);

function postgresTrigger(name: string, when: string, condition: string): string {
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE ${condition}; END $$;
    CREATE TRIGGER ${name} BEFORE INSERT ON responses FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION ${name}()`;
}

function drop(name: string): Promise<void> {
  return run(`DROP TRIGGER ${name}`, `DROP FUNCTION ${name} CASCADE`);
}

async function run(onD1: string, onPostgres: string): Promise<void> {
  if (env.HYPERDRIVE === undefined) await env.DB.exec(onD1);
  else await openPostgres(env.HYPERDRIVE.connectionString).write("Trouble", { sql: onPostgres, values: [] });
}
