// A sentence beside its gloss and the cleaner report's; and how unexpected its words are.

// `text` with the words of facts marked: those that differ, and those that agree.
function withFacts(text, facts, side) {
  const chars = points(text);
  const ranges = [];
  for (const fact of facts) {
    const at = fact[side] ? text.indexOf(fact[side]) : -1;
    if (at < 0) continue;
    const start = points(text.slice(0, at)).length;
    const [from, to] = wholeWords(chars, start, start + points(fact[side]).length);
    if (ranges.every((r) => to <= r.from || from >= r.to)) ranges.push({ from, to, fact });
  }
  ranges.sort((a, b) => a.from - b.from);
  const out = document.createDocumentFragment();
  let done = 0;
  for (const { from, to, fact } of ranges) {
    const words = el('span', {
      class: 'told ' + fact.status, title: t('kind.' + fact.kind) + ': ' + t('fact.' + fact.status),
    });
    words.append(safe(chars.slice(from, to).join('')));
    out.append(safe(chars.slice(done, from).join('')), words);
    done = to;
  }
  out.append(safe(chars.slice(done).join('')));
  return out;
}

// What the model makes of a sentence that is flagged and stands beside no clean one: right below it.
function glossBelow(segment) {
  return segment.flagged && !segment.references.length ? gloss(segment.roundtrip) : null;
}

function gloss(trip) {
  if (!trip) return null;
  const text = el('p', { class: 'gloss', lang: 'en', dir: 'ltr', title: t('roundtrip.gloss') + ': ' + t('roundtrip.gloss_note') });
  text.append(safe(trip.english));
  return text;
}

// Two or three columns; on a narrow page one below the other.  The gloss alone needs no columns: the
// sentence stands above it.
function sides(segment) {
  const [match] = segment.references;
  const trip = segment.roundtrip;
  if (!match && !trip) return null;
  if (!match) {
    return glossBelow(segment) ? null
      : part(t('roundtrip.gloss'), el('p', { class: 'caption', text: t('roundtrip.gloss_note') }), gloss(trip));
  }
  const column = (title, note, options, content) => {
    const text = el('p', options);
    text.append(content);
    return el('div', { class: 'side' },
      el('p', { class: 'caption' }, el('b', { text: title }), note ? ' · ' + note : null), text);
  };
  const arabic = { class: 'arabic', lang: 'ar', dir: 'rtl' };
  const list = [column(t('sides.article'), '', arabic, withFacts(segment.text, match.facts, 'suspect'))];
  if (trip) {
    list.push(el('div', { class: 'side' },
      el('p', { class: 'caption' }, el('b', { text: t('roundtrip.gloss') }), ' · ' + t('roundtrip.gloss_note')), gloss(trip)));
  }
  list.push(column(t('reference.title'), t('reference.similarity', { s: two(match.similarity) }), arabic,
    withFacts(match.text, match.facts, 'reference')));
  return part(t('sides.title'), el('div', { class: 'sides of-' + list.length }, ...list));
}

const HEAT_WORDS = 3; // named beside the line
// Bits from which a bar takes the next stronger colour: of 30,610 words of native news half stay below
// the first step, a quarter reaches the second, one in twenty the last.
const HEAT_STEPS = [9, 14, 22];

// A bar over every word, its height the bits that native news is surprised by it.
function surprisal(segment) {
  const flat = segment.surprisal;
  if (flat.length < 3 * HEAT_WORDS) return null;
  const chars = points(segment.text);
  const heard = [];
  for (let i = 0; i < flat.length; i += 3) {
    const [start, end] = wholeWords(chars, flat[i], flat[i] + flat[i + 1]);
    heard.push({ word: chars.slice(start, end).join(''), bits: flat[i + 2] / 10 });
  }
  const most = Math.max(...heard.map((w) => w.bits), 1);
  const top = [...heard].sort((a, b) => b.bits - a.bits).slice(0, HEAT_WORDS);
  const line = el('div', { class: 'heat-line', lang: 'ar', dir: 'rtl', 'aria-hidden': 'true' });
  for (const { word, bits } of heard) {
    const bar = el('span', { class: 'heat-bar heat-' + (1 + HEAT_STEPS.filter((step) => bits >= step).length) });
    bar.style.setProperty('block-size', (100 * bits / most).toFixed(0) + '%');
    const label = el('span', { class: 'heat-word' });
    label.append(safe(word));
    line.append(el('span', { class: 'heat-cell', title: withoutControls(word) + ' \u2066' + bits.toFixed(1) + '\u2069' },
      el('span', { class: 'heat-track' }, bar), label));
  }
  const told = el('p', { class: 'wordlist' }, el('span', { class: 'key', text: t('surprisal.top') + ': ' }));
  top.forEach(({ word, bits }, i) => {
    if (i) told.append(state.lang === 'ar' ? '، ' : ', ');
    told.append(piece(word, { lang: 'ar' }), ' ', ltr(bits.toFixed(1)));
  });
  return part(t('surprisal.title'), el('p', { class: 'caption', text: t('surprisal.note') }), line, told);
}
