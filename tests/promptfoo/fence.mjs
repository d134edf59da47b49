// Loaded before promptfoo: connections to other hosts than those in ALLOWED_HOSTS fail. Its own switches do not
// suffice: with telemetry off it still reports, once a run and with an identifier, that telemetry is off.
import { appendFileSync } from 'node:fs';
import net from 'node:net';
import { env } from 'node:process';

const allowed = new Set(env.ALLOWED_HOSTS.split(' '));
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function fenced(...given) {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given;
  const options = first !== null && typeof first === 'object' ? first : { port: first, host: second };
  const host = options.host ?? 'localhost';
  if (options.path || (typeof first === 'string' && Number.isNaN(Number(first))) || allowed.has(host)) {
    return connect.apply(this, given);
  }
  appendFileSync(env.REFUSED_FILE, `${host}\n`);
  process.nextTick(() => this.destroy(new Error(`${host} is none of the endpoints: nothing is sent there`)));
  return this;
};
