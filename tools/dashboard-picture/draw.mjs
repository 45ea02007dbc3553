// Draws a dashboard over what tests/watching/record.py recorded: node draw.mjs DASHBOARD.json RECORDED.json PICTURE.png

import { context } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import UPNG from 'upng-js';

const here = fileURLToPath(new URL('.', import.meta.url));
const [board, recorded, picture] = process.argv.slice(2).map((name) => resolve(name));
const rows = Math.max(...JSON.parse(readFileSync(board)).panels.map(({ gridPos: { y, h } }) => y + h));
// Beside node_modules, below target.
const site = join(here, 'site');
rmSync(site, { recursive: true, force: true });
mkdirSync(join(site, 'public'), { recursive: true });
writeFileSync(join(site, 'index.html'),
  '<!doctype html><link rel="stylesheet" href="main.css"><body style="margin: 0"><div id="dashboard"></div><script type="module" src="main.js"></script>');
// The components fetch their icons from where Grafana keeps them.
symlinkSync(join(here, 'node_modules/@grafana/ui/dist/public'), join(site, 'public/build'));
const bundle = await context({
  entryPoints: [join(here, 'main.jsx')], outdir: site, bundle: true, minify: true, format: 'esm', target: 'es2022', jsx: 'automatic', logLevel: 'error',
  alias: { board, recorded }, loader: { '.woff': 'dataurl', '.woff2': 'dataurl', '.ttf': 'empty' }, define: { 'process.env.NODE_ENV': '"production"' },
});
await bundle.rebuild();
const { port } = await bundle.serve({ host: '127.0.0.1', servedir: site });
const { status, stderr } = spawnSync('chromium', ['--headless', '--no-sandbox', '--hide-scrollbars', '--disable-lcd-text', '--virtual-time-budget=20000',
  '--enable-logging=stderr', `--window-size=1600,${48 + rows * 38}`, `--screenshot=${site}/picture.png`, `http://127.0.0.1:${port}/`], { encoding: 'utf8' });
await bundle.dispose();
// Beside what the page says, the browser complains of much that it misses on a machine without a desktop.
const faults = stderr.split('\n').filter((line) => line.includes(':CONSOLE'));
faults.forEach((line) => console.error(line));
if (status || faults.length) {
  process.exit(1);
}
// 256 colours take half the bytes, and nobody sees it.
const full = UPNG.decode(readFileSync(join(site, 'picture.png')));
writeFileSync(picture, Buffer.from(UPNG.encode(UPNG.toRGBA8(full), full.width, full.height, 256)));
