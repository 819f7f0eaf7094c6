// Markdown to tokens: marked with mathematics as further tokens. Nothing here creates elements.
import { Lexer, Marked } from '../vendor/marked/marked.esm.js';

const start = /\\\(|\\\[|\$/;

// \[ … \] and $$ … $$ as paragraphs of their own.
const mathBlock = {
  name: 'mathBlock',
  level: 'block',
  start: (source) => source.match(/\n {0,3}(?:\\\[|\$\$)/)?.index,
  tokenizer(source) {
    const match = /^ {0,3}(?:\\\[([^]{1,20000}?)\\\]|\$\$([^]{1,20000}?)\$\$)[ \t]*(?:\n|$)/.exec(source);
    return match ? { type: 'mathBlock', raw: match[0], text: (match[1] ?? match[2]).trim() } : undefined;
  },
};

// \( … \), and $ … $ by Pandoc's rules: no space after the first and before the last, and no digit follows, so that prices are text.
const mathInline = {
  name: 'mathInline',
  level: 'inline',
  start: (source) => source.match(start)?.index,
  tokenizer(source) {
    const match = /^(?:\\\(([^]{1,2000}?)\\\)|\\\[([^]{1,2000}?)\\\]|\$\$([^$]{1,2000})\$\$|\$((?![\s$])(?:\\.|[^$\\\n]){0,2000}?(?<!\s))\$(?!\d))/.exec(source);
    if (!match) return undefined;
    const text = (match[1] ?? match[2] ?? match[3] ?? match[4]).trim();
    return text ? { type: 'mathInline', raw: match[0], text, display: match[2] !== undefined || match[3] !== undefined } : undefined;
  },
};

const { defaults } = new Marked({ gfm: true, extensions: [mathBlock, mathInline] });

// Reading a paragraph takes time quadratic in its length where it is made to. One beyond any that is written is shown as it is.
const longestParagraph = 8000;
const longestText = 400_000;

class BoundedLexer extends Lexer {
  inline(source, tokens = []) {
    if (source.length <= longestParagraph) return super.inline(source, tokens);
    tokens.push({ type: 'text', raw: source, text: source });
    return tokens;
  }
}

/** Reads Markdown. Text that is too long or nested too deeply to read is one token with its source. */
export function parse(source) {
  if (source.length > longestText) return plain(source);
  try {
    return new BoundedLexer(defaults).lex(source).filter((token) => token.type !== 'space' && token.type !== 'def');
  } catch {
    return plain(source);
  }
}

const plain = (source) => [{ type: 'plain', raw: source, text: source }];
