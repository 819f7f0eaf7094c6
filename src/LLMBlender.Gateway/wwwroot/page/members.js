// A panel's members as they are shown: a colour each, the backend's name and its model's.
import { el } from './format.js';

const colours = 12;

export class Members {
  /** The names in the panel's order, and their models' names in the same order. */
  constructor(names = [], models = []) {
    this.models = Object.fromEntries(names.map((name, i) => [name, models[i]]));
    this.places = new Map(names.map((name, i) => [name, i]));
  }

  /** Adds a name that the panel does not list, such as a given candidate's. */
  place(name) {
    if (!this.places.has(name)) this.places.set(name, this.places.size);
    return this.places.get(name);
  }

  /** A member's model: that of its backend, of whose samples the later ones have a number. */
  model(name) {
    const model = this.models[name] ?? this.models[name.replace(/#\d+$/, '')] ?? '';
    return model === name ? '' : model;
  }

  /** The member's name and model in words. */
  full(name) {
    return this.model(name) ? `${name} (${this.model(name)})` : name;
  }

  /** Gives an element the member's colour. */
  paint(element, name) {
    element.style.setProperty('--who', `var(--who-${this.place(name) % colours})`);
    return element;
  }

  /** Creates a mark in the member's colour. */
  mark(name) {
    const mark = this.paint(el('span', 'mark'), name);
    mark.setAttribute('aria-hidden', 'true');
    return mark;
  }
}
