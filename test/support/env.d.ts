declare namespace Cloudflare {
  interface Env {
    TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
    /** Under vitest.postgres.config.ts: the embedded Postgres, and a real one where there is one. */
    POSTGRES_PGLITE?: Hyperdrive;
    POSTGRES_SERVER?: Hyperdrive;
  }
}

declare module "*.md?raw" {
  const text: string;
  export default text;
}
