// The index of a batch: a table of documents, a page of rows at a time.

const PAGE_ROWS = 100;
const VERDICT_ORDER = ['machine', 'unclear', 'human', 'abstained'];
// A row as it stands in the data: what is at which place.
const [TITLE, PATH, VERDICT, PROBABILITY, QUALITY, SENTENCES, FLAGGED, CRITICAL, MAJOR, MINOR, LINK, ERROR] =
  Array.from({ length: 12 }, (_, i) => i);
const FAILED = 'failed';

// Name, what it is sorted by, how it is shown.  The first press sorts numbers downwards.
const INDEX_COLUMNS = [
  ['table.article', (row) => row[TITLE], null],
  ['table.verdict', (row) => (row[ERROR] ? VERDICT_ORDER.length : VERDICT_ORDER.indexOf(row[VERDICT])), null],
  ['document.probability', (row) => row[PROBABILITY], two],
  ['document.quality', (row) => row[QUALITY], whole],
  ['index.sentences', (row) => row[SENTENCES], String],
  ['document.flagged', (row) => row[FLAGGED], String],
  ['severity.critical', (row) => row[CRITICAL], String],
  ['severity.major', (row) => row[MAJOR], String],
  ['severity.minor', (row) => row[MINOR], String],
];

const table = { column: -1, down: false, first: 0, verdicts: new Set(), query: '', shown: [], current: -1 };

const kindOf = (row) => (row[ERROR] ? FAILED : row[VERDICT]);

// Titles are put in alphabetical order once: comparing Arabic words again and again takes seconds.
const titleRanks = (() => {
  let ranks = null;
  return () => {
    if (ranks) return ranks;
    const collator = new Intl.Collator('ar');
    const order = data.rows.map((_, i) => i).sort((a, b) => collator.compare(data.rows[a][TITLE], data.rows[b][TITLE]) || a - b);
    ranks = new Int32Array(order.length);
    order.forEach((row, rank) => { ranks[row] = rank; });
    return ranks;
  };
})();

// Folded when somebody searches: ten thousand titles take a good part of a second.
const folds = [];
const folded = (i) => {
  if (folds[i] === undefined) folds[i] = foldForSearch(data.rows[i][TITLE] + '\n' + data.rows[i][PATH]);
  return folds[i];
};

// The indices of the rows that are shown, in their order.
function arrange() {
  const query = foldForSearch(table.query);
  const found = [];
  data.rows.forEach((row, i) => {
    if (table.verdicts.size && !table.verdicts.has(kindOf(row))) return;
    if (query && !folded(i).includes(query)) return;
    found.push(i);
  });
  const c = table.column;
  if (c >= 0) {
    const keys = c === TITLE ? titleRanks() : data.rows.map((row) => (row[ERROR] && c > 1 ? null : INDEX_COLUMNS[c][1](row)));
    const sign = table.down ? -1 : 1;
    // What is not known stands last either way.
    found.sort((a, b) => {
      const [x, y] = [keys[a], keys[b]];
      if (x === null || y === null) return (x === null) - (y === null) || a - b;
      return sign * (x - y) || a - b;
    });
  }
  table.shown = found;
}

function sortBy(c) {
  table.down = table.column === c ? !table.down : c > 1;
  table.column = c;
  drawTable();
}

function rowNode(i) {
  const row = data.rows[i];
  const name = el(row[LINK] ? 'a' : 'span', { href: row[LINK], class: 'arabic title-line', lang: 'ar', dir: 'auto' });
  name.append(safe(row[TITLE]));
  const head = el('th', { scope: 'row', class: 'wide' }, name, piece(row[PATH], { class: 'path block', dir: 'ltr' }));
  if (row[ERROR]) {
    head.append(el('span', { class: 'caption block' }, piece(row[ERROR])));
    return el('tr', { id: 'r' + i }, head,
      el('td', { colspan: INDEX_COLUMNS.length - 1 }, el('span', { class: 'dot failed', text: t('failure.label') })));
  }
  const node = el('tr', { id: 'r' + i }, head,
    el('td', null, el('span', { class: 'dot ' + row[VERDICT], text: t('verdict.' + row[VERDICT]) })));
  for (const [key, of, show] of INDEX_COLUMNS.slice(2)) {
    const value = of(row);
    node.append(el('td', { class: 'numeric', 'data-name': t(key) }, ltr(value === null ? '—' : show(value))));
  }
  return node;
}

function drawRows(first, end) {
  table.body.replaceChildren(...table.shown.slice(first, end).map(rowNode));
}

// Sort and filter again, and show the first page.
function drawTable() {
  arrange();
  table.heads.forEach((head, i) => {
    head.setAttribute('aria-sort', i !== table.column ? 'none' : table.down ? 'descending' : 'ascending');
  });
  showFrom(0);
}

function showFrom(first) {
  const all = table.shown.length;
  table.first = Math.max(0, Math.min(first, Math.floor((all - 1) / PAGE_ROWS) * PAGE_ROWS));
  table.current = -1;
  const end = Math.min(all, table.first + PAGE_ROWS);
  drawRows(table.first, end);
  document.getElementById('shown').textContent = all
    ? t('index.range', { a: table.first + 1, b: end, all }) : t('index.nothing');
  document.getElementById('pager').hidden = all <= PAGE_ROWS;
  for (const button of document.querySelectorAll('[data-page]')) {
    const forward = ['next', 'last'].includes(button.dataset.page);
    button.disabled = forward ? end >= all : table.first === 0;
  }
}

function turn(where) {
  const last = table.shown.length;
  showFrom({ first: 0, previous: table.first - PAGE_ROWS, next: table.first + PAGE_ROWS, last }[where]);
}

// A page on or back by key goes on at the row next to it.
function step(by) {
  const next = table.current < 0 ? (by > 0 ? table.first : table.first - 1) : table.current + by;
  if (next < 0 || next >= table.shown.length) return;
  if (next < table.first || next >= table.first + PAGE_ROWS) showFrom(Math.floor(next / PAGE_ROWS) * PAGE_ROWS);
  table.current = next;
  for (const old of table.body.querySelectorAll('[aria-current]')) old.removeAttribute('aria-current');
  const node = document.getElementById('r' + table.shown[next]);
  node.setAttribute('aria-current', 'true');
  (node.querySelector('a') || table.box).focus({ preventScroll: true });
  node.scrollIntoView({ block: 'nearest' });
}

function verdictChips() {
  const found = count(data.rows, kindOf);
  return el('div', { class: 'chips', role: 'group', 'aria-label': t('table.verdict') },
    ...[...VERDICT_ORDER, FAILED].filter((kind) => found.get(kind)).map((kind) => el('button', {
      type: 'button', class: 'chip', 'data-kind': kind, 'aria-pressed': table.verdicts.has(kind),
      onclick: (e) => {
        if (!table.verdicts.delete(kind)) table.verdicts.add(kind);
        e.currentTarget.setAttribute('aria-pressed', table.verdicts.has(kind));
        drawTable();
      },
    }, el('span', { class: 'dot ' + kind, text: kind === FAILED ? t('failure.label') : t('verdict.' + kind) }), ' ',
    ltr(String(found.get(kind)), 'n'))));
}

function pager() {
  const button = ([where, key]) => el('button', {
    type: 'button', class: 'chip', 'data-page': where, text: t(key), onclick: () => turn(where),
  });
  const places = [['first', 'index.first'], ['previous', 'index.previous'], ['next', 'index.next'], ['last', 'index.last']];
  return el('nav', { class: 'pager', id: 'pager', 'aria-label': t('index.pages') }, ...places.map(button));
}

const INDEX_KEYS = [
  ['j  k', 'next_row'], ['n  p', 'next_page'], ['Enter', 'open_row'], ['/', 'search'], ['l', 'language'], ['?', 'help'], ['Esc', 'escape'],
];

function drawIndex() {
  const search = el('input', {
    type: 'search', id: 'search', placeholder: t('index.search'), 'aria-label': t('index.search'), dir: 'auto',
    oninput: (e) => { table.query = e.target.value.trim(); drawTable(); },
  });
  search.value = table.query;
  table.heads = INDEX_COLUMNS.map(([name], c) => el('th', { scope: 'col', class: c ? null : 'wide' },
    el('button', {
      type: 'button', class: 'quiet', 'data-column': c, text: t(name), title: t('table.sort', { column: words(t(name)) }),
      onclick: () => sortBy(c),
    })));
  table.body = el('tbody');
  table.box = el('div', { class: 'index-box', tabindex: 0, role: 'region', 'aria-label': t('table.title') },
    el('table', null, el('thead', null, el('tr', null, ...table.heads)), table.body));
  document.getElementById('app').replaceChildren(
    el('a', { class: 'skip', href: '#document', text: t('index.skip') }),
    masthead(t('index.title'), () => {
      setLanguage(state.lang === 'ar' ? 'en' : 'ar');
      stored.set('lang', state.lang);
      drawIndex();
    }),
    el('main', { id: 'document', tabindex: -1, class: 'overview index' },
      el('div', { class: 'index-tools' }, search, verdictChips(), el('span', { class: 'caption', id: 'shown', role: 'status' })),
      table.box, pager()),
    el('footer', null, el('p', { class: 'caption', text: t('app.about_text') }),
      data.signature ? el('p', { class: 'caption' }, t('app.signature') + ': ', piece(data.signature, { class: 'path', dir: 'ltr' })) : null),
    keysDialog(INDEX_KEYS));
  document.title = t('index.title');
  drawTable();
}

followTheme();
setLanguage(keptLanguage());
drawIndex();
listenToKeys({
  j: () => step(1),
  k: () => step(-1),
  n: () => turn('next'),
  p: () => turn('previous'),
  '/': () => document.getElementById('search').focus(),
  l: () => document.getElementById('language').click(),
  '?': () => document.getElementById('keys').showModal(),
});
// On paper every row stands.
addEventListener('beforeprint', () => drawRows(0, table.shown.length));
addEventListener('afterprint', () => showFrom(table.first));
