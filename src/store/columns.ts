// A form's columns, as far as those need them who change what the columns are made from. Questions go through src/analytics.

export interface ColumnsDoor {
  /** All of it is made anew from the store, when there is time. */
  forget(workspaceId: string): Promise<void>;
}

export function columnsDoor(env: Pick<Env, "COLUMNS">, formId: string): ColumnsDoor {
  // The stub's own type nests every result in promises and disposers; the class implements this.
  return env.COLUMNS.get(env.COLUMNS.idFromName(formId)) as unknown as ColumnsDoor;
}
