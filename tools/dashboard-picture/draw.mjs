// Draws a dashboard over what tests/watching/record.py recorded: node draw.mjs DASHBOARD.json RECORDED.json PICTURE.png

import { context } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const [board, recorded, picture] = process.argv.slice(2).map((name) => resolve(name));
const rows = Math.max(...JSON.parse(readFileSync(board)).panels.map(({ gridPos: { y, h } }) => y + h));
const site = mkdtempSync(join(tmpdir(), 'dashboard-picture-'));
writeFileSync(join(site, 'index.html'),
  '<!doctype html><link rel="stylesheet" href="main.css"><body style="margin: 0"><div id="dashboard"></div><script type="module" src="main.js"></script>');
// The components fetch their icons from where Grafana keeps them.
mkdirSync(join(site, 'public'));
symlinkSync(join(here, 'node_modules/@grafana/ui/dist/public'), join(site, 'public/build'));
const bundle = await context({
  entryPoints: [join(here, 'main.jsx')], outdir: site, bundle: true, minify: true, format: 'esm', target: 'es2022', jsx: 'automatic', logLevel: 'error',
  alias: { board, recorded }, loader: { '.woff': 'dataurl', '.woff2': 'dataurl', '.ttf': 'empty' }, define: { 'process.env.NODE_ENV': '"production"' },
});
await bundle.rebuild();
const { port } = await bundle.serve({ host: '127.0.0.1', servedir: site });
const { status, stderr } = spawnSync('chromium', ['--headless', '--no-sandbox', '--hide-scrollbars', '--disable-lcd-text', '--virtual-time-budget=20000', '--enable-logging=stderr',
  `--window-size=1600,${48 + rows * 38}`, `--screenshot=${picture}`, `http://127.0.0.1:${port}/`], { encoding: 'utf8' });
await bundle.dispose();
rmSync(site, { recursive: true });
// Beside what the page says, the browser complains of much that it misses on a machine without a desktop.
const faults = stderr.split('\n').filter((line) => line.includes(':CONSOLE'));
faults.forEach((line) => console.error(line));
process.exit(status || Number(faults.length > 0));
