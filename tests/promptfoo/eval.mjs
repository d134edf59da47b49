// Runs promptfoo so that nothing goes anywhere but to the endpoints named, and prints the totals.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const output = path.join(here, 'output');
const results = path.join(output, 'results.json');
const refused = path.join(output, 'refused.txt');

function environment() {
  // Settings of promptfoo, of other providers and of proxies are not taken over: they lead elsewhere.
  const kept = Object.entries(process.env).filter(([name]) => !/^(PROMPTFOO|OPENAI|OTEL)_|_proxy$/i.test(name));
  const venv = path.join(root, '.venv/bin/python');
  const urls = [process.env.STENO_LLM_URL, process.env.STENO_LLM_STRONG_URL].filter(Boolean);
  return {
    ...Object.fromEntries(kept),
    ALLOWED_HOSTS: urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, '')).join(' '),
    REFUSED_FILE: refused,
    NODE_OPTIONS: `--import=${new URL('fence.mjs', import.meta.url).href}`,
    PYTHONPATH: root,
    PROMPTFOO_PYTHON: process.env.VIRTUAL_ENV || !existsSync(venv) ? 'python3' : venv,
    PROMPTFOO_CONFIG_DIR: path.join(output, 'promptfoo'),
    PROMPTFOO_DISABLE_TELEMETRY: '1',
    PROMPTFOO_DISABLE_UPDATE: '1',
    PROMPTFOO_DISABLE_SHARING: '1',
    PROMPTFOO_DISABLE_SHARE_EMAIL_REQUEST: '1',
    PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
    PROMPTFOO_DISABLE_REDTEAM_REMOTE_GENERATION: '1',
    // What stands in a transcript is no template of promptfoo's.
    PROMPTFOO_DISABLE_TEMPLATING: '1',
    PROMPTFOO_CACHE_ENABLED: 'false',
  };
}

function totals({ results: { prompts } }) {
  return prompts.map(({ provider, label, metrics }) => ({
    model: provider,
    template: label,
    ...Object.fromEntries(
      Object.entries(metrics.namedScores)
        .filter(([name]) => name.startsWith('all: '))
        .map(([name, value]) => [name.slice('all: '.length), Number(value.toFixed(3))]),
    ),
    unreadable: metrics.namedScores.unreadable ?? 0,
    failed: metrics.testFailCount,
    errors: metrics.testErrorCount,
  }));
}

for (const name of ['STENO_LLM_URL', 'STENO_LLM_MODEL']) {
  if (!process.env[name]) {
    console.error(`${name} is not set: README.md says what is needed.`);
    process.exit(2);
  }
}
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const promptfoo = path.join(here, 'node_modules/promptfoo/dist/src/entrypoint.js');
const config = path.join(here, 'promptfooconfig.mjs');
const ours = ['eval', '--config', config, '--no-share', '--no-write', '--no-cache', '--no-table'];
const files = ['--output', results, path.join(output, 'results.html')];
const run = spawnSync(process.execPath, [promptfoo, ...ours, ...process.argv.slice(2), ...files], {
  cwd: root,
  env: environment(),
  stdio: 'inherit',
});
if (existsSync(results)) console.table(totals(JSON.parse(readFileSync(results, 'utf8'))));
process.exit(run.status ?? 1);
