// The page as a whole: masthead, places, keyboard.

function openIn(lang) {
  setLanguage(lang);
  document.title = t('app.title') + (data.documents.length === 1 ? ' — ' + withoutControls(titleOf(data.documents[0])) : '');
}

function switchLanguage() {
  const reading = currentPosition();
  openIn(state.lang === 'ar' ? 'en' : 'ar');
  stored.set('lang', state.lang);
  drawPage();
  if (reading >= 0) goTo(reading);
}

function failures() {
  const failed = data.run.failures;
  if (!failed.length) return null;
  const box = el('section', { class: 'failures', 'aria-label': t('failure.title') }, el('h2', { text: t('failure.title') }));
  for (const f of failed) {
    box.append(el('p', { class: 'failure' }, piece(f.path, { class: 'path', dir: 'ltr' }), ' — ', piece(f.message),
      f.mend ? el('span', { class: 'caption block' }, t('failure.mend') + ': ', piece(f.mend)) : null));
  }
  return box;
}

// What holds for the whole run: an editor looks for the article first.
function runNotes() {
  if (!data.run.notes.length) return null;
  const box = el('div', { class: 'run-notes' }, el('h2', { text: t('app.notes') }));
  for (const item of data.run.notes) {
    const line = el('p', { class: 'caption' });
    line.append(prose(item['message_' + state.lang]));
    box.append(line);
  }
  return box;
}

function colophon() {
  const { versions, signature, models, options } = data.run;
  const line = (key, value) => el('div', null, el('dt', { text: t(key) }), el('dd', null, piece(value, { dir: 'ltr', class: 'path' })));
  const pairs = (table) => Object.entries(table)
    .map(([k, v]) => k + ': ' + (typeof v === 'object' ? JSON.stringify(v) : v)).join('; ') || '—';
  return el('footer', null,
    el('h2', { text: t('app.about') }),
    el('p', { class: 'caption', text: t('app.about_text') }),
    runNotes(),
    el('dl', { class: 'colophon' },
      line('app.version', 'mtaudit ' + versions.mtaudit), line('app.signature', signature),
      line('app.models', pairs(models)), line('app.options', pairs(options))));
}

const KEYS = [
  ['j  k', 'next'], ['n  p', 'next_flagged'], ['o', 'open'], ['/', 'search'], ['1  2  3', 'severities'],
  ['c  d  u', 'verdicts'], ['f', 'flagged'], ['i', 'undecided'], ['w', 'order'], ['l', 'language'], ['?', 'help'], ['Esc', 'escape'],
];

// The articles before and after this one.
function neighbours() {
  const link = (d, key) => {
    const doc = data.documents[d];
    if (!doc) return null;
    return el('a', { href: '#d' + d }, el('span', { class: 'key block', text: t(key) }),
      piece(titleOf(doc), { lang: 'ar' }));
  };
  if (data.documents.length < 2) return null;
  return el('nav', { class: 'neighbours', 'aria-label': t('table.title') },
    el('div', null, link(state.doc - 1, 'document.previous')),
    el('div', null, link(state.doc + 1, 'document.next')));
}

function drawDocument() {
  const doc = data.documents[state.doc];
  const main = document.getElementById('document');
  view.list = el('div', { class: 'sentences', id: 'sentences' });
  main.replaceChildren(...[header(doc, goTo), kinds(doc), deskPanel(doc), toolbar(doc), view.list, neighbours()].filter(Boolean));
  for (const row of document.querySelectorAll('[data-doc]')) {
    if (Number(row.dataset.doc) === state.doc) row.setAttribute('aria-current', 'true');
    else row.removeAttribute('aria-current');
  }
  drawList();
  drawDone(doc);
}

function drawPage() {
  document.getElementById('app').replaceChildren(
    el('a', { class: 'skip', href: '#document', text: t('app.skip') }),
    masthead(t('app.title'), switchLanguage),
    ...[failures(), data.documents.length > 1 ? overview() : null].filter(Boolean),
    el('main', { id: 'document', tabindex: -1 }), colophon(), keysDialog(KEYS));
  if (data.documents.length) drawDocument();
}

// ------------------------------------------------------------------ going to a sentence

let current = -1;
const currentPosition = () => current;

function makeCurrent(node) {
  for (const old of document.querySelectorAll('.current')) old.classList.remove('current');
  node.classList.add('current');
  current = Number(node.id.slice(node.id.indexOf('s') + 1));
}

// Who presses something in a sentence goes on from there.
addEventListener('focusin', (event) => {
  const node = event.target.closest('article.sentence');
  if (node) makeCurrent(node);
});

function goTo(position) {
  let node = nodeOf(position);
  if (!node) {
    // The filters hide it: what was asked for wins.
    clearFilters();
    node = nodeOf(position);
  }
  if (!node) return;
  const fold = node.closest('details.furniture');
  if (fold) fold.open = true;
  makeCurrent(node);
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: node.offsetHeight > innerHeight * 0.7 ? 'start' : 'center' });
}

function step(by, wanted) {
  const places = view.shown.filter((item) => item.one).map((item) => item.one).filter(([s]) => wanted(s)).map(([, i]) => i);
  if (!places.length) return;
  const all = view.shown.flatMap((item) => (item.one ? [item.one[1]] : item.many.map(([, i]) => i)));
  const here = all.indexOf(current);
  const next = by > 0 ? places.find((i) => all.indexOf(i) > here)
    : places.filter((i) => all.indexOf(i) < here).pop();
  if (next !== undefined) goTo(next);
}

function followHash() {
  const match = /^#d(\d+)(?:s(\d+))?$/.exec(location.hash);
  if (!match || !data.documents[Number(match[1])]) return;
  const d = Number(match[1]);
  if (d !== state.doc) {
    state.doc = d;
    current = -1;
    for (const name of ['severity', 'category', 'witness']) state[name].clear();
    drawDocument();
  }
  if (match[2] !== undefined) goTo(Number(match[2]));
  else document.getElementById('document').scrollIntoView();
}

// ------------------------------------------------------------------ keyboard

function toggleSeverity(i) {
  const button = document.querySelector('.chip.' + SEVERITIES[i]);
  if (button) button.click();
}

const ACTIONS = {
  j: () => step(1, () => true),
  k: () => step(-1, () => true),
  n: () => step(1, (s) => s.flagged),
  p: () => step(-1, (s) => s.flagged),
  o: () => {
    const box = document.querySelector('.sentence.current details.evidence');
    if (box) box.open = !box.open;
  },
  '/': () => document.getElementById('search').focus(),
  1: () => toggleSeverity(0),
  2: () => toggleSeverity(1),
  3: () => toggleSeverity(2),
  c: () => ruleByKey(VERDICT_KEYS.c),
  d: () => ruleByKey(VERDICT_KEYS.d),
  u: () => ruleByKey(VERDICT_KEYS.u),
  i: toggleUndecided,
  f: toggleFlagged,
  w: () => setOrder(state.order === 'worst' ? 'article' : 'worst'),
  l: switchLanguage,
  '?': () => document.getElementById('keys').showModal(),
};

if (data.documents.length) listenToKeys(ACTIONS);
addEventListener('hashchange', followHash);
// On paper everything is open.
let closed = [];
addEventListener('beforeprint', () => {
  startAt(0);
  drawMore(view.shown.length);
  closed = [...document.querySelectorAll('details:not([open])')];
  for (const box of closed) {
    if (box.fill) box.fill();
    box.open = true;
  }
});
addEventListener('afterprint', () => { for (const box of closed) box.open = false; });

followTheme();
loadVerdicts();
openIn(keptLanguage());
state.doc = Math.max(0, data.documents.findIndex((doc) => !doc.is_reference));
drawPage();
followHash();
