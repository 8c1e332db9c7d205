/** The elements of the console that the server promises to send; a missing one is a bug worth stopping at. */
export function need<E extends Element = HTMLElement>(selector: string, within: ParentNode = document): E {
  const element = within.querySelector<E>(selector);
  if (!element) throw new Error(`The page has no ${selector}`);
  return element;
}
