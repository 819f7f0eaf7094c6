// Load on a server that leaves, through one name that leads to it while it is ready and to another server afterwards, as a load balancer does for new
// connections. No request is repeated that a server has begun. Usage: node leave.mjs h1|h2 LEAVING_URL OTHER_URL; it ends when standard input does.
import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';

const [protocol, leaving, other] = process.argv.slice(2);
const ports = [leaving, other].map((url) => Number(new URL(url).port));
const loops = 8;
let at = ports[0];
let ended = false;
let [answers, fromOther, told, refused] = [0, 0, 0, 0];
const failures = [];
const connect = () => net.connect(at, '127.0.0.1');

const agent = new http.Agent({ keepAlive: true });
agent.createConnection = () => connect();
function h1(path, own = agent) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port: ports[0], path, agent: own }, (response) => {
      if (response.headers.connection === 'close') told++;
      const port = response.socket.remotePort;
      response.resume().on('end', () => resolve({ status: response.statusCode, port })).on('error', reject);
    });
    request.on('error', reject);
  });
}

let session = null;
function open() {
  const own = http2.connect(leaving, { createConnection: connect });
  own.on('goaway', () => {
    told++;
    if (session === own) session = null;
  });
  own.on('close', () => { if (session === own) session = null; });
  own.on('error', (e) => failures.push(`session: ${e.message}`));
  return own;
}
function h2(path) {
  session ??= open();
  const own = session;
  return new Promise((resolve, reject) => {
    const stream = own.request({ ':path': path });
    let status = 0;
    stream.on('response', (headers) => { status = headers[':status']; });
    stream.resume().on('end', () => resolve({ status, port: own.socket?.remotePort ?? at })).on('error', (e) => {
      // The server says that it has not begun the request, so that a client sends it on another connection (RFC 9113, section 8.7).
      if (stream.rstCode !== http2.constants.NGHTTP2_REFUSED_STREAM) {
        reject(e);
        return;
      }
      if (session === own) session = null;
      refused++;
      h2(path).then(resolve, reject);
    });
  });
}

const get = protocol === 'h1' ? h1 : h2;
async function load() {
  while (!ended) {
    try {
      const { status, port } = await get('/v1/models');
      if (status === 200) answers++;
      else failures.push(`status ${status}`);
      if (port === ports[1]) fromOther++;
    } catch (e) {
      failures.push(e.message);
    }
  }
}

// The load balancer's probe.
async function probe() {
  const ready = () => (protocol === 'h1' ? h1('/health/ready', false) : probeByHttp2());
  while (!ended && at === ports[0]) {
    if ((await ready().catch(() => ({ status: 0 }))).status !== 200) at = ports[1];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
function probeByHttp2() {
  return new Promise((resolve, reject) => {
    const own = http2.connect(leaving);
    own.on('error', reject);
    const stream = own.request({ ':path': '/health/ready' });
    stream.on('response', (headers) => resolve({ status: headers[':status'] }));
    stream.resume().on('end', () => own.close());
    stream.on('error', reject);
  });
}

process.stdin.on('end', () => { ended = true; }).resume();
const all = Promise.all([probe(), ...Array.from({ length: loops }, load)]);
while (answers < 500 && !failures.length) await new Promise((resolve) => setTimeout(resolve, 20));
console.log('started');
await all;
session?.close();
agent.destroy();
console.log(`answers ${answers}, of the other ${fromOther}, told ${told}, refused ${refused}, failures ${failures.length}`);
assert.deepEqual(failures.slice(0, 10), []);
assert.ok(fromOther > 100 && answers - fromOther > 500, 'there was no load on both');
assert.ok(told >= 1, 'no connection was ended');
console.log('all good');
process.exit(0);
