/**
 * The process that is measured: `node run.mjs BUILD TEMPLATE COPIES`. Prints, as JSON, milliseconds of the processor: `first`, the first compilation
 * once the libraries are loaded; `warm`, one of many later ones; `merge`, 1,000 copies of them.
 */
import { pathToFileURL } from 'node:url';
import { median } from '../measure.mjs';
import { row, templates } from './newsletter.mjs';

const warmRounds = 15;
const [build, path, copies] = process.argv.slice(2);
const portion = Math.min(1_000, Number(copies));

const { compileTemplate, prepareToCompile } = await of('compile-template');
const { createRenderer } = await of('render-copy');
const template = templates.find(other => other.path === path);

await prepareToCompile(path);
const first = await cpuMs(compile);
const warm = [];
for (let round = 0; round < warmRounds; round += 1) warm.push(await cpuMs(compile));
console.log(JSON.stringify({ first, warm: median(warm), merge: await merge() }));

function of(name) {
  return import(new URL(`dist/merge/${name}.js`, pathToFileURL(`${build}/`)).href);
}

function compile() {
  return compileTemplate({ path, source: template.source, includes: new Map() }, undefined);
}

async function merge() {
  const { compiled, frontMatter } = await compile();
  const render = createRenderer(compiled, path, 'secret', 'Mon, 23 Nov 2026 09:00:00 +0100');
  const times = [];
  for (let done = 0; done < Number(copies); done += portion) {
    times.push(
      await cpuMs(() => {
        for (let number = done; number < done + portion; number += 1)
          make(render, number, frontMatter.defaults);
      }),
    );
  }
  return (median(times) * 1_000) / portion;
}

function make(render, number, defaults) {
  const scope = { pixel: '', ...Object.fromEntries(defaults), ...row(number) };
  const rendered = render(Object.assign(Object.create(null), scope));
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.fault));
  rendered.copy.html();
  rendered.copy.text();
}

async function cpuMs(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
