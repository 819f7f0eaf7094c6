// Server-sent events of a POST, which EventSource can't make.

/** What a server says is wrong. */
export class ApiError extends Error {
  constructor(status, error) {
    super(error?.message ?? `the server answered ${status}`);
    this.status = status;
  }
}

/** Headers of a request; a key lives as long as the tab. */
export function headers() {
  const key = sessionStorage.getItem('key');
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** Posts an object, and gives {name, data} for every event of the answer. */
export async function* events(path, body, signal) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers() },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) {
    throw new ApiError(response.status, (await response.json().catch(() => ({}))).error);
  }

  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parse(block);
      if (event) yield event;
    }
  }
}

function parse(block) {
  let name = 'message';
  const data = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) data.push(line.slice(6));
  }

  return data.length ? { name, data: JSON.parse(data.join('\n')) } : null;
}
