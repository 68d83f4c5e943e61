import { expect, it } from 'vitest';
import { createImageEmbedder } from '../../src/merge/embed-images.js';

it('puts the images that a copy shows into its HTML, wherever it shows them, and changes nothing else', () => {
  const embed = createImageEmbedder([
    { contentId: 'a1@x', mediaType: 'image/png', content: Buffer.from('$& one') },
    { contentId: 'b2@x', mediaType: 'image/jpeg', content: Buffer.from('two') },
  ]);
  const html = (one: string, two: string) =>
    `<img src="${one}"><td background="${two}" style="background:url(${one})"><img src="cid:other@x">`;
  expect(embed(html('cid:a1@x', 'cid:b2@x'))).toBe(
    html('data:image/png;base64,JCYgb25l', 'data:image/jpeg;base64,dHdv'),
  );
});
