// Shows hostile and ordinary Markdown in a real Chromium. Usage: node markdown.mjs URL SCREENSHOT_FOLDER
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { open } from './browser.mjs';

const [url, shots] = process.argv.slice(2);
const { page, context, outside, complaints } = await open(url, { width: 900, height: 1200 });
await page.goto(`${url}/`);
await page.locator('#panel option').first().waitFor({ state: 'attached' });
await page.evaluate(async () => {
  const { Markdown } = await import('/page/markdown/markdown.js');
  document.querySelector('main').replaceChildren(document.getElementById('announce'));
  globalThis.shown = (text) => {
    const box = document.createElement('div');
    document.querySelector('main').append(box);
    new Markdown(box).show(text);
    return box.outerHTML;
  };
  globalThis.Markdown = Markdown;
});
const show = (text) => page.evaluate((source) => globalThis.shown(source), text);

// Nothing of these becomes an element that loads, runs or leads to anything but a web page.
const hostile = [
  '<script>document.title="broken"</script>',
  '<img src=x onerror="document.title=\'broken\'">',
  'a <b onclick="x">bold</b> <svg onload=document.title=1> <iframe src="javascript:1"></iframe>',
  '[a](javascript:document.title=1) [b](JaVaScRiPt:1) [c](&#106;avascript:1) [d](data:text/html,<script>1</script>) [e](vbscript:1)',
  '[f](\u0001javascript:1) [g](java\tscript:1) [h](/v1/status) [i](//evil.example/x "t") [j](blob:x) [k](file:///etc/passwd)',
  '<javascript:alert(1)> <data:text/html,1>',
  '![an image](http://evil.example/pixel.png) ![data](data:image/svg+xml,<svg/onload=1>) ![x](javascript:1)',
  '[ref]: javascript:alert(1)\n\n[ref] ![ref]',
  '| a | b |\n|---|---|\n| <img src=x onerror=1> | [x](javascript:1) |',
  '```html"><script>\n</code></pre><script>document.title="broken"</script>\n```',
  '$\\href{javascript:document.title=1}{x}$ $\\url{javascript:1}$ $\\includegraphics{http://evil.example/x.png}$ $\\class{x}{y} \\style{color:red}{z} \\data{a=b}{c}$',
  '$\\def\\a{\\a\\a}\\a$ \\(\\text{<img src=x onerror=1>}\\)',
  '&lt;script&gt;1&lt;/script&gt; &#60;img src=x&#62; &amp;lt;',
  '<style>*{display:none}</style><link rel=stylesheet href="http://evil.example/x.css"><base href="http://evil.example/"><form action="http://evil.example">',
];
const found = [];
for (const text of hostile) found.push(await show(text));
await page.waitForFunction(() => globalThis.temml);
const bad = await page.evaluate(() => [...document.querySelectorAll('main *')].filter((element) =>
  ['SCRIPT', 'IMG', 'IFRAME', 'STYLE', 'LINK', 'BASE', 'FORM', 'SVG', 'OBJECT', 'EMBED', 'INPUT'].includes(element.tagName.toUpperCase())
  || [...element.attributes].some((attribute) => /^on/i.test(attribute.name) || /script:|data:/i.test(attribute.value) && attribute.name !== 'aria-label')
  || element.hasAttribute('href') && !/^(https?|mailto):/.test(element.getAttribute('href'))).map((element) => element.outerHTML));
assert.deepEqual(bad, []);
assert.notEqual(await page.title(), 'broken');
assert.equal(await page.locator('main a').evaluateAll((links) => links.every((link) => link.rel.includes('noopener') && link.target === '_blank')), true);
assert.match(found[12], /&lt;script&gt;/);
assert.match(found[0], /&lt;script&gt;document/);

// What is too much to read is shown all the same, soon.
const began = Date.now();
for (const text of ['['.repeat(100_000), '> '.repeat(50_000), '_a__b'.repeat(20_000), '<a '.repeat(30_000)]) {
  assert.ok((await show(text)).length >= 90_000);
}
assert.ok(Date.now() - began < 30_000, 'hostile nesting takes long');

// What models write.
await page.evaluate(() => document.querySelector('main').replaceChildren(document.getElementById('announce')));
await show(`## Compound interest

Interest is paid on **interest** as well. With *principal* $P$, rate $r$ and \\(n\\) periods a year:

$$A = P\\left(1 + \\frac{r}{n}\\right)^{nt}$$

It costs $5 and then $10 more, \`code\` & &eacute;, see [the page](https://example.com/a?b=c), <b>not bold</b>.<br>Next line.

#### Steps

1. First
2. Second
   - nested
   - \\(x^2\\)

- [x] done
- [ ] open

> A quotation
> of two lines

| year | balance |
|:-----|--------:|
| 1 | 1,050.00 |
| 2 | 1,102.50 |

\`\`\`python
def balance(principal, rate, years):
    return principal * (1 + rate) ** years
\`\`\`

---

\\[ \\sum_{i=1}^{n} i = \\frac{n(n+1)}{2} \\]`);
await page.waitForFunction(() => document.querySelectorAll('main math').length === 6);
assert.deepEqual(await page.locator('main :is(h1,h2,h3,h4,h5,h6)').evaluateAll((all) => all.map((one) => [one.tagName, one.textContent])), [['H4', 'Compound interest'], ['H5', 'Steps']]);
const text = await page.locator('main').innerText();
assert.match(text, /It costs \$5 and then \$10 more, code & é/);
assert.match(text, /<b>not bold<\/b>\.\nNext line/);
assert.equal(await page.locator('main th').count(), 2);
assert.equal(await page.locator('main ol > li > ul > li').count(), 2);
assert.equal(await page.locator('main .language').textContent(), 'python');
assert.equal(await page.locator('main pre code').textContent(), 'def balance(principal, rate, years):\n    return principal * (1 + rate) ** years');
if (shots) await page.screenshot({ path: join(shots, 'markdown.png'), fullPage: true });

// Code is copied also where the browser has no clipboard.
await page.evaluate(() => {
  Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
  document.addEventListener('copy', () => { globalThis.copied = document.getSelection().toString() || document.activeElement.value; });
});
await page.locator('main .code .copy').click();
assert.equal(await page.locator('main .code .copy').textContent(), 'Copied');
assert.match(await page.evaluate(() => globalThis.copied), /^def balance/);

// A growing text is the same as a whole one, and its earlier blocks stay the same elements.
const same = await page.evaluate(async () => {
  const source = '# One\n\ntext\n\n- a\n- b\n\n```js\nlet x = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Two\n\nend';
  const [grown, whole] = [document.createElement('div'), document.createElement('div')];
  document.querySelector('main').append(grown, whole);
  const view = new globalThis.Markdown(grown);
  let first = null;
  for (let i = 1; i <= source.length; i++) {
    view.show(source.slice(0, i));
    if (i === 12) first = grown.firstChild;
  }
  new globalThis.Markdown(whole).show(source);
  return [grown.innerHTML === whole.innerHTML, grown.firstChild === first];
});
assert.deepEqual(same, [true, true]);

assert.deepEqual(outside, [], 'requests to somewhere else');
assert.deepEqual(complaints, [], 'errors in the console');
await context.close();
console.log('all good');
