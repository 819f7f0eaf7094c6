// A change of the settings in the making: what the file has and what is to be set.

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** A backend or panel. */
export class Item {
  constructor(was, values, others, onChange) {
    Object.assign(this, { was, values, others, onChange, changes: {} });
  }

  get(name) {
    return name in this.changes ? this.changes[name] : this.values[name] ?? null;
  }

  /** Sets a field; null removes it. */
  set(name, value) {
    if (same(value, this.values[name] ?? null)) delete this.changes[name];
    else this.changes[name] = value;
    this.onChange();
  }

  get isDirty() {
    return this.was === undefined || Object.keys(this.changes).length > 0;
  }
}

/** The settings of the page. */
export class Draft {
  constructor(view, onChange) {
    this.view = view;
    this.onChange = onChange;
    this.backends = view.backends.map((one, i) => new Item(i, one.values, one.others, onChange));
    this.panels = view.panels.map((one, i) => new Item(i, one.values, one.others, onChange));
    this.rankers = view.rankers;
    this.fusers = view.fusers;
  }

  get isDirty() {
    const moved = (items, before) => items.length !== before.length || items.some((item, i) => item.was !== i || item.isDirty);
    return moved(this.backends, this.view.backends) || moved(this.panels, this.view.panels) || !same(this.rankers, this.view.rankers) || !same(this.fusers, this.view.fusers);
  }

  get backendNames() {
    return this.backends.map((backend) => backend.get('Name')).filter(Boolean);
  }

  setList(name, list) {
    this[name] = list;
    this.onChange();
  }

  addPanel() {
    const item = new Item(undefined, {}, [], this.onChange);
    item.changes = { Name: this.free('panel', this.panels), Members: this.backendNames.slice(0, 4) };
    this.panels.push(item);
  }

  addBackend(found) {
    const item = new Item(undefined, {}, [], this.onChange);
    item.changes = found
      ? { Name: found.name, Kind: found.kind, Url: found.url, Model: found.model, ...(found.key_variable ? { KeyVariable: found.key_variable } : {}) }
      : { Name: this.free('model', this.backends), Kind: 'openai' };
    this.backends.push(item);
  }

  free(prefix, items) {
    const taken = new Set(items.map((item) => item.get('Name')));
    for (let i = items.length + 1; ; i++) if (!taken.has(`${prefix}${i}`)) return `${prefix}${i}`;
  }

  /** Renames a backend where panels name it. */
  renameBackend(backend, name) {
    const before = backend.get('Name');
    const change = (one) => (one === before ? name : one);
    for (const panel of this.panels) {
      for (const field of ['Ranker', 'Fuser']) if (before && panel.get(field) === before) panel.set(field, name);
      if (panel.get('Members')) panel.set('Members', panel.get('Members').map(change));
      if (panel.get('Stages')) panel.set('Stages', panel.get('Stages').map((stage) => stage.map(change)));
    }

    backend.set('Name', name);
  }

  change() {
    const items = (list) => list.map((item) => ({ ...(item.was === undefined ? {} : { was: item.was }), set: item.changes }));
    return { version: this.view.version, backends: items(this.backends), panels: items(this.panels), rankers: this.rankers, fusers: this.fusers };
  }
}
