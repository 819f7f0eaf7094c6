// Drives the status page in a real Chromium. Usage: node status.mjs URL BLENDS SCREENSHOT_FOLDER
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { accessible, open } from './browser.mjs';

const [url, blends, shots] = process.argv.slice(2);
const { page, context, outside, complaints } = await open(url, { width: 1280, height: 860 });
let polls = 0;
page.on('request', (request) => { if (request.url().endsWith('/v1/status')) polls++; });

// From the first page, by keyboard.
await page.goto(`${url}/`);
await page.locator('nav a[href="/status.html"]').focus();
await page.keyboard.press('Enter');
await page.waitForURL(/status\.html/);
await page.locator('#verdict.good').waitFor({ timeout: 60000 });

const tile = (name) => page.locator('#tiles div', { has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) });
assert.match(await tile('Blends a second').textContent(), new RegExp(`\\b${blends} so far`));
assert.equal(await page.locator('#silos .silo').count(), 1);
assert.match(await page.locator('#silos .silo').textContent(), /blend.*compare/s);

// Rates are there with the second look, and the trend with them.
await page.waitForFunction(() => /\d/.test([...document.querySelectorAll('#tiles div')].find((one) => one.textContent.includes('Comparisons a second')).querySelector('.value').textContent), null, { timeout: 60000 });
await page.waitForFunction(() => document.querySelector('#trend path').getAttribute('d').length > 0, null, { timeout: 60000 });
assert.equal(await page.locator('#silos meter').count() >= 2, true, 'an accelerator and a queue have a bar');

// Backends and panels, and the chart's axes.
assert.match(await page.locator('#backend-table tbody tr').first().textContent(), /a.*\d/);
assert.match(await page.locator('#panel-list').textContent(), /sample.*2 models.*ranker/);
assert.match(await page.locator('#x-axis').textContent(), /ago.*now$/);
assert.match(await page.locator('#y-axis').textContent(), /\d0$/);
await accessible(page, 'status');

// Load from the page's own side shows.
await page.evaluate(async () => {
  for (let i = 0; i < 3; i++) {
    await fetch('/v1/rank', { method: 'POST', body: JSON.stringify({ instruction: `load ${i}`, candidates: [{ text: '1 is' }, { text: '2 is' }, { text: '3 is' }] }) });
  }
});
await page.waitForFunction(() => { const said = document.getElementById('trend-say').textContent.match(/at most ([\d.,]+)/); return said && Number(said[1].replace(',', '')) > 1; }, null, { timeout: 60000 });

// Pausing stops the asking.
await page.focus('#pause');
await page.keyboard.press('Space');
assert.equal(await page.getAttribute('#pause', 'aria-pressed'), 'true');
await page.waitForLoadState('networkidle');
const seen = polls;
await page.waitForTimeout(2500);
assert.equal(polls, seen, 'it asks while it is paused');
await page.keyboard.press('Space');
await page.waitForFunction(() => document.getElementById('pause').textContent === 'Pause');

await page.screenshot({ path: join(shots, 'status-light.png'), fullPage: true });
await page.emulateMedia({ colorScheme: 'dark' });
await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
await accessible(page, 'status, dark');
await page.screenshot({ path: join(shots, 'status-dark.png'), fullPage: true });
await page.setViewportSize({ width: 390, height: 844 });
await page.waitForFunction(() => innerWidth === 390);
assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than a phone');
await accessible(page, 'status on a phone');
await page.screenshot({ path: join(shots, 'status-phone.png'), fullPage: true });

assert.deepEqual(outside, [], 'requests to somewhere else');
assert.deepEqual(complaints, [], 'errors in the console');
await context.close();
console.log('all good');
