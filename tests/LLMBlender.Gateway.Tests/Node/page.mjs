// Drives the page in a real Chromium. Usage: node page.mjs URL SCREENSHOT_FOLDER
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessible, open, settled } from './browser.mjs';

const [url, shots] = process.argv.slice(2);
const { page, context, outside, complaints } = await open(url, { width: 1280, height: 860 });
const shot = (name, options) => shots && page.screenshot({ path: join(shots, `${name}.png`), ...options });
const turn = (n) => page.locator(`.turn:nth-child(${n})`);
const ended = (n) => turn(n).locator('.facts:not([hidden])').waitFor({ state: 'attached', timeout: 60000 });
const ask = async (question) => {
  await page.focus('#ask');
  await page.keyboard.type(question);
  await page.keyboard.press('Control+Enter');
};
const fresh = async (panel) => {
  await page.click('#new-run');
  await page.selectOption('#panel', panel);
};

// The first load: its policy, its size, and its first paint.
const loaded = [];
const load = (request) => loaded.push(request);
page.on('requestfinished', load);
const response = await page.goto(`${url}/`);
assert.match(response.headers()['content-security-policy'], /default-src 'none'/);
await page.locator('#panel option').first().waitFor({ state: 'attached' });
await page.waitForLoadState('networkidle');
page.off('requestfinished', load);
const sizes = await Promise.all(loaded.map(async (request) => (await request.sizes()).responseBodySize));
const transferred = sizes.reduce((all, size) => all + size, 0);
assert.ok(loaded.length > 20 && transferred > 20_000 && transferred < 250_000, `the page has ${transferred} bytes`);
const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
console.log(`transferred ${transferred} bytes in ${loaded.length} files, first paint after ${Math.round(paint)} ms`);
await shot('start');
await accessible(page, 'start');

// A run by keyboard alone.
await page.selectOption('#panel', 'shown');
assert.match(await page.locator('#panel-members').textContent(), /4 models, fused by fuser/);
await ask('Which is the number?');
await ended(1);
assert.equal(await turn(1).locator('.answer .text').textContent(), '9 is <i>the</i> number');
assert.equal(await turn(1).locator('.answer h3').textContent(), 'The fused answer');
assert.match(await turn(1).locator('.answer footer').textContent(), /^Fused by fuser from hostile, late, one\. Better than the best of them by [\d.]+ \(probability >?\d+\s%\)\.$/);
assert.equal(await page.locator('main img, main script, main iframe').count(), 0, 'a text became markup');
assert.notEqual(await page.title(), 'broken');
assert.deepEqual(await turn(1).locator('.candidate .rank').allTextContents(), ['1', '2', '3']);
assert.deepEqual(await turn(1).locator('.candidate .name').allTextContents(), ['hostile', 'late', 'one']);
assert.match(await turn(1).locator('.candidate .score').first().textContent(), /^beats all 2 others, \d+\s% on average$/);
assert.match(await turn(1).locator('.judge').textContent(), /judged by fake demonstration/);
assert.match(await turn(1).locator('.facts').textContent(), /Ranked byfakeProbabilitiescalibratedComparisons6 \+ 2 to check the draft/);

// Failures are folded, and say why.
const failures = turn(1).locator('.failures');
assert.equal(await failures.locator('summary').textContent(), '1 of 4 did not answer');
assert.equal(await failures.locator('li').isVisible(), false);
await failures.locator('summary').click();
assert.match(await failures.locator('li').textContent(), /ill.*500/);

// The matrix tells a pair on hover and by arrow keys; the fused draft is its last row.
const table = turn(1).locator('.matrix table');
assert.deepEqual(await table.locator('tbody th .name').allTextContents(), ['hostile', 'late', 'one', 'fused draft']);
assert.equal(await table.locator('tbody tr').last().locator('td[data-logit]').count(), 1);
await table.locator('td[data-logit]').first().hover();
assert.match(await turn(1).locator('.say').textContent(), /hostile beats late by [\d.]+: hostile is better with probability [01]\.\d\d/);
await table.locator('td[tabindex="0"]').focus();
await page.keyboard.press('ArrowRight');
assert.equal(await page.evaluate(() => document.activeElement.dataset.column), '1');
await page.evaluate(() => document.activeElement.blur());
await page.mouse.move(2, 2);
await settled(page);
await shot('light', { fullPage: true });
await accessible(page, 'answered');

// A follow-up, whose draft loses: it is kept and explained.
await ask('A follow-up that may lose?');
await ended(2);
assert.equal(await turn(2).locator('.answer h3').textContent(), 'The answer');
assert.match(await turn(2).locator('.answer footer').textContent(), /^hostile’s answer, unchanged: the best of 3/);
assert.match(await turn(2).locator('.draft summary').textContent(), /^The fused draft lost to hostile by [\d.]+ \(probability >?\d+\s%\): show it$/);
await turn(2).locator('.draft summary').click();
assert.equal(await turn(2).locator('.draft-text').textContent(), '2 is a draft');
assert.match(await turn(2).locator('.candidate.is-answer').textContent(), /hostile.*This is the answer/s);
assert.equal(await turn(1).locator('.matrix').isVisible(), false, 'an earlier turn is folded');
await turn(1).locator('.unfold').click();
assert.ok(await turn(1).locator('.matrix').isVisible());
await accessible(page, 'follow-up');

// Rename, link, export.
await page.fill('#run-title', 'Numbers & more');
await page.keyboard.press('Enter');
assert.match(await page.title(), /^Numbers & more/);
const link = page.url();
assert.match(link, /#run=[a-z0-9]+$/);
const download = async (button) => {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  return [file.suggestedFilename(), readFileSync(await file.path(), 'utf8')];
};
const [name, markdown] = await download('#export-markdown');
assert.equal(name, 'numbers-more.md');
assert.match(markdown, /^# Numbers & more\n[^]*## Which is the number\?\n\n9 is <i>the<\/i> number\n[^]*### 1\. hostile: beats all 2 others[^]*### Fused draft, not given\n\n2 is a draft/);
const [, json] = await download('#export-json');
assert.deepEqual(JSON.parse(json).turns.map((one) => one.state), ['done', 'done']);

// Members' texts as they come; stopping waits no longer and keeps the run.
await fresh('shown');
await ask('Please wait');
const live = page.locator('.candidate.waiting', { hasText: 'late' });
await live.locator('strong', { hasText: 'nearly' }).waitFor({ timeout: 60000 });
await page.locator('.now:not([hidden])', { hasText: 'these 2 now' }).waitFor();
await accessible(page, 'waiting');
await shot('live');
await page.keyboard.press('Escape');
await turn(1).locator('.answer h3', { hasText: 'Stopped' }).waitFor();

// Answering with what is there.
await fresh('shown');
await ask('Do not wait');
await page.locator('.now:not([hidden])', { hasText: 'these 2 now' }).click({ timeout: 60000 });
await ended(1);
assert.equal(await turn(1).locator('.answer .text').textContent(), '9 is <i>the</i> number');
assert.deepEqual(await turn(1).locator('.candidate .rank').allTextContents(), ['1', '2', '']);
assert.equal(await turn(1).locator('.candidate.left .meta').textContent(), 'not awaited');

// A failed run says why, and is kept as well.
await fresh('down');
await ask('Will it fail?');
await turn(1).locator('.answer.none').waitFor({ timeout: 60000 });
assert.match(await turn(1).locator('.answer footer').textContent(), /no member of panel "down" answered/);
assert.equal(await page.inputValue('#ask'), 'Will it fail?');
await accessible(page, 'failed');

// A panel in stages that accepts no answer says so below the answer, also in the file.
await fresh('unsure');
await page.fill('#ask', '');
await ask('How sure?');
await ended(1);
const unsure = /^No answer was as sure as this panel asks for: the best one is the best of all with [\d<>]+\s% probability\. Check it before you use it\.$/;
assert.match(await turn(1).locator('.answer .unsure').textContent(), unsure);
assert.match((await download('#export-markdown'))[1], /\*No answer was as sure as this panel asks for: .*\*/);
await accessible(page, 'unsure');

// Eleven members with 100,000 characters each.
await fresh('eleven');
await page.fill('#ask', '');
await ask('A long one?');
await ended(1);
assert.equal(await turn(1).locator('.candidate').count(), 11);
assert.equal(await turn(1).locator('.matrix tbody tr').count(), 11);
await settled(page);
await shot('eleven');
await turn(1).locator('.candidate .more').nth(1).click();
assert.ok((await turn(1).locator('.candidate.open .text').textContent()).length > 60_000);
await accessible(page, 'eleven long answers');

// History: everything is there after a reload; search, open, delete.
await page.goto(`${url}/`);
await page.click('#show-history');
await page.locator('#runs li').first().waitFor();
assert.equal(await page.locator('#runs li').count(), 6);
assert.match(await page.locator('#runs').textContent(), /Will it fail\?.*failed.*Please wait.*stopped/s);
await settled(page);
await shot('history');
await accessible(page, 'history');
await page.fill('#search', 'follow-up lose');
assert.equal(await page.locator('#runs li').count(), 1);
await page.locator('#runs .open-run').click();
assert.equal(page.url(), link);
assert.equal(await turn(1).locator('.answer .text').textContent(), '9 is <i>the</i> number');
assert.equal(await turn(2).locator('.draft-text').textContent(), '2 is a draft');
await page.goBack();
await page.locator('#hero').waitFor();
await page.click('#show-history');
await page.locator('#runs .plain').first().click();
await page.waitForFunction(() => document.querySelectorAll('#runs li').length === 5);
await page.keyboard.press('Escape');

// A link leads to its run; an unknown one says so.
await page.goto(`${url}/#run=unknown`);
await page.locator('#problem', { hasText: 'no such run' }).waitFor();
await page.goto(link);
await turn(2).waitFor();

// Dark, and on a phone: nothing is wider than the screen.
await page.emulateMedia({ colorScheme: 'dark' });
await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
await settled(page);
await shot('dark', { fullPage: true });
await accessible(page, 'dark');
await page.emulateMedia({ colorScheme: 'light' });
await page.setViewportSize({ width: 390, height: 844 });
await page.waitForFunction(() => innerWidth === 390);
assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than a phone');
await shot('phone', { fullPage: true });
await accessible(page, 'phone');

// Asked from elsewhere: where the browser has no clipboard, copying works all the same.
await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }));
await turn(2).locator('.answer header .copy').click();
assert.equal(await turn(2).locator('.answer header .copy').textContent(), 'Copied');

assert.deepEqual(outside, [], 'requests to somewhere else');
assert.deepEqual(complaints, [], 'errors in the console');
await context.close();
console.log('all good');
