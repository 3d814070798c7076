// Where the editor gives verdicts: on a finding, on a sentence, and the counts above the text.

const VERDICT_KEYS = { c: 'confirmed', d: 'dismissed', u: 'unsure' };
const VERDICT_TEXTS = { confirmed: 'desk.confirmed', dismissed: 'desk.dismissed', unsure: 'desk.unsure' };
const VERDICT_SIGNS = { confirmed: '✓', dismissed: '✕', unsure: '?' };

// The verdict that all of these share; '' where there is none or they differ.
function sharedVerdict(prints) {
  const found = new Set(prints.map(verdictOf));
  return found.size === 1 ? [...found][0] : '';
}
const sharedComment = (prints) => prints.map(commentOf).find(Boolean) || '';

function badge(prints) {
  const node = el('span', { class: 'badge', hidden: true });
  node.redraw = () => {
    const verdict = sharedVerdict(prints);
    const comment = sharedComment(prints);
    node.hidden = !verdict;
    node.className = 'badge ' + verdict;
    node.title = withoutControls(comment);
    if (verdict) {
      node.replaceChildren(el('span', { 'aria-hidden': 'true', text: VERDICT_SIGNS[verdict] + ' ' }), t(VERDICT_TEXTS[verdict]));
    }
  };
  node.dataset.prints = prints.join(' ');
  node.redraw();
  return node;
}

// Three buttons and a comment for one finding (or several alike) or one sentence.
function verdictRow(prints, label, caption) {
  const buttons = VERDICTS.map((verdict) => el('button', {
    type: 'button', class: 'ruling ' + verdict, 'data-verdict': verdict,
    onclick: () => giveVerdict(prints, verdict),
  }, el('span', { 'aria-hidden': 'true', text: VERDICT_SIGNS[verdict] + ' ' }), t(VERDICT_TEXTS[verdict])));
  const field = el('input', {
    type: 'text', class: 'comment', dir: 'auto', maxlength: MOST_CHARACTERS,
    placeholder: t('desk.comment'), 'aria-label': t('desk.comment'),
    onchange: (e) => {
      for (const print of prints) keepVerdict(print, { comment: e.target.value.trim() });
      redrawVerdicts(prints);
    },
    onkeydown: (e) => { if (e.key === 'Enter') e.target.blur(); },
  });
  const open = el('button', {
    type: 'button', class: 'quiet', text: t('desk.comment'), 'aria-expanded': 'false',
    onclick: () => { field.hidden = false; open.hidden = true; field.focus(); },
  });
  const row = el('div', { class: 'rulings', role: 'group', 'aria-label': label },
    caption ? el('span', { class: 'caption', 'aria-hidden': 'true', text: caption }) : null, ...buttons, open, field);
  row.dataset.prints = prints.join(' ');
  row.redraw = () => {
    const verdict = sharedVerdict(prints);
    const comment = sharedComment(prints);
    buttons.forEach((b) => b.setAttribute('aria-pressed', b.dataset.verdict === verdict));
    row.classList.toggle('decided', Boolean(verdict || comment));
    if (document.activeElement !== field) {
      field.value = comment;
      field.hidden = !comment;
      open.hidden = Boolean(comment);
    }
  };
  row.redraw();
  return row;
}

// The same verdict again takes it back.
function giveVerdict(prints, verdict) {
  const next = sharedVerdict(prints) === verdict ? '' : verdict;
  for (const print of prints) keepVerdict(print, { verdict: next });
  redrawVerdicts(prints);
}

function redrawVerdicts(prints) {
  for (const node of document.querySelectorAll('[data-prints]')) {
    const own = node.dataset.prints.split(' ');
    if (node.redraw && (!prints || own.some((print) => prints.includes(print)))) node.redraw();
  }
  drawCounts();
}

// A key rules on the finding that has the focus, otherwise on the sentence.
function ruleByKey(verdict) {
  const focus = document.activeElement;
  const mark = focus && focus.closest('mark');
  const note = mark ? document.getElementById(mark.dataset.groups.split(' ')[0]) : focus && focus.closest('.note');
  const place = note || document.querySelector('.sentence.current');
  // What is ruled on must be in sight.
  if (place) place.scrollIntoView({ block: 'nearest' });
  const row = place && place.querySelector(note ? '.rulings' : '.below .rulings');
  if (row) giveVerdict(row.dataset.prints.split(' '), verdict);
}

// ------------------------------------------------------------------ above the text

function deskCounts(doc) {
  const prints = [...findingsOf(doc)];
  const by = count(prints.filter(verdictOf), verdictOf);
  const decided = [...by.values()].reduce((a, b) => a + b, 0);
  const parts = [t('desk.decided', { a: decided, b: prints.length })];
  for (const verdict of VERDICTS) {
    if (by.get(verdict)) parts.push(t(VERDICT_TEXTS[verdict]) + ' ' + by.get(verdict));
  }
  const sentences = new Set(doc.segments.filter((s) => isArticle(s) && verdictOf(s.fingerprint)).map((s) => s.fingerprint));
  if (sentences.size) parts.push(t('desk.sentences', { n: sentences.size }));
  return parts.join(' · ');
}

function drawCounts() {
  const place = document.getElementById('desk-counts');
  if (!place) return;
  const doc = data.documents[state.doc];
  place.textContent = deskCounts(doc);
  drawDone(doc);
  const warning = document.getElementById('desk-memory');
  if (warning) warning.hidden = desk.lasting;
}

// How far the editor has come.
function drawDone(doc) {
  const prints = [...findingsOf(doc)];
  const share = prints.length ? prints.filter(verdictOf).length / prints.length : 1;
  document.getElementById('desk-done').style.setProperty('inline-size', (100 * share).toFixed(1) + '%');
}

function deskPanel(doc) {
  const said = el('span', { class: 'caption', id: 'desk-said', role: 'status' });
  const file = el('input', {
    type: 'file', id: 'desk-file', accept: '.json,application/json', class: 'offscreen', tabindex: -1,
    'aria-label': t('desk.import'),
    onchange: async (e) => {
      const chosen = e.target.files[0];
      if (!chosen) return;
      const counts = chosen.size > 64 * 1024 * 1024 ? null : takeVerdicts(await chosen.text());
      e.target.value = '';
      redrawVerdicts();
      document.getElementById('desk-editor').value = desk.editor;
      said.textContent = counts
        ? t('desk.imported', { n: counts.taken, older: counts.older, foreign: counts.foreign })
        : t('desk.import_failed');
    },
  });
  const editor = el('input', {
    type: 'text', id: 'desk-editor', dir: 'auto', maxlength: 100, autocomplete: 'off', 'aria-label': t('desk.editor'),
    onchange: (e) => setEditor(e.target.value),
  });
  editor.value = desk.editor;
  const button = (key, act, id) => el('button', { type: 'button', class: 'chip', id, text: t(key), onclick: act });
  return el('section', { class: 'desk', 'aria-label': t('desk.title') },
    el('p', null, el('b', { text: t('desk.title') }), ' ', el('span', { class: 'caption', id: 'desk-counts', text: deskCounts(doc) })),
    el('div', { class: 'gauge', 'aria-hidden': 'true' }, el('span', { class: 'gauge-fill', id: 'desk-done' })),
    el('div', { class: 'desk-tools' },
      el('label', { class: 'key' }, t('desk.editor') + ' ', editor),
      button('desk.export_json', () => download(fileName('json'), 'application/json', verdictsJson()), 'export-json'),
      button('desk.export_csv', () => download(fileName('csv'), 'text/csv;charset=utf-8', verdictsCsv()), 'export-csv'),
      button('desk.import', () => file.click(), 'import'), file, said),
    el('p', { class: 'warning', id: 'desk-memory', hidden: desk.lasting, text: t('desk.memory') }));
}

// What an earlier verdict keeps out of the count.
function suppressedBox(segment) {
  if (!segment.suppressed.length) return null;
  const list = el('ul');
  for (const { issue, reason, comment, editors } of segment.suppressed) {
    const line = el('li');
    if (issue) line.append(piece(issue.text, { lang: 'ar' }), ' · ', prose(issue['message_' + state.lang]), ' ', piece(issue.code, { class: 'code', dir: 'ltr' }));
    else line.append(t('desk.whole_sentence'));
    line.append(el('span', { class: 'caption block' },
      editors.length ? t('desk.dismissed_by', { names: withoutControls(editors.join(state.lang === 'ar' ? '، ' : ', ')) }) : piece(reason),
      comment ? ' — ' : null, comment ? piece(comment) : null));
    list.append(line);
  }
  return el('details', { class: 'suppressed' },
    el('summary', { class: 'caption', text: t('desk.suppressed', { n: segment.suppressed.length }) }), list);
}
