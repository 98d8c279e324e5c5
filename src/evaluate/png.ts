// An SVG as PNG, without a browser and without the machine's fonts.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

/** Pixels for each unit of the SVG: text stays sharp on a fine screen. */
const ZOOM = 2;

let ready: Promise<void> | null = null;

/** Bytes of a file of a package. */
async function packageFile(specifier: string): Promise<Buffer> {
  return readFile(fileURLToPath(import.meta.resolve(specifier)));
}

/** Draws an SVG whose text is in DejaVu Sans. Throws an Error when it is not well-formed. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  ready ??= packageFile('@resvg/resvg-wasm/index_bg.wasm').then((bytes) => initWasm(bytes));
  await ready;
  const fonts = ['DejaVuSans', 'DejaVuSans-Bold'].map((name) =>
    packageFile(`dejavu-fonts-ttf/ttf/${name}.ttf`),
  );
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: { fontBuffers: await Promise.all(fonts), defaultFontFamily: 'DejaVu Sans' },
  });
  try {
    return drawing.render().asPng();
  } finally {
    drawing.free();
  }
}
