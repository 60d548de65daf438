/**
 * `/` goes to the search from anywhere, arrows walk through the results, Escape goes back: from a result to the field, from a field with a
 * text to an empty one, from a component to the search that it was found by.
 *
 * @param {{ readonly field: HTMLInputElement, readonly back: () => void }} page
 */
export function startKeys({ field, back }) {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { target } = event;
    const isTyping = target instanceof HTMLInputElement;
    if (event.key === '/' && !isTyping) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === 'Escape') escape(event, { field, back });
    else if (isStep(event.key)) step(event, field);
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {{ readonly field: HTMLInputElement, readonly back: () => void }} page
 */
function escape(event, { field, back }) {
  event.preventDefault();
  if (event.target === field) {
    if (field.value === '') field.blur();
    field.value = '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    return;
  }
  if (results().length > 0) field.focus();
  else back();
}

/** @param {string} key */
function isStep(key) {
  return key === 'ArrowDown' || key === 'ArrowUp' || key === 'Home' || key === 'End';
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLInputElement} field
 */
function step(event, field) {
  const links = results();
  const at = links.findIndex((link) => link === event.target);
  const isField = event.target === field;
  if (links.length === 0 || (at < 0 && !isField)) return;
  if (isField && event.key !== 'ArrowDown') return;
  event.preventDefault();
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key] ?? at;
  if (next < 0) field.focus();
  else links[Math.min(next, links.length - 1)]?.focus();
}

/** @returns {readonly HTMLElement[]} */
function results() {
  return [...document.querySelectorAll('#results a')].filter((link) => link instanceof HTMLElement);
}
