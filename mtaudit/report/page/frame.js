// What every page has: masthead, language, theme, the list of keys.

function setTheme(theme) {
  root.dataset.theme = theme;
}

function switchTheme() {
  const next = root.dataset.theme === 'dark' ? 'light' : 'dark';
  stored.set('theme', next);
  setTheme(next);
}

// The theme that was chosen, or the system's as long as none was.
function followTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  setTheme(stored.get('theme') || (dark.matches ? 'dark' : 'light'));
  dark.addEventListener('change', (e) => { if (!stored.get('theme')) setTheme(e.matches ? 'dark' : 'light'); });
}

function setLanguage(lang) {
  state.lang = lang;
  root.lang = lang;
  root.dir = lang === 'ar' ? 'rtl' : 'ltr';
}

// The language that was chosen last, or the one that the page was written for.
function keptLanguage() {
  const kept = stored.get('lang');
  return kept === 'en' || kept === 'ar' ? kept : data.lang;
}

function masthead(title, switchLanguage) {
  return el('header', { class: 'masthead' },
    el('h1', { text: title }),
    el('div', { class: 'switches' },
      el('button', { type: 'button', class: 'quiet', id: 'language', lang: state.lang === 'ar' ? 'en' : 'ar', text: t('app.language'), onclick: switchLanguage }),
      el('button', { type: 'button', class: 'quiet', id: 'theme', text: t('app.theme'), onclick: switchTheme }),
      el('button', { type: 'button', class: 'quiet', id: 'help', text: t('app.help'), onclick: () => document.getElementById('keys').showModal() })));
}

// `keys`: [combination, name of its text], two spaces between the keys of a combination.
function keysDialog(keys) {
  const list = el('dl');
  for (const [combination, name] of keys) {
    const combo = el('bdi', { dir: 'ltr' });
    for (const key of combination.split('  ')) combo.append(el('kbd', { text: key }), ' ');
    list.append(el('div', null, el('dt', null, combo), el('dd', { text: t('keys.' + name) })));
  }
  const dialog = el('dialog', { id: 'keys', 'aria-labelledby': 'keys-title' },
    el('h2', { id: 'keys-title', text: t('app.help') }), list,
    el('button', { type: 'button', class: 'button', text: t('app.close'), onclick: () => dialog.close() }));
  return dialog;
}

// On an Arabic keyboard the letter keys give Arabic letters: then the place of the key counts.
const CODES = {
  KeyJ: 'j', KeyK: 'k', KeyN: 'n', KeyP: 'p', KeyO: 'o', KeyF: 'f', KeyW: 'w', KeyL: 'l',
  KeyC: 'c', KeyD: 'd', KeyU: 'u', KeyI: 'i',
  Digit1: '1', Digit2: '2', Digit3: '3', Slash: '/',
};
function keyOf(event) {
  if (event.key === '?' || event.key === '؟') return '?';
  if (/^[\x20-\x7e]$/.test(event.key)) return event.key.toLowerCase();
  if (event.shiftKey && event.code === 'Slash') return '?';
  return CODES[event.code] || event.key;
}

// Single keys do what `actions` says, except where somebody writes or the help is open.
function listenToKeys(actions) {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches('input, textarea')) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (document.getElementById('keys').open) return;
    const action = actions[keyOf(event)];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

// Marks, tatweel and alef and yeh forms do not matter to a search.
function foldForSearch(text) {
  return text.normalize('NFKC').replace(/[\p{M}\u0640\u200c-\u200f]/gu, '')
    .replace(/[أإآٱ]/g, 'ا').replace(/ى/g, 'ي').toLowerCase();
}
