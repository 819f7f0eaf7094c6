// Drives the settings page in a real Chromium. Usage: node settings.mjs URL [FILE MODELS_URL SCREENSHOT_FOLDER]
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessible, open } from './browser.mjs';

const [url, file, models, shots] = process.argv.slice(2);
const { page, context, outside, complaints } = await open(url, { width: 1280, height: 860 });
const panel = (n) => page.locator(`#panel-cards > :nth-child(${n})`);
const backend = (n) => page.locator(`#backend-cards > :nth-child(${n})`);
const saved = async () => {
  await page.locator('#say:has-text("Saved."), #problem:not([hidden])').first().waitFor({ timeout: 60000 });
  assert.equal(await page.locator('#problem').textContent(), '');
};
const config = () => JSON.parse(readFileSync(file, 'utf8').replace(/^\s*\/\/.*$/gm, '').replace(/, \/\/.*$/gm, ',')).LLMBlender;

if (!file) {
  await page.goto(`${url}/settings.html`);
  await page.locator('#off').waitFor({ timeout: 60000 });
  assert.match(await page.locator('#off').textContent(), /not edited over HTTP.*--settings-page/s);
  assert.equal(await page.locator('#form').isVisible(), false);
  await accessible(page, 'off');
  await context.close();
  console.log('all good');
  process.exit(0);
}

// From the first page, by keyboard, to the panel that was chosen there.
const response = await page.goto(`${url}/`);
await page.locator('#panel option').first().waitFor({ state: 'attached' });
await page.focus('#edit-panel');
await page.keyboard.press('Enter');
await page.waitForURL(/settings\.html#panel=both/);
await page.waitForFunction(() => document.activeElement?.value === 'both');
assert.match(response.headers()['content-security-policy'], /default-src 'none'/);
assert.equal(await page.locator('body').textContent().then((text) => text.includes('the-secret-key')), false, 'a key is shown');
assert.match(await backend(1).textContent(), /Also in the file, and kept: Attempts/);
assert.equal(await backend(1).locator('[data-field="KeyVariable"]').inputValue(), 'FAKE_KEY');
assert.equal(await page.isDisabled('#save'), true);
await accessible(page, 'unchanged');

// A rule that is broken: the page names it and shows the field, and nothing is written.
const before = readFileSync(file, 'utf8');
await backend(2).locator('[data-field="Url"]').fill('nowhere');
await page.click('#save');
await page.locator('#problem', { hasText: 'Nothing is written.' }).waitFor({ timeout: 60000 });
assert.match(await page.locator('#problem').textContent(), /LLMBlender:Backends:1:Url is "nowhere", and must be an absolute http or https URL/);
assert.equal(await page.evaluate(() => document.activeElement.dataset.field), 'Url');
assert.equal(await backend(2).locator('[data-field="Url"]').getAttribute('aria-invalid'), 'true');
assert.equal(readFileSync(file, 'utf8'), before);
await accessible(page, 'refused');
complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes('400')));
await backend(2).locator('[data-field="Url"]').fill(models);

// A backend, a member, a fuser; a renamed backend is renamed in its panel.
await page.click('#add-backend');
await backend(3).locator('[data-field="Name"]').fill('third');
await backend(3).locator('[data-field="Url"]').fill(models);
await backend(3).locator('[data-field="Model"]').fill('third');
await backend(2).locator('[data-field="Name"]').fill('renamed');
await backend(2).locator('[data-field="Name"]').blur();
await panel(1).locator('.members label', { hasText: 'third' }).locator('input').check();
await panel(1).locator('[data-field="Fuser"]').selectOption('third');
await page.click('#save');
await saved();
assert.deepEqual(config().Panels[0], { Name: 'both', Members: ['first', 'renamed', 'third'], Fuser: 'third' });
assert.deepEqual(config().Backends[0], { Name: 'first', Url: models, Model: 'first', KeyVariable: 'FAKE_KEY', Attempts: 1 });
assert.match(readFileSync(file, 'utf8'), /\/\/ by hand[^]*\/\/ quick/);
assert.equal(readFileSync(`${file}.bak`, 'utf8'), before);

// The server uses it without a restart.
const members = async () => (await (await fetch(`${url}/v1/models`)).json()).data[0].llmblender.members;
while ((await members()).length < 3) await page.waitForTimeout(50);
const blend = await fetch(`${url}/v1/blend`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ instruction: 'Which number?' }) });
assert.equal(blend.status, 200);

// Stages, and a second panel that becomes the default.
await page.click('#add-panel');
await panel(2).locator('[data-field="Name"]').fill('staged');
await panel(2).locator('[data-field="Way"]').selectOption('stages');
await panel(2).locator('[data-field="Stages"]').fill('first, renamed\nthird');
await panel(2).locator('[data-field="Confidence"]').fill('0.9');
await panel(2).locator('summary').click();
await panel(2).locator('[data-field="Deadline"]').fill('00:01:00');
await panel(2).getByRole('button', { name: 'Make it the default' }).click();
await accessible(page, 'changed');
await page.click('#save');
await saved();
assert.deepEqual(config().Panels[0], { Name: 'staged', Stages: [['first', 'renamed'], ['third']], Confidence: 0.9, Deadline: '00:01:00' });
assert.equal(config().Panels[1].Name, 'both');

// The file changes meanwhile: nothing is overwritten.
writeFileSync(file, `${readFileSync(file, 'utf8')}\n`);
await panel(1).locator('[data-field="Description"]').fill('mine');
await page.click('#save');
await page.locator('#problem', { hasText: 'has changed since this page read it' }).waitFor({ timeout: 60000 });
complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes('409')));
await page.click('#discard');
await page.waitForFunction(() => document.getElementById('problem').hidden);
await panel(1).getByRole('button', { name: 'Remove panel staged' }).click();
await page.click('#save');
await saved();
assert.deepEqual(config().Panels.map((one) => one.Name), ['both']);

// Wide and narrow, light and dark.
await page.screenshot({ path: join(shots, 'settings-light.png'), fullPage: true });
await page.emulateMedia({ colorScheme: 'dark' });
await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
await accessible(page, 'dark');
await page.screenshot({ path: join(shots, 'settings-dark.png'), fullPage: true });
await page.setViewportSize({ width: 390, height: 844 });
await page.waitForFunction(() => innerWidth === 390);
assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than a phone');
await accessible(page, 'dark on a phone');
await page.emulateMedia({ colorScheme: 'light' });
await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
await accessible(page, 'on a phone');
await page.screenshot({ path: join(shots, 'settings-phone.png'), fullPage: true });

assert.deepEqual(outside, [], 'requests to somewhere else');
assert.deepEqual(complaints, [], 'errors in the console');
await context.close();
console.log('all good');
