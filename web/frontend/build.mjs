// The libraries of the pages, each as one module in web/static/vendor, with its licence. `make frontend` runs it.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { copyFile, readFile } from "node:fs/promises";

const vendor = fileURLToPath(new URL("../static/vendor/", import.meta.url));
// One line for each library: the file, what pages import, and whose licence goes with it.
const libraries = [
  { file: "tus", exports: 'export { Upload, isSupported, canStoreURLs, defaultOptions } from "tus-js-client/lib/browser/index.js";', of: "tus-js-client" },
];

for (const { file, exports, of } of libraries) {
  const { version } = JSON.parse(await readFile(`node_modules/${of}/package.json`, "utf8"));
  await build({
    stdin: { contents: exports, resolveDir: "." },
    outfile: `${vendor}${file}.js`,
    bundle: true, minify: true, format: "esm", platform: "browser", target: "es2022", legalComments: "none",
    banner: { js: `// ${of} ${version}; its licence lies beside this file. Built by \`make frontend\`.` },
  });
  await copyFile(`node_modules/${of}/LICENSE`, `${vendor}${file}.LICENSE.txt`);
}
