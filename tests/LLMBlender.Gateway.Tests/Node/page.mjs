// Drives the page in a real Chromium. Usage: node page.mjs URL PANEL QUESTION ANSWER SCREENSHOT_FOLDER [WWWROOT]
// With WWWROOT the page's own files come from there, to work on them without building.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { accessible, open, settled } from './browser.mjs';

const [url, panel, question, answer, shots, root] = process.argv.slice(2);
const { page, context, outside, complaints } = await open(url, { width: 1360, height: 900 });
if (root) {
  await page.route(`${url}/**`, (route) => {
    const path = new URL(route.request().url()).pathname;
    const file = join(root, path === '/' ? 'index.html' : path);
    return existsSync(file) && route.request().method() === 'GET' ? route.fulfill({ path: file, headers: { 'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'" } }) : route.continue();
  });
}

const response = await page.goto(`${url}/`);
assert.match(response.headers()['content-security-policy'], /default-src 'none'/);
await page.locator('#panel option').first().waitFor({ state: 'attached' });
if (shots) await page.screenshot({ path: join(shots, 'start.png') });

// By keyboard alone.
await page.selectOption('#panel', panel);
await page.focus('#ask');
await page.keyboard.type(question);
await page.keyboard.press('Control+Enter');
await page.locator('#answer-head .copy').waitFor({ timeout: 60000 });

assert.equal(await page.locator('#answer-text').textContent(), answer);
const ranks = (await page.locator('.candidate .rank').allTextContents()).filter((rank) => rank !== '–').map(Number);
assert.deepEqual(ranks, [...ranks].sort((a, b) => a - b), `the cards stand in the order ${ranks}`);
assert.ok(ranks.length > 1);
assert.ok(await page.locator('#facts').isVisible());
assert.match(await page.locator('#facts').textContent(), /Rankerfake \(demonstration pair-ranker\)Probabilitiescalibrated/);
assert.equal(await page.locator('main img, main script, main iframe').count(), 0, 'a text became markup');

// The matrix tells a pair on hover and by arrow keys.
const cells = page.locator('#matrix-table tbody td[data-logit]');
await cells.first().hover();
assert.match(await page.locator('#matrix-say').textContent(), /(beats|loses to) .*; probability [01]\.\d\d that it is better/);
await page.locator('#matrix-table tbody td[tabindex="0"]').focus();
await page.keyboard.press('ArrowRight');
assert.equal(await page.evaluate(() => document.activeElement.dataset.column), '1');
await page.evaluate(() => document.activeElement.blur());
await page.mouse.move(2, 2);
await settled(page);
if (shots) await page.screenshot({ path: join(shots, 'light.png'), fullPage: true });

// The run is there after a reload.
await page.reload();
await page.click('#show-history');
if (shots) await page.screenshot({ path: join(shots, 'history.png') });
await page.click('#close-history');
assert.ok(await page.locator('#history').isHidden());
await page.click('#show-history');
await page.locator('#runs button').first().click();
assert.equal(await page.locator('#answer-text').textContent(), answer);
assert.equal(await page.locator('.candidate').count() >= ranks.length, true);

// Dark, and on a phone: nothing is wider than the screen.
await page.emulateMedia({ colorScheme: 'dark' });
await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
await settled(page);
if (shots) await page.screenshot({ path: join(shots, 'dark.png'), fullPage: true });
await page.emulateMedia({ colorScheme: 'light' });
await page.setViewportSize({ width: 390, height: 844 });
await page.waitForFunction(() => innerWidth === 390);
assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than a phone');
if (shots) await page.screenshot({ path: join(shots, 'phone.png'), fullPage: true });

assert.deepEqual(outside, [], 'requests to somewhere else');
assert.deepEqual(complaints, [], 'errors in the console');
await context.close();
console.log('all good');
