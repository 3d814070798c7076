// Text from outside: controls made visible, Latin pieces isolated, highlights on whole words.

const CONTROLS = {
  '\u061c': 'ALM', '\u200b': 'ZWSP', '\u200e': 'LRM', '\u200f': 'RLM', '\u2028': 'LS', '\u2029': 'PS',
  '\u202a': 'LRE', '\u202b': 'RLE', '\u202c': 'PDF', '\u202d': 'LRO', '\u202e': 'RLO',
  '\u2066': 'LRI', '\u2067': 'RLI', '\u2068': 'FSI', '\u2069': 'PDI', '\ufeff': 'BOM',
};
// Tab and the line breaks are spaces here; the joiners ZWJ and ZWNJ are spelling and stay.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;
const CONTROLS_ALL = new RegExp(CONTROL.source, 'gu');
const WORDISH = /[\p{L}\p{N}\p{M}\u0640\u200c\u200d]/u;
// A run of Latin words with the digits and ASCII marks between them, and the brackets of a tag.
const LATIN = /(?:<\/?)?\p{Script=Latin}(?:[\p{Script=Latin}\p{M}’\x20-\x7e]*[\p{Script=Latin}\p{M}\d>])?/gu;

function marker(char) {
  const name = CONTROLS[char] || 'U+' + char.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
  return el('span', {
    class: 'control', dir: 'ltr', title: t('control.marker', { name }), text: name,
  });
}

// `text` as nodes in which nothing steers the layout.
function safe(text) {
  const out = document.createDocumentFragment();
  let plain = '';
  for (const char of String(text)) {
    if (CONTROL.test(char)) {
      out.append(plain, marker(char));
      plain = '';
    } else plain += char;
  }
  out.append(plain);
  return out;
}

const withoutControls = (text) => String(text).replace(CONTROLS_ALL, '');

// An isolated piece of outside text, in the direction of its own letters.
const piece = (text, options) => {
  const node = el('bdi', { dir: 'auto', ...options });
  node.append(safe(text));
  return node;
};

// Offsets in the records count code points; so do the indices of this array.
const points = (text) => Array.from(text);

// Arabic letters join: an edge inside a word would break its shape.
function wholeWords(chars, start, end) {
  const inside = (i) => i > 0 && i < chars.length && WORDISH.test(chars[i - 1]) && WORDISH.test(chars[i]);
  start = Math.max(0, Math.min(start, chars.length));
  end = Math.max(start, Math.min(end, chars.length));
  while (inside(start)) start--;
  while (inside(end)) end++;
  return [start, end];
}

// The tool's own sentences quote pieces of the article, names of reports and words of other scripts;
// each is isolated, or the marks and digits beside it change places.
const QUOTED = /[“«"]([^“”«»"]*)[”»"]/gu;
const PIECES = {
  ar: /[\p{N}_.\/-]*\p{Script=Latin}(?:[\p{Script=Latin}\p{M}\p{N}’\x20-\x7e]*[\p{Script=Latin}\p{M}\p{N}])?/gu,
  en: /\p{Script=Arabic}(?:[\p{Script=Arabic}\p{M}\p{N}\s،؛؟…‘’-]*[\p{Script=Arabic}\p{M}])?/gu,
};
function prose(text) {
  const out = document.createDocumentFragment();
  const isolated = (part, pattern, group, rest) => {
    let done = 0;
    for (const match of part.matchAll(pattern)) {
      const [at, length] = [match.index + match[0].indexOf(match[group]), match[group].length];
      if (!length) continue;
      rest(part.slice(done, at));
      out.append(piece(match[group]));
      done = at + length;
    }
    rest(part.slice(done));
  };
  const other = state.lang === 'ar' ? PIECES.ar : PIECES.en;
  isolated(String(text), QUOTED, 1, (between) => isolated(between, other, 0, (plain) => out.append(safe(plain))));
  return out;
}

// Latin runs as ranges of code points.
function latinRuns(text) {
  const runs = [];
  for (const match of text.matchAll(LATIN)) {
    const start = points(text.slice(0, match.index)).length;
    runs.push([start, start + points(match[0]).length]);
  }
  return runs;
}

// Article text with marks.  `ranges`: [{start, end, severity, group}], code points of `text`.
// Latin runs are isolated outside the marks, or a marked word inside one would change its place.
function markedText(text, ranges, describe) {
  const chars = points(text);
  const marks = ranges.map((r) => {
    const [start, end] = wholeWords(chars, r.start, r.end);
    return { ...r, start, end };
  }).filter((r) => r.end > r.start);
  const edges = new Set([0, chars.length]);
  for (const r of marks) edges.add(r.start).add(r.end);
  const runs = latinRuns(text);
  for (const [start, end] of runs) edges.add(start).add(end);
  const cuts = [...edges].sort((a, b) => a - b);

  const out = document.createDocumentFragment();
  const seen = new Set();
  let island = null;
  let islandEnd = -1;
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [from, to] = [cuts[i], cuts[i + 1]];
    const run = runs.find(([start]) => start === from);
    if (run) {
      [island, islandEnd] = [el('bdi', { dir: 'ltr', lang: 'en' }), run[1]];
      out.append(island);
    } else if (from >= islandEnd) island = null;
    const content = safe(chars.slice(from, to).join(''));
    const over = marks.filter((r) => r.start <= from && r.end >= to);
    if (!over.length) {
      (island || out).append(content);
      continue;
    }
    over.sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
    const groups = [...new Set(over.map((r) => r.group))];
    const first = over.find((r) => !seen.has(r));
    const mark = el('mark', {
      class: over[0].severity + (groups.length > 1 ? ' overlap second-' + over[1].severity : ''),
      'data-groups': groups.join(' '),
      // One stop for the keyboard a finding, however many pieces it has.
      tabindex: first ? 0 : null,
      role: first ? 'button' : null,
      'aria-describedby': first ? describe((first || over[0]).group) : null,
    });
    mark.append(content);
    for (const r of over) {
      if (r.start === from && r.severity === 'critical') mark.classList.add('begins');
      seen.add(r);
    }
    (island || out).append(mark);
  }
  return out;
}
