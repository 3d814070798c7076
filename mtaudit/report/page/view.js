// Filters, order and the list of sentences, drawn a stretch at a time.

// More than a screen; every sentence drawn costs a millisecond or two.
const STRETCH = 40;

const view = { shown: [], first: 0, end: 0, list: null, head: null, tail: null, watcher: null, total: 0 };

function shows(issue) {
  return (!state.severity.size || state.severity.has(issue.severity))
    && (!state.category.size || state.category.has(issue.category))
    && (!state.witness.size || state.witness.has(issue.witness));
}

const filtering = () => state.flagged || state.undecided || state.query || state.severity.size || state.category.size || state.witness.size;

function matches(segment) {
  if (state.flagged && !segment.flagged) return false;
  if (state.undecided && !undecided(segment)) return false;
  const byIssue = state.severity.size || state.category.size || state.witness.size;
  if (byIssue && !segment.issues.some(shows)) return false;
  return !state.query || foldForSearch(segment.text).includes(foldForSearch(state.query));
}

function worstFirst(a, b) {
  const [x, y] = [a[0], b[0]];
  if (isArticle(x) !== isArticle(y)) return isArticle(x) ? -1 : 1;
  if ((x.quality === null) !== (y.quality === null)) return x.quality === null ? 1 : -1;
  return (x.quality - y.quality) || (y.mt_probability - x.mt_probability) || (a[1] - b[1]);
}

// What stands in the list: [segment, position], neighbouring furniture as one array of such.
function arranged(doc) {
  const found = doc.segments.map((s, i) => [s, i]).filter(([s]) => matches(s));
  if (state.order === 'worst') found.sort(worstFirst);
  const items = [];
  for (const item of found) {
    const last = items[items.length - 1];
    if (isArticle(item[0])) items.push({ one: item });
    else if (last && last.many) last.many.push(item);
    else items.push({ many: [item] });
  }
  view.total = found.length;
  return items;
}

// Items first … end of what is shown, as nodes.
function drawn(first, end) {
  const part = document.createDocumentFragment();
  for (const item of view.shown.slice(first, end)) {
    part.append(item.one ? sentenceNode(state.doc, item.one[0], item.one[1], shows)
      : furnitureNode(state.doc, item.many, shows));
  }
  return part;
}

function drawMore(count) {
  const end = Math.min(view.shown.length, view.end + count);
  view.list.insertBefore(drawn(view.end, end), view.tail);
  view.end = end;
  refreshEnds();
}

function drawBefore(count) {
  const first = Math.max(0, view.first - count);
  view.list.insertBefore(drawn(first, view.first), view.head.nextSibling);
  view.first = first;
  refreshEnds();
}

function refreshEnds() {
  const left = view.shown.length - view.end;
  view.tail.hidden = !left;
  view.tail.firstChild.textContent = t('filter.more', { n: Math.min(STRETCH, left) });
  view.head.hidden = !view.first;
  view.head.firstChild.textContent = t('filter.before', { n: Math.min(STRETCH, view.first) });
}

// Begin the list at item `first`: far jumps draw the stretch around them, not all before it.
function startAt(first) {
  const button = (draw) => el('p', { class: 'tail' },
    el('button', { type: 'button', class: 'button', onclick: () => draw(STRETCH) }));
  view.first = first;
  view.end = first;
  [view.head, view.tail] = [button(drawBefore), button(drawMore)];
  view.list.replaceChildren(view.head, view.tail);
  if (!view.shown.length) view.list.prepend(el('p', { class: 'nothing', text: t('filter.nothing') }));
  drawMore(STRETCH);
  if (view.watcher) view.watcher.disconnect();
  view.watcher = new IntersectionObserver((entries) => {
    if (entries.some((e) => e.isIntersecting)) drawMore(STRETCH);
  }, { rootMargin: '1200px' });
  view.watcher.observe(view.tail);
}

function drawList() {
  const doc = data.documents[state.doc];
  view.shown = arranged(doc);
  startAt(0);
  document.getElementById('shown').textContent = t('filter.shown', { a: view.total, b: doc.segments.length });
  document.getElementById('clear').hidden = !filtering();
}

// The node of a sentence, drawn first when it is not there yet; null when the filters hide it.
function nodeOf(position) {
  const at = view.shown.findIndex((item) =>
    item.one ? item.one[1] === position : item.many.some(([, i]) => i === position));
  if (at < 0) return null;
  if (at < view.first - STRETCH || at >= view.end + STRETCH) startAt(Math.max(0, at - 10));
  else if (at < view.first) drawBefore(STRETCH);
  else if (at >= view.end) drawMore(STRETCH);
  return document.getElementById('d' + state.doc + 's' + position);
}

function chip(set, value, label, n, cls) {
  return el('button', {
    type: 'button', class: 'chip ' + (cls || ''), 'aria-pressed': set.has(value), 'data-filter': value,
    onclick: (e) => {
      if (!set.delete(value)) set.add(value);
      e.currentTarget.setAttribute('aria-pressed', set.has(value));
      drawList();
    },
  }, cls ? el('span', { class: 'sign', 'aria-hidden': 'true' }) : null, label + ' ', ltr(String(n), 'n'));
}

function chips(name, set, values, found, label, cls) {
  const some = values.filter((v) => found.get(v));
  if (!some.length) return null;
  return el('div', { class: 'chips', role: 'group', 'aria-label': t('filter.' + name) },
    el('span', { class: 'key', text: t('filter.' + name) }),
    ...some.map((v) => chip(set, v, t(label + v), found.get(v), cls ? v : '')));
}

function toolbar(doc) {
  const issues = doc.segments.flatMap((s) => s.issues);
  const bySeverity = count(issues, (i) => i.severity);
  const search = el('input', {
    type: 'search', id: 'search', placeholder: t('filter.search'), 'aria-label': t('filter.search'), dir: 'auto',
    oninput: (e) => { state.query = e.target.value.trim(); drawList(); },
  });
  search.value = state.query;
  const order = (value) => el('button', {
    type: 'button', class: 'chip', 'data-order': value, 'aria-pressed': state.order === value,
    text: t('filter.order_' + value), onclick: () => setOrder(value),
  });
  return el('section', { class: 'toolbar', 'aria-label': t('filter.title') },
    el('div', { class: 'tools' }, search,
      el('button', {
        type: 'button', class: 'chip', id: 'flagged', 'aria-pressed': state.flagged, text: t('filter.flagged'),
        onclick: () => toggleFlagged(),
      }),
      el('button', {
        type: 'button', class: 'chip', id: 'undecided', 'aria-pressed': state.undecided, text: t('desk.undecided'),
        onclick: () => toggleUndecided(),
      }),
      el('div', { class: 'chips', role: 'group', 'aria-label': t('filter.order') }, order('article'), order('worst')),
      el('span', { class: 'caption', id: 'shown', role: 'status' }),
      el('button', { type: 'button', class: 'quiet', id: 'clear', text: t('filter.clear'), onclick: clearFilters })),
    chips('severity', state.severity, [...SEVERITIES].reverse(), bySeverity, 'severity.', true));
}

// Counts by category and by witness; a press filters.  Not in the bar that stays in sight.
function kinds(doc) {
  const issues = doc.segments.flatMap((s) => s.issues);
  if (!issues.length) return null;
  const byCategory = count(issues, (i) => i.category);
  const byWitness = count(issues, (i) => i.witness);
  const open = innerWidth >= 960 || state.category.size + state.witness.size > 0;
  return el('details', { class: 'fold kinds', open },
    el('summary', { text: t('filter.kinds') }),
    el('div', { class: 'kinds-body' },
      chips('category', state.category, data.categories, byCategory, 'category.'),
      chips('witness', state.witness, [...byWitness.keys()].sort(), byWitness, 'witness.')));
}

function pressed(selector, on) {
  const button = document.querySelector(selector);
  if (button) button.setAttribute('aria-pressed', on);
}

function setOrder(value) {
  state.order = value;
  for (const name of ['article', 'worst']) pressed('[data-order=' + name + ']', name === value);
  drawList();
}

function toggleFlagged() {
  state.flagged = !state.flagged;
  pressed('#flagged', state.flagged);
  drawList();
}

function toggleUndecided() {
  state.undecided = !state.undecided;
  pressed('#undecided', state.undecided);
  drawList();
}

function clearFilters() {
  for (const name of ['severity', 'category', 'witness']) state[name].clear();
  state.flagged = false;
  state.undecided = false;
  state.query = '';
  drawDocument();
}
