// The browser's runs, in IndexedDB: whole runs, and a line of each for lists and search. Where there is no database they last until the page
// is closed.
const database = open();
const memory = new Map();

// The part of a run's texts that is searched.
const longestSearch = 20000;

/** The lines of all runs, newest first: {id, title, at, panel, state, words}. */
export async function list() {
  const lines = (await request('lines', 'readonly', (store) => store.getAll())) ?? [...memory.values()].map(lineOf);
  return lines.sort((a, b) => b.at - a.at);
}

/** A run; undefined if there is none. */
export const find = async (id) => ((await database) ? request('runs', 'readonly', (store) => store.get(id)) : memory.get(id));

/** Stores a run. */
export async function put(run) {
  if (!(await database)) {
    memory.set(run.id, run);
    return;
  }

  await request('runs', 'readwrite', (store) => store.put(run));
  await request('lines', 'readwrite', (store) => store.put(lineOf(run)));
}

/** Deletes a run. */
export async function remove(id) {
  memory.delete(id);
  await request('runs', 'readwrite', (store) => store.delete(id));
  await request('lines', 'readwrite', (store) => store.delete(id));
}

/** Deletes all runs. */
export async function clear() {
  memory.clear();
  await request('runs', 'readwrite', (store) => store.clear());
  await request('lines', 'readwrite', (store) => store.clear());
}

function lineOf({ id, title, at, turns }) {
  const texts = turns.flatMap((turn) => [turn.instruction, turn.done?.answer ?? '']);
  const last = turns.at(-1);
  return { id, title, at, panel: last?.panel, state: last?.state, words: [title, ...texts].join('\n').toLowerCase().slice(0, longestSearch) };
}

async function request(name, mode, ask) {
  const db = await database;
  if (!db) return undefined;
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(name, mode);
    const asked = ask(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

function open() {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open('llmblender', 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('runs', { keyPath: 'id' });
        opening.result.createObjectStore('lines', { keyPath: 'id' });
      };
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}
