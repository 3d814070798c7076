// The editor's verdicts: kept by fingerprint, so that they outlive a new audit of the same text.

const VERDICTS = ['confirmed', 'dismissed', 'unsure'];
const FINGERPRINT = /^[0-9a-f]{16}$/;
const MOST_CHARACTERS = 2000; // of a comment
const VERDICTS_KIND = 'mtaudit-verdicts';
const VERDICTS_SCHEMA = '1.0';

// One entry a verdict, so that two windows do not overwrite each other.  `lasting` is false where
// the browser keeps nothing for a local file: then everything stays in memory, and the page says so.
const desk = { kept: new Map(), lasting: true, editor: '' };

function tryStorage(action) {
  try { return action(); } catch { desk.lasting = false; return null; }
}

function validVerdict(entry) {
  return Boolean(entry) && typeof entry === 'object'
    && (VERDICTS.includes(entry.verdict) || entry.verdict === '')
    && typeof entry.comment === 'string' && entry.comment.length <= MOST_CHARACTERS
    && typeof entry.at === 'string' && entry.at.length <= 40;
}

function loadVerdicts() {
  tryStorage(() => {
    localStorage.setItem('mtaudit.probe', '1');
    localStorage.removeItem('mtaudit.probe');
  });
  desk.editor = stored.get('editor') || '';
  tryStorage(() => {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith('mtaudit.v.')) continue;
      let entry = null;
      try { entry = JSON.parse(localStorage.getItem(name)); } catch { continue; }
      if (validVerdict(entry)) desk.kept.set(name.slice('mtaudit.v.'.length), entry);
    }
  });
}

const verdictOf = (print) => (desk.kept.get(print) || {}).verdict || '';
const commentOf = (print) => (desk.kept.get(print) || {}).comment || '';

function keepVerdict(print, change) {
  const old = desk.kept.get(print) || { verdict: '', comment: '' };
  const entry = { verdict: old.verdict, comment: old.comment, ...change };
  if (!entry.at) entry.at = new Date().toISOString();
  entry.comment = points(entry.comment).slice(0, MOST_CHARACTERS).join('').slice(0, MOST_CHARACTERS);
  const name = 'mtaudit.v.' + print;
  if (entry.verdict || entry.comment) {
    desk.kept.set(print, entry);
    tryStorage(() => localStorage.setItem(name, JSON.stringify(entry)));
  } else {
    desk.kept.delete(print);
    tryStorage(() => localStorage.removeItem(name));
  }
}

// Everything in this page that a verdict can be given on, once, in reading order.
function judgeable() {
  const found = new Map();
  for (const doc of data.documents) {
    for (const segment of doc.segments) {
      const place = { doc_id: doc.doc_id, sentence: segment.text };
      if (isArticle(segment) && !found.has(segment.fingerprint)) {
        found.set(segment.fingerprint, { target: 'sentence', code: '', text: '', ...place });
      }
      for (const issue of segment.issues) {
        if (!found.has(issue.fingerprint)) {
          found.set(issue.fingerprint, { target: 'finding', code: issue.code, text: issue.text, ...place });
        }
      }
    }
  }
  return found;
}

const findingsOf = (doc) => new Set(doc.segments.flatMap((s) => s.issues.map((i) => i.fingerprint)));

// A sentence waits for the editor while a finding in it does; without findings, while its flag does.
function undecided(segment) {
  if (segment.issues.length) return segment.issues.some((i) => !verdictOf(i.fingerprint));
  return segment.flagged && !verdictOf(segment.fingerprint);
}

// ------------------------------------------------------------------ out

function exportRows() {
  const rows = [];
  for (const [fingerprint, what] of judgeable()) {
    const entry = desk.kept.get(fingerprint);
    if (entry) rows.push({ fingerprint, ...what, verdict: entry.verdict, comment: entry.comment, at: entry.at });
  }
  return rows;
}

function verdictsJson() {
  return JSON.stringify({
    kind: VERDICTS_KIND, schema: VERDICTS_SCHEMA, editor: desk.editor,
    signature: data.run.signature, verdicts: exportRows(),
  }, null, 1) + '\n';
}

const CSV_COLUMNS = ['editor', 'target', 'fingerprint', 'verdict', 'comment', 'at', 'doc_id', 'code', 'text', 'sentence'];

// A spreadsheet would run a cell that begins like a formula: an apostrophe makes it text.
function csvCell(value) {
  const text = (/^[=+\-@\t\r]/.test(value) ? "'" : '') + value;
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function verdictsCsv() {
  const lines = exportRows().map((row) =>
    CSV_COLUMNS.map((name) => csvCell(name === 'editor' ? desk.editor : row[name])).join(','));
  // The mark tells spreadsheets that it is UTF-8.
  return '\ufeff' + [CSV_COLUMNS.join(','), ...lines].join('\r\n') + '\r\n';
}

function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = el('a', { href: url, download: name, class: 'offscreen' });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function fileName(ending) {
  const name = desk.editor.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  return 'verdicts' + (name ? '-' + name : '') + '.' + ending;
}

// ------------------------------------------------------------------ in

// Counts of what was taken over; of two verdicts on one finding the later stays.  null: no such file.
function takeVerdicts(text) {
  let file = null;
  try { file = JSON.parse(text); } catch { return null; }
  if (!file || file.kind !== VERDICTS_KIND || !Array.isArray(file.verdicts)
    || String(file.schema).split('.')[0] !== VERDICTS_SCHEMA.split('.')[0]) return null;
  const rows = file.verdicts;
  if (!rows.every((row) => validVerdict(row) && FINGERPRINT.test(row.fingerprint))) return null;
  const here = judgeable();
  const counts = { taken: 0, older: 0, foreign: 0 };
  for (const { fingerprint, verdict, comment, at } of rows) {
    const old = desk.kept.get(fingerprint);
    if (!here.has(fingerprint)) counts.foreign++;
    else if (old && old.at > at) counts.older++;
    else {
      keepVerdict(fingerprint, { verdict, comment, at });
      counts.taken++;
    }
  }
  if (!desk.editor && typeof file.editor === 'string') setEditor(file.editor);
  return counts;
}

function setEditor(name) {
  desk.editor = name.trim().slice(0, 100);
  tryStorage(() => localStorage.setItem('mtaudit.editor', desk.editor));
}
