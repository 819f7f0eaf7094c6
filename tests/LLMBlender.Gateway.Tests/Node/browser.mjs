// A Chromium for the page's tests, which collects requests to other sites, errors in the console, bytes that were transferred, and what
// axe finds.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Opens a browser with an empty profile. */
export async function open(url, viewport) {
  const context = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'llmblender-chromium-')), {
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    viewport,
    colorScheme: 'light',
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const outside = [];
  const complaints = [];
  page.on('request', (request) => { if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) outside.push(request.url()); });
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, context, outside, complaints };
}

/** Waits for the page's animations that end. */
export const settled = (page) =>
  page.evaluate(() => Promise.all(document.getAnimations().filter((a) => a.effect.getTiming().iterations !== Infinity).map((a) => a.finished.catch(() => {}))));

/** Asserts that axe finds no violation. The page's policy allows no script but its own, so axe is evaluated by the browser's debugger. */
export async function accessible(page, state) {
  await settled(page);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.any.map((check) => check.message).join(' ')}`).join(' | ')}`), [], `axe finds violations: ${state}`);
}
