// A text of a model, shown as Markdown. While it grows, only the blocks that changed are created again.
import { block } from './blocks.js';
import { parse } from './parser.js';

// The level of a model's first heading: the page's own are above it.
const firstLevel = 4;

export class Markdown {
  constructor(element) {
    this.element = element;
    this.element.classList.add('markdown');
    this.shown = [];
    this.text = '';
    this.timer = null;
    this.pause = 60;
  }

  /** Shows a text. */
  show(text) {
    clearTimeout(this.timer);
    this.timer = null;
    this.text = text;
    this.draw();
  }

  /** Shows a growing text soon: the slower the last time, the later. */
  grow(text) {
    this.text = text;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.draw();
    }, this.pause);
  }

  draw() {
    const began = performance.now();
    const tokens = withLevels(parse(this.text));
    let same = 0;
    while (same < this.shown.length && same < tokens.length && this.shown[same] === keyOf(tokens[same])) same++;
    while (this.element.childNodes.length > same) this.element.lastChild.remove();
    for (const token of tokens.slice(same)) this.element.append(one(block(token, token.level)));
    this.shown = tokens.map(keyOf);
    this.pause = Math.max(60, 4 * (performance.now() - began));
  }
}

const keyOf = (token) => `${token.level ?? ''} ${token.raw}`;

// Every block is one child of the element, so that children and tokens have the same numbers.
function one(node) {
  if (node.nodeType === Node.ELEMENT_NODE) return node;
  const paragraph = document.createElement('p');
  paragraph.append(node);
  return paragraph;
}

// Models begin with any level and skip some; the page's headings do neither.
function withLevels(tokens) {
  const open = [];
  for (const token of tokens) {
    if (token.type !== 'heading') continue;
    while (open.length && open.at(-1) >= token.depth) open.pop();
    open.push(token.depth);
    token.level = Math.min(firstLevel + open.length - 1, 6);
  }

  return tokens;
}
