// The head of an article: verdict, numbers, heat strip, witnesses.  And the table of all articles.

function titleOf(doc) {
  const lines = doc.segments.filter(isArticle);
  const line = lines.slice(0, 3).find((s) => s.heading) || lines[0];
  if (!line) return doc.doc_id;
  const chars = points(line.text);
  if (chars.length <= 95) return line.text;
  const cut = chars.slice(0, 92).join('');
  return cut.slice(0, Math.max(cut.lastIndexOf(' '), 40)) + '…';
}

// A line from 0 to 1 with the interval, the value and the threshold on it.
function scale(doc) {
  const track = el('div', { class: 'scale', 'aria-hidden': 'true' });
  const place = (cls, from, to) => {
    const node = el('span', { class: cls });
    node.style.setProperty('inset-inline-start', (100 * from).toFixed(1) + '%');
    if (to !== undefined) node.style.setProperty('inline-size', (100 * (to - from)).toFixed(1) + '%');
    track.append(node);
  };
  if (doc.interval) place('scale-interval', doc.interval[0], doc.interval[1]);
  if (doc.threshold !== null) place('scale-threshold', doc.threshold);
  place('scale-value', doc.mt_probability);
  return track;
}

function gauge(quality) {
  const fill = el('span', { class: 'gauge-fill heat-' + heat(quality) });
  fill.style.setProperty('inline-size', quality.toFixed(1) + '%');
  return el('div', { class: 'gauge', 'aria-hidden': 'true' }, fill);
}

function figure(name, value, ...more) {
  return el('div', { class: 'figure' }, el('dt', { text: name }),
    el('dd', null, el('span', { class: 'value' }, value), ...more));
}

// Ends that two decimals do not tell apart have three.
const rangeOf = ([low, high]) =>
  [low, high].map((x) => x.toFixed(high - low < 0.01 ? 3 : 2)).join('–');

function figures(doc) {
  const judged = doc.segments.filter(isJudged);
  const list = el('dl', { class: 'figures' });
  if (doc.mt_probability !== null) {
    list.append(figure(t('document.probability_long'), ltr(two(doc.mt_probability)), scale(doc),
      el('span', { class: 'caption', text: [
        doc.interval ? t('document.interval', { range: rangeOf(doc.interval) }) : null,
        doc.threshold !== null ? t('document.threshold', { threshold: two(doc.threshold) }) : null,
      ].filter(Boolean).join(' · ') })));
  }
  if (doc.quality !== null) {
    list.append(figure(t('document.quality'), ltr(whole(doc.quality)), gauge(doc.quality),
      el('span', { class: 'caption' }, ltr('0–100'))));
  }
  list.append(figure(t('document.flagged_sentences'),
    t('app.of', { a: judged.filter((s) => s.flagged).length, b: judged.length })));
  list.append(figure(t('document.coverage'),
    doc.reference_coverage === null ? '—' : ltr(percent(doc.reference_coverage)),
    doc.reference_coverage === null
      ? el('span', { class: 'caption', text: t('document.coverage_none') }) : null));
  return list;
}

function falseAlarm(doc) {
  if (doc.mt_probability === null) return null;
  const known = doc.threshold !== null && doc.false_alarm_rate !== null;
  return el('p', { class: 'false-alarm', text: known
    ? t('document.false_alarm', { threshold: two(doc.threshold), rate: percent(doc.false_alarm_rate) })
    : t('document.false_alarm_unknown') });
}

const MOST_CELLS = 300; // two or three lines of them

// A cell for these neighbouring segments: as grave as the worst sentence among them.
function stripCell(segments, position) {
  const lines = segments.filter(isArticle);
  const judged = lines.map((s) => s.quality).filter((quality) => quality !== null);
  const worst = judged.length ? Math.min(...judged) : null;
  const kind = !lines.length ? 'outside' : worst === null ? 'unknown' : 'heat-' + heat(worst);
  const [first, last] = [segments[0].index + 1, segments[segments.length - 1].index + 1];
  const n = first === last ? first : first + '–' + last;
  const name = lines.length
    ? t('document.strip_cell', { n, issues: lines.reduce((sum, s) => sum + s.issues.length, 0),
      quality: worst === null ? '—' : whole(worst) })
    : t('document.strip_furniture', { n });
  return el('button', {
    type: 'button', class: 'cell ' + kind + (lines.some((s) => s.flagged) ? ' flagged' : ''),
    'aria-label': name, title: name, tabindex: position ? -1 : 0, 'data-position': position,
  });
}

// One cell a sentence; in a long text one for several.  One tab stop; the arrow keys go along it.
function heatStrip(doc, go) {
  const strip = el('div', { class: 'strip', role: 'group', 'aria-label': t('document.strip') });
  const many = Math.ceil(doc.segments.length / MOST_CELLS);
  for (let i = 0; i < doc.segments.length; i += many) {
    strip.append(stripCell(doc.segments.slice(i, i + many), i));
  }
  strip.addEventListener('click', (e) => {
    if (e.target.dataset.position) go(Number(e.target.dataset.position));
  });
  strip.addEventListener('keydown', (e) => {
    const forward = root.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = root.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    const next = e.key === forward ? e.target.nextElementSibling
      : e.key === back ? e.target.previousElementSibling : null;
    if (!next) return;
    e.preventDefault();
    e.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  const legend = t('document.legend') + (many > 1 ? ' ' + t('document.legend_many', { n: many }) : '');
  return el('div', { class: 'strip-box' }, strip, el('p', { class: 'caption legend', text: legend }));
}

// Who spoke on how many sentences, and why the others did not.
function witnessTable(doc) {
  const lines = doc.segments.filter(isArticle);
  const names = [...new Set(lines.flatMap((s) => Object.keys(s.evidence)))];
  if (!names.length) return null;
  let speaking = 0;
  const silenced = [];
  const list = el('dl', { class: 'witnesses' });
  for (const name of names) {
    const heard = lines.filter((s) => name in s.evidence);
    const silent = heard.filter((s) => s.evidence[name] !== null);
    if (silent.length < heard.length) speaking++;
    else silenced.push(t('witness.' + name));
    const spoken = heard.length - silent.length;
    const bar = el('span', { class: 'gauge-fill' });
    bar.style.setProperty('inline-size', (100 * spoken / heard.length).toFixed(1) + '%');
    const says = el('dd', null, el('span', { class: 'gauge', 'aria-hidden': 'true' }, bar),
      spoken ? t('document.spoke', { a: spoken, b: heard.length }) : t('document.silent'));
    for (const [reason, n] of count(silent, (s) => s.evidence[name])) {
      says.append(el('span', { class: 'caption block' },
        t('document.why_silent', { n, reason: words('') }), piece(reasonText(reason))));
    }
    list.append(el('div', { class: spoken ? null : 'silent' },
      el('dt', { text: t('witness.' + name) }), says));
  }
  return el('details', { class: 'fold' },
    el('summary', null, t('document.witnesses') + ' ',
      el('span', { class: 'caption', text: t('document.witnesses_spoke', { n: speaking, all: names.length })
        + (silenced.length ? ' · ' + t('document.witnesses_silent') + ': ' + silenced.join(state.lang === 'ar' ? '، ' : ', ') : '') })), list);
}

// The languages that the text was probably translated from, with what points there.
function sourceLanguages(doc) {
  const found = doc.source_languages || [];
  if (!found.length) return null;
  const list = el('dl', { class: 'source-languages' });
  for (const { language, share, texts } of found) {
    const examples = el('dd');
    for (const text of texts) examples.append(piece(text, { lang: 'ar', class: 'example' }));
    list.append(el('div', null, el('dt', null, el('b', { text: languageName(language) }), ' ',
      found.length > 1 ? ltr(percent(share), 'caption') : null), examples));
  }
  return el('section', { class: 'sources', 'aria-label': t('document.source_language') },
    el('p', { class: 'key', text: t('document.source_language') }), list,
    found.length > 1 ? el('p', { class: 'caption', text: t('document.source_language_note') }) : null);
}

// The reports that the article was held against, and why these.
function reportsUsed(doc) {
  if (!doc.reports.length) return null;
  const list = el('ul', { class: 'reports-used' });
  for (const use of doc.reports) {
    const line = el('li', null, piece(use.doc_id, { class: 'path', dir: 'ltr' }),
      ' · ' + t('reference.similarity', { s: two(use.similarity) }),
      ' · ' + t('reference.matched', { n: use.matched }),
      use.identical ? ' · ' + t('reference.identical', { n: use.identical }) : null,
      use.verdict === 'machine' ? el('b', { text: ' · ' + t('reference.machine') }) : null);
    if (use.shared.length) {
      const names = el('bdi', { lang: 'ar', dir: 'rtl' });
      use.shared.forEach((name, n) => names.append(n ? '، ' : '', piece(name, { lang: 'ar' })));
      line.append(el('span', { class: 'caption block' }, t('reference.shared') + ': ', names));
    }
    list.append(line);
  }
  return el('details', { class: 'fold reports' },
    el('summary', null, t('reference.used') + ' ',
      el('span', { class: 'caption', text: t('reference.used_many', { n: doc.reports.length }) })), list);
}

function header(doc, go) {
  const title = el('h2', { class: 'arabic title', lang: 'ar', dir: 'rtl' });
  title.append(safe(titleOf(doc)));
  const head = el('header', { class: 'head' },
    el('p', { class: 'kicker' }, piece(doc.path || doc.doc_id, { class: 'path', dir: 'ltr' }), ' · ', ltr(doc.encoding),
      doc.is_reference ? ' · ' + t('verdict.reference') : null),
    title,
    el('p', { class: 'verdict ' + doc.verdict, text: t('verdict.' + doc.verdict) }),
    doc.abstained ? el('p', { class: 'false-alarm' }, piece(reasonText(doc.abstained))) : null,
    falseAlarm(doc), sourceLanguages(doc), figures(doc), heatStrip(doc, go));
  for (const item of doc.notes) {
    const line = el('p', { class: 'warning' });
    line.append(prose(item['message_' + state.lang]));
    head.append(line);
  }
  head.append(reportsUsed(doc) || '', witnessTable(doc) || '');
  return head;
}

const COLUMNS = [
  ['table.article', (doc) => titleOf(doc), null],
  ['table.verdict', (doc) => ['machine', 'unclear', 'human', 'abstained'].indexOf(doc.verdict), null],
  ['document.probability', (doc) => doc.mt_probability, two],
  ['document.quality', (doc) => doc.quality, whole],
  ['document.flagged', (doc) => doc.segments.filter((s) => s.flagged).length, String],
  ['document.issues', (doc) => doc.segments.reduce((n, s) => n + s.issues.length, 0), String],
];
const sorting = { column: -1, down: false };

function overview() {
  const keys = data.documents.map((doc) => COLUMNS.map(([, key]) => key(doc)));
  const rows = data.documents.map((doc, d) => overviewRow(doc, d, keys[d]));
  const body = el('tbody');
  const heads = COLUMNS.map(([name], c) => el('th', { scope: 'col', class: c ? null : 'wide' },
    el('button', {
      type: 'button', class: 'quiet', text: t(name), title: t('table.sort', { column: words(t(name)) }),
      onclick: () => {
        sorting.down = sorting.column === c ? !sorting.down : c > 1;
        sorting.column = c;
        fill();
      },
    })));
  const fill = () => {
    const order = rows.map((_, d) => d);
    const c = sorting.column;
    if (c >= 0) {
      // What is not known stands last either way.
      order.sort((a, b) => {
        const [x, y] = [keys[a][c], keys[b][c]];
        if (x === null || y === null) return (x === null) - (y === null) || a - b;
        const by = typeof x === 'string' ? x.localeCompare(y, 'ar') : x - y;
        return (sorting.down ? -by : by) || a - b;
      });
    }
    heads.forEach((head, i) => {
      head.setAttribute('aria-sort', i !== c ? 'none' : sorting.down ? 'descending' : 'ascending');
    });
    body.replaceChildren(...order.map((d) => rows[d]));
  };
  fill();
  return el('section', { class: 'overview' },
    el('div', { class: 'table-box', tabindex: 0, role: 'region', 'aria-label': t('table.title') },
      el('table', null, el('thead', null, el('tr', null, ...heads)), body)));
}

function overviewRow(doc, d, keys) {
  const link = el('a', { href: '#d' + d, class: 'arabic', lang: 'ar', dir: 'rtl' });
  link.append(safe(titleOf(doc)));
  const row = el('tr', { 'data-doc': d, 'aria-current': d === state.doc ? 'true' : null },
    el('th', { scope: 'row', class: 'wide' }, link, piece(doc.path || doc.doc_id, { class: 'path block', dir: 'ltr' })),
    el('td', null, el('span', { class: 'dot ' + doc.verdict, text: t('verdict.' + doc.verdict) }),
      doc.is_reference ? el('span', { class: 'caption block', text: t('verdict.reference') }) : null));
  COLUMNS.slice(2).forEach(([, , show], i) => {
    const value = keys[i + 2];
    row.append(el('td', { class: 'numeric', 'data-name': t(COLUMNS[i + 2][0]) }, ltr(value === null ? '—' : show(value))));
  });
  return row;
}
