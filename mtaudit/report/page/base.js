// Data, language and the one way in which nodes are made.

const data = JSON.parse(document.getElementById('data').textContent);
const root = document.documentElement;
// What records share stands once: a segment names it by number, a finding is the list of its kind,
// start, end, fingerprint and, where it is not the words it marks, its text.
for (const doc of data.documents || []) {
  for (const segment of doc.segments) {
    Object.assign(segment, data.alike[segment.alike]);
    segment.issues = segment.issues.map(([kind, start, end, fingerprint, text]) => ({
      ...data.kinds[kind], start, end, fingerprint,
      text: text ?? Array.from(segment.text).slice(start - segment.start, end - segment.start).join(''),
    }));
  }
}
const SEVERITIES = data.severities;

const state = {
  lang: data.lang,
  doc: 0,
  order: 'article',
  flagged: false,
  undecided: false,
  query: '',
  severity: new Set(),
  category: new Set(),
  witness: new Set(),
};

// Choices are kept where the browser lets a local file keep anything.
const stored = {
  get(key) {
    try { return localStorage.getItem('mtaudit.' + key); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem('mtaudit.' + key, value); } catch { /* asked again next time */ }
  },
};

// Interface text; what is filled in is isolated (LRI … PDI), so that numbers keep their order.
function t(key, fields) {
  const text = data.texts[state.lang][key];
  if (text === undefined) return key.slice(key.indexOf('.') + 1);
  if (!fields) return text;
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    typeof fields[name] === 'object' ? fields[name].text : '\u2066' + fields[name] + '\u2069');
}
// For fields that are words of the interface and need no isolation.
const words = (text) => ({ text });

// Every node of the page comes from here: attributes are set by name, text with textContent.
function el(tag, options, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options || {})) {
    if (value === null || value === undefined || (value === false && !name.startsWith('aria-'))) continue;
    if (name === 'class') node.className = value;
    else if (name === 'text') node.textContent = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true && !name.startsWith('aria-') ? '' : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}

// Why a witness kept silent, in the interface's language where there are words for it.
const reasonText = (reason) => (data.reasons[reason] || {})[state.lang] || reason;

const percent = (x) => (x < 0.1 ? (100 * x).toFixed(1) : (100 * x).toFixed(0)) + '%';
const two = (x) => x.toFixed(2);
const whole = (x) => x.toFixed(0);
const ltr = (text, cls) => el('bdi', { dir: 'ltr', class: cls, text });

// 0 (sound) … 4 (worst): the colour steps of the heat strip and of the gauges.
function heat(quality) {
  if (quality === null) return null;
  return quality >= 90 ? 0 : quality >= 75 ? 1 : quality >= 55 ? 2 : quality >= 35 ? 3 : 4;
}

const gravest = (issues) =>
  issues.reduce((top, i) => Math.max(top, SEVERITIES.indexOf(i.severity)), -1);

const isArticle = (segment) => segment.role === 'article';
const isJudged = (segment) => segment.mt_probability !== null || segment.quality !== null;

function count(items, key) {
  const found = new Map();
  for (const item of items) found.set(key(item), (found.get(key(item)) || 0) + 1);
  return found;
}
