import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { describeWith } from '../etcd/harness/describe-with.ts';
import { startChromium } from './chromium.ts';
import { pages } from './pages.ts';

const names = Object.keys(pages);

describeWith(['chromium'], 'the report in a browser', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubechurn-pages-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
    for (const [name, html] of Object.entries(pages)) writeFileSync(join(directory, `${name}.html`), html);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(directory, { recursive: true });
  });

  /** Opens a page, runs the test on it, and fails on anything the page said or asked for. */
  async function onPage(
    name: string,
    options: BrowserContextOptions,
    test: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    const address = pathToFileURL(join(directory, `${name}.html`)).href;
    const noise: string[] = [];
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(String(error)));
    page.on('dialog', (dialog) => noise.push(`dialog ${dialog.message()}`));
    page.on('request', (request) => {
      if (request.url() !== address && !request.url().startsWith('data:')) noise.push(`asked for ${request.url()}`);
    });
    try {
      await page.goto(address);
      await test(page);
      expect(noise).toEqual([]);
    } finally {
      await context.close();
    }
  }

  const widths = [1280, 400] as const;
  const schemes = ['light', 'dark'] as const;
  const looks = names.flatMap((name) =>
    widths.flatMap((width) => schemes.map((scheme) => [name, width, scheme] as const)),
  );

  it.each(looks)('shows %s at %d px in %s, nothing beyond its edge, folded or open', async (name, width, scheme) => {
    await onPage(name, { viewport: { width, height: 900 }, colorScheme: scheme }, async (page) => {
      expect(await beyondTheEdge(page)).toEqual([]);
      for (const summary of await page.locator('details > summary').all()) await summary.click();
      expect(await beyondTheEdge(page)).toEqual([]);
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
        scheme === 'dark' ? 'rgb(21, 25, 28)' : 'rgb(251, 250, 247)',
      );
    });
  });

  it('needs no script', async () => {
    await onPage('everything', { javaScriptEnabled: false }, async (page) => {
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('This etcd is full');
      await page.getByText('Keys 14 rows').click();
      expect(
        await page
          .locator('#tables')
          .getByRole('rowheader', { name: '/registry/configmaps/vcluster-prod' })
          .isVisible(),
      ).toBe(true);
    });
  });

  it('runs nothing that a name holds', async () => {
    await onPage('names that attack', {}, async (page) => {
      expect(await page.title()).not.toBe('run');
      expect(await page.locator('script, img, [onerror]').count()).toBe(0);
      expect(await page.getByText(`<script>document.title='run'</script>`).count()).toBeGreaterThan(3);
    });
  });

  it('is told apart by headings, regions and tables that a screen reader knows', async () => {
    await onPage('everything', { viewport: { width: 400, height: 900 } }, async (page) => {
      const levels = await page
        .locator('h1, h2, h3, h4')
        .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
      expect(levels[0]).toBe(1);
      expect(levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1)).toEqual([]);
      expect(await page.getByRole('region').count()).toBe(await page.locator('section').count());
      const row = page.getByRole('table', { name: 'Who wrote it' }).first().getByRole('row').nth(1);
      expect(await row.getByRole('rowheader').count()).toBe(1);
      expect(await row.getByRole('cell').count()).toBe(3);
      for (const picture of await page.locator('svg').all())
        expect(await picture.getAttribute('aria-label')).toBeTruthy();
    });
  });

  it('leads from the summary to each cause', async () => {
    await onPage('everything', {}, async (page) => {
      for (const link of await page.locator('.foremost a').all()) {
        const target = (await link.getAttribute('href')) ?? '';
        expect(await page.locator(target).getByRole('heading', { level: 3 }).textContent()).toBe(
          await link.textContent(),
        );
      }
    });
  });

  it('draws the timeline within its frame', async () => {
    await onPage('everything', { viewport: { width: 400, height: 900 } }, async (page) => {
      const stroke = 2;
      const frame = (await page.locator('.chart svg').boundingBox())!;
      const paths = await page.locator('.chart path').all();
      expect(paths.length).toBeGreaterThan(5);
      for (const path of paths) {
        const box = (await path.boundingBox())!;
        expect(box.x).toBeGreaterThanOrEqual(frame.x - stroke);
        expect(box.y).toBeGreaterThanOrEqual(frame.y - stroke);
        expect(box.x + box.width).toBeLessThanOrEqual(frame.x + frame.width + stroke);
        expect(box.y + box.height).toBeLessThanOrEqual(frame.y + frame.height + stroke);
      }
    });
  });

  it.each(names)('prints %s with every table open and nothing cut off', async (name) => {
    // A4 less the margins, at 96 dots to the inch.
    await onPage(name, { viewport: { width: 688, height: 1000 }, colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      for (const table of await page.locator('details table').all()) {
        const box = await table.boundingBox();
        expect(box?.height).toBeGreaterThan(20);
      }
      expect(await beyondTheEdge(page)).toEqual([]);
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
        'rgb(251, 250, 247)',
      );
      const pdf = await page.pdf({ format: 'A4', printBackground: true });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    });
  });
});

/** What sticks out of the page on either side, by its tag and its first words. */
function beyondTheEdge(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll('body *')].filter((element) => {
      if (!element.checkVisibility()) return false; // folded away
      const box = element.getBoundingClientRect();
      return box.width > 1 && (box.right > width + 0.5 || box.left < -0.5);
    });
    const scrolls = document.documentElement.scrollWidth > width ? ['the page scrolls sideways'] : [];
    return [...scrolls, ...out.map((element) => `${element.tagName} ${(element.textContent ?? '').slice(0, 40)}`)];
  });
}
