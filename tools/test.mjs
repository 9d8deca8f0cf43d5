// `npm test`: install what is missing, then tools/test.ts under the project's own Node.
process.argv.splice(2, 0, "tools/test.ts");
await import("./run.mjs");
