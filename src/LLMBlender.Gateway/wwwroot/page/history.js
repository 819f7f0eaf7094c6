// The browser's runs, newest first, stored only in local storage.
const KEY = 'llmblender.runs';
const MOST = 40;

export function load() {
  try {
    const runs = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(runs) ? runs : [];
  } catch {
    return [];
  }
}

export function add(run) {
  let runs = [run, ...load()].slice(0, MOST);
  while (runs.length) {
    try {
      localStorage.setItem(KEY, JSON.stringify(runs));
      return;
    } catch {
      // The browser's storage is full: the older half is removed.
      runs = runs.slice(0, Math.floor(runs.length / 2));
    }
  }
}

export const clear = () => localStorage.removeItem(KEY);
