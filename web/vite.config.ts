import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

/** One entry per page family; the Jinja global `assets("patient/visit.ts")` finds it in the manifest by this path. */
const entries = ["patient/visit.ts", "staff/staff.ts", "staff/push_worker.ts"].filter((entry) => existsSync(root + entry));

export default defineConfig({
  root,
  base: "/static/",
  publicDir: false,
  build: {
    outDir: "../server/static",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    // The content security policy forbids inline scripts and styles, so nothing is ever inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: entries.length > 0 ? entries : ["avatar/face.ts"] },
  },
  server: { cors: true },
  // The rig is moved through minutes of its time: half a second on a quiet machine, thirty on one that builds something else.
  test: { include: ["**/*.test.ts"], environment: "node", testTimeout: 60_000 },
});
