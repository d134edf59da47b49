// What is compared: the models of Steno's own settings, by each template, over every window of the golden meetings.
import { env } from 'node:process';

const templates = (env.TEMPLATES || 'general').split(',');

function provider(url, model, keyName) {
  return {
    id: `openai:chat:${model}`,
    label: model,
    // Servers without keys ignore it; promptfoo insists on one.
    config: { apiBaseUrl: url, showThinking: false, ...(env[keyName] ? { apiKeyEnvar: keyName } : { apiKey: 'none' }) },
  };
}

const providers = [provider(env.STENO_LLM_URL, env.STENO_LLM_MODEL, 'STENO_LLM_API_KEY')];
if (env.STENO_LLM_STRONG_MODEL) {
  const elsewhere = env.STENO_LLM_STRONG_URL && env.STENO_LLM_STRONG_URL !== env.STENO_LLM_URL;
  // The key of one endpoint is not shown to another.
  const key = env.STENO_LLM_STRONG_API_KEY || elsewhere ? 'STENO_LLM_STRONG_API_KEY' : 'STENO_LLM_API_KEY';
  providers.push(provider(env.STENO_LLM_STRONG_URL || env.STENO_LLM_URL, env.STENO_LLM_STRONG_MODEL, key));
}

// Totals are made of counts, never means of rates.
const ratio = (name, count, of) => ({ name: `all: ${name}`, value: `${of} > 0 ? (${count}) / (${of}) : 1` });
const totals = ['items', 'decisions'].flatMap((kind) => [
  ratio(`${kind} P`, `${kind}_right`, `${kind}_found`),
  ratio(`${kind} R`, `${kind}_right`, `${kind}_expected`),
  ratio(`${kind} F1`, `2 * ${kind}_right`, `(${kind}_found + ${kind}_expected)`),
]);

export default {
  description: 'Action items and decisions in the golden meetings',
  providers,
  prompts: templates.map((template) => ({ id: 'file://prompt.py:extraction', label: template, config: { template } })),
  tests: { path: 'file://cases.py:cases', config: { golden: env.GOLDEN || 'tests/golden', templates } },
  defaultTest: {
    assert: [
      { type: 'python', value: 'file://score.py', config: { threshold: Number(env.THRESHOLD || 0.5) } },
    ],
  },
  derivedMetrics: [...totals, ratio('evidence', 'borne', 'claimed')],
  evaluateOptions: { maxConcurrency: Number(env.STENO_LLM_CONCURRENCY || 4), cache: false },
  commandLineOptions: { share: false, write: false },
};
