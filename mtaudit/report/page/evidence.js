// What stands under a sentence: round trip, cleaner reports, why this score.

function part(title, ...children) {
  return el('section', { class: 'part' }, el('h3', { text: title }), ...children);
}

function measures(pairs) {
  const list = el('ul', { class: 'measures' });
  for (const [name, value, meaning] of pairs) {
    if (value === null || value === undefined) continue;
    list.append(el('li', { title: meaning }, el('span', { text: name + ' ' }), ltr(value.replace('-', '−'))));
  }
  return list.childElementCount ? list : null;
}

function wordList(title, items) {
  if (!items.length) return null;
  const line = el('p', { class: 'wordlist' }, el('span', { class: 'key', text: title + ': ' }));
  items.forEach((item, i) => {
    if (i) line.append(state.lang === 'ar' ? '، ' : ', ');
    line.append(piece(item, { lang: 'ar' }));
  });
  return line;
}

// The difference word by word; the signs stand before the words.
function difference(steps) {
  const text = el('p', { class: 'arabic diff', lang: 'ar', dir: 'rtl' });
  const add = (tag, words, label) => {
    if (!words) return;
    const node = el(tag, tag === 'span' ? null : { title: t(label) });
    node.append(safe(words));
    // U+2060 keeps the sign on the line of its words.
    text.append(tag === 'span' ? node
      : el('span', { class: 'step ' + tag }, (tag === 'del' ? '−' : '+') + '\u2060', node), ' ');
  };
  for (const [ours, theirs] of steps) {
    if (theirs === undefined) add('span', ours);
    else {
      add('del', ours, 'roundtrip.removed');
      add('ins', theirs, 'roundtrip.inserted');
    }
  }
  return text;
}

function roundTrip(trip) {
  const back = trip.diff.length ? difference(trip.diff)
    : el('p', { class: 'arabic', lang: 'ar', dir: 'rtl' }, safe(trip.arabic));
  const number = (x, digits) => (x === null ? null : x.toFixed(digits));
  return part(t('roundtrip.title'),
    el('p', { class: 'caption' }, el('b', { text: t('roundtrip.back') }), ' · ' + t('roundtrip.back_note')),
    back,
    wordList(t('roundtrip.lost'), trip.lost),
    wordList(t('roundtrip.added'), trip.added),
    measures([
      ['chrF', number(trip.chrf, 0), t('roundtrip.chrf')],
      ['BLEU', number(trip.bleu, 0), t('roundtrip.bleu')],
      ['TER', number(trip.ter, 0), t('roundtrip.ter')],
      [t('roundtrip.semantic'), number(trip.semantic, 2), t('roundtrip.semantic_note')],
      [t('roundtrip.length_ratio'), number(trip.length_ratio, 2)],
      [t('roundtrip.forced_logprob'), number(trip.forced_logprob, 2), t('roundtrip.forced_note')],
    ]),
    ...trip.notes.map((note) => el('p', { class: 'caption' }, piece(note))));
}

// A link to the sentence, when the cleaner report is in this run.
function sourceLink(match) {
  const d = data.documents.findIndex((doc) => doc.doc_id === match.doc_id);
  if (d < 0) return piece(match.doc_id, { class: 'path' });
  const s = data.documents[d].segments.findIndex((x) => x.start <= match.start && match.start < x.end);
  const link = el('a', { href: '#d' + d + (s < 0 ? '' : 's' + s) });
  link.append(piece(match.doc_id, { class: 'path' }));
  return link;
}

function factRow(fact) {
  const cell = (text) => el('td', { lang: 'ar' }, piece(text));
  return el('tr', { class: 'fact ' + fact.status },
    el('th', { scope: 'row', text: t('kind.' + fact.kind) }),
    cell(fact.suspect), cell(fact.reference),
    el('td', { class: 'status' }, ltr(fact.status === 'agrees' ? '=' : '≠'), ' ' + t('fact.' + fact.status)));
}

// The first one's sentence stands in the columns above; those after it bring their own.
function reference(match, i) {
  const quote = i ? el('blockquote', { class: 'arabic', lang: 'ar', dir: 'rtl' }) : null;
  if (quote) quote.append(safe(match.text));
  const block = part(t('reference.title'), quote,
    el('p', { class: 'caption' }, t('reference.similarity', { s: two(match.similarity) }) + ' · ', sourceLink(match)));
  if (match.doubtful) block.append(el('p', { class: 'warning', text: t('reference.doubtful') }));
  if (match.also_in.length) {
    const names = match.also_in.join(state.lang === 'ar' ? '، ' : ', ');
    block.append(el('p', { class: 'caption', text: t('reference.copied', { reports: names }) }));
  }
  const paired = match.facts.filter((f) => f.suspect && f.reference);
  if (paired.length) {
    block.append(el('table', { class: 'facts' },
      el('caption', { text: t('reference.facts') }),
      el('thead', null, el('tr', null, el('td'),
        el('th', { scope: 'col', text: t('reference.here') }),
        el('th', { scope: 'col', text: t('reference.there') }), el('td'))),
      el('tbody', null, ...paired.map(factRow))));
  }
  // What only one of the two tells: the signs are those of the word diff.
  const single = (side) => match.facts.filter((f) => f[side] && !paired.includes(f)).map((f) => f[side]);
  block.append(wordList('− ' + t('fact.absent'), single('suspect')) || '',
    wordList('+ ' + t('fact.extra'), single('reference')) || '');
  if (match.wording.length) {
    const list = el('ul', { class: 'wording' });
    for (const [ours, theirs] of match.wording) {
      list.append(el('li', null, piece(ours, { lang: 'ar' }), state.lang === 'ar' ? ' ← ' : ' → ', piece(theirs, { lang: 'ar' })));
    }
    block.append(el('p', { class: 'caption' }, el('b', { text: t('reference.wording') })), list);
  }
  return block;
}

// Bars to either side of a middle line; the numbers stand beside them.
function why(contributions) {
  const rows = contributions.filter(([, x]) => x !== null && Math.abs(x) >= 0.005).slice(0, 8);
  if (!rows.length) return null;
  // Of weights that are all small no bar is long.
  const most = Math.max(1, ...rows.map(([, x]) => Math.abs(x)));
  const list = el('ul', { class: 'bars' });
  for (const [name, x] of rows) {
    const bar = el('span', { class: 'bar ' + (x > 0 ? 'towards' : 'away') });
    bar.style.setProperty('inline-size', (50 * Math.abs(x) / most).toFixed(1) + '%');
    list.append(el('li', null,
      el('span', { class: 'bar-name', text: t('witness.' + name) }),
      el('span', { class: 'bar-track', 'aria-hidden': 'true' }, bar),
      ltr((x > 0 ? '+' : '−') + Math.abs(x).toFixed(2), 'bar-value')));
  }
  return part(t('why.title'),
    el('p', { class: 'caption', text: t('why.unit') + ' + ' + t('why.towards') + ' · − ' + t('why.away') }), list);
}

// The witnesses that kept silent on this sentence, by reason.
function silences(evidence) {
  const reasons = new Map();
  for (const [name, reason] of Object.entries(evidence)) {
    if (reason === null) continue;
    if (!reasons.has(reason)) reasons.set(reason, []);
    reasons.get(reason).push(t('witness.' + name));
  }
  if (!reasons.size) return null;
  const list = el('ul', { class: 'silences' });
  for (const [reason, names] of reasons) {
    list.append(el('li', null, names.join(state.lang === 'ar' ? '، ' : ', ') + ': ', piece(reasonText(reason))));
  }
  return part(t('sentence.silences'), list);
}

function evidenceBody(segment) {
  const narrow = [
    segment.roundtrip ? roundTrip(segment.roundtrip) : null,
    ...segment.references.map(reference),
    atOnce(segment) ? null : why(segment.contributions),
    silences(segment.evidence),
  ].filter(Boolean);
  return [
    sides(segment),
    narrow.length ? el('div', { class: 'columns' }, ...narrow) : null,
    surprisal(segment),
  ].filter(Boolean);
}
