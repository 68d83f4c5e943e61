/**
 * Where the pixel goes: near the top, since Gmail cuts messages over 102 KB and the tail with them; inside `<body>`,
 * after a hidden preheader, outside comments (Outlook's conditional ones too), never inside a table's skeleton.
 */
export function placePixelSlot(html: string, slot: string): string {
  const at = afterPreheader(html, bodyStart(html));
  return html.slice(0, at) + slot + html.slice(at);
}

/**
 * The image element. Sized 1×1 and not hidden: clients skip hidden images and filters score them. An empty `alt`
 * keeps screen readers and views without images silent (WCAG 1.1.1).
 */
export function pixelElement(url: string): string {
  return `<img src="${url}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`;
}

/** Offset after the `<body …>` tag, or 0 for a fragment. Comments, styles and scripts are skipped whole. */
function bodyStart(html: string): number {
  const pieces =
    /<!--[\s\S]*?-->|<(style|script|title)\b[\s\S]*?<\/\1\s*>|<body\b(?:"[^"]*"|'[^']*'|[^"'>])*>/gi;
  for (let match = pieces.exec(html); match !== null; match = pieces.exec(html)) {
    if (/^<body/i.test(match[0])) return match.index + match[0].length;
  }
  return 0;
}

function afterPreheader(html: string, from: number): number {
  const preheader = /^\s*<(div|span)\b[^>]*\bstyle="[^"]*display:\s*none[^"]*"[^>]*>[^<]*<\/\1>/i.exec(
    html.slice(from),
  );
  return preheader === null ? from : from + preheader[0].length;
}
