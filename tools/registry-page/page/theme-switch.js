/** The button says what a click gives. */
export function startThemeSwitch() {
  const button = document.querySelector('#theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  if (!(button instanceof HTMLButtonElement)) return;
  const show = () => {
    button.textContent = isDark(system) ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Use ${isDark(system) ? 'light' : 'dark'} colours`);
  };
  button.addEventListener('click', () => {
    const next = isDark(system) ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = next;
    try {
      localStorage.setItem('theme', next);
    } catch {
      // It is remembered for as long as the page is open.
    }
    show();
  });
  system.addEventListener('change', show);
  show();
}

/** @param {MediaQueryList} system */
function isDark(system) {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? system.matches : chosen === 'dark';
}
