// One sentence: number, text with marks, notes in the margin, evidence below.

// Findings of the same kind with the same words share one note.
function grouped(issues) {
  const groups = [];
  for (const issue of issues) {
    const same = groups.find((g) => g.issue.code === issue.code && g.issue.severity === issue.severity
      && g.issue.message_ar === issue.message_ar && g.issue.suggestion === issue.suggestion);
    if (same) same.issues.push(issue);
    else groups.push({ issue, issues: [issue] });
  }
  groups.sort((a, b) =>
    SEVERITIES.indexOf(b.issue.severity) - SEVERITIES.indexOf(a.issue.severity)
    || a.issue.start - b.issue.start);
  return groups;
}

function severityLabel(severity) {
  return el('span', { class: 'severity ' + severity },
    el('span', { class: 'sign', 'aria-hidden': 'true' }), t('severity.' + severity));
}

function copyButton(text) {
  const button = el('button', { type: 'button', class: 'quiet copy', text: t('issue.copy') });
  const say = (key) => {
    button.textContent = t(key);
    setTimeout(() => { button.textContent = t('issue.copy'); }, 1600);
  };
  button.addEventListener('click', async () => {
    const clean = withoutControls(text);
    try {
      await navigator.clipboard.writeText(clean);
      say('issue.copied');
    } catch {
      say(copyByHand(clean) ? 'issue.copied' : 'issue.copy_failed');
    }
  });
  return button;
}

// For browsers that keep the clipboard from local files.
function copyByHand(text) {
  const area = el('textarea', { class: 'offscreen', 'aria-hidden': 'true' });
  area.value = text;
  document.body.append(area);
  area.select();
  let done = false;
  try { done = document.execCommand('copy'); } catch { done = false; }
  area.remove();
  return done;
}

// What to do where no wording can be offered, in the interface's language where it is known.
function adviceOf(issue) {
  const advice = (state.lang === 'ar' && issue.more.no_suggestion_ar) || issue.more.no_suggestion;
  return typeof advice === 'string' ? advice : '';
}

function note(group, id) {
  const { issue, issues } = group;
  const prints = [...new Set(issues.map((i) => i.fingerprint))];
  const message = el('span', { class: 'message' });
  message.append(prose(issue['message_' + state.lang]));
  const box = el('details', { class: 'note ' + issue.severity, id, open: issue.severity !== 'minor' },
    el('summary', null, severityLabel(issue.severity),
      issues.length > 1 ? ltr('×' + issues.length, 'times') : null, badge(prints), ' ', message));
  if (issue.suggestion) {
    box.append(el('p', { class: 'fix' },
      el('span', { class: 'key', text: t('issue.suggestion') + ': ' }),
      piece(issue.suggestion, { class: 'suggestion', lang: 'ar' }), ' ', copyButton(issue.suggestion)));
  } else if (adviceOf(issue)) {
    box.append(el('p', { class: 'fix' },
      el('span', { class: 'key', text: t('issue.advice') + ': ' }), prose(adviceOf(issue))));
  }
  const facts = [
    t('category.' + issue.category), t('witness.' + issue.witness),
    t('issue.confidence', { c: two(issue.confidence) }),
  ];
  if (typeof issue.more.source_language === 'string') {
    facts.push(t('issue.source_language', { language: languageName(issue.more.source_language) }));
  }
  box.append(el('p', { class: 'meta' }, facts.join(' · ') + ' · ', piece(issue.code, { class: 'code', dir: 'ltr' })),
  verdictRow(prints, t('desk.on_finding')));
  return box;
}

function languageName(code) {
  try {
    return new Intl.DisplayNames([state.lang], { type: 'language' }).of(code) || code;
  } catch {
    return code;
  }
}

function activate(article, ids, on) {
  for (const id of ids) {
    const box = article.querySelector('#' + CSS.escape(id));
    if (box) box.classList.toggle('active', on);
  }
  for (const mark of article.querySelectorAll('mark')) {
    const hit = mark.dataset.groups.split(' ').some((id) => ids.includes(id));
    mark.classList.toggle('active', on && hit);
  }
}

// Marks and notes answer to each other: hover and focus light up, click and Enter open.
function wire(article) {
  const idsOf = (target) => {
    const mark = target.closest('mark');
    if (mark) return mark.dataset.groups.split(' ');
    const box = target.closest('.note');
    return box ? [box.id] : [];
  };
  for (const [on, off] of [['mouseover', 'mouseout'], ['focusin', 'focusout']]) {
    article.addEventListener(on, (e) => activate(article, idsOf(e.target), true));
    article.addEventListener(off, (e) => activate(article, idsOf(e.target), false));
  }
  const open = (target) => {
    const mark = target.closest('mark');
    if (!mark) return false;
    for (const id of mark.dataset.groups.split(' ')) {
      const box = article.querySelector('#' + CSS.escape(id));
      box.open = true;
      box.scrollIntoView({ block: 'nearest' });
    }
    return true;
  };
  article.addEventListener('click', (e) => open(e.target));
  article.addEventListener('keydown', (e) => {
    if ((e.key === 'Enter' || e.key === ' ') && e.target.matches('mark') && open(e.target)) e.preventDefault();
  });
}

function scores(segment) {
  const line = el('span', { class: 'scores' });
  const add = (node) => line.append(line.childNodes.length ? ' · ' : '', node);
  if (segment.flagged) add(el('span', { class: 'flag', text: t('sentence.flagged') }));
  if (!isJudged(segment)) add(t('sentence.not_judged'));
  if (segment.mt_probability !== null) add(t('sentence.probability', { p: two(segment.mt_probability) }));
  if (segment.quality !== null) add(t('sentence.quality', { q: whole(segment.quality) }));
  return line;
}

// Whether the evidence is open from the beginning: a narrow page would be endless with it.
const atOnce = (segment) => segment.flagged && innerWidth >= 960;

function evidenceBox(segment) {
  const open = atOnce(segment);
  const box = el('details', { class: 'evidence', open },
    el('summary', { class: 'link', text: t('sentence.details') }));
  let filled = false;
  const fill = () => {
    if (filled) return;
    filled = true;
    box.append(el('div', { class: 'parts' }, ...evidenceBody(segment)));
  };
  if (open) fill();
  box.addEventListener('toggle', fill);
  box.fill = fill;
  return box;
}

const hasEvidence = (s) => s.roundtrip || s.references.length || s.contributions.length || s.surprisal.length;

// `shows(issue)` tells which issues the filters leave visible.
function sentenceNode(d, segment, position, shows) {
  const id = 'd' + d + 's' + position;
  const groups = grouped(segment.issues.filter(shows));
  groups.forEach((group, i) => { group.id = id + 'n' + i; });
  const ranges = groups.flatMap((group) => group.issues.map((issue) => ({
    start: issue.start - segment.start, end: issue.end - segment.start,
    severity: issue.severity, group: group.id,
  })));
  const n = segment.index + 1;
  const text = el(segment.heading ? 'h3' : 'p', { class: 'arabic text', lang: 'ar', dir: 'rtl' });
  text.append(markedText(segment.text, ranges, (group) => group));
  const name = t('sentence.name', { n }) + (segment.flagged ? ', ' + t('sentence.flagged') : '');
  const article = el('article', {
    class: 'sentence' + (segment.flagged ? ' flagged' : '') + (segment.heading ? ' heading' : ''),
    id, tabindex: -1, 'aria-label': name,
  },
  el('a', { class: 'number', href: '#' + id, 'aria-label': name }, ltr(String(n))),
  text,
  el('div', { class: 'notes' }, ...groups.map((group) => note(group, group.id))),
  // Last: on a phone the findings come before the evidence.
  el('div', { class: 'below' }, glossBelow(segment), scores(segment), suppressedBox(segment),
    verdictRow([segment.fingerprint], t('desk.on_sentence'), t('desk.sentence')),
    atOnce(segment) ? why(segment.contributions) : null),
  hasEvidence(segment) ? evidenceBox(segment) : null);
  wire(article);
  return article;
}

// Neighbouring lines outside the article, folded into one.
function furnitureNode(d, items, shows) {
  const list = el('ul');
  let damaged = false;
  for (const [segment, position] of items) {
    const issues = grouped(segment.issues.filter(shows));
    damaged = damaged || issues.length > 0;
    const line = el('p', { class: 'arabic', lang: 'ar', dir: 'rtl' });
    line.append(safe(segment.text));
    list.append(el('li', { id: 'd' + d + 's' + position, tabindex: -1 }, line,
      el('p', { class: 'caption' }, piece(segment['reason_' + state.lang] || segment.reason_code)),
      ...issues.map((group, i) => note(group, 'd' + d + 's' + position + 'n' + i)), suppressedBox(segment)));
  }
  return el('details', { class: 'furniture', open: damaged },
    el('summary', { text: t('sentence.furniture_many', { n: items.length }) }), list);
}
